"""Tables between stages: one Arrow file each, whole or absent, mapped into memory when read."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from cordiale.platform.replacing import replacing


def write(path: Path, table: pa.Table) -> None:
    """Write a table; a kill leaves the file whole or absent."""
    with replacing(path, 0o600) as out, pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)


def read(path: Path) -> pa.Table:
    """Return a table that lies on the disk until it is looked at."""
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def whole(path: Path) -> bool:
    """Tell whether a table lies there in full; what a power cut left in part is taken away."""
    try:
        with pa.memory_map(str(path)) as source:
            pa.ipc.open_file(source)
    except FileNotFoundError:
        return False
    except pa.ArrowInvalid:
        path.unlink()
        return False
    return True


def conformed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the columns of a schema in its types; whether values may be missing is not asked."""
    open_schema = pa.schema([pa.field(one.name, one.type) for one in schema])
    return table.select(schema.names).cast(open_schema).replace_schema_metadata(None)
