"""Single sign-on: begun at the door, by a link or in an account; ended by what the provider signed."""

from __future__ import annotations

import hmac
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

import msgspec

from cordiale.accounts import challenge, oidc, records, sealing
from cordiale.accounts.credential import Subject
from cordiale.accounts.oidc import Begun, Provider
from cordiale.desk import audit
from cordiale.desk.actor import Actor
from cordiale.desk.person import sessions
from cordiale.desk.person.enrolment import invited, use_link
from cordiale.desk.person.signin import UNKNOWN, written_down
from cordiale.platform.clock import MINUTE
from cordiale.platform.errors import ConfigurationError, Conflict, IntegrityError, NotAllowed, NotFound
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.accounts.oidc import Endpoints
    from cordiale.accounts.person import Person
    from cordiale.desk.desk import Desk
    from cordiale.desk.person.attempts import Origin
    from cordiale.desk.person.sessions import Entered, Visitor
    from cordiale.store.connection import Transaction

Purpose = Literal["sign-in", "enrol", "link"]

LASTS = 10 * MINUTE
KNOWN = 10 * MINUTE
"""How long it is remembered where a provider is asked for what."""

NO_PROVIDER = _("There is no single sign-on called {name} here.")
NO_SECRET = _("The client secret of [sso.{name}] cannot be read from {file}.")
NOBODY = _(
    "{name} knows you, but nobody here is known by that account. Ask the node's operator for a link, and choose it there."
)
TAKEN = _("This account of {name} belongs to somebody else here.")


class Waiting(msgspec.Struct, frozen=True):
    """What a browser keeps, sealed, while its user is at the provider."""

    provider: str
    begun: Begun
    at: int
    purpose: Purpose
    back: str
    code: str = ""
    person: str = ""


class Went(msgspec.Struct, frozen=True):
    """Where a browser goes, and what it keeps meanwhile."""

    address: str
    sealed: bytes


class Came(msgspec.Struct, frozen=True):
    """Who came back, in a new session, and the page they wanted."""

    entered: Entered
    back: str


def providers(desk: Desk) -> list[tuple[str, str]]:
    """Return name and title of each provider by which people may sign in."""
    return [(name, one.title or name) for name, one in desk.settings.sso.items() if one.issuer and one.client]


def go(
    desk: Desk,
    name: str,
    purpose: Purpose,
    back: str,
    redirect: str,
    *,
    code: str = "",
    visitor: Visitor | None = None,
) -> Went:
    """Send a browser to a provider; `code` is that of a link, `visitor` who adds the provider's account to their own.

    Raises NotFound for an unknown provider or link, NotAllowed where somebody signed in too long ago.
    """
    provider = _provider(desk, name)
    person = ""
    if purpose == "link":
        assert visitor is not None
        sessions.lately(desk, visitor.session)
        person = visitor.person.id
    elif purpose == "enrol":
        person = invited(desk, code).id
    begun = oidc.begin(desk.random)
    waiting = Waiting(name, begun, desk.clock(), purpose, back, code, person)
    address = oidc.address(provider, _endpoints(desk, provider), begun, redirect)
    return Went(address, sealing.seal(desk.home.secret, msgspec.json.encode(waiting), "sso", desk.random))


def come_back(
    desk: Desk,
    sealed: bytes,
    given: dict[str, str],
    redirect: str,
    origin: Origin,
    *,
    visitor: Visitor | None = None,
) -> Came:
    """Take what a provider sent a browser back with, and begin the session of whom it means.

    Raises NotAllowed for a state of another browser, an old or a used one, for what the provider signed wrongly, and for
    an account that nobody here has; Conflict for one that is somebody else's; NotFound for a link that ended.
    """
    waiting = _waiting(desk, sealed, given.get("state", ""))
    provider = _provider(desk, waiting.provider)
    name = provider.title or provider.name
    if given.get("iss", provider.issuer) != provider.issuer:  # RFC 9207: another provider answered
        raise NotAllowed("sso.wrong", oidc.WRONG, name=name)
    if "error" in given or not given.get("code"):
        reason = "".join(c for c in given.get("error", "")[:60] if c.isalnum() or c in "_-")
        raise NotAllowed("sso.refused", oidc.REFUSED, name=name, reason=reason or "–")
    subject = oidc.finish(
        provider, _endpoints(desk, provider), waiting.begun, given["code"][:2000], redirect, desk.clock()
    )
    with desk.store.write() as tx:
        entered = _entered(tx, desk, waiting, provider, subject, origin, visitor)
        if entered is None:
            audit.acted(tx, desk, Actor(UNKNOWN), "sign-in-refused", means="provider", address=origin.address)
    if entered is None:
        raise NotAllowed("sso.nobody", NOBODY, name=name)
    return Came(entered, waiting.back)


def _entered(
    tx: Transaction,
    desk: Desk,
    waiting: Waiting,
    provider: Provider,
    subject: str,
    origin: Origin,
    visitor: Visitor | None,
) -> Entered | None:
    held = records.person_of_subject(tx, provider.issuer, subject)
    if waiting.purpose == "sign-in":
        person = records.person(tx, held) if held is not None else None
        if person is None or person.state != "active":
            return None
        replaces = visitor.secret if visitor is not None else b""
    else:
        person = _owner(tx, desk, waiting, visitor)
        if held not in (None, person.id):
            raise Conflict("sso.taken", TAKEN, name=provider.title or provider.name)
        if held is None:
            records.add_subject(tx, person.id, Subject(provider.issuer, subject, desk.clock()))
            audit.acted(tx, desk, Actor(person.name), "provider-add", person=person.name)
        replaces = visitor.secret if visitor is not None else b""
    written_down(tx, desk, person, "provider", origin)
    return sessions.begin(tx, desk, person, "provider", origin, replaces=replaces)


def _owner(tx: Transaction, desk: Desk, waiting: Waiting, visitor: Visitor | None) -> Person:
    """Return to whom a provider's account is added: whose link it is, or who asked for it and is still here."""
    if waiting.purpose == "enrol":
        return use_link(tx, desk, waiting.code)
    if visitor is None or visitor.session.stage != "full" or visitor.person.id != waiting.person:
        raise NotAllowed("sso.wrong", oidc.WRONG, name=waiting.provider)
    return visitor.person


def _waiting(desk: Desk, sealed: bytes, state: str) -> Waiting:
    """Open what a browser kept, once, and only if this state belongs to it."""
    now = desk.clock()
    try:
        kept = msgspec.json.decode(sealing.unseal(desk.home.secret, sealed, "sso", "sso"), type=Waiting)
    except (IntegrityError, msgspec.DecodeError) as error:
        raise NotAllowed("sso.wrong", oidc.WRONG, name="sso") from error
    ours = hmac.compare_digest(kept.begun.state.encode(), state.encode()) and 0 <= now - kept.at <= LASTS
    with desk.store.write() as tx:
        if not ours or not records.spend(tx, challenge.digest(kept.begun.state.encode()), now + LASTS):
            raise NotAllowed("sso.wrong", oidc.WRONG, name=kept.provider)
    return kept


def _provider(desk: Desk, name: str) -> Provider:
    one = desk.settings.sso.get(name)
    if one is None or not one.issuer or not one.client:
        raise NotFound("no-provider", NO_PROVIDER, name=name[:60])
    if not all(find_spec(library) for library in ("authlib", "joserfc")):
        raise ConfigurationError("sso.extra", oidc.NO_EXTRA, name=name)
    secret = ""
    if one.secret_file:
        file = desk.folder / one.secret_file
        try:
            secret = file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError("sso.secret", NO_SECRET, name=name, file=str(file)) from error
    return Provider(name, one.title, one.issuer, one.client, secret)


def _endpoints(desk: Desk, provider: Provider) -> Endpoints:
    key, now = f"sso {provider.issuer}", desk.clock()
    held = desk.cache.get(key)
    if held is None or now - held[0] > KNOWN:
        held = desk.cache[key] = (now, oidc.discover(provider))
    found: Endpoints = held[1]
    return found
