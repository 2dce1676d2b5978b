"""What a search can be narrowed to, with counts of what the reader sees and of nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from msgspec import structs

from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer
from cordiale.desk.search import Question, matching
from cordiale.desk.visible import visible
from cordiale.store import markings
from cordiale.store import search as text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Visible

SAMPLED: Final = 300
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
        seen = visible(tx, desk, actor)
        plain = not (asked.words or asked.value or asked.source or asked.since or asked.until)
        types, atoms, sources, total, whole = _sampled(tx, desk, actor, asked, seen)
        if plain:
            types, atoms, total = _counted(tx, asked, seen)
            whole = True
        else:
            if asked.type:
                types = _sampled(tx, desk, actor, structs.replace(asked, type=None), seen)[0]
            if asked.marking:
                atoms = _sampled(tx, desk, actor, structs.replace(asked, marking=None), seen)[1]
        if asked.source:
            sources = _sampled(tx, desk, actor, structs.replace(asked, source=None), seen)[2]
    return Facets(types=_most(types), markings=_most(atoms), sources=_most(sources), total=total, whole=whole)


def _counted(tx: Transaction, asked: Question, seen: Visible) -> tuple[Counter[str], Counter[str], int]:
    """Count from the counters by marking and type, which know no reader and no text."""
    types: Counter[str] = Counter()
    atoms: Counter[str] = Counter()
    total = 0
    for (mid, type), n in text.counted(tx, seen).items():
        held = markings.atoms(tx, mid)
        if asked.marking is None or asked.marking in held:
            types[type] += n
        if asked.type is None or asked.type == type:
            atoms.update(dict.fromkeys(held, n))
        if (asked.marking is None or asked.marking in held) and (asked.type is None or asked.type == type):
            total += n
    return types, atoms, total


def _sampled(
    tx: Transaction, desk: Desk, actor: Actor, asked: Question, seen: Visible
) -> tuple[Counter[str], Counter[str], Counter[str], int, bool]:
    page, rows = matching(tx, desk, actor, asked, None, SAMPLED, seen)
    types, atoms, sources = Counter[str](), Counter[str](), Counter[str]()
    for row in rows:
        types[row.type] += 1
        sources[row.source] += 1
        atoms.update(markings.atoms(tx, row.effective_mid))
    return types, atoms, sources, len(rows), page.next is None


def _most(counted: Mapping[str, int] | Iterable[str]) -> tuple[tuple[str, int], ...]:
    # among equals by name: in what order counters were first needed follows what is hidden
    return tuple(sorted(Counter(counted).items(), key=lambda one: (-one[1], one[0])))
