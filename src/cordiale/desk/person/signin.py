"""Sign in by name and password, then by a one-time code; and find out who acts behind a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordiale.accounts import password as passwords
from cordiale.accounts import records, sealing, token, totp
from cordiale.accounts.session import Stage
from cordiale.desk import audit
from cordiale.desk.actor import Actor
from cordiale.desk.person import attempts, sessions
from cordiale.desk.person.people import acting
from cordiale.platform.errors import NotAllowed
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.accounts.person import Person
    from cordiale.desk.desk import Desk
    from cordiale.desk.person.attempts import Attempt, Origin
    from cordiale.desk.person.sessions import Entered, Visitor
    from cordiale.store.connection import Transaction

NO_TOKEN = _("This token is not known here, or has ended: ask whoever gave it to you for another one.")
WRONG = _("This name and password do not open anything here. If you have a passkey, use it.")
WRONG_CODE = _("This code is not right, or was used already: wait for the next one.")

UNKNOWN = "?"
"""Who acts in the audit where nobody here has the name that was tried: what was typed may be a password."""


def actor_by_token(desk: Desk, shown: str, now: int) -> Actor:
    """Return whom a token acts for, with its verbs alone; `now` in microseconds.

    Raises NotAllowed (code `not-signed-in`) for one that nobody was given, that has ended, or whose person is locked.
    """
    found = None
    if shown.startswith(token.BEGINS) and len(shown) <= token.LONGEST:
        with desk.store.read() as tx:
            found = records.token_and_person(tx, token.digest(shown))
    if found is None or found[0].until <= now or found[1].state != "active":
        raise NotAllowed("not-signed-in", NO_TOKEN)
    return acting(desk, found[1], frozenset(found[0].scopes))


def sign_in(desk: Desk, name: str, password: str, origin: Origin, *, replaces: bytes = b"") -> Entered:
    """Begin the session of whoever has this name and password; it is not a full one where a second factor is asked for.

    Raises NotAllowed with one answer, after one time, for a name that nobody has, a wrong password, a locked person,
    and one who does not sign in by password; or with the seconds to wait.
    """
    written = name.strip().lower()
    tried = attempts.attempt(desk, "password", written, origin)
    with desk.store.read() as tx:
        person = records.person_called(tx, written)
        attempts.let_try(tx, tried, person.id if person else "", desk.clock())
        kept = records.password_of(tx, person.id) if person else None
    right = passwords.matches(password, kept)
    with desk.store.write() as tx:
        # once more, now that nobody else writes: of many tried at the same moment only as many count as may fail
        attempts.let_try(tx, tried, person.id if person else "", desk.clock())
        stage = _stage(tx, desk, person) if person is not None and right else None
        if person is None or stage is None:
            _refused(tx, desk, tried, person, "password", origin)
        else:
            if passwords.is_old(str(kept)):
                records.put_password(tx, person.id, passwords.hashed(password), desk.clock())
            entered = sessions.begin(tx, desk, person, "password", origin, stage=stage, replaces=replaces)
            if stage == "full":
                attempts.succeeded(tx, tried, person.id, desk.clock())
            if stage != "second":
                written_down(tx, desk, person, "password", origin)
            return entered
    raise NotAllowed("sign-in", WRONG)


def give_code(desk: Desk, visitor: Visitor, typed: str, origin: Origin) -> Entered:
    """Give the one-time code that a session waits for; a session of another number follows it.

    Raises NotAllowed for a wrong or used code, with the seconds to wait after several.
    """
    person = visitor.person
    tried = attempts.attempt(desk, "code", person.name, origin)
    with desk.store.write() as tx:
        attempts.let_try(tx, tried, person.id, desk.clock())
        if visitor.session.stage == "second" and use_code(tx, desk, person, typed):
            attempts.succeeded(tx, tried, person.id, desk.clock())
            attempts.succeeded(
                tx, attempts.attempt(desk, "password", person.name, origin), person.id, desk.clock()
            )
            means = visitor.session.means + "+code"
            written_down(tx, desk, person, means, origin)
            return sessions.begin(tx, desk, person, means, origin, replaces=visitor.secret)
        _refused(tx, desk, tried, person, "code", origin)
    raise NotAllowed("sign-in-code", WRONG_CODE).at("code")


def use_code(tx: Transaction, desk: Desk, person: Person, typed: str) -> bool:
    """Use up a one-time code of a person; False for one that is wrong or was used."""
    held = records.totp_of(tx, person.id)
    if held is None:
        return False
    secret = sealing.unseal(desk.home.secret, held.sealed, person.id, person.name)
    step = totp.matching_step(secret, typed, desk.clock(), held.step)
    return step is not None and records.use_totp(tx, person.id, step)


def written_down(tx: Transaction, desk: Desk, person: Person, means: str, origin: Origin) -> None:
    """Write into the audit that somebody signed in, by what and from where."""
    audit.acted(tx, desk, acting(desk, person), "sign-in", means=means, address=origin.address)


def _stage(tx: Transaction, desk: Desk, person: Person) -> Stage | None:
    """Return how far a right password leads, None for nowhere."""
    if person.state != "active":
        return None
    if records.totp_of(tx, person.id) is not None:
        return "second"
    if records.passkeys_of(tx, person.id):
        return (
            None  # they have something better: who only knows the password must not set up codes of their own
        )
    return "enrol" if desk.settings.accounts.second_factor == "required" else "full"


def _refused(
    tx: Transaction, desk: Desk, tried: Attempt, person: Person | None, means: str, origin: Origin
) -> None:
    attempts.failed(tx, tried, desk.clock())
    who = Actor(UNKNOWN) if person is None else acting(desk, person)
    audit.acted(tx, desk, who, "sign-in-refused", means=means, address=origin.address)
