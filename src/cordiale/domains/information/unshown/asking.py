"""Ask partners whether they have seen a text, and list such questions, ours and theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Answer
from cordiale.domains.information.folding import words as words_of
from cordiale.domains.information.unshown.sketch import FEWEST, SHORT, Sketch, sketch_of
from cordiale.joint.held import Held, listed
from cordiale.joint.request import Asked, RequestView, requests
from cordiale.joint.request import ask as ask_joint
from cordiale.joint.words import Words
from cordiale.platform.clock import DAY
from cordiale.platform.errors import Conflict, InputError
from cordiale.platform.languages import _, text
from cordiale.stix.extensions import PUBLISHED

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

NAME: Final = "information-fingerprint"
A_DAY: Final = 20
"""Questions to one partner, and answers to one, in 24 hours: many questions about guessed texts would read out what is held."""

QUESTION: Final = _("Have you seen this text? Only a fingerprint of it is sent.")


class AskedUnseen(Answer, frozen=True, kw_only=True):
    """A question that was asked; `guessable` where the text is so short that its fingerprint can be guessed."""

    request: Asked
    words: int
    guessable: bool


class Question(Answer, frozen=True, kw_only=True):
    """A question about a text that nobody shows: the request as it stands, with how long the text is (runs, a power of two)."""

    request: RequestView
    runs: int


def ask_unseen(
    desk: Desk,
    actor: Actor,
    to: str,
    content: str,
    *,
    marking: str,
    words: Words | None = None,
    due: int | None = None,
) -> AskedUnseen:
    """Ask one partner whether it has seen a text, of which only a keyed sketch goes; the text is kept nowhere.

    `words` say more, and are sent as they are. Raises InputError for a text too short to ask about, Conflict for too many
    questions to one partner in a day, and what a request raises.
    """
    authorise(actor, "request")
    named(actor, "request")
    size = len(words_of(content))
    if size < FEWEST:
        raise InputError(
            "unseen-short",
            _(
                "The text has {n} words: a fingerprint of fewer than {least} can be guessed, so it is not sent."
            ),
            n=size,
            least=FEWEST,
        ).at("text")
    since = desk.clock() - DAY
    mine = [one for one in sketches(desk, actor) if one.ours and one.said.asked.lower() == to.lower()]
    if sum(one.modified > since for one in mine) >= A_DAY:
        raise Conflict(
            "unseen-many",
            _("{n} questions went to {node} within a day: that is the most. Ask again tomorrow."),
            n=A_DAY,
            node=to,
        ).at("text")
    made = sketch_of(content, desk.random(32), desk.node, _written(desk, to))
    said = words if words is not None and words.said("en").strip() else _question()
    request = ask_joint(desk, actor, [to], said, marking=marking, due=due, beside=_extension(made))
    with desk.store.write() as tx:
        audit.acted(tx, desk, actor, "ask-unseen", id=request.id, to=to, runs=made.runs)
    return AskedUnseen(request=request, words=size, guessable=size < SHORT)


def questions(desk: Desk, actor: Actor, *, everything: bool = False) -> list[Question]:
    """Return the open questions about texts that nobody shows, ours and those to us, the next due first."""
    known = {one.id: one for one in sketches(desk, actor)}
    return [
        Question(request=one, runs=known[one.id].said.runs)
        for one in requests(desk, actor, everything=everything)
        if one.id in known
    ]


def sketches(desk: Desk, actor: Actor) -> list[Held[Sketch]]:
    """Return the sketches that came in questions, each as the node that asks states it."""
    return [one for one in listed(desk, actor, Sketch, NAME) if one.author == one.said.asker]


def _written(desk: Desk, to: str) -> str:
    from cordiale.joint.case import nodes

    return nodes(desk, [to])[0]


def _question() -> Words:
    return Words(text("en", QUESTION), text("fr", QUESTION))


def _extension(made: Sketch) -> dict[str, Any]:
    definition = PUBLISHED[NAME]
    said = msgspec.to_builtins(made)
    return {definition: {"extension_type": "property-extension", "definition_ref": definition, **said}}
