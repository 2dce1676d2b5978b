"""Run an analysis on this machine: a bucket at a time in memory, each result in a file of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cordiale.evidence.engines import files
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

Told = Callable[[float], None]

PIECE = 65_536
"""Rows of one piece that is mapped and divided."""


class LocalEngine:
    """Runs stages one after the other in this process; memory holds one bucket, and what stands beside is mapped from disk.

    Whatever fits one bucket is never written before its kernel. A run that was stopped or killed goes on in the same
    folder with the first bucket that has no result there.
    """

    def run(
        self,
        analysis: Analysis,
        inputs: Mapping[str, Rows | pa.Table],
        folder: Path,
        *,
        progress: Progress = lambda _done, _of: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> dict[str, pa.Table]:
        """Run every stage and return their results by name; raises Stopped when `stopped()` says so."""
        folder.mkdir(parents=True, exist_ok=True)
        results: dict[str, Rows | pa.Table] = dict(inputs)
        share = 1000 / len(analysis.stages)
        for index, stage in enumerate(analysis.stages):

            def told(part: float, before: float = index * share) -> None:
                if stopped():
                    raise Stopped
                progress(int(before + part * share), 1000)

            told(0.0)
            place = folder / f"{index:02d}-{stage.name}"
            place.mkdir(exist_ok=True)  # not its parents: a folder that was taken away meanwhile stays away
            if isinstance(stage, Whole):
                results[stage.name] = _whole(stage, results, place)
            else:
                results[stage.name] = _staged(stage, results, place, told)
        progress(1000, 1000)
        return {name: table for name, table in results.items() if isinstance(table, pa.Table)}


def _whole(stage: Whole, results: Mapping[str, Rows | pa.Table], place: Path) -> pa.Table:
    done = place / "whole.arrow"
    if not files.whole(done):
        given = {name: results[name] for name in stage.takes}
        files.write(done, files.conformed(stage.function(given), stage.output))
    return files.read(done)


def _staged(stage: Stage, results: Mapping[str, Rows | pa.Table], place: Path, told: Told) -> pa.Table:
    source = results[stage.takes]
    beside = {name: results[name] for name in stage.beside}
    count = buckets(stage, source.count if isinstance(source, Rows) else source.num_rows)
    done = [place / f"{n:05d}.arrow" for n in range(count)]
    missing = [n for n in range(count) if not files.whole(done[n])]
    if missing:
        if count == 1:
            pieces = list(_mapped(stage, source, beside, told, 0.5))
            _kernel(stage, pa.concat_tables(pieces) if pieces else _empty(stage, source), beside, done[0])
        else:
            divided = place / "divided"
            if not (divided / "whole").exists():
                _divide(stage, _mapped(stage, source, beside, told, 0.5), divided, count)
            for at, n in enumerate(missing):
                told(0.5 + 0.5 * at / len(missing))
                with pa.memory_map(str(divided / f"{n:05d}")) as stream:
                    table = pa.ipc.open_stream(stream).read_all()
                _kernel(stage, table, beside, done[n])
            shutil.rmtree(divided)
    return pa.concat_tables([files.read(one) for one in done])


def _mapped(
    stage: Stage, source: Rows | pa.Table, beside: Mapping[str, pa.Table], told: Told, share: float
) -> Iterator[pa.Table]:
    """Yield the rows of a stage's input, as its map gives them."""
    total = max(1, source.count if isinstance(source, Rows) else source.num_rows)
    done = 0
    for piece in _pieces(stage, source):
        done += piece.num_rows
        if stage.map is not None:
            assert stage.mapped is not None
            piece = files.conformed(call(stage.map, piece, beside, stage.beside), stage.mapped)
        yield piece
        told(share * min(1.0, done / total))


def _pieces(stage: Stage, source: Rows | pa.Table) -> Iterator[pa.Table]:
    columns = list(stage.columns) or None
    if isinstance(source, pa.Table):
        chosen = source.select(columns) if columns else source
        for start in range(0, chosen.num_rows, PIECE):
            yield chosen.slice(start, PIECE)
        return
    for path in source.files:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(PIECE, columns=columns):
                piece = pa.Table.from_batches([batch])
                yield files.conformed(piece, piece.schema)


def _empty(stage: Stage, source: Rows | pa.Table) -> pa.Table:
    if stage.mapped is not None:
        return stage.mapped.empty_table()
    if isinstance(source, pa.Table):
        return source.select(list(stage.columns) or source.column_names).schema.empty_table()
    schema = pq.read_schema(source.files[0]) if source.files else pa.schema([])
    return schema.empty_table().select(list(stage.columns) or schema.names)


def _divide(stage: Stage, pieces: Iterator[pa.Table], divided: Path, count: int) -> None:
    """Write each row to the file of its bucket; a mark says that all of them are there."""
    shutil.rmtree(divided, ignore_errors=True)
    divided.mkdir()
    with ExitStack() as open_files:
        writers: dict[int, pa.ipc.RecordBatchStreamWriter] = {}
        schema = None
        for piece in pieces:
            schema = piece.schema
            numbers = bucket(piece, stage.key, count)
            order = np.argsort(numbers, kind="stable")
            sorted_piece = piece.take(pa.array(order))
            ends = np.searchsorted(numbers[order], np.arange(count + 1))
            for n in range(count):
                if ends[n] == ends[n + 1]:
                    continue
                if n not in writers:
                    writers[n] = _writer(open_files, divided / f"{n:05d}", schema)
                writers[n].write_table(sorted_piece.slice(ends[n], ends[n + 1] - ends[n]).combine_chunks())
        for n in range(count):
            if n not in writers:
                assert schema is not None
                _writer(open_files, divided / f"{n:05d}", schema)
    (divided / "whole").touch()


def _writer(open_files: ExitStack, path: Path, schema: pa.Schema) -> pa.ipc.RecordBatchStreamWriter:
    sink = open_files.enter_context(pa.OSFile(str(path), "wb"))
    return open_files.enter_context(pa.ipc.new_stream(sink, schema))


def _kernel(stage: Stage, table: pa.Table, beside: Mapping[str, pa.Table], done: Path) -> None:
    files.write(done, kernel(stage, table, beside))


def kernel(stage: Stage, table: pa.Table, beside: Mapping[str, pa.Table]) -> pa.Table:
    """Give one bucket to a stage's kernel, in the stage's order; return rows of its output."""
    if stage.order and not _sorted(table, stage.order):
        table = table.sort_by([(name, "ascending") for name in stage.order])
    return files.conformed(call(stage.kernel, table.combine_chunks(), beside, stage.beside), stage.output)


def _sorted(table: pa.Table, order: Sequence[str]) -> bool:
    """Tell whether rows stand in an order of whole numbers already, as they do where a stage before asked for it."""
    open_ties = np.ones(max(0, table.num_rows - 1), np.bool_)
    for name in order:
        if not open_ties.any():
            break
        if table.schema.field(name).type != pa.int64() or table[name].null_count:
            return False
        values = table[name].to_numpy()
        if np.any(open_ties & (values[1:] < values[:-1])):
            return False
        open_ties &= values[1:] == values[:-1]
    return True
