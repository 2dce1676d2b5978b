"""People of this node, and what they are when they ask: a recipient like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from cordiale.accounts import records
from cordiale.accounts.person import Person, State, name_of
from cordiale.desk import audit
from cordiale.desk.actor import ROLES, Actor, authorise
from cordiale.platform.errors import Conflict, InputError, NotFound
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import LANGUAGES, _
from cordiale.release.marking import TLP
from cordiale.release.recipient import Recipient

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

LISTS = ("clearances", "compartments", "communities", "roles")
"""What a person may have several of; such a change replaces all."""

TEXTS = ("title", "organisation", "nationality", "tlp", "language")
LONGEST = 200
MOST = 100

NO_ROLE = _("There is no role “{role}”: choose among {known}.")
NO_LABEL = _("There is no TLP label “{label}”: choose among {known}.")
NO_LANGUAGE = _("There is no language “{lang}” here: choose one of {known}.")
NO_CLEARANCE = _("“{written}” is no clearance: write SCALE/LEVEL, such as FRA/SECRET.")
NO_COMPARTMENT = _("“{written}” is no compartment: write AUTHORITY/NAME, such as CAN/MAPLE.")
TOO_LONG = _("{what} is too long, or holds what cannot be shown.")
TAKEN = _("Somebody here is, or was, called {name}: names are not given twice, so that the audit stays true.")
NOBODY = _("There is nobody called {name} here. See: cordiale person list")
LAST = _(
    "{name} is the last operator who can sign in: give somebody else that role first, or nobody could let people in."
)


class PersonView(msgspec.Struct, frozen=True, kw_only=True):
    """A person as those who look after people see them, with what they can sign in by."""

    name: str
    title: str
    organisation: str
    nationality: str
    tlp: str
    clearances: tuple[str, ...]
    compartments: tuple[str, ...]
    communities: tuple[str, ...]
    roles: tuple[str, ...]
    state: State
    language: str
    made: int
    passkeys: int = 0
    password: bool = False
    codes: bool = False
    providers: tuple[str, ...] = ()
    sessions: int = 0
    tokens: int = 0
    invited_until: int | None = None


def acting(desk: Desk, person: Person, scopes: frozenset[str] | None = None) -> Actor:
    """Return a person as who acts: with their roles, and asked as the recipient they are."""
    return Actor(
        name=person.name,
        roles=frozenset(person.roles),
        recipient=recipient_of(desk, person),
        scopes=scopes,
        person=person.id,
    )


def recipient_of(desk: Desk, person: Person) -> Recipient:
    """Return the recipient that a person of this node is."""
    return Recipient(
        node=desk.node,
        nation=person.nationality,
        organisation=person.organisation,
        person=person.name,
        clearances=person.clearances,
        tlp=person.tlp,
        compartments=frozenset(person.compartments),
        communities=frozenset(person.communities),
    )


def person_add(desk: Desk, actor: Actor, name: str, **given: Any) -> PersonView:
    """Write down a person of this node, who cannot sign in until they were invited.

    `given` are fields of `Person`; nation and organisation are the node's own where they are not given. Raises
    InputError for what cannot be, Conflict for a name that somebody has or had.
    """
    authorise(actor, "person")
    own = desk.settings.node
    standing = {"organisation": own.organisation, "nationality": own.nation}
    fields = _checked(standing | {key: value for key, value in given.items() if value is not None})
    now = desk.clock()
    one = Person(id=uuid4(desk.random), name=name_of(name), made=now, changed=now, **fields)
    with desk.store.write() as tx:
        if records.person_called(tx, one.name) is not None:
            raise Conflict("person.taken", TAKEN, name=one.name).at("name")
        records.add_person(tx, one)
        audit.acted(tx, desk, actor, "person-add", person=one.name, roles=list(one.roles))
        return view(tx, one, now)


def person_list(desk: Desk, actor: Actor, *, removed: bool = False) -> list[PersonView]:
    """Return the people of this node by name; the removed as well where asked."""
    authorise(actor, "person-list")
    with desk.store.read() as tx:
        found = records.people(tx)
        return [view(tx, one, desk.clock()) for one in found if removed or one.state != "removed"]


def person_show(desk: Desk, actor: Actor, name: str) -> PersonView:
    """Return one person; raises NotFound."""
    authorise(actor, "person-list")
    with desk.store.read() as tx:
        return view(tx, called(tx, name), desk.clock())


def person_change(desk: Desk, actor: Actor, name: str, **given: Any) -> PersonView:
    """Change what a person is, has or may do; a list replaces the one before. What they had open ends.

    Raises NotFound, InputError, and Conflict when nobody would be left to let people in.
    """
    authorise(actor, "person")
    fields = _checked({key: value for key, value in given.items() if value is not None})
    with desk.store.write() as tx:
        before = called(tx, name)
        one = msgspec.structs.replace(before, changed=desk.clock(), **fields)
        if "operator" in before.roles and "operator" not in one.roles:
            _not_last(tx, before)
        records.put_person(tx, one)
        # who may more or less than a moment ago signs in anew: nothing opened under the old rights stays open
        ended = 0 if set(fields) <= {"title", "language"} else records.drop_sessions(tx, one.id)
        told = {key: list(value) if key in LISTS else value for key, value in fields.items()}
        audit.acted(tx, desk, actor, "person-change", person=one.name, changed=told, ended=ended)
        return view(tx, one, desk.clock())


def person_lock(desk: Desk, actor: Actor, name: str, *, reason: str = "") -> PersonView:
    """Keep a person out at once: sessions end, tokens and passkeys are refused until `person_unlock`."""
    authorise(actor, "person")
    with desk.store.write() as tx:
        before = called(tx, name)
        _not_last(tx, before)
        one = msgspec.structs.replace(before, state="locked", changed=desk.clock())
        records.put_person(tx, one)
        records.drop_sessions(tx, one.id)
        records.drop_invitations(tx, one.id)
        audit.acted(tx, desk, actor, "person-lock", person=one.name, reason=reason)
        return view(tx, one, desk.clock())


def person_remove(desk: Desk, actor: Actor, name: str, *, reason: str = "") -> PersonView:
    """Take a person out for good, with everything they signed in by; their name stays in the audit and is not reused."""
    authorise(actor, "person")
    with desk.store.write() as tx:
        before = called(tx, name)
        _not_last(tx, before)
        one = msgspec.structs.replace(before, state="removed", roles=(), changed=desk.clock())
        records.put_person(tx, one)
        records.drop_sessions(tx, one.id)
        records.drop_invitations(tx, one.id)
        records.drop_tokens(tx, one.id)
        records.drop_credentials(tx, one.id)
        audit.acted(tx, desk, actor, "person-remove", person=one.name, reason=reason)
        return view(tx, one, desk.clock())


def anybody(desk: Desk) -> bool:
    """Tell whether somebody may sign in here at all."""
    with desk.store.read() as tx:
        return records.count_people(tx) > 0


def called(tx: Transaction, name: str) -> Person:
    """Return the person of a name who was not removed; raises NotFound."""
    one = records.person_called(tx, name.strip().lower())
    if one is None or one.state == "removed":
        raise NotFound("no-person", NOBODY, name=name[:LONGEST])
    return one


def view(tx: Transaction, one: Person, now: int) -> PersonView:
    """Return what is shown of a person."""
    links = [link.until for link in records.invitations_of(tx, one.id) if link.until > now]
    shown = {name: getattr(one, name) for name in PersonView.__struct_fields__ if hasattr(one, name)}
    return PersonView(
        **shown,
        passkeys=len(records.passkeys_of(tx, one.id)),
        password=records.password_of(tx, one.id) is not None,
        codes=records.totp_of(tx, one.id) is not None,
        providers=tuple(said.issuer for said in records.subjects_of(tx, one.id)),
        sessions=sum(held.until > now for held in records.sessions_of(tx, one.id)),
        tokens=sum(held.until > now for held in records.tokens(tx, one.id)),
        invited_until=max(links, default=None),
    )


def _not_last(tx: Transaction, one: Person) -> None:
    if one.state != "active" or "operator" not in one.roles:
        return
    others = [p for p in records.people(tx) if p.id != one.id and p.state == "active"]
    if not any("operator" in p.roles for p in others):
        raise Conflict("person.last", LAST, name=one.name)


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    unknown = set(given) - {*LISTS, *TEXTS}
    if unknown:
        raise TypeError(f"a person has no {sorted(unknown)}")
    fields: dict[str, Any] = {}
    for key, value in given.items():
        items = (
            tuple(dict.fromkeys(str(item).strip() for item in value)) if key in LISTS else (value.strip(),)
        )
        if len(items) > MOST or any(len(item) > LONGEST or not item.isprintable() for item in items):
            raise InputError("person.long", TOO_LONG, what=key).at(key)
        for item in items:
            _known(key, item)
        fields[key] = items if key in LISTS else items[0]
    return fields


def _known(key: str, item: str) -> None:
    if key == "roles" and item not in ROLES:
        raise InputError("person.role", NO_ROLE, role=item, known=", ".join(ROLES)).at("roles")
    if key == "tlp" and item not in TLP:
        raise InputError("person.tlp", NO_LABEL, label=item, known=", ".join(TLP)).at("tlp")
    if key == "language" and item and item not in LANGUAGES:
        raise InputError("person.language", NO_LANGUAGE, lang=item, known=", ".join(LANGUAGES)).at("language")
    first, slash, second = item.partition("/")
    if key in ("clearances", "compartments") and not (first and slash and second):
        raise InputError(
            f"person.{key}", NO_CLEARANCE if key == "clearances" else NO_COMPARTMENT, written=item
        ).at(key)
