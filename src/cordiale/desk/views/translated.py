"""What objects are called in a reader's language, where a translation of their name may be read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import orjson

from cordiale.desk.actor import authorise
from cordiale.desk.views.reading import in_part, readable
from cordiale.desk.visible import visible
from cordiale.store import markings, references

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import ReferenceView, Summary
    from cordiale.desk.desk import Desk

MOST: Final = 400
"""Translations read for one list."""


def translated(
    desk: Desk, actor: Actor, items: Iterable[Summary | ReferenceView], lang: str
) -> dict[str, str]:
    """Return id → name in a language, of those objects that have one there.

    A translation that is marked more strictly than the object is left out: the line carries the object's marking.
    """
    authorise(actor, "search")
    known = {item.id: frozenset(item.marking) for item in items}
    found: dict[str, str] = {}
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        rows = references.translations_of(tx, known, seen, limit=MOST)
        for row in readable(tx, desk, actor, rows, seen):
            if row.raw is None:
                continue
            value = orjson.loads(row.raw)
            original = value.get("object_ref")
            marking = markings.atoms(tx, row.effective_mid if in_part(row) else row.full_mid)
            if original not in known or not marking <= known[original]:
                continue
            for tag, texts in (value.get("contents") or {}).items():
                name = texts.get("name") if isinstance(texts, dict) else None
                if tag[:2] == lang[:2] and isinstance(name, str) and name.strip():
                    found.setdefault(original, name)
    return found
