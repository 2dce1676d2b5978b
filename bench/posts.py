"""The public posts of `../shared/data/information` as the columns of a post, read from CSV."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from cordiale.domains.information.posts import POSTS

SLICE = Path(__file__).resolve().parents[2] / "shared/data/information/ira_slice_300k.csv.gz"
"""300,000 posts of 504 accounts of the Internet Research Agency, October to December 2016; times are whole minutes."""


# pyarrow loads pandas at the first array where it is installed, as it is beside Spark: no analysis uses it
pa.array(np.zeros(0))


def unpacked(folder: Path, count: int) -> Path:
    """Write the first `count` posts as plain CSV, once; return the file."""
    path = folder / f"ira-{count}.csv"
    if not path.exists():
        with gzip.open(SLICE, "rb") as packed:
            table = pv.read_csv(packed, parse_options=pv.ParseOptions(newlines_in_values=True))
        pv.write_csv(table.slice(0, count), path)
    return path


def posts(path: Path, *, tags: bool = True) -> pa.Table:
    """Return the posts of a CSV file, without their hashtags where nobody asks for them."""
    options = pv.ConvertOptions(
        column_types={
            "epoch": pa.int64(),
            "retweet": pa.int64(),
            "message_id": pa.string(),
            "author_id": pa.string(),
            "content": pa.string(),
            "urls": pa.string(),
        },
        strings_can_be_null=False,
        include_columns=["message_id", "author_id", "content", "epoch", "retweet", "urls"],
    )
    # one thread: several read sooner and use twice the CPU
    raw = pv.read_csv(
        path,
        read_options=pv.ReadOptions(use_threads=False),
        parse_options=pv.ParseOptions(newlines_in_values=True),
        convert_options=options,
    )
    content = raw["content"]
    n = raw.num_rows
    none = pa.nulls(n, pa.string())
    empty = pa.ListArray.from_arrays(np.zeros(n + 1, np.int32), pa.array([], pa.string()))
    return pa.table(
        {
            "post": raw["message_id"],
            "network": pa.repeat("x", n),
            "account": raw["author_id"],
            "at": pc.multiply(raw["epoch"], 1_000_000).cast(pa.timestamp("us", tz="UTC")),
            "minute": pa.repeat(True, n),
            "text": content,
            "lang": none,
            "links": pc.split_pattern(raw["urls"], " "),
            "tags": _found(pc.utf8_lower(content), "#") if tags else empty,
            "images": empty,
            "reply_to": none,
            "repost_of": pc.if_else(pc.equal(raw["retweet"], 1), pa.scalar(""), pa.scalar(None, pa.string())),
            "line": pa.array(np.arange(2, n + 2)),
        }
    ).cast(POSTS)


def _found(text: pa.ChunkedArray, mark: str) -> pa.Array:
    """Return the words that begin with a mark."""
    words = pc.split_pattern_regex(pc.replace_substring_regex(text, r"[^\w#]+", " "), r"\s+").combine_chunks()
    flat = pc.list_flatten(words)
    parents = pc.list_parent_indices(words)
    chosen = pc.and_(pc.starts_with(flat, mark), pc.greater(pc.utf8_length(flat), 1))
    kept = parents.filter(chosen).to_numpy()
    counts = np.bincount(kept, minlength=len(words))
    offsets = pa.array(np.concatenate(([0], np.cumsum(counts))).astype("int32"))
    return pa.ListArray.from_arrays(offsets, pc.utf8_slice_codeunits(flat.filter(chosen), 1))
