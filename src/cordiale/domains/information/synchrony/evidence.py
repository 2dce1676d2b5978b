"""The posts behind an edge."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cordiale.domains.information.synchrony.tokens import accounts, said

EVIDENCE = pa.schema(
    [
        (name, pa.int64())
        for name in ("kind", "left", "right", "item", "left_said", "right_said", "at", "apart")
    ]
)
"""One meeting behind an edge."""

POSTS_SHOWN = pa.schema(
    [
        ("said", pa.int64()),
        ("who", pa.int64()),
        ("network", pa.string()),
        ("account", pa.string()),
        ("post", pa.string()),
        ("at", pa.timestamp("us", tz="UTC")),
        ("text", pa.string()),
        ("line", pa.int64()),
    ]
)
"""A post that stands as evidence."""

MOST = 20
"""Meetings kept for each edge, the earliest."""


def of_edges(table: pa.Table, beside: Mapping[str, pa.Table]) -> pa.Table:
    """Return the meetings of pairs that became edges."""
    keys = ["kind", "left", "right"]
    edges = beside["edges"].select(keys).combine_chunks()
    return table.join(edges, keys=keys, join_type="left semi", use_threads=False).select(table.column_names)


def chosen(table: pa.Table, beside: Mapping[str, pa.Table]) -> pa.Table:
    """Return the earliest meetings of each edge, a thing shared once."""
    rows = table.group_by(["kind", "left", "right", "item", "hour"], use_threads=False).aggregate(
        [(name, "first") for name in ("left_said", "right_said", "at", "apart")]
    )
    rows = rows.rename_columns(
        ["kind", "left", "right", "item", "hour", "left_said", "right_said", "at", "apart"]
    )
    rows = rows.sort_by([(name, "ascending") for name in ("kind", "left", "right", "at", "item")])
    edges = np.column_stack([rows[name].to_numpy() for name in ("kind", "left", "right")])
    begins = np.concatenate(([True], np.any(np.diff(edges, axis=0) != 0, axis=1)))[: len(edges)]
    place = np.arange(len(edges)) - np.maximum.accumulate(np.where(begins, np.arange(len(edges)), 0))
    return rows.filter(pa.array(place < MOST)).select(EVIDENCE.names)


def shown(table: pa.Table, beside: Mapping[str, pa.Table]) -> pa.Table:
    """Return the posts that stand as evidence."""
    wanted = pa.chunked_array(
        [*beside["evidence"]["left_said"].chunks, *beside["evidence"]["right_said"].chunks], pa.int64()
    )
    number = said(table)
    found = table.append_column("said", number).append_column("who", accounts(table))
    return found.filter(pc.is_in(number, value_set=wanted.combine_chunks())).select(POSTS_SHOWN.names)
