"""Who acts, and which verbs their roles let them use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cordiale.platform.errors import NotAllowed
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.release.recipient import Recipient

ROLES: Final = ("analyst", "officer", "operator")

VERBS: Final[dict[str, tuple[str, ...]]] = {
    "import": ("analyst", "operator"),
    "show": ROLES,
    "search": ROLES,
    "mark": ("analyst", "officer"),
    "preview": ("analyst", "officer"),
    "why": ("analyst", "officer"),
    "prove": ("officer",),
    "consent": ("officer",),
    "consent-list": ("analyst", "officer"),
    "rules": ("officer",),
    "release": ("officer",),
    "recall": ("officer",),
    "retention": ("officer", "operator"),
    "retention-apply": ("officer",),
    "partner-list": ROLES,
    "partner": ("operator",),
    "partner-suspend": ("officer",),
    "audit": ("officer", "operator"),
    "sync": ("operator", "officer"),
    "attach": ("analyst", "officer"),
    "set-aside": ("analyst", "operator"),
    "jobs": ROLES,
    "job": ("analyst", "operator"),
}
"""Roles that may use a verb; what is not listed nobody may."""


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


def authorise(actor: Actor, verb: str) -> None:
    """Raise NotAllowed when no role of the actor may use the verb."""
    if not actor.roles.intersection(VERBS.get(verb, ())):
        raise NotAllowed(
            "role-missing",
            _("{actor} may not {verb}: it needs the role {roles}. Ask the node's operator."),
            actor=actor.name,
            verb=verb,
            roles=" / ".join(VERBS.get(verb, ())),
        )


def named(actor: Actor, verb: str) -> None:
    """Raise NotAllowed unless a person's name stands behind an act that leaves the node."""
    if not actor.name.strip():
        raise NotAllowed(
            "no-name",
            _("{verb} is the act of a named person: say who acts."),
            verb=verb,
        )
