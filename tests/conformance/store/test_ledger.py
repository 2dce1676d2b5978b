"""The ledger of purged versions, replayed on a store that still has them."""

from cordiale.store.connection import Store
from cordiale.store.types import Filter, Tombstone
from cordiale.store.versions import bury, current, purge, replay, tombstones
from tests.conformance.store.conftest import NewStore
from tests.conformance.store.objects import START, keep, sdo

SALT = bytes(range(16))


def ids(store: Store) -> set[str]:
    with store.read() as tx:
        return {row.id for row in current(tx, Filter(), None, 100, None).rows}


def test_a_ledger_is_replayed_on_a_copy_that_is_older(store: Store, new_store: NewStore) -> None:
    things = [sdo("campaign", f"thing {n}") for n in range(4)]
    outcomes = keep(store, *things)
    with store.write() as tx:
        purge(tx, outcomes[0].vid, "expired", START, SALT)
        bury(tx, things[1].id, None, None, "recall", START, SALT)
        ledger = tombstones(tx)
    older = new_store()
    keep(older, *things)
    with older.write() as tx:
        assert len(replay(tx, ledger)) == 2
        assert replay(tx, ledger) == []
        lines = {(tomb.id, tomb.salted_hash, tomb.reason) for tomb in tombstones(tx)}
    assert lines == {(tomb.id, tomb.salted_hash, tomb.reason) for tomb in ledger}
    assert ids(older) == ids(store) == {things[2].id, things[3].id}
    assert {outcome.kind for outcome in keep(older, *things[:2])} == {"tombstoned"}


def test_a_line_about_what_never_was_here_is_kept(store: Store) -> None:
    thing = sdo("campaign", "never here")
    line = Tombstone(
        id=thing.id, source=None, vid=None, salt=SALT, salted_hash=None, reason="recall", when=START
    )
    with store.write() as tx:
        assert replay(tx, [line]) == []
    assert [outcome.kind for outcome in keep(store, thing)] == ["tombstoned"]
