"""DISARM comes in as its bundle or its MISP clusters; one technique of several sources is one, with its responses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cordiale.desk.actor import house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes, of_file
from cordiale.domains.information.framework.disarm import FOUNDATION, code, tactics
from cordiale.domains.information.framework.galaxy import read, recognise
from cordiale.domains.information.framework.view import framework, technique
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.platform.errors import InputError, NotFound
from cordiale.stix.ingress import Limits, SetAside

REAL = Path(__file__).parents[5] / "shared/data"
PAGES = "https://github.com/DISARMFoundation/DISARMframeworks/blob/main/generated_pages/techniques"
ONE, PART, COUNTER, DETECT = (f"00000000-0000-4000-8000-00000000000{n}" for n in range(1, 5))
IN_BUNDLE = "attack-pattern--00000000-0000-4000-8000-000000000009"
MARIE = house("marie")


def cluster(kind: str, *values: dict[str, Any], version: int = 2) -> bytes:
    head = {"authors": ["Nobody"], "category": "disarm", "description": "invented", "name": kind}
    return json.dumps(
        {**head, "type": f"disarm-{kind}", "version": version, "values": values}, indent=1
    ).encode()


def member(uuid: str, name: str, written: str, chain: list[str], *related: tuple[str, str]) -> dict[str, Any]:
    meta = {"external_id": written, "kill_chain": chain, "refs": [f"{PAGES}/{written}.md"]}
    return {
        "uuid": uuid,
        "value": name,
        "meta": meta,
        "related": [{"dest-uuid": to, "type": kind} for kind, to in related],
    }


TECHNIQUES = cluster(
    "techniques",
    member(
        ONE,
        "Rename the ferry",
        "T0901",
        ["tactics:Establish Assets"],
        ("blocked-by", COUNTER),
        ("detected-by", DETECT),
    ),
    member(PART, "Rename it twice", "T0901.001", ["tactics:Establish Assets"]),
    {"value": "Nobody's"},
)
COUNTERS = cluster(
    "countermeasures",
    member(
        COUNTER, "Paint the name", "C00901", ["tactics:Plan Strategy", "responsetypes:Deny"], ("blocks", ONE)
    ),
)
DETECTIONS = cluster(
    "detections", member(DETECT, "Read the name", "F00901", ["responsetypes:Detect"], ("detects", ONE))
)


def pattern(**more: Any) -> dict[str, Any]:
    """Return a technique as the Foundation's bundle has it: under the name `mitre-attack`."""
    return {
        "type": "attack-pattern",
        "spec_version": "2.1",
        "id": IN_BUNDLE,
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "name": "Rename the ferry",
        "description": "Invented, and said at some length.",
        "kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": "establish-assets"}],
        "external_references": [
            {"source_name": "mitre-attack", "url": f"{PAGES}/T0901.md", "external_id": "T0901"}
        ],
        **more,
    }


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    with open_node(path, environ={}) as opened:
        yield opened


def test_a_code_is_known_under_the_wrong_name_and_attack_is_not_taken_for_disarm() -> None:
    assert code(pattern()) == "T0901"
    assert tactics(pattern()) == ("establish-assets",)
    without = [{"source_name": "mitre-attack", "external_id": "T0901"}]
    assert code(pattern(external_references=without)) is None
    assert code(pattern(external_references=without, created_by_ref=FOUNDATION)) == "T0901"
    assert code(pattern(external_references=[{"source_name": "DISARM", "external_id": "T0901"}])) == "T0901"
    attack = [
        {
            "source_name": "mitre-attack",
            "url": "https://attack.mitre.org/techniques/T1566",
            "external_id": "T1566",
        }
    ]
    assert code(pattern(external_references=attack)) is None
    assert code({"external_references": "no list"}) is None


def test_clusters_and_bundle_are_one_framework_with_responses(node: Node) -> None:
    bundle = json.dumps({"type": "bundle", "id": f"bundle--{ONE}", "objects": [pattern()]}).encode()
    sources = [
        of_bytes(name, data)
        for name, data in (("t", TECHNIQUES), ("c", COUNTERS), ("d", DETECTIONS), ("b", bundle))
    ]
    report = import_(node.desk, MARIE, sources, marking="tlp:clear")
    assert report.set_aside == 1
    assert report.reasons == {"galaxy-member": 1}
    assert report.same == 2  # what blocks and detects is told from both ends
    found = framework(node.desk, MARIE)
    assert [one.code for one in found.techniques] == ["T0901", "T0901.001"]
    one = technique(found, "t0901")
    assert one.ids == (f"attack-pattern--{ONE}", IN_BUNDLE)
    assert one.description == "Invented, and said at some length."
    assert [(r.code, r.name, r.labels) for r in one.responses] == [
        ("C00901", "Paint the name", ("disarm-responsetypes:deny", "disarm-tactic:plan-strategy")),
        ("F00901", "Read the name", ("disarm-responsetypes:detect",)),
    ]
    assert technique(found, "T0901.001").part_of == "T0901"
    assert found.responses == 2
    with pytest.raises(NotFound, match="T9999"):
        technique(found, "T9999")


def test_a_cluster_read_again_changes_nothing_and_a_later_version_follows(node: Node) -> None:
    import_(node.desk, MARIE, [of_bytes("c", COUNTERS)], marking="tlp:clear")
    again = import_(node.desk, MARIE, [of_bytes("c", COUNTERS)], marking="tlp:clear")
    assert (again.new, again.same) == (0, 2)
    later = COUNTERS.replace(b'"version": 2', b'"version": 3').replace(b"Paint the name", b"Paint it again")
    assert import_(node.desk, MARIE, [of_bytes("c", later)], marking="tlp:clear").new == 2


def test_a_cluster_is_recognised_and_what_is_none_is_refused() -> None:
    assert recognise(TECHNIQUES[:4096])
    assert not recognise(b'{"type": "bundle", "objects": []}')
    assert not recognise(b"category: disarm")
    for wrong, words in (
        (b"{", "no JSON"),
        (cluster("actortypes"), "not disarm-actortypes"),
        (b"[]", "not None"),
    ):
        with pytest.raises(InputError, match=words):
            list(read(iter([wrong]), Limits()))
    (aside,) = [one for one in read(iter([TECHNIQUES]), Limits()) if isinstance(one, SetAside)]
    assert (aside.path, aside.code) == ("values[2]", "galaxy-member")


def test_the_real_framework_is_imported_whole(node: Node) -> None:
    files = [
        REAL / "information/disarm/DISARM.json",
        *(
            REAL / f"misp/galaxy-clusters/disarm-{kind}.json"
            for kind in ("techniques", "countermeasures", "detections")
        ),
    ]
    if not all(file.exists() for file in files):
        pytest.skip("no ../shared/data: the invented clusters above say the same")
    report = import_(node.desk, MARIE, list(map(of_file, files)), marking="tlp:clear")
    assert report.set_aside == 0
    found = framework(node.desk, MARIE)
    assert len({one.code for one in found.techniques if len(one.ids) > 1}) > 200
    assert found.responses == 233
    assert sum(bool(one.responses) for one in found.techniques) > 20
