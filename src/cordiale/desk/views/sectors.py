"""Which sectors what is held is about, counted of what the reader sees and of nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cordiale.desk.actor import authorise
from cordiale.desk.visible import visible
from cordiale.stix.sectors import KIND, SECTORS, schemes
from cordiale.store import counting, names
from cordiale.store.carriers import carrying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Visible

MOST: Final = 200
"""Objects of one sector that are counted; more are said to be more."""


def sectors_held(desk: Desk, actor: Actor) -> tuple[tuple[str, int], ...]:
    """Return each sector that objects carry with how many do, `MOST` + 1 for more; those of schemes after STIX's, by name.

    An object counts where the reader sees all of it: by what is hidden from them nothing is counted.
    """
    authorise(actor, "search")
    known = [*SECTORS, *(f"{name}:{one}" for name, scheme in schemes().items() for one in scheme.sectors)]
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        # each sector is looked for under each marking, some 30 ms for hundreds of them
        return counting.unchanged(tx, ("sectors", seen, tuple(known)), lambda: _held(tx, known, seen))


def _held(tx: Transaction, known: Sequence[str], seen: Visible) -> tuple[tuple[str, int], ...]:
    if names.known_number(tx, names.KIND, KIND) is None:
        return ()  # nothing here ever carried one
    found = carrying(tx, [(KIND, one) for one in known], seen, most=MOST + 1)
    return tuple((one, len(found[KIND, one])) for one in known if found.get((KIND, one)))
