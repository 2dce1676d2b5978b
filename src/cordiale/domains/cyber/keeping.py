"""Files that people give a node to keep under a name, such as warning lists: a register of them in a folder of the node's own."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from cordiale.desk.answers import Answer
from cordiale.platform.clock import Instant
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.platform.replacing import replace_file

REGISTER: Final = "lists.json"


class Refused(msgspec.Struct, frozen=True):
    """A file or an entry that could not be taken: where, and why (a code, an English message id and its values)."""

    where: str
    code: str
    message_id: str
    params: Mapping[str, Any] = {}


class Entry(msgspec.Struct, frozen=True):
    """One file that is kept: its name, version and digest, who gave it and when."""

    name: str
    version: str
    sha256: str
    by: str
    at: Instant


class Added(Answer, frozen=True, kw_only=True):
    """What became of what was given: names that are new, that follow an earlier version, and that were here already."""

    new: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()


def register(folder: Path) -> tuple[Entry, ...]:
    """Return what a folder keeps, without opening it."""
    try:
        data = (folder / REGISTER).read_bytes()
    except FileNotFoundError:
        return ()
    return msgspec.json.decode(data, type=tuple[Entry, ...])


def content(folder: Path, entry: Entry) -> bytes | None:
    """Return what was kept; None where another process took it away since the register was read."""
    try:
        return (folder / f"{entry.sha256}.json").read_bytes()
    except FileNotFoundError:
        return None


def given(file: Path, kind: str, largest: int) -> bytes:
    """Return what a file holds that is given to be kept; raises InputError naming it, where it cannot be read or is too large."""
    try:
        if file.stat().st_size > largest:
            raise InputError(
                f"{kind}-large",
                _("{file} is larger than any of its kind ({limit} bytes): give another file."),
                file=str(file),
                limit=largest,
            )
        return file.read_bytes()
    except OSError as error:
        raise InputError(
            f"{kind}-unreadable",
            _("{file} cannot be read: {words}."),
            file=str(file),
            words=error.strerror or str(error),
        ) from error


def keep(folder: Path, digest: str, data: bytes) -> None:
    """Write a file beside the register, before the register names it."""
    replace_file(folder / f"{digest}.json", data, 0o600)


def settle(folder: Path, entries: Iterable[Entry]) -> int:
    """Write the register, and delete the files that it does not name; return how many it names."""
    listed = sorted(entries, key=lambda one: one.name)
    replace_file(folder / REGISTER, msgspec.json.encode(listed), 0o600)
    wanted = {f"{one.sha256}.json" for one in listed} | {REGISTER}
    for file in folder.iterdir():
        if file.name not in wanted:
            file.unlink()
    return len(listed)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Make the folder where there is none, and let nobody else change it meanwhile.

    Another process that read the register before would write what is gone. Whoever reads does not wait. A file system that
    knows no locks is not guarded.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
