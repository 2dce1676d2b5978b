"""Searches that a person keeps, and watches: what was found since they last looked is told in Today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer, Summary
from cordiale.desk.summary import summary
from cordiale.desk.views.reading import in_part
from cordiale.desk.views.search import Question, matching
from cordiale.desk.views.searches import records
from cordiale.desk.visible import visible
from cordiale.platform.errors import Conflict, InputError, NotFound
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _
from cordiale.store import versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.desk.views.searches.records import Kept
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Visible

MOST: Final = 100
"""Searches one person keeps at most."""

LONGEST: Final = 120
"""Characters of a search's name."""

TOLD: Final = 20
"""New finds that an alert names; beyond them it says that there are more."""


class Saved(Answer, frozen=True, kw_only=True):
    """One search that its owner keeps; `address` is how a face writes it."""

    id: str
    name: str
    address: str
    watched: bool


class Alert(Answer, frozen=True, kw_only=True):
    """What a watched search found since its owner last looked."""

    search: Saved
    items: tuple[Summary, ...]
    more: bool


def searches(desk: Desk, actor: Actor) -> tuple[Saved, ...]:
    """Return the searches that the actor keeps, by name."""
    authorise(actor, "search")
    with desk.store.read() as tx:
        return tuple(_saved(one) for one in records.of(tx, _owner(actor)))


def save_search(
    desk: Desk, actor: Actor, name: str, address: str, asked: Question, *, watched: bool = False
) -> Saved:
    """Keep a search under a name; raises InputError without one, Conflict when the name is taken or there are too many."""
    authorise(actor, "search")
    name = " ".join(name.split())
    if not name or len(name) > LONGEST:
        raise InputError(
            "search-name", _("Give the search a name of up to {limit} characters."), limit=LONGEST
        ).at("name")
    with desk.store.write() as tx:
        held = records.of(tx, _owner(actor))
        if any(one.name == name for one in held):
            raise Conflict("search-named", _("You keep a search named “{name}” already."), name=name).at(
                "name"
            )
        if len(held) >= MOST:
            raise Conflict(
                "search-many", _("You keep {limit} searches already: remove one first."), limit=MOST
            )
        kept = records.Kept(
            id=uuid4(desk.random),
            owner=_owner(actor),
            name=name,
            address=address,
            question=msgspec.json.encode(asked).decode(),
            watched=watched,
            seen=versions.last(tx),
            at=desk.clock(),
        )
        records.put(tx, kept)
        audit.acted(tx, desk, actor, "search-save", search=kept.id, watched=watched)
    return _saved(kept)


def watch_search(desk: Desk, actor: Actor, search: str, watched: bool) -> Saved:
    """Watch a search from now on, or do not; raises NotFound for what is not the actor's."""
    authorise(actor, "search")
    with desk.store.write() as tx:
        one = _mine(tx, actor, search)
        changed = msgspec.structs.replace(one, watched=watched, seen=versions.last(tx))
        records.change(tx, changed)
    return _saved(changed)


def search_seen(desk: Desk, actor: Actor, search: str) -> None:
    """Note that the actor has seen what a search found until now."""
    authorise(actor, "search")
    with desk.store.write() as tx:
        records.change(tx, msgspec.structs.replace(_mine(tx, actor, search), seen=versions.last(tx)))


def drop_search(desk: Desk, actor: Actor, search: str) -> None:
    """Keep a search no longer."""
    authorise(actor, "search")
    with desk.store.write() as tx:
        records.drop(tx, _mine(tx, actor, search).id)
        audit.acted(tx, desk, actor, "search-drop", search=search)


def alerts(desk: Desk, actor: Actor) -> tuple[Alert, ...]:
    """Return what the actor's watched searches found since they last looked, decided for the actor now.

    What is read in part raises no alert: it would tell when its hidden part changed.
    """
    authorise(actor, "search")
    with desk.store.read() as tx:
        watched = [one for one in records.of(tx, _owner(actor)) if one.watched]
        if not watched:
            return ()
        seen = visible(tx, desk, actor)
        found = tuple(_alert(tx, desk, actor, one, seen) for one in watched)
    return tuple(one for one in found if one.items)


def _alert(tx: Transaction, desk: Desk, actor: Actor, kept: Kept, seen: Visible) -> Alert:
    asked = msgspec.json.decode(kept.question, type=Question)
    new = msgspec.structs.replace(asked, beyond=kept.seen)
    page, rows = matching(tx, desk, actor, new, None, TOLD, seen)
    whole = [row for row in rows if not in_part(row)]
    return Alert(
        search=_saved(kept),
        items=tuple(summary(tx, row) for row in whole),
        more=page.next is not None and len(whole) == TOLD,
    )


def _mine(tx: Transaction, actor: Actor, search: str) -> Kept:
    for one in records.of(tx, _owner(actor)):
        if one.id == search:
            return one
    raise NotFound("no-search", _("You keep no such search."))


def _owner(actor: Actor) -> str:
    return actor.person or actor.name


def _saved(kept: Kept) -> Saved:
    return Saved(id=kept.id, name=kept.name, address=kept.address, watched=kept.watched)
