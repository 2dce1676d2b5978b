"""Rows of a dataset on the disk: written as Parquet to content-addressed files, read back in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cordiale.evidence import files
from cordiale.evidence.datasets.kind import Kind
from cordiale.evidence.datasets.records import Part, Written
from cordiale.platform.errors import InputError
from cordiale.platform.ids import Randomness
from cordiale.platform.languages import _

FLUSH = 250_000
"""Rows held in memory before they are written; a file holds at most this many."""

PIECE = 65_536
"""Rows of one piece that is read."""

ROW_GROUP = 65_536
UNKNOWN = "unknown"


def write(
    root: Path, kind: Kind, pieces: Iterable[pa.RecordBatch | pa.Table], random: Randomness
) -> tuple[Written, ...]:
    """Write rows to their addresses, a file for each partition of every `FLUSH` rows; return what was written.

    What is written belongs to nothing before it is recorded: a crash until then leaves files that the sweep takes away.
    Raises InputError for columns that are not the kind's, StorageFull when the disk is full.
    """
    written: list[Written] = []
    waiting: list[pa.Table] = []
    held = 0
    for piece in pieces:
        table = piece if isinstance(piece, pa.Table) else pa.Table.from_batches([piece])
        waiting.append(_conformed(kind, table))
        held += table.num_rows
        if held >= FLUSH:
            written += _flush(root, kind, pa.concat_tables(waiting), random)
            waiting, held = [], 0
            for one in written:  # what takes hours is not swept away as left behind
                files.address(root, one.sha256).touch()
    if held:
        written += _flush(root, kind, pa.concat_tables(waiting), random)
    return tuple(written)


def read(root: Path, parts: Sequence[Part], columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Yield the rows of some files in their order, `PIECE` at a time; raises NotFound for a file that is not held."""
    for part in parts:
        with pq.ParquetFile(files.held(root, part.sha256)) as file:
            yield from file.iter_batches(PIECE, columns=list(columns) if columns is not None else None)


def partition(kind: Kind, table: pa.Table) -> pa.Array:
    """Return for each row the partition it belongs to: `2016-10`, `2016-10-03` or `unknown`."""
    if kind.time is None:
        return pa.repeat(pa.scalar("all"), table.num_rows)
    form = "%Y-%m" if kind.span == "month" else "%Y-%m-%d"
    named = pc.strftime(table[kind.time], format=form)
    return pc.fill_null(named, UNKNOWN).combine_chunks()


def _conformed(kind: Kind, table: pa.Table) -> pa.Table:
    missing = [name for name in kind.schema.names if name not in table.column_names]
    if missing:
        raise InputError(
            "dataset-columns",
            _("Rows of kind {kind} need the column {column}: add it, or choose another mapping."),
            kind=kind.name,
            column=missing[0],
        )
    try:
        taken = table.select(kind.schema.names).cast(kind.schema)
    except (pa.ArrowInvalid, ValueError) as error:
        raise InputError(
            "dataset-values",
            _("These are no rows of kind {kind}: {words}"),
            kind=kind.name,
            words=str(error)[:300],
        ) from error
    for field, column in zip(kind.schema, taken.columns, strict=True):
        if not field.nullable and column.null_count:
            raise InputError(
                "dataset-empty-value",
                _("Column {column} of rows of kind {kind} has to say something in every row."),
                kind=kind.name,
                column=field.name,
            )
    return taken


def _flush(root: Path, kind: Kind, table: pa.Table, random: Randomness) -> list[Written]:
    named = partition(kind, table)
    found = []
    for value in sorted(pc.unique(named).to_pylist()):
        rows = table.filter(pc.equal(named, value))
        starts = range(0, rows.num_rows, FLUSH)
        found += [_file(root, kind, value, rows.slice(start, FLUSH), random) for start in starts]
    return found


def _file(root: Path, kind: Kind, value: str, rows: pa.Table, random: Randomness) -> Written:
    said = {b"cordiale.kind": kind.name.encode(), b"cordiale.version": str(kind.version).encode()}
    sink = pa.BufferOutputStream()
    pq.write_table(
        rows.replace_schema_metadata(said), sink, compression="zstd", row_group_size=ROW_GROUP, version="2.6"
    )
    content = memoryview(sink.getvalue())
    chunks = (bytes(content[at : at + files.CHUNK]) for at in range(0, len(content), files.CHUNK))
    stored = files.put(root, chunks, random)
    return Written(stored.sha256, value, rows.num_rows, stored.size)
