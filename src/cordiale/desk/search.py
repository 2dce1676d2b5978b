"""Find objects, and count them, without telling of what the reader may not see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Page
from cordiale.desk.summary import position, summary, token
from cordiale.desk.visible import visible
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.store import search as text
from cordiale.store import versions
from cordiale.store.types import Filter

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

LIMIT = 1000
"""Most lines of one page."""


def search(
    desk: Desk,
    actor: Actor,
    words: str = "",
    *,
    lang: str = "en",
    type: str | None = None,
    source: str | None = None,
    value: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page:
    """Return a page of current statements that hold every word, newest first.

    Without words: all of a type or source. `value` is `kind=value` of an observable
    (`ipv4-addr=198.51.100.7`). Raises InputError when words are combined with what only lists take.
    """
    authorise(actor, "search")
    limit = max(1, min(limit, LIMIT))
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        if words.strip():
            if value or source:
                raise InputError(
                    "search-combination",
                    _("Words are looked for by themselves or within a type: leave out source and value."),
                )
            page = text.search(
                tx,
                words,
                seen,
                lang=lang[:2],
                type=type,
                after=position(after),
                limit=limit,
            )
        else:
            asked = Filter(
                types=(type,) if type else (),
                sources=(source,) if source else (),
                value=_value(value) if value else None,
            )
            page = versions.current(tx, asked, position(after), limit, seen)
        items = tuple(summary(tx, row) for row in page.rows)
    audit.read(desk, actor, "search", words=words, type=type, value=value, found=len(items))
    return Page(items=items, next=token(page.next))


def counts(desk: Desk, actor: Actor) -> dict[str, int]:
    """Return how many current statements the reader sees, by type."""
    authorise(actor, "search")
    with desk.store.read() as tx:
        return text.counts(tx, visible(tx, desk, actor))


def _value(written: str) -> tuple[str, str]:
    kind, equals, value = written.partition("=")
    if not equals or not kind or not value:
        raise InputError(
            "not-a-value",
            _("“{value}” is not kind=value, such as ipv4-addr=198.51.100.7."),
            value=written[:100],
        )
    return kind, value
