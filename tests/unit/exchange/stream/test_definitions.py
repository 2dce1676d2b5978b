"""A marking definition goes with what names it, and what may not name it does not go as it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.exchange.message import Request
from cordiale.exchange.recall import ledger
from cordiale.release.marking import of_version
from cordiale.stix.version import read
from cordiale.store import markings, versions
from cordiale.store.types import Put
from tests.unit.exchange.world import (
    Node,
    client,
    connect,
    definitions,
    id_of,
    identity,
    indicator,
    make,
    malware,
    pull,
)

ATTACK = Path(__file__).parents[5] / "shared/data/attack/ics-attack-18.1.json"
MITRE = "marking-definition--fa42a846-8d90-4e51-bc29-71d5b4802168"
STATEMENT = "marking-definition--11111111-2222-4333-8444-555555555555"


def statement(text: str = "Copyright somebody", stix_id: str = STATEMENT, **more: Any) -> bytes:
    return orjson.dumps(
        {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": stix_id,
            "created": "2026-03-01T10:00:00.000Z",
            "definition_type": "statement",
            "definition": {"statement": text},
            **more,
        }
    )


def organisation(name: str, **more: Any) -> bytes:
    return orjson.dumps(
        {
            "type": "identity",
            "spec_version": "2.1",
            "id": identity(name),
            "created": "2026-03-01T10:00:00.000Z",
            "modified": "2026-03-01T10:00:00.000Z",
            "name": name,
            "identity_class": "organization",
            **more,
        }
    )


def naming(raw: bytes, *ids: str) -> bytes:
    value = orjson.loads(raw)
    return orjson.dumps({**value, "object_marking_refs": [*value.get("object_marking_refs", []), *ids]})


RED = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"


def store(node: Node, *raws: bytes, given: Sequence[str] = ("unmarked",)) -> list[int]:
    """Store objects as an import does: what carries no marking is `unmarked`, or what was given."""
    found = [read(raw)[0] for raw in raws]
    atoms = {v.id: v.definition.atom or "" for v in found if v.definition is not None}
    puts = [
        Put(v, *of_version(v, definitions() | atoms | {STATEMENT: ""}, frozenset(given)), "local")
        for v in found
    ]
    with node.store.write() as tx:
        return [o.vid for o in versions.put(tx, node.name, node.clock(), puts)]


def pair() -> tuple[Node, Node]:
    here, there = make("CAN"), make("FRA")
    connect(here, there)
    return here, there


def marking_of(node: Node, stix_id: str) -> frozenset[str]:
    with node.store.read() as tx:
        (row,) = versions.get(tx, stix_id, None)
        return markings.atoms(tx, row.full_mid)


def test_a_definition_without_a_marking_of_its_own_goes_under_that_of_what_names_it() -> None:
    here, there = pair()
    one = naming(indicator("a"), GREEN, STATEMENT)
    store(here, one, statement())
    here.cut("FRA")
    assert pull(there, here).new == 2
    assert there.raws(STATEMENT) == [statement()]
    assert marking_of(there, id_of(one)) == {"tlp:green"}
    assert marking_of(there, STATEMENT) == {"tlp:green"}


def test_it_goes_once_and_also_with_what_comes_later() -> None:
    here, there = pair()
    store(here, statement())
    here.cut("FRA")
    assert pull(there, here).new == 0
    store(here, naming(indicator("a"), GREEN, STATEMENT))
    here.cut("FRA")
    assert pull(there, here).new == 2
    store(here, naming(indicator("b"), GREEN, STATEMENT))
    here.cut("FRA")
    assert pull(there, here).new == 1


def test_of_several_that_name_it_the_one_of_fewest_atoms_governs() -> None:
    here, there = pair()
    wide, narrow = naming(indicator("a"), GREEN, STATEMENT), naming(indicator("b"), GREEN, STATEMENT)
    here.put(statement())
    found = [read(raw)[0] for raw in (wide, narrow)]
    with here.store.write() as tx:
        for version, marking in zip(found, ({"tlp:green"}, {"tlp:green", "rel:CAN|FRA"}), strict=True):
            versions.put(
                tx, "CAN", here.clock(), [Put(version, frozenset(marking), frozenset(marking), "local")]
            )
    here.cut("FRA")
    assert pull(there, here).new == 3
    assert marking_of(there, STATEMENT) == {"tlp:green"}


def test_a_partner_that_gets_none_of_what_names_it_does_not_get_it() -> None:
    here, there = pair()
    store(here, naming(indicator("a"), RED, STATEMENT), statement("HALCYON"))
    here.cut("FRA")
    assert pull(there, here).new == 0
    assert b"HALCYON" not in there.store.snapshot()
    assert STATEMENT.encode() not in there.store.snapshot()


def test_a_definition_that_carries_a_marking_goes_under_it_and_what_names_it_goes_without_its_name() -> None:
    here, there = pair()
    one = naming(indicator("a"), GREEN, STATEMENT)
    store(here, one, naming(statement("HALCYON"), RED))
    here.cut("FRA")
    assert pull(there, here).new == 1
    (raw,) = [raw for stix_id in there.ids() for raw in there.raws(stix_id)]
    assert orjson.loads(raw)["id"] != id_of(one)  # a tear-line
    assert orjson.loads(raw)["object_marking_refs"] == [GREEN]
    content = there.store.snapshot()
    assert STATEMENT.encode() not in content
    assert b"HALCYON" not in content


def test_a_definition_goes_only_if_whoever_made_it_may_be_named() -> None:
    here, there = pair()
    maker = organisation("HALCYON", object_marking_refs=[RED])
    store(here, naming(indicator("a"), GREEN, STATEMENT), statement(created_by_ref=id_of(maker)), maker)
    here.cut("FRA")
    pull(there, here)
    content = there.store.snapshot()
    for hidden in (STATEMENT, id_of(maker), "HALCYON"):
        assert hidden.encode() not in content
    assert len(there.ids()) == 1
    # and once the maker may be named, both go
    store(here, organisation("HALCYON", object_marking_refs=[GREEN], modified="2026-03-02T10:00:00.000Z"))
    here.cut("FRA")
    store(here, naming(indicator("b"), GREEN, STATEMENT))
    here.cut("FRA")
    pull(there, here)
    assert {STATEMENT, id_of(maker), id_of(indicator("b"))} <= there.ids()


def test_definitions_that_name_each_other_and_their_maker_by_a_circle_go_together() -> None:
    here, there = pair()
    maker = organisation("maker", object_marking_refs=[GREEN, STATEMENT])
    store(here, maker, statement(created_by_ref=id_of(maker)))
    here.cut("FRA")
    assert pull(there, here).new == 2


def test_a_restrictive_definition_nobody_knows_stays_and_so_does_what_names_it() -> None:
    here, there = pair()
    unknown = statement(definition_type="house-rules", definition={"level": "HALCYON"})
    unknown_id = id_of(unknown)
    version = read(naming(indicator("a"), GREEN, unknown_id))[0]
    base = frozenset({"tlp:green", f"unknown:{unknown_id}"})
    with here.store.write() as tx:
        versions.put(tx, "CAN", here.clock(), [Put(version, base, base, "local")])
    store(here, unknown)
    here.cut("FRA")
    assert pull(there, here).new == 0
    assert b"HALCYON" not in there.store.snapshot()


def test_a_plain_client_reads_the_definition_before_what_names_it() -> None:
    here = make("CAN")
    client(here)
    store(here, naming(indicator("a"), GREEN, STATEMENT), naming(indicator("b"), RED, STATEMENT), statement())
    here.cut("READER")
    token = {"authorization": "Bearer token-READER", "accept": "application/taxii+json;version=2.1"}
    collections = orjson.loads(here.answer(Request("GET", "/taxii2/api/collections/", "", token)).body)
    (stream,) = [c["id"] for c in collections["collections"] if c["can_read"]]
    answer = here.answer(Request("GET", f"/taxii2/api/collections/{stream}/objects/", "", token))
    assert [one["id"] for one in orjson.loads(answer.body)["objects"]] == [STATEMENT, id_of(indicator("a"))]


def test_a_definition_made_stricter_here_stops_and_is_asked_back() -> None:
    here, there = pair()
    store(here, naming(indicator("a"), GREEN, STATEMENT), statement("HALCYON"))
    here.cut("FRA")
    with here.store.write() as tx:
        versions.remark(tx, STATEMENT, "CAN", frozenset({"tlp:red"}))
    here.cut("FRA")  # the partner has not fetched yet
    pull(there, here)
    assert STATEMENT not in there.ids()
    with here.store.read() as tx:
        assert [r.ids for r in ledger.recalls(tx)] == [(STATEMENT,)]


def test_an_onward_release_takes_it_along_under_the_marking_of_what_goes_on() -> None:
    one, two, three = make("CAN"), make("FRA"), make("GBR")
    connect(one, two)
    connect(two, three)
    strict = naming(indicator("a"), STATEMENT)
    with one.store.write() as tx:
        limited = frozenset({"tlp:green", "rel:CAN|FRA"})
        versions.put(tx, "CAN", one.clock(), [Put(read(strict)[0], limited, limited, "local")])
    store(one, statement())
    one.cut("FRA")
    pull(two, one)
    assert marking_of(two, STATEMENT) == {"tlp:green", "rel:CAN|FRA"}
    store(one, naming(indicator("b"), GREEN, STATEMENT))
    one.cut("FRA")
    pull(two, one)
    two.cut("GBR")
    pull(three, two)
    assert three.ids() == {id_of(indicator("b")), STATEMENT}


def test_the_statement_of_a_real_bundle_travels_with_its_techniques() -> None:
    if not ATTACK.exists():
        pytest.skip(f"needs {ATTACK.name} in ../shared/data/attack")
    here, there = pair()
    held = orjson.loads(ATTACK.read_bytes())["objects"]
    kinds = ("malware", "marking-definition", "identity")
    some = [o for o in held if o["type"] in kinds][:40]
    some += [o for o in held if o["type"] in kinds[1:]]
    raws = list({o["id"]: orjson.dumps({**o, **green(o)}) for o in some}.values())
    versions_read = [read(raw)[0] for raw in raws]
    atoms = {MITRE: ""}
    with here.store.write() as tx:
        puts = [Put(v, *of_version(v, atoms), "local") for v in versions_read]
        versions.put(tx, "CAN", here.clock(), puts)
    here.cut("FRA")
    pulled = pull(there, here)
    assert (pulled.new, pulled.set_aside) == (len(raws), 0)
    assert MITRE in there.ids()
    assert all(not any("unknown:" in a for a in marking_of(there, i)) for i in there.ids())


def green(value: dict[str, Any]) -> dict[str, Any]:
    """Mark what is not a definition TLP:GREEN beside its statement."""
    if value["type"] == "marking-definition":
        return {}
    return {"object_marking_refs": [*value.get("object_marking_refs", []), GREEN]}


def test_partners_of_one_profile_get_the_definition_each_when_they_lack_it() -> None:
    here, one, two = make("CAN"), make("FRA"), make("GBR")
    connect(here, one)
    connect(here, two)
    store(here, naming(malware("m"), GREEN, STATEMENT), statement())
    here.cut("FRA")
    store(here, naming(indicator("a"), GREEN, STATEMENT))
    here.cut("FRA", "GBR")
    pull(one, here)
    pull(two, here)
    assert STATEMENT in one.ids()
    assert STATEMENT in two.ids()
