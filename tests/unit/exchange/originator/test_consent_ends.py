"""A consent that ends is asked back from everybody it let something go to; an answer that makes no sense changes nothing."""

from __future__ import annotations

import orjson
import pytest

from cordiale.exchange import records
from cordiale.exchange.cut import backfill
from cordiale.exchange.home import pair_up
from cordiale.exchange.message import Request, Response
from cordiale.exchange.originator import consent as asking
from cordiale.exchange.records import consents as kept
from cordiale.exchange.signing import sign_statement
from cordiale.release import records as rulings
from cordiale.release.rules import parse
from tests.unit.exchange.originator.test_consent import (
    CONTROLLED,
    HOUR,
    ONE,
    answered,
    ask,
    give,
    granted,
    held,
    three,
)
from tests.unit.exchange.world import id_of, pull, wire

__all__ = ["three"]


@pytest.mark.parametrize("way", ["withdrawn", "ended"])
@pytest.mark.parametrize("state", ["confirmed", "suspended"])
def test_who_is_not_in_the_cut_that_ends_a_consent_is_asked_in_one_to_come(three, way, state):
    can, fra, gbr = three["CAN"], three["FRA"], three["GBR"]
    can.put((ONE, CONTROLLED))
    give(can, fra)
    consent_id = granted(three, ONE, until=fra.clock() + HOUR)
    give(fra, gbr)
    assert held(gbr, ONE)
    with fra.store.write() as tx:
        number = records.partner(tx, "GBR").number
        records.suspend_partner(tx, number, state)
    if way == "withdrawn":
        answered(can, consent_id, "withdrawn")
    else:
        fra.clock.now += HOUR
    pull(fra, can)
    fra.cut("CAN")
    with fra.store.write() as tx:
        records.suspend_partner(tx, number, "confirmed")
    give(fra, gbr)
    assert gbr.ids() == set()
    with fra.store.read() as tx:
        assert [row.state for row in kept.consents(tx, role=kept.ASKED)] == ["ended"]


@pytest.mark.parametrize("change", [{"seed": "no number"}, {"state": "maybe"}])
def test_an_answer_that_makes_no_sense_is_reported_and_taken_for_nothing(three, change):
    can, fra = three["CAN"], three["FRA"]
    (consent_id,) = ask(fra, ONE)
    pull(fra, can)
    answered(can, consent_id)
    with can.store.read() as tx:
        row = kept.consent(tx, consent_id)
    assert row is not None
    told = {
        "id": row.id, "number": row.number, "state": "granted", "at": row.answered_at,
        "consent": (row.statement or b"").decode(), "seed": (row.seed or b"").hex(),
    }  # fmt: skip
    statement = sign_statement(can.home, asking.ANSWER, told | change).decode()

    def transport(request: Request) -> Response:
        answer = wire(can)(request)
        if request.path.endswith("consents") and request.method == "GET":
            return Response(200, answer.headers, orjson.dumps([statement]))
        return answer

    pulled = pull(fra, can, transport)
    assert pulled.link.state != "up"
    with fra.store.read() as tx:
        assert [row.state for row in kept.consents(tx, role=kept.ASKED)] == ["asked"]


def gone_by_consent(three) -> str:
    """Let Britain have what Canada controls, from France; return the consent."""
    can, fra, gbr = three["CAN"], three["FRA"], three["GBR"]
    can.put((ONE, CONTROLLED))
    give(can, fra)
    consent_id = granted(three, ONE)
    give(fra, gbr)
    assert held(gbr, ONE)
    return consent_id


def test_what_went_by_consent_is_drafted_too_when_rules_narrow(three):
    fra = three["FRA"]
    gone_by_consent(three)
    (before,) = fra.rules
    first, here, rest = before.text.partition("[partners.GBR]")
    after = parse(first + here + rest.replace('tlp = "amber"', 'tlp = "clear"', 1))
    now = fra.clock()
    with fra.store.write() as tx:
        partner = records.partner(tx, "GBR")
        joined = pair_up(partner, after, "FRA")
        assert joined is not None
        counted = backfill.would_recall(tx, fra.home, partner, before, after, now)
        assert backfill.rules_changed(tx, fra.home, joined, before, now)["drafted"] == 1
        (draft,) = records.recalls(tx, number=partner.number, state="draft")
    assert sum(counted.values()) == 1
    assert orjson.loads(draft.ids) == [id_of(ONE)]


def test_rules_that_leave_a_consent_in_force_draft_nothing(three):
    fra = three["FRA"]
    gone_by_consent(three)
    (before,) = fra.rules
    after = parse(before.text + "\n[recall]\nconfirm_above = 7\n")
    now = fra.clock()
    with fra.store.write() as tx:
        partner = records.partner(tx, "GBR")
        joined = pair_up(partner, after, "FRA")
        assert joined is not None
        assert backfill.would_recall(tx, fra.home, partner, before, after, now) == {}
        assert backfill.rules_changed(tx, fra.home, joined, before, now)["drafted"] == 0


def test_a_partner_that_no_rules_name_keeps_no_consent_open(three):
    can, fra, gbr = three["CAN"], three["FRA"], three["GBR"]
    consent_id = gone_by_consent(three)
    (before,) = fra.rules
    fra.rules = [parse(before.text.replace("GBR", "XXX"))]
    with fra.store.write() as tx:
        rulings.apply_rules(tx, fra.rules[0], "anne", fra.clock())
    answered(can, consent_id, "withdrawn")
    pull(fra, can)
    fra.cut("CAN")
    with fra.store.read() as tx:
        assert [row.state for row in kept.consents(tx, role=kept.ASKED)] == ["ended"]
        (asked,) = records.recalls(tx, number=records.partner(tx, "GBR").number)
    assert (asked.state, orjson.loads(asked.ids)) == ("asked", [id_of(ONE)])
    assert held(gbr, ONE)  # until some rules name it again, it is not served even that
