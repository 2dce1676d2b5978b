"""One-time codes and passwords, as those change them who have signed in."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from cordiale.accounts import password as passwords
from cordiale.accounts import records, sealing, totp
from cordiale.accounts.credential import Totp
from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.person import attempts, sessions
from cordiale.desk.person.signin import WRONG_CODE, written_down
from cordiale.platform.errors import NotAllowed
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.desk.person.attempts import Origin
    from cordiale.desk.person.sessions import Entered, Visitor

WRONG = _("This is not your present password. Nothing was changed.")


class Means(msgspec.Struct, frozen=True):
    """What somebody signs in with, besides passkeys."""

    password: bool
    codes: bool
    providers: tuple[str, ...]


def means(desk: Desk, actor: Actor) -> Means:
    """Return what one signs in with oneself."""
    authorise(actor, "account")
    with desk.store.read() as tx:
        return Means(
            records.password_of(tx, actor.person) is not None,
            records.totp_of(tx, actor.person) is not None,
            tuple(one.issuer for one in records.subjects_of(tx, actor.person)),
        )


def codes_secret(desk: Desk, visitor: Visitor) -> bytes:
    """Return the secret that a session is offered for an authenticator app; nothing is kept until its code is given."""
    key = sealing.key_for(desk.home.secret, "codes")
    return hmac.new(key, visitor.session.digest, sha256).digest()[:20]


def codes_set(desk: Desk, visitor: Visitor, typed: str, origin: Origin) -> Entered:
    """Take the one-time codes that an app makes from the offered secret; what else was open ends.

    Raises NotAllowed for a wrong code, after several with the seconds to wait, and after too long a time.
    """
    if visitor.session.stage == "full":
        sessions.lately(desk, visitor.session)
    person, now, secret = visitor.person, desk.clock(), codes_secret(desk, visitor)
    tried = attempts.attempt(desk, "code", person.name, origin)
    step = totp.matching_step(secret, typed, now, 0)
    with desk.store.write() as tx:
        attempts.let_try(tx, tried, person.id, now)
        if step is None:
            attempts.failed(tx, tried, now)
        else:
            sealed = sealing.seal(desk.home.secret, secret, person.id, desk.random)
            records.put_totp(tx, person.id, Totp(sealed, step, now))
            audit.acted(tx, desk, visitor.actor(desk), "codes-set", person=person.name)
            records.drop_sessions(tx, person.id)
            whole = visitor.session.means if visitor.session.stage == "full" else "password+code"
            if visitor.session.stage != "full":
                attempts.succeeded(
                    tx, attempts.attempt(desk, "password", person.name, origin), person.id, now
                )
                written_down(tx, desk, person, whole, origin)
            return sessions.begin(tx, desk, person, whole, origin, replaces=visitor.secret)
    raise NotAllowed("sign-in-code", WRONG_CODE).at("code")


def password_change(desk: Desk, visitor: Visitor, before: str, password: str, origin: Origin) -> Entered:
    """Change one's own password, giving the present one where there is one; what else was open ends.

    Raises NotAllowed for a wrong one, after several with the seconds to wait, and InputError for one that is too easy.
    """
    sessions.lately(desk, visitor.session)
    person, own = visitor.person, desk.settings.node
    passwords.check(password, (person.name, own.name, own.title, own.organisation))
    tried = attempts.attempt(desk, "password", person.name, origin)
    with desk.store.read() as tx:
        attempts.let_try(tx, tried, person.id, desk.clock())
        kept = records.password_of(tx, person.id)
    right = kept is None or passwords.matches(before, kept)
    hashed = passwords.hashed(password) if right else ""
    with desk.store.write() as tx:
        if right:
            records.put_password(tx, person.id, hashed, desk.clock())
            audit.acted(tx, desk, visitor.actor(desk), "password-set", person=person.name)
            records.drop_sessions(tx, person.id)
            return sessions.begin(tx, desk, person, visitor.session.means, origin, replaces=visitor.secret)
        attempts.failed(tx, tried, desk.clock())
    raise NotAllowed("password.wrong", WRONG).at("before")
