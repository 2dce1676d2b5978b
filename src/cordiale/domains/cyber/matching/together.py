"""Patterns of several observations in a run: which records meet a part of one is found as they are read, whether they meet
it together once all are there.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cordiale.domains.cyber.patterns.records import general
from cordiale.stix.patterns.joining import EFFORT, Timed

FIELD: Final = "pattern"
"""What a hit says in place of a column where a pattern was met, not a value."""

MOST: Final = 10_000
"""Records of one part of a pattern that are looked at, the earliest: any of them may do for a match, none for its absence."""

_EFFORT: Final = EFFORT // 4
"""Steps of the search for one pattern: about a second. A run may have hundreds of them."""

_ORDER: Final = [("at", "ascending"), ("file", "ascending"), ("line", "ascending")]


class Settled(NamedTuple):
    """Hits without parts of patterns: what met one together is there, all else is gone.

    `together` tells which hits are such; `met` is how many patterns were met by indicator, `unknown` are indicators of
    which it is not known.
    """

    hits: pa.Table
    together: npt.NDArray[np.bool_]
    met: dict[int, int]
    unknown: frozenset[int]


def part_of(place: Any, part: Any) -> str:
    """Return how a hit says which part of which pattern was met; `place` is that of the pattern in what is looked for."""
    return f"{place}:{part}"


def earliest(at: pa.Array, keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return which rows are among the first `MOST` of their key, in the order of time and then of rows."""
    instants = at.cast(pa.int64()).to_numpy(zero_copy_only=False)
    order = np.lexsort((np.arange(len(keys)), instants, keys))
    grouped = keys[order]
    starts = (
        np.concatenate(([0], np.flatnonzero(np.diff(grouped)) + 1)) if len(keys) else np.zeros(0, np.int64)
    )
    sizes = np.diff(np.concatenate((starts, [len(keys)])))
    rank = np.arange(len(keys)) - np.repeat(starts, sizes)
    return np.sort(order[rank < MOST])


def settled(hits: pa.Table, patterns: pa.ChunkedArray) -> Settled:
    """Return hits with the parts of patterns settled; `patterns` are those that `part_of` counts."""
    parts = pc.and_(pc.equal(hits["field"], FIELD), pc.not_equal(hits["value"], ""))
    if not pc.any(parts).as_py():
        return Settled(hits, np.zeros(hits.num_rows, np.bool_), {}, frozenset())
    others, held = hits.filter(pc.invert(parts)), hits.filter(parts)
    kept: list[pa.Table] = []
    met: dict[int, int] = {}
    unknown: set[int] = set()
    places = np.array([int(one.partition(":")[0]) for one in held["value"].to_pylist()], np.int64)
    numbers = held["indicator"].to_numpy()
    for indicator, place in sorted(set(zip(numbers.tolist(), places.tolist(), strict=True))):
        mine = held.filter(pa.array((numbers == indicator) & (places == place)))
        chosen = _joined(mine, patterns[place].as_py())
        if chosen is None:
            unknown.add(indicator)
        elif chosen.num_rows:
            met[indicator] = met.get(indicator, 0) + 1
            kept.append(chosen)
    found = pa.concat_tables([others, *kept])
    together = np.arange(found.num_rows) >= others.num_rows
    return Settled(found, together, met, frozenset(unknown - met.keys()))


def _joined(mine: pa.Table, pattern: str) -> pa.Table | None:
    """Return the records that meet a pattern together, none where there are none; None where that is not known."""
    mine = mine.sort_by([*_ORDER, ("value", "ascending")]).combine_chunks()
    matcher = general([pattern]).matcher
    hits: list[list[int]] = [[] for _bracket in matcher.of(0)]
    numbers: dict[tuple[str, int], int] = {}
    rows: list[int] = []
    moments: dict[int, int] = {}
    more = False
    instants = mine["at"].cast(pa.int64()).to_pylist()
    where = zip(mine["file"].to_pylist(), mine["line"].to_pylist(), strict=True)
    for row, (key, at, value) in enumerate(zip(where, instants, mine["value"].to_pylist(), strict=True)):
        part = int(value.partition(":")[2])
        if len(hits[part]) >= MOST:
            more = True
            continue
        number = numbers.setdefault(key, len(numbers))
        if number == len(rows):
            rows.append(row)
            moments[number] = at
        hits[part].append(number)
    outcome = matcher.joined(0, hits, Timed(moments, moments, dict.fromkeys(moments, 1)), _EFFORT)
    full = more or any(len(one) >= MOST for one in hits)
    if outcome.matched is None or (not outcome.matched and full):
        return None
    chosen = mine.take(pa.array([rows[number] for number in outcome.observations], pa.int64()))
    at = chosen.schema.get_field_index("value")
    return chosen.set_column(at, mine.schema.field("value"), pa.array([""] * chosen.num_rows, pa.string()))
