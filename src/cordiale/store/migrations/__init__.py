"""Bring a database to the newest schema: one alembic branch per room.

A room keeps `migrations/NNNN_name.py` with `revision = "<room>_NNNN"`, `down_revision` the one before (None for
0001), `branch_labels = ("<room>",)` on 0001 only, and `depends_on` for tables of lower rooms. Its tables stand in
`<room>/records.py` on a `MetaData` named `metadata`. A room below a package is named with its dots
(`domains.information`) and its revisions with underscores (`domains_information_0001`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _
from cordiale.store.connection import Store, Transaction

NEWER = _(
    "{place} was written by a newer Cordiale (schema {revision}). Install that version, or restore an older backup."
)

_STATE = "schema"

_FILE = re.compile(r"(\d{4})_\w+\.py")


def migrate(store: Store, rooms: Sequence[str] = ("store",)) -> None:
    """Create or upgrade the tables of the named rooms; does not import alembic when at head.

    Raises ConfigurationError when the database is newer than this program.
    """
    with store.read() as tx:
        have = applied(tx)
    wanted = {head(room) for room in rooms}
    if wanted <= have and all(_known(revision) for revision in have - wanted):
        return
    with store.write() as tx:
        _upgrade(tx, store.place, list(rooms), applied(tx))


def applied(tx: Transaction) -> set[str]:
    """Return the newest revision of each branch that a database has.

    Alembic keeps no revision that another one depends on, so the whole set is written down beside it.
    """
    if tx.dialect == "sqlite":
        known = tx.row("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'")
    else:
        known = tx.row(
            "SELECT to_regclass('alembic_version') WHERE to_regclass('alembic_version') IS NOT NULL"
        )
    if not known:
        return set()
    stamped = {row[0] for row in tx.rows("SELECT version_num FROM alembic_version")}
    written = tx.row("SELECT value FROM store_state WHERE name = ?", _STATE)
    return stamped | set(written[0].split() if written else ())


def head(room: str) -> str:
    """Return the newest revision of a room, by the names of its files."""
    numbers = [found[1] for file in folder(room).iterdir() if (found := _FILE.fullmatch(file.name))]
    return f"{room.replace('.', '_')}_{max(numbers)}"


def rooms_of(revisions: Sequence[str]) -> list[str]:
    """Return the rooms that revisions belong to."""
    return sorted({_room_of(revision.rpartition("_")[0], revision, "") for revision in revisions})


def folder(room: str) -> Path:
    """Return the folder of a room's migrations."""
    spec = find_spec(f"cordiale.{room}")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"cordiale.{room}")
    return Path(spec.submodule_search_locations[0]) / "migrations"


def _upgrade(tx: Transaction, place: str, rooms: list[str], have: set[str]) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    wanted = {room.replace(".", "_") for room in rooms}
    for revision in sorted(have):
        branch, _underscore, _number = revision.rpartition("_")
        if branch not in wanted:  # its files are needed to place it, and it is brought to its head as well
            rooms.append(_room_of(branch, revision, place))
        if revision > head(_room_of(branch, revision, place)):
            raise ConfigurationError("store.newer", NEWER, place=place, revision=revision)
    config = Config()
    config.set_main_option("script_location", str(folder("store")))
    config.set_main_option("path_separator", "newline")
    config.set_main_option(
        "version_locations", "\n".join(str(folder(room)) for room in rooms).replace("%", "%%")
    )
    script = ScriptDirectory.from_config(config)

    def steps(revision: object, _context: object) -> object:
        return script._upgrade_revs("heads", revision)  # type: ignore[arg-type]  # alembic's own command does the same

    with EnvironmentContext(config, script, fn=steps, destination_rev="heads") as environment:
        # The transaction is the caller's: alembic begins none of its own, which it would end after the first step.
        environment.configure(connection=tx.connection, target_metadata=None, transactional_ddl=True)
        environment.run_migrations()
    heads = " ".join(sorted(head(room) for room in rooms))
    tx.run(
        "INSERT INTO store_state (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        _STATE,
        heads,
    )


def _known(revision: str) -> bool:
    branch = revision.rpartition("_")[0]
    try:
        return revision <= head(_room_of(branch, revision, ""))
    except ConfigurationError:
        return False


def _room_of(branch: str, revision: str, place: str) -> str:
    for room in (branch, branch.replace("_", ".", 1)):
        try:
            if folder(room).is_dir():
                return room
        except ModuleNotFoundError:
            continue
    raise ConfigurationError("store.newer", NEWER, place=place, revision=revision)
