"""Write a file beside, on the disk, then put it in place in one step: a crash leaves the old file or the new one, whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(file: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """Open what takes a file's place when the block ends; when it raises, the file stays as it is and nothing is left.

    `mode` is who may read it, from the first byte on, less what the process leaves out (umask). Raises OSError.
    """
    beside = file.with_name(file.name + ".new")
    beside.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    flush_folder(file.parent)


def replace_file(file: Path, content: bytes, mode: int = 0o666) -> None:
    """Give a file this content, whole or not at all; raises OSError."""
    with replacing(file, mode) as out:
        out.write(content)


def flush_folder(folder: Path) -> None:
    """Make a rename or a removal in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
