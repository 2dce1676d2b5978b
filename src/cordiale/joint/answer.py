"""An answer: what a node that was asked says, and the objects it gives with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Answer as Base
from cordiale.desk.marking.chosen import summaries
from cordiale.desk.marking.stating import state as put
from cordiale.desk.outgoing.release import require_named
from cordiale.joint.case import finish
from cordiale.joint.held import all_of
from cordiale.joint.moment import at, stamp
from cordiale.joint.sending import Sent, send
from cordiale.joint.words import NONE, Words
from cordiale.joint.written import object_of
from cordiale.platform.errors import Conflict, InputError, NotAllowed
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

NAME: Final = "joint-answer"
State = Literal["accepted", "declined", "partial", "answered"]
STATES: Final = ("accepted", "declined", "partial", "answered")


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the extension `joint-answer` says."""

    request_ref: str
    node: str
    state: State
    words: Words = NONE
    at: str


class Given(Base, frozen=True, kw_only=True):
    """One answer to a request; `objects` are those given with it, `marking` governs what it says."""

    id: str
    node: str
    state: str
    words: Words
    objects: tuple[str, ...]
    at: int | None
    marking: tuple[str, ...] = ()


class Answered(Base, frozen=True, kw_only=True):
    """An answer that was given, and what became of giving it to the asker."""

    id: str
    state: str
    sent: tuple[Sent, ...]


def answers(tx: Transaction, desk: Desk, actor: Actor, request: str, asked: Collection[str]) -> list[Given]:
    """Return what those who were asked answered, oldest first; what anybody else says is in no list."""
    found = [
        Given(
            id=one.id,
            node=one.author,
            state=one.said.state,
            words=one.said.words,
            objects=tuple(ref for ref in one.refs if ref != request),
            at=at(one.said.at),
            marking=tuple(sorted(one.marking)),
        )
        for one in all_of(tx, desk, actor, Answer, NAME, request)
        if one.said.node == one.author and one.author in asked and one.said.request_ref == request
    ]
    return sorted(found, key=lambda one: (one.at or 0, one.id))


def answer(
    desk: Desk,
    actor: Actor,
    written: str,
    state: str,
    words: Words = NONE,
    *,
    objects: Sequence[str] = (),
) -> Answered:
    """Answer a request to this node, with objects or without, under the request's own marking.

    Raises NotAllowed when it was not asked, Conflict when the asker settled it, InputError for an answer without words.
    """
    authorise(actor, "request")
    named(actor, "answer")
    if state not in STATES:
        raise InputError(
            "answer-state",
            _("{state} is no answer. Use one of: {known}."),
            state=state,
            known=", ".join(STATES),
        ).at("state")
    if state != "accepted" and not words.said("en").strip():
        raise InputError("answer-empty", _("Say what you answer, or why you do not.")).at("en")
    from cordiale.joint.request import find

    about = [one.id for one in summaries(desk, actor, objects)] if objects else []
    with desk.store.write() as tx:
        held = find(tx, desk, actor, written)
        if desk.node not in held.said.to:
            raise NotAllowed("answer-not-asked", _("{node} was not asked this."), node=desk.node)
        if held.said.state != "open":
            raise Conflict("request-settled", _("This request is settled already."))
        require_named(tx, desk, [held.said.asker], about)
        made = Answer(
            request_ref=held.id,
            node=desk.node,
            state=state,  # type: ignore[arg-type]
            words=words,
            at=stamp(desk.clock()),
        )
        value = object_of(
            desk,
            NAME,
            made,
            "note",
            refs=[held.id, *about],
            abstract="answer",
            content=words.said("en") or state,
            lang="fr" if words.fr and not words.en else "en",
        )
        put(tx, desk, actor, [value], held.marking)
        audit.acted(tx, desk, actor, "answer", id=value["id"], request=held.id, state=state)
    finish(desk)
    sent = send(desk, actor, [held.said.asker], [*about, value["id"]], held.said.words.said("en")[:80])
    return Answered(id=value["id"], state=state, sent=sent)
