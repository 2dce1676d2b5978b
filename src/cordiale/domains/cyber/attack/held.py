"""What this node holds of ATT&CK and of what refers to it, as one reader sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson

from cordiale.desk.views.reading import marked
from cordiale.desk.views.search import Question, matching
from cordiale.desk.visible import visible
from cordiale.domains.cyber.attack.objects import KNOWLEDGE

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

PAGE: Final = 2000


class Seen(msgspec.Struct, frozen=True):
    """One statement as its reader reads it: its content, who states it, and its marking."""

    value: Mapping[str, Any]
    source: str
    marking: frozenset[str]


def every(desk: Desk, actor: Actor, kind: str) -> Iterator[Seen]:
    """Yield every current statement of a type that the actor may read, page by page; what is revoked too."""
    start = None
    asked = Question(type=kind)
    while True:
        with desk.store.read() as tx:
            page, rows = matching(tx, desk, actor, asked, start, PAGE, visible(tx, desk, actor))
            found = [
                Seen(orjson.loads(row.raw), row.source, marked(tx, row))
                for row in rows
                if row.raw is not None
            ]
        yield from found
        if page.next is None:
            return
        start = page.next


def held(desk: Desk, actor: Actor) -> dict[str, Mapping[str, Any]]:
    """Return the objects of ATT&CK's types and the relationships that the actor may read, by id."""
    return {
        str(one.value["id"]): one.value
        for kind in (*KNOWLEDGE, "relationship", "x-mitre-collection")
        for one in every(desk, actor, kind)
    }
