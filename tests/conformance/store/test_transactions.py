"""All or nothing, one writer at a time, readers undisturbed."""

import threading

import pytest

from cordiale.platform.errors import ConfigurationError
from cordiale.store import changes
from cordiale.store.backup import check
from cordiale.store.connection import Store
from cordiale.store.markings import all_markings
from cordiale.store.search import counts
from cordiale.store.types import Filter, Put
from cordiale.store.versions import current, get, put
from tests.conformance.store.objects import AMBER, RED, START, keep, named, relationship, sdo


def test_an_error_undoes_everything_and_what_was_learnt(store: Store) -> None:
    campaign = sdo("campaign", "a")

    def interrupted() -> None:
        with store.write() as tx:
            put(tx, "fra", START, [Put(campaign, RED, RED)])
            raise KeyError

    with pytest.raises(KeyError):
        interrupted()
    with store.read() as tx:
        assert get(tx, campaign.id, None) == []
        assert all_markings(tx) == {}
    [outcome] = keep(store, sdo("tool", "t"), campaign, source="gbr", base=AMBER)[1:]
    with store.read() as tx:
        [row] = get(tx, campaign.id, None)
        assert (row.vid, row.source) == (outcome.vid, "gbr")
    assert check(store) == []


def test_a_reader_keeps_its_snapshot_while_a_writer_commits(store: Store, backend: str) -> None:
    if backend == "memory":
        pytest.skip("in memory readers and writers take turns")
    with store.read() as tx:
        assert counts(tx, None) == {}
        keep(store, sdo("campaign", "a"))
        assert counts(tx, None) == {}
    with store.read() as tx:
        assert counts(tx, None) == {"campaign": 1}


def test_a_second_writer_inside_the_first_is_refused_instead_of_waiting_for_itself(store: Store) -> None:
    with store.write(), pytest.raises(RuntimeError), store.write():
        pass
    keep(store, sdo("campaign", "a"))


def test_writers_take_turns(store: Store) -> None:
    def work(n: int) -> None:
        for m in range(5):
            keep(
                store, relationship(f"r{n}{m}", named("campaign", "a"), named("tool", f"{n}{m}")), index=False
            )
            keep(store, sdo("tool", f"{n}{m}"), index=False)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as tx:
        assert counts(tx, None) == {"relationship": 20, "tool": 20}
        log = changes.after(tx, 0, 1000)
        assert [change.seq for change in log] == list(range(1, len(log) + 1))
    assert check(store) == []


def test_a_token_tells_that_something_was_committed(store: Store) -> None:
    before = store.changed()
    keep(store, sdo("campaign", "a"))
    after = store.changed()
    assert after != before
    assert store.changed() == after


def test_a_memory_store_goes_back_to_a_snapshot(store: Store, backend: str) -> None:
    if backend != "memory":
        with pytest.raises(ConfigurationError):
            store.snapshot()
        return
    keep(store, sdo("campaign", "a"))
    state = store.snapshot()
    [lost] = keep(store, sdo("campaign", "b"), base=RED)
    store.load(state)
    with store.read() as tx:
        assert [row.id for row in current(tx, Filter(), None, 10, None).rows] == [named("campaign", "a")]
    [again] = keep(store, sdo("campaign", "c"), base=AMBER)
    assert again.vid == lost.vid
    assert check(store) == []


def test_an_empty_put_is_fine(store: Store) -> None:
    with store.write() as tx:
        assert put(tx, "can", START, []) == []
    with store.read() as tx:
        assert current(tx, Filter(), None, 10, None).rows == []
        assert current(tx, Filter(), None, 0, frozenset()).rows == []


def test_a_token_comes_again_after_the_database_cut_its_connections(store: Store, backend: str) -> None:
    before = store.changed()
    if backend == "postgresql":
        with store.bare() as driver:
            driver.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
            driver.rollback()
    elif backend == "sqlite":
        with store._watch._turn:
            assert store._watch._connection is not None
            driver = store._watch._connection.connection.dbapi_connection
            assert driver is not None
            driver.close()
    else:
        pytest.skip("memory has no connection to lose")
    after = store.changed()
    assert after != before
    keep(store, sdo("campaign", "a"))
    assert store.changed() != after
