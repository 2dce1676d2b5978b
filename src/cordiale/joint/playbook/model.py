"""A playbook: a search, steps, and the person in whose name they are taken."""

from __future__ import annotations

from typing import Literal

import msgspec

from cordiale.desk.views.search import Question
from cordiale.joint.words import Words

State = Literal["off", "on", "stopped"]
Outcome = Literal["waiting", "begun", "done", "nothing", "refused"]


class Mark(msgspec.Struct, frozen=True, tag="mark"):
    """Add these atoms to the object's marking: it can only become stricter."""

    marking: tuple[str, ...]


class Notify(msgspec.Struct, frozen=True, tag="notify"):
    """Tell these people of this node, on their page of today; who may not see the object is not told."""

    people: tuple[str, ...]


class Export(msgspec.Struct, frozen=True, tag="export"):
    """Write the object as STIX into a folder of `exports`, where another program takes it."""

    folder: str


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """Ask partners about the object; it goes with the question as far as the rules and the person's rights let it."""

    to: tuple[str, ...]
    words: Words
    marking: str
    hours: int = 0


Step = Mark | Notify | Export | Ask


class Playbook(msgspec.Struct, frozen=True, kw_only=True):
    """One playbook as it is kept.

    `owner` is the name of who turned it on and in whose name its steps are taken; `person` their id, empty for who owns the
    node's folder. `seen` is the version up to which the store was looked through. `why` says why it was stopped.
    """

    id: str
    name: str
    owner: str
    person: str
    asked: Question
    steps: tuple[Step, ...]
    state: State
    seen: int
    at: int
    why: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a playbook's log: which step (from 0) was taken for whose statement of an object, when, and what came of it.

    `at` is in microseconds. `said` is a sentence's id and `facts` what it names, in the reader's language when it is shown.
    """

    playbook: str
    object_id: str
    source: str
    step: int
    at: int
    outcome: Outcome
    said: str = ""
    facts: dict[str, str] = {}
