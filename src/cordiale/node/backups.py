"""Backups in the node's own folder, made while it runs: what there are, and one more."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Answer
from cordiale.node.archive import SUFFIX, archive, recipient
from cordiale.node.recovery import for_key
from cordiale.platform.clock import SECOND
from cordiale.platform.errors import Conflict, CordialeError
from cordiale.platform.languages import _
from cordiale.platform.log import logger

if TYPE_CHECKING:
    from pathlib import Path

    from cordiale.desk.actor import Actor
    from cordiale.node.node import Node

FOLDER: Final = "backups"

_making = threading.Lock()
log = logger("node")


class BackupView(Answer, frozen=True, kw_only=True):
    """One backup in the node's folder: its size in bytes, when it was finished, and whether it still grows."""

    name: str
    size: int
    at: int
    growing: bool = False


class Backups(Answer, frozen=True, kw_only=True):
    """The backups in the node's folder, newest first; `opened_by` is the kind of key they open with, "" for none yet."""

    folder: str
    opened_by: str
    found: tuple[BackupView, ...]


def folder_of(node: Node) -> Path:
    """Return where backups are made that no file was named for."""
    return node.path / FOLDER


def backups(node: Node, actor: Actor) -> Backups:
    """Return what backups there are in the node's folder."""
    authorise(actor, "backup")
    folder = folder_of(node)
    files = list(folder.iterdir()) if folder.is_dir() else []
    found = []
    for file in files:
        growing = file.name.startswith(".") and file.name.endswith(f"{SUFFIX}.part")
        if not growing and not file.name.endswith(SUFFIX):
            continue
        try:
            stat = file.stat()
        except FileNotFoundError:
            continue  # it was finished meanwhile, under its own name
        name = file.name[1:].removesuffix(".part") if growing else file.name
        found.append(
            BackupView(name=name, size=stat.st_size, at=int(stat.st_mtime * SECOND), growing=growing)
        )
    try:
        opened_by = "recovery-key" if recipient(node.path) else ""
    except CordialeError:
        opened_by = ""
    return Backups(
        folder=str(folder), opened_by=opened_by, found=tuple(sorted(found, key=lambda one: -one.at))
    )


def backup_make(node: Node, actor: Actor) -> threading.Thread:
    """Begin an encrypted backup for the node's recovery key, beside other work; return the thread that makes it.

    Raises ConfigurationError when the node has no recovery key, Conflict while another one is being made.
    """
    authorise(actor, "backup")
    named(actor, "backup")
    lock = for_key(recipient(node.path), node.desk.node, node.desk.random, node.desk.clock())
    if not _making.acquire(blocking=False):
        raise Conflict("backup-running", _("A backup is being made already: wait until it is finished."))
    try:
        folder = folder_of(node)
        folder.mkdir(mode=0o700, exist_ok=True)
        with node.store.write() as tx:
            audit.acted(tx, node.desk, actor, "backup")
    except BaseException:
        _making.release()
        raise

    def work() -> None:
        try:
            made = archive(node, folder, lock)
            log.info("a backup is made", file=str(made), by=actor.name)
        except CordialeError as error:
            log.error("a backup was not made", error=error)
        finally:
            _making.release()

    thread = threading.Thread(target=work, name="backup", daemon=True)
    thread.start()
    return thread
