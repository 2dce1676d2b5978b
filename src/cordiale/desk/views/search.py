"""Find objects, and count them, without telling of what the reader may not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

import orjson

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer, Page, Summary
from cordiale.desk.summary import lines, position, summary, token
from cordiale.desk.views.display import display, in_words
from cordiale.desk.views.folding import TRANSLATION, fold
from cordiale.desk.views.reading import in_part, mentioned, readable
from cordiale.desk.visible import visible
from cordiale.desk.why import chips
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.release.pruning import texts_under
from cordiale.store import markings, versions
from cordiale.store import search as text
from cordiale.store.types import Filter
from cordiale.store.types import Page as StorePage

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Key, Row, Visible

DEFINITION: Final = "marking-definition"

LIMIT = 1000
"""Most lines of one page."""

Looked = tuple["StorePage", "list[Row]"]
"""What was looked for: the page of the store, and of it what the reader finds."""


class Order(NamedTuple):
    """In what order finds are wanted where not newest first, and `lines` of them from the place `start` on.

    What has nothing to be ordered by comes last, forwards and backwards.
    """

    key: Callable[[Summary], str]
    backwards: bool
    start: int
    lines: int


def search(
    desk: Desk,
    actor: Actor,
    words: str = "",
    *,
    lang: str = "en",
    type: str | None = None,
    source: str | None = None,
    value: str | None = None,
    marking: str | None = None,
    since: int | None = None,
    until: int | None = None,
    after: str | None = None,
    limit: int = 50,
    partners: bool = False,
) -> Page:
    """Return a page of current statements that hold every word, newest first.

    Marking definitions are in no list but that of their type: they are named in words of the reader's language.
    Without words: all of a type or source. `value` is `kind=value` of an observable (`ipv4-addr=198.51.100.7`),
    `marking` an atom that the effective marking holds (`tlp:amber`), `since` and `until` bound the instant of change
    (microseconds, since ≤ t < until). `partners` says of each line what partners have of it. Raises InputError for no
    lines at all and when words are combined with a value.
    """
    authorise(actor, "search")
    limit = lines(limit, LIMIT)
    asked = Question(
        words=words.strip(), type=type, source=source, value=value, marking=marking, since=since, until=until
    )
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        found = page_of(tx, desk, actor, asked, seen, after=after, limit=limit, partners=partners)
    return answered(desk, actor, asked, found, lang)


def page_of(
    tx: Transaction,
    desk: Desk,
    actor: Actor,
    asked: Question,
    seen: Visible,
    *,
    after: str | None,
    limit: int,
    partners: bool,
    looked: Looked | None = None,
    keys: list[Key] | None = None,
    folded: bool = False,
    order: Order | None = None,
) -> Page:
    """Return a page of what is found; `looked` is more than a page from its beginning, where that was looked for already.

    `keys` are those of more than a page from its beginning, of a question without words. `folded`: a translation is the line
    of what it translates. With an `order`, `limit` newest finds are brought into it, and what follows has the place of its first
    line for a position.
    """
    start = position(after) if seen is None else _after(tx, after, seen, asked)
    had = None if looked is None else _page_in(looked, asked, start, limit)
    if had is None:
        without = left_out(asked, folded)
        had = matching(tx, desk, actor, asked, start, limit, seen, without=without, keys=keys, folded=folded)
    page, shown = had
    if folded:
        shown = as_listed(tx, desk, actor, asked, shown, seen)
    following = token(page.next)
    if following is not None and seen is not None:
        following = f"{page.rows[-1].id} {page.rows[-1].source}"
    if order is not None:
        end = order.start + order.lines
        following = str(end) if end < len(shown) else None
        keyed = [(order.key(summary(tx, row)), row) for row in shown]
        keyed.sort(key=lambda one: one[0], reverse=order.backwards)
        keyed.sort(key=lambda one: not one[0])
        shown = [row for _key, row in keyed[order.start : end]]  # what partners have is asked of these alone
    told = chips(tx, desk, actor, shown) if partners else {}
    return Page(items=tuple(summary(tx, row, told.get(row.vid, ())) for row in shown), next=following)


def _page_in(looked: Looked, asked: Question, start: Key | None, limit: int) -> Looked | None:
    """Return the page after a position out of what was looked for from the beginning; None where that does not reach so far."""
    page, shown = looked
    rows = [row for row in page.rows if start is None or _key(row, asked) < start]
    if len(rows) < limit and page.next is not None:
        return None
    more = page.next
    if len(rows) > limit:
        rows = rows[:limit]
        more = _key(rows[-1], asked)
    of_page = {row.vid for row in rows}
    return StorePage(rows, more), [row for row in shown if row.vid in of_page]


def _key(row: Row, asked: Question) -> Key:
    """Return a stored row's place in what is found: words are found by when it came, all else by when it changed."""
    return (row.vid if asked.words else row.received if row.modified is None else row.modified, row.vid)


def answered(desk: Desk, actor: Actor, asked: Question, found: Page, lang: str) -> Page:
    """Return a page as its reader gets it, and write down that it was asked for."""
    items = found.items
    if asked.type == DEFINITION:
        items = in_words(items, display(desk, actor, lang))
    audit.read(desk, actor, "search", words=asked.words, type=asked.type, value=asked.value, found=len(items))
    return Page(items=items, next=found.next)


def left_out(asked: Question, folded: bool = False) -> tuple[str, ...]:
    """Return the types that no list shows unless it is of them alone; translations are found by their words where they fold."""
    if asked.type:
        return ()
    return (DEFINITION, TRANSLATION) if folded and not asked.words else (DEFINITION,)


def as_listed(
    tx: Transaction, desk: Desk, actor: Actor, asked: Question, rows: list[Row], seen: Visible
) -> list[Row]:
    """Return what was found in words with each translation folded into what it translates."""
    if not asked.words or asked.type == TRANSLATION:
        return rows

    def says(row: Row) -> bool:
        return text.says(_texts(row), asked.words)

    def listed(row: Row) -> bool:
        at = row.received if row.modified is None else row.modified
        return (
            says(row)
            and (asked.source is None or row.source == asked.source)
            and (asked.marking is None or asked.marking in markings.atoms(tx, row.effective_mid))
            and (asked.since is None or at >= asked.since)
            and (asked.until is None or at < asked.until)
            and (asked.beyond is None or row.vid > asked.beyond)
        )

    found = fold(tx, desk, actor, rows, seen, says, listed)
    return [row for row in found if asked.type is None or row.type == asked.type]


class Question(Answer, frozen=True, kw_only=True):
    """What is looked for; `beyond` is the version after which something counts as new, `about` an id that it refers to."""

    words: str = ""
    type: str | None = None
    source: str | None = None
    value: str | None = None
    marking: str | None = None
    since: int | None = None
    until: int | None = None
    beyond: int | None = None
    about: str | None = None


def matching(
    tx: Transaction,
    desk: Desk,
    actor: Actor,
    asked: Question,
    start: Key | None,
    limit: int,
    seen: Visible,
    *,
    without: tuple[str, ...] = (),
    keys: list[Key] | None = None,
    folded: bool = False,
) -> tuple[StorePage, list[Row]]:
    """Return a page of the store, and of it what the reader finds by what they read; `without` are types left out.

    `keys` are those that a question without words finds from the beginning, where they are known already. `folded`: words
    find translations beside objects of a type, for `as_listed`.

    What is read in part has no instant of change for its reader: it is in no list bounded by one, counts as new only when
    it was not here before, and stands in its page by when it was created. Each would follow changes of the hidden part.
    """
    filter = within(tx, asked, seen, without)
    if asked.words and asked.value:
        raise InputError(
            "search-combination",
            _("Words are not looked for together with a value: leave out one of them."),
        )
    if asked.words:
        also = TRANSLATION if folded and asked.type else None
        page = text.search(
            tx, asked.words, seen, type=asked.type, or_type=also, after=start, limit=limit, within=filter
        )
    elif keys is not None:
        page = versions.listed(tx, keys, limit, seen)
    else:
        page = versions.current(tx, filter, start, limit, seen)
    rows = readable(tx, desk, actor, page.rows, seen)
    wanted = _value(asked.value)[1] if asked.value else ""
    found = [
        row
        for row in rows
        if _found(row, asked.words, wanted) and (asked.about is None or mentioned(row, asked.about))
    ]
    if seen is None:
        return page, found
    bounded = asked.since is not None or asked.until is not None
    kept = [
        row
        for row in found
        if not in_part(row) or not (bounded or (asked.beyond is not None and _before(tx, row, asked.beyond)))
    ]
    return page, sorted(kept, key=_read_at, reverse=True)


def within(tx: Transaction, asked: Question, seen: Visible, without: tuple[str, ...] = ()) -> Filter:
    """Return a question as the store is asked it; its words are asked apart."""
    return Filter(
        types=(asked.type,) if asked.type else (),
        sources=(asked.source,) if asked.source else (),
        markings=_under(tx, asked.marking, seen) if asked.marking else (),
        value=_value(asked.value) if asked.value else None,
        since=asked.since,
        until=asked.until,
        beyond=asked.beyond,
        refers_to=asked.about,
        without=without,
    )


def _before(tx: Transaction, row: Row, beyond: int) -> bool:
    """Tell whether an earlier version of a statement was here already."""
    held = versions.get(tx, row.id, None, history=True)
    return any(one.source == row.source and one.vid <= beyond for one in held)


def _read_at(row: Row) -> tuple[int, str, str]:
    """Return by what a reader's page is ordered: instants that they read, then ids."""
    return (row.received if row.modified is None else row.modified, row.id, row.source)


def _under(tx: Transaction, atom: str, seen: Visible) -> tuple[int, ...]:
    """Return the markings that hold an atom, among those the reader passes; one that nothing has where there is none."""
    known = markings.all_markings(tx)
    return tuple(m for m, held in known.items() if atom in held and (seen is None or m in seen)) or (0,)


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
    texts = _texts(row)
    return text.says(texts, words) and (not value or any(value in one for one in texts))


def _texts(row: Row) -> list[str]:
    return list(texts_under(orjson.loads(row.raw), (), 1)) if row.raw else []


def _after(tx: Transaction, written: str | None, seen: Visible, asked: Question) -> Key | None:
    """Return the position after a statement the reader saw; a number of ours would count what is hidden."""
    if not written:
        return None
    stix_id, _space, source = written.partition(" ")
    for row in versions.get(tx, stix_id, seen):
        if row.source == source:
            return _key(row, asked)
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
