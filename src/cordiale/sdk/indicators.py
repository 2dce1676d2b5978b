"""Indicators: what they are worth, who saw them, what has to do with them, whose word is shown, and what is the same."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from cordiale.sdk.objects import Summary
from cordiale.sdk.wire import Asked, Marking, Moment, StixId, Told

Why = Annotated[str, msgspec.Meta(min_length=1, max_length=2000, description="A sentence that stands beside the decision.")]  # fmt: skip


class Value(Told, frozen=True, kw_only=True):
    """A value and what kind of value it is, such as `domain-name`."""

    kind: str
    value: str


class Worth(Told, frozen=True, kw_only=True):
    """What a source's statement of an indicator is worth now: 0 to 100, and why in sentences.

    `state` is `current`, `early` (not valid yet), `decayed`, `ended` or `revoked`. `ends` is when it expires if nothing more is seen of it.
    """

    source: str
    score: int
    state: str
    expired: bool
    since: Moment
    ends: Moment | None = None
    reasons: tuple[str, ...] = ()


class OnList(Told, frozen=True, kw_only=True):
    """A warning list that holds a value: its category (`false_positive` or `known`), the entry, and how it fits in words.

    `host` tells that the host of an address or the domain of a mailbox fits, not the whole.
    """

    value: str
    list: str
    category: str
    entry: str
    how: str
    host: bool
    message: str


class IndicatorLine(Told, frozen=True, kw_only=True):
    """One source's statement of an indicator in a list; `values` are what it looks for, as far as it says so."""

    id: str
    name: str
    pattern: str
    pattern_type: str
    source: str
    modified: Moment | None
    values: tuple[Value, ...]
    worth: Worth
    warned: bool
    marking: Marking


class IndicatorLines(Told, frozen=True, kw_only=True):
    """Indicators, the last changed first. A page may hold fewer than asked for, where others of it have expired."""

    items: tuple[IndicatorLine, ...]
    next: str | None = None


class Met(Told, frozen=True, kw_only=True):
    """One sighting of an indicator; a `count` of 0 says that it was looked for and not seen."""

    id: str
    source: str
    first: Moment
    last: Moment
    count: int
    words: str
    marking: Marking


class Indicator(Told, frozen=True, kw_only=True):
    """All that is known of one indicator: by source what it is worth, who saw it, and which warning lists hold its values."""

    id: str
    name: str
    pattern: str
    pattern_type: str
    worth: tuple[Worth, ...]
    sightings: tuple[Met, ...]
    warned: tuple[OnList, ...]


class Neighbour(Told, frozen=True, kw_only=True):
    """An object that has to do with what was asked: by which reason, through which of our values and which of its own.

    `score` is of likeness alone, 0 to 100. `marking` governs all of it.
    """

    object: Summary
    reason: str
    message: str
    ours: Value
    theirs: Value
    score: int | None = None
    marking: Marking = ()


class Hot(Told, frozen=True, kw_only=True):
    """A value that too many carry to tell anything: `count` at least, of what the reader sees."""

    kind: str
    value: str
    reason: str
    message: str
    count: int
    since: Moment | None = None


class Correlations(Told, frozen=True, kw_only=True):
    """What was looked up, what has to do with it, and through which values nothing is said; `more`: not all is listed."""

    values: tuple[Value, ...]
    neighbours: tuple[Neighbour, ...]
    hot: tuple[Hot, ...]
    more: bool


class SaidBy(Told, frozen=True, kw_only=True):
    """What one source says of a property."""

    source: str
    value: Any


class Property(Told, frozen=True, kw_only=True):
    """One property: what each source says of it, whose word is shown and why (`alone`, `agreed`, `chosen`, `ours`, `creator`, `latest`).

    `by` is who chose, with `reason`.
    """

    name: str
    said: tuple[SaidBy, ...]
    shown: str
    why: str
    differs: bool
    by: str = ""
    reason: str = ""


class View(Told, frozen=True, kw_only=True):
    """What several sources say of an object as one view."""

    id: str
    properties: tuple[Property, ...]


class ChoiceAsked(Asked, frozen=True, kw_only=True):
    """Choose whose word is shown for a property; an empty `source` lets the rule decide again."""

    property: Annotated[str, msgspec.Meta(min_length=1, max_length=250)]
    source: Annotated[str, msgspec.Meta(max_length=400)] = ""
    reason: Why


class Proposal(Told, frozen=True, kw_only=True):
    """An object that may be the same: its line, and the name or value that both carry."""

    object: Summary
    by: str
    shared: str


class Decided(Told, frozen=True, kw_only=True):
    """What this node decided of two objects: `same` or not; `kept` tells that the other one counts as this one."""

    id: str
    same: bool
    other: Summary
    kept: bool
    marking: Marking


class Duplicates(Told, frozen=True, kw_only=True):
    """What may be the same as an object, and what was decided already."""

    proposals: tuple[Proposal, ...]
    decided: tuple[Decided, ...]


class SameAsked(Asked, frozen=True, kw_only=True):
    """Decide that another object is the same, and counts as this one, or that it is not."""

    other: StixId
    same: bool
    reason: Why


class Stated(Told, frozen=True, kw_only=True):
    """The object of this node's own that a decision was written as."""

    id: str
