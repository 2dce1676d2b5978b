"""A release officer takes back much at once, sees the counts first, and a partner's officer answers."""

from __future__ import annotations

from typing import Any

import pytest

from cordiale.desk.marking.remark import mark_all
from cordiale.desk.outgoing.preview import preview
from cordiale.desk.outgoing.recall import (
    recall,
    recall_answer,
    recall_confirm,
    recall_drop,
    recall_list,
    recall_received,
    recall_show,
)
from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.desk.views.search import search
from cordiale.desk.views.show import show
from cordiale.platform.errors import Conflict, InputError, NotFound
from tests.unit.desk.conftest import WHEN, indicator
from tests.unit.node.conftest import RULES, Pair


def report(number: int, *refs: str) -> dict[str, Any]:
    return {
        "type": "report",
        "spec_version": "2.1",
        "id": f"report--00000000-0000-4000-8000-{number:012d}",
        "created": WHEN,
        "modified": WHEN,
        "name": "campaign",
        "report_types": ["campaign"],
        "published": WHEN,
        "object_refs": list(refs),
    }


def has(pair: Pair) -> set[str]:
    return {item.id for item in search(pair.france.desk, pair.officer).items}


@pytest.fixture
def few(tmp_path: Any) -> Any:
    pair = Pair(tmp_path, rules=RULES + "\n[recall]\nconfirm_above = 2\n")
    yield pair
    pair.canada.close()
    pair.france.close()


def test_many_wait_for_a_person_who_saw_how_many_they_are(few: Pair) -> None:
    few.take(*(indicator(n) for n in range(1, 5)))
    few.exchange()
    ids = [indicator(n)["id"] for n in range(1, 5)]
    (drafted,) = recall(few.canada.desk, few.officer, ids=ids, reason="a wrong feed")
    assert (drafted.state, drafted.objects, drafted.types) == ("draft", 4, {"indicator": 4})
    few.exchange()
    assert len(has(few)) == 4
    with pytest.raises(Conflict, match="4 objects, not 3"):
        recall_confirm(few.canada.desk, few.officer, drafted.recall, objects=3)
    sent = recall_confirm(few.canada.desk, few.officer, drafted.recall, objects=4)
    assert (sent.state, sent.by) == ("asked", "marie")
    few.exchange()
    assert has(few) == set()
    assert recall_show(few.canada.desk, few.officer, drafted.recall).state == "acknowledged"


def test_a_draft_that_is_not_to_be_sent_is_dropped_unless_the_partner_may_not_have_it(few: Pair) -> None:
    few.take(*(indicator(n) for n in range(1, 5)))
    few.exchange()
    ids = [indicator(n)["id"] for n in range(1, 5)]
    (drafted,) = recall(few.canada.desk, few.officer, ids=ids, reason="on second thoughts")
    assert recall_drop(few.canada.desk, few.officer, drafted.recall).objects == 4
    assert recall_list(few.canada.desk, few.officer) == []
    few.exchange()
    assert len(has(few)) == 4
    mark_all(few.canada.desk, few.officer, ids, ["tlp:red"])
    few.exchange()
    (due,) = recall_list(few.canada.desk, few.officer)
    with pytest.raises(Conflict, match="4 versions"):
        recall_drop(few.canada.desk, few.officer, due.recall)
    recall_confirm(few.canada.desk, few.officer, due.recall)
    few.exchange()
    assert has(few) == set()


def test_whom_rules_name_no_more_is_asked_for_what_it_holds(pair: Pair) -> None:
    pair.take(indicator(1))
    pair.exchange()
    without = RULES.replace("france", "atlantis").replace("canada-atlantis", "canada-france")
    rules_apply(
        pair.canada.desk,
        pair.officer,
        without,
        "rules",
        rules_diff(pair.canada.desk, pair.officer, without, "rules").token,
    )
    (due,) = recall_list(pair.canada.desk, pair.officer)
    assert (due.state, due.objects, due.reason) == ("draft", 1, "rules-changed")
    assert recall_confirm(pair.canada.desk, pair.officer, due.recall).state == "asked"


def test_a_withdrawn_container_takes_its_members_along_when_that_is_asked(pair: Pair) -> None:
    members = [indicator(n)["id"] for n in (1, 2)]
    pair.take(indicator(1), indicator(2), indicator(3), report(9, *members))
    pair.exchange()
    (asked,) = recall(pair.canada.desk, pair.officer, ids=[report(9)["id"]], members=True)
    assert asked.objects == 3
    pair.exchange()
    assert has(pair) == {indicator(3)["id"]}


def test_entries_of_one_stream_may_be_asked_back_by_their_numbers(pair: Pair) -> None:
    pair.take(*(indicator(n) for n in range(1, 6)))
    pair.exchange()
    (asked,) = recall(pair.canada.desk, pair.officer, entries=(2, 3), partner="france")
    assert asked.objects == 2
    pair.exchange()
    assert len(has(pair)) == 3
    with pytest.raises(InputError, match="say which one"):
        recall(pair.canada.desk, pair.officer, entries=(2, 3))


def test_a_downgrade_shows_at_the_partner_s_and_needs_a_marking(pair: Pair) -> None:
    pair.take(indicator(1))
    pair.exchange()
    with pytest.raises(InputError, match="--marking"):
        recall(pair.canada.desk, pair.officer, ids=[indicator(1)["id"]], action="downgrade")
    recall(
        pair.canada.desk,
        pair.officer,
        ids=[indicator(1)["id"]],
        action="downgrade",
        marking="tlp:amber+strict",
    )
    pair.exchange()
    shown = show(pair.france.desk, pair.officer, indicator(1)["id"])
    assert set(shown.statements[0].effective_marking) == {"tlp:green", "tlp:amber+strict"}
    (seen,) = preview(pair.france.desk, pair.officer, ids=[indicator(1)["id"]])
    assert seen.verbatim == 0  # it does not go onward to where its new marking does not pass


def test_the_partner_s_officer_sees_what_was_asked_and_answers_in_their_name(pair: Pair) -> None:
    pair.take(indicator(1))
    pair.exchange()
    recall(pair.canada.desk, pair.officer, ids=[indicator(1)["id"]], reason="the source withdrew it")
    pair.exchange()
    (asked,) = recall_received(pair.france.desk, pair.officer)
    assert (asked.partner, asked.reason, asked.outcome) == ("canada", "the source withdrew it", "done")
    answered = recall_answer(
        pair.france.desk,
        pair.officer,
        asked.recall,
        "in-use",
        until="2027-01-31T00:00:00Z",
        note="in a brief",
    )
    assert answered.answered_by == "marie"
    pair.exchange()
    (told,) = recall_list(pair.canada.desk, pair.officer)
    assert (told.state, told.note) == ("in-use", "in a brief")
    with pytest.raises(NotFound):
        recall_answer(pair.france.desk, pair.officer, "nothing", "done")


def test_a_request_for_erasure_is_told_as_one_and_refuses_versions_to_come(pair: Pair) -> None:
    pair.take(indicator(1))
    pair.exchange()
    one = indicator(1)["id"]
    with pytest.raises(InputError):
        recall(pair.canada.desk, pair.officer, ids=[one], action="stop-use", erasure=True)
    (asked,) = recall(pair.canada.desk, pair.officer, ids=[one], reason="art. 17", erasure=True)
    assert (asked.action, asked.scope, asked.reason) == ("purge", "object", "erasure: art. 17")
    pair.exchange()
    assert has(pair) == set()
    (received,) = recall_received(pair.france.desk, pair.officer)
    assert received.reason == "erasure: art. 17"
    pair.take({**indicator(1), "modified": "2026-09-09T09:09:09.000Z", "name": "again"})
    pair.exchange()
    assert has(pair) == set()
