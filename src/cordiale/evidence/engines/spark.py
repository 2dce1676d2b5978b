"""Run an analysis on Apache Spark: the same kernels over the same buckets, on as many machines as there are.

Every machine reads and writes the node's folder under the same path. Spark divides, sorts and repeats what fails by itself;
each stage's result is written before the next begins, so that a run goes on after the last stage that was whole.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cordiale.evidence.engines import files, local
from cordiale.evidence.engines.analysis import (
    Analysis,
    Progress,
    Rows,
    Stage,
    Stopped,
    Whole,
    buckets,
    call,
)
from cordiale.evidence.engines.bucket import bucket
from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _

BUCKET = "_bucket"

MISSING = _(
    "The engine {engine} needs Java 17 or newer and the extra 'spark': run  pip install 'cordiale[spark]'  (in a clone:  .tools/bin/uv sync --inexact --extra spark)  and start again."
)


@dataclass(frozen=True, slots=True)
class SparkEngine:
    """Runs stages on the cluster that `master` names: `spark://HOST:PORT`, or `local[N]` for processes of this machine."""

    master: str

    def run(
        self,
        analysis: Analysis,
        inputs: Mapping[str, Rows | pa.Table],
        folder: Path,
        *,
        progress: Progress = lambda _done, _of: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> dict[str, pa.Table]:
        """Run every stage and return their results by name; raises Stopped when `stopped()` says so between two stages."""
        results: dict[str, Rows | pa.Table] = {}
        folder.mkdir(parents=True, exist_ok=True)
        with session(self.master) as spark:
            for name, given in inputs.items():
                results[name] = (
                    given if isinstance(given, Rows) else _written(folder / name.replace(":", "-"), given)
                )
            for index, stage in enumerate(analysis.stages):
                if stopped():
                    raise Stopped
                progress(1000 * index // len(analysis.stages), 1000)
                place = folder / f"{index:02d}-{stage.name}"
                results[stage.name] = _stage(spark, stage, results, place)
        progress(1000, 1000)
        return {stage.name: _read(results[stage.name], stage.output) for stage in analysis.stages}


@contextmanager
def session(master: str) -> Iterator[Any]:
    """Open a Spark session; on this machine's own processes everything stays on 127.0.0.1.

    Raises ConfigurationError where pyspark or Java is missing.
    """
    here = master.startswith("local")
    if here:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise ConfigurationError("spark-extra", MISSING, engine=master) from None
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise ConfigurationError("spark-java", MISSING, engine=master)
    build = (
        SparkSession.builder.master(master)
        .appName("cordiale")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        # sizes are chosen here, from counts that both engines know
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", str(local.PIECE))
        .config("spark.sql.parquet.int96RebaseModeInRead", "CORRECTED")
        .config("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED")
    )
    if here:
        build = build.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    running = SparkSession.getActiveSession() is not None
    opened = build.getOrCreate()
    opened.sparkContext.setLogLevel("ERROR")
    try:
        yield opened
    finally:
        if not running:
            opened.stop()


def _stage(spark: Any, stage: Stage | Whole, results: Mapping[str, Rows | pa.Table], place: Path) -> Rows:
    if (place / "_SUCCESS").exists():
        return _rows(place)
    if isinstance(stage, Whole):
        given = {name: _read(results[name], None) for name in stage.takes}
        return _written(place, files.conformed(stage.function(given), stage.output))
    source = results[stage.takes]
    assert isinstance(source, Rows)
    beside = tuple((name, _rows_of(results[name])) for name in stage.beside)
    count = buckets(stage, source.count)
    frame = spark.read.parquet(*(str(path) for path in source.files))
    if stage.columns:
        frame = frame.select(*stage.columns)
    schema = stage.mapped
    if schema is None:
        schema = pa.schema([pa.field(one.name, one.type) for one in _schema(source, stage.columns)])
    divided = pa.schema([*(pa.field(one.name, one.type) for one in schema), pa.field(BUCKET, pa.int32())])
    # lambdas: Spark reads what a function takes from its annotations, and does not understand those of a partial
    spread = frame.mapInArrow(lambda pieces: _spread(stage, beside, schema, count, pieces), _sql(divided))
    spread = spread.repartition(min(count, 4 * spark.sparkContext.defaultParallelism), BUCKET)
    done = spread.groupBy(BUCKET).applyInArrow(
        lambda table: _grouped(stage, beside, schema, table), _sql(stage.output)
    )
    done.write.mode("overwrite").parquet(str(place))
    return _rows(place)


def _spread(
    stage: Stage,
    beside: tuple[tuple[str, tuple[Path, ...]], ...],
    schema: pa.Schema,
    count: int,
    batches: Iterator[pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    """Map pieces of rows and say for each row which bucket it goes to; runs on the cluster."""
    known = _beside(beside)
    for batch in batches:
        piece = pa.Table.from_batches([batch])
        if stage.map is not None:
            piece = call(stage.map, piece, known, stage.beside)
        piece = files.conformed(piece, schema)
        piece = piece.append_column(BUCKET, pa.array(bucket(piece, stage.key, count)))
        yield from piece.to_batches()


def _grouped(
    stage: Stage, beside: tuple[tuple[str, tuple[Path, ...]], ...], schema: pa.Schema, table: pa.Table
) -> pa.Table:
    """Give one bucket to the kernel; runs on the cluster."""
    return local.kernel(stage, files.conformed(table, schema), _beside(beside))


@cache
def _beside(beside: tuple[tuple[str, tuple[Path, ...]], ...]) -> dict[str, pa.Table]:
    return {name: _tables(paths) for name, paths in beside}


def _tables(paths: tuple[Path, ...]) -> pa.Table:
    return pa.concat_tables([pq.read_table(path).replace_schema_metadata(None) for path in paths])


def _written(place: Path, table: pa.Table) -> Rows:
    place.mkdir(exist_ok=True)
    pq.write_table(table, place / "part-0.parquet")
    (place / "_SUCCESS").touch()
    return _rows(place)


def _rows(place: Path) -> Rows:
    paths = tuple(sorted(place.glob("*.parquet")))
    return Rows(paths, sum(pq.read_metadata(path).num_rows for path in paths))


def _rows_of(result: Rows | pa.Table) -> tuple[Path, ...]:
    assert isinstance(result, Rows)
    return result.files


def _read(result: Rows | pa.Table, schema: pa.Schema | None) -> pa.Table:
    table = result if isinstance(result, pa.Table) else _tables(result.files)
    return table if schema is None else files.conformed(table, schema)


def _schema(source: Rows, columns: tuple[str, ...]) -> pa.Schema:
    schema = pq.read_schema(source.files[0])
    return pa.schema([schema.field(name) for name in columns]) if columns else schema


def _sql(schema: pa.Schema) -> Any:
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema)
