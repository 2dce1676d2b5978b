"""Move a node's store to another database, while nobody uses the node."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cordiale.node import layout
from cordiale.node.holding import hold
from cordiale.platform import configuration
from cordiale.platform.errors import ConfigurationError, Conflict, IntegrityError
from cordiale.platform.languages import _
from cordiale.platform.replacing import replacing
from cordiale.store import backup, moving, search, tables
from cordiale.store.connection import Store, open_store
from cordiale.store.migrations import applied, migrate

if TYPE_CHECKING:
    from cordiale.store.moving import Declared

INDEX = 2000
"""Versions brought into the text index at a time."""

Progress = Callable[[int, int | None], None]


class Moved(msgspec.Struct, frozen=True):
    """Report a move: where from, where to, and how many rows of each table were compared."""

    old: str
    new: str
    rows: dict[str, int]
    versions: int


def migrate_store(
    path: Path,
    url: str,
    *,
    environ: Mapping[str, str] = os.environ,
    copying: Progress = lambda _done, _of: None,
    indexing: Progress = lambda _done, _of: None,
) -> Moved:
    """Copy the store of the node at `path` to an empty database, compare every row, then switch the configuration.

    Nobody else can open the node meanwhile, and nobody writes to either database. Whatever goes wrong before
    the switch leaves the old store in force; to repeat is always safe. Raises Unavailable while the node is used, Conflict for
    a database that holds something else, ConfigurationError where the address is not taken from the file, IntegrityError when the copy is not the
    same.
    """
    path = path.resolve()
    settings = configuration.load(path, environ)
    if configuration.load(path, {}).store.url != settings.store.url:
        raise ConfigurationError(
            "migrate.environment",
            _(
                "CORDIALE_STORE_URL names the database, so that the configuration cannot be switched: take it away first."
            ),
        )
    let_go = hold(path, alone=True)
    try:
        moving.discard(url, settings.node.name)
        with closing(open_store(settings.store.url)) as old, closing(open_store(url)) as new:
            if old.place == new.place:
                raise Conflict("migrate.same", _("The node's store is in {place} already."), place=new.place)
            migrate(old, layout.ROOMS)
            backup.scrub_owed(old)
            _prepare(new, settings.node.name)
            rows = _copied(old, new, copying, indexing)
            _switch(path / configuration.FILE_NAME, url)
            with new.write() as tx:
                moving.finish(tx)
            return Moved(old.place, new.place, rows, rows["versions"])
    finally:
        let_go()


def _prepare(new: Store, owner: str) -> None:
    with new.read() as tx:
        if applied(tx) and moving.unfinished(tx) != owner:
            raise Conflict(
                "migrate.taken",
                _("{place} holds something already: name an empty database."),
                place=new.place,
            )
    migrate(new, layout.ROOMS)
    with new.write() as tx:
        moving.begin(tx, owner)


def _copied(old: Store, new: Store, copying: Progress, indexing: Progress) -> dict[str, int]:
    chosen = moving.rooms_tables(_declared(room) for room in layout.ROOMS)
    with old.write() as source:  # held to the end: processes on other machines cannot write either
        moving.refuse_unknown(source, chosen, old.place)
        with new.write() as target:
            read = moving.copy(source, target, chosen, copying)
        with new.read() as tx:
            moving.verify(tx, chosen, read, new.place)
        total = read["versions"].rows
        done = 0
        while True:
            with new.write() as target:
                step = search.index_text(target, INDEX)
            if not step:
                break
            done += step
            indexing(done, total)
        faults = backup.check(new)
        if faults:
            raise IntegrityError(
                "migrate.unsound",
                _("The copy in {place} has a fault ({fault}). The old store stays in force."),
                place=new.place,
                fault=faults[0],
            )
    return {name: tally.rows for name, tally in read.items()}


def _declared(room: str) -> Declared:
    """Return the tables of a room, those of the folders in it as well."""
    if room == "store":
        return tables.metadata
    package = import_module(f"cordiale.{room}")
    folder = Path(package.__path__[0])
    for file in folder.rglob("*/records.py"):
        import_module(".".join((package.__name__, *file.relative_to(folder).with_suffix("").parts)))
    metadata: Declared = import_module(f"cordiale.{room}.records").metadata
    return metadata


def _switch(file: Path, url: str) -> None:
    """Write the configuration with another database beside, then put it in place in one step."""
    written = configuration.with_store(file.read_text("utf-8"), url)
    with replacing(file) as out:
        os.fchmod(out.fileno(), file.stat().st_mode & 0o777)
        out.write(written.encode())
