"""Read a file of posts into record batches; each record that cannot be one is set aside with its line and the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from cordiale.domains.information.readers.posts import (
    bluesky,
    mastodon,
    profile,
    telegram,
    values,
    x,
    zeeschuimer,
)
from cordiale.domains.information.readers.posts.profile import Profile
from cordiale.domains.information.readers.posts.records import Opened, Record, open_records
from cordiale.domains.information.readers.posts.row import Row, Unreadable
from cordiale.domains.information.readers.result import Aside
from cordiale.platform.languages import _

if TYPE_CHECKING:
    import pyarrow as pa

BATCH: Final = 20_000
"""Rows of one batch."""

TEXT: Final = 100_000
"""Characters of one post: more than any network allows (63,206)."""

AHEAD: Final = timedelta(days=1)
"""How far a clock may be ahead of ours."""

NAME: Final = 500
"""Characters of an id, an account or an address kept; longer ones are no such thing."""

UNKNOWN: Final = "unknown"

Maker = Callable[[Mapping[str, Any]], Row]


class Placed(NamedTuple):
    """A post and the line it stands in."""

    row: Row
    line: int


SHAPES: tuple[tuple[str, Callable[[Mapping[str, Any]], bool], Maker], ...] = (
    ("Zeeschuimer", zeeschuimer.is_zeeschuimer, zeeschuimer.of_zeeschuimer),
    ("X archive", x.is_archive, x.of_archive),
    ("Mastodon outbox", mastodon.is_activity, mastodon.of_activity),
    ("Mastodon", mastodon.is_status, mastodon.of_status),
    ("Bluesky", bluesky.is_bluesky, bluesky.of_bluesky),
    ("Telegram", telegram.is_telegram, telegram.of_telegram),
)
"""Exports known by the shape of their records: name, how they are recognised, how a record is read."""


class Reading(msgspec.Struct):
    """A file of posts under way: what it is, its mapping where it is a table, and its parts in their order.

    `undated` counts the posts kept whose time is not said, once the parts were read.
    """

    kind: str
    profile: Profile | None
    parts: Iterator[pa.RecordBatch | Aside]
    undated: int = 0


def read_posts(
    name: str,
    chunks: Iterable[bytes],
    now: datetime,
    *,
    given: Profile | None = None,
    network: str = "",
    account: str = "",
    batch: int = BATCH,
) -> Reading:
    """Return the reading of a file given as decompressed bytes.

    `given` is the mapping to use for a table; without one it is proposed from names and values. `network` and `account` are for
    files that do not say theirs. Records later than `now` are set aside. Raises InputError when nothing can be read.
    """
    opened = open_records(name, chunks)
    sample, records = _sampled(opened)
    shown = [one.values for one in sample if isinstance(one, Record)]
    shape = None if given or opened.form == "csv" else _shape(shown)
    mapping: Profile | None = None
    if shape is None:
        columns = opened.columns or tuple(dict.fromkeys(key for values_ in shown for key in values_))
        mapping = given or profile.propose(columns, shown)
        mapping = msgspec.structs.replace(
            mapping, network=network or mapping.network, account=account or mapping.account
        )
        profile.check(mapping, name)
    kind = shape[0] if shape else mapping.name if mapping else ""
    reading = Reading(kind, mapping, iter(()))
    make: Maker = profile.maker(mapping) if mapping else shape[2] if shape else _none
    rows = _rows(records, make, now, network, account)
    long = mapping is not None and "text" not in mapping.columns
    reading.parts = _parts(reading, _gathered(rows) if long else _unique(rows), batch)
    return reading


def _none(_record: Mapping[str, Any]) -> Row:
    raise Unreadable("not-a-post", _("This record is no post."))


def _sampled(opened: Opened) -> tuple[list[Record | Aside], Iterator[Record | Aside]]:
    sample = list(islice(opened.records, profile.SAMPLE))
    return sample, chain(sample, opened.records)


def _shape(shown: list[dict[str, Any]]) -> tuple[str, Callable[[Mapping[str, Any]], bool], Maker] | None:
    """Return the export that most records of a sample are."""
    for shape in SHAPES:
        if shown and sum(map(shape[1], shown)) * 2 > len(shown):
            return shape
    return None


def _parts(reading: Reading, rows: Iterator[Placed | Aside], size: int) -> Iterator[pa.RecordBatch | Aside]:
    from cordiale.domains.information.readers.posts.table import Batch

    held = Batch()
    for one in rows:
        if isinstance(one, Aside):
            yield one
            continue
        reading.undated += one.row.at is None
        held.add(one.row, one.line)
        if len(held) >= size:
            yield held.take()
    if len(held):
        yield held.take()


def _rows(
    records: Iterator[Record | Aside], make: Maker, now: datetime, network: str, account: str
) -> Iterator[Placed | Aside]:
    latest = now + AHEAD
    for record in records:
        if isinstance(record, Aside):
            yield record
            continue
        try:
            row = make(record.values)
            _checked(row, latest, network, account)
        except Unreadable as error:
            yield Aside(record.line, error.code, error.message_id, error.params)
        except (AttributeError, TypeError, KeyError, IndexError, ValueError):
            yield Aside(record.line, "not-a-post", _("This record has not the form of the others."))
        else:
            yield Placed(row, record.line)


def _unique(rows: Iterator[Placed | Aside]) -> Iterator[Placed | Aside]:
    """Yield each post once; a second one of the same id is set aside."""
    seen: set[int] = set()
    for one in rows:
        if isinstance(one, Aside):
            yield one
            continue
        mark = hash((one.row.network, one.row.post))
        if mark in seen:
            yield _again(one)
        else:
            seen.add(mark)
            yield one


def _gathered(rows: Iterator[Placed | Aside]) -> Iterator[Placed | Aside]:
    """Yield each post once, of a table that has a row for each thing a post shares (CooRTweet's layout): they are joined."""
    found: dict[tuple[str, str], Placed] = {}
    for one in rows:
        if isinstance(one, Aside):
            yield one
            continue
        row = one.row
        first = found.setdefault((row.network, row.post), one).row
        if first is row:
            continue
        if (first.account, first.at) != (row.account, row.at):
            yield _again(one)
            continue
        for kept, more in ((first.links, row.links), (first.tags, row.tags), (first.images, row.images)):
            kept.extend(item for item in more if item not in kept)
    yield from found.values()


def _again(one: Placed) -> Aside:
    problem = _("The id {post} was there before in this file.")
    return Aside(one.line, "duplicate-id", problem, {"post": one.row.post[:80]})


def _checked(row: Row, latest: datetime, network: str, account: str) -> None:
    row.network = (row.network or network or UNKNOWN).lower()
    if account and row.account in ("", x.OWNER):
        row.account = account
    if not row.post:
        raise Unreadable("no-id", _("It has no id."))
    if not row.account:
        raise Unreadable("no-account", _("It names no account."))
    if max(len(row.post), len(row.account)) > NAME:
        raise Unreadable(
            "long-name", _("Its id or account has more than {limit} characters."), limit=str(NAME)
        )
    if len(row.text) > TEXT:
        raise Unreadable(
            "text-too-long",
            _("Its text has {size} characters, more than any network allows."),
            size=str(len(row.text)),
        )
    if row.at is not None and not values.EARLIEST <= row.at <= latest:
        future = row.at > latest
        raise Unreadable(
            "time-future" if future else "time-early",
            _("Its time, {time}, is still to come.")
            if future
            else _("Its time, {time}, is before there were networks."),
            time=row.at.isoformat()[:19],
        )
