"""A partner that was greeted on a connection that is open since is not greeted at every notice, unless something is wrong."""

from __future__ import annotations

import msgspec

from cordiale.exchange import records
from cordiale.exchange.link.wire import Welcome
from cordiale.exchange.message import Request, Response
from cordiale.exchange.partners import pairing as partners
from cordiale.exchange.visit.sync import Pulled, visit
from tests.unit.exchange.restore.test_rejoin import reopen
from tests.unit.exchange.world import Node, connect, id_of, indicator, make, pull


def two() -> tuple[Node, Node]:
    can, fra = make("CAN"), make("FRA")
    connect(can, fra)
    return can, fra


def go(fra: Node, can: Node, welcome: Welcome | None = None) -> tuple[Pulled, list[str]]:
    """Visit; return what came of it and the last parts of the paths that were asked for."""
    asked = []

    def transport(request: Request) -> Response:
        asked.append(request.path.rpartition("/")[2])
        return can.answer(request)

    with fra.store.read() as tx:
        known = partners.partner(tx, "CAN")
    return visit(fra.store, fra.home, known, transport, welcome=welcome), asked


def give(can: Node, name: str) -> None:
    can.put(indicator(name))
    can.cut("FRA")


def told(before: Pulled, last: int) -> Welcome:
    """Return the answer to the last greeting with the number that a notice names."""
    assert before.welcome is not None
    return msgspec.structs.replace(before.welcome, last=last)


def test_news_are_fetched_without_a_greeting() -> None:
    can, fra = two()
    give(can, "a")
    first, asked = go(fra, can)
    assert asked[0] == "hello"
    give(can, "b")
    pulled, asked = go(fra, can, told(first, 2))
    assert (pulled.link.state, pulled.new, pulled.link.acknowledged, pulled.link.received) == ("up", 1, 0, 2)
    assert asked == ["segments", "checkpoints"]
    with can.store.read() as tx:
        assert records.pair(tx, records.partner(tx, "FRA").number).acknowledged == 2
    assert pulled.link.clock_difference == first.link.clock_difference
    assert id_of(indicator("b")) in fra.ids()


def test_a_notice_of_what_is_not_there_ends_in_a_greeting() -> None:
    can, fra = two()
    give(can, "a")
    first, _asked = go(fra, can)
    pulled, asked = go(fra, can, told(first, 9))
    assert "hello" in asked
    assert (pulled.link.state, pulled.link.news) == ("up", 1)


def test_a_stream_that_began_again_meanwhile_is_found_out_by_a_greeting() -> None:
    can, fra = two()
    give(can, "a")
    first, _asked = go(fra, can)
    old = can.store.snapshot()
    give(can, "b")
    go(fra, can)
    can.store.load(old)
    assert go(fra, can)[0].link.state == "rejoin"
    assert pull(can, fra).link.state == "rejoin"
    reopen(can, fra)
    give(can, "c")
    pulled, asked = go(fra, can, told(first, 9))
    assert "hello" in asked
    assert pulled.link.state == "up"
    assert id_of(indicator("c")) in fra.ids()
