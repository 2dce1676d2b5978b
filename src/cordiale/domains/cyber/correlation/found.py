"""What has to do with a value or an object, each with its reason; what too many carry is named, not listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import orjson

from cordiale.desk.answers import Answer
from cordiale.desk.views.carriers import MOST, Carried, Carrier, Pair, carriers
from cordiale.desk.views.show import show
from cordiale.domains.cyber.correlation.asked import STRENGTH, Look, Reason, looks, stored
from cordiale.domains.cyber.correlation.likeness import ALIKE, APART, ssdeep_score, tlsh_distance
from cordiale.platform.clock import Instant
from cordiale.stix.contents import values_of
from cordiale.stix.near import digests, host_of, near, network
from cordiale.stix.validate import TYPES

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import Statement, Summary
    from cordiale.desk.desk import Desk

VALUES: Final = 50
"""Values of one object that are looked up."""

LISTED: Final = 500
"""Neighbours that one answer lists."""

OVERALL: Final = 1000
"""Pairs that are asked of the index at a time."""


class Neighbour(Answer, frozen=True, kw_only=True):
    """An object that has to do with what was asked: by which reason, through which of our values and which of its own.

    `score` is of likeness alone: 0 to 100 by ssdeep, and 100 less the distance by TLSH. `marking` governs all of it.
    """

    line: Summary
    reason: Reason
    ours: Pair
    theirs: Pair
    score: int | None = None
    marking: tuple[str, ...] = ()


class Hot(Answer, frozen=True, kw_only=True):
    """A value that too many carry to tell anything: `count` at least, and more than the bound `since` an instant."""

    kind: str
    value: str
    reason: Reason
    count: int
    since: Instant | None


class Correlations(Answer, frozen=True, kw_only=True):
    """What was looked up, what has to do with it, and through which values nothing is said; `more`: not all is listed."""

    values: tuple[Pair, ...]
    neighbours: tuple[Neighbour, ...]
    hot: tuple[Hot, ...] = ()
    more: bool = False


def of_value(desk: Desk, actor: Actor, kind: str, value: str) -> Correlations:
    """Return what has to do with one value, as far as the actor sees it; raises NotAllowed."""
    return of_values(desk, actor, [(kind, value)])


def of_object(desk: Desk, actor: Actor, stix_id: str) -> Correlations:
    """Return what has to do with an object through the values that the actor reads in it; raises NotFound as `show`."""
    return of_values(desk, actor, values_in(show(desk, actor, stix_id).statements), but=frozenset((stix_id,)))


def values_in(statements: Iterable[Statement]) -> list[Pair]:
    """Return the values that are read in statements about an object, fuzzy digests as they are written."""
    found: dict[Pair, None] = {}
    for statement in statements:
        value: dict[str, Any] = statement.value
        if "type" not in value:
            continue
        as_written = {one.lower(): one for one in digests(orjson.dumps(value).decode())}
        for kind, text in values_of(value, TYPES.get(value["type"])):
            found[kind, as_written.get(text, text)] = None
    return list(found)[:VALUES]


def of_values(
    desk: Desk, actor: Actor, values: Sequence[Pair], *, but: frozenset[str] = frozenset()
) -> Correlations:
    """Return what has to do with any of some values; `but` are ids of objects that are left out."""
    wanted: dict[Pair, list[tuple[Look, Pair]]] = {}
    for kind, value in values:
        for look in looks(kind, value):
            wanted.setdefault(look.pair, []).append((look, (kind, value)))
    best: dict[tuple[str, str], tuple[int, Neighbour]] = {}
    hot: dict[tuple[str, str], Hot] = {}
    for found in _asked(desk, actor, list(wanted)):
        for look, ours in wanted[found.kind, found.value]:
            if found.hot:
                kind, value = ours if look.reason == "alike" else (found.kind, found.value)
                hot.setdefault((kind, value), Hot(kind=kind, value=value, reason=look.reason, count=found.count, since=found.since))  # fmt: skip
                continue
            for one in found.carriers:
                if one.line.id not in but:
                    _keep(best, one, look, ours)
    ordered = sorted(best.values(), key=lambda held: (held[0], _since(held[1]), held[1].line.id))
    return Correlations(
        values=tuple(stored(kind, value) for kind, value in values),
        neighbours=tuple(one for _rank, one in ordered[:LISTED]),
        hot=tuple(hot.values()),
        more=len(ordered) > LISTED,
    )


def _asked(desk: Desk, actor: Actor, pairs: list[Pair]) -> Iterator[Carried]:
    for start in range(0, len(pairs), OVERALL):
        yield from carriers(desk, actor, pairs[start : start + OVERALL], most=MOST, verb="correlate")


def _since(one: Neighbour) -> int:
    return -(one.line.modified or one.line.received)


def _keep(best: dict[tuple[str, str], tuple[int, Neighbour]], one: Carrier, look: Look, ours: Pair) -> None:
    """Keep what an object has to do with ours, where it is the most telling so far."""
    told = _told(one, look, ours)
    if told is None:
        return
    reason, theirs, score = told
    rank = STRENGTH.index(reason) * 1000 - (score or 0)
    key = one.line.id, one.line.source
    if key not in best or rank < best[key][0]:
        best[key] = rank, Neighbour(
            line=one.line, reason=reason, ours=stored(*ours), theirs=theirs, score=score, marking=one.marking
        )  # fmt: skip


def _told(one: Carrier, look: Look, ours: Pair) -> tuple[Reason, Pair, int | None] | None:
    """Return the reason, the value of theirs and a score by which an object has to do with ours; None where it has not."""
    if look.reason == "alike":
        return _alike(one, ours[1])
    theirs = [pair for pair in one.values if pair == look.pair or look.pair in near(*pair)]
    if look.reason == "holds":
        theirs = [
            (kind, value)
            for kind, value in theirs
            if _lies_in(host_of(value) if kind == "url" else value, ours[1])
        ]
    if look.reason == "registered":
        theirs = [pair for pair in theirs if pair != stored(*ours)]
    if not theirs:
        return None
    certificate = look.reason == "same" and one.line.type == "x509-certificate"
    return "certificate" if certificate else look.reason, theirs[0], None


def _alike(one: Carrier, ours: str) -> tuple[Reason, Pair, int | None] | None:
    found: list[tuple[int, str]] = []
    for theirs in one.digests:
        score, distance = ssdeep_score(ours, theirs), tlsh_distance(ours, theirs)
        if score is not None and score >= ALIKE:
            found.append((score, theirs))
        elif distance is not None and distance <= APART:
            found.append((100 - distance, theirs))
    if not found:
        return None
    score, theirs = max(found)
    return "alike", ("hash", theirs), score


def _lies_in(value: str, wider: str) -> bool:
    inner, outer = network(value), network(wider)
    if inner is None or outer is None or inner[0] != outer[0] or inner[2] < outer[2]:
        return False
    gone = (32 if outer[0] == 4 else 128) - outer[2]
    return inner[1] >> gone == outer[1] >> gone
