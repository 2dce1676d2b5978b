"""The syntax tree of a STIX pattern (STIX 2.1 section 9), as frozen values.

Operators of one kind in a row are one node with all their operands, so that three thousand alternatives are a list and
no tower; only parentheses make a tree deep. What is frozen can hold no circle, so the collector need not look (`gc`).
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from cordiale.platform.clock import Instant

Operator = Literal[
    "=", "!=", "<", "<=", ">", ">=", "IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET", "EXISTS"
]

EVERY: Final = None
"""The step `[*]` of a path: any item of a list."""


class Hex(msgspec.Struct, frozen=True, gc=False, tag="hex"):
    """Octets written in hexadecimal, `h'ffd8'`."""

    data: bytes


class Binary(msgspec.Struct, frozen=True, gc=False, tag="binary"):
    """Octets written in base64, `b'ABI='`."""

    data: bytes


class Moment(msgspec.Struct, frozen=True, gc=False, tag="timestamp"):
    """A timestamp as it is written, `t'2014-01-13T07:03:17Z'`, and its instant (cut to microseconds)."""

    written: str
    instant: Instant


Constant = str | bool | int | float | Hex | Binary | Moment


class Path(msgspec.Struct, frozen=True, gc=False):
    """Where a value is: a type of observable, and names, indexes of lists and `EVERY` from there."""

    observable: str
    steps: tuple[str | int | None, ...]


class Comparison(msgspec.Struct, frozen=True, gc=False, tag="comparison"):
    """One path compared with one constant; `IN` has any number of values, `EXISTS` none."""

    path: Path
    operator: Operator
    values: tuple[Constant, ...]
    negated: bool = False


class All(msgspec.Struct, frozen=True, gc=False, tag="and"):
    """Comparisons that hold for one and the same object."""

    operands: tuple[Expression, ...]


class Any(msgspec.Struct, frozen=True, gc=False, tag="or"):
    """Comparisons of which one holds."""

    operands: tuple[Expression, ...]


class Observed(msgspec.Struct, frozen=True, gc=False, tag="observation"):
    """What one observation has to show, in square brackets."""

    expression: Expression


class Together(msgspec.Struct, frozen=True, gc=False, tag="observations-and"):
    """Observations that are all made, each by itself (`AND`)."""

    operands: tuple[Observation, ...]


class Either(msgspec.Struct, frozen=True, gc=False, tag="observations-or"):
    """Observations of which one is made (`OR`)."""

    operands: tuple[Observation, ...]


class Sequence(msgspec.Struct, frozen=True, gc=False, tag="followed-by"):
    """Observations that are made one after the other (`FOLLOWEDBY`)."""

    operands: tuple[Observation, ...]


class Repeats(msgspec.Struct, frozen=True, gc=False, tag="repeats"):
    """Made so many times, by observations of their own (`REPEATS n TIMES`)."""

    observation: Observation
    times: int


class Within(msgspec.Struct, frozen=True, gc=False, tag="within"):
    """All observations made within so many seconds (`WITHIN n SECONDS`)."""

    observation: Observation
    seconds: int | float


class During(msgspec.Struct, frozen=True, gc=False, tag="start-stop"):
    """All observations made from the start and before the stop (`START t'…' STOP t'…'`)."""

    observation: Observation
    start: Moment
    stop: Moment


Expression = Comparison | All | Any
Observation = Observed | Together | Either | Sequence | Repeats | Within | During


class Pattern(msgspec.Struct, frozen=True, gc=False):
    """A whole pattern."""

    observation: Observation
