"""What a partner stated itself is not sent back to it, and counts as held there where something depends on it."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson
import pytest

from cordiale.exchange import records
from cordiale.exchange.cut.why import overview, why
from cordiale.exchange.link import answered
from cordiale.exchange.link.wire import BASE
from cordiale.exchange.message import Request, Response
from cordiale.exchange.recall import ledger, sending
from cordiale.exchange.stream import segment
from cordiale.stix import atoms
from cordiale.store import versions
from tests.unit.exchange.cut.test_release import entries, pair
from tests.unit.exchange.reconcile.test_reconcile import agree
from tests.unit.exchange.world import (
    RULES,
    Node,
    connect,
    id_of,
    indicator,
    make,
    malware,
    pull,
    relationship,
    report,
)

ONLY_RELATIONS = RULES.replace('where.type = ["indicator", ', "where.type = [")
"""Rules under which no indicator goes by itself."""


def address(marking: str) -> bytes:
    """Write an address, which nobody creates: several may speak about it."""
    value = {
        "type": "ipv4-addr",
        "spec_version": "2.1",
        "id": "ipv4-addr--3a5f8c1e-9f4b-5c1d-8a8e-0c7f0b1d2e3f",
        "value": "198.51.100.7",
        "object_marking_refs": [atoms.id_of(marking)],
    }
    return orjson.dumps(value)


def give(here: Node, there: Node, transport: Any = None) -> None:
    here.cut(there.name)
    assert pull(there, here, transport).link.state == "up"


def ids_sent(node: Node, partner: str) -> list[str]:
    """Return the ids in a stream, in order."""
    with node.store.read() as tx:
        rows = versions.by_vid(tx, [vid for _n, vid, _flags in entries(node, partner)], None)
    return [rows[vid].id for _n, vid, _flags in entries(node, partner)]


def answers(node: Node, partner: str, stix_id: str) -> list[tuple[str, str]]:
    known = node.partnership(partner)
    assert known is not None
    with node.store.read() as tx:
        return [(one.form, one.reasons[0].code) for one in why(tx, node.home, known, stix_id, node.clock())]


def test_a_partners_own_statement_is_not_sent_back_and_why_says_theirs() -> None:
    can, fra = pair()
    fra.put(indicator("a"))
    give(fra, can)
    can.put(indicator("b"))
    give(can, fra)
    assert ids_sent(can, "FRA") == [id_of(indicator("b"))]
    assert answers(can, "FRA", id_of(indicator("a"))) == [("theirs", "theirs")]
    known = can.partnership("FRA")
    assert known is not None
    with can.store.read() as tx:
        counted = overview(tx, can.home, known, can.clock())
    assert (counted.total, counted.verbatim, counted.withheld) == (1, 1, ())
    assert agree(fra, can)
    assert agree(can, fra)


def test_its_newer_version_and_a_repetition_number_nothing_either() -> None:
    can, fra = pair()
    for minute in (0, 1, 1):
        fra.put(indicator("a", minute=minute))
        give(fra, can)
        give(can, fra)
    assert ids_sent(can, "FRA") == []


def test_what_refers_to_a_partners_own_object_goes_whole_though_no_rule_would_give_that_object() -> None:
    can, fra = pair(ONLY_RELATIONS)
    theirs, ours = indicator("a"), malware("m")
    fra.rules = make("SPARE").rules
    fra.put(theirs)
    give(fra, can)
    note = report("r", [theirs, ours])
    can.put(ours, relationship(theirs, ours), note)
    give(can, fra)
    assert fra.raws(id_of(note), "CAN") == [note]
    assert id_of(relationship(theirs, ours)) in fra.ids("received")
    assert id_of(theirs) not in ids_sent(can, "FRA")


@pytest.mark.parametrize("others", [(), ("GBR",)])
def test_what_waited_for_an_object_goes_once_the_partner_states_it_itself(others: tuple[str, ...]) -> None:
    can, fra = pair()
    for name in others:
        connect(can, make(name))
    note = report("r", [address("tlp:red"), indicator("b")])
    can.put(address("tlp:red"), indicator("b"), note)
    can.cut("FRA", *others)
    pull(fra, can)
    assert id_of(note) not in fra.ids()  # a tear-line without the reference went
    fra.put(address("tlp:green"))
    fra.cut("CAN")
    pull(can, fra)
    can.cut("FRA", *others)
    can.cut("FRA", *others)  # what several partners are decided about is looked at again after that
    pull(fra, can)
    assert fra.raws(id_of(note), "CAN") == [note]


def test_an_object_its_partner_has_is_named_to_nobody_else_for_that() -> None:
    can, fra = pair()
    gbr = make("GBR")
    connect(can, gbr)
    fra.put(indicator("a", marking=["tlp:red"]))
    fra.rules = [fra.rules[0], *make("SPARE", rules=RULES.replace('tlp = "amber"', 'tlp = "red"')).rules]
    give(fra, can)
    note = report("r", [indicator("a"), indicator("b")])
    can.put(indicator("b"), note)
    can.cut("FRA", "GBR")
    pull(gbr, can)
    assert all(id_of(indicator("a")).encode() not in raw for i in gbr.ids() for raw in gbr.raws(i))


def test_its_recall_leaves_nothing_to_ask_back_from_it() -> None:
    can, fra = pair()
    fra.put(indicator("a"))
    give(fra, can)
    give(can, fra)
    known, back = fra.partnership("CAN"), can.partnership("FRA")
    assert known is not None
    assert back is not None
    with can.store.write() as tx:
        assert (
            sending.draft(
                tx, can.home, back.partner, ids=[id_of(indicator("a"))], reason="x", now=can.clock()
            )
            is None
        )
    with fra.store.write() as tx:
        made = sending.draft(
            tx,
            fra.home,
            known.partner,
            ids=[id_of(indicator("a"))],
            reason="wrong",
            by="officer",
            now=fra.clock(),
        )
        assert made is not None
        sending.confirm(tx, fra.home, known, made.id, "officer", fra.clock())
    pull(can, fra)
    assert can.ids() == set()
    give(can, fra)
    with can.store.read() as tx:
        assert ledger.recalls(tx, partner="FRA") == ()
    assert fra.ids() == {id_of(indicator("a"))}


@pytest.fixture
def three() -> tuple[Node, Node, Node]:
    """GBR gives to FRA and FRA to CAN, which knows GBR too."""
    can, fra, gbr = (make(name) for name in ("CAN", "FRA", "GBR"))
    for one, other in ((gbr, fra), (fra, can), (can, gbr)):
        connect(one, other)
    return can, fra, gbr


def test_what_another_forwarded_with_proof_is_theirs_as_well(three: tuple[Node, Node, Node]) -> None:
    can, fra, gbr = three
    gbr.put(indicator("a"))
    give(gbr, fra)
    give(fra, can)
    give(can, gbr)
    assert ids_sent(can, "GBR") == []
    assert answers(can, "GBR", id_of(indicator("a"))) == [("theirs", "theirs")]
    assert answers(can, "FRA", id_of(indicator("a")))[0][0] != "theirs"
    assert agree(gbr, can)
    assert agree(can, gbr)


def test_what_is_withheld_beside_a_statement_of_theirs_is_not_looked_at_for_ever(
    three: tuple[Node, Node, Node],
) -> None:
    can, fra, _gbr = three
    part = {"marking_ref": atoms.id_of("tlp:red"), "selectors": ["description"]}
    theirs = indicator("a", description="d", granular_markings=[part])  # GBR may have it, and not as it is
    fra.put(theirs)
    give(fra, can)
    can.put((report("b", [theirs]), ["rel:CAN|GBR"]))
    for _tick in range(3):
        can.cut("FRA", "GBR")
    with can.store.read() as tx:
        assert records.owing(tx) == frozenset()


def test_what_another_says_they_said_goes_to_them_like_anything_else(three: tuple[Node, Node, Node]) -> None:
    can, fra, gbr = three
    gbr.put(indicator("a"))
    give(gbr, fra)

    def unproven(request: Request) -> Response:
        answer = fra.answer(request)
        if request.path != BASE + "segments" or answer.status != 200:
            return answer
        found = segment.read_resource(answer.body, 1 << 30)
        parts = [msgspec.structs.replace(part, signature=bytes(64)) for part in found.origins]
        body = msgspec.msgpack.encode(msgspec.structs.replace(found, origins=parts))
        return answered.sign(fra.home, request, Response(200, answer.headers, body))

    give(fra, can, unproven)
    with can.store.read() as tx:
        assert {row.source for row in versions.get(tx, id_of(indicator("a")), None)} == {"FRA/GBR"}
    give(can, gbr)
    assert ids_sent(can, "GBR") == [id_of(indicator("a"))]
    assert gbr.ids("received") == set()  # its own, come back: it is not taken for somebody else's
