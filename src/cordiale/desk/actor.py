"""Who acts, and which verbs their roles let them use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordiale.release.recipient import Recipient

ROLES = ("analyst", "officer", "operator")


@dataclass(frozen=True, slots=True)
class Actor:
    """One named person (or partner) and what they are asked as.

    `recipient` is the value every reading verb decides for: what its rules refuse is not
    counted, not named, not hinted at. `None` is the house itself: the person who owns the node
    folder and can read the database file anyway.
    """

    name: str
    roles: frozenset[str] = frozenset()
    recipient: Recipient | None = None


def house(name: str) -> Actor:
    """Return the owner of the node folder: every role, nothing hidden."""
    return Actor(name=name, roles=frozenset(ROLES))
