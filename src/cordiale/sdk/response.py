"""Collective responses on the wire: where one stands, and what its chair and its members say in it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from cordiale.sdk.joint import Both, BothAsked, Hash, JointText, Names, OneText, Standing, TaskLine
from cordiale.sdk.wire import Asked, Ids, Line, Marking, Moment, Reason, Text, Told


class ResponseLine(Told, frozen=True, kw_only=True):
    """A collective response in a list: its stage, this node's part in it, and where this node stands."""

    id: str
    title: Both
    chair: str
    members: tuple[str, ...]
    here: str
    stage: str
    number: int
    deadline: Moment | None = None
    ours: str
    marking: Marking


class ResponseLines(Told, frozen=True, kw_only=True):
    """Collective responses, newest first; `next` is handed back as `after` to read on."""

    items: tuple[ResponseLine, ...]
    next: str | None = None


class Assessment(Told, frozen=True, kw_only=True):
    """How grave one member finds the incident, how sure it is, and why."""

    id: str
    node: str
    level: str
    confidence: str
    words: Both
    at: Moment | None = None


class Published(Told, frozen=True, kw_only=True):
    """That a member published the agreed text, when and where, and how many minutes after the embargo or the first."""

    node: str
    at: Moment | None = None
    where: str
    minutes: int


class JointResponse(Told, frozen=True, kw_only=True):
    """A collective response as it stands. `stage`: assessing, positions, agreed, published or closed."""

    id: str
    title: Both
    chair: str
    members: tuple[str, ...]
    observers: tuple[str, ...]
    objects: tuple[str, ...]
    marking: Marking
    due: Moment | None = None
    stage: str
    here: str
    text: JointText | None = None
    stands: tuple[Standing, ...]
    joined: int
    blocking: tuple[Reason, ...]
    assessments: tuple[Assessment, ...]
    measures: tuple[TaskLine, ...]
    published: tuple[Published, ...]


class ResponseAsked(Asked, frozen=True, kw_only=True):
    """Share an incident with chosen members as the chair, and open a response to it under a framework."""

    title: BothAsked
    incident: Annotated[Ids, msgspec.Meta(min_length=1)]
    members: Names = ()
    observers: Names = ()
    marking: Annotated[tuple[Line, ...], msgspec.Meta(min_length=1, max_length=100)]
    framework: Line = ""
    silence: Literal["assent", "nothing"] = "nothing"
    joins: Annotated[int, msgspec.Meta(ge=0, le=100)] = 1
    level: Literal["", "none", "low", "moderate", "high", "severe"] = ""
    assessed: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    due: Moment | None = None


class AssessAsked(Asked, frozen=True, kw_only=True):
    """Say as a member how grave the incident is, how sure that is, and why."""

    level: Literal["none", "low", "moderate", "high", "severe"]
    words: BothAsked
    confidence: Literal["low", "moderate", "high"] = "moderate"


class MeasureAsked(Asked, frozen=True, kw_only=True):
    """One measure of a text: its kind, the member that owns it, what is done, by when."""

    kind: Literal["statement", "imputation", "attribution", "diplomatic", "referral", "exposure", "sanctions", "other"]  # fmt: skip
    owner: Line
    words: BothAsked
    due: Moment | None = None


class ProposeAsked(Asked, frozen=True, kw_only=True):
    """Put a text with its measures to the members, as the chair; an embargo ends at a whole minute."""

    en: OneText
    fr: OneText
    measures: Annotated[tuple[MeasureAsked, ...], msgspec.Meta(max_length=100)] = ()
    embargo: Moment | None = None
    deadline: Moment | None = None


class AgreeAsked(Asked, frozen=True, kw_only=True):
    """Record as the chair that a text is agreed; `printed` are objectors whose objection is printed as a reserve.

    `parity` names who answers for both languages saying the same, `because` why, where a comparison finds that they part.
    """

    hash: Hash
    printed: Names = ()
    parity: Line = ""
    because: Text = ""


class PublishAsked(Asked, frozen=True, kw_only=True):
    """Say that this node publishes the agreed text now, and where."""

    where: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
