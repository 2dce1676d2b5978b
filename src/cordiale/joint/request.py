"""A request: what one node asks of others, by when, and whether the answers satisfied it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Answer
from cordiale.desk.marking.chosen import summaries
from cordiale.desk.marking.stating import own_identity, state
from cordiale.desk.outgoing.release import require_named
from cordiale.desk.written import marking_of
from cordiale.joint import records
from cordiale.joint.answer import Given, answers
from cordiale.joint.case import SHORTEST, finish, nodes
from cordiale.joint.held import Held, all_of
from cordiale.joint.moment import at, stamp
from cordiale.joint.sending import Sent, send
from cordiale.joint.words import NONE, Words
from cordiale.joint.written import object_of
from cordiale.platform.errors import Conflict, InputError, NotAllowed, NotFound
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

NAME: Final = "joint-request"
Settled = Literal["satisfied", "unsatisfied", "withdrawn"]
PRIORITIES: Final = ("low", "normal", "high")


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What the extension `joint-request` says; `why` is what the asker says when it settles it."""

    asker: str
    to: tuple[str, ...]
    words: Words
    due: str | None = None
    priority: Literal["low", "normal", "high"] = "normal"
    state: Literal["open", "satisfied", "unsatisfied", "withdrawn"] = "open"
    why: Words = NONE
    at: str


class RequestView(Answer, frozen=True, kw_only=True):
    """A request as it stands.

    `state`: open, accepted (somebody works on it), answered, or what the asker settled it as. `overdue` when its time is
    over and nothing was answered. `assigned` is who looks after it at this node, and is told to nobody else.
    """

    id: str
    asker: str
    to: tuple[str, ...]
    words: Words
    objects: tuple[str, ...]
    due: int | None
    priority: str
    state: str
    overdue: bool
    why: Words
    asked: int | None
    marking: tuple[str, ...]
    answers: tuple[Given, ...]
    assigned: str = ""
    ours: bool = False


class Asked(Answer, frozen=True, kw_only=True):
    """A request that was made or settled, and what became of giving it to those it asks."""

    id: str
    state: str
    sent: tuple[Sent, ...]


def ask(
    desk: Desk,
    actor: Actor,
    to: Sequence[str],
    words: Words,
    *,
    marking: str,
    objects: Sequence[str] = (),
    due: int | None = None,
    priority: str = "normal",
    beside: Mapping[str, Any] | None = None,
) -> Asked:
    """Ask partners something, about objects or at large, under a marking.

    `beside` are extensions of a domain that the question carries while it is open (definition's id → what it says).
    Raises InputError for nobody to ask, an empty question or a time that is over, NotFound for an object not seen here.
    """
    authorise(actor, "request")
    named(actor, "request")
    asked = [one for one in nodes(desk, to) if one != desk.node]
    if not asked or not words.said("en").strip():
        raise InputError("request-empty", _("Say whom you ask (--to) and what.")).at("en")
    if due is not None and due <= desk.clock():
        raise InputError("request-due", _("The time {when} is over already."), when=stamp(due)).at("due")
    if priority not in PRIORITIES:
        raise InputError(
            "request-priority",
            _("{priority} is no priority. Use one of: {known}."),
            priority=priority,
            known=", ".join(PRIORITIES),
        ).at("priority")
    about = [one.id for one in summaries(desk, actor, objects)] if objects else []
    made = Request(
        asker=desk.node,
        to=tuple(dict.fromkeys(asked)),
        words=words,
        due=stamp(due) if due is not None else None,
        priority=priority,  # type: ignore[arg-type]
        at=stamp(desk.clock()),
    )
    who = [] if about else [own_identity(desk)]
    with desk.store.write() as tx:
        require_named(tx, desk, asked, about)
        value = object_of(
            desk, NAME, made, "note", refs=about or who, abstract="request",
            content=words.said("en"), lang="en" if words.en else "fr",
        )  # fmt: skip
        value["extensions"] |= dict(beside or {})
        state(tx, desk, actor, [value], marking_of(marking))
        audit.acted(tx, desk, actor, "request", id=value["id"], to=list(made.to))
    finish(desk)
    ids = [*about, *who, value["id"]]
    return Asked(id=value["id"], state="open", sent=send(desk, actor, made.to, ids, words.said("en")[:80]))


def settle(desk: Desk, actor: Actor, written: str, how: Settled, why: Words = NONE) -> Asked:
    """Say as the asker that a request is satisfied, was not, or is withdrawn; raises Conflict when that was said before."""
    authorise(actor, "request")
    named(actor, "request settle")
    with desk.store.write() as tx:
        held = find(tx, desk, actor, written)
        if not held.ours:
            raise NotAllowed(
                "request-asker",
                _("{asker} asked this: only it can say that it is settled."),
                asker=held.said.asker,
            )
        if held.said.state != "open":
            raise Conflict("request-settled", _("This request is settled already."))
        value = object_of(
            desk,
            NAME,
            msgspec.structs.replace(held.said, state=how, why=why),
            "note",
            id=held.id,
            created=held.created,
            after=held.modified,
            refs=held.refs,
            abstract="request",
            content=held.said.words.said("en"),
            lang="en" if held.said.words.en else "fr",
        )
        state(tx, desk, actor, [value], held.marking)
        audit.acted(tx, desk, actor, "request-settle", id=held.id, state=how)
    finish(desk)
    return Asked(id=held.id, state=how, sent=send(desk, actor, held.said.to, [held.id], how))


def assign(desk: Desk, actor: Actor, written: str, person: str) -> RequestView:
    """Say who of this node looks after a request; nobody else is told."""
    authorise(actor, "request")
    named(actor, "request assign")
    with desk.store.write() as tx:
        held = find(tx, desk, actor, written)
        records.assign(tx, records.Assignment(held.id, person, actor.name, desk.clock()))
        audit.acted(tx, desk, actor, "request-assign", id=held.id, person=person)
        return view(tx, desk, actor, held)


def requests(desk: Desk, actor: Actor, *, everything: bool = False) -> list[RequestView]:
    """Return the requests a reader sees, of ours and to us, the next due first; settled ones only with `everything`."""
    authorise(actor, "joint")
    with desk.store.read() as tx:
        found = [view(tx, desk, actor, one) for one in _all(tx, desk, actor)]
    audit.read(desk, actor, "requests", found=len(found))
    shown = [one for one in found if everything or one.state in ("open", "accepted", "answered", "partial")]
    return sorted(shown, key=lambda one: (one.due is None, one.due or 0, one.id))


def request_show(desk: Desk, actor: Actor, written: str) -> RequestView:
    """Return one request with its answers; raises NotFound."""
    authorise(actor, "joint")
    with desk.store.read() as tx:
        found = view(tx, desk, actor, find(tx, desk, actor, written))
    audit.read(desk, actor, "request", id=found.id)
    return found


def view(tx: Transaction, desk: Desk, actor: Actor, held: Held[Request]) -> RequestView:
    """Return a request as it stands for a reader."""
    given = tuple(answers(tx, desk, actor, held.id, held.said.to))
    due = at(held.said.due)
    stand: str = held.said.state
    if stand == "open" and given:
        said = {one.state for one in given}
        stand = next((s for s in ("answered", "partial", "accepted", "declined") if s in said), "open")
    return RequestView(
        id=held.id,
        asker=held.author,
        to=held.said.to,
        words=held.said.words,
        objects=tuple(one for one in held.refs if not one.startswith("identity--")),
        due=due,
        priority=held.said.priority,
        state=stand,
        overdue=due is not None and desk.clock() > due and stand in ("open", "accepted"),
        why=held.said.why,
        asked=at(held.said.at),
        marking=tuple(sorted(held.marking)),
        answers=given,
        assigned=records.assigned(tx, held.id),
        ours=held.ours,
    )


def find(tx: Transaction, desk: Desk, actor: Actor, written: str) -> Held[Request]:
    """Return the request an id, or the beginning of its UUID, names; raises NotFound, InputError for several."""
    asked = written.strip().lower().removeprefix("note--")
    known = [one for one in _all(tx, desk, actor) if one.id.partition("--")[2].startswith(asked)]
    if len(asked) < SHORTEST or not known:
        raise NotFound("no-request", _("There is no request {id} that you may see."), id=written[:80])
    if len(known) > 1:
        raise InputError(
            "which-request", _("Several requests begin with {id}: write more of it."), id=written[:80]
        )
    return known[0]


def _all(tx: Transaction, desk: Desk, actor: Actor) -> list[Held[Request]]:
    return [one for one in all_of(tx, desk, actor, Request, NAME) if one.author == one.said.asker]
