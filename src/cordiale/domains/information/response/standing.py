"""A collective response as it stands for a reader: worked out from the objects of its case, and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from cordiale.desk.answers import Answer, Reason
from cordiale.domains.information.response.content import Content, content_of
from cordiale.joint.case import Case, Framework
from cordiale.joint.contribution import Contribution
from cordiale.joint.dossier import Dossier, Recorded, dossier, dossiers
from cordiale.joint.extension import deadline_of
from cordiale.joint.footnote import Footnote
from cordiale.joint.held import Held
from cordiale.joint.moment import MINUTE, at
from cordiale.joint.revision import Parity, Revision, Text
from cordiale.joint.tally import Given
from cordiale.joint.task import TaskView
from cordiale.joint.task import view as task_view
from cordiale.joint.words import Words
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

KIND: Final = "response"
LEVELS: Final = ("none", "low", "moderate", "high", "severe")
"""How grave a member finds an incident, in rising order."""

CONFIDENCES: Final = ("low", "moderate", "high")
ASSESSMENT, OPTION, EFFECT, LESSON, PUBLISHED = "assessment", "option", "effect", "lesson", "published"


class Assessment(Answer, frozen=True, kw_only=True):
    """How grave one member finds the incident, how sure it is, and why."""

    id: str
    node: str
    level: str
    confidence: str
    words: Words
    at: int | None


class Threshold(Answer, frozen=True, kw_only=True):
    """Whether enough members assess gravely enough: `needed` is 0 where the framework asks for none."""

    level: str
    needed: int
    met: int
    reached: bool


class Said(Answer, frozen=True, kw_only=True):
    """Something a member added: an option, an effect, a lesson, a publication. `details` are the role's."""

    id: str
    node: str
    words: Words
    about: str
    details: dict[str, str | int | float | bool]
    at: int | None


class Published(Answer, frozen=True, kw_only=True):
    """That a member published, when, where, and how many minutes after the embargo (or after the first, without one)."""

    node: str
    at: int | None
    where: str
    minutes: int


class TextView(Answer, frozen=True, kw_only=True):
    """The text that stands, with the hash that positions are taken on."""

    id: str
    number: int
    hash: str
    en: Text
    fr: Text
    content: Content
    deadline: int | None
    over: bool


class Agreed(Answer, frozen=True, kw_only=True):
    """The chair's record. `proof`: signed, or by a key that this node cannot know; `stands` are the positions in it.

    `dropped` counts what it gives as positions and no member signed: that is not shown and not published.
    """

    id: str
    number: int
    revision: str
    at: int | None
    proof: str
    stands: tuple[Given, ...]
    reserves: tuple[Footnote, ...]
    silent: tuple[str, ...]
    unanswered: tuple[str, ...]
    printed: tuple[str, ...]
    parity: Parity | None
    dropped: int = 0


class Response(Answer, frozen=True, kw_only=True):
    """A collective response as it stands. `stage`: assessing, positions, agreed, published or closed.

    `here` is this node's part in it: chair, member or observer; `blocking` is what keeps the text from being agreed. `marking`
    is the case's; `governed` is all that governs what is here, what members said under markings of their own included.
    """

    id: str
    title: Words
    chair: str
    members: tuple[str, ...]
    observers: tuple[str, ...]
    framework: Framework
    objects: tuple[str, ...]
    marking: tuple[str, ...]
    governed: tuple[str, ...]
    due: int | None
    stage: str
    here: str
    assessments: tuple[Assessment, ...]
    threshold: Threshold
    options: tuple[Said, ...]
    text: TextView | None
    stands: tuple[Given, ...]
    joined: int
    reserves: tuple[Footnote, ...]
    blocking: tuple[Reason, ...]
    agreed: Agreed | None
    measures: tuple[TaskView, ...]
    published: tuple[Published, ...]
    effects: tuple[Said, ...]
    lessons: tuple[Said, ...]
    earlier: tuple[TextView, ...]


class Line(Answer, frozen=True, kw_only=True):
    """One response in a list."""

    id: str
    title: Words
    chair: str
    members: tuple[str, ...]
    here: str
    stage: str
    number: int
    deadline: int | None
    ours: str
    marking: tuple[str, ...]


def responses(desk: Desk, actor: Actor) -> list[Line]:
    """Return the collective responses a reader sees, the newest first; `ours` is where this node stands."""
    return [_line(standing(one), desk.node) for one in dossiers(desk, actor, KIND)]


def response(desk: Desk, actor: Actor, written: str, printed: Sequence[str] = ()) -> Response:
    """Return one response as it stands for a reader; `printed` tries what is in the way if these objections are printed.

    Raises NotFound alike for what is absent and what is hidden.
    """
    return standing(dossier(desk, actor, written, KIND, printed))


def threshold(framework: Framework, assessments: Sequence[Assessment]) -> Threshold:
    """Say whether the framework's threshold is reached: so many members assess at least so gravely."""
    wanted = framework.level if framework.level in LEVELS else LEVELS[0]
    met = sum(LEVELS.index(each.level) >= LEVELS.index(wanted) for each in assessments)
    needed = framework.assessed
    return Threshold(level=wanted, needed=needed, met=met, reached=met >= needed)


def missing(found: Threshold) -> tuple[Reason, ...]:
    """Return what a threshold that is not reached puts in the way."""
    if found.reached:
        return ()
    params = {"met": found.met, "needed": found.needed}
    return (Reason(code="threshold", message_id=_THRESHOLD, params=params),)


_THRESHOLD = _("{met} of {needed} members assess the incident as gravely as the framework asks.")


def assessed(found: Sequence[Held[Contribution]]) -> tuple[Assessment, ...]:
    """Return the last assessment of each member among contributions, oldest first."""
    last = {one.author: one for one in found if one.said.role == ASSESSMENT}
    return tuple(
        Assessment(
            id=one.id,
            node=one.author,
            level=_word(one, "level", LEVELS),
            confidence=_word(one, "confidence", CONFIDENCES),
            words=one.said.words,
            at=at(one.said.at),
        )
        for one in last.values()
    )


def standing(of: Dossier) -> Response:
    """Return a response as all of its case that a reader sees makes it. Pure."""
    held, said, now = of.case, of.said, of.now
    assessments = assessed(said)
    current = of.texts[0] if of.texts else None
    framework = current.said.framework if current else held.said.framework
    reach = threshold(framework, assessments)
    text = of.agreed_text
    published = _published(said, content_of(text.said.content) if text else Content())
    return Response(
        id=held.id,
        title=held.said.title,
        chair=held.said.chair,
        members=held.said.members,
        observers=held.said.observers,
        framework=framework,
        objects=held.said.object_refs,
        marking=tuple(sorted(held.marking)),
        governed=tuple(
            sorted(held.marking.union(*(one.marking for one in of.texts), *(one.marking for one in said)))
        ),
        due=at(held.said.due),
        stage=_stage(held.said, current is not None, of.settled, bool(published)),
        here=_here(of.node, held.said),
        assessments=assessments,
        threshold=reach,
        options=_said(said, OPTION),
        text=_text(current, of) if current else None,
        stands=of.tally.stands,
        joined=of.tally.joined,
        reserves=of.tally.reserves,
        blocking=() if of.settled or current is None else (*of.tally.blocking, *missing(reach)),
        agreed=_agreed(of.agreed) if of.agreed else None,
        measures=_measures(text, said, now) if text else (),
        published=published,
        effects=_said(said, EFFECT),
        lessons=_said(said, LESSON),
        earlier=tuple(_text(one, of) for one in of.texts[1:]),
    )


def key_of(number: int, place: int) -> str:
    """Name a measure of a revision: its number, and its place from 1."""
    return f"{number}.{place}"


def _measures(text: Held[Revision], said: Sequence[Held[Contribution]], now: int) -> tuple[TaskView, ...]:
    found = content_of(text.said.content).measures
    return tuple(
        task_view(key_of(text.said.number, n), one.owner, one.words, one.kind, at(one.due), said, now)
        for n, one in enumerate(found, 1)
    )


def _agreed(one: Recorded) -> Agreed:
    said = one.held.said
    return Agreed(
        id=one.held.id,
        number=said.number,
        revision=said.revision,
        at=at(said.at),
        proof=one.proof,
        stands=one.stands,
        reserves=one.reserves,
        silent=said.silent,
        unanswered=said.unanswered,
        printed=said.printed,
        parity=said.parity,
        dropped=one.dropped,
    )


def _published(said: Sequence[Held[Contribution]], content: Content) -> tuple[Published, ...]:
    found = [(one.author, at(one.said.at) or 0, one.said) for one in said if one.said.role == PUBLISHED]
    begin = content.embargo_at or min((when for _node, when, _said in found), default=0)
    return tuple(
        Published(
            node=node,
            at=when,
            where=str(one.details.get("where", "")),
            minutes=(when - begin) // MINUTE,
        )
        for node, when, one in found
    )


def _text(one: Held[Revision], of: Dossier) -> TextView:
    deadline = deadline_of(one.said, of.case.said.chair, of.said)
    return TextView(
        id=one.id,
        number=one.said.number,
        hash=one.said.hash,
        en=one.said.en,
        fr=one.said.fr,
        content=content_of(one.said.content),
        deadline=deadline,
        over=deadline is not None and of.now >= deadline,
    )


def _said(said: Sequence[Held[Contribution]], role: str) -> tuple[Said, ...]:
    return tuple(
        Said(
            id=one.id,
            node=one.author,
            words=one.said.words,
            about=one.said.about,
            details=one.said.details,
            at=at(one.said.at),
        )
        for one in said
        if one.said.role == role
    )


def _word(one: Held[Contribution], name: str, known: Sequence[str]) -> str:
    found = str(one.said.details.get(name, known[0]))
    return found if found in known else known[0]


def _stage(one: Case, text: bool, settled: bool, published: bool) -> str:
    if one.state == "closed":
        return "closed"
    if not text:
        return "assessing"
    if not settled:
        return "positions"
    return "published" if published else "agreed"


def _here(node: str, one: Case) -> str:
    if node == one.chair:
        return "chair"
    return "member" if node in one.members else "observer"


def _line(one: Response, node: str) -> Line:
    mine = next((each.position for each in one.stands if each.node == node), "")
    return Line(
        id=one.id,
        title=one.title,
        chair=one.chair,
        members=one.members,
        here=one.here,
        stage=one.stage,
        number=one.text.number if one.text else 0,
        deadline=one.text.deadline if one.text else None,
        ours=mine,
        marking=one.marking,
    )
