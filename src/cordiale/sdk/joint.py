"""What partners do together: requests and answers, cases with their texts, positions, tasks, and collective responses."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from cordiale.sdk.wire import Asked, Ids, Line, Marking, Moment, Reason, Text, Told

Names = Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)]
Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-fA-F]{8,64}$", description="The beginning of the hash of the text that was read, at least 8 characters.")]  # fmt: skip
Detail = str | int | float | bool


class Both(Told, frozen=True, kw_only=True):
    """The same said in English and in French; a language that nobody wrote is empty."""

    en: str = ""
    fr: str = ""


class BothAsked(Asked, frozen=True, kw_only=True):
    """The same said in English and in French."""

    en: Text = ""
    fr: Text = ""


class Given(Told, frozen=True, kw_only=True):
    """What became of giving something to one node: `goes`, or waits for an officer or a second one, is withheld, or the node is no partner."""

    node: str
    state: str
    objects: int
    reason: Reason | None = None


class JointDone(Told, frozen=True, kw_only=True):
    """An act of joint work: the object it wrote, and what became of giving it to the others."""

    id: str
    sent: tuple[Given, ...]


# Requests ---------------------------------------------------------------------------------------


class JointAnswer(Told, frozen=True, kw_only=True):
    """One answer to a request; `objects` are those given with it."""

    id: str
    node: str
    state: str
    words: Both
    objects: tuple[str, ...]
    at: Moment | None = None


class JointRequest(Told, frozen=True, kw_only=True):
    """A request as it stands: open, accepted, partial, answered, declined, or what the asker settled it as.

    `assigned` is who looks after it at this node, and is told to nobody else.
    """

    id: str
    asker: str
    to: tuple[str, ...]
    words: Both
    objects: tuple[str, ...]
    due: Moment | None = None
    priority: str
    state: str
    overdue: bool
    why: Both
    asked: Moment | None = None
    marking: Marking
    answers: tuple[JointAnswer, ...]
    assigned: str = ""
    ours: bool = False


class JointRequests(Told, frozen=True, kw_only=True):
    """Requests, the next due first; `next` is handed back as `after` to read on."""

    items: tuple[JointRequest, ...]
    next: str | None = None


class RequestAsked(Asked, frozen=True, kw_only=True):
    """Ask partners something, about objects or at large, under a marking."""

    to: Annotated[tuple[Line, ...], msgspec.Meta(min_length=1, max_length=100)]
    words: BothAsked
    marking: Annotated[tuple[Line, ...], msgspec.Meta(min_length=1, max_length=100)]
    objects: Ids = ()
    due: Moment | None = None
    priority: Literal["low", "normal", "high"] = "normal"


class AnswerAsked(Asked, frozen=True, kw_only=True):
    """Answer a request to this node, with objects or without."""

    state: Literal["accepted", "declined", "partial", "answered"]
    words: BothAsked = BothAsked()
    objects: Ids = ()


class SettleAsked(Asked, frozen=True, kw_only=True):
    """Say as the asker that a request is satisfied, was not, or is withdrawn."""

    state: Literal["satisfied", "unsatisfied", "withdrawn"]
    why: BothAsked = BothAsked()


class AssignAsked(Asked, frozen=True, kw_only=True):
    """Say who of this node looks after a request; an empty name for nobody."""

    person: Line


# Cases ------------------------------------------------------------------------------------------


class CaseLine(Told, frozen=True, kw_only=True):
    """One case: who chairs it, who takes part, who only reads."""

    id: str
    kind: str
    title: Both
    chair: str
    members: tuple[str, ...]
    observers: tuple[str, ...]
    objects: tuple[str, ...]
    due: Moment | None = None
    state: str
    marking: Marking


class CaseLines(Told, frozen=True, kw_only=True):
    """Cases, newest first; `next` is handed back as `after` to read on."""

    items: tuple[CaseLine, ...]
    next: str | None = None


class JointText(Told, frozen=True, kw_only=True):
    """One revision of a text: its hash holds both languages, the framework and the deadline; `deadline` may come later."""

    id: str
    number: int
    hash: str
    title: Both
    body: Both
    deadline: Moment | None = None


class Standing(Told, frozen=True, kw_only=True):
    """Where one member stands on the newest text, and how its signature was checked."""

    node: str
    position: str
    footnote: Both
    at: Moment | None = None
    proof: str


class TaskLine(Told, frozen=True, kw_only=True):
    """A task of a case, or a measure of a response, as it stands; `late` when its time is over and it is not done."""

    id: str
    owner: str
    words: Both
    kind: str
    due: Moment | None = None
    state: str
    late: bool
    note: Both


class Contribution(Told, frozen=True, kw_only=True):
    """What a member added to a case, in a role such as assessment, option, effect, lesson."""

    id: str
    node: str
    role: str
    words: Both
    about: str
    details: dict[str, Detail]
    at: Moment | None = None


class JointCase(Told, frozen=True, kw_only=True):
    """A case with its texts (newest first), where everybody stands on the newest, what keeps it from being agreed, and all that was said.

    `agreed` is the hash of the text that was agreed last, None for none.
    """

    case: CaseLine
    texts: tuple[JointText, ...]
    stands: tuple[Standing, ...]
    blocking: tuple[Reason, ...]
    agreed: str | None = None
    tasks: tuple[TaskLine, ...]
    said: tuple[Contribution, ...]


class CaseAsked(Asked, frozen=True, kw_only=True):
    """Open a case as its chair, about objects, under a marking."""

    title: BothAsked
    members: Names = ()
    observers: Names = ()
    marking: Annotated[tuple[Line, ...], msgspec.Meta(min_length=1, max_length=100)]
    objects: Ids = ()
    due: Moment | None = None
    description: Text = ""


class ContributionAsked(Asked, frozen=True, kw_only=True):
    """Add something to a case as one of its members, in a role."""

    role: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z-]{1,39}$")]
    words: BothAsked
    about: Line = ""
    details: Annotated[dict[str, Detail], msgspec.Meta(max_length=50)] = msgspec.field(default_factory=dict)
    objects: Ids = ()


class TaskAsked(Asked, frozen=True, kw_only=True):
    """Give a task to a member of a case, as its chair."""

    owner: Line
    words: BothAsked
    due: Moment | None = None
    kind: Line = ""


class ProgressAsked(Asked, frozen=True, kw_only=True):
    """Say as its owner how far a task is."""

    state: Literal["open", "under-way", "done", "dropped"]
    words: BothAsked = BothAsked()


class OneText(Asked, frozen=True, kw_only=True):
    """A text in one language."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
    body: Annotated[str, msgspec.Meta(min_length=1, max_length=100_000)]


class TextAsked(Asked, frozen=True, kw_only=True):
    """Put a text in both languages to the members of a case, as its chair, until a deadline."""

    en: OneText
    fr: OneText
    deadline: Moment | None = None


class PositionAsked(Asked, frozen=True, kw_only=True):
    """Take this node's position on the text that was read, by its hash; a reserve is in both languages."""

    position: Literal["join", "join-with-footnote", "no-objection", "abstain", "object"]
    hash: Hash
    footnote: BothAsked = BothAsked()


class ExtendAsked(Asked, frozen=True, kw_only=True):
    """Give the members more time, as the chair."""

    hash: Hash
    until: Moment
