"""The end of a partnership: nothing more goes, what was agreed is asked back, and the log stays verifiable."""

from __future__ import annotations

import pytest

from cordiale.desk.actor import Actor
from cordiale.desk.partner.parting import partner_exit
from cordiale.desk.partner.partners import partner_list
from cordiale.desk.partner.sync import cut_all, sync
from cordiale.desk.views.search import search
from cordiale.exchange import records
from cordiale.exchange.link.signatures import sign_request
from cordiale.exchange.link.wire import BASE
from cordiale.exchange.message import Request
from cordiale.exchange.partners.pairing import partner
from cordiale.node.links import examined
from cordiale.platform.clock import system_clock
from cordiale.platform.errors import Conflict
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import Pair


def test_an_exit_asks_back_sends_nothing_more_and_ends_with_a_checkpoint_both_signed(
    pair: Pair, marie: Actor
) -> None:
    canada, france = pair.canada, pair.france
    pair.take(indicator(1), indicator(2))
    pair.exchange()
    pair.take(indicator(3))
    cut_all(canada.desk)  # numbered and not fetched: it goes as a bare leaf
    begun = partner_exit(canada.desk, marie, "france", ask_back=True, reason="the agreement has ended")
    assert (begun.state, begun.asked, begun.sent, begun.acknowledged) == ("leaving", 3, 3, 2)
    pair.take(indicator(4))
    assert cut_all(canada.desk) == 0

    done = sync(france.desk, marie)[0]
    assert (done.link, done.new, done.withdrawn, done.recalls) == ("up", 0, 1, begun.unanswered)
    assert search(france.desk, marie, "").items == ()
    ended = partner_exit(canada.desk, marie, "france", ask_back=True)
    assert (ended.state, ended.unanswered, ended.acknowledged) == ("left", 0, 3)

    # both keep what the other signed of the whole log, and it is the same
    with canada.store.read() as tx:
        number = partner(tx, "france").number
        sent = [digest for _last, digest in records.header_ends(tx, number, 1)]
        assert records.pair(tx, number).receipt
    with france.store.read() as tx:
        number = partner(tx, "canada").number
        assert records.received_hashes(tx, number, 1) == sent
        assert records.link(tx, number).checkpoint
    asked = sign_request(france.desk.home, Request("GET", BASE + "news", "after=0"), "canada")
    assert canada.respond(asked).status == 401
    assert partner_list(canada.desk, marie)[0].state == "left"
    with pytest.raises(Conflict):
        partner_exit(canada.desk, marie, "france", ask_back=False)


def test_what_was_agreed_to_stay_stays(pair: Pair, marie: Actor) -> None:
    canada, france = pair.canada, pair.france
    pair.take(indicator(1))
    pair.exchange()
    ended = partner_exit(canada.desk, marie, "france", ask_back=False)
    assert (ended.state, ended.asked) == ("left", 0)
    assert len(search(france.desk, marie, "").items) == 1


def test_a_partner_that_cannot_be_reached_any_more_is_left_all_the_same(pair: Pair, marie: Actor) -> None:
    pair.take(indicator(1))
    pair.exchange()
    begun = partner_exit(pair.canada.desk, marie, "france", ask_back=True)
    assert begun.state == "leaving"
    ended = partner_exit(pair.canada.desk, marie, "france", ask_back=True, now=True)
    assert (ended.state, ended.unanswered) == ("left", 1)


def test_the_doctor_finds_nothing_wrong_with_a_link_that_is_over(pair: Pair, marie: Actor) -> None:
    pair.exchange()
    partner_exit(pair.canada.desk, marie, "france", ask_back=False)
    refused = {"state": "refused", "code": "exchange.refused", "params": "{}", "failures": 9}
    with pair.canada.store.write() as tx:
        records.save_link(tx, partner(tx, "france").number, refused)
    with pair.canada.store.read() as tx:
        assert list(examined(tx, system_clock())) == []
