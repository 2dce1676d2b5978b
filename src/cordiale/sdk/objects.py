"""Objects as a reader sees them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from cordiale.sdk.wire import Asked, Line, Marking, Moment, Object, Reason, Told


class Chip(Told, frozen=True, kw_only=True):
    """What one partner has or would get of an object, and why not."""

    partner: str
    form: str
    reason: Reason | None = None
    released_at: Moment | None = None
    id: str = ""


class Summary(Told, frozen=True, kw_only=True):
    """One line of a list: enough to choose from."""

    id: str
    type: str
    name: str
    source: str
    created: Moment | None
    modified: Moment | None
    received: Moment
    origin: str
    marking: Marking
    revoked: bool = False
    partners: tuple[Chip, ...] = ()


class ObjectPage(Told, frozen=True, kw_only=True):
    """A page of objects, newest first; `next` is handed back as `after` to read on."""

    items: tuple[Summary, ...]
    next: str | None = None


class Counts(Told, frozen=True, kw_only=True):
    """How many objects the reader sees, by type."""

    types: dict[str, int]


class Statement(Told, frozen=True, kw_only=True):
    """One source's current statement about an id, with its content.

    `restricted`: the reader sees a part of it. `doubtful` names partners from whom it came while their key may have been
    in other hands.
    """

    summary: Summary
    version: str
    value: Object
    base_marking: Marking
    full_marking: Marking
    effective_marking: Marking
    versions: int = 1
    restricted: bool = False
    doubtful: tuple[str, ...] = ()


class Reference(Told, frozen=True, kw_only=True):
    """A reference between two objects that the reader may both see."""

    path: str
    id: str
    type: str
    name: str
    marking: Marking = ()


class Attachment(Told, frozen=True, kw_only=True):
    """A file attached to an object; its bytes are at `/objects/{id}/files/{sha256}` where it is `held`.

    `word_of` is the partner by whose word alone it belongs to another's statement.
    """

    object_id: str
    sha256: str
    name: str
    media_type: str
    size: int
    marking: Marking
    held: bool = True
    word_of: str = ""


class Shown(Told, frozen=True, kw_only=True):
    """Everything the reader may see about one id."""

    id: str
    statements: tuple[Statement, ...]
    refers_to: tuple[Reference, ...] = ()
    referred_by: tuple[Reference, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    partners: tuple[Chip, ...] = ()


class Statements(Told, frozen=True, kw_only=True):
    """What each source says about one id, to be read side by side."""

    items: tuple[Statement, ...]


class Version(Told, frozen=True, kw_only=True):
    """One version of one source's statement, with what the reader reads of it."""

    version: str
    source: str
    modified: Moment | None
    received: Moment
    current: bool
    revoked: bool
    marking: Marking
    value: Object


class Versions(Told, frozen=True, kw_only=True):
    """The newest versions of each statement about an id, newest first."""

    items: tuple[Version, ...]


class Remark(Told, frozen=True, kw_only=True):
    """A note, opinion, translation or sighting of an object."""

    summary: Summary
    value: Object
    marking: Marking


class Remarks(Told, frozen=True, kw_only=True):
    """What others say about an object, last stored first."""

    items: tuple[Remark, ...]


class GraphNode(Told, frozen=True, kw_only=True):
    """One object of a graph."""

    id: str
    type: str
    name: str
    source: str
    marking: Marking


class GraphEdge(Told, frozen=True, kw_only=True):
    """One connection: `label` is a kind of relationship or the property that refers, `via` the relationship's id."""

    start: str
    end: str
    label: str
    via: str = ""
    marking: Marking = ()


class Graph(Told, frozen=True, kw_only=True):
    """Objects and their connections; `more` tells that not all neighbours are here."""

    nodes: tuple[GraphNode, ...] = ()
    edges: tuple[GraphEdge, ...] = ()
    more: bool = False


class MarkAsked(Asked, frozen=True, kw_only=True):
    """A marking as people write it (`level:CAN/SECRET tlp:amber`); `source` where several state the object."""

    marking: Line
    source: Line | None = None


class Marked(Told, frozen=True, kw_only=True):
    """A change of marking: `how` is version (of our own object), given, or overlay (stricter than what others marked)."""

    id: str
    how: str
    before: Marking
    after: Marking
    version: str | None = None
    recalls_drafted: int = 0


Opinion = Literal["strongly-disagree", "disagree", "neutral", "agree", "strongly-agree"]
"""What an opinion says (STIX 2.1, opinion-enum)."""


class NoteAsked(Asked, frozen=True, kw_only=True):
    """What somebody says about an object: a note, or with `opinion` an opinion and its reason; `marking` only narrows."""

    content: Annotated[str, msgspec.Meta(max_length=20_000)] = ""
    opinion: Opinion | None = None
    marking: Line | None = None
    lang: Literal["en", "fr"] | None = None


class Noted(Told, frozen=True, kw_only=True):
    """The id of what was written."""

    id: str
