"""Look the values of records up: pieces of rows in, one row out for each indicator that a record met."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cordiale.desk.analysis.kernels import texts
from cordiale.domains.cyber.matching.addresses import within
from cordiale.domains.cyber.matching.alike import met as met_alike
from cordiale.domains.cyber.matching.hashing import NONE
from cordiale.domains.cyber.matching.index import Index
from cordiale.domains.cyber.matching.names import PART, domains, hosts, names, same, urls, whole
from cordiale.domains.cyber.matching.profile import Profile
from cordiale.domains.cyber.matching.together import FIELD, earliest, part_of
from cordiale.domains.cyber.patterns.records import ALONE, FIELDS, met
from cordiale.domains.cyber.values import folded

HITS = pa.schema(
    [
        pa.field("indicator", pa.int32(), nullable=False),
        pa.field("at", pa.timestamp("us", tz="UTC")),
        pa.field("file", pa.string(), nullable=False),
        pa.field("line", pa.int64(), nullable=False),
        # the column of the record, and how the value in it met the indicator: as it is, or as a part
        pa.field("field", pa.string(), nullable=False),
        pa.field("part", pa.bool_(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
    ]
)
"""An indicator that a record met."""

LOOKED: Final = (
    *("src", "dst", "host", "url", "user_agent", "answers", "mails", "hashes", "file_name", "subject"),
    *("at", "file", "line"),
)
"""Columns that are read of records."""

_COLUMNS: Final = (
    ("src", ("address",)),
    ("dst", ("address",)),
    ("host", ("name", "address")),
    ("url", ("url", "url-host")),
    ("answers", ("name", "address")),
    ("mails", ("mail", "mail-host")),
    ("hashes", ("digest", "alike")),
    ("file_name", ("file",)),
    ("user_agent", ("agent",)),
    ("subject", ("subject",)),
)
"""In which column values of which families are looked for."""

_CASELESS: Final = ("mail", "digest")


_LIES_IN: Final = {"url-host": ("name", "address"), "mail-host": ("name",)}
"""What is looked for in a part of a value."""


def wanted(index: Index) -> tuple[str, ...]:
    """Return the columns in which anything that is looked for can stand: no other is read."""
    filled = {family for family, table in index.tables.items() if table.filled}
    if len(index.v4.numbers) or len(index.v6.numbers):
        filled.add("address")
    if index.alike is not None:
        filled.add("alike")
    found = [
        field
        for field, families in _COLUMNS
        if any(filled.intersection(_LIES_IN.get(family, (family,))) for family in families)
    ]
    if "url" in found and "host" not in found:
        found.append("host")  # a path alone becomes a URL by it
    if index.patterns is not None:
        asked = FIELDS.keys() & index.patterns.matcher.types
        found += sorted({column for kind in asked for column in FIELDS[kind]} - set(found))
    return (*found, "at", "file", "line")


class _Met(NamedTuple):
    """Values of one column that met something: rows of the piece, numbers of values, whether in part, and what was written."""

    field: str
    rows: npt.NDArray[np.int64]
    numbers: npt.NDArray[Any]
    part: npt.NDArray[np.bool_]
    written: pa.Array


def look(piece: pa.Table, index: Index, profile: Profile) -> pa.Table:
    """Return the indicators that records met, each once a record and column, of the schema `HITS`."""
    at = piece["at"].combine_chunks()
    made = [_hits(piece, at, one, index, profile) for one in _all(piece, index, profile) if len(one.rows)]
    if index.patterns is not None:
        made.append(_tried(piece, at, index, profile))
    return pa.concat_tables(made) if made else HITS.empty_table()


def _tried(piece: pa.Table, at: pa.Array, index: Index, profile: Profile) -> pa.Table:
    """Return the records that meet patterns which are more than a list of values, or a part of one."""
    assert index.patterns is not None
    found = np.array(list(met(piece, index.patterns)), np.int64).reshape(-1, 3)
    when = at.take(pa.array(found[:, 0]))
    alone = found[:, 2] == ALONE
    # what is before and after nothing is no part of anything
    timed = pc.is_valid(when).to_numpy(zero_copy_only=False)
    found = found[_valid(when, index.pattern_until[found[:, 1]], profile) & (alone | timed)]
    alone = found[:, 2] == ALONE
    parts = found[~alone]
    if len(parts):
        kept = earliest(at.take(pa.array(parts[:, 0])), parts[:, 1] << 20 | parts[:, 2])
        found = np.concatenate((found[alone], parts[kept]))
    rows, places = found[:, 0], found[:, 1]
    said = ["" if part == ALONE else part_of(place, part) for _row, place, part in found.tolist()]
    return _table(
        piece,
        at.take(pa.array(rows)),
        rows,
        index.pattern_members[places],
        FIELD,
        np.zeros(len(rows), np.bool_),
        pa.array(said, pa.string()),
    )


def _all(piece: pa.Table, index: Index, profile: Profile) -> Iterator[_Met]:
    for field, families in _COLUMNS:
        if field not in piece.column_names or piece[field].null_count == piece.num_rows:
            continue
        column = piece[field].combine_chunks()
        parents = None
        if pa.types.is_list(column.type):
            parents = pc.list_parent_indices(column).to_numpy()
            column = pc.list_flatten(column)
        entries = None
        if pa.types.is_dictionary(column.type):
            # each distinct value is looked up once
            entries, column = column.indices, column.dictionary
        if len(column) == 0:
            continue
        starts, data = texts(column)
        for family in families:
            rows, numbers, part = _looked(family, column, starts[:-1], starts[1:], data, index, profile)
            if not len(rows):
                continue
            written = column.take(pa.array(rows))
            if entries is not None:
                rows, taken = _spread(entries, rows)
                numbers, part, written = numbers[taken], part[taken], written.take(pa.array(taken))
            yield _Met(field, rows if parents is None else parents[rows], numbers, part, written)


_Looked = tuple[npt.NDArray[np.int64], npt.NDArray[Any], npt.NDArray[np.bool_]]


def _looked(
    family: str, column: pa.Array, begins: Any, ends: Any, data: Any, index: Index, profile: Profile
) -> _Looked:
    if family == "address":
        return _addresses(begins, ends, data, index)
    if family == "alike":
        return met_alike(column, ends - begins, index.alike, profile.parts) if index.alike else _NOTHING
    if family == "url-host":
        begins, ends = hosts(begins, ends, data)
        return _joined(
            _looked("name", column, begins, ends, data, index, profile) if profile.parts else _NOTHING,
            _addresses(begins, ends, data, index) if profile.parts else _NOTHING,
        )
    if family == "mail-host":
        if not profile.parts:
            return _NOTHING
        begins, ends = domains(begins, ends, data)
        rows, numbers, _part = _looked("name", column, begins, ends, data, index, profile)
        return rows, numbers, np.ones(len(rows), np.bool_)
    table = index.tables[family]
    if not table.filled:
        return _NOTHING
    if family == "name":
        rows, numbers, hows = names(begins, ends, data, table, profile.parts)
    elif family == "url":
        rows, numbers, hows = urls(begins, ends, data, table, profile.parts)
    else:
        rows, numbers, hows = whole(begins, ends, data, table, family in _CASELESS)
    if not len(rows):
        return _NOTHING
    true = _verified(family, begins[rows], ends[rows], data, numbers, hows == PART, index)
    return rows[true], numbers[true], hows[true] == PART


_NOTHING: Final[_Looked] = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.bool_))


def _joined(one: _Looked, other: _Looked) -> _Looked:
    """Return what was met in the hosts of URLs: never the whole of what is written."""
    rows = np.concatenate((one[0], other[0]))
    return rows, np.concatenate((one[1], other[1])), np.ones(len(rows), np.bool_)


def _addresses(begins: Any, ends: Any, data: Any, index: Index) -> _Looked:
    """Return every network that holds an address, the smallest first."""
    four, six = index.v4, index.v6
    if not len(four.numbers) and not len(six.numbers):
        return _NOTHING
    rows, nets, wide = within(begins, ends, data, four, six)
    found: list[_Looked] = []
    for intervals, chosen in ((four, ~wide), (six, wide)):
        at, held = rows[chosen], nets[chosen]
        while len(at):
            numbers = intervals.numbers[held]
            # an address within a network is what an indicator of a network says
            found.append((at, numbers, np.zeros(len(at), np.bool_)))
            held = intervals.parents[held]
            at, held = at[held != NONE], held[held != NONE]
    if not found:
        return _NOTHING
    return tuple(np.concatenate(columns) for columns in zip(*found, strict=True))  # type: ignore[return-value]


def _verified(
    family: str, begins: Any, ends: Any, data: Any, numbers: Any, part: Any, index: Index
) -> npt.NDArray[np.bool_]:
    """Compare what two equal hashes stand for: a hash of 64 bits may be another value's."""
    kind = {"name": "domain-name", "url": "url", "mail": "email-addr", "digest": "sha256"}.get(family, "")
    expected = index.values.take(pa.array(numbers))
    out: npt.NDArray[np.bool_] = same(begins, ends, data, *texts(expected), part, family == "name")
    left = np.flatnonzero(~out)
    if not len(left):
        return out
    # written in another way: compared as people would
    known: dict[tuple[bytes, str, bool], bool] = {}
    values = expected.take(pa.array(left)).to_pylist()
    for i, value in zip(left.tolist(), values, strict=True):
        key = (data[begins[i] : ends[i]].tobytes(), value, bool(part[i]))
        found = known.get(key)
        if found is None:
            found = known[key] = _same(kind, *key)
        out[i] = found
    return out


def _same(kind: str, written: bytes, value: str, part: bool) -> bool:
    text = written.decode("utf-8", "replace")
    compared = folded(kind, text) if kind else text
    if not part:
        return compared == value
    return compared.endswith(f".{value}") if kind == "domain-name" else compared.startswith(value)


def _spread(
    entries: pa.Array, met: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the rows that hold an entry of a dictionary that was met, and which of `met` each has."""
    order = np.argsort(met, kind="stable")
    sorted_ = met[order]
    held = entries.fill_null(-1).to_numpy()
    first, last = np.searchsorted(sorted_, held, "left"), np.searchsorted(sorted_, held, "right")
    several = last - first
    rows = np.repeat(np.arange(len(held)), several)
    within_row = np.arange(len(rows)) - np.repeat(np.cumsum(several) - several, several)
    return rows, order[np.repeat(first, several) + within_row]


def _hits(piece: pa.Table, at: pa.Array, one: _Met, index: Index, profile: Profile) -> pa.Table:
    first = index.offsets[one.numbers]
    several = index.offsets[one.numbers + 1] - first
    taken = np.repeat(np.arange(len(one.rows)), several)
    places = (
        np.repeat(first, several) + np.arange(len(taken)) - np.repeat(np.cumsum(several) - several, several)
    )
    rows = one.rows[taken]
    when = at.take(pa.array(rows))
    valid = _valid(when, index.until[places], profile)
    rows, taken, places, when = rows[valid], taken[valid], places[valid], when.filter(pa.array(valid))
    written = one.written.take(pa.array(taken)).cast(pa.string())
    return _table(piece, when, rows, index.members[places], one.field, one.part[taken], written)


def _valid(when: pa.Array, until: npt.NDArray[np.int64], profile: Profile) -> npt.NDArray[np.bool_]:
    """Tell which indicators had not ended when a record was made; one without a time is before any end."""
    if profile.expired:
        return np.ones(len(until), np.bool_)
    instants = pc.fill_null(when.cast(pa.int64()), np.iinfo(np.int64).min).to_numpy(zero_copy_only=False)
    valid: npt.NDArray[np.bool_] = instants < until
    return valid


def _table(
    piece: pa.Table,
    when: pa.Array,
    rows: npt.NDArray[np.int64],
    indicators: npt.NDArray[np.int32],
    field: str,
    part: npt.NDArray[np.bool_],
    written: pa.Array,
) -> pa.Table:
    return pa.table(
        {
            "indicator": pa.array(indicators),
            "at": when,
            "file": piece["file"].take(pa.array(rows)).cast(pa.string()),
            "line": piece["line"].take(pa.array(rows)),
            "field": pa.repeat(field, len(rows)),
            "part": pa.array(part),
            "value": written,
        },
        schema=HITS,
    )
