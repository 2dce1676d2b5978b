"""What a partner may not see leaves no name behind, and egress is shown each body once."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson

from cordiale.release.egress import wire
from cordiale.release.egress.client import Fetch, SegmentRequest, SignedSegment
from cordiale.release.egress.gate import Gate, definitions_hash
from cordiale.release.keys import keyed_signer
from tests.unit.exchange.world import connect, id_of, indicator, make, malware, pull, report


def told(node: Any, kind: str) -> list[dict[str, Any]]:
    return [orjson.loads(raw) for i in sorted(node.ids()) if i.startswith(kind) for raw in node.raws(i)]


def test_a_hidden_object_s_names_do_not_stay_in_the_text_of_what_names_it() -> None:
    here, there = make("CAN"), make("FRA")
    connect(here, there)
    seen = indicator("seen")
    hidden = malware("HALCYON", aliases=["Kingfisher"], marking=["tlp:red"])
    address = orjson.dumps(
        {
            "type": "domain-name",
            "spec_version": "2.1",
            "id": "domain-name--3c10e93f-798e-5a26-a0c1-08156efab7f5",
            "value": "hidden.example",
            "object_marking_refs": ["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"],
        }
    )
    for n, text in enumerate(("halcyon again", "seen as KINGFISHER", "at hidden.example", "nothing of it")):
        held = orjson.loads(report(f"report {n}", [seen, hidden, address]))
        here.put(orjson.dumps({**held, "description": text}))
    here.put(seen, hidden, address)
    here.cut("FRA")
    pull(there, here)
    reports = told(there, "report--")
    assert len(reports) == 4
    assert all(one["object_refs"] == [id_of(seen)] for one in reports)
    assert sorted(one.get("description", "") for one in reports) == ["", "", "", "nothing of it"]
    content = there.store.snapshot()
    for word in (b"HALCYON", b"Kingfisher", b"KINGFISHER", b"hidden.example"):
        assert word not in content


class Counting:
    """An egress that counts the bodies it asks for."""

    def __init__(self) -> None:
        self.gate = Gate(keyed_signer("CAN"))
        self.asked = 0

    @property
    def public_key(self) -> bytes:
        return self.gate.signer.public_key

    def sign_segment(self, request: SegmentRequest, fetch: Fetch | None = None) -> SignedSegment:
        ask = wire.without_bodies(request, definitions_hash(request.definitions))
        answer = self.gate.cut(ask, {})
        if isinstance(answer, wire.Needs):
            self.asked += len(answer.bodies)
            bodies = {place: request.entries[place].body for place in answer.bodies}
            answer = self.gate.cut(ask, bodies, request.definitions, final=True)
        assert isinstance(answer, SignedSegment)
        return answer

    def sign(self, purpose: str, payload: bytes) -> bytes:
        return self.gate.sign(purpose, payload)

    def close(self) -> None:
        pass


def test_egress_is_shown_a_body_once_for_all_partners() -> None:
    here = make("CAN")
    connect(here, make("FRA"))
    connect(here, make("GBR"))
    counting = Counting()
    here.home = msgspec.structs.replace(here.home, egress=lambda: counting)
    here.put(*[indicator(f"i{n}") for n in range(40)])
    cuts = here.cut("FRA", "GBR")
    assert {one.verbatim for one in cuts.values()} == {40}
    assert counting.asked == 40
