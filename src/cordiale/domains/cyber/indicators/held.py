"""The indicators that somebody may read of this node, one after the other: never all of them in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson

from cordiale.desk.actor import authorise
from cordiale.desk.summary import position, token
from cordiale.desk.views.reading import in_part, marked
from cordiale.desk.views.search import Question, matching
from cordiale.desk.visible import visible
from cordiale.platform.clock import Instant, parse_instant

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

PAGE: Final = 5000
"""Statements read at a time: one short transaction each, so that writing never waits for a long list."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One source's statement of an indicator, as its reader may read it; instants in microseconds.

    `source` is who states it, `ours` that it was stated here, `marking` everything that governs it. `value` is what the
    reader reads of the object.
    """

    id: str
    pattern: str
    pattern_type: str
    name: str
    source: str
    ours: bool
    modified: Instant
    valid_from: Instant | None
    valid_until: Instant | None
    revoked: bool
    confidence: int | None
    labels: tuple[str, ...]
    marking: frozenset[str]
    value: Mapping[str, Any]

    def valid(self, at: Instant) -> bool:
        """Tell whether it is neither revoked nor past its `valid_until` at an instant."""
        return not self.revoked and (self.valid_until is None or at < self.valid_until)


def indicators(
    desk: Desk,
    actor: Actor,
    *,
    since: Instant | None = None,
    until: Instant | None = None,
    pattern_type: str = "stix",
    asked: Question | None = None,
) -> Iterator[Held]:
    """Yield every current indicator the actor may read, the last changed first, each source's statement by itself.

    `since` and `until` bound the instant of change (since ≤ t < until), `asked` narrows by words, value, source or marking;
    `pattern_type` "" takes every language. An
    indicator whose pattern the actor may not read is not among them. What changes while they are read may be missing
    or come in its new form: who needs all of it asks again with `since`.
    """
    bounds = {name: at for name, at in (("since", since), ("until", until)) if at is not None}
    asked = msgspec.structs.replace(asked or Question(), **bounds)
    after = None
    while True:
        found, after = page_of(desk, actor, asked, after, PAGE)
        for one in found:
            if pattern_type in ("", one.pattern_type):
                yield one
        if after is None:
            return


def page_of(
    desk: Desk, actor: Actor, asked: Question, after: str | None, limit: int
) -> tuple[list[Held], str | None]:
    """Return a page of what `indicators` yields, and the position after it; None at the end."""
    authorise(actor, "search")
    asked = msgspec.structs.replace(asked, type="indicator")
    with desk.store.read() as tx:
        page, rows = matching(tx, desk, actor, asked, position(after), limit, visible(tx, desk, actor))
        found = [_held(row, desk.node, marked(tx, row)) for row in rows]
    return [one for one in found if one is not None], token(page.next)


def _held(row: Any, node: str, marking: frozenset[str]) -> Held | None:
    if row.raw is None:
        return None
    value = orjson.loads(row.raw)
    written = value.get("pattern")
    if not isinstance(written, str):
        return None
    confidence = value.get("confidence")
    return Held(
        id=row.id,
        pattern=written,
        pattern_type=str(value.get("pattern_type", "")),
        name=str(value.get("name") or ""),
        source=row.source,
        ours=row.source == node and row.origin == "local",
        modified=0 if in_part(row) else (row.modified or row.received),
        valid_from=instant_in(value.get("valid_from")),
        valid_until=instant_in(value.get("valid_until")),
        revoked=row.revoked,
        confidence=confidence if isinstance(confidence, int) else None,
        labels=tuple(str(one) for one in value.get("labels") or ()),
        marking=marking,
        value=value,
    )


def instant_in(written: Any) -> Instant | None:
    """Return the instant that a property says, None for what is none."""
    if not isinstance(written, str):
        return None
    try:
        return parse_instant(written)
    except ValueError:
        return None
