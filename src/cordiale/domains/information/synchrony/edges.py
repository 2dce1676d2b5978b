"""Pairs of accounts that met, tested against chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cordiale.domains.information.synchrony import baseline
from cordiale.domains.information.synchrony.meetings import occasions
from cordiale.domains.information.synchrony.profile import Profile

TESTED = pa.schema(
    [
        ("kind", pa.int64()),
        ("left", pa.int64()),
        ("right", pa.int64()),
        # how often they met, and how often chance alone would have them meet at most
        ("occasions", pa.int64()),
        ("items", pa.int64()),
        ("expected", pa.float64()),
        # the probability of as many meetings or more by chance
        ("probability", pa.float64()),
        # how far apart their posts are on average, in microseconds
        ("apart", pa.int64()),
    ]
)
"""A pair of accounts that met at least as often as the profile asks."""

EDGES = pa.schema([*TESTED, ("rate", pa.float64())])
"""A pair that chance explains badly; `rate` is the least rate of false discoveries at which it is kept."""

HOURS = 3
"""Items posted in more hours than this are drawn by an upper bound, which takes no longer for a famous one."""


class _Index(NamedTuple):
    """Sorted rows of a table by its leading number: which numbers, where each begins, and the other columns."""

    names: np.ndarray
    begin: np.ndarray
    columns: tuple[np.ndarray, ...]


def tested(table: pa.Table, beside: Mapping[str, pa.Table], *, profile: Profile) -> pa.Table:
    """Count on how many occasions each pair met, and ask how surprising that is."""
    found = [
        _of_kind(table.filter(pc.equal(table["kind"], kind)), kind, beside, profile)
        for kind in sorted(pc.unique(table["kind"]).to_pylist())
    ]
    return pa.concat_tables(found) if found else TESTED.empty_table()


def kept(given: Mapping[str, pa.Table], *, profile: Profile) -> pa.Table:
    """Return the pairs that stay when so many were tested, network by network."""
    tests = dict(zip(given["census"]["kind"].to_pylist(), given["census"]["tests"].to_pylist(), strict=True))
    rows = given["tested"].sort_by([("kind", "ascending"), ("left", "ascending"), ("right", "ascending")])
    found = []
    for kind in sorted(pc.unique(rows["kind"]).to_pylist()):
        mine = rows.filter(pc.equal(rows["kind"], kind))
        rate = baseline.corrected(mine["probability"].to_numpy(), max(tests[kind], mine.num_rows))
        found.append(mine.append_column("rate", pa.array(rate)).filter(pa.array(rate <= profile.rate)))
    return pa.concat_tables(found) if found else EDGES.empty_table()


def _of_kind(rows: pa.Table, kind: int, beside: Mapping[str, pa.Table], profile: Profile) -> pa.Table:
    left, right = rows["left"].to_numpy(), rows["right"].to_numpy()
    change = np.concatenate(([True], (np.diff(left) != 0) | (np.diff(right) != 0), [True]))
    begin = np.flatnonzero(change)
    item, hour = rows["item"].to_numpy(), rows["hour"].to_numpy()
    with np.errstate(over="ignore"):
        moment = item * np.int64(1_000_003) ^ hour
    met = occasions(begin, moment, rows["left_said"].to_numpy(), rows["right_said"].to_numpy())
    often = np.flatnonzero(met >= profile.least)
    if not len(often):
        return TESTED.empty_table()
    here = begin[often]
    pairs = left[here], right[here]
    expected = _expected(pairs, met[often], kind, beside, profile)
    apart = np.add.reduceat(np.abs(rows["apart"].to_numpy()), begin[:-1]) // np.diff(begin)
    things = np.add.reduceat(
        np.concatenate(([True], np.diff(item) != 0)) | change[:-1], begin[:-1], dtype=np.int64
    )
    return pa.table(
        {
            "kind": np.full(len(often), kind),
            "left": pairs[0],
            "right": pairs[1],
            "occasions": met[often],
            "items": things[often],
            "expected": expected,
            "probability": baseline.tails(met[often], expected),
            "apart": apart[often],
        },
        schema=TESTED,
    )


def _expected(
    pairs: tuple[np.ndarray, np.ndarray],
    met: np.ndarray,
    kind: int,
    beside: Mapping[str, pa.Table],
    profile: Profile,
) -> np.ndarray:
    """Return how many meetings the kinder of the two drawings gives each pair."""
    chances, popular, shares, active, census = (
        _only(beside[name], kind) for name in ("chances", "popular", "shares", "active", "census")
    )
    accounts = _index(active, "who", "hour", "n")
    totals = active.group_by("hour", use_threads=False).aggregate([("n", "sum")]).sort_by("hour")
    hours = totals["hour"].to_numpy()
    sums = chances.group_by("hour", use_threads=False).aggregate([("same", "sum"), ("before", "sum")])
    place = np.searchsorted(hours, sums["hour"].to_numpy())
    same, before = (np.zeros(len(hours), np.int64) for _turn in range(2))
    same[place], before[place] = sums["same_sum"].to_numpy(), sums["before_sum"].to_numpy()
    u, v = (np.searchsorted(accounts.names, one) for one in pairs)
    active_hours: Any = (u, v, accounts.begin, *accounts.columns)
    totals_by_hour: Any = (hours, totals["n_sum"].to_numpy(), same, before)
    shared = baseline.shared_by_chance(*active_hours, *totals_by_hour)
    # what the first drawing explains needs no second one
    hard = np.flatnonzero(baseline.tails(met, shared) <= profile.rate)
    items = _index(popular, "item", "hour", "n")
    held = _index(shares, "who", "item", "n")
    numbers = np.searchsorted(items.names, held.columns[0])
    within = _within(profile, bool(census["minute"][0].as_py()))
    # accounts that share something are those that are active: their places are the same in both
    who: Any = (u[hard], v[hard], accounts.begin, *accounts.columns)
    what: Any = (held.begin, numbers, held.columns[1], items.begin, *items.columns, within, HOURS)
    shared[hard] = np.maximum(shared[hard], baseline.moment_by_chance(*who, *what))
    return shared


def _within(profile: Profile, minute: bool) -> float:
    """Return the probability that two moments of one hour lie within the window; whole minutes make it wider."""
    if minute:
        return min(1.0, (2 * (profile.window_s // 60) + 1) / 60)
    return min(1.0, 2 * profile.window_s / 3600)


def _only(table: pa.Table, kind: int) -> pa.Table:
    return table.filter(pc.equal(table["kind"], kind))


def _index(table: pa.Table, name: str, *columns: str) -> _Index:
    table = table.sort_by([(one, "ascending") for one in (name, columns[0])])
    names, begin = np.unique(table[name].to_numpy(), return_index=True)
    rest = tuple(table[one].to_numpy() for one in columns)
    return _Index(names, np.append(begin, table.num_rows), rest)
