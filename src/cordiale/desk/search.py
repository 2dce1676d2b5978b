"""Find objects, and count them, without telling of what the reader may not see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Page
from cordiale.desk.reading import in_part, readable
from cordiale.desk.summary import lines, position, summary, token
from cordiale.desk.visible import visible
from cordiale.desk.why import chips
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.release.pruning import texts_under
from cordiale.store import search as text
from cordiale.store import versions
from cordiale.store.types import Filter

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Key, Row, Visible

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
    partners: bool = False,
) -> Page:
    """Return a page of current statements that hold every word, newest first.

    Without words: all of a type or source. `value` is `kind=value` of an observable
    (`ipv4-addr=198.51.100.7`). `partners` says of each line what partners have of it. Raises InputError for no lines at all and when words are combined with what
    only lists take.
    """
    authorise(actor, "search")
    limit = lines(limit, LIMIT)
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        start = position(after) if seen is None else _after(tx, after, seen, in_words=bool(words.strip()))
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
                after=start,
                limit=limit,
            )
        else:
            asked = Filter(
                types=(type,) if type else (),
                sources=(source,) if source else (),
                value=_value(value) if value else None,
            )
            page = versions.current(tx, asked, start, limit, seen)
        rows = readable(tx, desk, actor, page.rows, seen)
        wanted = _value(value)[1] if value else ""
        shown = [row for row in rows if _found(row, words, wanted)]
        told = chips(tx, desk, actor, shown) if partners else {}
        items = tuple(summary(tx, row, told.get(row.vid, ())) for row in shown)
    more = token(page.next)
    if more is not None and seen is not None:
        more = f"{page.rows[-1].id} {page.rows[-1].source}"
    audit.read(desk, actor, "search", words=words, type=type, value=value, found=len(items))
    return Page(items=items, next=more)


def counts(desk: Desk, actor: Actor) -> dict[str, int]:
    """Return how many current statements the reader sees, by type."""
    authorise(actor, "search")
    with desk.store.read() as tx:
        return text.counts(tx, visible(tx, desk, actor))


def _found(row: Row, words: str, value: str) -> bool:
    """Tell whether what is read of a row is what was looked for: a part that is not read finds nothing.

    The index knows which markings a reader passes, not that a text names an object hidden from them.
    """
    if not in_part(row):
        return True
    texts = list(texts_under(orjson.loads(row.raw), (), 1)) if row.raw else []
    return text.says(texts, words) and (not value or any(value in one for one in texts))


def _after(tx: Transaction, written: str | None, seen: Visible, *, in_words: bool) -> Key | None:
    """Return the position after a statement the reader saw; a number of ours would count what is hidden."""
    if not written:
        return None
    stix_id, _space, source = written.partition(" ")
    for row in versions.get(tx, stix_id, seen):
        if row.source == source:
            return (
                (row.vid, row.vid)
                if in_words
                else (row.received if row.modified is None else row.modified, row.vid)
            )
    return position(written.replace(".", "_"))  # no number of ours: refused in the same words as any other


def _value(written: str) -> tuple[str, str]:
    kind, equals, value = written.partition("=")
    if not equals or not kind or not value:
        raise InputError(
            "not-a-value",
            _("“{value}” is not kind=value, such as ipv4-addr=198.51.100.7."),
            value=written[:100],
        )
    return kind, value
