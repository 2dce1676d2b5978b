"""What is read to answer one question is of one state, and is asked once."""

import threading
from collections.abc import Callable

import pytest

from cordiale.store.connection import Store
from cordiale.store.transaction import Transaction


def put(store: Store, name: str) -> None:
    with store.write() as tx:
        tx.run(
            "INSERT INTO store_state (name, value) VALUES (?, '1')"
            " ON CONFLICT (name) DO UPDATE SET value = store_state.value || '1'",
            name,
        )


def held(tx: Transaction) -> list[str]:
    return [
        name
        for (name,) in tx.rows(
            "SELECT name FROM store_state WHERE name IN TEXTS(?) ORDER BY name", ["a", "b"]
        )
    ]


def elsewhere(do: Callable[[], object]) -> None:
    thread = threading.Thread(target=do)  # a thread of its own is not inside the reading
    thread.start()
    thread.join()


@pytest.fixture
def shared(store: Store, backend: str) -> Store:
    if backend == "memory":
        pytest.skip("nobody else works on a store in memory meanwhile")
    return store


def test_all_that_is_read_inside_is_of_one_state(shared: Store) -> None:
    put(shared, "a")
    with shared.reading():
        with shared.read() as tx:
            assert held(tx) == ["a"]
        elsewhere(lambda: put(shared, "b"))
        with shared.read() as tx:
            assert held(tx) == ["a"]
            with shared.read() as inner:
                assert inner is tx
        shared.let_go()
        with shared.read() as tx:
            assert held(tx) == ["a", "b"]
    with shared.read() as tx:
        assert held(tx) == ["a", "b"]


def test_what_is_written_inside_is_read_afterwards(shared: Store) -> None:
    with shared.reading():
        with shared.read() as tx:
            assert held(tx) == []
        put(shared, "a")
        with shared.read() as tx:
            assert held(tx) == ["a"]


def test_what_was_asked_in_the_same_words_is_answered_alike_whatever_became_of_the_answer(
    shared: Store,
) -> None:
    put(shared, "a")
    with shared.reading():
        for _again in range(2):
            with shared.read() as tx:
                found = held(tx)
                found.clear()
                assert held(tx) == ["a"]
                assert tx.row("SELECT value FROM store_state WHERE name = ?", "a") == ("1",)
                assert tx.row("SELECT value FROM store_state WHERE name = ?", "none") is None
                assert tx.rows("SELECT value FROM store_state WHERE name = ?", "a") == [("1",)]


def test_a_failure_leaves_nothing_that_later_readers_would_stumble_over(shared: Store) -> None:
    put(shared, "a")
    with shared.reading():
        with pytest.raises(Exception, match="nothing_there"), shared.read() as tx:
            tx.rows("SELECT * FROM nothing_there")
        with shared.read() as tx:
            assert held(tx) == ["a"]


def test_another_thread_of_the_same_question_reads_by_itself_meanwhile(shared: Store) -> None:
    from contextvars import copy_context

    put(shared, "a")
    seen: list[object] = []

    def other() -> None:
        with shared.read() as mine:
            seen.append(mine)
            assert held(mine) == ["a"]

    with shared.reading(), shared.read() as tx:
        context = copy_context()
        elsewhere(lambda: context.run(other))
        assert seen
        assert seen[0] is not tx


def test_nothing_is_left_open_when_a_reading_ends(shared: Store) -> None:
    with shared.reading(), shared.read() as tx:
        held(tx)
    lent = shared.engine.pool.checkedout()  # type: ignore[attr-defined]
    assert lent == 0


def test_what_is_sure_to_be_asked_is_asked_at_once_and_answered_alike(shared: Store) -> None:
    questions = (
        "SELECT max(value) FROM store_state",
        "SELECT 1 FROM tombstones LIMIT 1",
        "SELECT 1 FROM store_state LIMIT 1",
    )
    put(shared, "a")
    with shared.read() as tx:
        plain = [tx.row(question) for question in questions]
    shared.first = questions
    with shared.reading(), shared.read() as tx:
        assert [tx.row(question) for question in questions] == plain
        assert tx.row(questions[1]) is None
