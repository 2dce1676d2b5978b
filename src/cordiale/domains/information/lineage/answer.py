"""What the analysis of lineage answers, as it is printed: documents, edges, every sentence with its label, omissions."""

from __future__ import annotations

from typing import Literal

import msgspec

from cordiale.domains.information.document import Region
from cordiale.domains.information.drift.judge import Direction, Kind, Label


class Segment(msgspec.Struct, frozen=True):
    """One text of a document; `offset` counts characters from the beginning of the file."""

    n: int
    lang: str
    offset: int
    title: str = ""
    published: str | None = None
    published_basis: str = "none"


class DocumentView(msgspec.Struct, frozen=True):
    """One document as it was given."""

    doc: str
    sha256: str
    segments: list[Segment]


class Edge(msgspec.Struct, frozen=True, rename={"source": "from", "derived": "to"}):
    """One text comes from another, or both from a third that is not here (`ancestor`).

    `containment` is which share of the first text's sentences the second has, and the other way.
    """

    source: str
    derived: str
    kind: Literal["copy", "derived", "common_source"]
    direction: Literal["known", "unknown"]
    containment: tuple[float, float]
    date_basis: str
    because: str
    source_segment: int = 1
    derived_segment: int = 1
    ancestor: str | None = None


class ChangeView(msgspec.Struct, frozen=True):
    """One thing that changed; the spans are exact pieces of the two sentences."""

    kind: Kind
    source_span: str
    derived_span: str
    direction: Direction


class Pair(msgspec.Struct, frozen=True):
    """One sentence of one text, with the sentence of its source that makes the same statement, if any."""

    source_doc: str | None
    source: str | None
    derived_doc: str
    derived_segment: int
    derived: str
    region: Region
    label: Label
    changes: list[ChangeView]
    because: str
    confidence: float
    source_segment: int | None = None
    derived_offset: int = 0
    source_offset: int | None = None


class Omission(msgspec.Struct, frozen=True):
    """A statement of a source that the derived text does not make."""

    source_doc: str
    source_segment: int
    source: str
    derived_doc: str
    derived_segment: int


class Ancestor(msgspec.Struct, frozen=True):
    """A text that nobody here holds, presumed because those that come from it each have a part of it."""

    id: str
    children: list[dict[str, str | int]]


class Answer(msgspec.Struct, frozen=True):
    """What was found. `profiles` names the thresholds, `limits` says what could not be seen."""

    documents: list[DocumentView]
    edges: list[Edge]
    pairs: list[Pair]
    omissions: list[Omission]
    ancestors: list[Ancestor]
    profiles: dict[str, str]
    limits: list[str]
