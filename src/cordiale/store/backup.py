"""Copy a store while it is in use, and put a copy back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from hashlib import file_digest
from pathlib import Path
from typing import Final

import msgspec

from cordiale.platform.clock import Instant
from cordiale.platform.errors import Conflict, InputError, IntegrityError, Unavailable
from cordiale.platform.languages import _
from cordiale.store import dump, purge
from cordiale.store.connection import Store, open_store
from cordiale.store.dialects import Dialect
from cordiale.store.failures import BUSY, explained
from cordiale.store.migrations import applied

TAKEN: Final = _("{folder} exists and is not empty. Name a new folder for the copy.")
NOT_A_COPY: Final = _("{folder} is not a copy of a store: its manifest.json is missing or unreadable.")
WRONG_KIND: Final = _(
    "This copy was made of {have} and cannot fill {want}. Restore it to the same kind of database."
)
CHANGED: Final = _(
    "{file} is not the file that was copied: it is missing, cut short or altered. Use another copy."
)
NOT_EMPTY: Final = _("{place} already holds a store. Restore into a new one.")
UNSOUND: Final = _("The copy of {place} has a fault and was not kept: {fault}")

MANIFEST: Final = "manifest.json"
DATABASE: Final = "cordiale.db"


class Manifest(msgspec.Struct, frozen=True):
    """What a copy holds: the kind of database, its schema, and each file with its SHA-256."""

    kind: Dialect
    when: Instant
    revisions: list[str]
    files: dict[str, str]


def backup(store: Store, target: Path, when: Instant) -> Path:
    """Write a checked copy of one moment into a new folder and return it; readers and writers go on.

    Raises Conflict for a folder in use, IntegrityError when the copy is not sound, StorageFull.
    """
    if target.exists() and any(target.iterdir()):
        raise Conflict("store.backup-taken", TAKEN, folder=str(target))
    target.mkdir(parents=True, exist_ok=True)
    with store.read() as tx:
        revisions = sorted(applied(tx))
        if tx.dialect == "postgresql":
            files = dump.write(tx, target)
    if store.dialect == "sqlite":
        _copy(store, target / DATABASE)
        files = [target / DATABASE]
    manifest = Manifest(store.dialect, when, revisions, {file.name: _digest(file) for file in files})
    (target / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    return target


def restore(folder: Path, url: str) -> Manifest:
    """Fill an empty store from a copy, all or nothing.

    Raises InputError for what is no copy, IntegrityError when it is damaged, Conflict when the store is not empty.
    The caller puts every link to partners into rejoin afterwards.
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        raise InputError("store.no-copy", NOT_A_COPY, folder=str(folder)) from None
    for name, digest in manifest.files.items():
        file = folder / Path(name).name
        if not file.is_file() or _digest(file) != digest:
            raise IntegrityError("store.copy-changed", CHANGED, file=str(file))
    with closing(open_store(url)) as store:
        if store.dialect != manifest.kind:
            raise InputError("store.copy-kind", WRONG_KIND, have=manifest.kind, want=store.dialect)
        with store.read() as tx:
            if applied(tx):
                raise Conflict("store.not-empty", NOT_EMPTY, place=store.place)
        if store.dialect == "postgresql":
            dump.read(store, folder, manifest.revisions)
        else:
            with closing(sqlite3.connect(folder / DATABASE)) as source, store.bare() as destination:
                source.backup(destination)
        faults = check(store)
        if faults:
            raise IntegrityError("store.copy-unsound", UNSOUND, place=store.place, fault=faults[0])
    return manifest


def check(store: Store) -> list[str]:
    """Return what is wrong inside the database, nothing when it is sound."""
    with store.read() as tx:
        faults: list[str] = []
        if tx.dialect == "sqlite":
            faults += [row[0] for row in tx.rows("PRAGMA integrity_check(20)") if row[0] != "ok"]
            faults += [f"{row[0]} {row[1]}: {row[2]}" for row in tx.rows("PRAGMA foreign_key_check")[:20]]
        for fault, sql in _LAWS.items():
            n = tx.row(sql)[0]
            if n:
                faults.append(f"{fault}: {n}")
    return faults


_LAWS: Final = {
    "versions without a body": "SELECT COUNT(*) FROM versions v WHERE NOT EXISTS"
    " (SELECT 1 FROM bodies b WHERE b.vid = v.vid)",
    "bodies without a version": "SELECT COUNT(*) FROM bodies b WHERE NOT EXISTS"
    " (SELECT 1 FROM versions v WHERE v.vid = b.vid)",
    "statements whose version is not current": "SELECT COUNT(*) FROM statements s WHERE s.vid IS NOT NULL AND"
    " NOT EXISTS (SELECT 1 FROM versions v WHERE v.vid = s.vid AND v.current > 0"
    " AND v.effective_mid = s.effective_mid)",
    "counters that do not add up": "SELECT COALESCE((SELECT SUM(n) FROM counters WHERE type_no <> 0), 0)"
    " - (SELECT COUNT(*) FROM versions WHERE current = 1)",
    "counters whose newest is not the newest": "SELECT COUNT(*) FROM counters c WHERE c.n > 0 AND c.type_no <> 0"
    " AND c.latest <> (SELECT MAX(v.at) FROM versions v WHERE v.effective_mid = c.mid AND v.type_no = c.type_no"
    " AND v.current = 1)",
}


def scrub_owed(store: Store) -> bool:
    """Scrub if anything was purged since it was last done, by this process or by one that stopped before it could."""
    with store.read() as tx:
        owed = purge.owed(tx)
    if owed:
        scrub(store)
    return owed


def scrub(store: Store) -> None:
    """Rewrite what still could hold bytes of purged versions: index segments, free pages, the write-ahead log."""
    _scrub(store)
    with store.write() as tx:
        purge.settled(tx)


def _scrub(store: Store) -> None:
    if store.dialect == "sqlite":
        with store.write() as tx:
            # deleted terms stay in older segments until these are merged into one
            tx.run("INSERT INTO text_index (text_index) VALUES ('optimize')")
        if store.file is not None:
            with store.bare() as connection:
                busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if busy:
                raise Unavailable("store.busy", BUSY, place=store.place)
        return
    with store.autocommit() as connection:
        for table in ("bodies", "versions", "refs", "observed", "text_index", "text_rows"):
            connection.execute(f"VACUUM (FULL) {table}")
        connection.execute("CHECKPOINT")


def _copy(store: Store, file: Path) -> None:
    """Copy with SQLite's own online backup; a partial copy is removed."""
    destination = sqlite3.connect(file, isolation_level=None)
    try:
        with closing(destination), store.bare(reading=True) as source:
            source.backup(destination)  # in one step: of one snapshot, and no writer waits
            destination.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
            fault = destination.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if fault != "ok":
            raise IntegrityError("store.copy-unsound", UNSOUND, place=store.place, fault=fault)
    except BaseException as error:
        file.unlink(missing_ok=True)
        ours = explained(error, str(file), file)
        if ours is None:
            raise
        raise ours from error


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()
