"""The small typed values that stand beside the bytes of an object."""

from __future__ import annotations

from typing import Literal

import msgspec


class Reference(msgspec.Struct, frozen=True, gc=False):
    """One object named by another.

    ``inherent`` references lend their target's marking to the object that holds them
    (the two ends of a relationship, the object of a sighting, the original of a translation).
    """

    path: str
    target: str
    inherent: bool = False


class Granular(msgspec.Struct, frozen=True, gc=False):
    """One granular marking: the selected properties and their marking or their language."""

    selectors: tuple[str, ...]
    marking_ref: str | None = None
    lang: str | None = None


class TextField(msgspec.Struct, frozen=True, gc=False):
    """One searchable text with the property path a granular marking would select."""

    path: str
    text: str


class MarkingDefinition(msgspec.Struct, frozen=True, gc=False):
    """What a marking-definition object means.

    ``atom`` is the marking atom it stands for (``tlp:green``, ``unknown:<id>``), None for a
    statement, which informs and restricts nothing.
    """

    kind: Literal["tlp", "statement", "atom", "unknown"]
    atom: str | None
    name: str = ""
    statement: str = ""
