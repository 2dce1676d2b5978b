"""While one segment is taken in the next is on its way, and nothing is believed of it before its turn."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from cordiale.exchange import records
from cordiale.exchange.home import Limits
from cordiale.exchange.message import Request, Response
from cordiale.exchange.partners import pairing as partners
from cordiale.exchange.stream.segment import read_resource
from cordiale.exchange.visit.ahead import Ask, ends_at, in_background
from cordiale.exchange.visit.sync import Pulled, visit
from cordiale.platform.errors import CordialeError, Unavailable
from tests.unit.exchange.world import Node, connect, id_of, indicator, make

SMALL = Limits(segment_entries=4)
ITEMS = [indicator(f"i{n}") for n in range(14)]


def at_once(ask: Ask) -> Ask:
    """Ask before anything else is done, as a very fast thread would."""
    try:
        answer = ask()
    except CordialeError as error:
        return lambda problem=error: fail(problem)  # type: ignore[misc]
    return lambda: answer


def fail(problem: CordialeError) -> Response:
    raise problem


@pytest.fixture
def two() -> tuple[Node, Node]:
    can, fra = make("CAN", limits=SMALL), make("FRA", limits=SMALL)
    connect(can, fra)
    can.put(*ITEMS)
    can.cut("FRA")
    return can, fra


def go(fra: Node, transport: Callable[[Request], Response], begin: Callable[[Ask], Ask] | None) -> Pulled:
    with fra.store.read() as tx:
        known = partners.partner(tx, "CAN")
    return visit(fra.store, fra.home, known, transport, begin=begin)


def received(fra: Node) -> int:
    with fra.store.read() as tx:
        return records.link(tx, records.partner(tx, "CAN").number).received


def test_the_next_segment_is_asked_for_before_the_one_at_hand_is_applied(two: tuple[Node, Node]) -> None:
    can, fra = two
    asked: list[tuple[str, int]] = []

    def transport(request: Request) -> Response:
        if request.path.endswith("segments"):
            asked.append((request.query.partition("&")[0], received(fra)))
        return can.answer(request)

    assert go(fra, transport, at_once).new == len(ITEMS)
    assert asked == [("after=0", 0), ("after=4", 0), ("after=8", 4), ("after=12", 8)]
    assert fra.ids() == {id_of(item) for item in ITEMS}


def test_a_thread_brings_the_same(two: tuple[Node, Node]) -> None:
    can, fra = two
    pulled = go(fra, can.answer, in_background)
    assert (pulled.new, pulled.segments, pulled.link.state) == (len(ITEMS), 4, "up")


def test_what_follows_an_altered_segment_is_dropped_and_comes_again(two: tuple[Node, Node]) -> None:
    can, fra = two

    def altering(request: Request) -> Response:
        answer = can.answer(request)
        if not (request.path.endswith("segments") and request.query.startswith("after=4&")):
            return answer
        return Response(200, answer.headers, answer.body[:-40] + bytes(40))

    pulled = go(fra, altering, at_once)
    assert (pulled.link.state, received(fra)) == ("garbage", 4)
    assert go(fra, can.answer, at_once).new == len(ITEMS) - 4


def test_a_partner_that_goes_away_meanwhile_costs_nothing_that_came(two: tuple[Node, Node]) -> None:
    can, fra = two

    def breaking(request: Request) -> Response:
        if request.path.endswith("segments") and request.query.startswith("after=8&"):
            raise Unavailable("exchange.unreachable", "gone")
        return can.answer(request)

    pulled = go(fra, breaking, at_once)
    assert (pulled.link.state, received(fra)) == ("down", 8)
    assert go(fra, can.answer, at_once).link.state == "up"


def test_what_a_thread_meets_is_raised_where_its_answer_is_wanted() -> None:
    problem = Unavailable("exchange.unreachable", "gone")
    with pytest.raises(Unavailable) as met:
        in_background(lambda: fail(problem))()
    assert met.value is problem


def test_where_a_segment_ends_is_read_without_believing_it(two: tuple[Node, Node]) -> None:
    can, fra = two
    bodies = []

    def keeping(request: Request) -> Response:
        answer = can.answer(request)
        if request.path.endswith("segments"):
            bodies.append(answer.body)
        return answer

    go(fra, keeping, None)
    assert [ends_at(body) for body in bodies] == [4, 8, 12, 14]
    wrong = msgspec.structs.replace(read_resource(bodies[0], 1 << 30), header=b"{}")
    assert [ends_at(one) for one in (b"", b"x", msgspec.msgpack.encode(wrong))] == [0, 0, 0]
