"""What somebody who asks may see here: whoever prepares an answer reads with the asker's rights, never beyond their own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cordiale.desk.marking.chosen import summaries
from cordiale.desk.partnerships import partnership

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import Chip
    from cordiale.desk.desk import Desk

BY_AN_ACT: Final = frozenset({"approval-needed", "second-officer-needed"})
"""Why something has not gone yet to a partner that may have it: the answer itself is the act of an officer."""


def as_asker(desk: Desk, actor: Actor, node: str) -> Actor:
    """Return the actor as they read with a partner's rights within their own; raises NotFound for no partner.

    What the partner does not pass is then not found, counted or read, so that nothing worked out so can depend on it.
    """
    with desk.store.read() as tx:
        recipient = partnership(tx, node, desk.node).recipient
    return replace(
        actor,
        name=f"{actor.name} ({node})",
        roles=frozenset({"analyst"}),
        recipient=recipient,
        scopes=None,
        person="",
        within=actor.recipient,
    )


def givable(desk: Desk, actor: Actor, node: str, ids: Sequence[str]) -> list[str]:
    """Return the objects among these that a partner has or may be given whole by an officer's act, in their order.

    What is held back from it, waits for a consent, would go in part, or is under no mandate is left out.
    """
    lines = summaries(desk, actor, ids, partners=True) if ids else ()
    return [line.id for line in lines if any(_goes(chip, node) for chip in line.partners)]


def _goes(chip: Chip, node: str) -> bool:
    if chip.partner != node:
        return False
    return chip.form == "verbatim" or (chip.reason is not None and chip.reason.code in BY_AN_ACT)
