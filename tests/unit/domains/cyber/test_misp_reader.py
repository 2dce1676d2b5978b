"""MISP in: an event becomes STIX under MISP's own uuids, what is narrower there is narrower here, and nothing is left out."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.answers import ImportReport
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.readers import Remark, reader_for, readers
from cordiale.desk.incoming.resuming import job_resume
from cordiale.desk.incoming.sources import of_bytes, of_paths
from cordiale.desk.jobs import job_stop
from cordiale.desk.views.show import show
from cordiale.domains.cyber.misp import reader
from cordiale.domains.cyber.misp.frame import instant
from cordiale.node.node import Node
from cordiale.platform.errors import InputError
from cordiale.release.recipient import Recipient
from cordiale.stix.atoms import id_of
from cordiale.stix.extensions import PUBLISHED, schema
from cordiale.stix.ingress import DEFAULT_LIMITS, SetAside
from cordiale.stix.version import read as read_stix
from tests.unit.desk.conftest import node
from tests.unit.domains.cyber import misp_events as made
from tests.unit.domains.cyber.misp_events import GROUP, WHEN, attribute, event, uuid

__all__ = ["node"]

MARIE = house("marie")


def pieces(value: Any, node: str = "can-soc") -> list[bytes | SetAside | Remark]:
    raw = value if isinstance(value, bytes) else orjson.dumps(value)
    return list(reader.read_at(iter((raw,)), DEFAULT_LIMITS, node))


def objects(value: Any) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in map(orjson.loads, (p for p in pieces(value) if isinstance(p, bytes)))}


def atoms(value: dict[str, Any], *expected: str) -> bool:
    return set(value.get("object_marking_refs", ())) == {id_of(atom) for atom in expected}


def test_what_is_for_detection_is_an_indicator_and_the_rest_was_observed_or_is_a_note() -> None:
    found = objects(made.whole())
    assert found[f"indicator--{uuid(1)}"]["pattern"] == "[ipv4-addr:value = '198.51.100.7']"
    assert found[f"indicator--{uuid(1)}"]["valid_from"] == "2026-01-02T03:04:05.000Z"
    seen = found[f"observed-data--{uuid(2)}"]
    assert [found[ref]["type"] for ref in seen["object_refs"]] == ["domain-name", "ipv4-addr"]
    assert found[f"note--{uuid(3)}"]["content"] == "seen in spring"
    assert found[f"note--{uuid(4)}"]["content"] == "1Invented"
    assert found[f"vulnerability--{uuid(5)}"]["external_references"][0]["external_id"] == "CVE-2026-0001"
    assert found[f"indicator--{uuid(6)}"]["pattern_type"] == "yara"
    assert found[f"indicator--{uuid(8)}"]["revoked"] is True
    assert found[f"indicator--{uuid(10)}"]["pattern"] == "[url:value = 'https://bad.example/x\\'y\\\\z']"


def test_every_object_is_sound_stix_and_its_extension_is_as_published() -> None:
    told = schema("misp")
    for raw in (one for one in pieces(made.whole()) if isinstance(one, bytes)):
        _version, problems = read_stix(raw)
        assert problems == [], raw
        value = orjson.loads(raw)
        if PUBLISHED["misp"] in value.get("extensions", {}):
            jsonschema.validate(value, told, cls=jsonschema.Draft202012Validator)


def test_the_report_holds_everything_of_the_event() -> None:
    found = objects(made.whole())
    report = found[f"report--{made.EVENT}"]
    held = set(report["object_refs"])
    assert {
        f"indicator--{uuid(1)}",
        f"grouping--{uuid(300)}",
        f"threat-actor--{uuid(900)}",
        f"note--{uuid(400)}",
    } <= held
    grouping = found[f"grouping--{uuid(300)}"]
    assert f"indicator--{uuid(302)}" in grouping["object_refs"]
    assert "file" in {
        found[ref]["type"] for ref in grouping["object_refs"]
    }  # one file with its name and digest
    link = found[f"relationship--{uuid(305)}"]
    assert (link["source_ref"], link["target_ref"]) == (grouping["id"], f"indicator--{uuid(1)}")
    assert report["labels"] == ['invented:kind="phishing"']
    assert report["published"] == "2026-01-31T00:01:00.000Z"


def test_a_sighting_a_false_positive_and_an_expiry_are_said_of_what_they_are_about() -> None:
    found = objects(made.whole())
    target = f"indicator--{uuid(10)}"
    assert found[f"sighting--{uuid(101)}"]["sighting_of_ref"] == target
    assert found[found[f"sighting--{uuid(101)}"]["where_sighted_refs"][0]]["name"] == "Else"
    assert found[f"opinion--{uuid(102)}"]["opinion"] == "strongly-disagree"
    assert found[target]["valid_until"] == "2026-01-31T00:00:07.000Z"
    proposed = [one for one in found.values() if one.get("abstract") == "MISP: proposal"]
    assert {ref for one in proposed for ref in one["object_refs"]} == {target, f"report--{made.EVENT}"}


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("0", ("rel:can-soc",)),
        ("1", ("rel:can-soc|misp-community",)),
        ("2", ("rel:can-soc|misp-community|misp-connected-communities",)),
        ("3", ()),
        (None, ()),
        ("4", ("rel:can-soc",)),
        ("9", ("rel:can-soc",)),
    ],
)
def test_a_distribution_is_never_wider_here(level: str | None, expected: tuple[str, ...]) -> None:
    value = event(attribute(1, "domain", "bad.example"), distribution=level)
    found = objects(value)
    assert atoms(found[f"observed-data--{uuid(1)}"], "tlp:green", *expected)
    assert atoms(found[f"report--{made.EVENT}"], "tlp:green", *expected)
    said = {one.code for one in pieces(value) if isinstance(one, Remark)}
    assert ("misp-distribution" in said) == (level in ("4", "9"))


def test_an_attribute_joins_its_own_distribution_and_tags_to_the_event_s() -> None:
    found = objects(made.whole())
    assert atoms(found[f"indicator--{uuid(11)}"], "tlp:green", "rel:can-soc")
    assert atoms(found[f"observed-data--{uuid(12)}"], "tlp:green", f"rel:can-soc|misp-{GROUP}")
    assert atoms(found[f"note--{uuid(3)}"], "tlp:green", "pap:amber")
    assert b"Secret circle" not in b"".join(p for p in pieces(made.whole()) if isinstance(p, bytes))


@pytest.mark.parametrize(
    ("tag", "atom", "understood"),
    [
        ("TLP:WHITE", "tlp:clear", True),
        ("tlp:amber+strict", "tlp:amber+strict", True),
        ("PAP:RED", "pap:red", True),
        ('nato:classification="NS"', "level:NATO/NATO SECRET", True),
        ('fr-classif:non-classifiees="DIFFUSION_RESTREINTE"', "level:FRA/DIFFUSION RESTREINTE", True),
        ("tlp:ex:chr", "rel:can-soc", False),
        ('dni-ism:dissem="NF"', "rel:can-soc", False),
    ],
)
def test_a_classification_is_a_marking_and_one_not_understood_stays_here(
    tag: str, atom: str, understood: bool
) -> None:
    value = event(attribute(1, "domain", "bad.example"), Tag=[{"name": tag}])
    assert atoms(objects(value)[f"observed-data--{uuid(1)}"], atom)
    assert ("misp-tag" in {one.code for one in pieces(value) if isinstance(one, Remark)}) != understood


def test_who_is_in_a_sharing_group_is_kept_nowhere() -> None:
    circle = {
        "uuid": GROUP,
        "name": "Secret circle",
        "SharingGroupOrg": [{"Organisation": {"name": "Secret member"}}],
    }
    value = made.whole()
    held = value["Event"]
    held |= {"SharingGroup": circle, "distribution": "4", "novelty": {"deep": [{"SharingGroup": circle}]}}
    for one in (
        held["Attribute"][0],
        held["Object"][0],
        held["EventReport"][0],
        held["Galaxy"][0]["GalaxyCluster"][0],
    ):
        one |= {"SharingGroup": circle, "distribution": "4"}
    held["Object"][0]["ObjectReference"][0]["Attribute"] = {"value": "secret value"}
    whole = b"".join(one for one in pieces(value) if isinstance(one, bytes))
    assert b"Secret" not in whole
    assert b"secret value" not in whole
    assert b"novelty" in whole  # what is not known is kept all the same


def test_a_tag_of_its_own_instance_stays_on_this_node() -> None:
    value = event(attribute(1, "domain", "bad.example", Tag=[{"name": "team:ours", "local": True}]))
    kept = [one for one in objects(value).values() if one["type"] == "note"]
    assert [one["content"] for one in kept] == ["team:ours"]
    assert atoms(kept[0], "tlp:green", "rel:can-soc")


def test_an_organisation_is_known_only_to_those_its_event_is_for() -> None:
    value = event(attribute(1, "domain", "bad.example"), distribution="1")
    who = next(one for one in objects(value).values() if one["type"] == "identity")
    assert who["id"] != f"identity--{made.ORG}"
    assert atoms(who, "rel:can-soc|misp-community")
    open_ = next(one for one in objects(event()).values() if one["type"] == "identity")
    assert open_["id"] == f"identity--{made.ORG}"
    assert atoms(open_, "tlp:clear")


@pytest.mark.parametrize(
    "wrap",
    [
        lambda one: one,
        lambda one: one["Event"],
        lambda one: {"response": [one]},
        lambda one: {"response": {"Event": one["Event"]}},
        lambda one: [one],
    ],
)
def test_an_event_is_read_however_it_is_wrapped(wrap: Any) -> None:
    raw = orjson.dumps(wrap(made.whole()))
    assert reader_for(raw[:4096], readers()).name == "MISP"
    assert objects(raw).keys() == objects(made.whole()).keys()


def test_attributes_without_their_event_are_in_a_report_of_their_own() -> None:
    value = {"response": {"Attribute": [attribute(1, "domain", "bad.example", Tag=[{"name": "tlp:red"}])]}}
    found = objects(value)
    assert atoms(
        found[f"observed-data--{uuid(1)}"], "tlp:red", "rel:can-soc"
    )  # what their event allowed is not known
    assert [one["object_refs"] for one in found.values() if one["type"] == "report"] == [
        [f"observed-data--{uuid(1)}"]
    ]


def test_the_lists_of_a_feed_are_passed_over_with_a_word() -> None:
    manifest = {made.EVENT: {"info": "x", "Orgc": {"name": "y"}, "timestamp": "1"}}
    hashes = b"%s,%s\n" % (b"0" * 32, made.EVENT.encode())
    for raw, code in ((orjson.dumps(manifest), "misp-manifest"), (hashes, "misp-hashes")):
        assert reader_for(raw, readers()).name == "MISP"
        assert [one.code for one in pieces(raw) if isinstance(one, Remark)] == [code]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("1790000000", "2026-09-21T14:13:20.000Z"),
        ("2021-01-01T00:00:00.123456+00:00", "2021-01-01T00:00:00.123456Z"),
        ("2021-01-01T00:00:00+02:00", "2020-12-31T22:00:00.000Z"),
        ("2021-01-01 10:00:00", "2021-01-01T10:00:00.000Z"),
        ("2021-01-01", "2021-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59-12:00", ""),
        ("2026-13-45T99:00:00", ""),
        ("99999999999999", ""),
        ("-5", ""),
    ],
)
def test_a_time_is_read_however_it_is_written(said: str, expected: str) -> None:
    assert instant(said) == expected


def test_a_time_that_cannot_be_read_is_said_and_never_made_up() -> None:
    wrong = attribute(1, "domain", "evil.example", timestamp="yesterday", first_seen="2026-13-45T99:00:00")
    held = event(wrong, date="2026-02-31")
    told = [one for one in pieces(held) if isinstance(one, Remark) and one.code == "misp-time"]
    assert sorted((one.params["field"], one.params["value"]) for one in told) == [
        ("date", "2026-02-31"),
        ("first_seen", "2026-13-45T99:00:00"),
        ("timestamp", "yesterday"),
    ]


def test_a_second_list_of_tags_does_not_undo_the_first() -> None:
    raw = orjson.dumps(event(Tag=[{"name": "tlp:red"}])).replace(b'"Attribute"', b'"Tag":[],"Attribute"')
    with pytest.raises(InputError, match="Tag is written twice"):
        objects(raw)
    raw = orjson.dumps(event(attribute(1, "domain", "bad.example"))).replace(
        b'"Attribute":[', b'"Attribute":[{"uuid":"x","uuid":"y","type":"domain","value":"a.example"},'
    )
    assert [one.code for one in pieces(raw) if isinstance(one, SetAside)] == ["duplicate-key"]


@pytest.mark.parametrize("tag", ["tlp:red", ["tlp:red"], [{"Name": "tlp:red"}], {"tag": "tlp:red"}])
def test_a_tag_that_cannot_be_read_may_have_been_one_that_restricts(tag: Any) -> None:
    value = event(attribute(1, "domain", "bad.example"), Tag=tag)
    assert atoms(objects(value)[f"observed-data--{uuid(1)}"], "rel:can-soc")
    assert "misp-tag" in {one.code for one in pieces(value) if isinstance(one, Remark)}


def test_what_is_damaged_in_an_event_is_set_aside_and_the_rest_read() -> None:
    good = attribute(1, "domain", "bad.example")
    found = pieces(event(Attribute=[1, None, good, {"uuid": 5, "value": {"a": []}, "Tag": 3, "Galaxy": 7}]))
    assert [one.code for one in found if isinstance(one, SetAside)] == ["not-an-object"] * 2
    assert f"observed-data--{uuid(1)}" in objects(event(Attribute=[1, None, good]))
    assert [one.code for one in pieces(event(Attribute="x")) if isinstance(one, SetAside)] == ["not-a-list"]


def test_junk_anywhere_in_an_event_stops_nothing_and_makes_no_unsound_stix() -> None:
    junk = (None, "", 0, True, [], {}, "x", ["x"], {"a": "b"}, [[]], "9" * 30, "|", 10**15, "'\\")
    places = list(leaves(made.whole(), ()))
    assert len(places) > 200
    source = random.Random(5)
    for _turn in range(120):
        value = made.whole()
        for place in source.sample(places, 2):
            put_at(value, place, source.choice(junk))
        for raw in (one for one in pieces(value) if isinstance(one, bytes)):
            assert [p for p in read_stix(raw)[1] if p.severity == "error"] == [], raw


def leaves(value: Any, path: tuple[Any, ...]) -> Iterable[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in pairs:
        yield (*path, name)
        yield from leaves(one, (*path, name))


def put_at(value: Any, path: tuple[Any, ...], one: Any) -> None:
    for name in path[:-1]:
        try:
            value = value[name]
        except (KeyError, IndexError, TypeError):
            return
    if path[:1] == ("Event",) and len(path) > 1 and isinstance(value, dict | list):
        value[path[-1]] = one


def test_a_large_event_names_its_members_in_parts() -> None:
    found = objects(event(*(attribute(n, "domain", f"h{n}.example") for n in range(1, 5200))))
    report = found[f"report--{made.EVENT}"]
    assert [ref.partition("--")[0] for ref in report["object_refs"]] == ["grouping", "grouping"]
    assert sum(len(found[ref]["object_refs"]) for ref in report["object_refs"]) == 5199


def take(node: Node, *values: Any, actor: Actor = MARIE) -> Any:
    return import_(node.desk, actor, [of_bytes(f"{n}.json", orjson.dumps(v)) for n, v in enumerate(values)])


def current(node: Node, stix_id: str) -> dict[str, Any]:
    return show(node.desk, MARIE, stix_id).statements[0].value


def test_an_event_that_comes_again_changed_makes_versions_and_what_it_lost_is_withdrawn(node: Node) -> None:
    first = event(
        attribute(1, "domain", "kept.example", to_ids=True),
        attribute(2, "domain", "gone.example", to_ids=True),
        attribute(3, "domain", "turned.example", to_ids=True),
    )
    assert take(node, first).set_aside == 0
    assert take(node, first).new == 0
    later = event(
        attribute(1, "domain", "kept.example", to_ids=True, comment="still", timestamp=WHEN + 10),
        attribute(3, "domain", "turned.example", timestamp=WHEN + 10),
        timestamp=str(WHEN + 10),
    )
    assert take(node, later).set_aside == 0
    assert current(node, f"indicator--{uuid(1)}")["description"] == "still"
    assert current(node, f"indicator--{uuid(2)}")["revoked"] is True
    assert current(node, f"indicator--{uuid(3)}")["revoked"] is True
    assert current(node, f"observed-data--{uuid(3)}").get("revoked") is None


def test_who_may_not_read_something_does_not_withdraw_it_by_an_event_and_learns_nothing(node: Node) -> None:
    hidden = attribute(2, "domain", "hidden.example", to_ids=True, Tag=[{"name": "tlp:red"}])
    take(node, event(attribute(1, "domain", "seen.example", to_ids=True), hidden))
    paul = Actor(
        name="paul",
        roles=frozenset(("analyst",)),
        recipient=Recipient(node="canada", nation="CAN", person="paul", tlp="green"),
    )
    done = take(node, event(Attribute=[], timestamp=str(WHEN + 10)), actor=paul)
    assert f"indicator--{uuid(2)}" not in {one.id for one in done.objects}
    assert current(node, f"indicator--{uuid(2)}").get("revoked") is None


def test_a_large_event_withdraws_what_it_lost_too(node: Node) -> None:
    many = [attribute(n, "domain", f"h{n}.example", to_ids=True) for n in range(1, 5600)]
    take(node, event(*many))
    take(node, event(*many[1:], timestamp=str(WHEN + 10)))
    assert current(node, f"indicator--{uuid(1)}")["revoked"] is True
    assert current(node, f"indicator--{uuid(2)}").get("revoked") is None


def test_an_import_that_was_stopped_goes_on_and_withdraws_what_was_lost(node: Node, tmp_path: Path) -> None:
    many = [attribute(n, "domain", f"h{n}.example", to_ids=True) for n in range(1, 5200)]
    take(node, event(*many))
    file = tmp_path / "again.json"
    later = [one | {"timestamp": str(WHEN + 10)} for one in many[1:]]
    file.write_bytes(orjson.dumps(event(*later, timestamp=str(WHEN + 10))))
    begun: list[str] = []

    def stop(_done: int, _total: int | None) -> None:
        job_stop(node.desk, MARIE, begun[0])

    done = import_(node.desk, MARIE, of_paths([file]), batch=2000, progress=stop, began=begun.append)
    assert (done.state, done.new + done.same) == ("stopped", 2000 * 2)
    whole = job_resume(node.desk, MARIE, begun[0])
    assert isinstance(whole, ImportReport)
    assert (whole.state, whole.set_aside) == ("done", 0)
    assert whole.by_type["indicator"] == 5198 + 1  # and the one that is withdrawn
    assert current(node, f"indicator--{uuid(1)}")["revoked"] is True


def test_a_feed_folder_is_taken_in_whole(node: Node, tmp_path: Path) -> None:
    folder = tmp_path / "feed"
    folder.mkdir()
    (folder / f"{made.EVENT}.json").write_bytes(orjson.dumps(made.whole()))
    (folder / "manifest.json").write_bytes(
        orjson.dumps({made.EVENT: {"info": "x", "Orgc": {"name": "y"}, "timestamp": "1"}})
    )
    (folder / "hashes.csv").write_bytes(b"%s,%s\n" % (b"0" * 32, made.EVENT.encode()))
    done = import_(node.desk, MARIE, of_paths([folder]))
    assert (done.set_aside, done.by_type["report"]) == (0, 1)
    assert set(done.warned_by_code) == {"misp-manifest", "misp-hashes", "misp-pattern"}


SHARED = Path(__file__).parents[5] / "shared" / "data" / "misp"


def fixtures() -> Iterable[Path]:
    return sorted(
        path for kind in ("pymisp", "misp-stix") for path in (SHARED / f"{kind}-fixtures").rglob("*.json")
    )


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared MISP fixtures are not here")
def test_every_fixture_that_is_misp_is_read_whole() -> None:
    seen = 0
    for path in fixtures():
        raw = path.read_bytes()
        if not reader.recognise(raw[:4096]) or path.name == "definition.json":
            continue
        for one in pieces(raw):
            assert not isinstance(one, SetAside), (path.name, one)
            if isinstance(one, bytes):
                assert [p for p in read_stix(one)[1] if p.severity == "error"] == [], path.name
        seen += 1
    assert seen > 20
