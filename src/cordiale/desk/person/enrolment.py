"""Links by which people get in who have nothing to sign in with yet, or nothing any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cordiale.accounts import invitation as invitations
from cordiale.accounts import password as passwords
from cordiale.accounts import records
from cordiale.accounts.invitation import Invitation, Kind
from cordiale.desk import audit
from cordiale.desk.actor import Actor, authorise
from cordiale.desk.person import attempts, sessions
from cordiale.desk.person.people import PersonView, called, view
from cordiale.desk.person.signin import written_down
from cordiale.platform.errors import Conflict, NotAllowed, NotFound
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.accounts.person import Person
    from cordiale.desk.desk import Desk
    from cordiale.desk.person.attempts import Origin
    from cordiale.desk.person.sessions import Entered
    from cordiale.store.connection import Transaction

ENDED = _(
    "This link opens nothing: it was used, has ended, or was never given. Ask the node's operator for another."
)
LOCKED = _("{name} is locked: unlock them first, with cordiale person unlock {name}.")
NO_LINKS = _(
    "Links that sign in by themselves are for demonstrations: this node does not have accounts.sign_in_links."
)


class Invited(msgspec.Struct, frozen=True):
    """A link that was made for a person: its code is shown once."""

    code: str
    until: int
    person: PersonView


def person_invite(desk: Desk, actor: Actor, name: str, *, kind: Kind = "enrol", uses: int = 1) -> Invited:
    """Make the link by which a person chooses what to sign in with; an earlier one ends.

    What they sign in with until now goes on working: to take it away, lock or remove them. A link of the kind `enter`
    signs in as it is, for demonstrations. Raises NotFound, Conflict for who is locked, NotAllowed for such a link
    where the setting is off.
    """
    authorise(actor, "person")
    if kind == "enter" and not desk.settings.accounts.sign_in_links:
        raise NotAllowed("invitation.links", NO_LINKS)
    now, code = desk.clock(), invitations.fresh(desk.random)
    with desk.store.write() as tx:
        one = called(tx, name)
        if one.state != "active":
            raise Conflict("person.locked", LOCKED, name=one.name)
        records.drop_invitations(tx, one.id)
        made = Invitation(
            digest=invitations.digest(code),
            person=one.id,
            kind=kind,
            made=now,
            until=now + invitations.LASTS,
            uses=uses,
            by=actor.name,
        )
        records.add_invitation(tx, made)
        audit.acted(tx, desk, actor, "person-invite", person=one.name, kind=kind)
        return Invited(code, made.until, view(tx, one, now))


def person_unlock(desk: Desk, actor: Actor, name: str) -> PersonView:
    """Let a person in again who was locked, and forget what was tried under their name."""
    authorise(actor, "person")
    with desk.store.write() as tx:
        before = called(tx, name)
        one = msgspec.structs.replace(before, state="active", changed=desk.clock())
        records.put_person(tx, one)
        attempts.forgive(desk, tx, one.name)
        audit.acted(tx, desk, actor, "person-unlock", person=one.name)
        return view(tx, one, desk.clock())


def person_password(desk: Desk, actor: Actor, name: str, password: str) -> PersonView:
    """Set the first password of a person, as owner of the node folder: an operator gives links instead.

    Raises InputError for one that is too easy.
    """
    authorise(actor, "person")
    if actor.recipient is not None:
        raise NotAllowed("person.password", _("Nobody sets another person's password: invite them."))
    hashed = _checked(desk, name, password)
    with desk.store.write() as tx:
        one = called(tx, name)
        records.put_password(tx, one.id, hashed, desk.clock())
        audit.acted(tx, desk, actor, "password-set", person=one.name)
        return view(tx, one, desk.clock())


def invited(desk: Desk, code: str, kind: Kind = "enrol") -> Person:
    """Return whom a link is for, without using it; raises NotFound."""
    with desk.store.read() as tx:
        return _held(tx, desk, code, kind)[1]


def enter(desk: Desk, code: str, origin: Origin, *, replaces: bytes = b"") -> Entered:
    """Sign in by a link that does so by itself; only where the setting allows them. Raises NotFound."""
    if not desk.settings.accounts.sign_in_links:
        raise NotFound("no-invitation", ENDED)
    with desk.store.write() as tx:
        link, person = _held(tx, desk, code, "enter")
        records.use_invitation(tx, link.digest)
        written_down(tx, desk, person, "link", origin)
        return sessions.begin(tx, desk, person, "link", origin, replaces=replaces)


def enrol_password(desk: Desk, code: str, password: str, origin: Origin, *, replaces: bytes = b"") -> Entered:
    """Use a link to set a password; what follows is a session in which a second factor is set up, where one is asked for.

    One-time codes from before end: who was sent a link may have lost them. Raises NotFound, InputError.
    """
    hashed = _checked(desk, invited(desk, code).name, password)
    with desk.store.write() as tx:
        person = use_link(tx, desk, code)
        records.put_password(tx, person.id, hashed, desk.clock())
        records.drop_totp(tx, person.id)
        audit.acted(tx, desk, Actor(person.name), "password-set", person=person.name)
        written_down(tx, desk, person, "link", origin)
        stage = "enrol" if desk.settings.accounts.second_factor == "required" else "full"
        return sessions.begin(tx, desk, person, "password", origin, stage=stage, replaces=replaces)  # type: ignore[arg-type]


def use_link(tx: Transaction, desk: Desk, code: str) -> Person:
    """Use a link up, and end every session its person had before; raises NotFound."""
    link, person = _held(tx, desk, code, "enrol")
    records.use_invitation(tx, link.digest)
    records.drop_sessions(tx, person.id)
    attempts.forgive(desk, tx, person.name)
    return person


def _held(tx: Transaction, desk: Desk, code: str, kind: Kind) -> tuple[Invitation, Person]:
    link = records.invitation(tx, invitations.digest(code))
    person = records.person(tx, link.person) if link is not None else None
    if (
        link is None
        or person is None
        or link.kind != kind
        or link.until <= desk.clock()
        or person.state != "active"
    ):
        raise NotFound("no-invitation", ENDED)
    return link, person


def _checked(desk: Desk, name: str, password: str) -> str:
    own = desk.settings.node
    passwords.check(password, (name, own.name, own.title, own.organisation))
    return passwords.hashed(password)
