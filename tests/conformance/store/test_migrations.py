"""The migrations of every room make exactly the tables that its records name."""

import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData
from sqlalchemy.exc import SQLAlchemyError

import cordiale
from cordiale.platform.errors import ConfigurationError
from cordiale.store.connection import Store
from cordiale.store.migrations import applied, folder, head, migrate
from cordiale.store.tables import SEARCH_INDEX

SOURCE = Path(cordiale.__file__).parent


def rooms() -> list[str]:
    """Return every room that keeps state."""
    found = [*SOURCE.glob("*/migrations/0001_*.py"), *SOURCE.glob("domains/*/migrations/0001_*.py")]
    return sorted({".".join(file.parts[len(SOURCE.parts) : -2]) for file in found})


def tables(room: str) -> MetaData:
    name = "cordiale.store.tables" if room == "store" else f"cordiale.{room}.records"
    for file in (SOURCE / room.replace(".", "/")).rglob("*/records.py"):
        import_module(".".join(("cordiale", *file.relative_to(SOURCE).with_suffix("").parts)))
    metadata = import_module(name).metadata
    assert isinstance(metadata, MetaData)
    return metadata


@pytest.mark.parametrize("room", rooms())
def test_a_branch_is_one_line_of_numbered_steps(room: str) -> None:
    branch = room.replace(".", "_")
    files = sorted(file for file in folder(room).glob("*.py") if file.name != "__init__.py")
    for n, file in enumerate(files, 1):
        space: dict[str, object] = {}
        exec(compile(file.read_text(), file, "exec"), space)
        assert file.name.startswith(f"{n:04}_")
        assert space["revision"] == f"{branch}_{n:04}"
        assert space["down_revision"] == (None if n == 1 else f"{branch}_{n - 1:04}")
        assert bool(space.get("branch_labels")) == (n == 1)
    assert head(room) == f"{branch}_{len(files):04}"


def test_models_equal_migrations(new_url) -> None:
    from contextlib import closing

    from cordiale.store.connection import open_store

    with closing(open_store(new_url())) as store:
        migrate(store, rooms())
        metadata = [tables(room) for room in rooms()]
        with store.write() as tx:
            context = MigrationContext.configure(
                tx.connection,
                opts={
                    "include_object": lambda _object, name, *_rest: (
                        not name.startswith((SEARCH_INDEX, "ix_" + SEARCH_INDEX))
                    ),
                    "compare_type": True,
                },
            )
            assert compare_metadata(context, metadata) == []


def test_rooms_may_come_one_after_another(store: Store) -> None:
    migrate(store, rooms())
    with store.read() as tx:
        assert applied(tx) == {head(room) for room in rooms()}
    migrate(store, ["store"])
    migrate(store, rooms())


def test_an_upgrade_that_stops_half_way_leaves_the_schema_it_found(new_url) -> None:
    from contextlib import closing

    from cordiale.store.connection import open_store

    with closing(open_store(new_url())) as store:
        migrate(store)
        with store.write() as tx:
            tx.run("CREATE TABLE exchange_consented (vid INTEGER)")  # one of the last that are made
        with pytest.raises(SQLAlchemyError, match="exchange_consented"):
            migrate(store, rooms())
        with store.read() as tx:
            assert applied(tx) == {head("store")}
        with store.write() as tx:
            tx.run("DROP TABLE exchange_consented")
        migrate(store, rooms())
        with store.read() as tx:
            assert applied(tx) == {head(room) for room in rooms()}


def test_a_database_of_a_newer_version_is_refused(store: Store) -> None:
    with store.write() as tx:
        tx.run("UPDATE alembic_version SET version_num = 'store_9999'")
    with pytest.raises(ConfigurationError, match="store_9999"):
        migrate(store)
    with store.write() as tx:
        tx.run("UPDATE alembic_version SET version_num = 'weather_0001'")
    with pytest.raises(ConfigurationError, match="weather_0001"):
        migrate(store)


def test_alembic_is_not_even_imported_when_there_is_nothing_to_do(store: Store, backend: str) -> None:
    if backend == "memory":
        pytest.skip("another process cannot open it")
    program = (
        "import sys; from cordiale.store.connection import open_store; from cordiale.store.migrations import migrate\n"
        f"store = open_store({store.url!r}); migrate(store); store.close(); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_every_room_named_here_exists() -> None:
    assert all(find_spec(f"cordiale.{room}") for room in rooms())
