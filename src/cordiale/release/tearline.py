"""Tear-lines: a redacted release is an object of its own, under an id nobody can guess.

What is removed: properties whose marking the recipient does not pass, references to what they do not have, marking
references that are not cleared, what lies outside the allow-list, and whatever repeats a removed text elsewhere.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal

import msgspec
import orjson

from cordiale.platform.clock import Instant, format_instant
from cordiale.release.allowlist import Path, name_of, outside_of, unusual_paths
from cordiale.release.decide import Compiled
from cordiale.release.marking import NOTHING, atom_of_reference
from cordiale.release.partnership import Allow
from cordiale.release.personal import names_in, names_inside, pseudonym, translated_names
from cordiale.release.pruning import (
    Pruning,
    is_there,
    mentions,
    path_of,
    selector_of,
    telling_words,
    texts_under,
)
from cordiale.stix import incident_core
from cordiale.stix.canonical import content_hash
from cordiale.stix.version import Version, read
from cordiale.stix.view import Granular


class Target(msgspec.Struct, frozen=True):
    """What a reference's target is for a recipient.

    `verbatim`: they have it, or it goes with this act. `tear-line`: they have it as `as_id`. `hidden`: held here and
    not released, or tombstoned. `absent`: never held here. `words` are names of a hidden target that must not stay.
    """

    state: Literal["verbatim", "tear-line", "hidden", "absent"]
    as_id: str | None = None
    words: tuple[str, ...] = ()


HIDDEN: Final = Target("hidden")

KEPT: Final = Target("verbatim")

DEFINITIONS: Final = ("marking-definition--", "extension-definition--")

_WHOLE: Final = ("type", "object_marking_refs", "granular_markings")
"""Properties that are not left out: what hides them hides the object."""

EPOCH: Final = "1970-01-01T00:00:00.000Z"
"""Stands for the instants of a tear-line until they are known."""


class Redaction(msgspec.Struct, frozen=True):
    """A redacted value without its instants, the hash that tells whether it changed, and what was removed."""

    value: dict[str, Any]
    digest: bytes
    removed: tuple[str, ...]


class Unredactable(msgspec.Struct, frozen=True):
    """Why no tear-line can be made; `place` is the property."""

    code: str
    place: str = ""


def tearline_id(secret: bytes, original_id: str, recipient_class: str) -> str:
    """Return the tear-line's id: type and a v4-formatted HMAC-SHA-256 of (original id, recipient class)."""
    kind = original_id.split("--", 1)[0]
    message = b"cordiale/tear-line/1\n" + original_id.encode() + b"\n" + recipient_class.encode()
    digest = bytearray(hmac.digest(secret, message, "sha256")[:16])
    digest[6] = digest[6] & 0x0F | 0x40
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{kind}--{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def translated(original: Version, translation: Mapping[str, Any]) -> tuple[Granular, ...]:
    """Return the granular markings a translation inherits: each of the property it translates, in every language."""
    contents = translation.get("contents")
    if not isinstance(contents, dict):
        return ()
    found = []
    for granular in original.granular:
        if granular.marking_ref is None:
            continue
        tops = {_top(selector) for selector in granular.selectors}
        selectors = tuple(
            f"contents.{lang}.{top}" for lang in contents for top in sorted(tops) if top in contents[lang]
        )
        if selectors:
            found.append(Granular(selectors, granular.marking_ref))
    return tuple(found)


def redact(
    parent: Version,
    *,
    new_id: str,
    cleared: Callable[[str], bool],
    targets: Mapping[str, Target],
    allow: Allow,
    inherited: Iterable[Granular] = (),
    unnamed: str = "",
) -> Redaction | Unredactable:
    """Return a version's content without what the recipient may not have; pure, and the same wherever it is made.

    `cleared` tells whether a marking reference passes; `inherited` are markings from the original of a translation,
    `unnamed` its type where the recipient does not have it under the names in it.
    """
    if parent.type == "marking-definition":
        return Unredactable("marking-definition")
    value: dict[str, Any] = orjson.loads(parent.raw)
    if names_inside(value):
        return Unredactable("names-inside", "objects")
    granular = [*parent.granular, *inherited]
    secret = [
        p for g in granular if g.marking_ref and not cleared(g.marking_ref) for p in map(path_of, g.selectors)
    ]
    for path in secret:
        if path[0] in _WHOLE or not is_there(value, path):
            return Unredactable("selector-unresolvable", selector_of(path))
    orders = [s for g in granular for s in g.selectors if s.endswith(".sequence_start")]
    if orders:  # where a sequence begins may change below, and the selector would lead nowhere
        return Unredactable("selector-unresolvable", orders[0])
    personal: list[Path] = [(name,) for name in names_in(value)]
    secret += [*personal, *translated_names(value, unnamed)]
    outside = set(outside_of(parent.type, tuple({name_of(p) for p in unusual_paths(value)}), allow))
    if "type" in outside:
        return Unredactable("outside-allow-list", "type")
    unwanted = [p for p in unusual_paths(value) if name_of(p) in outside]
    words = {w for p in secret for t in texts_under(value, p) for w in telling_words(t)}
    words |= {w for t in targets.values() if t.state == "hidden" for w in t.words}
    restamped = {name: EPOCH for name in ("created", "modified") if name in value}
    cut = {path for path in (*secret, *unwanted) if path[0] not in ("id", *restamped)}
    pruning = Pruning(parent.id, new_id, targets, frozenset(cut))
    made: dict[str, Any] = pruning.prune(value) | {"id": new_id} | restamped
    incident_core.begun_anew(made)
    if personal:
        made["display_name"] = pseudonym(new_id)
    _rebuild_markings(made, parent, cleared, pruning)
    if made.get("object_ref") != value.get("object_ref"):
        made.pop("object_modified", None)  # it dates a version the recipient does not have
    ids = {parent.id, *(i for i, t in targets.items() if t.state in ("hidden", "tear-line"))} - {new_id}
    return _without_echoes(made, ids, words, pruning.removed)


def stamp(redaction: Redaction, created: Instant, modified: Instant) -> Version | Unredactable:
    """Return the redacted object with its instants, read and validated again."""
    value = dict(redaction.value)
    if "created" in value:
        value["created"] = format_instant(created)
    if "modified" in value:
        value["modified"] = format_instant(modified)
    version, problems = read(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
    for problem in problems:
        if problem.severity == "error":
            return Unredactable("required-property", problem.path)
    return version


def rebuild(
    parent: Version,
    *,
    new_id: str,
    created: Instant,
    modified: Instant,
    compiled: Compiled,
    now: Instant,
    targets: Mapping[str, Target],
    definitions: Mapping[str, str],
    original: Version | None = None,
    consents: frozenset[str] = NOTHING,
) -> Version | Unredactable:
    """Make a tear-line again from its parent, as the egress does before it signs."""
    redaction = redaction_for(parent, new_id, compiled, now, targets, definitions, original, consents)
    return stamp(redaction, created, modified) if isinstance(redaction, Redaction) else redaction


def answered(named: Iterable[str], targets: Mapping[str, Target]) -> dict[str, Target]:
    """Return what each named id is for the recipient; what nobody has answered for counts as hidden.

    Marking and extension definitions are cleared by rules of their own.
    """
    return {i: targets.get(i) or (KEPT if i.startswith(DEFINITIONS) else HIDDEN) for i in named}


def redaction_for(
    parent: Version,
    new_id: str,
    compiled: Compiled,
    now: Instant,
    targets: Mapping[str, Target],
    definitions: Mapping[str, str],
    original: Version | None,
    consents: frozenset[str],
) -> Redaction | Unredactable:
    """Redact for one recipient under one version of the rules."""
    named = mentions(parent.raw) | {reference.target for reference in parent.refs}
    targets = answered(named - {parent.id}, targets)
    inherited: tuple[Granular, ...] = ()
    unnamed = ""
    if parent.type == "language-content":
        if original is None:
            return Unredactable("original-missing", "object_ref")
        inherited = translated(original, orjson.loads(parent.raw))
        if targets.get(original.id, HIDDEN).state != "verbatim":
            unnamed = original.type

    def cleared(reference: str) -> bool:
        if reference in targets and targets[reference].state == "hidden":
            return False
        atom = atom_of_reference(reference, definitions)
        return not atom or compiled.decide(frozenset((atom,)), now, consents).passes

    allow = compiled.rules.allow
    return redact(
        parent,
        new_id=new_id,
        cleared=cleared,
        targets=targets,
        allow=allow,
        inherited=inherited,
        unnamed=unnamed,
    )


def _rebuild_markings(
    made: dict[str, Any],
    parent: Version,
    cleared: Callable[[str], bool],
    pruning: Pruning,
) -> None:
    """Keep the marking references that are cleared, and the selectors of what is still there."""
    kept = [reference for reference in parent.markings if cleared(reference)]
    rebuilt = []
    for granular in parent.granular:
        if granular.marking_ref is not None and not cleared(granular.marking_ref):
            continue
        selectors = [s for s in map(pruning.moved, granular.selectors) if s is not None]
        if selectors:
            named = {"marking_ref": granular.marking_ref} if granular.marking_ref else {"lang": granular.lang}
            rebuilt.append({"selectors": selectors, **named})
    for name, found in (("object_marking_refs", kept), ("granular_markings", rebuilt)):
        if found:
            made[name] = found
        else:
            made.pop(name, None)


def _without_echoes(
    made: dict[str, Any], ids: set[str], words: set[str], pruned: set[str]
) -> Redaction | Unredactable:
    """Take out properties that repeat a removed text or id, then those the validator will not have without it."""
    removed = set(pruned)
    needles = [w.casefold() for w in (*ids, *words)]
    for name in [n for n in made if n not in ("type", "spec_version", "id")]:
        plain = "\n".join(texts_under(made, (name,), least=1)).casefold()
        if any(needle in plain for needle in needles):
            del made[name]
            removed.add(name)
    _drop_lost_selectors(made)
    for _attempt in range(len(made)):
        version = stamp(Redaction(made, b"", ()), 0, 0)
        if isinstance(version, Version):
            break
        top = _top(version.place)
        if top not in made or top in ("type", "id", "spec_version", "object_marking_refs"):
            return version
        del made[top]
        removed.add(top)
        _drop_lost_selectors(made)
    unstamped = {name: v for name, v in made.items() if name not in ("created", "modified")}
    return Redaction(made, content_hash(unstamped), tuple(sorted(removed)))


def _drop_lost_selectors(made: dict[str, Any]) -> None:
    rebuilt = []
    for granular in made.get("granular_markings", ()):
        selectors = [s for s in granular["selectors"] if _top(s) in made]
        if selectors:
            rebuilt.append({**granular, "selectors": selectors})
    if rebuilt:
        made["granular_markings"] = rebuilt
    else:
        made.pop("granular_markings", None)


def _top(selector: str) -> str:
    return selector.split(".", 1)[0]
