"""Clusters and their ids: a cluster keeps its id as it grows; where two become one, the older id survives."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cordiale.domains.information.copies.similarity import joined

CLUSTERS = pa.schema(
    [
        ("text_id", pa.int64()),
        ("cluster", pa.string()),
        # by which run the cluster was first found, counted from 1
        ("born", pa.int64()),
        # the earliest instant of a post in it, in microseconds, when it was first found
        ("first", pa.int64()),
    ]
)
"""Which cluster a text belongs to, by `text_id`; one that was posted once and is like no other belongs to none."""

REDIRECTS = pa.schema([("cluster", pa.string()), ("into", pa.string())])
"""Ids of clusters that became part of others, and whose id stands for them now."""


def clusters(given: Mapping[str, pa.Table]) -> pa.Table:
    """Return the clusters that links make, under the ids they had."""
    links, before, known = given["links"], given["before:clusters"], given["texts"]
    left, right = links["left"].to_numpy(), links["right"].to_numpy()
    repeated = known.filter(pc.greater(known["posts"], 1))["text_id"].to_numpy()
    ids = np.unique(np.concatenate((left, right, repeated, before["text_id"].to_numpy())))
    if not len(ids):
        return CLUSTERS.empty_table()
    root = joined(len(ids), np.searchsorted(ids, left), np.searchsorted(ids, right))
    first = _first(ids, known)
    claims = _claims(ids, root, before)
    born = 1 + max((claim[0] for claim in claims.values()), default=0)
    names: dict[int, tuple[int, int, str]] = {}
    for part in np.unique(root).tolist():
        names[part] = claims.get(part) or (born, 0, "")
    # a new cluster is named after the text in it that was said first
    order = np.lexsort((ids, first, root))
    heads = order[np.concatenate(([True], np.diff(root[order]) != 0))]
    for head in heads.tolist():
        since, _when, name = names[int(root[head])]
        if not name:
            fresh = (since, int(first[head]), f"c{np.uint64(ids[head]):016x}")
            names[int(root[head])] = fresh
    found = [names[part] for part in root.tolist()]
    return pa.table(
        {
            "text_id": ids,
            "cluster": [one[2] for one in found],
            "born": [one[0] for one in found],
            "first": [one[1] for one in found],
        },
        schema=CLUSTERS,
    )


def clustered(texts: pa.Array, known: pa.Table) -> pa.ChunkedArray:
    """Return the cluster of each text, null where it belongs to none.

    Clusters stand by text: looking for texts among them takes as long as there are texts, not clusters.
    """
    ids, wanted = known["text_id"].to_numpy(), texts.to_numpy()
    rows = np.minimum(np.searchsorted(ids, wanted), max(0, len(ids) - 1))
    none = ids[rows] != wanted if len(ids) else np.ones(len(wanted), np.bool_)
    return known["cluster"].take(pa.array(rows, mask=none))


def redirects(given: Mapping[str, pa.Table]) -> pa.Table:
    """Return where ids lead that were in use before and no longer are."""
    now = dict(
        zip(given["clusters"]["text_id"].to_pylist(), given["clusters"]["cluster"].to_pylist(), strict=True)
    )
    before = given["before:clusters"]
    moved = {
        name: now[text]
        for text, name in zip(before["text_id"].to_pylist(), before["cluster"].to_pylist(), strict=True)
        if text in now and now[text] != name
    }
    earlier = given["before:redirects"]
    for old, into in zip(earlier["cluster"].to_pylist(), earlier["into"].to_pylist(), strict=True):
        moved[old] = moved.get(into, into)
    return pa.table(
        {"cluster": sorted(moved), "into": [moved[name] for name in sorted(moved)]}, schema=REDIRECTS
    )


def _first(ids: np.ndarray, known: pa.Table) -> np.ndarray:
    """Return when each text was first said."""
    texts = known["text_id"].to_numpy()
    order = np.argsort(texts, kind="stable")
    return known["first"].to_numpy()[order[np.searchsorted(texts, ids, sorter=order)]]  # type: ignore[no-any-return]


def _claims(ids: np.ndarray, root: np.ndarray, before: pa.Table) -> dict[int, tuple[int, int, str]]:
    """Return for each part the oldest cluster that was in it: (born, first, id)."""
    claims: dict[int, tuple[int, int, str]] = {}
    places = root[np.searchsorted(ids, before["text_id"].to_numpy())].tolist()
    had = zip(*(before[name].to_pylist() for name in ("born", "first", "cluster")), strict=True)
    for part, claim in zip(places, had, strict=True):
        if part not in claims or claim < claims[part]:
            claims[part] = claim
    return claims
