"""What sources say of some objects, as a reader may read it: values with who states them, and the words of their translations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson

from cordiale.desk.views.reading import in_part, marked, readable
from cordiale.joint.words import Words
from cordiale.store import markings, references, versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.release.marking import Marking
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Row, Visible

MOST: Final = 1000
"""Relationships and translations around one incident that are read: so many of our own, and of everybody's."""

TIED_BY: Final = ("relationship", "language-content")
"""Types of what is read around an object."""


class Said(msgspec.Struct, frozen=True):
    """One source's statement of one object; `modified` in microseconds, None where it is read in part.

    `marking` governs all that is read of it; `base` is how it is marked itself, `parts` what granular markings name beyond.
    """

    id: str
    type: str
    value: Mapping[str, Any]
    source: str
    ours: bool
    marking: Marking
    base: Marking
    parts: Marking
    modified: int | None


def said_of(tx: Transaction, desk: Desk, actor: Actor, ids: Iterable[str], seen: Visible) -> dict[str, Said]:
    """Return what is said of each object that the reader may see, this node's own word first; what is revoked is left out."""
    held = versions.of_ids(tx, dict.fromkeys(ids), seen)
    rows = [_first(desk, found) for found in held.values() if found]
    return {one.id: one for one in _read(tx, desk, actor, rows, seen)}


def around(
    tx: Transaction, desk: Desk, actor: Actor, ids: Iterable[str], seen: Visible
) -> tuple[list[Said], bool]:
    """Return the relationships and translations of objects, first stored first, and whether there are more.

    Our own stand there before those of others are looked at: however much somebody ties to an incident, it hides nothing.
    """
    asked = frozenset(ids)
    own = references.referrers_of(tx, asked, seen, limit=MOST + 1, types=TIED_BY, source=desk.node)
    every = references.referrers_of(tx, asked, seen, limit=MOST + 1, types=TIED_BY)
    rows = list({row.vid: row for row in (*own[:MOST], *every[:MOST])}.values())
    found = sorted(_read(tx, desk, actor, rows, seen), key=lambda one: (one.value.get("created") or "", one.id))  # fmt: skip
    return found, max(len(own), len(every)) > MOST


def worded(one: Said, name: str, others: Iterable[Said]) -> Words:
    """Return a text of an object in both languages: as it is written, and as its translations give it."""
    found = {"en": "", "fr": ""}
    written = one.value.get(name)
    if isinstance(written, str):
        found["fr" if str(one.value.get("lang") or "en").startswith("fr") else "en"] = written
    for other in others:
        contents = other.value.get("contents")
        if other.type != "language-content" or other.value.get("object_ref") != one.id:
            continue
        # a translation that is marked more strictly would come under a marking that does not govern it
        if not isinstance(contents, dict) or not other.marking <= one.marking:
            continue
        for tag, texts in contents.items():
            words = texts.get(name) if isinstance(texts, dict) else None
            if isinstance(words, str) and tag[:2] in found and not found[tag[:2]]:
                found[tag[:2]] = words
    return Words(found["en"], found["fr"])


def _first(desk: Desk, rows: list[Row]) -> Row:
    return next((row for row in rows if row.source == desk.node and row.origin == "local"), rows[0])


def _read(tx: Transaction, desk: Desk, actor: Actor, rows: list[Row], seen: Visible) -> list[Said]:
    found = []
    for row in readable(tx, desk, actor, rows, seen):
        if row.raw is None or row.revoked:
            continue
        base, full = markings.atoms(tx, row.base_mid), markings.atoms(tx, row.full_mid)
        found.append(
            Said(
                id=row.id,
                type=row.type,
                value=orjson.loads(row.raw),
                source=row.source,
                ours=row.source == desk.node and row.origin == "local" and not in_part(row),
                marking=marked(tx, row),
                base=base,
                parts=full - markings.atoms(tx, row.effective_mid),
                modified=row.modified,
            )
        )
    return found
