"""Synchrony over posts, as a chain of stages that any engine runs: what is shared, who meets, what chance explains, what is left."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cordiale.desk.analysis.analyses import ROWS, Analysis, Stage, Whole
from cordiale.domains.information.posts import KIND, POSTS
from cordiale.domains.information.synchrony import communities, edges, evidence
from cordiale.domains.information.synchrony.meetings import HOUR, chances, counted, meetings, sharers, starts
from cordiale.domains.information.synchrony.profile import MINUTE_1, Profile
from cordiale.domains.information.synchrony.tokens import TOKENS, tokens

CHANCES = pa.schema([(name, pa.int64()) for name in ("kind", "hour", "same", "before")])
"""How many pairs of tokens of one item lie within the window, in an hour and between it and the hour before."""

POPULAR = pa.schema([(name, pa.int64()) for name in ("kind", "item", "hour", "n")])
SHARES = pa.schema([(name, pa.int64()) for name in ("kind", "who", "item", "n")])
ACTIVE = pa.schema([(name, pa.int64()) for name in ("kind", "who", "hour", "n")])

CLOSE = pa.schema(
    [
        (name, pa.int64())
        for name in ("kind", "left", "right", "item", "hour", "left_said", "right_said", "at", "apart")
    ]
)
"""A meeting of two accounts; `at` and `apart` in microseconds."""

CENSUS = pa.schema(
    [
        ("kind", pa.int64()),
        ("accounts", pa.int64()),
        ("tokens", pa.int64()),
        # pairs of accounts that were tested
        ("tests", pa.int64()),
        ("minute", pa.bool_()),
        # items with more meetings than the profile counts, and their tokens
        ("set_aside", pa.int64()),
        ("set_aside_tokens", pa.int64()),
    ]
)
"""Of what a network is made; `minute` where some times are whole minutes."""

_GROUPED = ("kind", "item", "at", "who", "said")


def mapped(table: pa.Table, beside: Mapping[str, pa.Table]) -> pa.Table:
    """Return tokens as they are; what stands beside was for the map."""
    return table


def by_chance(table: pa.Table, *, profile: Profile) -> pa.Table:
    """Count the pairs of tokens within the window, by hour."""
    begin, at, pairs = _pairs(table, profile)
    inside, across = chances(begin, at, profile.window_s * 1_000_000, pairs)
    found = pa.table({"kind": table["kind"], "hour": at // HOUR, "same": inside, "before": across})
    return _summed(found, ["kind", "hour"], ["same", "before"])


def popular(table: pa.Table) -> pa.Table:
    """Count the tokens of each item, by hour."""
    columns = table["kind"].to_numpy(), table["item"].to_numpy(), table["at"].to_numpy() // HOUR
    # tokens stand by kind, item and time
    change = np.any([np.diff(column) != 0 for column in columns], axis=0)
    begin = np.flatnonzero(np.concatenate(([True], change))[: table.num_rows])
    found = dict(zip(POPULAR.names, (column[begin] for column in columns), strict=False))
    return pa.table({**found, "n": np.diff(begin, append=table.num_rows)}, schema=POPULAR)


def shares(table: pa.Table) -> pa.Table:
    """Count how often each account shared each item."""
    kind, item = table["kind"].to_numpy(), table["item"].to_numpy()
    begin = starts(kind, item)
    which, who, often = sharers(begin, table["who"].to_numpy())
    rows = begin[which]
    return pa.table({"kind": kind[rows], "who": who, "item": item[rows], "n": often}, schema=SHARES)


def active(table: pa.Table) -> pa.Table:
    """Count the tokens of each account, by hour."""
    return _counted(table.append_column("hour", _hours(table)), ["kind", "who", "hour"])


def close(table: pa.Table, *, profile: Profile) -> pa.Table:
    """Return every meeting of two accounts within the window."""
    begin, at, pairs = _pairs(table, profile)
    who, said, item = (table[name].to_numpy() for name in ("who", "said", "item"))
    left, right = meetings(begin, at, who, profile.window_s * 1_000_000, pairs)
    first = np.minimum(at[left], at[right])
    return pa.table(
        {
            "kind": table["kind"].to_numpy()[left],
            "left": who[left],
            "right": who[right],
            "item": item[left],
            "hour": first // HOUR,
            "left_said": said[left],
            "right_said": said[right],
            "at": first,
            "apart": at[right] - at[left],
        },
        schema=CLOSE,
    )


def too_popular(table: pa.Table, *, profile: Profile) -> pa.Table:
    """Return the items that have more meetings than the profile counts."""
    kind, item, at = (table[name].to_numpy() for name in ("kind", "item", "at"))
    begin = starts(kind, item)
    window = profile.window_s * 1_000_000
    pairs = counted(begin, at, window, np.iinfo(np.int64).max)
    much = np.flatnonzero(pairs > profile.most)
    return pa.table(
        {"kind": kind[begin[much]], "item": item[begin[much]], "n": begin[much + 1] - begin[much]},
        schema=_MUCH,
    )


_MUCH = pa.schema([(name, pa.int64()) for name in ("kind", "item", "n")])


def census(given: Mapping[str, pa.Table], *, profile: Profile) -> pa.Table:
    """Say of what each network is made."""
    much = given["too_popular"].group_by("kind").aggregate([("item", "count"), ("n", "sum")])
    aside = {row["kind"]: (row["item_count"], row["n_sum"]) for row in much.to_pylist()}
    posted = _summed(given["active"], ["kind", "who"], ["n"])
    whole = {
        row["kind"]: row["minute_any"]
        for row in given["tokens"].group_by("kind").aggregate([("minute", "any")]).to_pylist()
    }
    rows = []
    for kind in sorted(whole):
        mine = posted.filter(pc.equal(posted["kind"], kind))["n"]
        tried = pc.sum(pc.greater_equal(mine, profile.least)).as_py() or 0
        items, of_them = aside.get(kind, (0, 0))
        rows.append(
            {
                "kind": kind,
                "accounts": len(mine),
                "tokens": pc.sum(mine).as_py(),
                "tests": tried * (tried - 1) // 2,
                "minute": whole[kind],
                "set_aside": items,
                "set_aside_tokens": of_them,
            }
        )
    return pa.Table.from_pylist(rows, schema=CENSUS)


def _pairs(table: pa.Table, profile: Profile) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    at = table["at"].to_numpy()
    begin = starts(table["kind"].to_numpy(), table["item"].to_numpy())
    return begin, at, counted(begin, at, profile.window_s * 1_000_000, profile.most)


def _hours(table: pa.Table) -> pa.Array:
    return pa.array(table["at"].to_numpy() // HOUR)


def _counted(table: pa.Table, by: list[str]) -> pa.Table:
    found = table.group_by(by, use_threads=False).aggregate([([], "count_all")])
    return found.rename_columns([*by, "n"])


def _summed(table: pa.Table, by: list[str], columns: list[str]) -> pa.Table:
    found = table.group_by(by, use_threads=False).aggregate([(name, "sum") for name in columns])
    return found.select([*by, *(f"{name}_sum" for name in columns)]).rename_columns([*by, *columns])


def analysis(profile: Profile = MINUTE_1) -> Analysis:
    """Return the chain under a profile."""

    def bound(function: Callable[..., Any]) -> Callable[..., Any]:
        return partial(function, profile=profile)

    by_item = partial(Stage, key=("kind", "item"), order=_GROUPED, takes="tokens", bucket_rows=4_000_000)
    return Analysis(
        name="synchrony",
        version=1,
        kind=KIND,
        profile=profile.said(),
        kept=("edges", "communities", "evidence", "census"),
        needs=("copies:clusters",),
        stages=(
            Stage(
                "tokens",
                mapped,
                TOKENS,
                key=("kind", "item"),
                order=_GROUPED,
                takes=ROWS,
                columns=(
                    "post",
                    "network",
                    "account",
                    "at",
                    "minute",
                    "text",
                    "links",
                    "tags",
                    "images",
                    "reply_to",
                    "repost_of",
                    "line",
                ),
                map=tokens,
                mapped=TOKENS,
                beside=("copies:clusters",),
                bucket_rows=4_000_000,
                grows=2,
            ),
            by_item("chances", bound(by_chance), CHANCES),
            by_item("popular", popular, POPULAR),
            by_item("too_popular", bound(too_popular), _MUCH),
            by_item("shares", shares, SHARES),
            Stage("active", active, ACTIVE, key=("who",), order=(), takes="tokens", bucket_rows=4_000_000),
            Whole("census", bound(census), ("active", "tokens", "too_popular"), CENSUS),
            by_item("close", bound(close), CLOSE),
            Stage(
                "tested",
                bound(edges.tested),
                edges.TESTED,
                key=("kind", "left", "right"),
                order=("kind", "left", "right", "item", "at", "left_said", "right_said"),
                takes="close",
                beside=("chances", "popular", "shares", "active", "census"),
                bucket_rows=4_000_000,
            ),
            Whole("edges", bound(edges.kept), ("tested", "census"), edges.EDGES),
            Whole("communities", communities.communities, ("edges",), communities.COMMUNITIES),
            Stage(
                "evidence",
                evidence.chosen,
                evidence.EVIDENCE,
                key=("kind", "left", "right"),
                order=("kind", "left", "right", "at", "item", "left_said", "right_said"),
                takes="close",
                map=evidence.of_edges,
                mapped=CLOSE,
                beside=("edges",),
                bucket_rows=4_000_000,
            ),
            Stage(
                "posts",
                mapped,
                evidence.POSTS_SHOWN,
                key=("said",),
                order=("said",),
                takes=ROWS,
                columns=("post", "network", "account", "at", "text", "line"),
                map=evidence.shown,
                mapped=evidence.POSTS_SHOWN,
                beside=("evidence",),
            ),
        ),
    )


SYNCHRONY = analysis()


def SAMPLE() -> pa.Table:  # noqa: N802 - the name by which suites find it
    """Return posts of thirty accounts over two days, of which three share ten links at the same moments."""
    start = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    shared = [(n * 7 % 30, n * 13 % 50, n * 7919 % 172_800) for n in range(400)]
    shared += [(who, 100 + n, n * 15_000 + who) for n in range(10) for who in range(3)]
    rows = [
        {
            "post": f"p{n}",
            "network": "example",
            "account": f"a{who}",
            "at": start + datetime.timedelta(seconds=at),
            "minute": False,
            "text": f"read this number {n % 60} again and again",
            "lang": "en",
            "links": [f"https://example.org/{link}"],
            "tags": ["News"] if n % 3 else [],
            "images": [],
            "reply_to": None,
            "repost_of": "" if n % 10 == 0 else None,
            "line": n + 1,
        }
        for n, (who, link, at) in enumerate(shared)
    ]
    return pa.Table.from_pylist(rows, schema=POSTS)
