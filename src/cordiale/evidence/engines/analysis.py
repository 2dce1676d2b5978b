"""An analysis: a chain of stages, each given whole groups of rows by an engine that it knows nothing of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import pyarrow as pa

Kernel: TypeAlias = Callable[..., Any]
"""A pure function of a table, and of a mapping of tables where its stage has some `beside`; gives a table."""

ROWS = "rows"
"""What a stage takes that reads the dataset itself."""

FRESH = "fresh"
"""What a stage takes that reads only what was appended since the run before."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Rows in, groups to a kernel, rows out.

    `takes` is the dataset (`ROWS`, `FRESH`) or an earlier stage, `columns` what is read of it. `map`, where there is one,
    turns pieces of rows into rows of the schema `mapped` before they are grouped; it is given pieces of any size. All rows
    with equal values in the columns `key` come to the kernel in one table, which holds other groups as well, sorted by the
    columns `order`: together with the rows' own values they must leave no tie that the kernel could notice. `beside` names
    earlier stages whose whole result map and kernel are given as a second argument. A bucket holds about `bucket_rows` rows,
    `grows` being how many rows the map makes of one. Kernels and maps have to be importable, or `functools.partial` of such.
    """

    name: str
    kernel: Kernel
    output: pa.Schema
    key: tuple[str, ...]
    order: tuple[str, ...]
    takes: str = ROWS
    columns: tuple[str, ...] = ()
    map: Kernel | None = None
    mapped: pa.Schema | None = None
    beside: tuple[str, ...] = ()
    bucket_rows: int = 2_000_000
    grows: int = 1


@dataclass(frozen=True, slots=True)
class Whole:
    """A step that is given whole results of earlier stages at once, on one machine: what has to see everything, kept small."""

    name: str
    function: Kernel
    takes: tuple[str, ...]
    output: pa.Schema


@dataclass(frozen=True, slots=True)
class Analysis:
    """A named chain of stages over datasets of one kind, under one profile of thresholds.

    `version` changes when the same rows give something else; `profile` is part of every finding. The result is what the
    last stage gives, `kept` names other stages whose results are kept: the next run over a dataset that has grown finds them,
    and that of the last stage, as inputs named `before:STAGE` (empty tables at first). `needs` names what other analyses of
    the dataset found, as `ANALYSIS:STAGE`; inputs of these names hold it.
    """

    name: str
    version: int
    kind: str
    stages: tuple[Stage | Whole, ...]
    profile: Mapping[str, Any] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def results(self) -> dict[str, pa.Schema]:
        """Return the stages whose results are kept, and their columns."""
        names = {*self.kept, self.stages[-1].name}
        return {stage.name: stage.output for stage in self.stages if stage.name in names}


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that lie in Parquet files, and how many they are."""

    files: tuple[Path, ...]
    count: int


class Stopped(Exception):
    """Ends a run between two steps, because somebody asked for it."""


Progress: TypeAlias = Callable[[int, int], None]
"""Told how many thousandths of the work are done."""


def buckets(stage: Stage, count: int) -> int:
    """Return into how many buckets a stage divides `count` rows: the same on every engine."""
    return max(1, -(-count * stage.grows // stage.bucket_rows))


def call(function: Kernel, table: pa.Table, beside: Mapping[str, pa.Table], names: Sequence[str]) -> Any:
    """Call a map or a kernel, with what stands beside where its stage names something."""
    return function(table, {name: beside[name] for name in names}) if names else function(table)
