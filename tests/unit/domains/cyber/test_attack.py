"""ATT&CK: versions compared, what refers to what ended, the matrix over what its reader sees, layers of the Navigator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.domains.cyber.attack.coverage import matrix
from cordiale.domains.cyber.attack.layer import read, written
from cordiale.domains.cyber.attack.moved import moved
from cordiale.domains.cyber.attack.objects import MITRE
from cordiale.domains.cyber.attack.pages import attack, layer
from cordiale.domains.cyber.attack.renewing import renew
from cordiale.domains.cyber.attack.versions import bundle, compare
from cordiale.node import Node, init, open_node
from cordiale.platform.errors import InputError
from cordiale.platform.ids import uuid5
from cordiale.release.marking import of_version
from cordiale.release.recipient import Recipient
from cordiale.stix import atoms
from cordiale.stix.version import read as version_read
from cordiale.store import versions
from cordiale.store.types import Put

SPACE = "0b7d4c1e-5f5f-5c5e-9a51-7c2f0a4e9d13"
OWNER = house("owner")
PAUL = Actor(
    "paul",
    frozenset({"analyst"}),
    Recipient(node="canada", nation="CAN", organisation="CAN-CERT", person="paul", tlp="green"),
)
SHARED = Path(__file__).parents[4].parent / "shared" / "data" / "attack"


def value(kind: str, name: str, minute: int = 0, **more: Any) -> dict[str, Any]:
    when = "2026-01-01T00:{:02}:00.000Z"
    made = {"type": kind, "spec_version": "2.1", "id": f"{kind}--{uuid5(SPACE, name)}", "created": when.format(0), "modified": when.format(minute)}  # fmt: skip
    return made | ({"name": name} if kind != "relationship" else {}) | more


def technique(code: str, name: str, minute: int = 0, **more: Any) -> dict[str, Any]:
    return value(
        "attack-pattern", name, minute, created_by_ref=MITRE, x_mitre_version="1.0", x_mitre_attack_spec_version="3.2.0", x_mitre_domains=["enterprise-attack"],
        kill_chain_phases=[{"kill_chain_name": "mitre-attack", "phase_name": "execution"}],
        external_references=[{"source_name": "mitre-attack", "external_id": code, "url": f"https://attack.example/{code}"}],
    ) | more  # fmt: skip


def relation(name: str, source: str, target: str, **more: Any) -> dict[str, Any]:
    return value("relationship", f"{name} {source} {target}", relationship_type=name, source_ref=source, target_ref=target, **more)  # fmt: skip


def packed(*objects: dict[str, Any]) -> bytes:
    return orjson.dumps({"type": "bundle", "id": f"bundle--{uuid5(SPACE, 'b')}", "objects": list(objects)})


OLD = technique("T1001", "Old way")
KEPT = technique("T1002", "Kept way")
SUB = technique("T1002.001", "Part of it", x_mitre_is_subtechnique=True)
NEW = technique("T1003", "New way")
TACTIC = value("x-mitre-tactic", "Execution", x_mitre_shortname="execution", created_by_ref=MITRE, external_references=[{"source_name": "mitre-attack", "external_id": "TA0002"}])  # fmt: skip
FIRST = (OLD, KEPT, SUB, TACTIC)
SECOND = (
    OLD | {"modified": "2026-01-01T00:30:00.000Z", "revoked": True},
    KEPT | {"modified": "2026-01-01T00:30:00.000Z", "description": "Words.", "x_mitre_version": "1.1"},
    SUB | {"modified": "2026-01-01T00:30:00.000Z"},
    NEW,
    relation("revoked-by", OLD["id"], NEW["id"], created_by_ref=MITRE),
    TACTIC,
)


@pytest.fixture
def node(tmp_path: Path) -> Any:
    init(tmp_path / "node", name="canada", nation="CAN", organisation="CAN-CERT", title="Canada")
    with open_node(tmp_path / "node", environ={}) as opened:
        yield opened


def take(node: Node, *objects: dict[str, Any], marking: str = "tlp:green") -> None:
    report = import_(node.desk, OWNER, [of_bytes("x", packed(*objects))], marking=marking)
    assert report.set_aside == 0


def state(node: Node, source: str, *objects: dict[str, Any], marking: str = "tlp:green") -> None:
    """Keep what a partner states."""
    definition = atoms.id_of(marking)
    read_ = (version_read(orjson.dumps(one | {"object_marking_refs": [definition]}))[0] for one in objects)
    puts = [Put(one, *of_version(one, {definition: marking}), "received") for one in read_]
    with node.desk.store.write() as tx:
        versions.put(tx, source, node.desk.clock(), puts)


def indicator(name: str, code: str = "", **more: Any) -> dict[str, Any]:
    external = {"external_references": [{"source_name": "mitre-attack", "external_id": code}]} if code else {}
    pattern = {"pattern": "[domain-name:value = 'a.example']", "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00.000Z"}  # fmt: skip
    return value("indicator", name, **pattern, **external, **more)


def test_versions_are_compared_object_by_object() -> None:
    by_id = ({one["id"]: one for one in objects} for objects in (FIRST, SECOND))
    found = compare(*by_id)
    assert [one.code for one in found.added] == ["T1003"]
    assert [(one.code, one.before, one.after, one.properties) for one in found.changed] == [("T1002", "1.0", "1.1", ("description",))]  # fmt: skip
    assert [(one.code, one.replaced_by) for one in found.revoked] == [("T1001", ("T1003 New way",))]
    assert (found.deprecated, found.removed, found.same) == ((), (), 2)
    assert found.relationships == {"added": 1, "removed": 0}
    assert [one.code for one in compare({one["id"]: one for one in SECOND}, {KEPT["id"]: KEPT}).removed] == ["T1001", "T1002.001", "T1003", "TA0002"]  # fmt: skip


def test_what_is_no_bundle_of_attack_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(packed(indicator("x")))
    with pytest.raises(InputError, match="no technique"):
        bundle(tmp_path / "x.json")


def test_what_refers_to_what_was_revoked_is_proposed_and_not_changed(node: Node, tmp_path: Path) -> None:
    take(node, *FIRST)
    mine = value("malware", "Ours", is_family=True)
    uses = relation("uses", mine["id"], OLD["id"])
    note = value("note", "n", content="About it", object_refs=[OLD["id"]])
    del note["name"]
    take(node, mine, uses, note, indicator("names it", "T1001"))
    (tmp_path / "new.json").write_bytes(packed(*SECOND))
    found, report, gone = renew(node.desk, OWNER, tmp_path / "new.json", marking=["tlp:green"])
    assert ([one.code for one in found.revoked], report.set_aside) == (["T1001"], 0)
    assert {(one.type, one.place) for one in gone} == {
        ("relationship", "target_ref"),
        ("note", "object_refs"),
        ("indicator", "external_references"),
    }
    assert {one.instead for one in gone} == {((NEW["id"], "T1003 New way"),)}
    assert moved(node.desk, OWNER) == gone  # nothing was changed


def test_coverage_counts_what_its_reader_sees(node: Node) -> None:
    mine, hidden = value("malware", "Ours", is_family=True), value("malware", "Halcyon", is_family=True)
    take(node, *FIRST, relation("uses", value("malware", "Theirs")["id"], KEPT["id"], created_by_ref=MITRE))
    take(node, mine, relation("uses", mine["id"], KEPT["id"]), indicator("names it", "T1002.001"))
    take(
        node,
        hidden,
        relation("uses", hidden["id"], KEPT["id"]),
        indicator("halcyon", "T1001"),
        marking="tlp:red",
    )
    seen, whole = (matrix(node.desk, actor) for actor in (PAUL, OWNER))
    assert {one.code: one.count for one in seen.techniques} == {"T1001": 0, "T1002": 1, "T1002.001": 1}
    assert {one.code: one.count for one in whole.techniques} == {"T1001": 1, "T1002": 2, "T1002.001": 1}
    kept = next(one for one in whole.techniques if one.code == "T1002")
    assert kept.cover.types == (("malware", 2),)
    assert {atom for atoms in kept.cover.markings for atom in atoms} == {"tlp:green", "tlp:red"}
    assert [one.short for one in seen.tactics] == ["execution"]
    assert [one.code for one in seen.parts("T1002")] == ["T1002.001"]


def test_coverage_is_narrowed_to_a_source_and_to_a_marking_and_tells_nothing_of_what_is_hidden(
    node: Node,
) -> None:
    mine, hidden = indicator("ours", "T1002"), indicator("halcyon", "T1001")
    take(node, *FIRST, mine)
    take(node, hidden, indicator("strict", "T1002.001"), marking="tlp:red")
    state(node, "france", mine, indicator("theirs", "T1002"))
    state(node, "halcyon-land", indicator("unseen", "T1001"), marking="tlp:red")

    def counts(actor: Actor, **narrowed: str) -> dict[str, int]:
        return {one.code: one.count for one in matrix(node.desk, actor, **narrowed).techniques if one.count}

    assert counts(PAUL) == {"T1002": 2}
    assert counts(PAUL, source="france") == {"T1002": 2}
    assert counts(PAUL, source="canada", marking="tlp:green") == {"T1002": 1}
    assert counts(OWNER, marking="tlp:red") == {"T1001": 2, "T1002.001": 1}
    kept = next(one for one in matrix(node.desk, PAUL).techniques if one.code == "T1002")
    assert kept.cover.sources == (("france", 2), ("canada", 1))  # an indicator that both state is one object
    # what is hidden is not there, by whatever name it is asked for
    seen = matrix(node.desk, PAUL)
    assert (seen.sources, seen.markings) == ((("canada", 1), ("france", 1)), (("tlp:green", 1),))
    assert [counts(PAUL, source=name) for name in ("halcyon-land", "nowhere")] == [{}, {}]
    assert [counts(PAUL, marking=atom) for atom in ("tlp:red", "rel:NOBODY")] == [{}, {}]
    assert matrix(node.desk, PAUL, source="halcyon-land").sources == seen.sources
    assert dict(matrix(node.desk, OWNER).sources) == {"canada": 3, "france": 1, "halcyon-land": 1}


def test_the_page_and_its_layer_follow_what_was_narrowed(node: Node) -> None:
    take(node, *FIRST, indicator("ours", "T1002"))
    state(node, "france", indicator("theirs", "T1002.001"))
    page = attack(node.desk, PAUL, "fr", {"source": "france", "covered": "yes"})
    assert [(one["label"], one["here"], one.get("count")) for one in page.values["sources"]] == [("Tout", False, None), ("canada", False, "1"), ("france", True, "1")]  # fmt: skip
    assert page.values["markings"] == []  # there is one: it would narrow nothing
    assert page.values["covered"] == "1"
    assert [cell["covered"] for column in page.values["columns"] for cell in column["cells"]] == [1]
    assert "source=france" in page.values["layer"]
    made = orjson.loads(layer(node.desk, OWNER, "en", {"source": "france"}).data)
    assert [one["techniqueID"] for one in made["techniques"]] == ["T1002.001"]
    assert made["metadata"] == [{"name": "source", "value": "france"}]
    none = attack(node.desk, PAUL, "en", {"marking": "tlp:amber"})
    assert [(one["label"], one["here"]) for one in none.values["markings"]] == [("Everything", False), ("TLP:GREEN", False), ("tlp:amber", True)]  # fmt: skip


def test_a_layer_holds_counts_and_its_marking_and_is_read_again(node: Node) -> None:
    take(node, *FIRST, indicator("names it", "T1002"))
    found = matrix(node.desk, PAUL)
    made = orjson.loads(written(found, "canada", "TLP:GREEN"))
    assert (made["versions"]["layer"], made["domain"], made["description"]) == (
        "4.5",
        "enterprise-attack",
        "TLP:GREEN",
    )
    assert [(one["techniqueID"], one["tactic"], one["score"]) for one in made["techniques"]] == [
        ("T1002", "execution", 1)
    ]
    assert b"names it" not in orjson.dumps(made)
    made["techniques"].append({"techniqueID": "T1001", "score": 5, "enabled": True})
    made["techniques"].append({"techniqueID": "T9999", "score": 1})
    again = read(orjson.dumps(made), found)
    assert again.uncovered == ("T1001", "T9999")
    assert [one.code for one in again.techniques if not one.held] == ["T9999"]
    file = layer(node.desk, OWNER, "en", {})
    assert file.name == "canada-enterprise-attack.json"


@pytest.mark.parametrize("wrong", [b"", b"[]", b"{}", b'{"versions": {"layer": "2.2"}, "techniques": []}', b'{"versions": {"layer": "4.5"}, "techniques": {}}'])  # fmt: skip
def test_what_is_no_layer_is_refused(node: Node, wrong: bytes) -> None:
    with pytest.raises(InputError):
        read(wrong, matrix(node.desk, OWNER))


def test_the_page_shows_one_technique_with_its_objects(node: Node) -> None:
    take(node, *FIRST, indicator("names it", "T1002"))
    page = attack(node.desk, PAUL, "en", {"technique": "T1002"})
    assert [row["name"] for row in page.values["one"]["rows"]] == ["names it"]
    assert page.markings == (("tlp:green",),)
    assert attack(node.desk, PAUL, "fr", {"covered": "yes", "technique": "T0000"}).values["one"] is None


@pytest.mark.skipif(not SHARED.is_dir(), reason="the public bundles of ATT&CK are not beside the project")
def test_the_published_versions_of_mobile_differ_as_their_sets_do() -> None:
    old, new = (bundle(SHARED / f"mobile-attack-{n}.json") for n in ("14.1", "17.1"))
    found = compare(old, new)
    assert (found.old, found.new) == ("Mobile ATT&CK 14.1", "Mobile ATT&CK 17.1")
    kinds = {one.type for one in found.added} | {one.type for one in found.removed}
    assert {one.id for one in found.added} == {
        i for i, v in new.items() if i not in old and v["type"] in kinds
    }
    assert {one.id for one in found.removed} == {
        i for i, v in old.items() if i not in new and v["type"] in kinds
    }
