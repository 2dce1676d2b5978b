"""Sessions: begun at sign-in under a number that nobody had before, ended by many things."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from cordiale.accounts import records, session
from cordiale.accounts.person import Person
from cordiale.accounts.sealing import key_for
from cordiale.accounts.session import Session, Stage
from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.person.people import acting, called
from cordiale.platform.clock import HOUR, MINUTE
from cordiale.platform.errors import NotAllowed, NotFound
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.desk.person.attempts import Origin
    from cordiale.store.connection import Transaction

MOST = 20
"""Most sessions of one person; a further one ends the oldest."""

HALFWAY = 30 * MINUTE
"""How long a session lasts in which a second factor is still missing."""

LATELY = 15 * MINUTE
"""How long after signing in somebody may change what they sign in with."""

AGAIN = _("To change what you sign in with, sign in again: it was a while ago.")
NO_SESSION = _("There is no such session of yours: it may have ended.")

_AGENT = 200


class Entered(msgspec.Struct, frozen=True):
    """A session that was just begun: its secret number for the browser, and whose it is."""

    secret: bytes
    session: Session
    person: Person


class Visitor(msgspec.Struct, frozen=True):
    """Who shows a session, and when its cookie was written."""

    secret: bytes
    written: int
    session: Session
    person: Person

    def actor(self, desk: Desk) -> Actor:
        """Return who acts."""
        return acting(desk, self.person)


class SessionView(msgspec.Struct, frozen=True):
    """A session as its owner sees it; `id` ends it and opens nothing."""

    id: str
    means: str
    address: str
    agent: str
    made: int
    until: int
    this: bool


def begin(
    tx: Transaction,
    desk: Desk,
    person: Person,
    means: str,
    origin: Origin,
    *,
    stage: Stage = "full",
    replaces: bytes = b"",
) -> Entered:
    """Begin a session; whatever number the browser showed before (`replaces`) is worth nothing from now on."""
    now = desk.clock()
    records.drop_ended(tx, now)
    if replaces:
        records.drop_session(tx, session.digest(replaces))
    before = records.sessions_of(tx, person.id)
    for one in before[: max(0, len(before) - MOST + 1)]:
        records.drop_session(tx, one.digest)
    secret = session.fresh(desk.random)
    made = Session(
        digest=session.digest(secret),
        person=person.id,
        stage=stage,
        means=means,
        made=now,
        until=now + (HALFWAY if stage != "full" else desk.settings.accounts.session_hours * HOUR),
        address=origin.address,
        agent="".join(c for c in origin.agent[:_AGENT] if c.isprintable()),
    )
    records.add_session(tx, made)
    return Entered(secret, made, person)


def cookie(desk: Desk, secret: bytes) -> str:
    """Write the cookie of a session as of now."""
    return session.cookie(secret, desk.clock(), _cookie_key(desk))


def is_stale(desk: Desk, one: Visitor) -> bool:
    """Tell whether the cookie of a session in use is to be written again."""
    return desk.clock() - one.written >= session.REWRITTEN_AFTER


def form_token(desk: Desk, secret: bytes) -> str:
    """Return the token that the forms of a browser must carry, from the secret number that it has."""
    return session.form_token(secret, key_for(desk.home.secret, "forms"))


def visitor(desk: Desk, shown_cookie: str) -> Visitor | None:
    """Return who shows a cookie; None when it is not ours, the session ended or was idle, or the person is locked."""
    shown = session.read_cookie(shown_cookie, _cookie_key(desk))
    if shown is None:
        return None
    now = desk.clock()
    if now - shown.written > desk.settings.accounts.idle_minutes * MINUTE:
        return None
    with desk.store.read() as tx:
        found = records.session_and_person(tx, session.digest(shown.secret))
    if found is None or found[0].until <= now or found[1].state != "active":
        return None
    return Visitor(shown.secret, shown.written, *found)


def sign_out(desk: Desk, one: Visitor) -> None:
    """End a session: its cookie is worth nothing from now on, wherever a copy of it is."""
    with desk.store.write() as tx:
        records.drop_session(tx, one.session.digest)
        audit.acted(tx, desk, one.actor(desk), "sign-out")


def lately(desk: Desk, one: Session) -> None:
    """Raise NotAllowed (code `sign-in-again`) unless somebody signed in a moment ago."""
    if desk.clock() - one.made > LATELY:
        raise NotAllowed("sign-in-again", AGAIN)


def session_list(desk: Desk, actor: Actor, *, this: bytes = b"") -> list[SessionView]:
    """Return one's own sessions, newest first; `this` is the digest of the one that asks."""
    authorise(actor, "account")
    with desk.store.read() as tx:
        found = records.sessions_of(tx, actor.person)
    now = desk.clock()
    return [_view(one, this) for one in reversed(found) if one.until > now]


def acting_still(desk: Desk, actor: Actor) -> Actor:
    """Return somebody who was let in some time ago with the rights they have now; raises NotFound once they are kept out."""
    if not actor.person:
        return actor
    with desk.store.read() as tx:
        person = records.person(tx, actor.person)
    if person is None or person.state != "active":
        raise NotFound("no-session", NO_SESSION)
    return replace(acting(desk, person, actor.scopes), within=actor.within)


def session_end(desk: Desk, actor: Actor, identifier: str) -> None:
    """End one of one's own sessions; raises NotFound."""
    authorise(actor, "account")
    with desk.store.write() as tx:
        for one in records.sessions_of(tx, actor.person):
            if one.digest.hex().startswith(identifier) and len(identifier) >= len(_view(one, b"").id):
                records.drop_session(tx, one.digest)
                audit.acted(tx, desk, actor, "session-end", person=actor.name)
                return
    raise NotFound("no-session", NO_SESSION)


def sessions_end(desk: Desk, actor: Actor, person: str) -> int:
    """End all sessions of a person, as operator; return how many."""
    authorise(actor, "person")
    with desk.store.write() as tx:
        one = called(tx, person)
        ended = records.drop_sessions(tx, one.id)
        audit.acted(tx, desk, actor, "session-end", person=one.name, ended=ended)
    return ended


def _cookie_key(desk: Desk) -> bytes:
    return key_for(desk.home.secret, "cookies")


def _view(one: Session, this: bytes) -> SessionView:
    return SessionView(
        one.digest.hex()[:24], one.means, one.address, one.agent, one.made, one.until, one.digest == this
    )
