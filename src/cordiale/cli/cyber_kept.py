"""What became of files that are given to be kept under a name, such as warning lists, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordiale.cli.output import count, printable
from cordiale.cli.tree import labelled, tr

if TYPE_CHECKING:
    from cordiale.domains.cyber.keeping import Added

Counted = tuple[str, str]
"""A sentence for one and for several."""


def added(done: Added, new: Counted, renewed: Counted, same: Counted) -> str:
    """Return how many are new, follow an earlier one and were here already, and what was refused, with the reason."""
    counts = ((done.new, new), (done.renewed, renewed), (done.same, same))
    said = [count(len(names), words) for names, words in counts if names]
    said += [labelled(printable(one.where), tr(one.message_id, **one.params)) for one in done.refused]
    return "\n".join(said)
