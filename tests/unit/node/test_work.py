"""What the worker does and leaves: small pieces are indexed together, and a quiet node stays quiet."""

from __future__ import annotations

from pathlib import Path

import orjson

from cordiale.desk.actor import house
from cordiale.desk.incoming import inbox
from cordiale.desk.views import search
from cordiale.node import work
from cordiale.node.initialise import init
from cordiale.node.opening import open_node
from cordiale.node.ticks import Ticks

WHEN = "2026-03-01T08:00:00.000Z"


def indicator(number: int) -> bytes:
    return orjson.dumps(
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": f"indicator--00000000-0000-4000-8000-{number:012d}",
            "created": WHEN,
            "modified": WHEN,
            "name": f"lantern {number}",
            "pattern": "[url:value = 'https://example.org/']",
            "pattern_type": "stix",
            "valid_from": WHEN,
        }
    )


def test_what_is_posted_bit_by_bit_is_indexed_together_and_within_the_lag(tmp_path: Path) -> None:
    now = [1000.0]
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    with open_node(path, environ={}) as node:
        desk, actor = node.desk, house("marie")

        def found() -> int:
            return len(search.search(desk, actor, "lantern").items)

        worker = work.Work(desk, lambda: now[0])
        inbox.take(desk, "france", (indicator(1),))
        worker.step(False)
        assert found() == 1
        inbox.take(desk, "france", (indicator(2),))
        worker.step(False)
        inbox.take(desk, "france", (indicator(3),))
        worker.step(False)
        assert found() == 1
        now[0] += desk.settings.store.index_lag_ms / 1000
        worker.step(False)
        assert found() == 3


def test_a_quiet_node_stops_writing(tmp_path: Path) -> None:
    now = [1000.0]
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    with open_node(path, environ={}) as node:
        worker = work.Work(node.desk, lambda: now[0])
        inbox.take(node.desk, "france", (indicator(1),))
        for _ in range(6):
            worker.step(False)
            now[0] += 0.6
        worker.cut_at = now[0]
        before = node.store.changed()
        assert worker.step(False) is False
        assert node.store.changed() == before


def test_while_things_change_they_are_looked_for_more_often(tmp_path: Path) -> None:
    now = [1000.0]
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    with open_node(path, environ={}) as node:
        worker = work.Work(node.desk, lambda: now[0])
        worker.step(False)
        now[0] += 2 * work.LIVELY_S
        assert worker.period(0.02) == 0.02
        inbox.take(node.desk, "france", (indicator(1),))
        worker.step(False)
        assert worker.period(0.02) == work.LIVELY_TICK_S
        assert worker.period(0.001) == 0.001
        now[0] += 2 * work.LIVELY_S
        assert worker.period(0.02) == 0.02


def test_what_came_from_a_partner_is_found_after_the_step_it_woke(tmp_path: Path) -> None:
    now = [1000.0]
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    with open_node(path, environ={}) as node:
        ticks = Ticks()
        worker = work.Work(node.desk, lambda: now[0])
        worker.step(False)
        now[0] += 1.0
        inbox.take(node.desk, "france", (indicator(1),))
        ticks.came()
        assert ticks.next(0.0)
        worker.step(True, came=ticks.has_come())
        assert len(search.search(node.desk, house("marie"), "lantern").items) == 1
        assert not ticks.has_come()
