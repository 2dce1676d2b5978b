"""What an originator controls goes to a third party only with its consent, which the third party can check."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson
import pytest

from cordiale.exchange import records
from cordiale.exchange.cut.why import why
from cordiale.exchange.link.answered import sign as sign_answer
from cordiale.exchange.link.wire import Welcome
from cordiale.exchange.message import Request, Response
from cordiale.exchange.originator import consent as asking
from cordiale.exchange.originator.consented import read_consent
from cordiale.exchange.proof import checking
from cordiale.exchange.protocol import EXTENSIONS
from cordiale.exchange.records import consents as kept
from cordiale.exchange.stream import segment
from cordiale.platform.errors import Conflict, InputError, IntegrityError
from cordiale.release.consent import Covered, Item, names
from cordiale.release.keys import verify_keyed
from cordiale.release.partnership import Query
from cordiale.stix.version import read
from cordiale.store import markings, versions
from tests.unit.exchange.proof.test_proof import checked, failures, flipped, proven, replaced, words
from tests.unit.exchange.world import (
    Clock,
    Node,
    connect,
    id_of,
    indicator,
    make,
    malware,
    pull,
    relationship,
    report,
    wire,
)  # fmt: skip

CONTROLLED = ("tlp:green", "orcon:CAN")
CLOSED = (*CONTROLLED, "rel:CAN|FRA")
ONE, TWO, THREE = (indicator(name) for name in ("one", "two", "three"))
HOUR = 3_600_000_000


@pytest.fixture
def three() -> dict[str, Node]:
    """CAN gives to FRA, which gives to GBR; CAN and GBR know each other as well."""
    clock = Clock()
    nodes = {name: make(name, clock) for name in ("CAN", "FRA", "GBR")}
    for one, other in (("CAN", "FRA"), ("FRA", "GBR"), ("CAN", "GBR")):
        connect(nodes[one], nodes[other])
    return nodes


def give(here: Node, there: Node, transport: Any = None) -> None:
    here.cut(there.name)
    pulled = pull(there, here, transport)
    assert (pulled.link.state, pulled.link.message_id) == ("up", "")


def ask(fra: Node, *raws: bytes, to: str = "GBR", **more: Any) -> list[str]:
    with fra.store.write() as tx:
        items = [Item(id_of(raw)) for raw in raws]
        can = records.partner(tx, "CAN")
        rows = asking.ask(
            tx, fra.home, can, **{"to": to, "items": items, "reason": "joint case", "by": "marie", "now": fra.clock()} | more
        )  # fmt: skip
    return [row.id for row in rows]


def answered(can: Node, consent_id: str, state: str = "granted", **more: Any) -> None:
    with can.store.write() as tx:
        asking.answer(tx, can.home, consent_id, state, "anne", can.clock(), **more)


def granted(three: dict[str, Node], *raws: bytes, **more: Any) -> str:
    """Ask, grant, and let France hear of it."""
    can, fra = three["CAN"], three["FRA"]
    (consent_id,) = ask(fra, *raws, **more)
    pull(fra, can)
    answered(can, consent_id)
    pull(fra, can)
    return consent_id


def held(node: Node, raw: bytes) -> bool:
    return id_of(raw) in node.ids()


@pytest.mark.parametrize("marking", [CONTROLLED, CLOSED])
def test_it_goes_to_a_third_party_only_after_its_originator_consented(three, marking):
    can, fra, gbr = three["CAN"], three["FRA"], three["GBR"]
    can.put((ONE, marking), (TWO, marking))
    give(can, fra)
    give(fra, gbr)
    assert fra.ids() >= {id_of(ONE), id_of(TWO)}
    assert gbr.ids() == set()
    (consent_id,) = ask(fra, ONE)
    pull(fra, can)
    give(fra, gbr)
    assert gbr.ids() == set()
    answered(can, consent_id)
    pull(fra, can)
    give(fra, gbr)
    assert gbr.ids() == {id_of(ONE)}
    with gbr.store.read() as tx:
        (row,) = versions.get(tx, id_of(ONE), None)
        assert row.source == "CAN"
        atoms = markings.atoms(tx, row.full_mid)
    assert "orcon:CAN" in atoms
    assert not [a for a in atoms if a.startswith("rel:") and "GBR" not in a]


def test_the_third_party_can_check_the_consent_by_itself_and_learns_nothing_more_from_it(three):
    can, fra, gbr = three["CAN"], three["FRA"], three["GBR"]
    can.put((ONE, CONTROLLED), (TWO, CONTROLLED))
    give(can, fra)
    granted(three, ONE, TWO)
    with fra.store.write() as tx:
        versions.remark(tx, id_of(TWO), "CAN", frozenset({"unmarked"}))
    give(fra, gbr)
    with gbr.store.read() as tx:
        (row,) = versions.get(tx, id_of(ONE), None)
        came = kept.consented(tx, [row.vid])[row.vid]
    found = read_consent(came.statement, verify_keyed)
    assert found is not None
    assert (found.originator, found.to, found.derived, found.until) == ("CAN", "GBR", False, None)
    proof = msgspec.msgpack.decode(came.proof, type=Covered)
    assert names(found, proof, id_of(ONE), row.hash)
    assert not names(found, proof, id_of(TWO), row.hash)
    assert came.known == 1
    for data in (came.statement, came.proof):
        assert id_of(TWO).encode() not in data
        assert b"FRA" not in data
        assert b"marie" not in data
        assert b"anne" not in data


def test_a_proof_carries_the_consent_and_is_checked_without_a_node(three):
    can, fra, gbr = three["CAN"], three["FRA"], three["GBR"]
    can.put((ONE, CONTROLLED), (TWO, CONTROLLED))
    give(can, fra)
    granted(three, ONE, TWO)
    give(fra, gbr)
    for node, partner in ((gbr, "FRA"), (fra, "GBR")):
        made = proven(node, partner, id_of(ONE))
        assert id_of(TWO).encode() not in checking.write(made)
        found = checked(made, CAN=words(can))
        assert found.holds, found.checks
        assert "consent" in {check.code for check in found.checks}
        assert found.originator == "CAN"
        for path, change in (
            ("consent.salt", flipped),
            ("consent.statement", lambda text: text.replace("GBR", "XXX")),
            ("consent.path.0", flipped),
        ):
            assert failures(replaced(made, path, change)) == ["consent"]
    steps = [reason.code for answer in explained(fra, "GBR", ONE) for reason in answer.reasons]
    assert steps == ["consented-by", "automatic"]


def explained(node: Node, partner: str, raw: bytes) -> Any:
    joined = node.partnership(partner)
    assert joined is not None
    with node.store.read() as tx:
        return why(tx, node.home, joined, id_of(raw), node.clock())


def test_a_consent_by_query_covers_what_comes_later(three):
    can, fra, gbr = three["CAN"], three["FRA"], three["GBR"]
    can.put((ONE, CONTROLLED), (malware("m"), CONTROLLED))
    give(can, fra)
    granted(three, items=(), where=Query(type=("indicator",)))
    give(fra, gbr)
    assert gbr.ids() == {id_of(ONE)}
    can.put((TWO, CONTROLLED))
    give(can, fra)
    give(fra, gbr)
    assert gbr.ids() == {id_of(ONE), id_of(TWO)}


def test_withdrawing_a_consent_stops_sending_at_once_and_asks_back(three):
    can, fra, gbr = three["CAN"], three["FRA"], three["GBR"]
    can.put((ONE, CONTROLLED), (TWO, CONTROLLED), (THREE, CONTROLLED))
    give(can, fra)
    consent_id = granted(three, ONE, TWO)
    fra.cut("GBR")
    answered(can, consent_id, "withdrawn")
    pull(fra, can)  # heard of before it was fetched: the very next page is without it
    pull(gbr, fra)
    assert gbr.ids() == set()
    again = granted(three, ONE)
    give(fra, gbr)
    assert held(gbr, ONE)
    answered(can, again, "withdrawn")
    pull(fra, can)
    give(fra, gbr)
    assert gbr.ids() == set()


def test_a_consent_ends_by_itself(three):
    can, fra, gbr = three["CAN"], three["FRA"], three["GBR"]
    can.put((ONE, CONTROLLED))
    give(can, fra)
    granted(three, ONE, until=fra.clock() + HOUR)
    give(fra, gbr)
    assert held(gbr, ONE)
    fra.clock.now += HOUR  # one clock for all three
    give(fra, gbr)
    assert gbr.ids() == set()


def test_the_originator_may_grant_for_less_long_than_asked(three):
    can, fra = three["CAN"], three["FRA"]
    (consent_id,) = ask(fra, ONE, until=fra.clock() + 2 * HOUR)
    pull(fra, can)
    answered(can, consent_id, until=can.clock() + HOUR)
    pull(fra, can)
    with fra.store.read() as tx:
        row = kept.consent(tx, consent_id)
    assert row is not None
    assert row.until == fra.clock() + HOUR


def test_standing_consent_needs_no_asking(three):
    can, fra, gbr = three["CAN"], three["FRA"], three["GBR"]
    can.put((ONE, ("tlp:green", "orcon:CAN", "rel:CAN|FRA|GBR")))
    give(can, fra)
    give(fra, gbr)
    assert gbr.ids() == {id_of(ONE)}


def test_consent_lifts_nothing_but_the_originators_own_control(three):
    can, fra, gbr = three["CAN"], three["FRA"], three["GBR"]
    can.put(
        (ONE, (*CONTROLLED, "tlp:red")), (TWO, (*CONTROLLED, "compartment:CAN/MAPLE")), (THREE, CONTROLLED)
    )
    give(can, fra)
    granted(three, ONE, TWO, THREE)
    with fra.store.write() as tx:
        known = {row.id for raw in (ONE, TWO, THREE) for row in versions.get(tx, id_of(raw), None)}
        assert id_of(THREE) in known
        versions.remark(tx, id_of(THREE), "CAN", frozenset({"orcon:DEU"}))
    give(fra, gbr)
    assert gbr.ids() == set()


def test_what_rests_on_a_controlled_object_waits_for_consent_to_that(three):
    can, fra, gbr = three["CAN"], three["FRA"], three["GBR"]
    other = malware("ours")
    can.put((ONE, CONTROLLED))
    give(can, fra)
    fra.put((other, ("tlp:green",)), (relationship(ONE, other), ("tlp:green",)))
    give(fra, gbr)
    assert gbr.ids() == {id_of(other)}
    granted(three, ONE)
    give(fra, gbr)
    assert gbr.ids() == {id_of(ONE), id_of(other), id_of(relationship(ONE, other))}


@pytest.mark.parametrize("derived", [True, False])
def test_text_derived_from_it_goes_only_where_the_consent_says_so(three, derived):
    can, fra, gbr = three["CAN"], three["FRA"], three["GBR"]
    text = report("assessment", [ONE])
    can.put((ONE, CONTROLLED))
    give(can, fra)
    fra.put((text, CONTROLLED))
    granted(three, ONE, derived=derived)
    give(fra, gbr)
    assert held(gbr, ONE)
    assert held(gbr, text) is derived


def altering(node: Node, change: Any) -> Any:
    """Return a node that lies about what stands beside its segments, and signs the answer."""

    def transport(request: Request) -> Response:
        answer = wire(node)(request)
        if request.path.endswith("segments") and answer.status == 200:
            resource = segment.read_resource(answer.body, 1 << 30)
            body = msgspec.msgpack.encode(change(resource))
            return sign_answer(node.home, request, Response(200, answer.headers, body))
        return answer

    return transport


def without(resource: segment.Resource) -> segment.Resource:
    return msgspec.structs.replace(resource, consents=[])


def for_another(resource: segment.Resource) -> segment.Resource:
    def change(one: Any) -> Any:
        value = orjson.loads(one.statement)
        value["body"] = value["body"].replace('"to":"GBR"', '"to":"XXX"')
        return msgspec.structs.replace(one, statement=orjson.dumps(value))

    return msgspec.structs.replace(resource, consents=[change(one) for one in resource.consents])


def other_object(resource: segment.Resource) -> segment.Resource:
    return msgspec.structs.replace(
        resource, consents=[msgspec.structs.replace(one, proof=None) for one in resource.consents]
    )


@pytest.mark.parametrize("change", [without, for_another, other_object])
def test_the_third_party_takes_nothing_without_a_consent_that_holds(three, change):
    can, fra, gbr = three["CAN"], three["FRA"], three["GBR"]
    can.put((ONE, CONTROLLED))
    give(can, fra)
    granted(three, ONE)
    give(fra, gbr, altering(fra, change))
    assert gbr.ids() == set()
    with gbr.store.read() as tx:
        (aside,) = records.set_aside(tx)
    assert aside.code == "exchange.apply.no-consent"
    assert msgspec.json.decode(aside.params)["originator"] == "CAN"


def test_nobody_learns_from_an_answer_who_else_asked_or_what_is_held(three):
    """Two worlds: in one Canada holds the object and Britain asked too; what France is told is the same."""
    told: list[list[bytes]] = []
    for other in (False, True):
        nodes = {name: make(name, Clock()) for name in ("CAN", "FRA", "GBR")}
        connect(nodes["CAN"], nodes["FRA"])
        connect(nodes["CAN"], nodes["GBR"])
        can, fra, gbr = nodes["CAN"], nodes["FRA"], nodes["GBR"]
        if other:
            can.put((ONE, ("tlp:red", "orcon:CAN", "rel:CAN|GBR")))
            with gbr.store.write() as tx:
                asking.ask(
                    tx, gbr.home, records.partner(tx, "CAN"),
                    to="FRA", items=[Item(id_of(ONE))], reason="r", by="b", now=gbr.clock(),
                )  # fmt: skip
            pull(gbr, can)
        heard: list[bytes] = []

        def listening(request: Request, can: Node = can, heard: list[bytes] = heard) -> Response:
            answer = can.answer(request)
            if request.path.endswith("consents"):
                heard.append(bytes([answer.status // 100]) + answer.body)
            return answer

        (consent_id,) = ask(fra, ONE)
        pull(fra, can, listening)
        answered(can, consent_id, "refused")
        pull(fra, can, listening)
        told.append([data.replace(consent_id.encode(), b"ID") for data in heard])
    assert [orjson.loads(data[1:] or b"[]") for data in told[0][1:2]] == [[]]
    assert len(told[0]) == len(told[1])
    for one, two in zip(*told, strict=True):
        bodies = [[orjson.loads(s)["body"] for s in orjson.loads(data[1:] or b"[]")] for data in (one, two)]
        assert bodies[0] == bodies[1]


def test_only_the_asker_asks_and_only_the_originator_answers(three):
    can, fra, gbr = three["CAN"], three["FRA"], three["GBR"]
    (consent_id,) = ask(fra, ONE)
    with fra.store.read() as tx:
        row = kept.consent(tx, consent_id)
    assert row is not None
    with can.store.write() as tx, pytest.raises(IntegrityError):
        asking.receive(tx, can.home, records.partner(tx, "GBR"), row.request)
    pull(fra, can)
    answered(can, consent_id, "refused")
    with pytest.raises(Conflict):
        answered(can, consent_id)
    with gbr.store.write() as tx, pytest.raises(IntegrityError):
        asking.learn(tx, gbr.home, records.partner(tx, "FRA"), row.request)


def test_nothing_is_asked_for_nothing(three):
    with pytest.raises(InputError):
        ask(three["FRA"])
    with pytest.raises(InputError):
        ask(three["FRA"], items=(), where=Query())


def test_many_objects_make_several_requests(three):
    can, fra = three["CAN"], three["FRA"]
    many = [Item(f"indicator--{n:08}-0000-4000-8000-000000000000") for n in range(1500)]
    ids = ask(fra, items=many)
    assert len(ids) == 2
    pull(fra, can)
    with can.store.read() as tx:
        rows = kept.consents(tx, role=kept.ANSWERING)
    assert sorted(len(orjson.loads(row.items)) for row in rows) == [476, 1024]


def test_the_same_content_read_again_is_the_object_that_was_consented_to(three):
    assert read(ONE)[0].hash == read(orjson.dumps(orjson.loads(ONE), option=orjson.OPT_SORT_KEYS))[0].hash


def test_a_partner_whose_release_has_no_consents_is_not_asked_and_the_rest_is_handed_over(three):
    can, fra = three["CAN"], three["FRA"]
    can.put((ONE, CONTROLLED))
    can.cut("FRA")
    (consent_id,) = ask(fra, ONE)

    def older(request: Request) -> Response:
        if "consents" in request.path or "reconcile" in request.path:
            return Response(404)
        answer = can.answer(request)
        if not request.path.endswith("hello"):
            return answer
        # as it answered then: of protocol 1, whose greeting nobody signs
        welcome = msgspec.json.decode(answer.body, type=Welcome)
        welcome = msgspec.structs.replace(welcome, protocol=1, extensions=())
        return msgspec.structs.replace(answer, body=msgspec.json.encode(welcome))

    with fra.store.write() as tx:
        records.save_partner(tx, msgspec.structs.replace(records.partner(tx, "CAN"), protocol=1), 0)
    pulled = pull(fra, can, older)
    assert (pulled.link.state, pulled.link.code, pulled.extensions) == ("up", "", ())
    with fra.store.read() as tx:
        assert records.link(tx, records.partner(tx, "CAN").number).acknowledged == 1
        assert kept.consent(tx, consent_id).state == "waiting"
    assert pull(fra, can).extensions == EXTENSIONS
    with can.store.read() as tx:
        assert kept.consent(tx, consent_id) is not None
