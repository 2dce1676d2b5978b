"""What lists of false positives and decay say of an indicator before it goes into a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cordiale.domains.cyber.indicators.worth import decayed
from cordiale.domains.cyber.warninglists.kept import held

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.domains.cyber.warninglists import Lists
    from cordiale.domains.cyber.writers.selection import Decayed, Warned


def warned_by(desk: Desk) -> Warned | None:
    """Return what tells whether this node's lists of false positives hold a value; None where it has none."""
    lists = held(desk)
    return (lambda kind, value: bool(_false(lists, kind, value))) if lists.listed else None


def named_by(desk: Desk) -> Callable[[str, str], str] | None:
    """Return what names the list of false positives that holds a value, "" for none; None where there are no lists."""
    lists = held(desk)
    return (lambda kind, value: _false(lists, kind, value)) if lists.listed else None


def decayed_by(desk: Desk, actor: Actor) -> Decayed:
    """Return what tells whether an indicator is too long unseen, as far as the actor is told of sightings, to be acted on."""
    return decayed(desk, actor)


def _false(lists: Lists, kind: str, value: str) -> str:
    """Return the list of false positives that holds the value itself: that a URL lies on a known host says nothing of it."""
    hits = lists.look(kind, value)
    return next((hit.list for hit in hits if hit.category == "false_positive" and not hit.host), "")
