"""What a person does in a collective response; each is one act in the case, named, authorised and audited there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, Literal, get_args

from cordiale.domains.information.response.content import KINDS, Draft, content_of
from cordiale.domains.information.response.parity import Compare, answered_for, divergences, texts
from cordiale.domains.information.response.standing import (
    ASSESSMENT,
    CONFIDENCES,
    EFFECT,
    KIND,
    LESSON,
    LEVELS,
    OPTION,
    PUBLISHED,
    Response,
    missing,
    response,
)
from cordiale.joint import case, extension, position, revision, task
from cordiale.joint.agreement import Agreed, agree
from cordiale.joint.contribution import Added, contribute
from cordiale.joint.moment import stamp
from cordiale.joint.words import NONE, Words
from cordiale.platform.errors import Conflict, InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

import msgspec

Silence = Literal["assent", "nothing"]
SILENCES: Final[tuple[str, ...]] = get_args(Silence)


def open_response(
    desk: Desk,
    actor: Actor,
    *,
    title: Words,
    incident: Sequence[str],
    members: Sequence[str],
    observers: Sequence[str] = (),
    marking: str | Iterable[str],
    framework: str = "",
    silence: str = "nothing",
    joins: int = 1,
    level: str = "",
    assessed: int = 0,
    due: int | None = None,
) -> case.Opened:
    """Share an incident with chosen members as the chair, and open a response to it under a framework.

    `silence` is what saying nothing by the deadline means, `joins` how many members have to join, `level` and `assessed` how
    many have to find the incident at least so grave. Raises InputError naming what cannot be.
    """
    if silence not in SILENCES:
        raise InputError(
            "silence", _("{silence}: silence is one of {known}."), silence=silence, known=", ".join(SILENCES)
        ).at("silence")
    if level and level not in LEVELS:
        raise _unknown_level(level)
    if not incident:
        raise InputError(
            "response-about", _("Name the objects of the incident that the response is about.")
        ).at("incident")
    return case.open_case(
        desk,
        actor,
        title=title,
        members=members,
        observers=observers,
        marking=marking,
        kind=KIND,
        framework=case.Framework(
            name=Words(framework, framework),
            silence=silence,  # type: ignore[arg-type]
            joins=joins,
            level=level,
            assessed=assessed,
        ),
        objects=incident,
        due=due,
    )


def assess(
    desk: Desk, actor: Actor, written: str, level: str, words: Words, *, confidence: str = "moderate"
) -> Added:
    """Say as a member how grave the incident is, how sure that is, and why; a later assessment replaces it."""
    if level not in LEVELS:
        raise _unknown_level(level)
    if confidence not in CONFIDENCES:
        raise InputError("confidence", _("{confidence}: confidence is one of {known}."), confidence=confidence, known=", ".join(CONFIDENCES)).at("confidence")  # fmt: skip
    details = {"level": level, "confidence": confidence}
    return contribute(desk, actor, written, ASSESSMENT, words, details=details, kind=KIND)


def option(desk: Desk, actor: Actor, written: str, measure: str, words: Words) -> Added:
    """Propose a measure of a kind, for the chair to take into the text."""
    if measure not in KINDS:
        raise InputError("option-kind", _("{kind} is no kind of measure. Use one of: {known}."), kind=measure, known=", ".join(KINDS))  # fmt: skip
    return contribute(desk, actor, written, OPTION, words, details={"kind": measure}, kind=KIND)


def propose(desk: Desk, actor: Actor, written: str, draft: Draft) -> revision.Proposed:
    """Put a drafted text with its measures to the members as the chair; raises InputError for an owner who is no member."""
    found = response(desk, actor, written)
    strangers = sorted({one.owner for one in draft.content.measures} - set(found.members))
    if strangers:
        raise InputError("measure-owner", _("No member of this response: {nodes}. A measure is owned by a member."), nodes=", ".join(strangers))  # fmt: skip
    return revision.propose(
        desk,
        actor,
        written,
        en=draft.en,
        fr=draft.fr,
        content=msgspec.to_builtins(draft.content),
        deadline=draft.deadline,
        kind=KIND,
    )


def stand(
    desk: Desk, actor: Actor, written: str, position_: str, hash: str, footnote: Words = NONE
) -> position.Taken:
    """Take this node's position on the text whose hash begins so."""
    return position.take(desk, actor, written, position_, hash, footnote=footnote, kind=KIND)


def extend(desk: Desk, actor: Actor, written: str, hash: str, until: int, words: Words = NONE) -> Added:
    """Give the members more time for the text whose hash begins so, as the chair; no position is voided."""
    return extension.extend(desk, actor, written, hash, until, words, kind=KIND)


def conclude(
    desk: Desk,
    actor: Actor,
    written: str,
    hash: str,
    *,
    printed: Sequence[str] = (),
    parity: str = "",
    because: str = "",
    compare: Compare | None = divergences,
) -> Agreed:
    """Record as the chair that the text whose hash begins so is agreed.

    `parity` names who answers for both languages saying the same, `because` why; `compare` counts their
    divergences where something can. Raises Conflict saying what is in the way.
    """
    found = response(desk, actor, written, printed)
    if found.text is None or not found.text.hash.startswith(hash.strip().lower()[:64]):
        raise Conflict("hash-none", _("There is no text with the hash {hash} to agree on."), hash=hash[:64])
    said = answered_for(
        *texts(found.text),
        by=parity,
        reason=because,
        acting=actor.name,
        now=desk.clock(),
        compare=compare,
    )
    return agree(desk, actor, written, hash, said, printed=printed, more=missing(found.threshold), kind=KIND)


def publish(desk: Desk, actor: Actor, written: str, where: str) -> tuple[Added, Response]:
    """Say that this node publishes the agreed text now, and where; refused before the embargo ends, to the minute.

    Raises Conflict where nothing is agreed, or the embargo is not over.
    """
    found = response(desk, actor, written)
    cleared(found, desk.clock())
    added = contribute(
        desk,
        actor,
        written,
        PUBLISHED,
        Words("published", "publié"),
        about=found.agreed.revision if found.agreed else "",
        details={"where": where},
        kind=KIND,
    )
    return added, response(desk, actor, written)


def cleared(found: Response, now: int) -> None:
    """Raise Conflict unless the agreed text may be published at an instant."""
    if found.agreed is None or found.text is None or found.agreed.revision != found.text.hash:
        raise Conflict("publish-nothing", _("Nothing is agreed that could be published."))
    embargo = content_of(msgspec.to_builtins(found.text.content)).embargo_at
    if embargo is not None and now < embargo:
        raise Conflict(
            "embargo", _("It is under embargo until {when}: nobody publishes before."), when=stamp(embargo)
        ).at("where")


def progress(desk: Desk, actor: Actor, written: str, measure: str, state: str, words: Words) -> Added:
    """Say as its owner how far an agreed measure is; `measure` is its number, such as 2.1."""
    found = response(desk, actor, written)
    mine = next((one for one in found.measures if one.id == measure), None)
    if mine is None:
        known = ", ".join(one.id for one in found.measures) or "–"
        raise InputError("measure-unknown", _("There is no agreed measure {measure}. Known: {known}."), measure=measure, known=known)  # fmt: skip
    if mine.owner != desk.node:
        raise InputError("measure-other", _("Measure {measure} is for {owner}: only it can say how far it is."), measure=measure, owner=mine.owner)  # fmt: skip
    return task.report(desk, actor, written, measure, state, words, kind=KIND)


def effect(
    desk: Desk,
    actor: Actor,
    written: str,
    words: Words,
    *,
    measure: str = "",
    before: float | None = None,
    after: float | None = None,
    unit: str = "",
) -> Added:
    """Say what was measured after a response: in words, and as numbers before and after where there are some."""
    details: dict[str, str | int | float | bool] = {"unit": unit} if unit else {}
    details |= {name: one for name, one in (("before", before), ("after", after)) if one is not None}
    return contribute(desk, actor, written, EFFECT, words, about=measure, details=details, kind=KIND)


def lesson(desk: Desk, actor: Actor, written: str, words: Words) -> Added:
    """Say what was learnt."""
    return contribute(desk, actor, written, LESSON, words, kind=KIND)


def _unknown_level(level: str) -> InputError:
    return InputError(
        "level", _("{level}: a level is one of {known}."), level=level, known=", ".join(LEVELS)
    ).at("level")
