"""See the node as a partner or a person of it would: a release officer looks before something is let go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, may, named
from cordiale.desk.partnerships import partnership, partnerships
from cordiale.desk.person.people import called, recipient_of
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.release.recipient import Recipient

READING: Final = frozenset({"show", "search", "preview", "why", "partner-list"})
"""Verbs that remain while one sees as somebody else: nothing can be done in their name."""


class Seeing(msgspec.Struct, frozen=True):
    """As whom somebody may look: a `kind` (partner or person), the name it is asked by, and what they are called."""

    kind: str
    name: str
    title: str


def seeable(desk: Desk, actor: Actor) -> tuple[Seeing, ...]:
    """Return the partners and people as whom the actor may look; raises NotAllowed for who is no release officer."""
    authorise(actor, "see-as")
    with desk.store.read() as tx:
        joined = partnerships(tx, desk.node).values()
        partners = [Seeing("partner", p.partner.node, p.partner.title or p.partner.node) for p in joined]
    people = []
    if may(actor, "person-list"):
        from cordiale.desk.person.people import person_list

        people = [Seeing("person", one.name, one.title or one.name) for one in person_list(desk, actor)]
    return (*partners, *people)


def see_as(desk: Desk, actor: Actor, kind: str, name: str) -> Actor:
    """Return the actor as they look with somebody else's rights, never beyond their own; nothing is written.

    Raises NotAllowed for who is no release officer, NotFound for nobody.
    """
    authorise(actor, "see-as")
    recipient, roles = _whose(desk, kind, name)
    return replace(
        actor,
        name=f"{actor.name} ({name})",
        roles=roles,
        recipient=recipient,
        scopes=READING,
        person="",
        within=actor.recipient,
    )


def see_as_begin(desk: Desk, actor: Actor, kind: str, name: str) -> None:
    """Write down that the actor looks as somebody else from now on."""
    authorise(actor, "see-as")
    named(actor, "see-as")
    _whose(desk, kind, name)
    with desk.store.write() as tx:
        audit.acted(tx, desk, actor, "see-as", kind=kind, name=name)


def see_as_end(desk: Desk, actor: Actor, kind: str, name: str) -> None:
    """Write down that the actor looks as themselves again."""
    authorise(actor, "see-as")
    with desk.store.write() as tx:
        audit.acted(tx, desk, actor, "see-as-end", kind=kind, name=name)


def _whose(desk: Desk, kind: str, name: str) -> tuple[Recipient, frozenset[str]]:
    with desk.store.read() as tx:
        if kind == "partner":
            return partnership(tx, name, desk.node).recipient, frozenset({"analyst"})
        if kind == "person":
            person = called(tx, name)
            return recipient_of(desk, person), frozenset(person.roles)
    raise NotFound("nobody", _("There is nobody called {name} here to see as."), name=name[:100])
