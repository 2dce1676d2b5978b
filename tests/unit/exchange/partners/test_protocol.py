"""Bad inputs of identity and of versions: replayed greetings, downgrades, swapped keys, entries nobody here knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from cordiale.exchange import records
from cordiale.exchange.home import Own
from cordiale.exchange.link import answered, greeting
from cordiale.exchange.link.signatures import sign_request
from cordiale.exchange.link.wire import BASE, Hello, Welcome
from cordiale.exchange.message import Request, Response
from cordiale.exchange.partners import pairing as partners
from cordiale.exchange.partners.fingerprint import bound_to, fingerprint
from cordiale.exchange.partners.tls import make_certificate, pin_of, read_certificate
from cordiale.exchange.protocol import PROTOCOLS
from cordiale.exchange.stream import segment
from cordiale.exchange.visit.state import links
from cordiale.platform.errors import Conflict, InputError
from tests.unit.exchange.world import Node, connect, indicator, make, pull

HELLO = BASE + "hello"


@pytest.fixture
def two() -> tuple[Node, Node]:
    """Canada has something for France."""
    canada, france = make("CAN"), make("FRA")
    connect(canada, france)
    canada.put(indicator("shared"))
    canada.cut("FRA")
    return canada, france


def changing(
    there: Node, what: str, change: Callable[[Any], Any], kind: Any
) -> Callable[[Request], Response]:
    """Return a transport that changes the body of one kind of answer on the way; a segment as its sender would."""

    def transport(request: Request) -> Response:
        answer = there.answer(request)
        if not request.path.endswith(what) or answer.status != 200:
            return answer
        codec: Any = msgspec.msgpack if what == "segments" else msgspec.json
        changed = change(codec.decode(answer.body, type=kind))
        made = msgspec.structs.replace(answer, body=codec.encode(changed))
        return answered.sign(there.home, request, made) if what == "segments" else made

    return transport


def state(here: Node) -> tuple[str, str]:
    with here.store.read() as tx:
        (found,) = links(tx)
    return found.state, found.code


def test_both_protocols_are_spoken_and_the_newest_common_one_is_used(two: tuple[Node, Node]) -> None:
    canada, france = two
    assert PROTOCOLS == (2, 1)
    spoken = []

    def transport(request: Request) -> Response:
        answer = canada.answer(request)
        if request.path == HELLO:
            spoken.append(msgspec.json.decode(answer.body, type=Welcome).protocol)
        return answer

    assert pull(france, canada, transport).new == 1
    assert spoken == [2]


def test_a_node_of_before_is_greeted_as_it_expects(two: tuple[Node, Node]) -> None:
    canada, france = two
    with canada.store.write() as tx:
        before = msgspec.structs.replace(partners.partner(tx, "FRA"), protocol=1)
        records.save_partner(tx, before, 0)
    body = msgspec.json.encode(Hello("FRA", (1,), (), 1, 0, "00" * 32))
    answer = canada.answer(sign_request(france.home, Request("POST", HELLO, body=body), "CAN"))
    assert answer.status == 200
    assert msgspec.json.decode(answer.body, type=Welcome).protocol == 1
    assert greeting.HEADER not in answer.headers


@pytest.mark.parametrize("spoken", [(3,), (), (0, 99)])
def test_no_common_protocol_stops_the_link_and_says_which_side_is_older(
    two: tuple[Node, Node], spoken: tuple[int, ...]
) -> None:
    canada, france = two
    body = msgspec.json.encode(Hello("FRA", spoken, (), 1, 0, "00" * 32))
    answer = canada.answer(sign_request(france.home, Request("POST", HELLO, body=body), "CAN"))
    assert answer.status == 400
    assert b"exchange.hello.protocol" in answer.body
    assert b"upgrade the older side" in answer.body


def test_an_entry_of_a_kind_nobody_here_knows_stops_the_link_and_nothing_is_skipped(
    two: tuple[Node, Node],
) -> None:
    canada, france = two

    def newer(resource: segment.Resource) -> segment.Resource:
        slots = [msgspec.structs.replace(slot, kind=7) for slot in resource.slots]
        return msgspec.structs.replace(resource, slots=slots)

    pulled = pull(france, canada, changing(canada, "segments", newer, segment.Resource))
    assert state(france) == ("upgrade", "exchange.segment.kind")
    assert "until this node is upgraded" in pulled.link.message_id
    assert pulled.link.params["kind"] == "7"
    assert pulled.link.received == 0
    assert pull(france, canada).link.state == "up"


def test_a_format_nobody_here_knows_stops_the_link_as_well(two: tuple[Node, Node]) -> None:
    canada, france = two
    pull(
        france,
        canada,
        changing(canada, "segments", lambda r: msgspec.structs.replace(r, format=9), segment.Resource),
    )
    assert state(france) == ("upgrade", "exchange.segment.version")


def test_a_greeting_that_is_repeated_is_refused(two: tuple[Node, Node]) -> None:
    canada, france = two
    body = msgspec.json.encode(Hello("FRA", PROTOCOLS, (), 1, 0, "00" * 32))
    signed = sign_request(france.home, Request("POST", HELLO, body=body), "CAN")
    assert canada.answer(signed).status == 200
    again = canada.answer(signed)
    assert again.status == 401
    assert b"exchange.link.replay" in again.body
    # nor does another body under the same signature
    other = msgspec.structs.replace(signed, body=body.replace(b"[2,1]", b"[1]"))
    assert b"exchange.link.signature" in canada.answer(other).body


@pytest.mark.parametrize(
    "change",
    [
        lambda w: msgspec.structs.replace(w, protocol=1),
        lambda w: msgspec.structs.replace(w, last=0),
        lambda w: msgspec.structs.replace(w, clock=w.clock + 1),
    ],
    ids=["downgraded", "nothing there", "another clock"],
)
def test_an_answer_to_a_greeting_that_somebody_altered_is_refused(
    two: tuple[Node, Node], change: Callable[[Welcome], Welcome]
) -> None:
    canada, france = two
    pull(france, canada, changing(canada, "hello", change, Welcome))
    link, code = state(france)
    assert link == "garbage"
    assert code in ("exchange.hello.downgrade", "exchange.welcome.signature")


def test_an_answer_of_another_day_is_refused(two: tuple[Node, Node]) -> None:
    canada, france = two
    kept: list[Response] = []

    def replaying(request: Request) -> Response:
        answer = canada.answer(request)
        if request.path != HELLO:
            return answer
        kept.append(answer)
        return kept[0]

    assert pull(france, canada, replaying).link.state == "up"
    assert pull(france, canada, replaying).link.state == "garbage"
    assert state(france) == ("garbage", "exchange.welcome.signature")


def test_who_is_known_to_speak_the_newer_protocol_is_not_talked_down(two: tuple[Node, Node]) -> None:
    canada, france = two
    body = msgspec.json.encode(Hello("FRA", (1,), (), 1, 0, "00" * 32))
    answer = canada.answer(sign_request(france.home, Request("POST", HELLO, body=body), "CAN"))
    assert b"exchange.hello.downgrade" in answer.body
    # a person may say that they went back: their invitation states it, under their key
    canada.clock.now += 1
    older = partners.read_invitation(
        partners.invite(france.home, canada.clock(), format=1), canada.home.verify
    )
    with canada.store.write() as tx:
        assert partners.add(tx, canada.home, older, canada.clock()).protocol == 1
    again = canada.answer(sign_request(france.home, Request("POST", HELLO, body=body), "CAN"))
    assert again.status == 200


def test_an_older_invitation_brings_no_older_keys_back(two: tuple[Node, Node]) -> None:
    canada, france = two
    earlier = partners.read_invitation(
        partners.invite(france.home, canada.clock() - 1, format=1), canada.home.verify
    )
    with canada.store.write() as tx, pytest.raises(Conflict):
        partners.add(tx, canada.home, earlier, canada.clock())


def shown(node: Node) -> Node:
    """Give a node a TLS key."""
    certificate = read_certificate(make_certificate(node.name)[1], "made here")
    own = Own(node.home.keys, certificates=(certificate,))
    node.home = msgspec.structs.replace(node.home, own=lambda: own)
    return node


def test_the_words_vouch_for_the_tls_key_so_that_a_swapped_one_is_heard() -> None:
    canada, france = make("CAN"), shown(make("FRA"))
    data = partners.invite(france.home, france.clock())
    read = partners.read_invitation(data, canada.home.verify)
    assert read.pins == (pin_of(read.certificates[0]),)
    with canada.store.write() as tx:
        partners.add(tx, canada.home, read, canada.clock())
        without = fingerprint("FRA", france.home.keys, "en")
        assert partners.own_words(france.home, "en") != without
        with pytest.raises(InputError):
            partners.confirm(tx, "FRA", without, "officer", canada.clock())
        swapped = shown(make("FRA"))
        with pytest.raises(InputError):
            partners.confirm(tx, "FRA", partners.own_words(swapped.home, "en"), "officer", canada.clock())
        partners.confirm(tx, "FRA", partners.own_words(france.home, "fr"), "officer", canada.clock())
    assert bound_to((), b"") == ()


def test_a_tls_key_swapped_inside_an_invitation_is_not_signed() -> None:
    canada, france = make("CAN"), shown(make("FRA"))
    data = partners.invite(france.home, france.clock())
    other = partners.invite(shown(make("FRA")).home, france.clock())
    one, two = (msgspec.json.decode(each, type=dict[str, str]) for each in (data, other))
    forged = msgspec.json.encode({**one, "body": two["body"]})
    assert one["body"] != two["body"]
    with pytest.raises(InputError):
        partners.read_invitation(forged, canada.home.verify)
