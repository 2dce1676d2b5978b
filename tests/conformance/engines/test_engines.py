"""Every analysis found gives the same on both engines, to the last value; a run goes on where it was stopped or killed."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import importlib.util
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cordiale.desk.domain import domains, load
from cordiale.evidence.engines.analysis import Analysis, Rows, Stage, Stopped
from cordiale.evidence.engines.local import LocalEngine
from cordiale.evidence.engines.spark import SparkEngine, session
from tests.conformance.engines import counting

SPARK = importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None
needs_spark = pytest.mark.skipif(not SPARK, reason="needs the extra 'spark' and Java 17")

FOUND: list[tuple[Analysis, Callable[[], pa.Table]]] = [
    (counting.COUNTING, counting.SAMPLE),
    *(
        (value, importlib.import_module(reference.partition(":")[0]).SAMPLE)
        for domain in domains()
        for reference in domain.analyses
        if isinstance(value := load(reference), Analysis)
    ),
]
every = pytest.mark.parametrize(("analysis", "sample"), FOUND, ids=[one.name for one, _sample in FOUND])


def rows(
    folder: Path, table: pa.Table, analysis: Analysis = counting.COUNTING, files: int = 3
) -> dict[str, Rows | pa.Table]:
    """Write rows into several files, as a dataset holds them; nothing was found before, by nobody."""
    folder.mkdir(exist_ok=True)
    step = -(-table.num_rows // files)
    paths = []
    for n in range(files):
        paths.append(folder / f"{n}")
        pq.write_table(table.slice(n * step, step), paths[-1])
    given = Rows(tuple(paths), table.num_rows)
    before = {f"before:{name}": schema.empty_table() for name, schema in analysis.results.items()}
    for need in analysis.needs:
        name, _colon, stage = need.partition(":")
        other = next(one for one, _sample in FOUND if one.name == name)
        found = LocalEngine().run(other, rows(folder / name, table, other, files), folder / f"{name}-found")
        before[need] = found[stage]
    return {"rows": given, "fresh": given, **before}


def values(table: pa.Table) -> list[tuple[Any, ...]]:
    """Return rows in an order of their own, so that tables compare as sets of rows do."""
    return sorted(tuple(map(repr, row.values())) for row in table.to_pylist())


def in_buckets(analysis: Analysis, size: int) -> Analysis:
    """Return an analysis in more buckets than its own profile asks for."""
    stages = tuple(
        dataclasses.replace(stage, bucket_rows=size) if isinstance(stage, Stage) else stage
        for stage in analysis.stages
    )
    return dataclasses.replace(analysis, stages=stages)


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Start Spark once for all analyses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with session("local[2]"):
            yield "local[2]"


@every
@needs_spark
@pytest.mark.long  # starting Java, and Python beside it, takes longer than the work
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore")
def test_both_engines_give_the_same(
    analysis: Analysis, sample: Callable[[], pa.Table], cluster: str, tmp_path: Path
) -> None:
    given = rows(tmp_path / "rows", sample(), analysis)
    analysis = in_buckets(analysis, 150)
    here = LocalEngine().run(analysis, given, tmp_path / "local")
    there = SparkEngine(cluster).run(analysis, given, tmp_path / "spark")
    for stage in analysis.stages:
        assert values(here[stage.name]) == values(there[stage.name]), stage.name
    assert here[analysis.stages[-1].name].num_rows


@every
def test_a_finding_does_not_depend_on_the_order_of_rows(
    analysis: Analysis, sample: Callable[[], pa.Table], tmp_path: Path
) -> None:
    table = sample()
    turned = table.take(list(range(table.num_rows))[::-1])
    last = analysis.stages[-1].name
    one = LocalEngine().run(analysis, rows(tmp_path / "a", table, analysis), tmp_path / "one")
    two = LocalEngine().run(analysis, rows(tmp_path / "b", turned, analysis), tmp_path / "two")
    assert values(one[last]) == values(two[last])


@every
def test_no_rows_give_an_empty_result(
    analysis: Analysis, sample: Callable[[], pa.Table], tmp_path: Path
) -> None:
    none = rows(tmp_path / "rows", sample().slice(0, 0), analysis, files=1)
    found = LocalEngine().run(analysis, none, tmp_path / "local")
    assert found[analysis.stages[-1].name].num_rows == 0


def test_a_run_that_was_stopped_goes_on_with_the_buckets_that_are_missing(tmp_path: Path) -> None:
    given = rows(tmp_path / "rows", counting.SAMPLE())
    whole = LocalEngine().run(counting.COUNTING, given, tmp_path / "whole")
    told: list[int] = []
    with pytest.raises(Stopped):
        LocalEngine().run(
            counting.COUNTING,
            given,
            tmp_path / "cut",
            progress=lambda done, _of: told.append(done),
            stopped=lambda: len(told) > 6,
        )
    made = {path: path.stat().st_mtime_ns for path in (tmp_path / "cut").rglob("*.arrow")}
    assert made, "it was stopped in the middle of the buckets"
    after = LocalEngine().run(counting.COUNTING, given, tmp_path / "cut")
    assert {path: path.stat().st_mtime_ns for path in made} == made
    assert values(after["shares"]) == values(whole["shares"])


def test_what_a_power_cut_left_in_part_is_made_again(tmp_path: Path) -> None:
    given = rows(tmp_path / "rows", counting.SAMPLE())
    whole = values(LocalEngine().run(counting.COUNTING, given, tmp_path / "work")["shares"])
    torn = next((tmp_path / "work" / "02-shares").glob("*.arrow"))
    torn.write_bytes(torn.read_bytes()[:20])
    assert values(LocalEngine().run(counting.COUNTING, given, tmp_path / "work")["shares"]) == whole


def test_a_kernel_that_fails_leaves_what_was_done(tmp_path: Path) -> None:
    given = rows(tmp_path / "rows", counting.SAMPLE())
    first = counting.COUNTING.stages[0]
    assert isinstance(first, Stage)
    calls: list[int] = []

    def failing(table: pa.Table) -> pa.Table:
        calls.append(1)
        if len(calls) == 3:
            raise ValueError("the third bucket")
        return counting.count(table)

    broken = dataclasses.replace(
        counting.COUNTING,
        stages=(dataclasses.replace(first, kernel=failing), *counting.COUNTING.stages[1:]),
    )
    with pytest.raises(ValueError, match="third"):
        LocalEngine().run(broken, given, tmp_path / "work")
    assert len(list((tmp_path / "work" / "00-counts").glob("*.arrow"))) == 2
    LocalEngine().run(counting.COUNTING, given, tmp_path / "work")


def test_kernels_may_carry_their_profile(tmp_path: Path) -> None:
    first = counting.COUNTING.stages[0]
    assert isinstance(first, Stage)
    only = dataclasses.replace(
        counting.COUNTING, stages=(dataclasses.replace(first, kernel=functools.partial(counting.count)),)
    )
    assert LocalEngine().run(only, rows(tmp_path / "r", counting.SAMPLE()), tmp_path / "w")["counts"].num_rows
