"""Answer a question about a text that was not shown, with nothing but what the asker may see."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Answer
from cordiale.desk.views.show import show
from cordiale.domains.information.unshown.asking import A_DAY, sketches
from cordiale.domains.information.unshown.holdings import Text, texts
from cordiale.domains.information.unshown.sketch import PART, WHOLE, Asked, prepared
from cordiale.joint.answer import Answered
from cordiale.joint.answer import answer as answer_joint
from cordiale.joint.asker import as_asker, givable
from cordiale.joint.request import RequestView, request_show
from cordiale.joint.words import Words
from cordiale.platform.clock import DAY, Instant
from cordiale.platform.errors import Conflict, NotAllowed, NotFound
from cordiale.platform.languages import _, _n, day, ntext, number, text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.desk.jobs import Progress

GIVEN: Final = 20
"""Objects that one answer gives at most."""


class Seen(Answer, frozen=True, kw_only=True):
    """One object or dataset in which the asked text, or a part of it, stands: the largest share, how often, since when."""

    object: str
    dataset: str
    share: float
    texts: int
    first: Instant | None


class Look(Answer, frozen=True, kw_only=True):
    """What was found for a question: `theirs` is what the asker may see of it, and all that an answer is made of.

    `only_ours` counts what is held and is not for the asker: it is for who looks here, and goes into nothing.
    """

    request: RequestView
    theirs: tuple[Seen, ...]
    only_ours: int


def look(desk: Desk, actor: Actor, request: str, progress: Progress | None = None) -> Look:
    """Look for the text of a question in what is held here, for the person who will answer; nothing is sent.

    Raises NotFound for no such question, NotAllowed where this node was not asked.
    """
    authorise(actor, "request")
    shown, asked = _asked(desk, actor, request)
    theirs = _theirs(desk, actor, shown.asker, asked, progress)
    every = _found(desk, actor, asked, progress)
    known = {(one.object, one.dataset) for one in theirs}
    return Look(
        request=shown,
        theirs=tuple(theirs),
        only_ours=sum((one.object, one.dataset) not in known for one in every),
    )


def answer_unseen(desk: Desk, actor: Actor, request: str, progress: Progress | None = None) -> Answered:
    """Answer a question with what the asker may see, and in the same words whether more is held or nothing is.

    Only what the asker passes is opened for it, so that neither what it says, nor how long it takes, nor whether it fails
    depends on anything else. Raises Conflict past so many answers to one partner in a day, and what an answer raises.
    """
    authorise(actor, "request")
    named(actor, "answer")
    shown, asked = _asked(desk, actor, request)
    _bounded(desk, actor, shown.asker)
    found = _theirs(desk, actor, shown.asker, asked, progress)
    words = Words(_said("en", found), _said("fr", found))
    chosen = [one.object for one in found if one.object][:GIVEN]
    objects = list(dict.fromkeys(part for one in chosen for part in (one, *_parts(desk, actor, one))))
    done = answer_joint(desk, actor, shown.id, "answered", words, objects=objects)
    with desk.store.write() as tx:
        audit.acted(tx, desk, actor, "answer-unseen", id=done.id, request=shown.id, to=shown.asker, given=len(objects))  # fmt: skip
    return done


def _asked(desk: Desk, actor: Actor, request: str) -> tuple[RequestView, Asked]:
    shown = request_show(desk, actor, request)
    held = next((one for one in sketches(desk, actor) if one.id == shown.id), None)
    if held is None:
        raise NotFound(
            "no-fingerprint",
            _("{id} is no open question about a text that was not shown."),
            id=request[:80],
        )
    if desk.node not in shown.to or held.said.asked != desk.node:
        raise NotAllowed("answer-not-asked", _("{node} was not asked this."), node=desk.node)
    try:
        return shown, prepared(held.said)
    except ValueError as error:
        raise NotFound(
            "no-fingerprint",
            _("{id} is no open question about a text that was not shown."),
            id=request[:80],
        ) from error


def _bounded(desk: Desk, actor: Actor, asker: str) -> None:
    """Raise Conflict where one partner was answered often enough within a day; by this node's own clock and answers."""
    since = desk.clock() - DAY
    given = 0
    for one in sketches(desk, actor):
        if one.said.asker == asker and one.said.asked == desk.node:
            view = request_show(desk, actor, one.id)
            given += sum(a.node == desk.node and (a.at or 0) > since and a.state == "answered" for a in view.answers)  # fmt: skip
    if given >= A_DAY:
        raise Conflict(
            "unseen-answered",
            _("{node} was given {n} such answers within a day: that is the most. Answer tomorrow."),
            node=asker,
            n=A_DAY,
        )


def _theirs(desk: Desk, actor: Actor, asker: str, asked: Asked, progress: Progress | None) -> list[Seen]:
    reader = as_asker(desk, actor, asker)
    found = _found(desk, reader, asked, progress)
    whole = {one.object: {one.object, *_parts(desk, reader, one.object)} for one in found if one.object}
    given = set(givable(desk, actor, asker, sorted(set().union(*whole.values()))))
    return [one for one in found if not one.object or whole[one.object] <= given]


def _parts(desk: Desk, actor: Actor, identifier: str) -> list[str]:
    """Return what a capture cannot go without: the file and the addresses that it was read from."""
    value = show(desk, actor, identifier).statements[0].value
    return [str(one) for one in value.get("object_refs") or ()]


def _found(desk: Desk, actor: Actor, asked: Asked, progress: Progress | None) -> list[Seen]:
    best: dict[tuple[str, str], float] = {}
    times: dict[tuple[str, str], list[Instant]] = {}
    counted: Counter[tuple[str, str]] = Counter()
    for number_, one in enumerate(texts(desk, actor), start=1):
        if progress is not None and number_ % 1000 == 0:
            progress(number_, None)
        share = asked.share(one.text)
        if share < PART:
            continue
        place = (one.object, one.dataset)
        counted[place] += 1
        best[place] = max(share, best.get(place, 0.0))
        times.setdefault(place, []).extend(_when(one))
    return [
        Seen(object=obj, dataset=dataset, share=round(best[obj, dataset], 2), texts=n, first=min(times[obj, dataset], default=None))
        for (obj, dataset), n in sorted(counted.items(), key=lambda item: (-best[item[0]], item[0]))
    ]  # fmt: skip


def _when(one: Text) -> list[Instant]:
    return [] if one.at is None else [one.at]


def _said(lang: str, found: list[Seen]) -> str:
    if not found:
        return text(lang, _("Nothing here that you may see holds this text."))
    whole = sum(one.texts for one in found if one.share >= WHOLE)
    part = sum(one.texts for one in found if one.share < WHOLE)
    first = min((one.first for one in found if one.first is not None), default=None)
    one, many = _n("Of what you may see here, {n} text holds it nearly whole, {part} in part.", "Of what you may see here, {n} texts hold it nearly whole, {part} in part.")  # fmt: skip
    said = ntext(lang, one, many, whole, part=number(lang, part))
    if first is not None:
        said += " " + text(lang, _("The earliest is of {day}."), day=day(lang, first))
    return said
