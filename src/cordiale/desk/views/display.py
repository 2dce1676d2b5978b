"""How a marking is shown to one reader: with the names of the scales in force, and their own level beside another's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from msgspec import structs

from cordiale.desk.visible import rules_of_house, rules_of_reader
from cordiale.release.banner import Part, banner, line
from cordiale.release.decide import holds
from cordiale.release.marking import parse_atom

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import Summary
    from cordiale.desk.desk import Desk

Show = Callable[[Iterable[str]], tuple[Part, ...]]


def display(desk: Desk, actor: Actor, lang: str) -> Show:
    """Return the function that lays out a marking for this reader; it reads the scales once."""
    with desk.store.read() as tx:
        reader = actor.recipient
        rules = rules_of_house(tx) if reader is None else rules_of_reader(tx, reader)
    now = desk.clock()
    # what a piece says depends on the markings' own words, the scales, and what of the tables holds for this reader now
    table = tuple(holds(row, now) for row in rules.equivalences)
    own = reader.clearances if reader is not None else None
    known = _laid_out(rules.version, own, table, lang)

    def show(marking: Iterable[str]) -> tuple[Part, ...]:
        atoms = frozenset(marking)
        found = known.get(atoms)
        if found is None:
            if len(known) >= _MARKINGS:
                known.clear()
            found = known[atoms] = banner(atoms, lang, rules, reader, now)
        return found

    return show


_MARKINGS: Final = 4096
"""Markings whose pieces are kept for those who read them alike."""


@lru_cache(maxsize=64)
def _laid_out(
    rules: str, clearances: tuple[str, ...] | None, holding: tuple[bool, ...], lang: str
) -> dict[frozenset[str], tuple[Part, ...]]:
    """Return where pieces are kept that were laid out for one version of the rules, by what readers are cleared for."""
    return {}


def in_words(definitions: Iterable[Summary], show: Show) -> tuple[Summary, ...]:
    """Return lines of marking definitions that say in words what each stands for, where its name is the atom alone."""
    return tuple(
        one if parse_atom(one.name).axis == "unknown" else structs.replace(one, name=line(show((one.name,))))
        for one in definitions
    )
