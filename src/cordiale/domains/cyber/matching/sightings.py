"""What was seen, as sightings: one for each indicator and run, counted once however often a log is matched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson

from cordiale.desk.actor import authorise
from cordiale.desk.marking.chosen import taken
from cordiale.desk.marking.stating import PUBLIC, instants, own_identity, stated
from cordiale.desk.views.search import Question, matching
from cordiale.desk.visible import visible
from cordiale.desk.written import marking_of
from cordiale.domains.cyber.matching import kept
from cordiale.domains.cyber.matching.found import Line, Run, Seen
from cordiale.platform.clock import format_instant, parse_instant
from cordiale.platform.errors import Conflict, InputError
from cordiale.platform.ids import uuid5
from cordiale.platform.languages import _, _n, ntext, text
from cordiale.stix import tlp
from cordiale.stix.atoms import id_of
from cordiale.stix.sectors import label_of

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

SOURCE: Final = "cordiale-match"
"""What the reference of a sighting to its evidence calls itself."""

_SPACE: Final = "5b0c1f6e-2f0a-5d8e-8a51-9f0f4f3c7a10"
"""The namespace of ids of sightings and of the sectors in which something was seen."""

RANGES: Final = 200
"""Ranges of lines that a reference names; the run keeps more."""

MOST_COUNT: Final = 999_999_999
"""The largest count STIX has (5.2.1)."""


class Stated(msgspec.Struct, frozen=True):
    """What became of a run: the sighting of each indicator, and how many of them say something new."""

    sightings: dict[str, str]
    new: int
    changed: int


class Counted(msgspec.Struct, frozen=True):
    """A sighting that this node states of an indicator: its id, what it counts (SHA-256 of logs), and its object.

    `marking` are the ids of the definitions that mark it: an atom's follows from its text (`stix.atoms`).
    """

    id: str
    evidence: frozenset[str]
    value: dict[str, Any]
    marking: frozenset[str]


def state_sightings(
    desk: Desk,
    actor: Actor,
    run: str,
    *,
    indicators: Sequence[str] | None = None,
    marking: str | Iterable[str] | None = None,
    sector: str = "",
) -> Stated:
    """State sightings of what a run saw: of some of its indicators, or of all that no warning list calls a false alarm.

    The lines behind each stay in the house (a granular marking); where it was seen is said by `sector` or the setting
    `cyber.sector`, never by a name. A log is not counted again that a sighting counts which everybody may see who may see
    the new one; what stricter ones count changes nothing. Raises NotFound for a run that the actor may not see,
    InputError where nothing says how the sightings are marked.
    """
    authorise(actor, "import")
    found = kept.opened(desk, actor, run)
    wanted = set(indicators) if indicators is not None else None
    chosen = [
        one for one in found.seen if (one.indicator in wanted if wanted is not None else not false_alarm(one))
    ]
    written = marking or found.marking or desk.settings.import_.marking
    if not written:
        raise InputError(
            "sighting-marking",
            _("Say how the sightings are marked, such as --marking tlp:amber, or set import.marking."),
        ).at("marking")
    atoms = marking_of(written)
    marks = frozenset(map(id_of, atoms))
    home = f"rel:{desk.node}"
    sector = sector or desk.settings.cyber.sector
    where = _where(desk, actor, sector)
    creator = own_identity(desk)
    made: list[dict[str, Any]] = []
    of: dict[str, str] = {}
    new = changed = 0
    for one in chosen:
        before = [each for each in _counted(desk, actor, one.indicator) if no_stricter(each.marking, marks)]
        now, lang = instants(desk)[0], desk.settings.node.language
        value = sighting(found, one, before, marks, creator, where, id_of(home), now, lang)
        if value is None:
            of[one.indicator] = _same(found, one, before, marks)
            continue
        if sector:  # so that it is found by its sector, and not only the identity that stands for it
            value["labels"] = [label_of(sector)]
        held = next((each for each in before if each.id == value["id"]), None)
        if held is not None:
            if _says(held.value) == _says(value):
                of[one.indicator] = held.id
                continue
            last = parse_instant(str(held.value["modified"]))
            value |= {"created": held.value["created"], "modified": instants(desk, last)[1]}
            changed += 1
        else:
            value["id"] = _free(desk, value["id"])
            new += 1
        made.append(value)
        of[one.indicator] = value["id"]
    if made:
        stated(desk, actor, "import", made, atoms, parts=frozenset({home}), run=found.id)
    kept.note(desk, actor, run, of)
    return Stated(of, new, changed)


def false_alarm(one: Seen) -> bool:
    """Tell whether a warning list calls a value of an indicator a false alarm."""
    return any(category == "false_positive" for _name, category in one.known)


def no_stricter(held: Iterable[str], stated: frozenset[str]) -> bool:
    """Tell whether whoever passes the marking being stated passes the one held: all of it is there, or a narrower TLP label.

    Both are ids of marking definitions.
    """
    labels = [tlp.LABELS.index(_label(one)) for one in stated if one in tlp.ATOMS]
    wider = tlp.LABELS[: max(labels, default=-1) + 1]
    return all(one in stated or _label(one) in wider for one in held)


def _label(definition: str) -> str:
    return tlp.ATOMS.get(definition, "").removeprefix("tlp:")


def sighting(
    run: Run,
    one: Seen,
    before: Sequence[Counted],
    marking: frozenset[str],
    creator: str,
    where: str,
    home: str,
    now: str,
    lang: str = "en",
) -> dict[str, Any] | None:
    """Return the sighting of an indicator in a run, None where those of `before` count all of its logs already.

    `before` are sightings of no stricter a marking than `marking`: what this one counts then follows nothing that one of
    its readers may not see. `lang` is the language that its words begin in. Its id follows from the indicator, the logs that
    it counts and its marking: the same logs under the same marking give the same sighting, a dataset that grew gives its next version. Of logs of which some were
    counted before, only the others are, as far as lines are kept.
    """
    logs = _logs(run, one)
    evidence = frozenset(logs)
    whole = next((each for each in before if each.evidence == evidence and each.marking == marking), None)
    counted: frozenset[str] = (
        frozenset().union(*(each.evidence for each in before)) if before else frozenset()
    )
    fresh = evidence if whole is not None else evidence - counted
    if not fresh:
        return None
    lines = {name: found for name, found in logs.items() if name in fresh}
    ats = [line.at for found in lines.values() for line in found if line.at is not None]
    all_of = fresh == evidence
    # records that meet a pattern together count as one
    number = one.count if all_of else min(one.count, sum(map(len, lines.values())))
    first = one.first if all_of else min(ats, default=None)
    last = one.last if all_of else max(ats, default=None)
    value: dict[str, Any] = {
        "type": "sighting",
        "spec_version": "2.1",
        "id": whole.id if whole is not None else _id(creator, one.indicator, sorted(fresh), sorted(marking)),
        "created_by_ref": creator,
        "created": now,
        "modified": now,
        "sighting_of_ref": one.indicator,
        "count": min(number, MOST_COUNT),
        "description": _words(number, one, lang),
        "external_references": [
            {
                "source_name": SOURCE,
                "description": _evidence(run, found),
                **({} if name.startswith("dataset--") else {"hashes": {"SHA-256": name}}),
                "external_id": name,
            }
            for name, found in sorted(lines.items())
        ],
        "granular_markings": [{"marking_ref": home, "selectors": ["external_references"]}],
    }
    if first is not None:
        value["first_seen"] = format_instant(first)
    if last is not None:
        value["last_seen"] = format_instant(last)
    if where:
        value["where_sighted_refs"] = [where]
    return value


def _logs(run: Run, one: Seen) -> dict[str, list[Line]]:
    """Return the lines of an indicator by what they are evidence of: the SHA-256 of a file, or the id of a dataset."""
    dataset = next((source for source in run.sources if source.dataset), None)
    if dataset is not None:
        return {dataset.dataset: list(one.lines)}
    names = {source.name: source.sha256 for source in run.sources}
    found: dict[str, list[Line]] = {}
    for line in one.lines:
        found.setdefault(names[line.file], []).append(line)
    return found


def _evidence(run: Run, lines: Sequence[Line]) -> str:
    """Say which lines of a log met an indicator, under which profile, and of a dataset under which seal."""
    dataset = next((source for source in run.sources if source.dataset), None)
    seal = f"seal {dataset.sha256}; " if dataset is not None else ""
    return (
        f"{run.profile['name']} {run.profile['version']}; {seal}lines {ranges([line.line for line in lines])}"
    )


def ranges(lines: Iterable[int]) -> str:
    """Write numbers as ranges: 1-3, 7."""
    found: list[list[int]] = []
    for line in sorted(set(lines)):
        if found and line == found[-1][1] + 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    said = [f"{a}" if a == b else f"{a}-{b}" for a, b in found[:RANGES]]
    return ", ".join(said) + (", …" if len(found) > RANGES else "")


def _words(number: int, one: Seen, first: str) -> str:
    """Say it in both languages, a line for each: how often, and whether as it is or as a part. Lists show the first line."""
    said = []
    for lang in sorted(("en", "fr"), key=lambda one: not first.startswith(one)):
        words = ntext(lang, *_n("Seen {n} time in logs.", "Seen {n} times in logs."), number)
        if one.exact < one.count:
            words += " " + text(
                lang,
                _("Of these {n} only in part (a name under it, a URL below it, a file alike).")
                if "hashes" in one.fields
                else _("Of these {n} only in part (a name under it, a URL below it)."),
                n=count_of(lang, min(number, one.count - one.exact)),
            )
        said.append(words)
    return "\n".join(said)


def count_of(lang: str, number: int) -> str:
    """Write a number as a language does."""
    from cordiale.platform.languages import number as written

    return written(lang, number)


def _says(value: dict[str, Any]) -> dict[str, Any]:
    return {
        name: held
        for name, held in value.items()
        if name not in ("created", "modified", "object_marking_refs")
    }


def _id(*parts: Any) -> str:
    return f"sighting--{uuid5(_SPACE, orjson.dumps(parts).decode())}"


def _free(desk: Desk, id: str) -> str:
    """Return an id under which nothing is stated: what is held under it was marked otherwise since, is hidden from whoever
    states this one, or was revoked, and none of these is to be stated anew or told.
    """
    return next(one for one in (id if n == 0 else _id(id, n) for n in count()) if not taken(desk, one))


def _same(run: Run, one: Seen, before: Sequence[Counted], marking: frozenset[str]) -> str:
    """Return the sighting that counts a log of these already, one under the same marking first."""
    evidence = frozenset(_logs(run, one))
    found = [each for each in before if each.evidence & evidence]
    return next((each.id for each in sorted(found, key=lambda each: each.marking != marking)), "")


def _counted(desk: Desk, actor: Actor, indicator: str) -> list[Counted]:
    """Return the sightings of an indicator that this node stated of logs, as far as the actor sees them."""
    found: list[Counted] = []
    asked = Question(type="sighting", source=desk.node, about=indicator)
    start = None
    while True:
        with desk.store.read() as tx:
            page, rows = matching(tx, desk, actor, asked, start, 1000, visible(tx, desk, actor))
        for row in rows:
            # one that is read in part does not say all of its marking
            if row.raw is None or row.revoked or not row.hash:
                continue
            value = orjson.loads(row.raw)
            if value.get("created_by_ref") not in desk.home.identities:
                continue
            names = [
                str(one.get("external_id"))
                for one in value.get("external_references", ())
                if one.get("source_name") == SOURCE
            ]
            # without a marking nobody is known to see it
            if names and value.get("object_marking_refs"):
                marking = frozenset(value["object_marking_refs"])
                found.append(Counted(row.id, frozenset(names), value, marking))
        start = page.next
        if start is None:
            return found


def _where(desk: Desk, actor: Actor, sector: str) -> str:
    """Return the identity that stands for sites of a sector, stated at its first use; empty without a sector."""
    if not sector:
        return ""
    identifier = f"identity--{uuid5(_SPACE, f'sector {sector}')}"
    when = "2026-01-01T00:00:00.000Z"
    value = {
        "type": "identity",
        "spec_version": "2.1",
        "id": identifier,
        "created": when,
        "modified": when,
        "name": sector,
        "description": "Sites of this sector, none of them named. / Des sites de ce secteur, sans les nommer.",
        "identity_class": "class",
        "sectors": [sector],
    }
    try:
        stated(desk, actor, "import", [value], PUBLIC)
    except Conflict as error:
        if error.code != "stated-already":
            raise
    return identifier
