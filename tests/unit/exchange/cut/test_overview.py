"""The overview of a partner gives the reasons that are given of each object by itself."""

from __future__ import annotations

import pytest

from cordiale.exchange.cut import backfill, why
from cordiale.release import records as rulings
from cordiale.release.mandate import Act
from tests.unit.exchange.cut.test_release import APPROVAL, pair
from tests.unit.exchange.world import Node, id_of, indicator, malware, relationship


def counted(node: Node) -> dict[str, int]:
    """Return what is withheld from France, by reason."""
    known = node.partnership("FRA")
    assert known is not None
    with node.store.read() as tx:
        seen = why.overview(tx, node.home, known, node.clock())
    return {one.reason.code: one.count for one in seen.withheld}


def test_what_stays_because_of_what_it_refers_to_is_counted_as_that() -> None:
    here, _there = pair(APPROVAL)
    one, two = indicator("a"), malware("m")
    link = relationship(one, two)
    here.put(one, two, link)
    with here.store.write() as tx:
        act = Act("act-1", ("FRA",), "officer", here.clock(), ids=frozenset({id_of(link)}))
        rulings.record_act(tx, act)
        backfill.approve(tx, "FRA", ids=act.ids)
    here.cut("FRA")
    assert counted(here) == {"approval-needed": 2, "end-not-released": 1}


def test_what_was_not_looked_at_is_not_said_to_go(monkeypatch: pytest.MonkeyPatch) -> None:
    here, _there = pair(APPROVAL)
    here.put(*(indicator(str(number)) for number in range(6)))
    monkeypatch.setattr(why, "LOOKED_AT", 4)
    assert counted(here) == {"approval-needed": 4, "not-looked-at": 2}
