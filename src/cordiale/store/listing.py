"""List current statements, narrowed and paged by key, at a cost that hidden rows do not change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from cordiale.store import counting, merge, names, rows
from cordiale.store.connection import Transaction
from cordiale.store.put import shortened
from cordiale.store.types import FORM, LISTED, Filter, Key, Page, Visible

_END: Key = (1 << 62, 1 << 62)
"""Before every key there is, in descending order."""


_ENTERED: Final = 100
"""Streams by marking and type up to which each is entered: those by who states and marking are fewer, and not known to hold anything."""

_WALKED: Final = 2000
"""Rows that may be walked past in search of those of one source: some 2 ms."""


class _Where:
    """Conditions on the version `x`, with their parameters in the order they are written."""

    __slots__ = ("params", "sql")

    def __init__(self) -> None:
        self.sql = ""
        self.params: list[Any] = []

    def add(self, sql: str, *params: Any) -> None:
        self.sql += f" AND {sql}"
        self.params += params


def current(
    tx: Transaction,
    filter: Filter,
    after: Key | None,
    limit: int,
    visible: Visible,
    *,
    raw: bool = True,
) -> Page:
    """List current statements, latest modified first, continuing after a key."""
    return listed(tx, keys(tx, filter, after, limit + 1, visible), limit, visible, raw=raw)


def listed(tx: Transaction, found: list[Key], limit: int, visible: Visible, *, raw: bool = True) -> Page:
    """Return the page that begins with these keys, of which there are more than `limit` where it is not the last."""
    more = len(found) > limit
    page = found[:limit]
    return Page(rows.fetch(tx, [vid for _at, vid in page], visible, raw), page[-1] if more and page else None)


def keys(tx: Transaction, filter: Filter, after: Key | None, limit: int, visible: Visible) -> list[Key]:
    """Return the keys of the current statements that `current` would list, newest first."""
    return _keys(tx, filter, after or _END, limit, visible)


def sources(tx: Transaction, found: list[Key]) -> dict[str, int]:
    """Return who makes the statements with these keys, and how many of them each."""
    counted = tx.rows(
        "SELECT v.source_no, COUNT(*) FROM versions v WHERE v.vid IN INTS(?) GROUP BY v.source_no",
        [vid for _at, vid in found],
    )
    return {names.name(tx, source): int(n) for source, n in counted}


def _keys(tx: Transaction, filter: Filter, after: Key, limit: int, visible: Visible) -> list[Key]:
    where = _Where()
    if filter.until is not None:  # as a bound on the key, so that the index is entered there
        after = min(after, (filter.until, 0))
    where.add("(x.at, x.vid) < (?, ?)", *after)
    _narrow(tx, filter, visible, where)
    stated = names.known_numbers(tx, names.SOURCE, filter.sources) if filter.sources else []
    if filter.since is not None:
        where.add("x.at >= ?", filter.since)
    mids = None if visible is None else list(visible)
    if filter.markings:
        mids = [mid for mid in filter.markings if visible is None or mid in visible]
    types = names.known_numbers(tx, names.TYPE, filter.types) if filter.types else None
    left_out = names.known_numbers(tx, names.TYPE, filter.without) if filter.without else []
    creators = list(names.known_oids(tx, filter.creators).values()) if filter.creators else None
    if filter.beyond is not None:
        where.add("x.vid > ?", filter.beyond)
    few = filter.ids or filter.refers_to or filter.referred_by or filter.value or filter.beyond is not None
    by_source = bool(stated) and not few and creators is None and _many(tx, mids, types)
    if filter.sources and not by_source:
        where.add("x.source_no IN INTS(?)", stated)
    if few:
        if left_out:
            where.add("NOT x.type_no IN INTS(?)", left_out)
        return _of_few(tx, where, mids, types, creators, limit)
    if creators is not None or by_source:
        if types is not None:
            where.add("x.type_no IN INTS(?)", types)
        if left_out:
            where.add("NOT x.type_no IN INTS(?)", left_out)
        held: dict[int, int] = {}
        for (mid, _type), newest in counting.streams(tx, mids, None).items():
            held[mid] = max(newest, held.get(mid, newest))
        first, column = (stated, "source_no") if creators is None else (creators, "creator")
        streams: dict[tuple[int, int], int] = {
            (one, mid): newest for one in first for mid, newest in held.items()
        }
        stream = f"x.{column} = s.a AND x.effective_mid = s.b"
    else:
        held_by_type = counting.streams(tx, mids, types)
        streams = {one: newest for one, newest in held_by_type.items() if one[1] not in left_out}
        stream = "x.effective_mid = s.a AND x.type_no = s.b"
        # from some day back, the newest of nearly every stream is too new to tell anything, and all have to be entered
        entered = {one for one, newest in streams.items() if newest >= after[0]}
        if types is None and len(entered) > _ENTERED:
            under = {mid for mid, _type in streams}
            stating = names.all_numbers(tx, names.SOURCE)
            if len(under) * len(stating) < len(entered):
                if left_out:
                    where.add("NOT x.type_no IN INTS(?)", left_out)
                every = [(source, mid) for source in stating for mid in sorted(under)]
                return merge.latest(
                    tx,
                    _inner("x.source_no = s.a AND x.effective_mid = s.b", where),
                    tuple(where.params),
                    dict.fromkeys(every),
                    limit,
                )
    if filter.since is not None:
        streams = {one: newest for one, newest in streams.items() if newest >= filter.since}
    exact = (
        creators is None and not filter.sources
    )  # of a marking and type all is listed that is before the page
    return merge.latest(
        tx, _inner(stream, where), tuple(where.params), streams, limit, sure=after[0] if exact else None
    )


def _inner(stream: str, where: _Where) -> str:
    """Write the newest of one stream, as a merge asks for them."""
    return (
        f"SELECT x.vid, x.at FROM versions x WHERE x.current = 1 AND {stream}{where.sql}"
        " AND x.at >= ? ORDER BY x.at DESC, x.vid DESC LIMIT ?"
    )


def _many(tx: Transaction, mids: list[int] | None, types: list[int] | None) -> bool:
    """Tell whether a list holds so much that those of one source are looked for by their own index."""
    held = counting.held(tx, mids, types)
    return held > _WALKED


def _narrow(tx: Transaction, filter: Filter, visible: Visible, where: _Where) -> None:
    """Add the conditions that find few rows by another index.

    Each tests the marking of the reference or value itself as well: what a reader may not see does not find it.
    """
    mids = None if visible is None else list(visible)

    def seen(column: str) -> tuple[str, list[Any]]:
        return ("", []) if mids is None else (f" AND {column} IN INTS(?)", [mids])

    if filter.ids:
        where.add("x.oid IN INTS(?)", list(names.known_oids(tx, filter.ids).values()))
    if filter.refers_to:
        target = names.known_oids(tx, (filter.refers_to,)).get(filter.refers_to, 0)
        test, params = seen("r.mid")
        where.add(
            f"x.vid IN (SELECT r.vid FROM refs r WHERE r.target = ? AND r.inherent IN (0, 1){test})",
            target,
            *params,
        )
    if filter.referred_by:
        source = names.known_oids(tx, (filter.referred_by,)).get(filter.referred_by, 0)
        test, params = seen("r.mid")
        where.add(
            "x.oid IN (SELECT r.target FROM versions f JOIN refs r ON r.vid = f.vid"
            f" WHERE f.oid = ? AND f.current = 1{test})",
            source,
            *params,
        )
    if filter.value:
        kind, value = filter.value
        short = shortened(value)
        test, params = seen("w.mid")
        where.add(
            f"x.vid IN (SELECT w.vid FROM observed w WHERE w.key = ?{test} AND w.value = ?)",
            names.key(f"{kind}\0{short}"),
            *params,
            short,
        )


def _of_few(
    tx: Transaction,
    where: _Where,
    mids: list[int] | None,
    types: list[int] | None,
    creators: list[int] | None,
    limit: int,
) -> list[Key]:
    if mids is not None:
        where.add("x.effective_mid IN INTS(?)", mids)
    if types is not None:
        where.add("x.type_no IN INTS(?)", types)
    if creators is not None:
        where.add("x.creator IN INTS(?)", creators)
    sql = f"SELECT x.at, x.vid FROM versions x WHERE x.current = 1{where.sql} ORDER BY x.at DESC, x.vid DESC LIMIT ?"
    return [(at, vid) for at, vid in tx.rows(sql, *where.params, limit)]


def set_listed(tx: Transaction, states: Mapping[tuple[int, int], bool]) -> None:
    """List statements, given as (object number, source number), or do not: they are then read by their id alone."""
    counted: Counter[tuple[int, int]] = Counter()
    changed = []
    for vid, oid, source_no, mid, type_no, current in tx.rows(
        "SELECT vid, oid, source_no, effective_mid, type_no, current FROM versions"
        " WHERE oid IN INTS(?) AND current <> 0",
        sorted({oid for oid, _source in states}),
    ):
        wanted = states.get((oid, source_no))
        if wanted is None or wanted == (current == LISTED):
            continue
        changed.append((LISTED if wanted else FORM, vid))
        counted[mid, type_no] += 1 if wanted else -1
    tx.many("UPDATE versions SET current = ? WHERE vid = ?", changed)
    tx.many(
        "INSERT INTO text_dirty (vid) VALUES (?) ON CONFLICT DO NOTHING", [(vid,) for _to, vid in changed]
    )
    counting.add(tx, counted)
