"""The posts of each cluster: how near each is to the first, and where it says something else."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cordiale.desk.analysis.kernels import texts
from cordiale.domains.information.copies.clusters import clustered
from cordiale.domains.information.copies.differing import differing
from cordiale.domains.information.copies.similarity import grams, jaccard
from cordiale.domains.information.copies.texts import compared, numbered

_AT = pa.timestamp("us", tz="UTC")
_POST = [
    ("post", pa.string()),
    ("network", pa.string()),
    ("account", pa.string()),
    ("at", _AT),
    ("lang", pa.string()),
    ("line", pa.int64()),
]

PLACED = pa.schema(
    [
        ("cluster", pa.string()),
        *_POST,
        ("text_id", pa.int64()),
        ("text", pa.string()),
        ("compared", pa.string()),
    ]
)
"""A post in its cluster."""

MEMBERS = pa.schema(
    [
        ("cluster", pa.string()),
        *_POST,
        ("text", pa.string()),
        # Jaccard similarity with the cluster's first text, 0 to 1
        ("similarity", pa.float64()),
        ("first", pa.bool_()),
        # among negation, number, name: what it says otherwise than the first
        ("differs", pa.list_(pa.string())),
    ]
)
"""A post of a cluster; `first` is the earliest that is held, without a time the last to be chosen."""

GRAM = 5


def placed(table: pa.Table, beside: Mapping[str, pa.Table]) -> pa.Table:
    """Return the posts whose text belongs to a cluster."""
    text = compared(table["text"])
    ids = numbered(text)
    cluster = clustered(ids, beside["clusters"])
    found = table.append_column("cluster", cluster)
    found = found.append_column("text_id", ids).append_column("compared", text)
    return found.filter(pc.is_valid(cluster)).select(PLACED.names)


def measured(table: pa.Table, _beside: Mapping[str, pa.Table]) -> pa.Table:
    """Compare every post of a cluster with the cluster's first."""
    if not table.num_rows:
        return MEMBERS.empty_table()
    clusters = table["cluster"].combine_chunks().dictionary_encode().indices.to_numpy()
    starts = np.concatenate(([0], np.flatnonzero(np.diff(clusters)) + 1, [len(clusters)]))
    first_of = np.repeat(starts[:-1], np.diff(starts))
    similarity = _similarity(table["compared"], table["text_id"].to_numpy(), first_of)
    differs = _differing(table["text"], first_of)
    whole = table.select([name for name in MEMBERS.names if name in table.column_names])
    whole = whole.append_column("similarity", pa.array(similarity))
    whole = whole.append_column("first", pa.array(first_of == np.arange(len(first_of))))
    return whole.append_column("differs", pa.array(differs, pa.list_(pa.string()))).select(MEMBERS.names)


def _similarity(text: pa.ChunkedArray, ids: np.ndarray, first_of: np.ndarray) -> np.ndarray:
    """Return how similar each text is to its cluster's first."""
    out = np.ones(len(ids))
    rows = np.flatnonzero(ids != ids[first_of])
    every = np.concatenate((first_of[rows], rows))
    _distinct, where, numbers = np.unique(ids[every], return_index=True, return_inverse=True)
    ends, found = grams(*texts(text.take(pa.array(every[where])).combine_chunks()), GRAM)
    pairs = zip(numbers[: len(rows)], numbers[len(rows) :], strict=True)
    out[rows] = [max(0.0, jaccard(ends, found, one, other, 0.0)) for one, other in pairs]
    return out


def _differing(text: pa.ChunkedArray, first_of: np.ndarray) -> list[list[str]]:
    """Return what each text says otherwise than its cluster's first."""
    first = text.take(pa.array(first_of))
    unlike = pc.not_equal(text, first)
    pairs = zip(first.filter(unlike).to_pylist(), text.filter(unlike).to_pylist(), strict=True)
    known: dict[tuple[str, str], list[str]] = {}
    out: list[list[str]] = [[]] * len(text)
    for row, pair in zip(np.flatnonzero(unlike.to_numpy()).tolist(), pairs, strict=True):
        if pair not in known:
            known[pair] = differing(*pair)
        out[row] = known[pair]
    return out
