"""The matrix of ATT&CK: what is held of each technique, whose and under which marking, and layers of the Navigator."""

from __future__ import annotations

from cordiale.sdk.wire import Told


class Count(Told, frozen=True, kw_only=True):
    """How many of something."""

    name: str
    count: int


class Technique(Told, frozen=True, kw_only=True):
    """One technique or sub-technique, and what covers it: objects by type and by who states them, and their markings."""

    id: str
    code: str
    name: str
    tactics: tuple[str, ...]
    part_of: str
    url: str
    count: int
    objects: tuple[str, ...]
    types: tuple[Count, ...]
    sources: tuple[Count, ...]
    markings: tuple[tuple[str, ...], ...]


class Tactic(Told, frozen=True, kw_only=True):
    """One column of the matrix."""

    short: str
    name: str
    code: str


class Matrix(Told, frozen=True, kw_only=True):
    """The techniques of one domain in force, by code, under tactics in their order; `domains` are those held here.

    `source` and `marking` are what it was narrowed to; `sources` and `markings` what it can be, with how many techniques are
    covered then.
    """

    domain: str
    version: str
    tactics: tuple[Tactic, ...]
    techniques: tuple[Technique, ...]
    domains: tuple[str, ...]
    source: str = ""
    marking: str = ""
    sources: tuple[Count, ...] = ()
    markings: tuple[Count, ...] = ()


class Scored(Told, frozen=True, kw_only=True):
    """What a layer says of one technique; `held` tells whether it is known here, `count` how much covers it."""

    code: str
    name: str
    score: float | None
    comment: str
    enabled: bool
    held: bool
    count: int
    tactic: str


class Layer(Told, frozen=True, kw_only=True):
    """A layer that was read beside the matrix: what it scores and nothing held covers, and what is covered that it does not score."""

    name: str
    domain: str
    version: str
    techniques: tuple[Scored, ...]
    uncovered: tuple[str, ...]
    unscored: tuple[str, ...]
