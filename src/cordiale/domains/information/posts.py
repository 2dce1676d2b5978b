"""A post as every reader gives it and every analysis takes it: one row of a table."""

from __future__ import annotations

import pyarrow as pa

from cordiale.desk.analysis.datasets import Kind

KIND = "posts"
"""What a dataset of posts calls itself."""

VERSION = 1
"""Of the columns below; a dataset says with which it was written."""

POSTS = pa.schema(
    [
        # as its network gave it: unique within `network`
        pa.field("post", pa.string(), nullable=False),
        pa.field("network", pa.string(), nullable=False),
        pa.field("account", pa.string(), nullable=False),
        pa.field("at", pa.timestamp("us", tz="UTC")),
        # the source knew the minute and not the second
        pa.field("minute", pa.bool_(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("lang", pa.string()),
        # as written: made canonical where they are compared
        pa.field("links", pa.list_(pa.string()), nullable=False),
        pa.field("tags", pa.list_(pa.string()), nullable=False),
        # hashes of attached images, in lower-case hexadecimal
        pa.field("images", pa.list_(pa.string()), nullable=False),
        pa.field("reply_to", pa.string()),
        # the post, or where only that is known the account, that this one repeats as its network marks it; empty where
        # it is marked as repeating and nothing says what
        pa.field("repost_of", pa.string()),
        # in the source file, counted from 1
        pa.field("line", pa.int64(), nullable=False),
    ]
)
"""Columns of a post."""

DATASET = Kind(KIND, VERSION, POSTS, time="at")
"""How a dataset of posts is kept: partitioned by month."""
