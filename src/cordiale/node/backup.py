"""Copy a whole node while it runs, and bring one back from a copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cordiale.evidence import files
from cordiale.node import layout
from cordiale.node.archive import FOLDERS, STORE, unpack
from cordiale.platform import configuration
from cordiale.platform.errors import Conflict, InputError
from cordiale.platform.languages import _
from cordiale.store import backup as store_backup
from cordiale.store import versions
from cordiale.store.connection import open_store

if TYPE_CHECKING:
    from cordiale.node.node import Node
    from cordiale.node.recovery import Opener
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Tombstone

UNPACKED = ".restoring"


def backup(node: Node, target: Path) -> Path:
    """Write a copy of one moment of a node into a new folder, in the clear and keys included; return the folder.

    `archive.archive` writes an encrypted one. Whoever holds the copy can act as this node. Readers and writers go on meanwhile. Raises
    Conflict when the folder is in use, StorageFull and IntegrityError as the store does.
    """
    target = Path(target)
    if target.exists() and any(target.iterdir()):
        raise Conflict(
            "backup-taken",
            _("{folder} exists and is not empty. Name a new folder for the copy."),
            folder=str(target),
        )
    target.mkdir(parents=True, exist_ok=True)
    target.chmod(0o700)
    try:
        store_backup.backup(node.store, target / STORE, node.desk.clock())
        # after the store: what it refers to is then surely there, and what is too much is swept
        for sha256 in files.addresses(node.path / "files"):
            source = files.address(node.path / "files", sha256)
            copy = files.address(target / "files", sha256)
            copy.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copy2(source, copy)
            except FileNotFoundError:
                continue  # withdrawn while we copied
        shutil.copy2(node.path / configuration.FILE_NAME, target / configuration.FILE_NAME)
        for name in FOLDERS:
            if (node.path / name).is_dir():
                shutil.copytree(node.path / name, target / name)
    except OSError as error:
        raise files.full_or_same(error, target) from error
    return target


def restore(
    copy: Path,
    path: Path,
    old: Path | None = None,
    *,
    store: str | None = None,
    opener: Opener | None = None,
) -> Path:
    """Make a node folder from a backup; return it. `store` is the database to fill instead of the backup's own.

    A backup is the file that `archive` wrote, which `opener` gives the key of, or a folder. What was purged before, by the
    backup's own ledger and by that of the `old` node folder if it can still be read, is
    purged again, and the link to every partner is closed until a person reopens it. Raises
    Conflict when a node is there already, InputError for what is no backup, NotAllowed when it does not open, IntegrityError
    when it is damaged; nothing is left behind then.
    """
    copy, path = Path(copy), Path(path)
    if not copy.is_file() and (not (copy / configuration.FILE_NAME).is_file() or not (copy / STORE).is_dir()):
        raise InputError(
            "no-backup",
            _("{folder} is not a backup of a node: give the file or folder that cordiale backup made."),
            folder=str(copy),
        )
    if path.exists() and any(path.iterdir()):
        raise Conflict(
            "restore-taken",
            _("{folder} is not empty. Restore into a new folder, then put it in the place of the old one."),
            folder=str(path),
        )
    if copy.is_file() and opener is None:
        raise InputError(
            "restore-locked",
            _("{file} is encrypted: give its recovery key with --key FILE, or its passphrase."),
            file=str(copy),
        )
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    try:
        if opener is not None and copy.is_file():
            unpack(copy, opener, path / UNPACKED)
            copy = path / UNPACKED
        for name in layout.FOLDERS:
            (path / name).mkdir(mode=0o700, exist_ok=True)
        for name in FOLDERS:
            if (copy / name).is_dir():
                shutil.copytree(copy / name, path / name, dirs_exist_ok=True)
        for file in (path / "keys").iterdir():
            file.chmod(0o644 if file.suffix == ".pub" else 0o600)
        for sha256 in files.addresses(copy / "files"):
            target = files.address(path / "files", sha256)
            target.parent.mkdir(parents=True, exist_ok=True)
            source = files.address(copy / "files", sha256)
            (shutil.move if copy.parent == path else shutil.copy2)(source, target)
            files.verify(path / "files", sha256)
        shutil.copy2(copy / configuration.FILE_NAME, path / configuration.FILE_NAME)
        if store:
            file = path / configuration.FILE_NAME
            written = configuration.with_store(file.read_text(encoding="utf-8"), store)
            file.write_text(written, encoding="utf-8")
        url = configuration.load(path, {}).store.url
        ledger, dates = _before(old, url) if old is not None else ([], {})
        store_backup.restore(copy / STORE, url)
        shutil.rmtree(path / UNPACKED, ignore_errors=True)
        _carry_on(path, ledger, dates)
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise
    return path


def _before(old: Path, url: str) -> tuple[list[Tombstone], dict[str, int]]:
    """Read what the node before this one has purged, and the last date it gave in each stream."""
    from cordiale.exchange.restore import dates

    theirs = configuration.load(old, {}).store.url
    if theirs == url:
        return [], {}  # the database is the one that is filled
    store = open_store(theirs)
    try:
        with store.read() as tx:
            return versions.tombstones(tx), dates.given(tx)
    finally:
        store.close()


def not_as_if_nothing_happened(
    tx: Transaction, ledger: Iterable[Tombstone], now: int, dated: Mapping[str, int] = {}
) -> list[int]:
    """Purge again what ledgers say was purged, close every link, sign everybody out; return the versions purged.

    `ledger` is that of the node as it was before it was restored, where it can still be read; that of the copy is looked at as well.
    `dated` are the last dates it gave in its streams, by partner: what goes from now on is dated after them.
    """
    from cordiale.accounts.records import drop_all
    from cordiale.exchange.restore import dates, rejoin
    from cordiale.exchange.stream.withdrawal import withdraw_everywhere

    lines = [*versions.tombstones(tx), *ledger]
    # before they are purged: the leaves in the streams cannot be made again afterwards
    withdraw_everywhere(tx, [vid for tomb in lines for vid in versions.matching(tx, tomb)])
    purged = versions.replay(tx, lines)
    dates.go_on_after(tx, dated)
    rejoin.close_all(tx, now)
    drop_all(tx)
    return purged


def _carry_on(path: Path, ledger: list[Tombstone], dated: Mapping[str, int]) -> None:
    from cordiale.desk.files import attachments
    from cordiale.node.opening import open_node

    with open_node(path, environ={}) as node:
        with node.store.write() as tx:
            purged = not_as_if_nothing_happened(tx, ledger, node.desk.clock(), dated)
        if purged:
            attachments.collect(node.desk)
            store_backup.scrub(node.store)
