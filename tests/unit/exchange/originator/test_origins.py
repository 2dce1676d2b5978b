"""Whose an object is: proven beside it, kept to go onward, and never taken on a forwarder's word."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson
import pytest

from cordiale.exchange import records
from cordiale.exchange.link import answered
from cordiale.exchange.message import Request, Response
from cordiale.exchange.originator.origins import Part
from cordiale.exchange.restore import rejoin
from cordiale.exchange.stream import segment
from cordiale.release import origin
from cordiale.stix.version import read
from cordiale.store import markings, versions
from cordiale.store.types import Put
from tests.unit.exchange.restore.test_rejoin import ask_back
from tests.unit.exchange.world import (
    Node,
    connect,
    id_of,
    identity,
    indicator,
    make,
    pull,
    wire,
)

ADDRESS = "ipv4-addr--3a5f8c1e-9f4b-5c1d-8a8e-0c7f0b1d2e3f"


def address(**more: Any) -> bytes:
    value = {"type": "ipv4-addr", "spec_version": "2.1", "id": ADDRESS, "value": "198.51.100.7", **more}
    return orjson.dumps(value)


def test_what_carries_no_proof_comes_to_rest_between_those_who_forward_it(four: dict[str, Node]) -> None:
    nodes = [four[name] for name in ("CAN", "FRA", "GBR")]
    version, _problems = read(indicator("unproven"))
    green = frozenset({"tlp:green"})
    with four["CAN"].store.write() as tx:  # what an older node said, and nobody signed
        versions.put(tx, "OLD", four["CAN"].clock(), [Put(version, green, green, "received")])
    counts = []
    for _round in range(6):
        for node in nodes:
            others = [one for one in nodes if one is not node]
            node.cut(*(one.name for one in others))
            for other in others:
                assert pull(other, node).link.state == "up"
        counts.append([len(node.raws(version.id)) for node in nodes])
    assert counts[-1] == counts[-2] == counts[-3]
    # each says what it was told, once by each who told it
    assert max(counts[-1]) == 3


@pytest.fixture
def four() -> dict[str, Node]:
    """CAN and DEU give to FRA, which gives to GBR; GBR knows CAN too."""
    nodes = {name: make(name, rules=RULES) for name in ("CAN", "DEU", "FRA", "GBR")}
    for one, other in (("CAN", "FRA"), ("DEU", "FRA"), ("FRA", "GBR"), ("CAN", "GBR")):
        connect(nodes[one], nodes[other])
    return nodes


RULES = """
format = 1
partnership = "four"
[partners.CAN]
nation = "CA"
organisation = "CAN-CERT"
assurance = "node"
tlp = "red"
[partners.DEU]
nation = "DE"
organisation = "DEU-CERT"
assurance = "node"
tlp = "red"
[partners.FRA]
nation = "FR"
organisation = "FRA-CERT"
assurance = "node"
tlp = "red"
[partners.GBR]
nation = "GB"
organisation = "GBR-CERT"
assurance = "node"
tlp = "red"
[[mandates]]
name = "standing"
to = ["CAN", "DEU", "FRA", "GBR"]
mode = "automatic"
where.type = ["indicator", "ipv4-addr"]
[allow]
properties = ["x_by"]
"""


def sources(node: Node, stix_id: str) -> dict[str, bytes]:
    """Return the current content of each statement about an id, by who stated it."""
    with node.store.read() as tx:
        return {row.source: row.raw or b"" for row in versions.get(tx, stix_id, None)}


def give(here: Node, there: Node, **changed: Any) -> None:
    here.cut(there.name)
    assert pull(there, here, changed.get("transport")).link.state == "up"


def altering(node: Node, change: Any) -> Any:
    """Return a node that lies about origins: it changes what stands beside its segments, and signs the answer."""

    def transport(request: Request) -> Response:
        answer = wire(node)(request)
        if request.path.endswith("segments") and answer.status == 200:
            resource = segment.read_resource(answer.body, 1 << 30)
            body = msgspec.msgpack.encode(change(resource))
            return answered.sign(node.home, request, Response(200, answer.headers, body))
        return answer

    return transport


def test_what_a_node_states_comes_with_its_signature_and_is_kept_with_it(four):
    can, fra = four["CAN"], four["FRA"]
    vids = can.put(indicator("a"), indicator("b"))
    give(can, fra)
    assert set(sources(fra, id_of(indicator("a")))) == {"CAN"}
    with can.store.read() as tx:
        assert tx.row("SELECT count(*) FROM exchange_origin")[0] == len(vids)
    with fra.store.read() as tx:
        (header,) = (bytes(row[0]) for row in tx.rows("SELECT header FROM exchange_origin_batch"))
        assert origin.read_header(header) is not None
        assert tx.row("SELECT count(*) FROM exchange_origin")[0] == 2


def test_one_signature_serves_every_partner(four):
    can = four["CAN"]
    can.put(indicator("a"))
    can.cut("FRA", "GBR")
    can.put(indicator("b"))
    can.cut("FRA")
    can.cut("GBR")
    with can.store.read() as tx:
        assert tx.row("SELECT count(*) FROM exchange_origin_batch")[0] == 2


def test_two_partners_statements_about_one_id_go_onward_as_two(four):
    can, deu, fra, gbr = (four[name] for name in ("CAN", "DEU", "FRA", "GBR"))
    connect(deu, gbr)
    can.put(address(x_by="CAN"))
    deu.put(address(x_by="DEU"))
    fra.put(address(x_by="FRA"))
    for giver in (can, deu):
        give(giver, fra)
    assert set(sources(fra, ADDRESS)) == {"CAN", "DEU", "FRA"}
    give(fra, gbr)
    found = sources(gbr, ADDRESS)
    assert {source: orjson.loads(raw)["x_by"] for source, raw in found.items()} == {
        "CAN": "CAN",
        "DEU": "DEU",
        "FRA": "FRA",
    }


def test_a_statement_of_a_node_nobody_here_knows_is_the_forwarders_word(four):
    deu, fra, gbr = four["DEU"], four["FRA"], four["GBR"]
    deu.put(address(x_by="DEU"))
    give(deu, fra)
    give(fra, gbr)
    assert set(sources(gbr, ADDRESS)) == {"FRA/DEU"}


def test_what_came_directly_and_through_another_is_one_statement(four):
    can, fra, gbr = four["CAN"], four["FRA"], four["GBR"]
    can.put(indicator("a"))
    give(can, fra)
    give(fra, gbr)
    give(can, gbr)
    assert set(sources(gbr, id_of(indicator("a")))) == {"CAN"}


def test_created_by_ref_alone_proves_nothing(four):
    fra, gbr = four["FRA"], four["GBR"]
    fra.put(indicator("a", created_by_ref=identity("CAN")))
    give(fra, gbr)
    assert set(sources(gbr, id_of(indicator("a")))) == {"FRA"}


def stripped(resource: segment.Resource) -> segment.Resource:
    return msgspec.structs.replace(resource, origins=[])


def another_signature(resource: segment.Resource) -> segment.Resource:
    parts = [msgspec.structs.replace(part, signature=bytes(64)) for part in resource.origins]
    return msgspec.structs.replace(resource, origins=parts)


def another_key(resource: segment.Resource) -> segment.Resource:
    """A forwarder that makes a batch of its own under somebody else's name."""
    made = []
    mallory = make("MAL").home.egress()
    for part in resource.origins:
        header = origin.read_header(part.header)
        assert header is not None
        data = origin.header_bytes(msgspec.structs.replace(header, key=mallory.public_key.hex()))
        signer = mallory._gate.signer  # type: ignore[attr-defined]
        made.append(Part(data, signer.sign(b"cordiale/origin/1\n" + data), part.nodes, part.claims))
    return msgspec.structs.replace(resource, origins=made)


def another_salt(resource: segment.Resource) -> segment.Resource:
    parts = [
        msgspec.structs.replace(
            part, claims=[msgspec.structs.replace(claim, salt=bytes(16)) for claim in part.claims]
        )
        for part in resource.origins
    ]
    return msgspec.structs.replace(resource, origins=parts)


@pytest.mark.parametrize(
    ("change", "source"),
    [
        (stripped, "FRA"),
        (another_signature, "FRA/CAN"),
        (another_key, "FRA/CAN"),
        (another_salt, "FRA/CAN"),
    ],
)
def test_without_a_valid_signature_it_is_the_forwarders_statement(four, change, source):
    can, fra, gbr = four["CAN"], four["FRA"], four["GBR"]
    can.put(indicator("a", minute=0))
    give(can, gbr)
    can.put(indicator("a", minute=1))
    give(can, fra)
    give(fra, gbr, transport=altering(fra, change))
    found = sources(gbr, id_of(indicator("a")))
    assert set(found) == {"CAN", source}
    # Canada's own statement is not moved on by what somebody says in its name
    assert orjson.loads(found["CAN"])["modified"].startswith("2026-03-01T10:00")


def test_a_forwarder_cannot_lower_what_the_originator_signed(four):
    can, fra, gbr = four["CAN"], four["FRA"], four["GBR"]
    can.put((indicator("a"), ("tlp:amber",)))
    give(can, fra)
    lowered(fra)
    give(fra, gbr)
    assert sources(gbr, id_of(indicator("a"))) == {}
    with gbr.store.read() as tx:
        (aside,) = records.set_aside(tx)
    assert aside.code == "exchange.apply.lowered"
    assert msgspec.json.decode(aside.params)["atom"] == "tlp:amber"


def lowered(node: Node) -> None:
    """Forget the marking of everything held, past Cordiale: what an honest node never does."""
    with node.store.write() as tx:
        mid = markings.intern(tx, frozenset({"tlp:green"}))
        tx.run("UPDATE versions SET base_mid = ?, own_mid = ?, effective_mid = ?, full_mid = ?", *[mid] * 4)


def kept_aside(node: Node) -> list[tuple[str, bool]]:
    with node.store.read() as tx:
        return [(one.code, one.raw is not None) for one in records.set_aside(tx)]


@pytest.mark.parametrize("first", ["forwarded", "recalled"])
def test_what_its_originator_asks_back_is_not_kept_in_quarantine_either(four, first):
    can, fra, gbr = four["CAN"], four["FRA"], four["GBR"]
    can.put((indicator("a"), ("tlp:amber",)))
    give(can, fra)
    give(can, gbr)
    lowered(fra)
    if first == "forwarded":
        give(fra, gbr)
        assert kept_aside(gbr) == [("exchange.apply.lowered", True)]
    ask_back(can, gbr, [indicator("a")])
    pull(gbr, can)
    if first == "recalled":
        give(fra, gbr)
    assert kept_aside(gbr) == [("exchange.apply.tombstoned", False)]
    assert sources(gbr, id_of(indicator("a"))) == {}


def test_what_is_marked_anew_before_it_is_fetched_is_taken_in_and_goes_onward_under_both(four):
    can, fra, gbr = four["CAN"], four["FRA"], four["GBR"]
    stix_id = id_of(indicator("a"))
    can.put(indicator("a"))
    can.cut("FRA")
    with can.store.write() as tx:
        versions.remark(tx, stix_id, "CAN", frozenset({"tlp:amber"}))
    can.cut("GBR")  # signed anew, beside what Canada numbered for France before
    assert pull(fra, can).link.state == "up"
    give(fra, gbr)
    for node in (fra, gbr):
        with node.store.read() as tx:
            (row,) = versions.get(tx, stix_id, None)
            assert row.source == "CAN"
            assert markings.atoms(tx, row.effective_mid) == {"tlp:green", "tlp:amber"}
    with gbr.store.read() as tx:
        assert records.set_aside(tx) == []


def test_what_the_originator_marks_anew_before_it_is_forwarded_goes_onward_under_that(four):
    can, fra, gbr = four["CAN"], four["FRA"], four["GBR"]
    stix_id = id_of(indicator("a"))
    can.put(indicator("a"))
    give(can, fra)
    fra.cut("GBR")  # numbered under what Canada signed until now
    with can.store.write() as tx:
        versions.remark(tx, stix_id, "CAN", frozenset({"tlp:amber"}))
        rejoin.close_all(tx, can.clock())
        rejoin.reopen(tx, can.home, records.partner(tx, "FRA"), can.clock(), unvisited=True)
    give(can, fra)  # its stream begins anew, with what it signs now
    for _visit in range(2):
        give(fra, gbr)
    with gbr.store.read() as tx:
        (row,) = versions.get(tx, stix_id, None)
        assert row.source == "CAN"
        assert markings.atoms(tx, row.effective_mid) == {"tlp:green", "tlp:amber"}
        assert records.set_aside(tx) == []


def test_what_is_forwarded_without_proof_stays_apart_and_names_nobody(four):
    fra, gbr = four["FRA"], four["GBR"]
    for name in ("CLIENT-ONE", "CLIENT-TWO"):
        with fra.store.write() as tx:
            version = segment_version(address(x_by=name))
            put = versions.Put(version, frozenset({"tlp:green"}), frozenset({"tlp:green"}), "received")
            versions.put(tx, name, fra.clock(), [put])
    seen: list[bytes] = []

    def watch(resource: segment.Resource) -> segment.Resource:
        seen.append(msgspec.msgpack.encode(resource.origins))
        return resource

    give(fra, gbr, transport=altering(fra, watch))
    found = sources(gbr, ADDRESS)
    assert len(found) == 2
    assert all(source.startswith("FRA/~") for source in found)
    assert all(b"CLIENT" not in data for data in seen)


def segment_version(raw: bytes) -> Any:
    from cordiale.stix.version import read

    return read(raw)[0]


def test_an_onward_proof_reveals_nothing_of_the_pair_or_of_neighbours(four):
    """Canada gives France ten objects; of one that goes on, Britain gets nothing that leads to the others."""
    can, fra, gbr = four["CAN"], four["FRA"], four["GBR"]
    can.put(*(indicator(f"secret-{n}") for n in range(9)), (indicator("open"), ()))
    give(can, fra)
    with fra.store.write() as tx:
        for n in range(9):
            versions.remark(tx, id_of(indicator(f"secret-{n}")), "CAN", frozenset({"unmarked"}))
    seen: list[segment.Resource] = []

    def watch(resource: segment.Resource) -> segment.Resource:
        seen.append(resource)
        return resource

    give(fra, gbr, transport=altering(fra, watch))
    assert gbr.ids() == {id_of(indicator("open"))}
    (part,) = (part for resource in seen for part in resource.origins)
    assert len(part.claims) == 1
    assert len(part.nodes) == 5 * 32  # as of a batch of one
    with fra.store.read() as tx:
        hidden = [
            bytes(row[0]) for row in tx.rows("SELECT hash FROM versions WHERE full_mid <> effective_mid")
        ]
        leaves = [row.leaf for row in part.claims]
        of_pair = [bytes(row[0]) for row in tx.rows("SELECT leaves FROM exchange_received")]
    wire_bytes = msgspec.msgpack.encode(part)
    assert b"FRA" not in wire_bytes
    assert b"GBR" not in wire_bytes
    assert not any(digest in wire_bytes for digest in hidden)
    # no leaf of the pair log Canada shares with France stands in it
    pair_leaves = {blob[i : i + 32] for blob in of_pair for i in range(0, len(blob), 32)}
    assert pair_leaves.isdisjoint(leaves)
    assert not any(leaf in part.nodes for leaf in pair_leaves)


def test_a_recall_by_a_forwarder_leaves_what_the_originator_gave_itself(four):
    from cordiale.exchange.recall import sending

    can, fra, gbr = four["CAN"], four["FRA"], four["GBR"]
    can.put(indicator("a"), indicator("b"))
    give(can, fra)
    give(fra, gbr)
    with can.store.write() as tx:
        joined = can.partnership("GBR")
        assert joined is not None
        versions.remark(tx, id_of(indicator("b")), "CAN", frozenset({"unmarked"}))
    give(can, gbr)
    ids = [id_of(indicator("a")), id_of(indicator("b"))]
    with fra.store.write() as tx:
        joined = fra.partnership("GBR")
        assert joined is not None
        made = sending.draft(tx, fra.home, joined.partner, ids=ids, reason="test", now=fra.clock())
        assert made is not None
        sending.confirm(tx, fra.home, joined, made.id, "officer", fra.clock())
    assert pull(gbr, fra).recalls == 1
    assert gbr.ids() == {ids[0]}


def test_a_recall_of_the_originator_reaches_through_the_forwarder(four):
    from cordiale.exchange.recall import sending

    can, fra, gbr = four["CAN"], four["FRA"], four["GBR"]
    can.put(indicator("a"))
    give(can, fra)
    give(fra, gbr)
    with can.store.write() as tx:
        joined = can.partnership("FRA")
        assert joined is not None
        made = sending.draft(
            tx, can.home, joined.partner, ids=[id_of(indicator("a"))], reason="t", now=can.clock()
        )
        assert made is not None
        sending.confirm(tx, can.home, joined, made.id, "officer", can.clock())
    pull(fra, can)
    assert pull(gbr, fra).recalls == 1
    assert gbr.ids() == set()
    with gbr.store.read() as tx:
        assert tx.row("SELECT count(*) FROM exchange_origin")[0] == 0
        salts = [bytes(row[0]) for row in tx.rows("SELECT salts FROM exchange_received")]
    assert all(not any(blob) for blob in salts)


def test_a_node_that_does_not_ask_for_origins_gets_the_segment_it_always_got(four):
    can = four["CAN"]
    can.put(indicator("a"))
    can.cut("FRA")
    joined = can.partnership("FRA")
    assert joined is not None
    with can.store.read() as tx:
        held = records.segment_with(tx, joined.partner.number, 1, 1)
        assert held is not None
        body, _stopped = segment.serve(tx, joined, held, can.clock(), None)
    assert b"origins" not in body
