"""Every test of this folder runs over all three backends, with the same assertions."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cordiale.store.backup import scrub
from cordiale.store.connection import Store, open_store
from cordiale.store.migrations import migrate
from tests import postgresql

BACKENDS = ("memory", "sqlite", "postgresql")

NewStore = Callable[[], Store]


@pytest.fixture(scope="session")
def postgresql_socket() -> Iterator[str]:
    if postgresql.programs() is None:
        pytest.skip(postgresql.INSTALL)
    with postgresql.cluster() as socket:
        yield socket


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def new_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """Give addresses of databases that hold nothing yet."""
    count = itertools.count()
    made: list[str] = []

    def url() -> str:
        n = next(count)
        if backend == "memory":
            return "memory://"
        if backend == "sqlite":
            return f"sqlite:///{tmp_path / f'store-{n}.db'}"
        name = f"t{os.getpid()}_{abs(hash(request.node.nodeid))}_{n}"
        made.append(name)
        return postgresql.make_schema(request.getfixturevalue("postgresql_socket"), name)

    yield url
    for name in made:
        postgresql.drop_schema(request.getfixturevalue("postgresql_socket"), name)


@pytest.fixture(scope="session")
def made_empty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """Migrate a file and a memory store, which others then begin as copies of: most tests are about what follows."""
    file = tmp_path_factory.mktemp("empty") / "cordiale.db"
    with closing(open_store(str(file))) as store:
        migrate(store)
        scrub(store)
    with closing(open_store("memory://")) as store:
        migrate(store)
        return file, store.snapshot()


@pytest.fixture
def new_store(new_url: Callable[[], str], made_empty: tuple[Path, bytes]) -> Iterator[NewStore]:
    """Open as many stores as a test needs, each with its tables."""
    opened: list[Store] = []

    def store() -> Store:
        url = new_url()
        if url.startswith("sqlite:"):
            shutil.copy(made_empty[0], url.removeprefix("sqlite:///"))
        made = open_store(url)
        opened.append(made)
        if made.memory:
            made.load(made_empty[1])
        migrate(made)
        return made

    yield store
    for made in opened:
        made.close()


@pytest.fixture
def store(new_store: NewStore) -> Store:
    return new_store()
