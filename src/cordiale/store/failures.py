"""Turn a database's errors into sentences that say what to do."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from cordiale.platform.errors import CordialeError, IntegrityError, StorageFull, Unavailable
from cordiale.platform.languages import _

FULL = _("The disk that holds {place} is full. Nothing was half written: make room and repeat.")
BUSY = _("{place} is in use by another process and did not become free. Try again, or stop that process.")
DAMAGED = _("{place} is damaged or not a Cordiale database ({detail}). Restore a backup.")
AWAY = _("The database {place} does not answer ({detail}). Check that it runs and that the address is right.")

_LITTLE = 1 << 20  # bytes; SQLite reports some writes to a full disk as plain I/O errors


def explained(error: BaseException, place: str, file: Path | None = None) -> CordialeError | None:
    """Return our error for a database's, or None where it is not one a person can act on."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(origin, sqlite3.Error):
        return _sqlite(origin, place, file)
    if origin is not None and type(origin).__module__.startswith("psycopg"):
        return _postgresql(origin, place)
    return None


def _sqlite(error: sqlite3.Error, place: str, file: Path | None) -> CordialeError | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _no_room(file)):
        return StorageFull("store.full", FULL, place=place)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Unavailable("store.busy", BUSY, place=place)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return IntegrityError("store.damaged", DAMAGED, place=place, detail=str(error))
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR):
        return Unavailable("store.away", AWAY, place=place, detail=str(error))
    return None


def _no_room(file: Path | None) -> bool:
    return file is not None and shutil.disk_usage(file.parent).free < _LITTLE


def _postgresql(error: BaseException, place: str) -> CordialeError | None:
    state = getattr(error, "sqlstate", None) or ""
    if state == "53100":  # disk_full
        return StorageFull("store.full", FULL, place=place)
    if state in ("55P03", "57014"):  # lock_not_available, query_canceled
        return Unavailable("store.busy", BUSY, place=place)
    if state in ("XX001", "XX002"):  # data_corrupted, index_corrupted
        return IntegrityError("store.damaged", DAMAGED, place=place, detail=str(error).strip())
    if state[:2] in ("08", "57") or (not state and "connect" in str(error).lower()):
        return Unavailable("store.away", AWAY, place=place, detail=str(error).strip())
    return None
