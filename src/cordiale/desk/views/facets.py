"""What a search can be narrowed to, with counts of what the reader sees and of nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec import structs

from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer, Page
from cordiale.desk.summary import lines
from cordiale.desk.views.search import (
    Looked,
    Order,
    Question,
    answered,
    as_listed,
    left_out,
    matching,
    page_of,
    within,
)
from cordiale.desk.visible import visible
from cordiale.store import markings, versions
from cordiale.store import search as text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Key, Visible

SAMPLED: Final = 200
"""Newest finds that are counted where no counter knows the answer."""


class Facets(Answer, frozen=True, kw_only=True):
    """How many finds have each type, atom of a marking, and source; (key, count), most first.

    `whole`: all finds were counted, else the newest `SAMPLED`. Sources are counted among the newest in either case.
    """

    types: tuple[tuple[str, int], ...]
    markings: tuple[tuple[str, int], ...]
    sources: tuple[tuple[str, int], ...]
    total: int
    whole: bool


def facets(desk: Desk, actor: Actor, asked: Question) -> Facets:
    """Return what finds can be narrowed to.

    Types are counted as if none was chosen, and likewise markings and sources, so that another one can be chosen.
    """
    authorise(actor, "search")
    with desk.store.read() as tx:
        return _facets(tx, desk, actor, asked, visible(tx, desk, actor))


def listed(
    desk: Desk,
    actor: Actor,
    asked: Question,
    *,
    lang: str = "en",
    after: str | None = None,
    limit: int = 50,
    partners: bool = False,
    order: Order | None = None,
) -> tuple[Page, Facets]:
    """Return a page as `search` does, with what it can be narrowed to: looked for once, where both need the same.

    With an `order` it is a page of the `limit` newest finds in that order.

    A translation has no line of its own, unless translations are asked for: it is the line of what it translates.
    """
    authorise(actor, "search")
    limit = lines(limit, SAMPLED)
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        looked, keys = None, None
        if not _is_plain(asked):
            looked = _looked(tx, desk, actor, asked, seen, folded=True)
        elif not after and asked.beyond is None:
            # the sources of the newest are counted, and the newest of all are the page
            keys = versions.keys(
                tx, within(tx, asked, seen, left_out(asked, folded=True)), None, max(SAMPLED, limit + 1), seen
            )
        page = page_of(
            tx,
            desk,
            actor,
            asked,
            seen,
            after=after,
            limit=limit,
            partners=partners,
            looked=looked,
            keys=keys,
            folded=True,
            order=order,
        )
        found = _facets(tx, desk, actor, asked, seen, looked, keys, folded=True)
    return answered(desk, actor, asked, page, lang), found


def _is_plain(asked: Question) -> bool:
    """Tell whether nothing but a type and a marking is asked for, of which counters know."""
    return not (asked.words or asked.value or asked.source or asked.since or asked.until)


def _facets(
    tx: Transaction,
    desk: Desk,
    actor: Actor,
    asked: Question,
    seen: Visible,
    looked: Looked | None = None,
    keys: list[Key] | None = None,
    *,
    folded: bool = False,
) -> Facets:
    if _is_plain(asked):
        types, atoms, total = _counted(tx, asked, seen, folded)
        whole = True
        # whether what is read in part is new depends on what is read of it
        sources = (
            _newest(tx, asked, seen, keys, folded)
            if asked.beyond is None
            else _sampled(tx, desk, actor, asked, seen, folded).sources
        )
    else:
        types, atoms, sources, total, whole = _sampled(tx, desk, actor, asked, seen, folded, looked)
        if asked.type:
            types = _sampled(tx, desk, actor, structs.replace(asked, type=None), seen, folded).types
        if asked.marking:
            atoms = _sampled(tx, desk, actor, structs.replace(asked, marking=None), seen, folded).markings
        if asked.source:
            sources = _sampled(tx, desk, actor, structs.replace(asked, source=None), seen, folded).sources
    return Facets(types=_most(types), markings=_most(atoms), sources=_most(sources), total=total, whole=whole)


def _counted(
    tx: Transaction, asked: Question, seen: Visible, folded: bool
) -> tuple[Counter[str], Counter[str], int]:
    """Count from the counters by marking and type, which know no reader and no text."""
    within = None
    if asked.marking is not None:
        within = frozenset(m for m, held in markings.all_markings(tx).items() if asked.marking in held)
    types = Counter(text.counts(tx, seen, within))
    atoms: Counter[str] = Counter()
    for mid, n in text.under(tx, seen, asked.type).items():
        for atom in markings.atoms(tx, mid):
            atoms[atom] += n
    if asked.type is not None:
        return types, atoms, types[asked.type]
    apart = sum(types[kind] for kind in left_out(asked, folded)) if folded else 0
    return types, atoms, types.total() - apart


def _newest(
    tx: Transaction, asked: Question, seen: Visible, keys: list[Key] | None, folded: bool
) -> Counter[str]:
    """Count the sources of the newest finds, where it is their types and markings alone that are asked for.

    What is found by those is found however much of it is read, so that nothing of it need be.
    """
    if keys is None:
        keys = versions.keys(tx, within(tx, asked, seen, left_out(asked, folded)), None, SAMPLED, seen)
    return Counter(versions.sources(tx, keys[:SAMPLED]))


def _looked(
    tx: Transaction, desk: Desk, actor: Actor, asked: Question, seen: Visible, folded: bool
) -> Looked:
    """Look for the newest finds that are counted, translations among them where they fold into what they translate."""
    without = left_out(asked, folded)
    return matching(tx, desk, actor, asked, None, SAMPLED, seen, without=without, folded=folded)


class _Sample(NamedTuple):
    """What the newest finds are, counted."""

    types: Counter[str]
    markings: Counter[str]
    sources: Counter[str]
    total: int
    whole: bool


def _sampled(
    tx: Transaction,
    desk: Desk,
    actor: Actor,
    asked: Question,
    seen: Visible,
    folded: bool,
    looked: Looked | None = None,
) -> _Sample:
    page, rows = looked or _looked(tx, desk, actor, asked, seen, folded)
    if folded:
        rows = as_listed(tx, desk, actor, asked, rows, seen)
    types, atoms, sources = Counter[str](), Counter[str](), Counter[str]()
    under = Counter[int]()
    for row in rows:
        types[row.type] += 1
        sources[row.source] += 1
        under[row.effective_mid] += 1
    for mid, n in under.items():
        for atom in markings.atoms(tx, mid):
            atoms[atom] += n
    return _Sample(types, atoms, sources, len(rows), page.next is None)


def _most(counted: Mapping[str, int] | Iterable[str]) -> tuple[tuple[str, int], ...]:
    # among equals by name: in what order counters were first needed follows what is hidden
    return tuple(sorted(Counter(counted).items(), key=lambda one: (-one[1], one[0])))
