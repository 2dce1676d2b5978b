"""Matching as a chain of stages that any engine runs: records in, for each indicator what was seen of it out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cordiale.desk.analysis.analyses import ROWS, Analysis, Stage
from cordiale.domains.cyber.logs.records import KIND, RECORDS
from cordiale.domains.cyber.matching.index import PATTERN, VALUES, Index, index
from cordiale.domains.cyber.matching.look import HITS, LOOKED, look
from cordiale.domains.cyber.matching.profile import MATCH_1, Profile
from cordiale.domains.cyber.matching.together import Settled, settled

LOOKED_FOR: Final = "values"
"""The input that holds what is looked for, of the schema `VALUES`."""

SEEN = pa.schema(
    [
        ("indicator", pa.int32()),
        # records that met it, and those of them that met it as it is, not as a part
        ("count", pa.int64()),
        ("exact", pa.int64()),
        ("first", pa.timestamp("us", tz="UTC")),
        ("last", pa.timestamp("us", tz="UTC")),
        # columns and distinct values in which it was met, the most frequent first
        ("fields", pa.list_(pa.string())),
        ("values", pa.list_(pa.string())),
        # the first records, in the order of time: where they stand
        ("files", pa.list_(pa.string())),
        ("lines", pa.list_(pa.int64())),
        ("ats", pa.list_(pa.timestamp("us", tz="UTC"))),
    ]
)
"""What was seen of one indicator."""

Numbers = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]

_kept: dict[int, tuple[pa.Table, Index]] = {}


def of(values: pa.Table) -> Index:
    """Return the index of a table; the one asked for last is kept, since every piece of a log asks for the same."""
    there = _kept.get(id(values))
    if there is None or there[0] is not values:
        _kept.clear()
        there = _kept[id(values)] = (values, index(values.select(VALUES.names)))
    return there[1]


def met(table: pa.Table, beside: Mapping[str, pa.Table], *, profile: Profile) -> pa.Table:
    """Return which indicators each record of a piece met."""
    return look(table, of(beside[LOOKED_FOR]), profile)


def seen(table: pa.Table, beside: Mapping[str, pa.Table], *, profile: Profile) -> pa.Table:
    """Return what was seen of each indicator; a record that met one in several columns counts once.

    Records that meet a pattern together count as one. An indicator of which it is not known whether they do is there
    with a count of 0.
    """
    values = beside[LOOKED_FOR]
    found = settled(table, values["value"].filter(pc.equal(values["kind"], PATTERN)))
    whole = pa.concat_tables([_counted(found, profile), _unknown(found)])
    return whole.combine_chunks()


def _unknown(found: Settled) -> pa.Table:
    numbers = sorted(found.unknown.difference(found.hits["indicator"].to_pylist()))
    rows: list[dict[str, object]] = [
        {
            "indicator": number, "count": 0, "exact": 0, "first": None, "last": None,
            "fields": [], "values": [], "files": [], "lines": [], "ats": [],
        }
        for number in numbers
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SEEN)


def _counted(found: Settled, profile: Profile) -> pa.Table:
    if not found.hits.num_rows:
        return SEEN.empty_table()
    table = found.hits.append_column("together", pa.array(found.together))
    records = _sorted(
        table.group_by(["indicator", "file", "line"], use_threads=False).aggregate(
            [("at", "min"), ("part", "min"), ("together", "min")]
        ),
        [("indicator", "ascending"), ("at_min", "ascending"), ("file", "ascending"), ("line", "ascending")],
    )
    numbers, starts, sizes = _runs(records["indicator"])
    part = records["part_min"].to_numpy().astype(np.int64)
    # times that are not said are sorted last
    bounds = _sorted(
        table.group_by("indicator", use_threads=False).aggregate([("at", "min"), ("at", "max")]),
        [("indicator", "ascending")],
    )
    offsets, kept = _heads(starts, sizes, profile.rows)
    counts = sizes
    if found.met:
        alone = (~records["together_min"].to_numpy()).astype(np.int64)
        counts = np.add.reduceat(alone, starts) + [found.met.get(number, 0) for number in numbers.tolist()]
    return pa.table(
        {
            "indicator": pa.array(numbers),
            "count": pa.array(counts),
            "exact": pa.array(counts - np.add.reduceat(part, starts)),
            "first": bounds["at_min"],
            "last": bounds["at_max"],
            "fields": _frequent(table, "field", len(RECORDS)),
            "values": _frequent(table, "value", profile.samples),
            "files": pa.ListArray.from_arrays(offsets, records["file"].take(kept).combine_chunks()),
            "lines": pa.ListArray.from_arrays(offsets, records["line"].take(kept).combine_chunks()),
            "ats": pa.ListArray.from_arrays(offsets, records["at_min"].take(kept).combine_chunks()),
        },
        schema=SEEN,
    )


def _sorted(table: pa.Table, by: list[tuple[str, str]]) -> pa.Table:
    return table.sort_by(by).combine_chunks()


def _runs(column: pa.ChunkedArray) -> tuple[Numbers, Places, Places]:
    """Return the values of a sorted column, where each begins and how often it stands there."""
    numbers = column.to_numpy()
    starts = np.concatenate(([0], np.flatnonzero(np.diff(numbers)) + 1))
    return numbers[starts], starts, np.diff(np.concatenate((starts, [len(numbers)])))


def _heads(starts: Places, sizes: Places, most: int) -> tuple[pa.Array, pa.Array]:
    """Return where lists of the first rows of each run begin, and which rows those are."""
    kept = np.minimum(sizes, most)
    offsets = np.concatenate(([0], np.cumsum(kept)))
    places = np.repeat(starts - offsets[:-1], kept) + np.arange(offsets[-1])
    return pa.array(offsets.astype(np.int32)), pa.array(places)


def _frequent(table: pa.Table, column: str, most: int) -> pa.Array:
    """Return for each indicator the values of a column that it was met in most."""
    counted = _sorted(
        table.group_by(["indicator", column], use_threads=False).aggregate([("line", "count")]),
        [("indicator", "ascending"), ("line_count", "descending"), (column, "ascending")],
    )
    _numbers, starts, sizes = _runs(counted["indicator"])
    offsets, kept = _heads(starts, sizes, most)
    return pa.ListArray.from_arrays(offsets, counted[column].take(kept).combine_chunks())


ORDER: Final = ("indicator", "at", "file", "line", "field", "value")


def analysis(profile: Profile = MATCH_1, columns: tuple[str, ...] = LOOKED) -> Analysis:
    """Return the chain that matches a dataset of records under a profile; `values` is given beside it.

    `columns` are those in which anything can be found (`look.wanted`).
    """
    return Analysis(
        name="match",
        version=1,
        kind=KIND,
        profile=profile.said(),
        stages=(
            Stage(
                "seen",
                partial(seen, profile=profile),
                SEEN,
                key=("indicator",),
                order=ORDER,
                takes=ROWS,
                columns=columns,
                map=partial(met, profile=profile),
                mapped=HITS,
                beside=(LOOKED_FOR,),
            ),
        ),
    )


def gathering(profile: Profile = MATCH_1) -> Analysis:
    """Return the chain that makes the same of hits that were found already, while a log was read; `values` is given beside."""
    return Analysis(
        name="match",
        version=1,
        kind="hits",
        profile=profile.said(),
        stages=(
            Stage(
                "seen",
                partial(seen, profile=profile),
                SEEN,
                key=("indicator",),
                order=ORDER,
                takes=ROWS,
                beside=(LOOKED_FOR,),
            ),
        ),
    )
