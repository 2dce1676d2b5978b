"""Under which marking a marking definition goes. The one place that says so."""

from __future__ import annotations

from cordiale.release.marking import NOTHING, Marking, own_atom
from cordiale.stix.version import Version


def borrows(version: Version) -> bool:
    """Tell whether a marking definition carries no marking of its own, as a statement of copyright does.

    It then says nothing to anybody but those who have an object that names it, and goes under the marking of that.
    """
    return (
        version.type == "marking-definition"
        and not version.markings
        and not any(granular.marking_ref for granular in version.granular)
        and not own_atom(version)
    )


def decided_under(version: Version, stored: Marking, entry: Marking, overlay: Marking = NOTHING) -> Marking:
    """Return the marking that decides whether a marking definition goes with an entry that names it.

    `stored` is its own full marking, `entry` the marking under which the entry goes, `overlay` what a person here
    made it stricter by.
    """
    return entry | overlay if borrows(version) else stored
