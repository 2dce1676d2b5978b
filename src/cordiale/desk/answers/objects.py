"""Objects as a reader may see them: lists, pages, whole."""

from __future__ import annotations

from typing import Any

from cordiale.desk.answers.answer import Answer, Reason


class Chip(Answer, frozen=True, kw_only=True):
    """What one partner has or would get of a version, and why not."""

    partner: str
    form: str
    reason: Reason | None = None
    released_at: int | None = None
    id: str = ""


class Summary(Answer, frozen=True, kw_only=True):
    """One line of a list: enough to choose from, nothing of the content but its name; `partners` where asked for."""

    id: str
    type: str
    name: str
    source: str
    created: int | None
    modified: int | None
    received: int
    origin: str
    marking: tuple[str, ...]
    revoked: bool = False
    partners: tuple[Chip, ...] = ()


class Page(Answer, frozen=True, kw_only=True):
    """A page of summaries; `next` is handed back as `after` to read on, None at the end."""

    items: tuple[Summary, ...]
    next: str | None = None


class AttachmentView(Answer, frozen=True, kw_only=True):
    """A file attached to an object; `sha256` identifies it only together with the object.

    `word_of` is the partner by whose word alone it belongs to another's statement: who stated that did not sign the file.
    """

    object_id: str
    sha256: str
    name: str
    media_type: str
    size: int
    marking: tuple[str, ...]
    held: bool = True
    word_of: str = ""


class ReferenceView(Answer, frozen=True, kw_only=True):
    """A reference between two objects that the reader may both see; `marking` governs the other one's name."""

    path: str
    id: str
    type: str
    name: str
    marking: tuple[str, ...] = ()


class Statement(Answer, frozen=True, kw_only=True):
    """One source's current statement about an id, with its content.

    `doubtful` names partners from whom it came while their key may have been in other hands.
    """

    summary: Summary
    version: str
    value: dict[str, Any]
    base_marking: tuple[str, ...]
    full_marking: tuple[str, ...]
    effective_marking: tuple[str, ...]
    versions: int = 1
    restricted: bool = False
    doubtful: tuple[str, ...] = ()


class Shown(Answer, frozen=True, kw_only=True):
    """Everything the reader may see about one id."""

    id: str
    statements: tuple[Statement, ...]
    refers_to: tuple[ReferenceView, ...] = ()
    referred_by: tuple[ReferenceView, ...] = ()
    attachments: tuple[AttachmentView, ...] = ()
    partners: tuple[Chip, ...] = ()


class Marked(Answer, frozen=True, kw_only=True):
    """A change of marking: a new version of our own object, or a stricter overlay."""

    id: str
    how: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    version: str | None = None
    recalls_drafted: int = 0
