"""What each post shares: one row for each text, link, tag, image, reply target or repeated post."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cordiale.desk.analysis.kernels import hashed
from cordiale.domains.information.copies.clusters import clustered
from cordiale.domains.information.copies.texts import compared, numbered
from cordiale.domains.information.synchrony.addresses import canonical
from cordiale.domains.information.synchrony.profile import KINDS

TOKENS = pa.schema(
    [
        ("kind", pa.int64()),
        ("item", pa.int64()),
        ("who", pa.int64()),
        # microseconds since 1970
        ("at", pa.int64()),
        ("said", pa.int64()),
        ("minute", pa.bool_()),
    ]
)
"""Something shared: its kind (place in `KINDS`), the hashes of what, by which account and in which post."""


def accounts(table: pa.Table) -> pa.Array:
    """Return the number that stands for the account of each post, within its network."""
    joined = pc.binary_join_element_wise(table["network"], table["account"], "\x1f")
    return _numbers(joined)


def said(table: pa.Table) -> pa.Array:
    """Return the number that stands for each post."""
    line = table["line"].cast(pa.string())
    return _numbers(pc.binary_join_element_wise(table["network"], table["post"], line, "\x1f"))


def tokens(table: pa.Table, beside: Mapping[str, pa.Table]) -> pa.Table:
    """Return what posts share; posts without a time share nothing at a moment.

    A text counts where it belongs to a cluster of copies. A post that is marked as repeating another shares that, and its
    text is never a text of its own.
    """
    table = table.filter(pc.is_valid(table["at"]))
    text = numbered(compared(table["text"]))
    cluster = clustered(text, beside["copies:clusters"])
    repeats = pc.is_valid(table["repost_of"])
    named = pc.and_(repeats, pc.not_equal(table["repost_of"], ""))
    repeated = pc.if_else(named, _numbers(table["repost_of"]), text)
    every = pa.array(np.arange(table.num_rows))
    found = [
        ("text", *_where(every, _numbers(cluster), pc.and_(pc.is_valid(cluster), pc.invert(repeats)))),
        ("link", *_listed(table["links"], links=True)),
        ("tag", *_listed(table["tags"])),
        ("image", *_listed(table["images"])),
        ("reply", *_where(every, _numbers(table["reply_to"]), pc.is_valid(table["reply_to"]))),
        ("repost", *_where(every, repeated, repeats)),
    ]
    base = pa.table(
        {
            "who": accounts(table),
            "at": table["at"].cast(pa.int64()),
            "said": said(table),
            "minute": table["minute"],
        }
    )
    return pa.concat_tables(list(_rows(base, found)))


def _rows(base: pa.Table, found: list[tuple[str, pa.Array, pa.Array]]) -> Iterator[pa.Table]:
    for kind, posts, items in found:
        rows = base.take(posts)
        code = pa.repeat(pa.scalar(KINDS.index(kind), pa.int64()), rows.num_rows)
        yield rows.append_column("kind", code).append_column("item", items).select(TOKENS.names).cast(TOKENS)


def _where(posts: pa.Array, items: pa.Array, chosen: pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    mask = chosen.combine_chunks() if isinstance(chosen, pa.ChunkedArray) else chosen
    return posts.filter(mask), _flat(items).filter(mask)


def _listed(column: pa.ChunkedArray, *, links: bool = False) -> tuple[pa.Array, pa.Array]:
    """Return the distinct items of a list column, and of which post each is."""
    lists = column.combine_chunks()
    items = pc.list_flatten(lists)
    posts = pc.list_parent_indices(lists)
    items = canonical(items) if links else pc.utf8_lower(items)
    kept = pc.fill_null(pc.greater(pc.utf8_length(items), 0), False)
    numbers = _numbers(pa.chunked_array([items])).filter(kept)
    pairs = pa.table({"post": posts.filter(kept), "item": numbers})
    distinct = pairs.group_by(["post", "item"], use_threads=False).aggregate([])
    return distinct["post"].combine_chunks(), distinct["item"].combine_chunks()


def _flat(items: pa.Array | pa.ChunkedArray) -> pa.Array:
    return items.combine_chunks() if isinstance(items, pa.ChunkedArray) else items


def _numbers(column: pa.ChunkedArray) -> pa.Array:
    return pa.array(hashed(column).view("int64"))
