"""Which objects carry a value, as far as the reader sees them; of what too many carry, that it is so and since when.

Everything here is reckoned over what the reader reads: an object hidden from them adds nothing to who carries a value, to
whether too many do, to since when, or to the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import orjson

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer
from cordiale.desk.summary import summary
from cordiale.desk.views.reading import in_part, marked, readable
from cordiale.desk.visible import visible
from cordiale.platform.clock import Instant
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.stix.near import digests
from cordiale.store import carriers as store
from cordiale.store import rows as rows_of

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import Summary
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Row, Visible

MOST: Final = 50
"""Statements up to which a value tells something about those that carry it; MISP's own bound is 20, counted by value."""

ASKED: Final = 1200
"""Values of one question."""

_ROUNDS: Final = 4
"""Times that more is read where what was read holds the value only in a part that its reader does not read."""

_PARTS: Final = frozenset(("ssdeep-part", "tlsh-part"))

Pair = tuple[str, str]


class Carrier(Answer, frozen=True, kw_only=True):
    """One statement that carries a value: its line, the values it carries itself, and everything that governs both.

    `digests` are its fuzzy digests as they are written; only where parts of such were asked for.
    """

    line: Summary
    values: tuple[Pair, ...]
    marking: tuple[str, ...]
    digests: tuple[str, ...] = ()


class Carried(Answer, frozen=True, kw_only=True):
    """One value and who carries it, the first stored first.

    `hot`: more than `MOST` statements carry it; then it lists nobody, `count` is the least number that is known, and
    `since` the instant at which the one too many came.
    """

    kind: str
    value: str
    carriers: tuple[Carrier, ...] = ()
    hot: bool = False
    count: int = 0
    since: Instant | None = None


def carriers(
    desk: Desk, actor: Actor, asked: Sequence[Pair], *, most: int = MOST, verb: str = "carriers"
) -> tuple[Carried, ...]:
    """Return who carries each of these folded (kind, value) pairs, in the order asked; those that nobody carries are left out.

    Besides the kinds of values there are those of `stix.near`. Raises NotAllowed, InputError for too many at once.
    """
    authorise(actor, "search")
    if len(asked) > ASKED:
        raise InputError(
            "too-many-values", _("{count} values are too many for one question: ask for {most} at most."), count=len(asked), most=ASKED
        )  # fmt: skip
    with desk.store.read() as tx:
        found = among(tx, desk, actor, asked, visible(tx, desk, actor), most)
    audit.read(desk, actor, verb, values=len(asked), found=sum(one.count for one in found))
    return found


def among(
    tx: Transaction, desk: Desk, actor: Actor, asked: Sequence[Pair], seen: Visible, most: int = MOST
) -> tuple[Carried, ...]:
    """Return what `carriers` does, within a reading that somebody else authorised and writes down."""
    kept: dict[Pair, dict[int, Row]] = {pair: {} for pair in asked}
    beyond: dict[Pair, int] = {}
    left = list(kept)
    for _round in range(_ROUNDS):
        vids = store.carrying(tx, left, seen, most=most + 1, beyond=beyond)
        wanted = sorted({vid for found in vids.values() for vid in found})
        if not wanted:
            break
        read = {row.vid: row for row in readable(tx, desk, actor, rows_of.fetch(tx, wanted, seen), seen)}
        left = []
        for pair, found in vids.items():
            held = [read[vid] for vid in found if vid in read and not in_part(read[vid])]
            kept[pair] |= {row.vid: row for row in held}
            if len(found) > most and len(kept[pair]) <= most:
                left.append(pair)
                beyond[pair] = found[-1]
        if not left:
            break
    shown = {vid for found in kept.values() if len(found) <= most for vid in found}
    carried = store.values(tx, shown)
    fuzzy = any(kind in _PARTS for kind, _value in asked)
    lines = {
        vid: Carrier(
            line=summary(tx, row),
            values=carried.get(vid, ()),
            marking=tuple(sorted(marked(tx, row))),
            digests=_digests(row) if fuzzy else (),
        )
        for found in kept.values()
        if len(found) <= most
        for vid, row in found.items()
    }
    return tuple(_carried(pair, found, lines, most) for pair, found in kept.items() if found)


def _digests(row: Row) -> tuple[str, ...]:
    written = (
        orjson.dumps(orjson.loads(row.raw)).decode() if row.raw else ""
    )  # written anew: "/" without an escape
    return tuple(digests(written))


def _carried(pair: Pair, found: dict[int, Row], lines: dict[int, Carrier], most: int) -> Carried:
    ordered = sorted(found)
    kind, value = pair
    if len(ordered) > most:
        return Carried(kind=kind, value=value, hot=True, count=most + 1, since=found[ordered[most]].received)
    listed = tuple(lines[vid] for vid in ordered)
    return Carried(kind=kind, value=value, carriers=listed, count=len(listed))
