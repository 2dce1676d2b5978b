"""Playbooks: what is done when an object that a search finds arrives."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from cordiale.sdk.joint import Both, BothAsked
from cordiale.sdk.objects import Summary
from cordiale.sdk.wire import Asked, Line, Marking, Moment, Told

Do = Literal["mark", "notify", "export", "ask"]
Lines = Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)]


class Looks(Told, frozen=True, kw_only=True):
    """What a playbook looks for; what is empty narrows nothing."""

    q: str
    type: str
    source: str
    value: str
    marking: str


class Step(Told, frozen=True, kw_only=True):
    """One step: `mark` adds `marking`, `notify` tells `people`, `export` writes into `folder`, `ask` asks the nodes of `to`."""

    do: str
    marking: Marking = ()
    people: tuple[str, ...] = ()
    folder: str = ""
    to: tuple[str, ...] = ()
    words: Both = Both()
    hours: int = 0


class Playbook(Told, frozen=True, kw_only=True):
    """One playbook. `owner` is in whose name it acts; `state` is `off`, `on` or `stopped`, and `why` then says why."""

    id: str
    name: str
    owner: str
    looks: Looks
    steps: tuple[Step, ...]
    state: str
    at: Moment
    why: str = ""


class Playbooks(Told, frozen=True, kw_only=True):
    """The playbooks of a node, by name."""

    items: tuple[Playbook, ...]


class LooksAsked(Asked, frozen=True, kw_only=True):
    """What a playbook looks for: words, a type, who states it, `kind=value` of an observable, an atom of its marking."""

    q: Line = ""
    type: Line = ""
    source: Line = ""
    value: Line = ""
    marking: Line = ""


class StepAsked(Asked, frozen=True, kw_only=True):
    """One step; what another kind of step would say is left out."""

    do: Do
    marking: Lines = ()
    people: Lines = ()
    folder: Annotated[str, msgspec.Meta(max_length=61)] = ""
    to: Lines = ()
    words: BothAsked = BothAsked()
    hours: Annotated[int, msgspec.Meta(ge=0, le=8784)] = 0


class PlaybookAsked(Asked, frozen=True, kw_only=True):
    """A playbook: a name, what it looks for, and its steps."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    looks: LooksAsked
    steps: Annotated[tuple[StepAsked, ...], msgspec.Meta(min_length=1, max_length=20)]


class StepDone(Told, frozen=True, kw_only=True):
    """What became of a step, or would: `waiting`, `begun` (cut short), `done`, `nothing` or `refused`, and a sentence."""

    outcome: str
    message: str


class Trial(Told, frozen=True, kw_only=True):
    """What a playbook would do for one object, step by step."""

    object: Summary
    steps: tuple[StepDone, ...]


class Trials(Told, frozen=True, kw_only=True):
    """What a playbook would do for the newest objects that its search finds; nothing was done."""

    items: tuple[Trial, ...]


class LogEntry(Told, frozen=True, kw_only=True):
    """One line of a playbook's log: which step (from 0) was taken for whose statement of an object, and what came of it."""

    object: Summary
    step: int
    at: Moment
    outcome: str
    message: str


class Log(Told, frozen=True, kw_only=True):
    """What a playbook did, newest first, for what the reader may see."""

    items: tuple[LogEntry, ...]
