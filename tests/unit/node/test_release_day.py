"""A release officer's day between two nodes: see before, release, refuse, take back, explain."""

from __future__ import annotations

from typing import Any

import pytest

from cordiale.desk.marking.mark import mark
from cordiale.desk.outgoing.preview import preview
from cordiale.desk.outgoing.recall import recall, recall_list
from cordiale.desk.outgoing.release import hold, lift, refuse, release
from cordiale.desk.partner.sync import cut_all
from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.desk.views.search import search
from cordiale.desk.views.show import show
from cordiale.desk.why import why
from cordiale.exchange.message import Request, Response
from cordiale.platform.errors import ConfigurationError, Conflict, NotAllowed, NotFound, Unavailable
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import RULES, Pair

GREEN, AMBER, RED = indicator(1), indicator(2), indicator(3)


@pytest.fixture
def held(pair: Pair) -> Pair:
    pair.take(GREEN, marking="tlp:green")
    pair.take(AMBER, marking="tlp:amber")
    pair.take(RED, marking="tlp:red")
    return pair


def has(pair: Pair) -> set[str]:
    return {item.id for item in search(pair.france.desk, pair.officer).items}


def test_the_preview_says_what_france_would_see_and_why_not_the_rest(held: Pair) -> None:
    (seen,) = preview(held.canada.desk, held.officer, ids=[o["id"] for o in (GREEN, AMBER, RED)])
    assert (seen.partner, seen.total, seen.verbatim) == ("france", 3, 1)
    reasons = {chip.id: chip.reason.code for chip in seen.items if chip.reason}
    assert reasons[AMBER["id"]] == "approval-needed"
    assert reasons[RED["id"]] == "tlp-too-narrow"


def test_a_standing_rule_sends_by_itself_and_an_act_sends_the_rest(held: Pair) -> None:
    held.exchange()
    assert has(held) == {GREEN["id"]}
    act = release(held.canada.desk, held.officer, "france", ids=[AMBER["id"], RED["id"]])
    assert (act.verbatim, act.by) == (1, "marie")
    assert [part.reason.code for part in act.withheld] == ["tlp-too-narrow"]
    held.exchange()
    assert has(held) == {GREEN["id"], AMBER["id"]}


def test_a_release_by_query_covers_what_its_marking_says(held: Pair) -> None:
    act = release(held.canada.desk, held.officer, "France", types=["indicator"])
    assert act.partner == "france"
    held.exchange()
    assert has(held) == {GREEN["id"], AMBER["id"]}


def test_what_is_refused_stays_until_it_is_lifted(held: Pair) -> None:
    refuse(held.canada.desk, held.officer, "france", ids=[GREEN["id"]], reason="a third party asked")
    held.exchange()
    assert has(held) == set()
    found = why(held.canada.desk, held.officer, GREEN["id"], "france")
    assert found.steps[-1].code == "held" or "held" in {step.code for step in found.steps}
    lift(held.canada.desk, held.officer, "france", ids=[GREEN["id"]])
    held.exchange()
    assert has(held) == {GREEN["id"]}


def test_what_is_held_until_a_day_that_is_past_goes(held: Pair) -> None:
    hold(held.canada.desk, held.officer, "france", ids=[GREEN["id"]], until="2020-01-01T00:00:00Z")
    held.exchange()
    assert has(held) == {GREEN["id"]}


def test_why_answers_with_rule_time_and_receipt(held: Pair) -> None:
    held.exchange()
    held.exchange()
    found = why(held.canada.desk, held.officer, GREEN["id"], "france")
    assert found.form == "verbatim"
    assert {"passes", "automatic"} <= {step.code for step in found.steps}
    assert found.sequence == 1
    assert found.sent_at is not None


def test_a_recall_takes_the_object_from_the_partner(held: Pair) -> None:
    held.exchange()
    (asked,) = recall(held.canada.desk, held.officer, ids=[GREEN["id"]], reason="a mistake")
    assert (asked.partner, asked.state) == ("france", "asked")
    held.exchange()
    assert has(held) == set()
    held.exchange()
    assert recall_list(held.canada.desk, held.officer)[0].state == "acknowledged"


def test_narrowing_a_marking_stops_sending_and_asks_back_what_went(held: Pair) -> None:
    held.exchange()
    done = mark(held.canada.desk, held.officer, GREEN["id"], "tlp:red")
    assert done.recalls_drafted == 1
    held.exchange()
    assert has(held) == set()


def test_a_received_object_can_only_become_stricter_here(held: Pair) -> None:
    held.exchange()
    done = mark(held.france.desk, held.officer, GREEN["id"], "tlp:amber")
    assert done.how == "overlay"
    assert set(done.after) >= {"tlp:amber"}
    with pytest.raises(NotAllowed, match="only become stricter"):
        mark(held.france.desk, held.officer, GREEN["id"], "tlp:green")


def test_a_partner_s_name_that_is_not_known_names_those_that_are(held: Pair) -> None:
    with pytest.raises(NotFound, match="Known: france"):
        release(held.canada.desk, held.officer, "fance", ids=[GREEN["id"]])


def test_an_object_that_is_not_there_and_one_that_is_hidden_read_the_same(held: Pair) -> None:
    nowhere = indicator(99)["id"]
    with pytest.raises(NotFound) as first:
        show(held.canada.desk, held.officer, nowhere)
    assert nowhere in str(first.value)


def test_rules_are_refused_when_anything_changed_since_their_preview(held: Pair) -> None:
    text = RULES.replace('tlp = "amber"', 'tlp = "green"')
    token = rules_diff(held.canada.desk, held.officer, text).token
    held.take(indicator(7))
    with pytest.raises(Conflict):
        rules_apply(held.canada.desk, held.officer, text, "rules.toml", token)


def test_the_rules_preview_counts_exactly_and_narrowing_drafts_recalls(held: Pair) -> None:
    release(held.canada.desk, held.officer, "france", ids=[AMBER["id"]])
    held.exchange()
    text = RULES.replace('tlp = "amber"', 'tlp = "green"')
    found = rules_diff(held.canada.desk, held.officer, text)
    (france,) = [one for one in found.partners if one.partner == "france"]
    assert (france.before, france.after, france.narrowed) == (2, 1, 1)
    rules_apply(held.canada.desk, held.officer, text, "rules.toml", found.token)
    states = [r.state for r in recall_list(held.canada.desk, held.officer)]
    assert states == ["draft"]


@pytest.mark.parametrize("readable", [True, False])
def test_what_may_not_leave_any_more_is_not_served_though_it_was_numbered(held: Pair, readable: bool) -> None:
    def rules(text: str) -> None:
        token = rules_diff(held.canada.desk, held.officer, text).token
        rules_apply(held.canada.desk, held.officer, text, "rules.toml", token)

    def served() -> bytes:
        with held.france.store.read() as tx:
            return b"".join(raw for (raw,) in tx.rows("SELECT raw FROM bodies"))

    rules(RULES + '\n[allow]\nproperties = ["x_source_note"]\n')
    held.take(indicator(8) | {"x_source_note": "CASSOWARY"}, marking="tlp:green")
    cut_all(held.canada.desk)
    if not readable:  # as those that a release long past took
        rules(RULES + '\n[allow]\ntypes = ["x-ship"]\n')
        with held.canada.store.write() as tx:
            assert (
                tx.run("UPDATE release_rules SET text = 'format = 0' WHERE text LIKE ?", "%x_source_note%")
                == 1
            )
    rules(RULES)
    held.exchange()
    held.exchange()
    assert b"CASSOWARY" not in served()
    assert b"page 8" in served(), "the rest goes as a tear-line"
    rules(RULES + '\n[allow]\nproperties = ["x_*"]\n')
    held.exchange()
    assert b"CASSOWARY" in served()


def test_rules_that_cannot_be_used_name_the_key(held: Pair) -> None:
    with pytest.raises(ConfigurationError, match="tlp"):
        rules_diff(held.canada.desk, held.officer, RULES.replace('"amber"', '"ambre"'))


def _garbage(request: Request) -> Response:
    return Response(200, {"content-type": "application/json"}, b"\xff{" * 50)


def _down(request: Request) -> Response:
    raise Unavailable("exchange.unreachable", "the partner does not answer")


def _refusing(request: Request) -> Response:
    return Response(500, {}, b"<html>" * 10)


@pytest.mark.parametrize("line", [_garbage, _down, _refusing])
def test_a_partner_that_misbehaves_is_a_state_of_its_link_and_nothing_else(held: Pair, line: Any) -> None:
    held.exchange()
    held.broken = line
    answer = held.exchange()
    assert answer.link != "up"
    assert answer.error
    held.broken = None
    assert held.exchange().link == "up"
    assert has(held) == {GREEN["id"]}
