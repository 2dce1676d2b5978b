"""Write a whole node into one encrypted file while it runs, and unpack such a file.

Nothing that could be taken for a backup stands at its place before it is whole: it grows beside as `.NAME.part`.
"""

from __future__ import annotations

import io
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, BinaryIO, Final, cast

import msgspec

from cordiale.evidence import files
from cordiale.node import layout
from cordiale.node.recovery import Head, Opener, for_key
from cordiale.node.sealed import BLOCK, Sealer, Unsealer
from cordiale.platform import configuration
from cordiale.platform.clock import SECOND, format_instant
from cordiale.platform.errors import ConfigurationError, Conflict, IntegrityError
from cordiale.platform.languages import _
from cordiale.platform.replacing import flush_folder
from cordiale.store import backup as store_backup

if TYPE_CHECKING:
    from cordiale.node.node import Node

STORE: Final = "store"
FOLDERS: Final = ("keys", "rules", "partners", "warninglists", "taxonomies")
"""Folders of a node that a backup holds beside the store, the files and the configuration."""

SUFFIX: Final = ".backup"
STAGE: Final = ".backup"
"""Begins the name of the folder in which the store is copied first; it lies in the node's own, as the store does."""

Entry = tuple[str, "BinaryIO | Path"]


def archive(
    node: Node,
    target: Path,
    lock: tuple[Head, bytes] | None = None,
    progress: Callable[[int, int | None], None] = lambda _done, _of: None,
) -> Path:
    """Write an encrypted backup of one moment of a node; return the file. Readers and writers go on meanwhile.

    `lock` is what `recovery` made, else the backup is for the node's recovery key. In a folder it gets a name of its own.
    `progress` is given bytes done. Raises Conflict when the file exists, ConfigurationError when
    the node has no recovery key, StorageFull and IntegrityError as the store does.
    """
    now = node.desk.clock()
    if target.is_dir():
        stamp = format_instant(now)[:19].replace(":", "").replace("-", "")
        target = target / f"{node.desk.node}-{stamp}Z{SUFFIX}"
    if target.exists():
        raise Conflict("backup-exists", _("{file} exists: name a new file for the backup."), file=str(target))
    head, key = lock or for_key(recipient(node.path), node.desk.node, node.desk.random, now)
    part = target.with_name(f".{target.name}.part")
    stage = _staged(node.path)
    try:
        store_backup.backup(node.store, stage / STORE, now)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            sealer = Sealer(out, msgspec.json.encode(head), key)
            _pack(sealer, _entries(node.path, stage), now // SECOND, progress)
            sealer.finish()
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
        flush_folder(target.parent)
    except OSError as error:
        raise files.full_or_same(error, target) from error
    finally:
        part.unlink(missing_ok=True)
        shutil.rmtree(stage, ignore_errors=True)
    return target


def recipient(path: Path) -> bytes:
    """Return the public half of a node's recovery key; raises ConfigurationError when it has none."""
    file = layout.recovery_public(path)
    if not file.is_file():
        raise ConfigurationError(
            "backup.no-key",
            _(
                "This node has no recovery key yet. Make one with --new-key FILE and keep the file elsewhere, or use --passphrase."
            ),
        )
    return layout.read_key(file)


def head_of(file: Path) -> Head:
    """Return how a backup is locked; raises InputError and IntegrityError as `unpack` does."""
    with file.open("rb") as source:
        return _head(Unsealer(source, str(file)))


def unpack(file: Path, opener: Opener, folder: Path) -> None:
    """Write the content of an encrypted backup into a new folder, all or nothing.

    Raises NotAllowed for a key or passphrase that does not open it, InputError for what is no backup, IntegrityError when it was
    cut short or altered, StorageFull.
    """
    try:
        with file.open("rb") as source:
            unsealer = Unsealer(source, str(file))
            unsealer.open(opener(_head(unsealer), str(file)))
            folder.mkdir(mode=0o700)
            _extract(unsealer, file, folder)
            while unsealer.read(BLOCK):  # to the end, which is part of what was sealed
                continue
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise files.full_or_same(error, folder) from error
        raise


def _head(unsealer: Unsealer) -> Head:
    try:
        return msgspec.json.decode(unsealer.head, type=Head)
    except msgspec.MsgspecError as error:
        raise IntegrityError(
            "backup.head", _("The head of a backup was altered: {detail}"), detail=str(error)
        ) from error


def _staged(path: Path) -> Path:
    """Make a folder for the copy of the store; one that a process left that was killed is removed."""
    for left in path.glob(f"{STAGE}-*"):
        pid = left.name.rpartition("-")[2]
        if not (pid.isdecimal() and Path(f"/proc/{pid}").exists()):
            shutil.rmtree(left, ignore_errors=True)
    stage = path / f"{STAGE}-{os.getpid()}"
    stage.mkdir(mode=0o700)
    return stage


def _entries(path: Path, stage: Path) -> Iterator[Entry]:
    for file in sorted((stage / STORE).iterdir()):
        yield f"{STORE}/{file.name}", file
    # after the store: what it refers to is then surely there, and what is too much is swept
    for sha256 in files.addresses(path / "files"):
        yield f"files/{sha256}", files.address(path / "files", sha256)
    yield configuration.FILE_NAME, path / configuration.FILE_NAME
    for name in FOLDERS:
        for file in sorted((path / name).rglob("*")):
            if file.is_file():
                yield file.relative_to(path).as_posix(), io.BytesIO(file.read_bytes())


def _pack(
    out: Sealer, entries: Iterator[Entry], when: int, progress: Callable[[int, int | None], None]
) -> None:
    with tarfile.open(
        fileobj=cast("IO[bytes]", out), mode="w|", format=tarfile.PAX_FORMAT, bufsize=BLOCK
    ) as tar:
        for name, source in entries:
            try:
                stream = source.open("rb") if isinstance(source, Path) else source
            except FileNotFoundError:
                continue  # withdrawn while we copied
            with stream:
                info = tarfile.TarInfo(name)
                info.size = stream.seek(0, io.SEEK_END)
                info.mtime = when
                info.mode = 0o600
                stream.seek(0)
                tar.addfile(info, stream)
            progress(out.size, None)


def _extract(unsealer: Unsealer, file: Path, folder: Path) -> None:
    refusal = IntegrityError(
        "backup.content", _("{file} holds what no backup of a node holds."), file=str(file)
    )
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", unsealer), mode="r|", bufsize=BLOCK) as tar:
            for member in tar:
                place = _place(member)
                source = tar.extractfile(member) if place is not None else None
                if place is None or source is None:
                    raise refusal
                target = folder / place
                if place.parts[0] == "files":
                    target = files.address(folder / "files", place.parts[1])
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                    shutil.copyfileobj(source, out, BLOCK)
    except (tarfile.TarError, FileExistsError) as error:
        raise refusal from error


def _place(member: tarfile.TarInfo) -> PurePosixPath | None:
    """Return where a member belongs, None for what no node's backup holds."""
    place = PurePosixPath(member.name)
    if not member.isreg() or place.is_absolute() or ".." in place.parts or not place.parts:
        return None
    if len(place.parts) == 1:
        return place if member.name == configuration.FILE_NAME else None
    flat = place.parts[0] in (STORE, "files") and len(place.parts) == 2
    return place if flat or place.parts[0] in FOLDERS else None
