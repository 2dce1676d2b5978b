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
    raw = table["text"].to_pylist()
    first_of = np.repeat(starts[:-1], np.diff(starts))
    distinct, where, back = np.unique(table["text_id"].to_numpy(), return_index=True, return_inverse=True)
    ends, found = grams(*texts(table["compared"].combine_chunks().take(pa.array(where))), GRAM)
    near: dict[tuple[int, int], float] = {}
    unlike: dict[tuple[str, str], list[str]] = {}
    similarity, differs = [], []
    for row, first in enumerate(first_of.tolist()):
        pair = (int(back[first]), int(back[row]))
        if pair not in near:
            near[pair] = 1.0 if pair[0] == pair[1] else max(0.0, jaccard(ends, found, *pair, 0.0))
        similarity.append(near[pair])
        said = (raw[first], raw[row])
        if said not in unlike:
            unlike[said] = [] if said[0] == said[1] else differing(*said)
        differs.append(unlike[said])
    del distinct
    whole = table.select([name for name in MEMBERS.names if name in table.column_names])
    whole = whole.append_column("similarity", pa.array(similarity, pa.float64()))
    whole = whole.append_column("first", pa.array(first_of == np.arange(len(first_of))))
    return whole.append_column("differs", pa.array(differs, pa.list_(pa.string()))).select(MEMBERS.names)
