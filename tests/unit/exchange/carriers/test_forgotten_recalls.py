"""Media to and from a node that was put back to before what it asked back: nothing is passed over, both count alike again."""

from __future__ import annotations

from pathlib import Path

from cordiale.exchange import records
from cordiale.exchange.partners import pairing as partners
from cordiale.exchange.restore import position, rejoin
from tests.unit.exchange.carriers.media import ITEMS, out, put, take, there_and_back, two
from tests.unit.exchange.restore.test_rejoin import ask_back, closed, names, number, quiet, reopen
from tests.unit.exchange.world import Node, pull


def asked(here: Node, there: Node) -> dict[str, tuple[int | None, str]]:
    """Return id → (number, state) of the recalls that one node knows it asked of another."""
    with here.store.read() as tx:
        return {row.id: (row.number, row.state) for row in records.recalls(tx, number=number(here, there))}


def who_forgot(folder: Path, count: int = 3) -> tuple[Node, Node, str]:
    """Return two nodes that reach one another by media, of which one was put back to before a recall that was carried out."""
    can, fra = two()
    put(can, fra, *ITEMS[:count])
    there_and_back(can, fra, folder / "a")
    old = can.store.snapshot()
    forgotten = ask_back(can, fra, [ITEMS[0]])
    assert take(fra, *out(can, fra, folder / "b"))[0].recalls == 1
    can.store.load(old)
    return can, fra, forgotten


def test_a_recall_under_a_number_that_was_forgotten_is_not_passed_over_on_a_medium(tmp_path: Path) -> None:
    can, fra, _forgotten = who_forgot(tmp_path)
    again = ask_back(can, fra, [ITEMS[1]])
    assert asked(can, fra) == {again: (1, "asked")}
    (taken,) = take(fra, *out(can, fra, tmp_path / "c"))
    assert (taken.recalls, taken.repeated, taken.code) == (1, 0, "")
    assert names(fra) == {"i2"}
    with fra.store.read() as tx:
        link = records.link(tx, number(fra, can))
        assert rejoin.forgot(link)
        assert link.recalls == 1
    (repeated,) = take(fra, *out(can, fra, tmp_path / "d"))
    assert (repeated.recalls, repeated.repeated) == (0, 1)


def test_a_medium_brings_back_a_recall_that_was_forgotten_and_both_count_alike_again(tmp_path: Path) -> None:
    can, fra, forgotten = who_forgot(tmp_path)
    again = ask_back(can, fra, [ITEMS[1]])
    take(fra, *out(can, fra, tmp_path / "c"))
    (shown,) = take(can, *out(fra, can, tmp_path / "d"))
    assert (shown.code, shown.receipts) == ("", 1)
    assert asked(can, fra) == {forgotten: (1, "acknowledged"), again: (2, "asked")}
    assert closed(can, fra)
    reopen(can, fra, unvisited=True)
    can.cut("FRA")
    later = ask_back(can, fra, [ITEMS[2]])
    (taken,) = take(fra, *out(can, fra, tmp_path / "e", since=1))
    # the one that was numbered anew, and one for each generation that the third was sent in
    assert (taken.code, taken.recalls, names(fra)) == ("", 3, set())
    (back,) = take(can, *out(fra, can, tmp_path / "f"))
    assert (back.code, asked(can, fra)[later]) == ("", (3, "acknowledged"))
    assert asked(can, fra)[again] == (2, "acknowledged")
    quiet(can, fra)
    with fra.store.read() as tx:
        assert not rejoin.forgot(records.link(tx, number(fra, can)))
        standing = position.of(tx, partners.partner(tx, "CAN"))
    with can.store.read() as tx:
        assert standing.recalls == 4
        assert position.knows_recalls(tx, partners.partner(tx, "FRA"), standing)


def test_who_knows_of_fewer_recalls_than_it_asked_is_shown_them_by_the_next_medium(tmp_path: Path) -> None:
    can, fra, forgotten = who_forgot(tmp_path)
    can.clock.now += 3_600_000_000
    fra.clock.now = can.clock.now
    (taken,) = take(fra, *out(can, fra, tmp_path / "c"))
    assert taken.code == ""
    take(can, *out(fra, can, tmp_path / "d"))
    assert asked(can, fra) == {forgotten: (1, "acknowledged")}


def test_logs_that_parted_before_are_found_though_both_name_the_same_last_recall(tmp_path: Path) -> None:
    can, fra, forgotten = who_forgot(tmp_path, 4)
    first, last = (ask_back(can, fra, [item]) for item in ITEMS[1:3])
    take(fra, *out(can, fra, tmp_path / "c"))  # 1 is carried out beside the order, 2 in it
    assert names(fra) == {"i3"}
    assert pull(fra, can).link.state == "rejoin"
    pull(can, fra)
    numbers = {recall: one[0] for recall, one in asked(can, fra).items()}
    assert numbers == {forgotten: 1, last: 2, first: 3}
    reopen(can, fra, unvisited=True)
    quiet(can, fra)
    assert pull(fra, can).link.state == pull(can, fra).link.state == "up"
    assert {one[1] for one in asked(can, fra).values()} == {"acknowledged"}
    assert names(fra) == {"i3"}
    with fra.store.read() as tx:
        told = [(row.number, row.id) for row in records.all_recalled(tx)]
    assert sorted(told) == [(1, forgotten), (2, last), (3, first)]
