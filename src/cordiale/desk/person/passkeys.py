"""Passkeys of people: made in a session or by a link, used to sign in, taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cordiale.accounts import challenge as challenges
from cordiale.accounts import passkey, records
from cordiale.accounts.credential import Passkey
from cordiale.accounts.passkey import Place
from cordiale.accounts.sealing import key_for
from cordiale.desk import audit
from cordiale.desk.actor import Actor
from cordiale.desk.person import attempts, sessions
from cordiale.desk.person.enrolment import use_link
from cordiale.desk.person.signin import UNKNOWN, written_down
from cordiale.platform.errors import Conflict, NotAllowed, NotFound
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.accounts.passkey import Answer, Made
    from cordiale.accounts.person import Person
    from cordiale.desk.desk import Desk
    from cordiale.desk.person.attempts import Origin
    from cordiale.desk.person.sessions import Entered, Visitor
    from cordiale.store.connection import Transaction

MOST = 20
LONGEST_NAME = 60

TAKEN = _("This passkey is known here already.")
TOO_MANY = _("There are {most} passkeys already: remove one that is not used any more.")
NO_PASSKEY = _("There is no such passkey of yours.")
LAST = _("This is the only thing you sign in with: set up another one first.")


def to_show(desk: Desk, place: Place, bound: str) -> str:
    """Return what a browser is asked in order to sign in by a passkey (JSON); `bound` is what only it has."""
    return passkey.to_show(place, _fresh(desk, "show", bound))


def to_make(desk: Desk, person: Person, place: Place, bound: str) -> str:
    """Return what a browser is asked in order to make a passkey for a person (JSON)."""
    with desk.store.read() as tx:
        known = [one.id for one in records.passkeys_of(tx, person.id)]
    fresh = _fresh(desk, f"make {person.id}", bound)
    return passkey.to_make(place, fresh, person.id, person.name, person.title, known)


def sign_in(
    desk: Desk, text: str, place: Place, bound: str, origin: Origin, *, replaces: bytes = b""
) -> Entered:
    """Begin the session of whose device answered; raises NotAllowed with one answer for whatever was not right."""
    answer = passkey.read(text)
    tried = attempts.attempt(desk, "passkey", answer.id.hex(), origin)
    with desk.store.write() as tx:
        kept = records.passkey(tx, answer.id)
        person = records.person(tx, kept.person) if kept is not None else None
        attempts.let_try(tx, tried, person.id if person else "", desk.clock())
        try:
            _spend(tx, desk, answer, "show", bound)
            if kept is None or person is None or person.state != "active":
                raise NotAllowed("passkey.wrong", passkey.WRONG)
            if answer.person not in ("", person.id):
                raise NotAllowed("passkey.wrong", passkey.WRONG)
            count = passkey.shown(answer, kept, place)
        except NotAllowed as refused:
            attempts.failed(tx, tried, desk.clock())
            name = person.name if person is not None else UNKNOWN
            audit.acted(tx, desk, Actor(name), "sign-in-refused", means="passkey", address=origin.address)
            wrong = refused
        else:
            records.use_passkey(tx, kept.id, count, desk.clock())
            attempts.succeeded(tx, tried, person.id, desk.clock())
            written_down(tx, desk, person, "passkey", origin)
            return sessions.begin(tx, desk, person, "passkey", origin, replaces=replaces)
    raise wrong


def add(
    desk: Desk, visitor: Visitor, text: str, name: str, place: Place, bound: str, origin: Origin
) -> Entered:
    """Take a new passkey of who has signed in a moment ago; what else they had open ends.

    Raises NotAllowed for an answer that is not right, or after too long a time; Conflict.
    """
    if visitor.session.stage == "full":
        sessions.lately(desk, visitor.session)
    answer = passkey.read(text)
    with desk.store.write() as tx:
        _spend(tx, desk, answer, f"make {visitor.person.id}", bound)
        _added(tx, desk, visitor.person, passkey.made(answer, place), name, place)
        records.drop_sessions(tx, visitor.person.id)
        means = visitor.session.means if visitor.session.stage == "full" else "password+passkey"
        if visitor.session.stage != "full":
            written_down(tx, desk, visitor.person, means, origin)
        return sessions.begin(tx, desk, visitor.person, means, origin, replaces=visitor.secret)


def enrol(desk: Desk, code: str, text: str, name: str, place: Place, bound: str, origin: Origin) -> Entered:
    """Use a link to make a passkey, and sign in by it. Raises NotFound for the link, NotAllowed, Conflict."""
    answer = passkey.read(text)
    with desk.store.write() as tx:
        person = use_link(tx, desk, code)
        _spend(tx, desk, answer, f"make {person.id}", bound)
        _added(tx, desk, person, passkey.made(answer, place), name, place)
        written_down(tx, desk, person, "link", origin)
        return sessions.begin(tx, desk, person, "passkey", origin)


def remove(desk: Desk, visitor: Visitor, identifier: str) -> None:
    """Take a passkey away from its owner, who signed in a moment ago. Raises NotFound, Conflict for the only means."""
    sessions.lately(desk, visitor.session)
    person = visitor.person
    with desk.store.write() as tx:
        held = records.passkeys_of(tx, person.id)
        one = next((found for found in held if found.id.hex() == identifier), None)
        if one is None:
            raise NotFound("no-passkey", NO_PASSKEY)
        if (
            len(held) == 1
            and records.password_of(tx, person.id) is None
            and not records.subjects_of(tx, person.id)
        ):
            raise Conflict("passkey.last", LAST)
        records.drop_passkey(tx, person.id, one.id)
        audit.acted(tx, desk, visitor.actor(desk), "passkey-remove", person=person.name)


def _added(tx: Transaction, desk: Desk, person: Person, new: Made, name: str, place: Place) -> None:
    if records.passkey(tx, new.id) is not None:
        raise Conflict("passkey.taken", TAKEN)
    if len(records.passkeys_of(tx, person.id)) >= MOST:
        raise Conflict("passkey.many", TOO_MANY, most=MOST)
    shown = "".join(c for c in name.strip()[:LONGEST_NAME] if c.isprintable())
    records.add_passkey(
        tx,
        Passkey(
            id=new.id,
            person=person.id,
            name=shown,
            site=place.site,
            public=new.public,
            count=new.count,
            made=desk.clock(),
        ),
    )
    audit.acted(tx, desk, Actor(person.name), "passkey-add", person=person.name)


def _fresh(desk: Desk, purpose: str, bound: str) -> bytes:
    key = key_for(desk.home.secret, "challenges")
    return challenges.fresh(key, f"passkey {purpose}", bound, desk.clock(), desk.random)


def _spend(tx: Transaction, desk: Desk, answer: Answer, purpose: str, bound: str) -> None:
    """Use up the challenge that was answered; raises NotAllowed for one of another browser, too old, or used."""
    key, now = key_for(desk.home.secret, "challenges"), desk.clock()
    ours = challenges.is_ours(answer.challenge, key, f"passkey {purpose}", bound, now)
    if not ours or not records.spend(tx, challenges.digest(answer.challenge), now + challenges.LASTS):
        raise NotAllowed("passkey.wrong", passkey.WRONG)


class PasskeyView(msgspec.Struct, frozen=True):
    """A passkey as its owner sees it; times in microseconds."""

    id: str
    name: str
    site: str
    made: int
    used: int | None


def passkey_list(desk: Desk, actor: Actor) -> list[PasskeyView]:
    """Return one's own passkeys, oldest first."""
    from cordiale.desk.actor import authorise

    authorise(actor, "account")
    with desk.store.read() as tx:
        found = records.passkeys_of(tx, actor.person)
    return [PasskeyView(one.id.hex(), one.name, one.site, one.made, one.used) for one in found]
