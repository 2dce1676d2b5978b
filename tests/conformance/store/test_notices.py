"""Several processes on one PostgreSQL store hear of each other at once, and one of them leads."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from cordiale.store.connection import Store, open_store
from cordiale.store.notices import Notices

SOON = 20.0  # seconds; a bound for a machine that is busy, not a measure


class Ear:
    def __init__(self) -> None:
        self.rung = threading.Semaphore(0)

    def heard(self) -> None:
        self.rung.release()

    def hears(self, seconds: float = SOON) -> bool:
        return self.rung.acquire(timeout=seconds)

    def forget(self) -> None:
        while self.rung.acquire(blocking=False):
            pass


def commit(store: Store, n: int) -> None:
    """Commit once, whatever it is."""
    with store.write() as tx:
        tx.run("INSERT INTO text_dirty (vid) VALUES (?)", n)


@contextmanager
def listening(url: str, ear: Ear) -> Iterator[tuple[Store, Notices]]:
    """Open a store as another process does, and listen once what is said at the beginning was said."""
    with closing(open_store(url)) as store, closing(store.listen(ear.heard)) as notices:
        yield store, notices


@pytest.fixture
def url(store: Store, backend: str) -> str:
    if backend != "postgresql":
        pytest.skip("a SQLite store is asked: there is nobody to tell")
    return store.url


def test_a_commit_is_heard_by_the_others_and_not_by_its_writer(store: Store, url: str) -> None:
    here, there = Ear(), Ear()
    with listening(url, there) as (other, _notices):
        assert there.hears()  # it leads: it looks once
        with closing(store.listen(here.heard)):
            commit(store, 1)
            assert there.hears()
            here.forget()
            with store.write() as tx:  # nothing is written: nobody is told
                tx.rows("SELECT 1 FROM versions")
            commit(other, 2)
            assert here.hears()
            assert not there.hears(0)
            assert not here.hears(0)


def test_a_commit_that_wrote_nothing_is_no_change(store: Store, url: str) -> None:
    before = store._commits
    with store.write() as tx:
        tx.rows("SELECT 1 FROM versions")
    assert store._commits == before
    commit(store, 1)
    assert store._commits > before


def test_a_connection_that_was_cut_is_made_again_and_what_was_missed_is_looked_for(
    store: Store, url: str
) -> None:
    ear = Ear()
    with listening(url, ear) as (_other, notices):
        assert ear.hears()
        with store.write() as tx:
            assert tx.row(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                " AND pid <> pg_backend_pid()"
            )
        assert ear.hears()
        commit(store, 1)
        assert ear.hears()
        assert notices.leads


def test_one_leads_and_another_takes_over_when_it_is_gone(url: str) -> None:
    first, second = Ear(), Ear()
    with listening(url, first) as (_store, leader):
        assert first.hears()
        assert leader.leads
        with listening(url, second) as (_other, next_):
            assert not second.hears(0.1)
            assert not next_.leads
            leader.close()
            assert second.hears()
            assert next_.leads


def test_a_process_with_a_sqlite_store_leads_by_itself(new_store) -> None:
    store = new_store()
    if store.dialect == "postgresql":
        pytest.skip("tested above")
    with closing(store.listen(lambda: None)) as notices:
        assert notices.leads
