"""Find objects by words and by observable value, without telling of what the reader may not see."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from cordiale.store import counting, listing, names, rows
from cordiale.store.connection import Transaction
from cordiale.store.text import behind, index_text, tidy
from cordiale.store.types import Filter, Key, Page, Row, Visible
from cordiale.store.words import asked as terms_asked
from cordiale.store.words import terms

__all__ = ["behind", "by_value", "counts", "index_text", "says", "search", "tidy", "under"]

_MOST_WORDS = 32

_FIRST: Final = 512
"""Rows that are walked on PostgreSQL at first: how many of them hold the words tells how many more it takes."""

_WALKED: Final = 8192
"""Rows that are walked at most, some 30 ms; where it would take more of them, the index of words is asked."""

_KEYS: Final = 512
"""Words with a marking that PostgreSQL's index is asked for at once: each is looked up in a microsecond or two, and of more its planner
could think that they stand in every row.
"""


def search(
    tx: Transaction,
    words: str,
    visible: Visible,
    *,
    lang: str | None = None,
    type: str | None = None,
    or_type: str | None = None,
    after: Key | None = None,
    limit: int = 50,
    within: Filter | None = None,
) -> Page:
    """Return current statements that hold every word, last stored first.

    No order of relevance: that would be computed over what the reader may not see. `lang` is taken for the callers'
    convenience: a question is answered in both languages' stems. `or_type` is found beside `type`. `after` is the `next` of the page before. `within`
    narrows by sources, markings, instants, types left out and what was stored after a version; its other fields are not for words.
    """
    del lang
    within = within or Filter()
    asked = terms_asked(words)[:_MOST_WORDS]
    types = names.known_numbers(tx, names.TYPE, [one for one in (type, or_type) if type and one])
    if not asked or limit < 1 or (type and not types):
        return Page([], None)
    wanted = (
        visible if not within.markings else [m for m in within.markings if visible is None or m in visible]
    )
    mids = None if wanted is None else counting.used(tx, list(wanted))
    if mids == []:
        return Page([], None)
    before = 2 * after[1] if after else 1 << 62
    # a version has at most two rows: so many hold one version more than the page
    most = 2 * (limit + 1)
    run = _in_sqlite if tx.dialect == "sqlite" else _in_postgresql
    vids = list(
        dict.fromkeys(rid >> 1 for rid in run(tx, asked, mids, types, before, most, *_conditions(tx, within)))
    )
    page = vids[:limit]
    found = rows.fetch(tx, page, visible)
    return Page(found, (page[-1], page[-1]) if len(vids) > limit else None)


def _conditions(tx: Transaction, within: Filter) -> tuple[str, list[Any]]:
    """Write what a search is narrowed to beside its words, as conditions on the version `v`."""
    sql = ""
    params: list[Any] = []
    if within.sources:
        sql += " AND v.source_no IN INTS(?)"
        params.append(names.known_numbers(tx, names.SOURCE, within.sources))
    if within.without:
        sql += " AND NOT v.type_no IN INTS(?)"
        params.append(names.known_numbers(tx, names.TYPE, within.without))
    for column, bound in (
        ("v.at >= ?", within.since),
        ("v.at < ?", within.until),
        ("v.vid > ?", within.beyond),
    ):
        if bound is not None:
            sql += f" AND {column}"
            params.append(bound)
    return sql, params


def under(tx: Transaction, visible: Visible, type: str | None = None) -> dict[int, int]:
    """Return how many current statements the reader sees, of one type or of all, by effective marking id."""
    wanted = None if type is None else names.known_number(tx, names.TYPE, type) or -1
    found: dict[int, int] = {}
    for mid, type_no, n in counting.numbers(tx, None if visible is None else list(visible)):
        if wanted is None or type_no == wanted:
            found[mid] = found.get(mid, 0) + n
    return found


def says(texts: Iterable[str], words: str) -> bool:
    """Tell whether texts hold every word, as the index would."""
    held = frozenset(terms(texts, None).split())
    return all(not held.isdisjoint(alternatives) for alternatives in terms_asked(words)[:_MOST_WORDS])


def counts(tx: Transaction, visible: Visible, within: Collection[int] | None = None) -> dict[str, int]:
    """Return how many current statements the reader sees, by type, from per-marking counters.

    `within` narrows them to some of the reader's markings.
    """
    found: dict[int, int] = {}
    for mid, type_no, n in counting.numbers(tx, None if visible is None else list(visible)):
        if within is None or mid in within:
            found[type_no] = found.get(type_no, 0) + n
    return dict(sorted((names.name(tx, type_no), n) for type_no, n in found.items()))


def by_value(tx: Transaction, kind: str, value: str, visible: Visible, *, limit: int = 1000) -> list[Row]:
    """Return current statements that carry an observable value, latest modified first."""
    return listing.current(tx, Filter(value=(kind, value)), None, limit, visible).rows


def _in_sqlite(
    tx: Transaction,
    asked: list[list[str]],
    mids: list[int] | None,
    types: list[int],
    before: int,
    most: int,
    narrowed: str,
    more: list[Any],
) -> list[int]:
    clauses = [_any([f'"{term}"' for term in terms]) for terms in asked]
    if types:
        clauses.append(_any([f"_t{type_no}" for type_no in types]))
    if mids is not None:
        clauses.append(_any([f"_m{mid}" for mid in mids]))
    sql = (
        "SELECT f.rowid FROM text_index f CROSS JOIN versions v ON v.vid = f.rowid >> 1"
        " WHERE f.text_index MATCH ? AND f.rowid < ? AND v.current = 1"
    )
    params: list[Any] = [" AND ".join(clauses), before]
    if mids is not None:  # the marking of today, where the index lags
        sql += " AND CASE f.rowid & 1 WHEN 1 THEN v.full_mid ELSE v.effective_mid END IN INTS(?)"
        params.append(mids)
    sql, params = sql + narrowed, params + more
    return [row[0] for row in tx.rows(sql + " ORDER BY f.rowid DESC LIMIT ?", *params, most)]


def _any(alternatives: list[str]) -> str:
    return alternatives[0] if len(alternatives) == 1 else "(" + " OR ".join(alternatives) + ")"


def _in_postgresql(
    tx: Transaction,
    asked: list[list[str]],
    mids: list[int] | None,
    types: list[int],
    before: int,
    most: int,
    narrowed: str,
    more: list[Any],
) -> list[int]:
    """Walk the newest rows of the reader's markings while the words stand in many of them, else ask the index of words.

    That index gives all it finds under those markings, in no order: a million rows for a common word. Left to the planner, which of
    the two is done would rest on how often a word stands in all texts, hidden ones too.
    """
    words = " & ".join("(" + " | ".join(f"'{term}'" for term in terms) + ")" for terms in asked)
    tests = "v.current = 1"
    params: list[Any] = []
    if mids is not None:
        tests += " AND CASE f.rid & 1 WHEN 1 THEN v.full_mid ELSE v.effective_mid END IN INTS(?)"
        params.append(mids)
    if types:
        tests += " AND v.type_no IN INTS(?)"
        params.append(types)
    tests, params = tests + narrowed, params + more
    found: list[int] = []
    held: set[int] = set()  # versions: two rows may be of one
    wanted = most // 2

    def take(rids: list[int], test: str, *given: Any) -> None:
        # the words are compared by the function behind their operator, which no index serves: rows are looked at as they stand
        hits = tx.rows(
            f"WITH f AS MATERIALIZED (SELECT t.rid FROM text_index t WHERE t.rid IN INTS(?){test})"
            f" SELECT f.rid FROM f JOIN versions v ON v.vid = f.rid >> 1 WHERE {tests} ORDER BY f.rid DESC",
            rids,
            *given,
            *params,
        )
        found.extend(rid for (rid,) in hits)
        held.update(rid >> 1 for (rid,) in hits)

    walked, step = 0, _FIRST
    while walked + step <= _WALKED:
        rids = _newest(tx, mids, before, step)
        if rids:
            take(rids, " AND ts_match_vq(t.words, ?::tsquery)", words)
        if len(held) >= wanted or len(rids) < step:
            return found[:most]
        before = rids[-1]
        walked += step
        step = max(_FIRST, (wanted - len(held)) * walked * 5 // (4 * len(held))) if held else _WALKED
    while len(held) < wanted:
        rids = _worded(tx, asked, mids, types, before, 2 * most)
        if rids:
            take(rids, "")
        if len(rids) < 2 * most:
            break
        before = rids[-1]
    return found[:most]


def _worded(
    tx: Transaction, asked: list[list[str]], mids: list[int] | None, types: list[int], before: int, limit: int
) -> list[int]:
    """Return the newest rows of the text index that hold words, of those indexed under the reader's markings.

    The index holds each word together with the marking of its row, so that rows of other markings are not looked at: how long
    it takes would tell of them.
    """
    if mids is None:
        mids = counting.used(tx, None)
    # `rid + 0`: no other index is to be read beside, as that of all rows would be
    test = "" if not types else " AND ts_match_vq(t.words, ?::tsquery)"
    kinds = [] if not types else [" | ".join(f"'_t{type_no}'" for type_no in types)]
    tests = " AND ".join(["text_keys(t.words) && ?::text[]"] * len(asked))
    sql = (
        f"WITH g AS MATERIALIZED (SELECT t.rid FROM text_index t WHERE {tests} AND t.rid + 0 < ?{test})"
        " SELECT g.rid FROM g ORDER BY g.rid DESC LIMIT ?"
    )
    some = max(1, _KEYS // max(map(len, asked)))
    found: list[int] = []
    for first in range(0, len(mids), some):
        under = mids[first : first + some]
        keys = [[f"{term}m{mid}" for term in terms for mid in under] for terms in asked]
        found += [rid for (rid,) in tx.rows(sql, *keys, before, *kinds, limit)]
    return sorted(found, reverse=True)[:limit]


def _newest(tx: Transaction, mids: list[int] | None, before: int, limit: int) -> list[int]:
    """Return the newest rows of the text index under the reader's markings, newest first.

    The newest few of each marking say from where on all are enough; of each marking only those are then read.
    """
    if mids is None:
        sql = "SELECT rid FROM text_rows WHERE rid < ? ORDER BY rid DESC LIMIT ?"
        return [row[0] for row in tx.rows(sql, before, limit)]
    each = (
        "SELECT r.rid FROM text_rows r WHERE r.mid = m.mid AND r.rid < ?{least} ORDER BY r.rid DESC LIMIT ?"
    )
    some = f"SELECT w.rid FROM unnest(?::bigint[]) m(mid) CROSS JOIN LATERAL ({each}) w ORDER BY w.rid DESC LIMIT ?"
    sql = (
        f"WITH few AS MATERIALIZED ({some.format(least='')}),"
        " bound AS MATERIALIZED (SELECT CASE WHEN COUNT(*) = ? THEN MIN(rid) ELSE 0 END AS least FROM few)"
        f" {some.replace(' m(mid) ', ' m(mid) CROSS JOIN bound ').format(least=' AND r.rid >= bound.least')}"
    )
    few = -(-2 * limit // len(mids))
    return [row[0] for row in tx.rows(sql, mids, before, few, limit, limit, mids, before, limit, limit)]
