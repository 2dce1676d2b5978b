"""Joint objects as a reader of this node may see them, each with who really stated it.

Every joint object names its extension definition by a reference (`definition_ref`), so that the index of references
lists all cases, all requests, all positions without a table of their own, and under the same rules as everything else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import msgspec
import orjson

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.views.reading import in_part, readable
from cordiale.desk.visible import visible
from cordiale.stix.extensions import PUBLISHED
from cordiale.store import markings, references
from cordiale.store import rows as rows_of

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.release.marking import Marking
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Row

_PAGE: Final = 1000
MOST: Final = 10_000
"""Objects of one kind that are read of one partner, whatever it gives: beyond that its own oldest are in no list."""

T = TypeVar("T", bound=msgspec.Struct)


class Held(msgspec.Struct, Generic[T], frozen=True):
    """One joint object: what it says, who stated it, and by whose word (empty when they signed it themselves).

    `marking` is the full marking, `modified` in microseconds; `refs` are the objects it is about.
    """

    id: str
    said: T
    author: str
    word_of: str
    ours: bool
    marking: Marking
    modified: int
    created: str
    refs: tuple[str, ...]


def listed(desk: Desk, actor: Actor, kind: type[T], name: str, about: str | None = None) -> list[Held[T]]:
    """Return what `all_of` does, for who is allowed to look at joint work; written down as read."""
    authorise(actor, "joint")
    with desk.store.read() as tx:
        found = all_of(tx, desk, actor, kind, name, about)
    audit.read(desk, actor, name, found=len(found))
    return found


def all_of(
    tx: Transaction, desk: Desk, actor: Actor, kind: type[T], name: str, about: str | None = None
) -> list[Held[T]]:
    """Return what the reader sees whole of one kind of joint object, last stored first.

    `about` narrows to what refers to an id. What a reader sees in part, what is revoked, and what is not of the form its
    schema gives, is in no list: it is an object like any other, and shown as such. Of one partner the newest `MOST` are
    read, so that nobody makes a page read without end, or pushes out what others say.
    """
    seen = visible(tx, desk, actor)
    found: list[Held[T]] = []
    counted: Counter[str] = Counter()
    after = None
    while True:
        page = references.referrers(tx, about or PUBLISHED[name], seen, after=after, limit=_PAGE)
        rows = [row for row in page.rows if _within(row, desk.node, counted)]
        found += _held(tx, desk, kind, name, readable(tx, desk, actor, rows, seen))
        if page.next is None:
            return found
        after = page.next[0]


def of_id(tx: Transaction, desk: Desk, actor: Actor, kind: type[T], name: str, id: str) -> list[Held[T]]:
    """Return what the reader sees whole of one joint object, each source's statement of it, newest first."""
    seen = visible(tx, desk, actor)
    return _held(tx, desk, kind, name, readable(tx, desk, actor, rows_of.get(tx, id, seen), seen))


def _within(row: Row, node: str, counted: Counter[str]) -> bool:
    giver = row.source.partition("/")[0]
    counted[giver] += 1
    return giver == node or counted[giver] <= MOST


def _held(tx: Transaction, desk: Desk, kind: type[T], name: str, rows: Sequence[Row]) -> list[Held[T]]:
    extension = PUBLISHED[name]
    found = []
    for row in rows:
        if in_part(row) or row.raw is None or row.revoked:
            continue
        value: Mapping[str, Any] = orjson.loads(row.raw)
        said = _said(value, extension, kind)
        if said is None:
            continue
        word_of, _slash, author = row.source.rpartition("/")
        found.append(
            Held(
                id=row.id,
                said=said,
                author=author,
                word_of=word_of,
                ours=row.source == desk.node and row.origin == "local",
                marking=markings.atoms(tx, row.full_mid),
                modified=row.modified or row.received,
                created=str(value.get("created", "")),
                refs=tuple(value.get("object_refs", ())),
            )
        )
    return found


def _said(value: Mapping[str, Any], extension: str, kind: type[T]) -> T | None:
    extensions = value.get("extensions")
    written = extensions.get(extension) if isinstance(extensions, dict) else None
    if written is None:
        return None
    try:
        return msgspec.convert(written, kind)
    except msgspec.ValidationError:
        return None
