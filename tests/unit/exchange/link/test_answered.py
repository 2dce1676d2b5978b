"""Who ends TLS in between takes nothing out of an answer and puts nothing in: it is signed whole, for its question."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from cordiale.exchange.link import greeting
from cordiale.exchange.link.signatures import sign_request
from cordiale.exchange.link.wire import NumberedRecall, Welcome
from cordiale.exchange.message import Request, Response, Transport
from cordiale.exchange.stream.segment import Resource, Slot, read_resource
from cordiale.store import versions
from tests.unit.exchange.originator.test_origins import RULES, give
from tests.unit.exchange.restore.test_rejoin import ask_back
from tests.unit.exchange.world import Node, connect, id_of, indicator, make, pull

ONE, TWO = indicator("one"), indicator("two")


@pytest.fixture
def three() -> tuple[Node, Node, Node]:
    """Canada gives to France, which gives onward to Britain; Britain knows Canada."""
    can, fra, gbr = (make(name, rules=RULES) for name in ("CAN", "FRA", "GBR"))
    for one, other in ((can, fra), (fra, gbr), (can, gbr)):
        connect(one, other)
    return can, fra, gbr


def between(there: Node, change: Callable[[Resource], Resource]) -> Transport:
    """Return a proxy that ends TLS before a node and changes its segments; it has nobody's key."""

    def transport(request: Request) -> Response:
        answer = there.answer(request)
        if not request.path.endswith("segments") or answer.status != 200:
            return answer
        changed = change(read_resource(answer.body, 1 << 30))
        return msgspec.structs.replace(answer, body=msgspec.msgpack.encode(changed))

    return transport


def stated_by(here: Node, item: bytes) -> set[str]:
    with here.store.read() as tx:
        return {row.source for row in versions.get(tx, id_of(item), None)}


def without_proofs(resource: Resource) -> Resource:
    return msgspec.structs.replace(resource, origins=[])


def as_hearsay(resource: Resource) -> Resource:
    """Say that nobody proves what an object's originator signed."""
    said = [
        msgspec.structs.replace(part, header=b"", signature=b"", nodes=b"", label="~0123456789ab")
        for part in resource.origins
    ]
    return msgspec.structs.replace(resource, origins=said)


def without_bytes(resource: Resource) -> Resource:
    """Say that the first entry was withdrawn: its leaf alone proves the segment."""
    first, *rest = resource.slots
    return msgspec.structs.replace(resource, slots=[Slot(first.leaf), *rest], origins=[])


@pytest.mark.parametrize("change", [without_proofs, as_hearsay, without_bytes])
def test_an_origin_proof_cannot_be_taken_off_unnoticed(
    three: tuple[Node, Node, Node], change: Callable[[Resource], Resource]
) -> None:
    can, fra, gbr = three
    can.put(ONE)
    give(can, fra)
    fra.cut("GBR")
    met = pull(gbr, fra, between(fra, change))
    assert (met.link.state, met.link.code) == ("garbage", "exchange.answer.signature")
    assert stated_by(gbr, ONE) == set()
    assert pull(gbr, fra).link.state == "up"
    assert stated_by(gbr, ONE) == {"CAN"}


def test_an_answer_of_another_time_is_no_answer(three: tuple[Node, Node, Node]) -> None:
    can, fra, _gbr = three
    kept: list[Response] = []

    def transport(request: Request) -> Response:
        answer = can.answer(request)
        if request.path.endswith("segments"):
            kept.append(answer)
            return kept[0]
        return answer

    assert pull(fra, can, transport).link.state == "up"  # there is nothing yet, and it is not asked for
    can.put(ONE)
    can.cut("FRA")
    assert pull(fra, can, transport).link.state == "up"
    can.put(TWO)
    can.cut("FRA")
    met = pull(fra, can, transport)
    assert (met.link.state, met.link.code) == ("garbage", "exchange.answer.signature")
    assert pull(fra, can).link.state == "up"
    assert stated_by(fra, TWO) == {"CAN"}


def test_that_there_is_nothing_is_signed_too(three: tuple[Node, Node, Node]) -> None:
    can, fra, _gbr = three
    can.put(ONE)
    can.cut("FRA")

    def transport(request: Request) -> Response:
        return Response(204) if request.path.endswith("segments") else can.answer(request)

    assert pull(fra, can, transport).link.code == "exchange.answer.signature"


def recalled(here: Node, there: Node, item: bytes) -> None:
    here.put(item)
    here.cut(there.name)
    assert pull(there, here).new == 1
    ask_back(here, there, [item])


def test_of_which_history_the_numbers_in_a_recall_are_cannot_be_taken_off_unnoticed(
    three: tuple[Node, Node, Node],
) -> None:
    can, fra, _gbr = three
    recalled(can, fra, ONE)

    def transport(request: Request) -> Response:
        answer = can.answer(request)
        if not request.path.endswith("recalls"):
            return answer
        found = msgspec.json.decode(answer.body, type=list[NumberedRecall])
        assert [len(one.basis) for one in found] == [1]
        bare = [msgspec.structs.replace(one, basis=()) for one in found]
        return msgspec.structs.replace(answer, body=msgspec.json.encode(bare))

    met = pull(fra, can, transport)
    assert (met.link.code, met.recalls) == ("exchange.answer.signature", 0)
    assert pull(fra, can).recalls == 1
    assert stated_by(fra, ONE) == set()


def test_a_release_that_does_not_announce_it_is_neither_asked_nor_told(
    three: tuple[Node, Node, Node],
) -> None:
    can, fra, _gbr = three
    recalled(can, fra, ONE)
    asked = Request("GET", "/cordiale/v1/recalls", "after=0")  # as before
    answer = can.answer(sign_request(fra.home, asked, "CAN"))
    assert set(msgspec.json.decode(answer.body)[0]) == {"number", "message"}

    def transport(request: Request) -> Response:
        answer = can.answer(request)
        if request.path.endswith("hello"):
            said = msgspec.json.decode(answer.body, type=Welcome)
            older = msgspec.structs.replace(said, extensions=("consents", "reconcile"))
            whole = msgspec.structs.replace(answer, body=msgspec.json.encode(older))
            return greeting.sign_answer(can.home, request, said.protocol, whole)
        assert "origins=2" not in request.query
        return answer

    assert pull(fra, can, transport).recalls == 1
    assert stated_by(fra, ONE) == set()
