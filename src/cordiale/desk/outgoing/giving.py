"""What of many objects somebody may take away whole, by id: what a writer of another format is given."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson

from cordiale.desk.actor import authorise
from cordiale.desk.outgoing.seen_as import see_as
from cordiale.desk.views.reading import in_part, marked, readable
from cordiale.desk.views.search import Question, matching
from cordiale.desk.visible import visible
from cordiale.desk.why import chips
from cordiale.release.decide import compile_rules
from cordiale.release.partnership import DEFAULT_ASSURANCE, Rules
from cordiale.release.personal import names_inside, names_somebody
from cordiale.release.pruning import mentions
from cordiale.release.recipient import Recipient
from cordiale.store import markings, versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.release.marking import Marking
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Row

CONTAINERS: Final = frozenset(("report", "grouping"))
"""Types that are given without the members their reader may not know of: the rest of them says nothing about those."""

_PAGE: Final = 500

_ANYBODY: Final = Recipient(node="", tlp="green")
_UNASSURED: Final = Rules(partnership="", version="openly", text="", partners={}, assurance=DEFAULT_ASSURANCE)
"""Rules of nobody: what they let through may go where a recall is only asked for, as to a plain TAXII client."""


class Given(msgspec.Struct, frozen=True, gc=False):
    """One object that its recipient may have: its value, who states it, everything that governs it.

    A container that a person of this node reads in part is without what is hidden, and without the instants that tell of it.
    """

    id: str
    source: str
    ours: bool
    value: dict[str, Any]
    marking: frozenset[str]


Find = Callable[[Collection[str]], dict[str, Given]]
"""Given ids, return those objects that may be taken away whole; what is not among them is not told from what is not held."""


Left = Callable[[Collection[str]], object]
"""Told the ids of what the actor may read and what is not given openly."""


def finder(desk: Desk, actor: Actor, partner: str = "", *, openly: bool = False, left: Left = len) -> Find:
    """Return what finds objects for an export by the actor, or for a partner by a release officer.

    For a partner only what goes to it verbatim under the rules and approvals of this moment is found; `openly` only what the
    actor may read and anybody may have: TLP:CLEAR or TLP:GREEN, restricted by nothing else, whole, without the name of an
    account. Of several statements of
    one object ours is taken, else the newest. Raises NotAllowed for who may not export, or not look as a partner.
    """
    authorise(actor, "export")
    if openly:

        def find_open(ids: Collection[str]) -> dict[str, Given]:
            with desk.store.read() as tx:
                return _openly(tx, desk, actor, ids, left)

        return find_open
    reader = see_as(desk, actor, "partner", partner) if partner else actor

    def find(ids: Collection[str]) -> dict[str, Given]:
        with desk.store.read() as tx:
            found = versions.of_ids(tx, ids, visible(tx, desk, reader))
            rows = [
                next((row for row in held if row.source == desk.node), held[0]) for held in found.values()
            ]
            return {one.id: one for one in _given(tx, desk, actor, reader, rows, partner)}

    return find


def every(
    desk: Desk, actor: Actor, asked: Question, partner: str = "", *, openly: bool = False, left: Left = len
) -> Iterator[Given]:
    """Yield what a search finds and `finder` would give, the last changed first, a page at a time."""
    authorise(actor, "export")
    reader = see_as(desk, actor, "partner", partner) if partner else actor
    start = None
    while True:
        with desk.store.read() as tx:
            page, rows = matching(tx, desk, reader, asked, start, _PAGE, visible(tx, desk, reader))
            made = (
                list(_openly(tx, desk, actor, [row.id for row in rows], left).values())
                if openly
                else list(_given(tx, desk, actor, reader, rows, partner))
            )
        yield from made
        start = page.next
        if start is None:
            return


def _openly(tx: Transaction, desk: Desk, actor: Actor, ids: Collection[str], left: Left) -> dict[str, Given]:
    """Return what of these anybody may have, and tell of what the actor sees besides."""
    own = visible(tx, desk, actor)
    decided, now = (
        compile_rules(_UNASSURED, msgspec.structs.replace(_ANYBODY, assurance="taxii")),
        desk.clock(),
    )

    def anybody(marking: Marking) -> bool:
        return bool(marking) and decided.passes(marking, now)

    known = markings.all_markings(tx).items()
    seen = frozenset(mid for mid, marking in known if (own is None or mid in own) and anybody(marking))
    found = versions.of_ids(tx, ids, seen)
    rows = [next((row for row in held if row.source == desk.node), held[0]) for held in found.values()]
    reader = replace(actor, recipient=_ANYBODY, within=actor.recipient)
    shown = readable(tx, desk, reader, rows, seen)
    given = {
        row.id: Given(row.id, row.source, row.source == desk.node, value, marking)
        for row in shown
        if row.raw and not in_part(row)
        for value, marking in ((orjson.loads(row.raw), marked(tx, row)),)
        if anybody(marking) and not names_inside(value) and not any(map(names_somebody, mentions(row.raw)))
    }
    left(versions.of_ids(tx, ids, own, raw=False).keys() - given.keys())
    return given


def _given(
    tx: Transaction, desk: Desk, actor: Actor, reader: Actor, rows: list[Row], partner: str
) -> Iterator[Given]:
    seen = visible(tx, desk, reader)
    shown = [
        row
        for row in readable(tx, desk, reader, rows, seen)
        if row.raw and (not in_part(row) or (row.type in CONTAINERS and not partner))
    ]
    told = chips(tx, desk, actor, shown) if partner else {}
    for row in shown:
        goes = not partner or any(
            chip.partner == partner and chip.form == "verbatim" for chip in told.get(row.vid, ())
        )
        if goes and row.raw:
            yield Given(row.id, row.source, row.source == desk.node, orjson.loads(row.raw), marked(tx, row))
