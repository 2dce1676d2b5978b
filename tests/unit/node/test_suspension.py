"""Suspending a partner stops everything at once; resuming loses nothing that was released meanwhile."""

from __future__ import annotations

import pytest

from cordiale.desk.actor import Actor
from cordiale.desk.marking.mark import mark
from cordiale.desk.outgoing.recall import recall_list
from cordiale.desk.outgoing.release import release
from cordiale.desk.partner.partners import (
    own_words,
    partner_add,
    partner_confirm,
    partner_invite,
    partner_list,
)
from cordiale.desk.partner.suspension import partner_resume, partner_suspend
from cordiale.desk.partner.sync import cut_all, sync
from cordiale.desk.records import audit_rows
from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.desk.views.search import search
from cordiale.node.links import examined
from cordiale.platform.clock import system_clock
from cordiale.platform.errors import Conflict, NotAllowed, NotFound
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import RULES, Pair

GREEN, LATER, AMBER = indicator(1), indicator(2), indicator(3)
WIDER = RULES.replace(
    'marking_within = ["tlp:clear", "tlp:green"]', 'marking_within = ["tlp:green", "tlp:amber"]'
)
NARROWER = RULES.replace('[partners.france]\nnation = "FRA"\norganisation = "CVMI"\ntlp = "amber"',
                         '[partners.france]\nnation = "FRA"\norganisation = "CVMI"\ntlp = "clear"')  # fmt: skip


def has(pair: Pair) -> set[str]:
    return {item.id for item in search(pair.france.desk, pair.officer).items}


def apply(pair: Pair, rules: str) -> None:
    token = rules_diff(pair.canada.desk, pair.officer, rules).token
    rules_apply(pair.canada.desk, pair.officer, rules, "rules.toml", token)


def test_nothing_is_exchanged_while_a_partner_is_suspended(pair: Pair) -> None:
    pair.take(GREEN)
    pair.exchange()
    done = partner_suspend(pair.canada.desk, pair.officer, "France", reason="visit of the inspector")
    assert done.state == "suspended"
    pair.take(LATER)
    assert pair.exchange().link == "refused"
    assert has(pair) == {GREEN["id"]}
    assert sync(pair.canada.desk, pair.officer) == []
    with pytest.raises(Conflict, match="resume france"):
        release(pair.canada.desk, pair.officer, "france", ids=[GREEN["id"]])


def test_the_doctor_of_who_is_suspended_says_whom_to_ask_and_no_code(pair: Pair) -> None:
    pair.exchange()
    partner_suspend(pair.canada.desk, pair.officer, "France", reason="visit of the inspector")
    assert pair.exchange().link == "refused"
    with pair.france.store.read() as tx:
        wrong = [one for one in examined(tx, system_clock()) if one.grade == "wrong"]
    assert ["suspended" in one.message_id for one in wrong] == [True]


def test_what_was_released_meanwhile_follows_the_resumption(pair: Pair) -> None:
    pair.take(GREEN)
    pair.take(AMBER, marking="tlp:amber")
    pair.exchange()
    partner_suspend(pair.canada.desk, pair.officer, "france")
    pair.take(LATER)
    apply(pair, WIDER)  # amber goes by a standing rule now; nobody looked at it for France yet
    cut_all(pair.canada.desk)
    pair.exchange()
    assert has(pair) == {GREEN["id"]}
    partner_resume(pair.canada.desk, pair.officer, "france")
    assert pair.exchange().link == "up"
    assert has(pair) == {GREEN["id"], LATER["id"], AMBER["id"]}


def test_what_was_narrowed_meanwhile_is_asked_back(pair: Pair) -> None:
    pair.take(GREEN, LATER)
    pair.exchange()
    partner_suspend(pair.canada.desk, pair.officer, "france")
    mark(pair.canada.desk, pair.officer, LATER["id"], "tlp:red")
    (counted,) = [
        p for p in rules_diff(pair.canada.desk, pair.officer, NARROWER).partners if p.partner == "france"
    ]
    assert counted.recalls >= 1  # the preview counts what a suspended partner holds
    apply(pair, NARROWER)
    partner_resume(pair.canada.desk, pair.officer, "france")
    pair.exchange()
    drafted = {i for one in recall_list(pair.canada.desk, pair.officer) for i in one.ids}
    assert {GREEN["id"], LATER["id"]} <= drafted


def test_neither_words_nor_an_invitation_end_a_suspension(pair: Pair) -> None:
    partner_suspend(pair.canada.desk, pair.officer, "france")
    words = own_words(pair.france.desk, "en")
    with pytest.raises(Conflict):
        partner_confirm(pair.canada.desk, pair.officer, "france", words)
    with pytest.raises(Conflict):
        partner_add(pair.canada.desk, pair.officer, partner_invite(pair.france.desk, pair.officer))
    assert [p.state for p in partner_list(pair.canada.desk, pair.officer)] == ["suspended"]


def test_suspending_is_the_act_of_a_named_officer_and_stands_in_the_audit(pair: Pair) -> None:
    desk = pair.canada.desk
    with pytest.raises(NotAllowed):
        partner_suspend(desk, Actor("paul", frozenset({"analyst", "operator"})), "france")
    with pytest.raises(NotAllowed):
        partner_suspend(desk, Actor("", frozenset({"officer"})), "france")
    partner_suspend(desk, pair.officer, "france", reason="keys in doubt")
    for again, wrong in ((partner_suspend, Conflict), (partner_resume, NotFound)):
        with pytest.raises(wrong):
            again(desk, pair.officer, "france" if wrong is Conflict else "nobody")
    partner_resume(desk, pair.officer, "france")
    with pytest.raises(Conflict):
        partner_resume(desk, pair.officer, "france")
    with desk.store.read() as tx:
        rows = [r for r in audit_rows(tx) if r["verb"] in ("partner-suspend", "partner-resume")]
    assert [(r["actor"], r["verb"]) for r in rows] == [
        ("marie", "partner-suspend"),
        ("marie", "partner-resume"),
    ]
    assert rows[0]["details"]["reason"] == "keys in doubt"
