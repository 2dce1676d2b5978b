"""How long releases take: measured with each end's own clock, kept as a histogram a link, told to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cordiale.desk.actor import Actor
from cordiale.desk.answers import PartnerView
from cordiale.desk.outgoing.release import release
from cordiale.desk.partner.latency import BOUNDS_S, Histogram
from cordiale.desk.partner.latency import records as kept
from cordiale.desk.partner.latency.view import histograms
from cordiale.desk.partner.partners import partner_list
from cordiale.desk.partner.sync import sync
from cordiale.exchange import records
from cordiale.node.node import Node
from cordiale.node.work import Work
from cordiale.platform.clock import DAY, SECOND, system_clock
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import Pair

MS = SECOND // 1000


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = system_clock()

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def pair(tmp_path: Path, hands: Hands) -> Iterator[Pair]:
    pair = Pair(tmp_path, clock=hands)
    yield pair
    pair.canada.close()
    pair.france.close()


def working(node: Node) -> Work:
    """Return a node's worker that has looked at everything."""
    work = Work(node.desk)
    work.step(True)
    return work


def one(node: Node, marie: Actor) -> PartnerView:
    return partner_list(node.desk, marie)[0]


def test_a_share_is_read_within_its_bucket_and_what_takes_longer_than_all_counts_too() -> None:
    found = Histogram()
    assert found.quantile(0.5) is None
    found.add(30 * MS, 98)
    found.add(400 * MS)
    found.add(10 * DAY)
    assert 25 * MS < (found.quantile(0.5) or 0) < 50 * MS
    assert found.quantile(1.0) == round(BOUNDS_S[-1] * SECOND)
    assert found.n == 100


def test_each_end_measures_by_its_own_clock_and_people_are_shown_both(
    pair: Pair, hands: Hands, marie: Actor
) -> None:
    here, there = working(pair.canada), working(pair.france)
    pair.take(indicator(1), indicator(2))
    hands.now += 80 * MS
    here.step(True)  # cut
    hands.now += 200 * MS
    sync(pair.france.desk, marie)  # received and acknowledged
    hands.now += 150 * MS
    here.step(True)
    there.step(True)  # indexed
    here.write_measured()
    there.write_measured()
    sent, came = one(pair.canada, marie).latency, one(pair.france, marie).latency
    assert {stage: found.n for stage, found in sent.items()} == {"cut": 2, "acknowledged": 2}
    assert (came["received"].n, came["visible"].n) == (2, 2)
    with pair.canada.store.read() as tx:
        mine = histograms(tx)
    with pair.france.store.read() as tx:
        theirs = histograms(tx)
    assert mine["france", "cut"].total_us == 2 * 80 * MS
    assert mine["france", "acknowledged"].total_us == 2 * 280 * MS
    assert theirs["canada", "received"].total_us == 2 * 200 * MS
    assert theirs["canada", "visible"].total_us == 2 * 350 * MS


def test_a_clock_that_is_off_is_taken_into_account(pair: Pair, hands: Hands, marie: Actor) -> None:
    there = working(pair.france)
    pair.take(indicator(1))
    hands.now += SECOND
    pair.exchange()
    with pair.france.store.write() as tx:
        records.save_link(tx, records.partner(tx, "canada").number, {"clock_difference": 3 * SECOND})
    there.step(True)
    there.write_measured()
    with pair.france.store.read() as tx:
        assert histograms(tx)["canada", "received"].total_us == 3 * SECOND


def test_what_was_stored_long_ago_counts_from_the_act_that_releases_it(
    pair: Pair, hands: Hands, marie: Actor
) -> None:
    pair.take(indicator(1), marking="tlp:amber")
    here = working(pair.canada)
    hands.now += DAY
    here.step(True)
    hands.now += SECOND
    release(pair.canada.desk, marie, "france", ids=[str(indicator(1)["id"])])
    here.step(True)
    here.write_measured()
    with pair.canada.store.read() as tx:
        found = histograms(tx)["france", "cut"]
    assert (found.n, found.total_us) == (1, 0)


def test_days_that_are_old_are_kept_as_one_and_not_shown(pair: Pair, hands: Hands, marie: Actor) -> None:
    today = hands.now // DAY
    with pair.canada.store.write() as tx:
        kept.add(tx, [("france", "cut", day, 3, 5, 100) for day in (today - 40, today - 35, today - 10)])
        kept.fold(tx, today - 30)
    assert one(pair.canada, marie).latency == {}
    with pair.canada.store.read() as tx:
        assert histograms(tx)["france", "cut"].n == 15
        assert histograms(tx, 1)["france", "cut"].n == 5
