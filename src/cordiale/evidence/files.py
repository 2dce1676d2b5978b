"""Content-addressed files under `files/aa/bb…`: whole or absent, never half written.

An address is the SHA-256 of the content in hexadecimal. Knowing one opens nothing: `cordiale.desk`
serves bytes only under an object its reader may see.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from cordiale.platform.clock import Instant
from cordiale.platform.errors import InputError, IntegrityError, NotFound, StorageFull
from cordiale.platform.ids import Randomness
from cordiale.platform.languages import _
from cordiale.platform.replacing import flush_folder

CHUNK = 256 * 1024
"""Bytes read or written at a time."""

MAX_BYTES = 2 << 30
"""Largest single file taken, in bytes."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_digest = re.compile(r"[0-9a-f]{64}").fullmatch


class Stored(msgspec.Struct, frozen=True):
    """A file as stored: its address and its size in bytes."""

    sha256: str
    size: int


def address(root: Path, sha256: str) -> Path:
    """Return where a file lies; raises InputError for what is not a SHA-256 in lower-case hex."""
    if _digest(sha256) is None:
        raise InputError(
            "not-a-digest",
            _("{digest} is not a SHA-256 in lower-case hexadecimal: give its 64 characters."),
            digest=repr(sha256[:80]),
        )
    return root / sha256[:2] / sha256[2:]


def put(root: Path, chunks: Iterable[bytes], random: Randomness, limit: int = MAX_BYTES) -> Stored:
    """Write a file to its address and return it; what was there already is left as it is.

    The content is written beside, flushed to the disk, then renamed, so a crash leaves the whole
    file or none. Raises InputError above `limit` bytes and StorageFull when the disk is full.
    """
    waiting = root / "incoming"
    try:
        waiting.mkdir(parents=True, exist_ok=True)
        temporary = waiting / random(16).hex()
        try:
            stored = _write(temporary, chunks, limit)
            final = address(root, stored.sha256)
            final.parent.mkdir(exist_ok=True)
            temporary.replace(final)
            flush_folder(final.parent)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise full_or_same(error, root) from error
    return stored


def read(root: Path, sha256: str) -> Iterator[bytes]:
    """Yield the content of a file; raises NotFound when it is not held."""
    path = held(root, sha256)
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def held(root: Path, sha256: str) -> Path:
    """Return the path of a file that is here; raises NotFound when it is not."""
    path = address(root, sha256)
    if not path.is_file():
        raise NotFound(
            "file-not-held",
            _("The content of file {digest} is not held on this node: fetch it from its source."),
            digest=sha256,
        )
    return path


def verify(root: Path, sha256: str) -> None:
    """Read a file and compare it with its address; raises IntegrityError when a byte differs."""
    found = hashlib.sha256()
    for chunk in read(root, sha256):
        found.update(chunk)
    if found.hexdigest() != sha256:
        raise IntegrityError(
            "file-changed",
            _("File {path} no longer has the content it was stored with: restore it from a backup."),
            path=str(address(root, sha256)),
        )


def remove(root: Path, sha256: str) -> bool:
    """Delete a file; tell whether it was there."""
    path = address(root, sha256)
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    flush_folder(path.parent)
    return True


def addresses(root: Path) -> Iterator[str]:
    """Yield the address of every file held, in order."""
    if not root.is_dir():
        return
    for folder in sorted(root.iterdir()):
        if len(folder.name) == 2 and folder.is_dir():
            for file in sorted(folder.iterdir()):
                if _digest(folder.name + file.name):
                    yield folder.name + file.name


def sweep(root: Path, referenced: Callable[[str], bool], now: Instant, grace: int) -> tuple[str, ...]:
    """Delete files that nothing refers to and that are older than `grace` microseconds; return them.

    The grace keeps what is written but not yet attached. Leftovers of interrupted writes go too.
    """
    before = (now - grace) / 1_000_000
    removed = []
    for sha256 in list(addresses(root)):
        path = address(root, sha256)
        try:
            old = path.stat().st_mtime < before
        except FileNotFoundError:
            continue
        if old and not referenced(sha256):
            remove(root, sha256)
            removed.append(sha256)
    waiting = root / "incoming"
    for leftover in waiting.iterdir() if waiting.is_dir() else ():
        if leftover.stat().st_mtime < before:
            leftover.unlink(missing_ok=True)
    return tuple(removed)


def full_or_same(error: OSError, where: Path) -> Exception:
    """Return StorageFull for an error that says so, else the error itself."""
    if error.errno not in _FULL:
        return error
    return StorageFull(
        "disk-full",
        _("The disk that holds {path} is full: nothing was half written. Free space and repeat."),
        path=str(where),
    )


def _write(temporary: Path, chunks: Iterable[bytes], limit: int) -> Stored:
    digest = hashlib.sha256()
    size = 0
    with temporary.open("xb") as stream:
        temporary.chmod(0o600)
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise InputError(
                    "file-too-large",
                    _("The file is larger than {limit} bytes: attach a smaller one."),
                    limit=limit,
                )
            digest.update(chunk)
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    return Stored(digest.hexdigest(), size)
