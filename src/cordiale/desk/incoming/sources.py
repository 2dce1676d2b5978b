"""Where import reads from: files, folders and standard input, as chunks of decompressed bytes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cordiale.platform.errors import InputError, NotFound
from cordiale.platform.languages import _

CHUNK = 1 << 20
GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Source:
    """One input: its name for reports, and its raw bytes from the beginning each time it is opened.

    `stamp` changes when the content does (size and time of change); None for what cannot be
    opened twice. `path` is where a file lies, whatever reports call it.
    """

    name: str
    open: Callable[[], Iterator[bytes]]
    stamp: str | None = None
    path: Path | None = None


def of_paths(paths: Iterable[Path]) -> list[Source]:
    """Return the files named, and every file below the folders named, each once, in order.

    Raises NotFound for a path that is not there and InputError for what is not a file or folder.
    """
    found: dict[Path, Source] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and not _hidden(p, path))
            if not inside:
                raise InputError("empty-folder", _("There is no file in {path}."), path=str(path))
            for file in inside:
                found.setdefault(file, of_file(file))
        elif path.is_file() or path.is_fifo():
            found.setdefault(path, of_file(path))
        elif path.exists():
            raise InputError("not-a-file", _("{path} is neither a file nor a folder."), path=str(path))
        else:
            raise NotFound("no-file", _("There is no file {path}: check its name."), path=str(path))
    return list(found.values())


def of_file(path: Path, name: str | None = None) -> Source:
    """Return one file as a source."""
    state = path.stat()
    stamp = f"{state.st_size}:{state.st_mtime_ns}" if path.is_file() else None
    return Source(name or str(path), lambda: _chunks(path), stamp, path.absolute())


def of_bytes(name: str, data: bytes) -> Source:
    """Return bytes at hand as a source."""
    return Source(name, lambda: iter((data,)))


def of_stream(name: str, stream: BinaryIO) -> Source:
    """Return a stream that can be read once, such as standard input."""
    return Source(name, lambda: iter(lambda: stream.read(CHUNK), b""))


def unpacked(chunks: Iterator[bytes], expansion: int, total: int) -> Iterator[bytes]:
    """Yield content, decompressed where it begins as gzip does, whatever its name says.

    Raises InputError above `total` bytes, above `expansion` times the compressed size, and on a
    damaged stream.
    """
    first = next(chunks, b"")
    while len(first) < len(GZIP) and (more := next(chunks, b"")):
        first += more
    if first[: len(GZIP)] != GZIP:
        yield first
        yield from chunks
        return
    yield from _gunzip(first, chunks, expansion, total)


def _gunzip(first: bytes, rest: Iterator[bytes], expansion: int, total: int) -> Iterator[bytes]:
    decoder = zlib.decompressobj(wbits=31)
    taken = given = 0
    pending = first
    while True:
        taken += len(pending)
        while pending:
            try:
                piece = decoder.decompress(pending, CHUNK)
            except zlib.error as error:
                raise InputError(
                    "gzip-damaged",
                    _("Its gzip stream is damaged after {given} bytes ({words}): fetch it again."),
                    given=given,
                    words=str(error),
                ) from error
            given += len(piece)
            # Small files compress by any ratio; only what grows large can hurt.
            if given > total or (given > 64 * CHUNK and given > expansion * taken):
                raise InputError(
                    "gzip-bomb",
                    _("It decompresses to more than {ratio} times its size or {total} bytes: refused."),
                    ratio=expansion,
                    total=total,
                )
            yield piece
            pending = decoder.unconsumed_tail
            if decoder.eof:
                pending = decoder.unused_data
                if not pending.strip(b"\0"):
                    pending = b""
                    break
                decoder = zlib.decompressobj(wbits=31)
        more = next(rest, None)
        if more is None:
            break
        pending += more
    if not decoder.eof:
        raise InputError(
            "gzip-cut",
            _("Its gzip stream is cut short after {given} bytes: fetch it again."),
            given=given,
        )


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _hidden(path: Path, below: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(below).parts)
