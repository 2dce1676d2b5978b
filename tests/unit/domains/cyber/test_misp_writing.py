"""MISP out: what came from MISP goes back as it was, what did not goes as MISP can hold it, and the rest is said."""

from __future__ import annotations

from hashlib import md5
from pathlib import Path
from typing import Any

import orjson
import pytest
from pymisp import MISPEvent

from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.marking.mark import mark
from cordiale.desk.views.search import Question
from cordiale.desk.views.show import show
from cordiale.domains.cyber.misp import reader
from cordiale.domains.cyber.misp.carried import compared
from cordiale.domains.cyber.misp.export import write_feed, write_file
from cordiale.domains.cyber.misp.loss import ACCEPTED, REASONS
from cordiale.domains.cyber.misp.trip import checked, there_and_back
from cordiale.node.node import Node
from cordiale.platform.errors import NotFound
from cordiale.release.recipient import Recipient
from tests.unit.desk.conftest import indicator, node
from tests.unit.domains.cyber import misp_events as made
from tests.unit.domains.cyber.misp_events import attribute, event, uuid
from tests.unit.domains.cyber.test_misp_reader import SHARED, fixtures

__all__ = ["node"]

MARIE = house("marie")


def take(node: Node, *values: Any) -> None:
    done = import_(node.desk, MARIE, [of_bytes(f"{n}.json", orjson.dumps(v)) for n, v in enumerate(values)])
    assert done.set_aside == 0, done.first_set_aside


def written(node: Node, actor: Actor = MARIE, **given: Any) -> Any:
    pieces: list[bytes] = []
    write_file(node.desk, actor, pieces.append, **given)
    return orjson.loads(b"".join(pieces))


def test_an_event_comes_back_with_nothing_lost() -> None:
    trips, losses = there_and_back(made.written(made.whole()))
    assert set(losses.counts) <= ACCEPTED, losses.named
    assert losses.counts.get("circle") == 1
    was, now = trips[0]
    assert [one["value"] for one in was["Attribute"]] == [
        next(other["value"] for other in now["Attribute"] if other["uuid"] == one["uuid"])
        for one in was["Attribute"]
    ]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared MISP fixtures are not here")
def test_every_fixture_comes_back_with_accepted_differences_alone() -> None:
    met: set[str] = set()
    for path in fixtures():
        raw = path.read_bytes()
        if not reader.recognise(raw[:4096]) or path.name in ("definition.json", "galaxy.json"):
            continue
        _trips, losses = there_and_back(raw)
        assert set(losses.counts) <= ACCEPTED, (path.name, losses.named)
        met |= set(losses.counts)
    # what this list names is what the guide says is lost, and why
    assert met == {"computed", "default", "empty", "event-made", "form", "local-number", "no-uuid", "owner", "tag-detail", "undated"}  # fmt: skip


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared STIX fixtures are not here")
def test_stix_comes_back_as_it_was() -> None:
    paths = [*fixtures(), *(SHARED.parent / "stix" / "examples").rglob("*.json")]
    seen = 0
    for path in paths:
        raw = path.read_bytes()
        if b'"type": "bundle"' not in raw[:4096] or reader.recognise(raw[:4096]):
            continue
        report = checked(raw)
        assert report.lost == 0, (path.name, report.places)
        seen += 1
    assert seen >= 10


def test_every_reason_is_said_in_both_languages() -> None:
    raw = made.written(made.whole())
    english, french = checked(raw), checked(raw, "fr")
    assert [one.name for one in english.reasons] == [one.name for one in french.reasons]
    assert all(a.words != b.words for a, b in zip(english.reasons, french.reasons, strict=True))
    assert set(REASONS) > ACCEPTED


def test_pymisp_reads_what_is_written(node: Node) -> None:
    take(node, made.whole())
    event = MISPEvent()
    event.load(written(node))
    assert event.uuid == made.EVENT
    assert {one.name for one in event.tags} == {"tlp:green", 'invented:kind="phishing"'}
    one = next(a for a in event.attributes if a.uuid == uuid(10))
    assert one.value == "https://bad.example/x'y\\z"
    assert [s.type for s in one.sightings] == ["0", "1", "2"]
    assert one.galaxies[0].clusters[0].value == "INVENTED BEAR"
    assert [o.name for o in event.objects] == ["file"]
    assert event.objects[0].references[0].referenced_uuid == uuid(1)
    assert event.event_reports[0].content == "# It began"
    assert event.galaxies[0].clusters[0].meta["synonyms"] == ["Bear of none"]
    assert next(a for a in event.attributes if a.uuid == uuid(8)).deleted
    assert next(a for a in event.attributes if a.uuid == uuid(7)).data.getvalue() == b"PK\x03\x04\x00\x00"


def test_a_distribution_goes_back_as_it_came_unless_the_marking_is_narrower_now(node: Node) -> None:
    take(node, made.whole())
    held = {one["uuid"]: one for one in written(node)["Event"]["Attribute"]}
    assert held[uuid(1)]["distribution"] == "5"
    assert held[uuid(11)]["distribution"] == "0"
    assert (held[uuid(12)]["distribution"], held[uuid(12)]["SharingGroup"]) == ("4", {"uuid": made.GROUP})
    mark(node.desk, MARIE, f"indicator--{uuid(1)}", "tlp:red")
    again = {one["uuid"]: one for one in written(node)["Event"]["Attribute"]}[uuid(1)]
    assert again["distribution"] == "0"
    assert "tlp:red" in {tag["name"] for tag in again["Tag"]}


def test_what_its_reader_may_not_read_is_not_in_the_event(node: Node) -> None:
    take(node, made.whole())
    reader_ = Actor(
        name="paul",
        roles=frozenset(("analyst",)),
        recipient=Recipient(node="elsewhere", nation="FRA", person="paul", tlp="green"),
    )
    found = written(node, reader_)["Event"]
    assert {uuid(11), uuid(12)}.isdisjoint({one["uuid"] for one in found["Attribute"]})
    assert uuid(1) in {one["uuid"] for one in found["Attribute"]}


def test_an_event_tells_no_uuid_of_one_that_its_reader_may_not_know_of(node: Node) -> None:
    """It extends a TLP:RED event, and an analyst relates it to that one: bare UUIDs there, ids here."""
    red = event(uuid=uuid(9901), Tag=[{"name": "tlp:red"}], info="What is hidden")
    tie = {
        "uuid": uuid(9903), "object_uuid": uuid(9902), "object_type": "Event", "related_object_uuid": uuid(9901),
        "related_object_type": "Event", "relationship_type": "follows", "authors": "a", "distribution": "3",
        "created": "2026-03-01 00:00:00", "modified": "2026-03-01 00:00:00",
    }  # fmt: skip
    seen = attribute(9904, "ip-dst", "198.51.100.9")
    green = event(seen, uuid=uuid(9902), extends_uuid=uuid(9901), Relationship=[tie])
    take(node, red, green)
    paul = Actor("paul", frozenset({"analyst"}), Recipient(node=node.desk.node, person="paul", tlp="green"))
    for id in (f"report--{uuid(9902)}", f"note--{uuid(9903)}"):
        assert uuid(9901) not in str(show(node.desk, paul, id))
    assert uuid(9901) not in str(written(node, paul, ids=[f"report--{uuid(9902)}"]))
    back = written(node, ids=[f"report--{uuid(9902)}"])["Event"]
    assert back["extends_uuid"] == uuid(9901)
    assert back["Relationship"][0]["related_object_uuid"] == uuid(9901)


def test_indicators_without_a_report_are_in_an_event_made_for_them(node: Node) -> None:
    pattern = "[domain-name:value = 'a.example'] OR [ipv4-addr:value = '198.51.100.9']"
    odd = "[file:size > 100]"
    take(
        node,
        {
            "type": "bundle",
            "id": f"bundle--{uuid(1)}",
            "objects": [indicator(1, pattern=pattern), indicator(2, pattern=odd)],
        },
    )
    found = written(node, asked=Question(type="indicator"))["Event"]
    assert {(one["type"], one["value"]) for one in found["Attribute"]} == {
        ("domain", "a.example"), ("ip-dst", "198.51.100.9"), ("stix2-pattern", odd),
    }  # fmt: skip
    assert found["distribution"] == "0"  # nothing says that it may go anywhere
    assert all(one["to_ids"] for one in found["Attribute"])


def test_what_misp_s_own_converter_says_of_an_attribute_is_followed(node: Node) -> None:
    hints = ['misp:type="domain|ip"', 'misp:category="Network activity"', 'misp:to_ids="True"', "kept"]
    pattern = "[domain-name:value = 'a.example' AND domain-name:resolves_to_refs[*].value = '198.51.100.9']"
    bundle = {
        "type": "bundle",
        "id": f"bundle--{uuid(1)}",
        "objects": [indicator(1, pattern=pattern, labels=hints)],
    }
    take(node, bundle)
    (found,) = written(node, asked=Question(type="indicator"))["Event"]["Attribute"]
    assert (found["type"], found["value"]) == ("domain|ip", "a.example|198.51.100.9")
    assert found["Tag"] == [{"name": "kept"}]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared MISP fixtures are not here")
def test_stix_of_misp_s_own_converter_becomes_the_attributes_it_was_made_of(node: Node) -> None:
    folder = SHARED / "misp-stix-fixtures"
    take(node, orjson.loads((folder / "test_events_collection_stix21.json").read_bytes()))
    given = [
        one["Event"]
        for number in (1, 2)
        for one in orjson.loads((folder / f"test_events_collection_{number}.json").read_bytes())["response"]
    ]
    found = written(node, asked=Question(type="grouping"))[
        "response"
    ]  # what is not published is a grouping there
    back = {one["Event"]["uuid"]: one["Event"] for one in found}
    for was in given:
        now = {
            one["uuid"]: (one["type"], one["value"], one["category"])
            for one in back[was["uuid"]]["Attribute"]
        }
        assert now == {one["uuid"]: (one["type"], one["value"], one["category"]) for one in was["Attribute"]}


def test_a_pattern_of_more_than_alternatives_stays_a_pattern() -> None:
    assert compared("[url:value = 'a' OR url:value = 'b']") == [("url", "a"), ("url", "b")]
    assert compared("[ipv4-addr:value ISSUBSET '10.0.0.0/8']") == [("ip-dst", "10.0.0.0/8")]
    assert compared("[file:hashes.'SHA-256' = 'aa']") == [("sha256", "aa")]
    for pattern in (
        "[url:value = 'a' AND url:value = 'b']",
        "[url:value != 'a']",
        "[a:b = 'c'",
        "",
        "[url:value = 'a'] REPEATS 2 TIMES",
    ):
        assert compared(pattern) == []


def test_a_feed_has_its_manifest_and_its_hashes(node: Node, tmp_path: Path) -> None:
    take(node, made.whole())
    folder = tmp_path / "feed"
    done = write_feed(node.desk, MARIE, folder)
    assert done.files == (f"{made.EVENT}.json", "hashes.csv", "manifest.json")
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    assert manifest[made.EVENT]["Orgc"] == {"name": "An invented team", "uuid": made.ORG}
    theirs = MISPEvent()
    theirs.load_file(folder / f"{made.EVENT}.json")
    expected = {f"{digest},{made.EVENT}" for digest in theirs.attributes_hashes("md5")}
    lines = set((folder / "hashes.csv").read_text().split())
    assert len(expected - lines) == 1  # the deleted one is not looked for
    sample = f"{md5(b'0' * 32, usedforsecurity=False).hexdigest()},{made.EVENT}"
    assert lines - expected == {sample}  # PyMISP forgets the digest of a sample that it unpacks


def test_what_left_a_feed_is_not_in_its_folder_any_more(node: Node, tmp_path: Path) -> None:
    folder = tmp_path / "feed"
    other = uuid(500)
    take(node, event(attribute(1, "domain", "a.example")))
    take(node, event(attribute(2, "domain", "b.example"), uuid=other, info="narrowed later"))
    green = Actor(
        "paul", frozenset({"analyst"}), Recipient(node=node.desk.node, person="paul", tlp="green"), person="p"
    )
    assert write_feed(node.desk, MARIE, folder).events == 2
    (folder / "notes.json").write_text("mine")
    (folder / f"{other}.json.txt").write_text("mine")
    mark(node.desk, MARIE, f"report--{other}", "tlp:red")
    assert write_feed(node.desk, green, folder).events == 1
    assert {file.name for file in folder.iterdir()} == {
        f"{made.EVENT}.json", "hashes.csv", "manifest.json", "notes.json", f"{other}.json.txt",
    }  # fmt: skip
    assert "narrowed later" not in (folder / "manifest.json").read_text()
    mark(node.desk, MARIE, f"report--{made.EVENT}", "tlp:red")
    for ids in ((), (f"report--{made.EVENT}",)):
        write_feed(node.desk, MARIE, folder)
        with pytest.raises(NotFound):
            write_feed(node.desk, green, folder, ids=ids)
        assert orjson.loads((folder / "manifest.json").read_bytes()) == {}
        assert (folder / "hashes.csv").read_bytes() == b""
        assert not list(folder.glob("*-*.json"))


def test_nothing_to_write_is_said(node: Node) -> None:
    with pytest.raises(NotFound):
        written(node)
    with pytest.raises(NotFound):
        written(node, ids=[f"report--{uuid(1)}"])


def test_writing_twice_gives_the_same(node: Node) -> None:
    take(node, made.whole())
    assert written(node) == written(node)
    take(node, event(*(attribute(n, "domain", f"h{n}.example") for n in range(1, 5600))))
    assert len(written(node, ids=[f"report--{made.EVENT}"])["Event"]["Attribute"]) == 5599


def test_what_several_propose_of_one_attribute_comes_back_whole() -> None:
    proposed = [
        {"uuid": uuid(1), "type": "ip-dst", "category": "Network activity", "value": value, "to_ids": True, "comment": words, "timestamp": str(made.WHEN + n), "proposal_to_delete": gone, "Org": {"name": f"Team {n}", "uuid": uuid(600 + n)}}
        for n, (value, words, gone) in enumerate((("198.51.100.8", "a digit", False), ("198.51.100.9", "another", False), ("198.51.100.7", "wrong", True), ("198.51.100.7", "wrong indeed", True)))
    ]  # fmt: skip
    value = made.event(made.attribute(1, "ip-dst", "198.51.100.7", ShadowAttribute=proposed))
    ((_was, back),), losses = there_and_back(orjson.dumps(value))
    assert losses.report("en").lost == 0
    assert {one["comment"] for one in back["Attribute"][0]["ShadowAttribute"]} == {"a digit", "another", "wrong", "wrong indeed"}  # fmt: skip
