"""Logs that are tables: CSV, Zeek's own form, Parquet. Only the columns that a profile names are read."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from cordiale.domains.cyber.logs.aside import Aside
from cordiale.domains.cyber.logs.blocks import Block
from cordiale.domains.cyber.logs.building import LISTS, built
from cordiale.domains.cyber.logs.profile import Profile
from cordiale.platform.clock import Instant
from cordiale.platform.languages import _

PIECE: Final = 65_536
_COLUMNS: Final = _("This row has {found} values where there are {expected} columns.")


def read_delimited(
    blocks: Iterable[Block], columns: Sequence[str], delimiter: str, profile: Profile, file: str, now: Instant
) -> Iterator[pa.Table | Aside]:
    """Yield the records of rows of text, one a line; the line of names has to be passed over already.

    Lines that begin with # (Zeek's) say nothing. A row of another number of values is set aside.
    """
    wanted = [name for names in profile.columns.values() for name in names if name in columns]
    for block in blocks:
        bad: list[Any] = []

        def note(row: Any, bad: list[Any] = bad) -> str:
            bad.append(row)
            return "skip"

        try:
            table = pa_csv.read_csv(
                pa.BufferReader(block.data),
                read_options=pa_csv.ReadOptions(column_names=list(columns), use_threads=False),
                parse_options=pa_csv.ParseOptions(
                    delimiter=delimiter,
                    quote_char=False if delimiter == "\t" else '"',
                    ignore_empty_lines=False,
                    invalid_row_handler=note,
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(columns, pa.string()),
                    include_columns=list(dict.fromkeys(wanted)),
                    strings_can_be_null=True,
                    null_values=[""],
                ),
            )
        except pa.ArrowInvalid as error:
            yield Aside(block.line, "log-table", _("From this line on {n} lines cannot be read: {words}."), {
                "n": str(block.lines), "words": str(error).split("\n")[0][:200],
            })  # fmt: skip
            continue
        gone = {block.line + row.number - 1 for row in bad}
        for row in bad:
            line = block.line + row.number - 1
            if row.text.strip() and not row.text.startswith("#"):
                params = {"found": str(row.actual_columns), "expected": str(row.expected_columns)}
                yield Aside(line, "log-row-columns", _COLUMNS, params)
        lines = [line for line in range(block.line, block.line + block.lines) if line not in gone]
        if table.num_rows and len(lines) == table.num_rows:
            yield built(mapped(table, profile), lines, file, now)
        elif table.num_rows:  # a text in quotes ran over several lines: rows are counted, not lines
            yield built(mapped(table, profile), range(block.line, block.line + table.num_rows), file, now)


def read_parquet(path: Path, profile: Profile, file: str, now: Instant) -> Iterator[pa.Table | Aside]:
    """Yield the records of a Parquet file; `line` is the place of a row in it."""
    with pq.ParquetFile(path) as opened:
        there = set(opened.schema_arrow.names)
        wanted = [name for names in profile.columns.values() for name in names if name in there]
        done = 0
        for batch in opened.iter_batches(PIECE, columns=list(dict.fromkeys(wanted))):
            table = pa.Table.from_batches([batch])
            columns = mapped(table, profile)
            yield built(columns, range(done + 1, done + table.num_rows + 1), file, now)
            done += table.num_rows


def mapped(table: pa.Table, profile: Profile) -> dict[str, Any]:
    """Return the fields of a table under a profile, as Arrow columns where one column says all of it."""
    found: dict[str, Any] = {}
    for field, names in profile.columns.items():
        given = [table[name].combine_chunks() for name in names if name in table.column_names]
        if not given:
            continue
        if len(given) == 1:
            found[field] = _instants(given[0]) if field == "at" else given[0]
        elif field in LISTS:
            found[field] = list(zip(*(one.to_pylist() for one in given), strict=True))
            found[field] = [[part for part in row if part is not None] for row in found[field]]
        else:
            found[field] = pc.coalesce(*given)
    return found


def _instants(column: pa.Array) -> Any:
    if pa.types.is_timestamp(column.type):
        wanted = pa.timestamp("us", tz="UTC")
        return (column if column.type.tz else pc.assume_timezone(column, "UTC")).cast(wanted, safe=False)
    if pa.types.is_string(column.type):
        try:
            return column.cast(pa.float64()).to_pylist()  # Zeek's seconds
        except pa.ArrowInvalid:
            pass
    return column


def zeek_header(block: Block) -> tuple[tuple[str, ...], str, Mapping[str, str]]:
    """Return the columns of a Zeek log, what divides them, and everything else that its head says."""
    said: dict[str, str] = {}
    divider = "\t"
    columns: tuple[str, ...] = ()
    for line in block.data.decode("utf-8", "replace").split("\n")[:50]:
        if not line.startswith("#"):
            break
        if line.startswith("#separator "):
            divider = codecs.decode(line.removeprefix("#separator ").strip(), "unicode_escape")
            continue
        name, _divider, rest = line[1:].partition(divider)
        said[name] = rest
        if name == "fields":
            columns = tuple(rest.split(divider))
    return columns, divider, said
