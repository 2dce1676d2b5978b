"""Columns of any log, built into rows of records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cordiale.domains.cyber.logs.moments import moments
from cordiale.domains.cyber.logs.records import RECORDS
from cordiale.platform.clock import Instant

LISTS: Final = ("answers", "mails", "hashes")
PORTS: Final = ("src_port", "dst_port")
EMPTY: Final = pa.array(["", "-", "(empty)", "null", "none"])
"""What logs write for nothing (Zeek: `-` and `(empty)`)."""

LONGEST: Final = 8192
"""Characters of one value that are kept."""


def built(
    columns: Mapping[str, Sequence[Any] | pa.Array | pa.ChunkedArray], lines: Any, file: str, now: Instant
) -> pa.Table:
    """Return rows of records: `columns` holds fields of `RECORDS` as the log gave them, `lines` where each row stands."""
    count = len(lines)
    made: dict[str, Any] = {}
    for field in RECORDS:
        given = columns.get(field.name)
        if field.name == "file":
            made["file"] = pa.repeat(pa.scalar(file), count)
        elif field.name == "line":
            made["line"] = pa.array(np.asarray(lines, np.int64))
        elif given is None:
            made[field.name] = pa.nulls(count, field.type)
        elif field.name == "at":
            made["at"] = given if _is_time(given) else moments(_plain(given), now)
        elif field.name in PORTS:
            made[field.name] = _ports(given)
        elif field.name in LISTS:
            made[field.name] = _lists(given)
        else:
            made[field.name] = _texts(given)
    made["url"] = _urls(made["url"], made["host"])
    return pa.table(made, schema=RECORDS)


def _is_time(given: Any) -> bool:
    return isinstance(given, pa.Array | pa.ChunkedArray) and given.type == RECORDS.field("at").type


def _plain(given: Any) -> Any:
    return given.to_pylist() if isinstance(given, pa.Array | pa.ChunkedArray) else given


def _texts(given: Any) -> pa.Array:
    if isinstance(given, pa.ChunkedArray):
        given = given.combine_chunks()
    if not isinstance(given, pa.Array):
        try:
            given = pa.array(given, pa.string())
        except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError):
            given = pa.array([text(one) for one in given], pa.string())
    if pa.types.is_dictionary(given.type):
        given = given.cast(given.type.value_type)
    if not pa.types.is_string(given.type):
        given = given.cast(pa.string())
    sizes = pc.binary_length(given)
    bounds = pc.min_max(sizes)
    if (bounds["max"].as_py() or 0) > LONGEST:
        given = pc.utf8_slice_codeunits(given, 0, LONGEST)
    if (bounds["min"].as_py() or 0) > 7:
        return given
    short = pc.less_equal(sizes, 7)
    nothing = pc.and_(short, pc.is_in(given, value_set=EMPTY))
    return pc.if_else(nothing, pa.scalar(None, pa.string()), given)


def text(one: Any) -> str | None:
    """Return a value as a text, of a list its first; None where it is none."""
    if one is None or isinstance(one, dict):
        return None
    if isinstance(one, list):
        return text(one[0]) if one else None
    return str(one).encode("utf-8", "replace").decode()[:LONGEST]


def _ports(given: Any) -> pa.Array:
    def port(one: Any) -> int | None:
        try:
            number = int(one)
        except (TypeError, ValueError):
            return None
        return number if 0 <= number <= 65535 else None

    if isinstance(given, pa.Array | pa.ChunkedArray) and pa.types.is_integer(given.type):
        whole = given.combine_chunks() if isinstance(given, pa.ChunkedArray) else given
        return pc.if_else(pc.less(pc.fill_null(whole, 0), 65536), whole, None).cast(pa.int32())
    return pa.array([port(one) for one in _plain(given)], pa.int32())


def _lists(given: Any) -> pa.Array:
    if isinstance(given, pa.ChunkedArray):
        given = given.combine_chunks()
    if (
        isinstance(given, pa.Array)
        and pa.types.is_list(given.type)
        and pa.types.is_string(given.type.value_type)
    ):
        return given
    return pa.array([_several(one) for one in _plain(given)], pa.list_(pa.string()))


def _several(one: Any) -> list[str] | None:
    """Return the texts of one value: of a list, of nested ones, of a text with commas or semicolons between."""
    if one is None or isinstance(one, bool):
        return None
    if isinstance(one, dict):
        one = list(one.values())
    if isinstance(one, list):
        found = [text for item in one for text in _several(item) or ()]
        return found or None
    parts = str(one).encode("utf-8", "replace").decode().replace(";", ",").split(",")
    kept = [part.strip()[:LONGEST] for part in parts]
    return [part for part in kept if part.lower() not in ("", "-", "(empty)", "null", "none")] or None


def _urls(urls: pa.Array, hosts: pa.Array) -> pa.Array:
    """Return URLs with the host of their record where they are only a path, as HTTP writes them to a server."""
    if urls.null_count == len(urls) or hosts.null_count == len(hosts):
        return urls
    paths = pc.starts_with(urls, "/")
    if not pc.any(paths).as_py():
        return urls
    whole = pc.binary_join_element_wise(pa.scalar("http://"), hosts, urls, "")
    return pc.if_else(pc.and_(pc.fill_null(paths, False), pc.is_valid(hosts)), whole, urls)
