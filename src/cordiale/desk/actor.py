"""Who acts, and which verbs their roles let them use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cordiale.platform.errors import NotAllowed
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.release.recipient import Recipient

ROLES: Final = ("analyst", "officer", "operations", "liaison", "operator")
"""What a person may be here: `officer` is a release officer, `operations` an operations desk, `operator` runs the node."""

READERS: Final = ("analyst", "officer", "operations", "liaison")
"""Those who work with objects; the operator looks after the node."""

VERBS: Final[dict[str, tuple[str, ...]]] = {
    "import": ("analyst", "operations", "operator"),
    "show": ROLES,
    "search": ROLES,
    "export": READERS,
    "feed": ("analyst", "officer", "operations"),
    "say": READERS,
    "mark": ("analyst", "officer"),
    "preview": READERS,
    "why": READERS,
    "see-as": ("officer",),
    "prove": ("officer",),
    "consent": ("officer",),
    "consent-list": ("analyst", "officer", "liaison"),
    "rules": ("officer",),
    "release": ("officer",),
    "recall": ("officer",),
    "retention": ("officer", "operator"),
    "retention-apply": ("officer",),
    "backup": ("operator",),
    "partner-list": ROLES,
    "partner": ("operator",),
    "partner-suspend": ("officer",),
    "audit": ("officer", "operator"),
    "sync": ("operator", "officer"),
    "attach": ("analyst", "officer", "operations"),
    "dataset": ("analyst", "operations"),
    "dataset-list": READERS,
    "dataset-purge": ("officer", "operator"),
    "set-aside": ("analyst", "operations", "operator"),
    "jobs": ROLES,
    "job": ("analyst", "operations", "operator"),
    "joint": READERS,
    "playbook": ("analyst", "officer", "operations"),
    "playbook-list": READERS,
    "request": READERS,
    "case": READERS,
    "source": READERS,
    "warninglist": ("analyst", "operations", "operator"),
    "describe": ("analyst", "officer", "operations"),
    "position": ("officer", "liaison"),
    "agree": ("officer", "liaison"),
    "account": ROLES,
    "person-list": ("officer", "operator"),
    "person": ("operator",),
}
"""Roles that may use a verb; what is not listed nobody may."""


@dataclass(frozen=True, slots=True)
class Actor:
    """One named person (or partner) and what they are asked as.

    `recipient` is the value every reading verb decides for: what its rules refuse is not
    counted, not named, not hinted at. `None` is the house itself: the person who owns the node
    folder and can read the database file anyway. `scopes` are the only verbs a token may use
    (None: all that the roles allow), `person` the id of a person of this node. `within` is whose
    rights are the most that is read, where somebody sees as somebody else.
    """

    name: str
    roles: frozenset[str] = frozenset()
    recipient: Recipient | None = None
    scopes: frozenset[str] | None = None
    person: str = ""
    within: Recipient | None = None


def house(name: str) -> Actor:
    """Return the owner of the node folder: every role, nothing hidden."""
    return Actor(name=name, roles=frozenset(ROLES))


def authorise(actor: Actor, verb: str) -> None:
    """Raise NotAllowed when no role of the actor may use the verb."""
    if actor.scopes is not None and verb not in actor.scopes:
        raise NotAllowed(
            "scope-missing",
            _("This token is not for {verb}: make one that is, or sign in."),
            verb=verb,
        )
    if not actor.roles.intersection(VERBS.get(verb, ())):
        raise NotAllowed(
            "role-missing",
            _("{actor} may not {verb}: it needs the role {roles}. Ask the node's operator."),
            actor=actor.name,
            verb=verb,
            roles=" / ".join(VERBS.get(verb, ())),
        )


def may(actor: Actor, verb: str) -> bool:
    """Tell whether `authorise` would let the actor use the verb: for what a page offers, never instead of it."""
    return (actor.scopes is None or verb in actor.scopes) and not actor.roles.isdisjoint(VERBS.get(verb, ()))


def named(actor: Actor, verb: str) -> None:
    """Raise NotAllowed unless a person's name stands behind an act that leaves the node."""
    if not actor.name.strip():
        raise NotAllowed(
            "no-name",
            _("{verb} is the act of a named person: say who acts."),
            verb=verb,
        )
