"""Clusters of copies over posts, as a chain of stages that any engine runs.

Distinct texts get signatures; texts that share a band are compared exactly; texts that hang together are a cluster; every post
of a cluster is then compared with the cluster's first. A run over a dataset that has grown compares only what is new.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cordiale.desk.analysis.analyses import FRESH, ROWS, Analysis, Stage, Whole
from cordiale.desk.analysis.kernels import texts
from cordiale.domains.information.copies import clusters, members
from cordiale.domains.information.copies.profile import POSTS_1, Profile
from cordiale.domains.information.copies.similarity import bands, grams, links, shared
from cordiale.domains.information.copies.texts import compared, numbered
from cordiale.domains.information.posts import KIND, POSTS

SAID = pa.schema([("text_id", pa.int64()), ("compared", pa.string()), ("at", pa.timestamp("us", tz="UTC"))])
"""A post's text as it is compared."""

TEXTS = pa.schema(
    [
        ("text_id", pa.int64()),
        ("compared", pa.string()),
        # microseconds since 1970 of the earliest post that said it when it was first met; the largest number without one
        ("first", pa.int64()),
        ("bands", pa.list_(pa.int64())),
        ("fresh", pa.bool_()),
        ("posts", pa.int64()),
    ]
)
"""A distinct text, its signature, and how many posts say it; `fresh` when this run met it first."""

BANDED = pa.schema([("band", pa.int64()), ("text_id", pa.int64())])
LINKS = pa.schema([("left", pa.int64()), ("right", pa.int64()), ("similarity", pa.float64())])
"""Two texts whose similarity was found to be enough."""

NEVER = np.iinfo(np.int64).max


def said(table: pa.Table, *, profile: Profile) -> pa.Table:
    """Return the texts of posts as they are compared, without those too short to be copies."""
    text = compared(table["text"])
    found = pa.table({"text_id": numbered(text), "compared": text, "at": table["at"]})
    return found.filter(pc.greater_equal(pc.utf8_length(text), profile.least))


def signed(table: pa.Table, *, profile: Profile) -> pa.Table:
    """Return each distinct text once, with its signature."""
    found = table.group_by("text_id", use_threads=False).aggregate(
        [("compared", "first"), ("at", "min"), ("text_id", "count")]
    )
    starts, data = texts(found["compared_first"].combine_chunks())
    keys = bands(*grams(starts, data, profile.gram), profile.bands, profile.rows)
    offsets = pa.array(np.arange(found.num_rows + 1, dtype=np.int32) * profile.bands)
    return pa.table(
        {
            "text_id": found["text_id"],
            "compared": found["compared_first"],
            "first": pc.fill_null(found["at_min"].cast(pa.int64()), NEVER),
            "bands": pa.ListArray.from_arrays(offsets, pa.array(keys.reshape(-1))),
            "fresh": pa.repeat(True, found.num_rows),
            "posts": found["text_id_count"],
        }
    )


def known(given: Mapping[str, pa.Table]) -> pa.Table:
    """Return the texts of runs before and those that are new."""
    before, met = given["before:texts"], given["met"]
    again = pc.index_in(before["text_id"], value_set=met["text_id"].combine_chunks())
    more = pc.fill_null(met["posts"].combine_chunks().take(again.combine_chunks()), 0)
    old = before.set_column(4, "fresh", pa.repeat(False, before.num_rows))
    old = old.set_column(5, "posts", pc.add(before["posts"].combine_chunks(), more))
    new = met.filter(pc.invert(pc.is_in(met["text_id"], before["text_id"].combine_chunks())))
    return pa.concat_tables([old.cast(TEXTS), new.cast(TEXTS)])


def banded(table: pa.Table, beside: Mapping[str, pa.Table]) -> pa.Table:
    """Return a row for each band of each text; none where nothing is new."""
    if not pc.any(beside["texts"]["fresh"]).as_py():
        return BANDED.empty_table()
    lists = table["bands"].combine_chunks()
    parents = pc.list_parent_indices(lists)
    return pa.table(
        {"band": pc.list_flatten(lists), "text_id": table["text_id"].combine_chunks().take(parents)}
    )


def linked(
    table: pa.Table, beside: Mapping[str, pa.Table], *, profile: Profile, every: bool = False
) -> pa.Table:
    """Compare the texts that share a band, exactly; give those that are similar enough.

    Texts that hang together already are not compared again, unless `every` pair is asked for.
    """
    band, text = table["band"].to_numpy(), table["text_id"].to_numpy()
    # few bands have two texts: only these are worth sorting
    likely = np.flatnonzero(shared(band))
    likely = likely[np.lexsort((text[likely], band[likely]))]
    band, text = band[likely], text[likely]
    ends = np.flatnonzero(np.diff(band)) + 1
    starts = np.concatenate(([0], ends, [len(band)])) if len(band) else np.zeros(1, np.int64)
    sizes = np.diff(starts)
    several = sizes > 1
    inside = np.repeat(several, sizes)
    ids = text[inside]
    runs = np.concatenate(([0], np.cumsum(sizes[several]))).astype(np.int64)
    distinct, numbers = np.unique(ids, return_inverse=True)
    known_texts = beside["texts"]
    known_ids = known_texts["text_id"].to_numpy()
    order = np.argsort(known_ids, kind="stable")
    rows = pa.array(order[np.searchsorted(known_ids, distinct, sorter=order)])
    taken = known_texts.select(["compared", "fresh"]).take(rows)
    where, data = texts(taken["compared"].combine_chunks())
    fresh = taken["fresh"].to_numpy()
    left, right, value = links(
        runs, numbers.astype(np.int64), fresh, *grams(where, data, profile.gram), profile.jaccard, every
    )
    found = pa.table({"left": distinct[left], "right": distinct[right], "similarity": value})
    return (
        found.group_by(["left", "right"], use_threads=False)
        .aggregate([("similarity", "max")])
        .rename_columns(LINKS.names)
    )


def all_links(given: Mapping[str, pa.Table]) -> pa.Table:
    """Return the links of runs before and those that are new."""
    return pa.concat_tables([given["before:links"].cast(LINKS), given["new"].cast(LINKS)])


def analysis(profile: Profile = POSTS_1) -> Analysis:
    """Return the chain under a profile."""
    return Analysis(
        name="copies",
        version=1,
        kind=KIND,
        profile=profile.said(),
        kept=("texts", "links", "clusters", "redirects"),
        stages=(
            Stage(
                "met",
                partial(signed, profile=profile),
                TEXTS,
                key=("text_id",),
                order=("text_id", "at"),
                takes=FRESH,
                columns=("text", "at"),
                map=partial(said, profile=profile),
                mapped=SAID,
            ),
            Whole("texts", known, ("before:texts", "met"), TEXTS),
            Stage(
                "new",
                partial(linked, profile=profile),
                LINKS,
                key=("band",),
                order=(),
                takes="texts",
                columns=("text_id", "bands"),
                map=banded,
                mapped=BANDED,
                beside=("texts",),
                bucket_rows=12_000_000,
                grows=profile.bands,
            ),
            Whole("links", all_links, ("before:links", "new"), LINKS),
            Whole("clusters", clusters.clusters, ("texts", "links", "before:clusters"), clusters.CLUSTERS),
            Whole(
                "redirects",
                clusters.redirects,
                ("clusters", "before:clusters", "before:redirects"),
                clusters.REDIRECTS,
            ),
            Stage(
                "members",
                members.measured,
                members.MEMBERS,
                key=("cluster",),
                order=("cluster", "at", "network", "post", "line"),
                takes=ROWS,
                columns=("post", "network", "account", "at", "lang", "text", "line"),
                map=members.placed,
                mapped=members.PLACED,
                beside=("clusters",),
                bucket_rows=1_000_000,
            ),
        ),
    )


COPIES = analysis()


def SAMPLE() -> pa.Table:  # noqa: N802 - the name by which suites find it
    """Return posts in which texts are repeated with small changes."""
    start = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    said = [
        "The harbour will stay closed until the inspection of the northern quay is finished, says the ministry",
        "Le port restera fermé jusqu'à la fin de l'inspection du quai nord, annonce le ministère de la mer",
        "Nobody has seen the minister since the night of the vote, and nobody dares to ask where he is today",
    ]
    rows = []
    for n in range(60):
        text = (
            said[n % 3]
            if n % 5
            else f"{n} things to know about gardens in spring, number {n * n} will surprise you"
        )
        text = text if n % 7 else f"{text} #{n}"
        rows.append(
            {
                "post": f"p{n}",
                "network": "example",
                "account": f"a{n % 8}",
                "at": start + datetime.timedelta(minutes=(n * 17) % 50) if n % 11 else None,
                "minute": False,
                "text": text,
                "lang": "fr" if n % 3 == 1 else "en",
                "links": [f"https://t.example/{n % 4}"],
                "tags": [],
                "images": [],
                "reply_to": None,
                "repost_of": None,
                "line": n + 1,
            }
        )
    return pa.Table.from_pylist(rows, schema=POSTS)
