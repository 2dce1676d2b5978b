"""Back to MISP: what carries an attribute becomes the attribute again, and what never was one becomes one where it can."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from cordiale.domains.cyber.misp import marking, types
from cordiale.domains.cyber.misp.frame import NAMESPACE, more, said_in
from cordiale.domains.cyber.misp.surety import confidence, tag_of
from cordiale.platform.clock import SECOND, parse_instant
from cordiale.platform.ids import uuid5

Value = dict[str, Any]


class About(NamedTuple):
    """What governs an event on its way out: the node that writes, and the marking of its report."""

    node: str
    atoms: frozenset[str]


def seconds(written: Any) -> str:
    """Return an instant of STIX as MISP writes it: seconds since 1970."""
    try:
        return str(parse_instant(str(written)) // SECOND)
    except ValueError:
        return "0"


def changed(value: Mapping[str, Any]) -> str:
    """Return when something changed last, in seconds; of what is read in part another instant that it says."""
    return seconds(value.get("modified") or value.get("published") or value.get("created"))


def uuid_in(stix_id: str) -> str:
    """Return the UUID of an id."""
    return stix_id.partition("--")[2]


def attributes(
    value: Mapping[str, Any], atoms: frozenset[str], about: About, observed: Sequence[Value]
) -> list[Value]:
    """Return the attributes of one object, none where it is nothing that MISP has attributes for.

    `observed` are the observables that an observed-data names, in its order.
    """
    said = said_in(value)
    if said is not None and said.get("kind") == "attribute":
        made = [_again(value, said, observed)]
    elif value["type"] == "indicator":
        made = list(_indicator(value))
    elif value["type"] == "observed-data":
        made = list(_observed(value, observed))
    elif value["type"] == "vulnerability":
        made = [_plain(value, "vulnerability", str(value.get("name") or ""), "External analysis")]
    elif value["type"] in types.KIND_OF:
        made = list(_observable(value, uuid_in(value["id"])))
    else:
        return []
    if said is None:
        _hinted(made, value, observed)
    for one in made:
        _governed(one, value, atoms, about, said or {})
    return made


def sharing_group(uuid: str) -> Value:
    """Return what says which sharing group something is for: instances number theirs as they like, and know them by UUID."""
    number = (
        int(uuid[:8], 16) | 1 << 30
    )  # one that no instance has come to: it must not be taken for a group of theirs
    return {"sharing_group_id": str(number), "SharingGroup": {"uuid": uuid}}


def _plain(value: Mapping[str, Any], kind: str, text: str, category: str, *, to_ids: bool = False) -> Value:
    return {
        "uuid": uuid_in(value["id"]),
        "type": kind,
        "category": category,
        "to_ids": to_ids,
        "value": text,
        "comment": str(value.get("description") or ""),
    }


def _again(value: Mapping[str, Any], said: Mapping[str, Any], observed: Sequence[Value]) -> Value:
    kind, form = str(said.get("type") or "other"), value["type"]
    if "value" in said:
        text = said["value"]
    elif form == "indicator":
        text = str(value.get("pattern") or "")
        if value.get("pattern_type") == "stix" and kind != types.STIX_PATTERN:
            text = types.literals(text)
            if kind == "AS":
                text = f"AS{text}"
    elif form == "observed-data":
        shape = types.SHAPES.get(kind)
        text = shape.back(observed) if shape is not None and observed else ""
    else:
        text = value.get("content" if form == "note" else "name", "")
    made: Value = {
        "uuid": uuid_in(value["id"]),
        "type": kind,
        "category": said.get("category", "Other"),
        "to_ids": said.get("to_ids", form == "indicator"),
        "value": text,
        "comment": said.get("comment", "")
        if form in ("observed-data", "note")
        else value.get("description", ""),
    }
    for name in ("first_seen", "last_seen", "object_relation"):
        if name in said:
            made[name] = said[name]
    if said.get("disable_correlation"):
        made["disable_correlation"] = True
    held = next((one for one in observed if one["type"] == "artifact" and one.get("payload_bin")), None)
    if held is not None:
        made["data"] = held["payload_bin"]
    return {**made, **more(said)}


_HINT: Final = re.compile(r'misp:(type|category|to_ids)="(.*)"').fullmatch
"""Labels by which MISP's own converter says in STIX what an attribute was."""


def _hinted(made: list[Value], value: Mapping[str, Any], observed: Sequence[Value]) -> None:
    """Follow what MISP's own converter says of an attribute, where what is there fits it."""
    hints = {hint[1]: hint[2] for one in value.get("labels", ()) if (hint := _HINT(str(one)))}
    kind = hints.get("type", "")
    shape = types.SHAPES.get(kind)
    if shape is None:
        return
    text = types.literals(str(value.get("pattern") or "")) if value["type"] == "indicator" else ""
    if value["type"] == "observed-data" and observed:
        text = next((found for one in observed if (found := shape.back([one, *observed])).strip("|")), "")
    if kind == "AS" and text.isdigit():
        text = f"AS{text}"
    if not text or text.count("|") != kind.count("|") or not shape.pattern(text):
        return
    kept = {
        "type": kind,
        "value": text,
        "category": hints.get("category", "Other"),
        "uuid": uuid_in(value["id"]),
    }
    made[:] = [{**(made[0] if made else _plain(value, kind, text, "Other")), **kept}]
    if "to_ids" in hints:
        made[0]["to_ids"] = hints["to_ids"] == "True"


_RULES_BACK: Final = {language: kind for kind, language in types.RULES.items()}


def _indicator(value: Mapping[str, Any]) -> Iterator[Value]:
    """Yield an attribute for each value of a pattern that compares for equality and no more; else the pattern itself."""
    pattern, language = str(value.get("pattern") or ""), value.get("pattern_type")
    if language != "stix":
        kind = _RULES_BACK.get(str(language), "other")
        yield _plain(value, kind, pattern, "Payload delivery", to_ids=kind != "other")
        return
    found = compared(pattern)
    if not found:
        yield _plain(value, types.STIX_PATTERN, pattern, "Payload delivery", to_ids=True)
        return
    for index, (kind, text) in enumerate(found):
        made = _plain(value, kind, text, types.CATEGORY.get(kind, "Payload delivery"), to_ids=True)
        if index:
            made["uuid"] = uuid5(NAMESPACE, f"{value['id']} {index}")
        yield made


_ONE: Final = re.compile(
    r"\s*([a-z0-9-]+):((?:[A-Za-z0-9_.-]|'[^']*')+?)\s*(=|ISSUBSET)\s*(?:'((?:[^'\\]|\\.)*+)'|([0-9]+))\s*(OR|\]\s*OR\s*\[|\Z)",
    re.DOTALL,
)


def compared(pattern: str) -> list[tuple[str, str]]:
    """Return (type of attribute, value) of a pattern that is nothing but alternatives of equality, else nothing."""
    text = pattern.strip()
    if not text.startswith("[") or not text.endswith("]"):
        return []
    inner, place, found = text[1:-1], 0, []
    while place < len(inner):
        one = _ONE.match(inner, place)
        if one is None:
            return []
        kind = types.BY_PATH.get((one[1], one[2].replace("'", "")))
        if kind is None or (one[3] == "ISSUBSET" and kind != "ip-dst"):
            return []
        value = one[5] or re.sub(r"\\(.)", r"\1", one[4] or "", flags=re.DOTALL)
        found.append((kind, f"AS{value}" if kind == "AS" else value))
        place = one.end()
    return found


def _observed(value: Mapping[str, Any], observed: Sequence[Value]) -> Iterator[Value]:
    for one in observed:
        for made in _observable(one, uuid5(NAMESPACE, f"{value['id']} {one['id']}")):
            yield {**made, "first_seen": value.get("first_observed"), "last_seen": value.get("last_observed")}


def _observable(one: Mapping[str, Any], uuid: str) -> Iterator[Value]:
    """Yield the attributes of an observable: one for each of its values that MISP has a type for."""
    kind = types.KIND_OF.get(one["type"])
    if kind is None:
        return
    name, attribute = kind
    values = [(attribute, str(one[name]))] if isinstance(one.get(name), str | int) else []
    for algorithm, digest in (one.get("hashes") or {}).items():
        found = types.BY_HASH.get(algorithm)
        if one["type"] == "x509-certificate":
            found = f"x509-fingerprint-{found}" if found in ("md5", "sha1", "sha256") else None
        if found:
            values.append((found, str(digest)))
    for index, (attribute, text) in enumerate(values):
        yield {
            "uuid": uuid if index == 0 else uuid5(NAMESPACE, f"{uuid} {index}"),
            "type": attribute,
            "category": types.CATEGORY.get(attribute, "Payload delivery"),
            "to_ids": False,
            "value": f"AS{text}" if attribute == "AS" else text,
            "comment": "",
        }


def _governed(
    made: Value, value: Mapping[str, Any], atoms: frozenset[str], about: About, said: Mapping[str, Any]
) -> None:
    """Write tags, distribution and times of what carries an attribute."""
    made["timestamp"] = seconds(value.get("modified") or value.get("created"))
    made["deleted"] = bool(value.get("revoked"))
    level, group = distribution(atoms, about, said)
    made["distribution"] = level
    if group:
        made.update(sharing_group(group))
    labels = [one for one in value.get("labels", ()) if said or not _HINT(str(one))]
    names = [*labels, *marking_tags(atoms, about.atoms, said, about.node)]
    sure = value.get("confidence")
    if not said and isinstance(sure, int) and confidence(labels) is None:
        names.append(tag_of(sure))
    if names:
        made["Tag"] = [{"name": name} for name in dict.fromkeys(names)]


def marking_tags(
    atoms: frozenset[str], outer: frozenset[str], said: Mapping[str, Any], node: str
) -> list[str]:
    """Return the tags that say a marking beyond an outer one: as MISP wrote them where they still say it."""
    given = [name for name in said.get("marked_by", ()) if isinstance(name, str)]
    kept = [name for name in given if marking.of_tags((name,), node).atoms <= atoms]
    covered = frozenset(atom for name in kept for atom in marking.of_tags((name,), node).atoms)
    return [*kept, *marking.tags_of(atoms - covered - outer)]


def distribution(atoms: frozenset[str], about: About, said: Mapping[str, Any]) -> tuple[str, str]:
    """Return the distribution of something in an event: what MISP said where the marking is what came from that, else no wider than it."""
    level = str(said.get("distribution", "5"))
    tagged = marking.of_tags(tuple(str(one) for one in said.get("marked_by", ())), about.node).atoms
    group = next(
        (
            one.removeprefix("misp-")
            for atom in atoms
            if atom.startswith("rel:")
            for one in atom[4:].split("|")
            if len(one) == 41
        ),
        "",
    )
    expected, known = marking.of_distribution(level, group, about.node)
    if known and atoms <= expected | tagged | about.atoms:
        return level, group if level == "4" else ""
    narrower, group = marking.distribution_of(atoms, about.node)
    return str(narrower), group
