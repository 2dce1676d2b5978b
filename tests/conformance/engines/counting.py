"""A small analysis that uses everything a stage may have: map, key, order, what stands beside, and a step over the whole."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from cordiale.evidence.engines.analysis import Analysis, Stage, Whole

WORDS = pa.schema([("word", pa.string()), ("who", pa.string()), ("at", pa.timestamp("us", tz="UTC"))])
COUNTS = pa.schema([("word", pa.string()), ("n", pa.int64()), ("first", pa.string())])
TOTALS = pa.schema([("word", pa.string()), ("share", pa.float64())])
LINES = pa.schema(
    [("who", pa.string()), ("at", pa.timestamp("us", tz="UTC")), ("words", pa.list_(pa.string()))]
)


def explode(table: pa.Table) -> pa.Table:
    """Return a row for each word said."""
    lists = table["words"].combine_chunks()
    parents = pc.list_parent_indices(lists)
    return pa.table(
        {
            "word": pc.list_flatten(lists),
            "who": table["who"].combine_chunks().take(parents),
            "at": table["at"].combine_chunks().take(parents),
        }
    )


def count(table: pa.Table) -> pa.Table:
    """Return for each word how often it was said, and by whom first."""
    found = table.group_by("word", use_threads=False).aggregate([("who", "first"), ("word", "count")])
    return pa.table(
        {"word": found["word"], "n": found["word_count"], "first": found["who_first"]}, schema=COUNTS
    )


def total(given: Mapping[str, pa.Table]) -> pa.Table:
    """Return how many words there were."""
    return pa.table({"n": pa.array([pc.sum(given["counts"]["n"]).as_py() or 0], pa.int64())})


def share(table: pa.Table, beside: Mapping[str, pa.Table]) -> pa.Table:
    """Return which part of all words each one is."""
    whole = beside["total"]["n"][0].as_py()
    return pa.table(
        {"word": table["word"], "share": pc.divide(pc.cast(table["n"], pa.float64()), float(max(1, whole)))}
    )


COUNTING = Analysis(
    name="counting",
    version=1,
    kind="lines",
    stages=(
        Stage(
            "counts",
            count,
            COUNTS,
            ("word",),
            ("word", "at", "who"),
            columns=("who", "at", "words"),
            map=explode,
            mapped=WORDS,
            bucket_rows=40,
            grows=3,
        ),
        Whole("total", total, ("counts",), pa.schema([("n", pa.int64())])),
        Stage(
            "shares", share, TOTALS, ("word",), ("word",), takes="counts", beside=("total",), bucket_rows=4
        ),
    ),
)


def SAMPLE() -> pa.Table:  # noqa: N802 - the name by which suites find it
    """Return lines said by six people."""
    start = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    rows = range(100)
    return pa.table(
        {
            "who": [f"p{n % 6}" for n in rows],
            "at": [start + datetime.timedelta(seconds=(n * 37) % 91) for n in rows],
            "words": [[f"été{n % 11}", f"b{(n * n) % 7}", f"c{n % 3}"][: n % 4] for n in rows],
        },
        schema=LINES,
    )
