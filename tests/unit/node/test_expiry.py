"""At its last day what was received goes by itself, and the sender is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cordiale.desk.outgoing.recall import recall_list
from cordiale.desk.upkeep.expiry import expire
from cordiale.desk.views.search import search
from cordiale.platform.clock import DAY, format_instant, system_clock
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import RULES, Pair

OPEN = RULES.replace(
    'where = { marking_within = ["tlp:clear", "tlp:green"] }', 'where = { type = ["indicator"] }'
)


class Days:
    """A clock that is moved by days."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return system_clock() + self.ahead


@pytest.fixture
def days() -> Days:
    return Days()


@pytest.fixture
def pair(tmp_path: Path, days: Days) -> Iterator[Pair]:
    pair = Pair(tmp_path, rules=OPEN, clock=days)
    yield pair
    pair.canada.close()
    pair.france.close()


def test_what_ends_is_withdrawn_at_the_receiver_with_a_receipt(pair: Pair, days: Days) -> None:
    until = format_instant(system_clock() + DAY)
    pair.take(indicator(1), indicator(2), marking=f"tlp:green not-after:{until}")
    pair.take(indicator(3))
    pair.exchange()
    assert len(search(pair.france.desk, pair.officer).items) == 3
    assert expire(pair.france.desk) == 0
    days.ahead = 2 * DAY
    assert expire(pair.france.desk) == 2
    assert [item.id for item in search(pair.france.desk, pair.officer).items] == [indicator(3)["id"]]
    assert b"ministry-login.example/1" not in (pair.france.path / "cordiale.db").read_bytes()
    assert pair.exchange().link == "up"
    (told,) = [r for r in recall_list(pair.canada.desk, pair.officer) if r.reason == "expired"]
    assert (told.partner, told.by, told.state, told.outcome) == ("france", "france", "acknowledged", "done")
    assert set(told.ids) == {indicator(1)["id"], indicator(2)["id"]}
    assert pair.exchange().link == "up"  # told once
    assert len([r for r in recall_list(pair.canada.desk, pair.officer) if r.reason == "expired"]) == 1
    assert len(search(pair.canada.desk, pair.officer).items) == 3  # ours are ours to keep
