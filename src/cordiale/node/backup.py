"""Copy a whole node while it runs, and bring one back from a copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cordiale.evidence import files
from cordiale.node import layout
from cordiale.platform import configuration
from cordiale.platform.errors import Conflict, InputError
from cordiale.platform.languages import _
from cordiale.store import backup as store_backup
from cordiale.store import versions
from cordiale.store.connection import open_store

if TYPE_CHECKING:
    from cordiale.node.node import Node
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Tombstone

STORE = "store"
FILES = (configuration.FILE_NAME,)
FOLDERS = ("keys", "rules", "partners")


def backup(node: Node, target: Path) -> Path:
    """Write a copy of one moment of a node into a new folder, keys included; return the folder.

    Whoever holds the copy can act as this node. Readers and writers go on meanwhile. Raises
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
        for name in FILES:
            shutil.copy2(node.path / name, target / name)
        for name in FOLDERS:
            if (node.path / name).is_dir():
                shutil.copytree(node.path / name, target / name)
    except OSError as error:
        raise files.full_or_same(error, target) from error
    return target


def restore(copy: Path, path: Path, old: Path | None = None, *, store: str | None = None) -> Path:
    """Make a node folder from a copy; return it. `store` is the database to fill instead of the copy's own.

    What was purged before, by the copy's own ledger and by that of the `old` node folder if it can still be read, is
    purged again, and the link to every partner is closed until a person reopens it. Raises
    Conflict when a node is there already, InputError for what is no copy, IntegrityError when the
    copy is damaged; nothing is left behind then.
    """
    copy, path = Path(copy), Path(path)
    if not (copy / configuration.FILE_NAME).is_file() or not (copy / STORE).is_dir():
        raise InputError(
            "no-backup",
            _("{folder} is not a copy of a node: give the folder that cordiale backup made."),
            folder=str(copy),
        )
    if path.exists() and any(path.iterdir()):
        raise Conflict(
            "restore-taken",
            _("{folder} is not empty. Restore into a new folder, then put it in the place of the old one."),
            folder=str(path),
        )
    path.mkdir(parents=True, exist_ok=True)
    try:
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
            shutil.copy2(files.address(copy / "files", sha256), target)
            files.verify(path / "files", sha256)
        shutil.copy2(copy / configuration.FILE_NAME, path / configuration.FILE_NAME)
        if store:
            file = path / configuration.FILE_NAME
            written = configuration.with_store(file.read_text(encoding="utf-8"), store)
            file.write_text(written, encoding="utf-8")
        url = configuration.load(path, {}).store.url
        ledger = _ledger(old, url) if old is not None else []
        store_backup.restore(copy / STORE, url)
        _carry_on(path, ledger)
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise
    path.chmod(0o700)
    return path


def _ledger(old: Path, url: str) -> list[Tombstone]:
    """Read what the node before this one has purged."""
    theirs = configuration.load(old, {}).store.url
    if theirs == url:
        return []  # the database is the one that is filled
    store = open_store(theirs)
    try:
        with store.read() as tx:
            return versions.tombstones(tx)
    finally:
        store.close()


def not_as_if_nothing_happened(tx: Transaction, ledger: Iterable[Tombstone]) -> list[int]:
    """Purge again what ledgers say was purged, and close every link; return the versions purged.

    `ledger` is that of the node as it was before it was restored; that of the copy is looked at as well.
    """
    from cordiale.exchange import rejoin
    from cordiale.exchange.withdrawal import withdraw_everywhere

    lines = [*versions.tombstones(tx), *ledger]
    # before they are purged: the leaves in the streams cannot be made again afterwards
    withdraw_everywhere(tx, [vid for tomb in lines for vid in versions.matching(tx, tomb)])
    purged = versions.replay(tx, lines)
    rejoin.close_all(tx)
    return purged


def _carry_on(path: Path, ledger: list[Tombstone]) -> None:
    from cordiale.desk import attachments
    from cordiale.node.opening import open_node

    with open_node(path, environ={}) as node:
        with node.store.write() as tx:
            purged = not_as_if_nothing_happened(tx, ledger)
        if purged:
            attachments.collect(node.desk)
            store_backup.scrub(node.store)
