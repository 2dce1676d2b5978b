"""A consent that ends is asked back from everybody it let something go to; an answer that makes no sense changes nothing."""

from __future__ import annotations

import orjson
import pytest

from cordiale.exchange import records
from cordiale.exchange.message import Request, Response
from cordiale.exchange.originator import consent as asking
from cordiale.exchange.records import consents as kept
from cordiale.exchange.signing import sign_statement
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
from tests.unit.exchange.world import pull, wire

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
