"""Follow references both ways."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from cordiale.store import counting, merge, names, rows
from cordiale.store.connection import Transaction
from cordiale.store.types import Link, Page, Row, Visible

_LOOKED_AT: Final = 10_000


def targets(tx: Transaction, vid: int, visible: Visible = None) -> list[Link]:
    """Return what a version refers to, in the order of its properties.

    A reference that lies under a granular marking (`strict`) is shown only to readers of the whole version. The
    creator is not among them: it is in the version itself.
    """
    sql = "SELECT r.path_no, o.id, r.inherent, r.strict FROM refs r JOIN objects o ON o.oid = r.target WHERE r.vid = ?"
    if visible is None:
        found = tx.rows(sql + " ORDER BY r.n", vid)
    else:
        found = tx.rows(sql + " AND r.mid IN INTS(?) ORDER BY r.n", vid, list(visible))
    return [
        Link(names.name(tx, path), target, bool(inherent), bool(strict))
        for path, target, inherent, strict in found
    ]


def referrers(
    tx: Transaction,
    stix_id: str,
    visible: Visible,
    *,
    after: int | None = None,
    limit: int = 1000,
) -> Page:
    """Return current statements that refer to an id, last stored first; continue after a vid.

    The page's `next` is (vid, vid). Objects created by an identity are listed by `Filter.creators` instead.
    """
    target = names.known_oids(tx, (stix_id,)).get(stix_id)
    if target is None:
        return Page([], None)
    vids = _newest(tx, target, visible, 1 << 62 if after is None else after, limit + 1)
    found = rows.fetch(tx, vids, visible)  # one more than is given, in the words of who asks for a graph
    if len(vids) <= limit:
        return Page(found, None)
    last = vids[limit - 1] if limit else vids[0]
    return Page([row for row in found if row.vid != vids[limit]], (last, last))


def _newest(tx: Transaction, target: int, visible: Visible, before: int, limit: int) -> list[int]:
    """Return the current versions stored last that refer to one object, at a cost that does not grow with their number."""
    if visible is None:
        found = tx.rows(
            "SELECT DISTINCT r.vid FROM refs r JOIN versions v ON v.vid = r.vid"
            " WHERE r.target = ? AND r.vid < ? AND v.current = 1 ORDER BY r.vid DESC LIMIT ?",
            target,
            before,
            limit,
        )
        return [row[0] for row in found]
    inner = (
        "SELECT DISTINCT r.vid FROM refs r JOIN versions y ON y.vid = r.vid"
        " WHERE r.target = ? AND r.inherent = s.b AND r.mid = s.a AND r.vid < ? AND y.current = 1"
        " AND r.vid >= ? ORDER BY r.vid DESC LIMIT ?"
    )
    streams = {(mid, inherent): None for mid in counting.used(tx, list(visible)) for inherent in (0, 1)}
    # one version may refer in two ways: twice as many keys hold enough versions
    keys = merge.latest(tx, inner, (target, before), streams, 2 * limit, by="vid")
    return list(dict.fromkeys(vid for _vid, vid in keys))[:limit]


def targets_of(tx: Transaction, vids: Iterable[int], visible: Visible) -> dict[int, list[Link]]:
    """Return what each of many versions refers to, as `targets` does for one."""
    sql = (
        "SELECT r.vid, r.path_no, o.id, r.inherent, r.strict FROM refs r JOIN objects o ON o.oid = r.target"
        " WHERE r.vid IN INTS(?)"
    )
    listed = list(vids)
    if not listed:
        return {}
    if visible is None:
        found = tx.rows(sql + " ORDER BY r.vid, r.n", listed)
    else:
        found = tx.rows(sql + " AND r.mid IN INTS(?) ORDER BY r.vid, r.n", listed, list(visible))
    links: dict[int, list[Link]] = {}
    for vid, path, target, inherent, strict in found:
        links.setdefault(vid, []).append(Link(names.name(tx, path), target, bool(inherent), bool(strict)))
    return links


def referrers_of(
    tx: Transaction,
    ids: Iterable[str],
    visible: Visible,
    *,
    limit: int,
    types: Sequence[str] = (),
    source: str | None = None,
) -> list[Row]:
    """Return current statements that refer to any of many ids, last stored first, at most `limit` of them.

    Only those of some types, or of one source, where these are given: others take no place among them.
    """
    oids = list(names.known_oids(tx, ids).values())
    if len(oids) == 1 and not types and source is None:
        return rows.fetch(tx, _newest(tx, oids[0], visible, 1 << 62, limit), visible)
    sql = (
        "SELECT DISTINCT r.vid FROM refs r JOIN versions v ON v.vid = r.vid"
        " WHERE r.target IN INTS(?) AND r.inherent IN (0, 1) AND v.current = 1"
    )
    params: list[object] = [oids]
    if types:
        numbers = (names.known_number(tx, names.TYPE, one) for one in types)
        sql, params = (
            sql + " AND v.type_no IN INTS(?)",
            [*params, [one for one in numbers if one is not None]],
        )
    if source is not None:
        number = names.known_number(tx, names.SOURCE, source)
        if number is None:
            return []
        sql, params = sql + " AND v.source_no = ?", [*params, number]
    if visible is not None:
        sql, params = sql + " AND r.mid IN INTS(?)", [*params, counting.used(tx, list(visible))]
    found = tx.rows(sql + " ORDER BY r.vid DESC LIMIT ?", *params, limit)
    return rows.fetch(tx, [row[0] for row in found], visible)


def translations_of(tx: Transaction, ids: Iterable[str], visible: Visible, *, limit: int) -> list[Row]:
    """Return current translations of any of many ids, at most `limit`.

    So that a list stays quick beside what half the store refers to, at most `_LOOKED_AT` references are looked at.
    """
    oids = list(names.known_oids(tx, ids).values())
    kind = names.known_number(tx, names.TYPE, "language-content")
    if not oids or kind is None:
        return []
    mids = None if visible is None else counting.used(tx, list(visible))
    test, more = ("", []) if mids is None else (" AND r.mid IN INTS(?)", [mids])
    sql = (
        f"SELECT v.vid FROM (SELECT r.vid FROM refs r WHERE r.target IN INTS(?) AND r.inherent = 1{test} LIMIT ?) r"
        " JOIN versions v ON v.vid = r.vid WHERE v.type_no = ? AND v.current = 1 ORDER BY v.vid DESC LIMIT ?"
    )
    found = tx.rows(sql, oids, *more, _LOOKED_AT, kind, limit)
    return rows.fetch(tx, [row[0] for row in found], visible)
