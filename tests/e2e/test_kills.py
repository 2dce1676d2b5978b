"""Real processes are killed at random moments: nothing acknowledged is lost, nothing hidden appears."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from random import Random

import pytest

from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_paths
from cordiale.node.layout import ROOMS
from cordiale.node.opening import open_node
from cordiale.store import versions
from cordiale.store.backup import check
from cordiale.store.connection import open_store
from cordiale.store.migrations import applied, head
from cordiale.store.types import Filter
from tests.e2e import killed
from tests.e2e.killed import OBJECTS, OFFICER, SECRET

DAILY = [(killed.take_in, 6), (killed.exchange, 7), (killed.ask_back, 5), (killed.upgrade, 4)]
LONG = [(work, 5 * times) for work, times in DAILY]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two connected nodes, as they are before anything is taken in."""
    folder = tmp_path_factory.mktemp("before")
    killed.prepare(folder)
    return folder


@pytest.fixture(scope="session")
def filled(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the file taken in at Canada."""
    folder = tmp_path_factory.mktemp("filled") / "f"
    shutil.copytree(made, folder)
    killed.run(killed.take_in, folder)
    return folder


@pytest.fixture(scope="session")
def shared(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with all that may go at France."""
    folder = tmp_path_factory.mktemp("shared") / "f"
    shutil.copytree(filled, folder)
    killed.run(killed.exchange, folder)
    return folder


@pytest.fixture(scope="session")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the first schema, with objects in it."""
    folder = tmp_path_factory.mktemp("earlier")
    (folder / "canada").mkdir()
    first_schema(folder / "canada" / "cordiale.db")
    return folder


def first_schema(file: Path) -> None:
    """Make the database that the first migration of every room makes, one after the other."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    from cordiale.store.migrations import folder

    store = open_store(str(file))
    config = Config()
    config.set_main_option("script_location", str(folder("store")))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(folder(room)) for room in ROOMS))
    script = ScriptDirectory.from_config(config)
    for room in ROOMS:

        def steps(revision: object, _context: object, room: str = room) -> object:
            return script._upgrade_revs(f"{room}_0001", revision)  # type: ignore[arg-type]

        with store.write() as tx, EnvironmentContext(config, script, fn=steps) as context:
            context.configure(connection=tx.connection)
            context.run_migrations()
    store.close()


def held(file: Path) -> dict[str, str]:
    """Return what a node lists: its ids and names' first words."""
    store = open_store(str(file))
    assert check(store) == []
    with store.read() as tx:
        rows = versions.current(tx, Filter(types=("indicator",)), None, 10_000, None).rows
    store.close()
    return {row.id: (row.raw or b"").decode() for row in rows}


def everywhere(folder: Path) -> bytes:
    """Return every byte of a node's folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def kills(work: killed.Work, before: Path, tmp_path: Path, times: int) -> None:
    """Kill a work at random moments, each time from where it was left or from the start; then let it end."""
    longest = 60.0
    for name in ("first", "second"):  # the first one also starts the process that starts the others
        shutil.copytree(before, tmp_path / name)
        longest = min(longest, killed.run(work, tmp_path / name))
    random, done = Random(times), 0
    folder = tmp_path / "left"
    shutil.copytree(before, folder)
    for n in range(4 * times):
        at_work = killed.kill(work, folder, longest, random)
        done += at_work
        AFTER[work](folder)
        if done >= times:
            break
        if not at_work or n % 3 == 2:  # some go on where they were left, more than once
            folder = tmp_path / str(n)
            shutil.copytree(before, folder)
    assert done >= times
    killed.run(work, folder)
    WHOLE[work](folder)


def after_import(folder: Path) -> None:
    """What was told as committed is held."""
    told = (
        [int(line) for line in (folder / "told").read_bytes().split()] if (folder / "told").exists() else [0]
    )
    assert len(held(folder / "canada" / "cordiale.db")) >= max(told[-1:] or [0])


def whole_import(folder: Path) -> None:
    """Everything is held once, and a repetition finds nothing new."""
    assert len(held(folder / "canada" / "cordiale.db")) == OBJECTS
    with open_node(folder / "canada", environ={}) as node:
        again = import_(node.desk, OFFICER, of_paths([folder / "bundle.json"]))
        assert (again.new, again.set_aside) == (0, 0)


def after_exchange(folder: Path) -> None:
    """Nothing hidden is at France, and what France acknowledged is there."""
    assert SECRET.encode() not in everywhere(folder / "france")
    held(folder / "canada" / "cordiale.db")
    there = held(folder / "france" / "cordiale.db")
    with sqlite3.connect(f"file:{folder / 'canada' / 'cordiale.db'}?mode=ro", uri=True) as database:
        (acknowledged,) = database.execute("SELECT max(acknowledged) FROM exchange_pair").fetchone()
    database.close()
    definitions = 1  # the marking definition that travels before its users
    assert len(there) >= (acknowledged or 0) - definitions


def whole_exchange(folder: Path) -> None:
    """All that may go is there."""
    after_exchange(folder)
    assert len(held(folder / "france" / "cordiale.db")) == OBJECTS - OBJECTS // 10


def after_recall(folder: Path) -> None:
    """What was not asked back stays, and nothing hidden appears."""
    assert SECRET.encode() not in everywhere(folder / "france")
    there = held(folder / "france" / "cordiale.db")
    assert len(there) >= OBJECTS - OBJECTS // 10 - len(killed.recalled())


def whole_recall(folder: Path) -> None:
    """What was asked back is nowhere, and does not come back."""
    after_recall(folder)
    there = held(folder / "france" / "cordiale.db")
    assert not set(killed.recalled()) & there.keys()
    assert len(there) == OBJECTS - OBJECTS // 10 - len(killed.recalled())
    killed.run(killed.exchange, folder)
    assert held(folder / "france" / "cordiale.db") == there
    contents = everywhere(folder / "france")
    gone = [one for one in killed.objects() if one["id"] in killed.recalled()]
    assert not [one["name"] for one in gone if str(one["description"]).encode() in contents]


def after_upgrade(folder: Path) -> None:
    """The schema is the earlier one or the newest, never between."""
    store = open_store(str(folder / "canada" / "cordiale.db"))
    with store.read() as tx:
        found = applied(tx)
    store.close()
    assert {f"{room}_0001" for room in ROOMS} <= found | {"store_0001"} or {
        head(room) for room in ROOMS
    } <= found


def whole_upgrade(folder: Path) -> None:
    """The schema is the newest, and the database sound."""
    held(folder / "canada" / "cordiale.db")
    store = open_store(str(folder / "canada" / "cordiale.db"))
    with store.read() as tx:
        assert {head(room) for room in ROOMS} <= applied(tx)
    store.close()


AFTER = {
    killed.take_in: after_import,
    killed.exchange: after_exchange,
    killed.ask_back: after_recall,
    killed.upgrade: after_upgrade,
}
WHOLE = {
    killed.take_in: whole_import,
    killed.exchange: whole_exchange,
    killed.ask_back: whole_recall,
    killed.upgrade: whole_upgrade,
}
BEFORE = {
    killed.take_in: "made",
    killed.exchange: "filled",
    killed.ask_back: "shared",
    killed.upgrade: "earlier",
}


@pytest.mark.parametrize(("work", "times"), DAILY, ids=lambda value: getattr(value, "__name__", str(value)))
def test_a_kill_loses_nothing_and_shows_nothing(
    work: killed.Work, times: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    kills(work, request.getfixturevalue(BEFORE[work]), tmp_path, times)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("work", "times"), LONG, ids=lambda value: getattr(value, "__name__", str(value)))
def test_many_kills_lose_nothing_and_show_nothing(
    work: killed.Work, times: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    kills(work, request.getfixturevalue(BEFORE[work]), tmp_path, times)
