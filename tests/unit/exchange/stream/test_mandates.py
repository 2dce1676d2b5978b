"""What was numbered under a rule or an act is served only while one still lets it go."""

from __future__ import annotations

import pytest

from cordiale.exchange.cut import backfill
from cordiale.release import records as rulings
from cordiale.release.mandate import Act, Exemption
from cordiale.release.rules import parse
from tests.unit.exchange.cut.test_release import APPROVAL, change_rules, hold, pair
from tests.unit.exchange.world import RULES, SECOND, Node, id_of, indicator, malware, pull, report

NO_INDICATORS = RULES.replace('"indicator", ', "")
WATCHED = (
    RULES
    + """
[[mandates]]
name = "watched"
to = ["FRA"]
four_eyes = true
where.labels = ["watch"]
"""
)


def approve(node: Node, act: Act) -> None:
    with node.store.write() as tx:
        rulings.record_act(tx, act)
        backfill.approve(tx, "FRA", ids=act.ids)


def test_a_rule_taken_away_stops_what_it_numbered_and_given_back_lets_it_go() -> None:
    here, there = pair()
    here.put(indicator("a"), malware("b"))
    here.cut("FRA")
    wide, here.rules = here.rules[0], [parse(NO_INDICATORS)]
    change_rules(here, wide)
    pulled = pull(there, here)
    assert (pulled.new, pulled.withdrawn, there.ids()) == (1, 1, {id_of(malware("b"))})
    narrow, here.rules = here.rules[0], [wide]
    change_rules(here, narrow)
    here.cut("FRA")
    assert (pull(there, here).new, len(there.ids())) == (1, 2)


def test_a_rule_taken_away_under_a_hold_does_not_come_back_with_its_end() -> None:
    here, there = pair()
    here.put(indicator("a"))
    here.cut("FRA")
    hold(here, id_of(indicator("a")), here.clock.now + 60 * SECOND)
    wide, here.rules = here.rules[0], [parse(NO_INDICATORS)]
    change_rules(here, wide)
    here.clock.now += 61 * SECOND
    pull(there, here)
    here.cut("FRA")
    pull(there, here)
    assert there.ids() == set()


@pytest.mark.parametrize("ends", ["withdrawn", "over"])
def test_what_an_act_numbered_stops_with_the_act(ends: str) -> None:
    here, there = pair(APPROVAL)
    here.put(indicator("a"), indicator("b"))
    until = here.clock.now + 60 * SECOND
    approve(
        here,
        Act("one", ("FRA",), "officer", here.clock(), ids=frozenset({id_of(indicator("a"))}), until=until),
    )
    approve(here, Act("two", ("FRA",), "officer", here.clock(), ids=frozenset({id_of(indicator("b"))})))
    here.cut("FRA")
    if ends == "over":
        here.clock.now = until
    else:
        with here.store.write() as tx:
            rulings.withdraw_act(tx, "one", "officer", here.clock())
    pulled = pull(there, here)
    assert (pulled.new, pulled.withdrawn, there.ids()) == (1, 1, {id_of(indicator("b"))})


def test_a_rule_about_labels_is_asked_about_each_object() -> None:
    here, there = pair(WATCHED)
    here.put(indicator("a"), indicator("b", labels=["watch"]))
    here.cut("FRA")
    assert (pull(there, here).new, there.ids()) == (1, {id_of(indicator("a"))})
    with here.store.write() as tx:
        rulings.record_exception(
            tx, Exemption(id_of(indicator("b")), "FRA", "act", "one", here.clock(), second="two")
        )
        backfill.approve(tx, "FRA", ids=[id_of(indicator("b"))])
    here.cut("FRA")
    assert (pull(there, here).new, len(there.ids())) == (1, 2)


def test_a_tear_line_stops_with_the_rule_that_let_its_parent_go() -> None:
    here, there = pair()
    shown, hidden = malware("shown"), malware("hidden", marking=["tlp:red"])
    here.put(shown, hidden, report("r", [shown, hidden]))
    here.cut("FRA")
    wide, here.rules = here.rules[0], [parse(RULES.replace('"report", ', ""))]
    change_rules(here, wide)
    pulled = pull(there, here)
    assert (pulled.new, pulled.withdrawn, there.ids()) == (1, 1, {id_of(shown)})
