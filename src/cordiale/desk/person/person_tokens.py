"""Tokens by which programs act for a person: made, listed, ended."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import msgspec

from cordiale.accounts import records, token
from cordiale.desk import audit
from cordiale.desk.actor import VERBS, authorise, may
from cordiale.desk.person.people import called
from cordiale.platform.clock import DAY
from cordiale.platform.errors import InputError, NotAllowed, NotFound
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.accounts.person import Person
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

LONGEST_DAYS = 366
LONGEST_NAME = 100
MOST = 50
"""Most tokens of one person."""

NEVER = frozenset({"account", "person", "person-list"})
"""What no token is for: a stolen one must not make another, nor let anybody in."""

NO_VERB = _("“{verb}” is nothing a token can be for: choose among {known}.")
NO_DAYS = _("A token lasts from 1 to {most} days.")
NO_NAME = _("Give the token a name of up to {most} characters that says what it is for.")
TOO_MANY = _("{name} has {most} tokens already: end one that is not used any more.")
NO_TOKEN = _("There is no token {id}. See: cordiale token list")
LOCKED = _("{name} is locked, and so are tokens for them.")


class TokenView(msgspec.Struct, frozen=True):
    """A token as it is listed: what it is for, never what would let anybody use it."""

    id: str
    person: str
    name: str
    scopes: tuple[str, ...]
    made: int
    until: int
    ended: bool


class MadeToken(msgspec.Struct, frozen=True):
    """A new token, and the only time that its text is shown."""

    token: str
    view: TokenView


def token_add(
    desk: Desk, actor: Actor, name: str, *, scopes: Collection[str], days: int = 90, person: str = ""
) -> MadeToken:
    """Make a token for oneself or, as operator, for `person`; `scopes` are the verbs it may use.

    It never allows what the person's roles do not allow at that moment. Raises InputError, NotFound.
    """
    _mine(actor, person)
    chosen = tuple(sorted(set(scopes)))
    known = sorted(VERBS.keys() - NEVER)
    for verb in chosen or ("",):
        if verb not in known:
            raise InputError("token.scope", NO_VERB, verb=verb, known=", ".join(known)).at("scopes", "scope")
    if not 1 <= days <= LONGEST_DAYS:
        raise InputError("token.days", NO_DAYS, most=LONGEST_DAYS).at("days")
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise InputError("token.name", NO_NAME, most=LONGEST_NAME).at("name")
    now, text = desk.clock(), token.fresh(desk.random)
    with desk.store.write() as tx:
        owner = _owner(tx, actor, person)
        if owner.state != "active":
            raise NotAllowed("person.locked", LOCKED, name=owner.name)
        if sum(one.until > now for one in records.tokens(tx, owner.id)) >= MOST:
            raise InputError("token.many", TOO_MANY, name=owner.name, most=MOST)
        one = token.Token(
            id=uuid4(desk.random)[:8],
            person=owner.id,
            name=name.strip(),
            scopes=chosen,
            made=now,
            until=now + days * DAY,
            by=actor.name,
        )
        records.add_token(tx, one, token.digest(text))
        audit.acted(tx, desk, actor, "token-add", person=owner.name, token=one.id, scopes=list(chosen))
    return MadeToken(text, _view(one, owner.name, now))


def token_list(desk: Desk, actor: Actor, *, person: str = "", everybody: bool = False) -> list[TokenView]:
    """Return one's own tokens or, as operator, those of `person` or of everybody; oldest first."""
    if everybody:
        authorise(actor, "person")
    else:
        _mine(actor, person)
    with desk.store.read() as tx:
        names = {one.id: one.name for one in records.people(tx)}
        found = records.tokens(tx, None if everybody else _owner(tx, actor, person).id)
    return [_view(one, names.get(one.person, ""), desk.clock()) for one in found]


def token_revoke(desk: Desk, actor: Actor, identifier: str) -> TokenView:
    """End a token at once: one's own or, as operator, anybody's. Raises NotFound, also for what is another's."""
    authorise(actor, "account")
    with desk.store.write() as tx:
        names = {one.id: one.name for one in records.people(tx)}
        one = next((held for held in records.tokens(tx) if held.id == identifier), None)
        if one is None or not (one.person == actor.person or may(actor, "person")):
            raise NotFound("no-token", NO_TOKEN, id=identifier[:60])
        records.drop_token(tx, one.id)
        owner = names.get(one.person, "")
        audit.acted(tx, desk, actor, "token-revoke", person=owner, token=one.id)
        return _view(one, owner, one.until)


def _mine(actor: Actor, person: str) -> None:
    authorise(actor, "person" if person and person != actor.name else "account")


def _owner(tx: Transaction, actor: Actor, person: str) -> Person:
    if person or not actor.person:
        return called(tx, person or actor.name)
    found = records.person(tx, actor.person)
    assert found is not None
    return found


def _view(one: token.Token, owner: str, now: int) -> TokenView:
    return TokenView(one.id, owner, one.name, one.scopes, one.made, one.until, one.until <= now)
