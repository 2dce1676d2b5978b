"""What a cut looked at is freed with it, without the collector that stops every thread."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from cordiale.exchange.cut.subjects import Subject, Subjects
from cordiale.exchange.cut.why import why
from tests.unit.exchange.world import RULES, Node, connect, id_of, indicator, make, malware, relationship


@pytest.fixture
def node() -> Node:
    here, there = make("CAN", rules=RULES), make("FRA", rules=RULES)
    connect(here, there)
    here.put(indicator("a"), malware("b"), relationship(indicator("a"), malware("b")))
    return here


def left() -> list[str]:
    """Return what is left of cuts without anybody who knows it."""
    return [type(one).__name__ for one in gc.get_objects() if isinstance(one, Subject | Subjects)]


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Keep the collector away."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_a_cut_leaves_no_circle_behind(node: Node, uncollected: None) -> None:
    before = len(left())
    assert node.cut("FRA")["FRA"].last == 3
    assert len(left()) == before


def test_an_answer_to_who_sees_this_and_why_leaves_none(node: Node, uncollected: None) -> None:
    before = len(left())
    with node.store.read() as tx:
        partnership = node.partnership("FRA")
        assert partnership is not None
        assert why(tx, node.home, partnership, id_of(indicator("a")), node.clock())
    assert len(left()) == before
