"""Incidents and sets are described, written as OpenCTI does with a plain fallback, and reported with evidence and gaps."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, house
from cordiale.desk.domain import Sent
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.views.search import Question
from cordiale.domains.information.kinship.kept import keep
from cordiale.domains.information.reports.forms import incident as send
from cordiale.domains.information.reports.pages import report as as_file
from cordiale.domains.information.reports.skeleton import SKELETONS
from cordiale.domains.information.reports.written import filled, report
from cordiale.domains.information.response import acts
from cordiale.domains.information.sets.gathering import gather, set_add
from cordiale.domains.information.sets.view import set_show
from cordiale.domains.information.shapes.bundle import bundle
from cordiale.domains.information.shapes.describing import describe
from cordiale.domains.information.shapes.opencti import identifier, plain
from cordiale.joint.words import Words
from cordiale.node import Node, init, open_node
from cordiale.platform.errors import InputError, NotFound
from cordiale.release.recipient import Recipient
from cordiale.stix.extensions import schema
from cordiale.stix.scos import deterministic_id
from cordiale.stix.validate import validate
from cordiale.web.site import site
from tests.unit.domains.information.test_kinship import page, tag, written
from tests.unit.web.asgi import ask

MARIE = house("marie")
OUTSIDER = Actor("max", frozenset({"analyst"}), Recipient(node="canada", nation="CAN", organisation="CAN-LCC", tlp="green"))  # fmt: skip
INCIDENT = "incident--20000000-0000-4000-8000-000000000001"
OTHER = "incident--20000000-0000-4000-8000-000000000002"
WHEN = "2026-03-01T00:00:00.000Z"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    init(tmp_path / "node", name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    with open_node(tmp_path / "node", environ={}) as opened:
        put(opened, incident(INCIDENT, "A harbour that was not closed"), incident(OTHER, "Another harbour"))
        yield opened


def incident(id: str, name: str) -> dict[str, Any]:
    return {"type": "incident", "spec_version": "2.1", "id": id, "created": WHEN, "modified": WHEN, "name": name}  # fmt: skip


def put(node: Node, *objects: dict[str, Any], marking: str = "tlp:green") -> None:
    data = json.dumps({"type": "bundle", "id": "bundle--20000000-0000-4000-8000-000000000000", "objects": objects}).encode()  # fmt: skip
    assert not import_(node.desk, MARIE, [of_bytes("b", data)], marking=marking).set_aside


def made(node: Node) -> None:
    words = Words("That the harbours close", "Que les ports ferment")
    describe(node.desk, MARIE, "narrative", "Harbours close", about=[INCIDENT], words=words, marking="tlp:amber")  # fmt: skip
    describe(node.desk, MARIE, "channel", "Quay news", about=[INCIDENT], types=["telegram"])
    describe(node.desk, MARIE, "event", "The vote", about=[INCIDENT], at=WHEN)
    describe(node.desk, MARIE, "media-content", "Post 1", about=[INCIDENT], url="https://quay.example/1")


def objects(data: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(data)["objects"]
    return [one for one in found if one["type"] not in ("marking-definition", "extension-definition")]


def test_ids_are_those_that_opencti_gives() -> None:
    # OpenCTI's rule: UUIDv5 of the canonical name in lower case, whatever the type
    assert identifier("channel", " Quay News ") == identifier("channel", "quay news")
    assert identifier("narrative", "quay news").partition("--")[2] == identifier("channel", "quay news").partition("--")[2]  # fmt: skip
    assert identifier("media-content", "https://quay.example/1").startswith("media-content--")


def test_what_is_described_has_opencti_s_shape_and_a_plain_fallback(node: Node) -> None:
    made(node)
    types = {one.type for one in verbs.search(node.desk, MARIE, limit=100).items}
    assert {"narrative", "channel", "event", "media-content", "infrastructure", "url", "note"} <= types
    narrative = verbs.show(node.desk, MARIE, identifier("narrative", "harbours close"))
    value = narrative.statements[0].value
    assert value["extensions"]["extension-definition--ea279b3e-5c71-4632-ac08-831c66a786ba"] == {"extension_type": "new-sdo"}  # fmt: skip
    assert set(narrative.statements[0].effective_marking) >= {"tlp:amber", "tlp:green"}
    note = plain(value, (INCIDENT,))
    assert [p for p in validate(note) if p.severity == "error"] == []
    assert "That the harbours close" in note["content"]
    made(node)  # said again it is the same, not a second one
    assert sum(one.type == "narrative" for one in verbs.search(node.desk, MARIE, limit=100).items) == 1


def test_a_bundle_goes_out_and_comes_back_in_both_shapes(node: Node, tmp_path: Path) -> None:
    made(node)
    whole = bundle(node.desk, MARIE, INCIDENT)
    types = {one["type"] for one in objects(whole.data)}
    assert {"narrative", "channel", "event", "media-content", "incident", "relationship"} <= types
    assert not types & {"infrastructure", "url", "note"}
    assert all("object_marking_refs" in one for one in objects(whole.data))
    simple = bundle(node.desk, MARIE, INCIDENT, "plain")
    held = {one["id"]: one for one in objects(simple.data)}
    assert not {one["type"] for one in held.values()} & {"narrative", "channel", "event", "media-content"}
    for one in held.values():
        assert [p for p in validate(one) if p.severity == "error"] == []
        for end in ("source_ref", "target_ref"):
            assert one.get(end, INCIDENT) in held
    with pytest.raises(InputError, match="plain"):
        bundle(node.desk, MARIE, INCIDENT, "misp")
    init(tmp_path / "other", name="france", nation="FRA", organisation="FRA-X")
    with open_node(tmp_path / "other", environ={}) as other:
        done = import_(other.desk, MARIE, [of_bytes("octi", whole.data)], marking="tlp:amber")
        assert done.set_aside == 0
        again = bundle(other.desk, MARIE, INCIDENT)
        assert {one["id"] for one in objects(again.data)} == {one["id"] for one in objects(whole.data)}


def test_a_bundle_holds_translations_with_their_originals_for_who_sees_them(node: Node) -> None:
    def said(number: int, words: str) -> dict[str, Any]:
        return {
            "type": "language-content",
            "spec_version": "2.1",
            "id": f"language-content--20000000-0000-4000-8000-00000000000{number}",
            "created": WHEN,
            "modified": WHEN,
            "object_ref": INCIDENT,
            "object_modified": WHEN,
            "contents": {"fr": {"name": words}},
        }

    put(node, said(5, "Un port qui n'était pas fermé"))
    put(node, said(6, "Un port, et sa source"), marking="tlp:red")
    for shape in ("opencti", "plain"):
        ours = {one["id"]: one for one in objects(bundle(node.desk, MARIE, INCIDENT, shape).data)}
        assert {one[-1] for one in ours if one.startswith("language-content")} == {"5", "6"}
        theirs = {one["id"] for one in objects(bundle(node.desk, OUTSIDER, INCIDENT, shape).data)}
        assert {one[-1] for one in theirs if one.startswith("language-content")} == {"5"}
    made = verbs.export_objects(node.desk, MARIE, Question(type="incident"), "stix")
    assert sum(one["type"] == "language-content" for one in objects(made.data)) == 2


def test_a_set_gathers_incidents_channels_and_the_sites_of_a_kinship(node: Node, tmp_path: Path) -> None:
    made(node)
    files = written(tmp_path, {"harbour.example.html": page(tag("UA-48151-2")), "quay.example.html": page(tag("UA-48151-7"))})  # fmt: skip
    sites = keep(node.desk, MARIE, files, "Two harbours", "tlp:amber")
    because = Words("One account", "Un seul compte")
    one = set_add(node.desk, MARIE, "Grey gulls", marking="tlp:green", words=Words("Gulls", "Mouettes"), because=because)  # fmt: skip
    value = verbs.show(node.desk, MARIE, one).statements[0].value
    jsonschema.validate(value, schema("information-set"), cls=jsonschema.Draft202012Validator)
    done = gather(node.desk, MARIE, one, [INCIDENT, OTHER, identifier("channel", "Quay news")], sites=sites)
    assert (len(done.ties), done.stood) == (5, 0)
    assert "tlp:amber" in done.marking
    assert gather(node.desk, MARIE, one, [INCIDENT]).stood == 1
    shown = set_show(node.desk, MARIE, one)
    kinds = [(member.type, member.tie) for member in shown.members]
    assert kinds == [("incident", "attributed-to")] * 2 + [("channel", "uses")] + [("domain-name", "related-to")] * 2  # fmt: skip
    assert shown.said.because == because
    assert not [m for m in set_show(node.desk, OUTSIDER, one).members if m.type in ("channel", "domain-name")]
    with pytest.raises(InputError, match="no group 7"):
        gather(node.desk, MARIE, one, sites=sites, group=7)
    app = site(node, MARIE)
    for address in (f"gathered?id={one}", "sets", f"incident?id={one}&as=scotch"):
        assert ask(app, f"/domains/information/{address}", accept_language="fr").status == 200, address


def test_a_skeleton_says_what_is_held_with_its_evidence_and_gaps_as_gaps(node: Node) -> None:
    assert filled(node.desk, MARIE, INCIDENT, "abcde").gaps == ("A (Actor)", "B (Behaviour)", "C (Content)", "D (Degree)", "E (Effect)")  # fmt: skip
    made(node)
    found = filled(node.desk, MARIE, INCIDENT, "abcde")
    assert found.gaps == ("A (Actor)", "B (Behaviour)", "E (Effect)")
    by = {one.letter: one for one in found.sections}
    assert [line.words.fr for line in by["C"].lines] == ["Le narratif «\u00a0Harbours close\u00a0»", "Média\u00a0: Post 1"]  # fmt: skip
    assert all(line.evidence and set(line.evidence) <= set(found.names) for one in found.sections for line in one.lines)  # fmt: skip
    assert [line.words.en for line in by["D"].lines] == ["The channel Quay news"]
    assert {"tlp:amber", "tlp:green"} <= set(found.marking)
    scotch = filled(node.desk, MARIE, INCIDENT, "scotch")
    assert [one.letter for one in scotch.sections] == list("SCOTCH")
    assert any("The vote" in line.words.en for line in scotch.sections[-1].lines)
    theirs = filled(node.desk, OUTSIDER, INCIDENT, "abcde")
    assert not any("Harbours close" in line.words.en for one in theirs.sections for line in one.lines)
    assert "tlp:amber" not in theirs.marking
    with pytest.raises(InputError, match="abcde, scotch"):
        filled(node.desk, MARIE, INCIDENT, "kcj")
    with pytest.raises(NotFound):
        filled(node.desk, MARIE, "incident--20000000-0000-4000-8000-000000000099", "abcde")


def test_a_report_is_kept_and_written_marked_in_both_languages(node: Node) -> None:
    made(node)
    kept = report(node.desk, MARIE, INCIDENT, "scotch")
    value = verbs.show(node.desk, MARIE, kept).statements[0].value
    assert value["labels"] == ["cordiale-scotch"]
    assert INCIDENT in value["object_refs"]
    assert "Gap: Nothing held here says what it was for" in value["description"]
    with pytest.raises(NotFound):
        verbs.show(node.desk, OUTSIDER, kept)
    for format, begins in (("html", b"<!doctype html>"), ("docx", b"PK"), ("odt", b"PK")):
        file = as_file(node.desk, MARIE, "fr", {"id": INCIDENT, "as": "abcde", "format": format})
        assert file.data.startswith(begins)  # type: ignore[union-attr]
        if format == "html":
            text = file.data.decode()  # type: ignore[union-attr]
            assert text.index('lang="fr"') < text.index('<section lang="en"')
            assert "TLP:AMBER" in text
            assert "Lacune" in text
        if format == "docx":
            with zipfile.ZipFile(io.BytesIO(file.data)) as made_:  # type: ignore[union-attr]
                assert b"TLP:AMBER" in made_.read("word/header1.xml")


def test_the_page_of_an_incident_adds_and_keeps(node: Node) -> None:
    fields = {"id": INCIDENT, "kind": "narrative", "name": "Harbours <b>close", "marking": "tlp:amber"}
    assert send(node.desk, MARIE, "en", Sent(fields, {})).startswith("/domains/information/incident?")
    assert send(node.desk, MARIE, "en", Sent({"id": INCIDENT, "do": "keep", "as": "abcde"}, {})).startswith("/objects/report--")  # fmt: skip
    app = site(node, MARIE)
    for lang, words in (("en", "What was said, shown or changed?"), ("fr", "Qu'a-t-on dit")):
        answer = ask(app, f"/domains/information/incident?id={INCIDENT}", accept_language=lang)
        assert answer.status == 200
        assert words.replace("'", "’") in answer.text.replace("&#39;", "’").replace("'", "’")
        assert "<b>close" not in answer.text
    with pytest.raises(InputError, match="address"):
        describe(node.desk, MARIE, "media-content", "x", about=[INCIDENT], url="javascript:alert(1)")


def test_each_heading_of_a_skeleton_asks_and_says_its_gap() -> None:
    for skeleton in SKELETONS.values():
        assert "".join(one.letter for one in skeleton.elements) == skeleton.name
        assert all(one.asks.endswith("?") and one.gap and one.topics for one in skeleton.elements)


def test_a_response_says_what_its_members_found_and_what_came_of_it(node: Node) -> None:
    made(node)
    opened = acts.open_response(node.desk, MARIE, title=Words("Gulls", "Mouettes"), incident=[INCIDENT], members=[], marking="tlp:amber")  # fmt: skip
    acts.assess(node.desk, MARIE, opened.id, "severe", Words("Wide reach.", "Large portée."))
    acts.effect(
        node.desk, MARIE, opened.id, Words("Half the reach.", "Moitié moins de portée."), before=10, after=5
    )
    found = filled(node.desk, MARIE, opened.id, "abcde")
    by = {one.letter: [line.words.fr for line in one.lines] for one in found.sections}
    assert any("Harbours close" in line for line in by["C"])  # of the incident that the response is about
    assert any("Moitié moins" in line for line in by["E"])
    assert any("Large portée" in line for line in by["E"])
    assert "tlp:amber" in found.marking
    with pytest.raises(NotFound):
        filled(node.desk, OUTSIDER, opened.id, "abcde")


def test_what_is_described_again_of_something_wider_stays_as_narrow_as_it_was(node: Node) -> None:
    made(node)
    put(node, incident("incident--20000000-0000-4000-8000-000000000003", "A public one"), marking="tlp:clear")
    again = describe(node.desk, MARIE, "narrative", "Harbours close", about=["incident--20000000-0000-4000-8000-000000000003"])  # fmt: skip
    assert "tlp:amber" in again.marking
    with pytest.raises(NotFound):
        verbs.show(node.desk, OUTSIDER, again.id)
    note = verbs.show(node.desk, MARIE, again.fallback).statements[0].value
    assert {INCIDENT, "incident--20000000-0000-4000-8000-000000000003"} <= set(note["object_refs"])


def test_a_piece_of_media_whose_address_was_captured_before_is_described(node: Node) -> None:
    url = {"type": "url", "value": "https://quay.example/1"}
    put(node, {"spec_version": "2.1", "id": deterministic_id(url), **url}, marking="tlp:clear")
    done = describe(node.desk, MARIE, "media-content", "Post 1", about=[INCIDENT], url=url["value"], marking="tlp:amber")  # fmt: skip
    assert done.fallback == deterministic_id(url)
    assert verbs.show(node.desk, OUTSIDER, done.fallback).statements[0].effective_marking == ("tlp:clear",)


def test_a_french_reader_reads_ties_and_types_in_french_and_stix_keeps_its_words(node: Node) -> None:
    actor = "threat-actor--20000000-0000-4000-8000-000000000003"
    tie = "relationship--20000000-0000-4000-8000-000000000004"
    dates = {"spec_version": "2.1", "created": WHEN, "modified": WHEN}
    put(
        node,
        {
            "type": "threat-actor",
            "id": actor,
            "name": "Grey gulls",
            "threat_actor_types": ["unknown"],
            **dates,
        },
        {
            "type": "relationship",
            "id": tie,
            "relationship_type": "attributed-to",
            "source_ref": INCIDENT,
            "target_ref": actor,
            **dates,
        },
    )
    file = as_file(node.desk, MARIE, "fr", {"id": INCIDENT, "as": "abcde", "format": "html", "lang": "fr"})
    french = file.data.decode().partition('<section lang="en"')[0]  # type: ignore[union-attr]
    page_fr = ask(
        site(node, MARIE), f"/domains/information/incident?id={INCIDENT}", accept_language="fr"
    ).text
    for said in (french, page_fr):
        assert "Grey gulls (acteur de la menace, attribué à)" in said
        assert "attributed-to" not in said
    assert verbs.show(node.desk, MARIE, tie).statements[0].value["relationship_type"] == "attributed-to"
