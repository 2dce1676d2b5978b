"""Techniques are proposed with reasons and evidence, decided by a named person, and never wider than their evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, house
from cordiale.desk.domain import Sent
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.domains.information.kinship.kept import keep
from cordiale.domains.information.lineage.taking import lineages as take
from cordiale.domains.information.posts import DATASET
from cordiale.domains.information.proposals.deciding import decide
from cordiale.domains.information.proposals.forms import techniques as send
from cordiale.domains.information.proposals.pages import techniques
from cordiale.domains.information.proposals.proposing import proposals
from cordiale.domains.information.proposals.rules import RULES
from cordiale.node import Node, init, open_node
from cordiale.platform.errors import Conflict, InputError, NotFound
from cordiale.platform.languages import text
from cordiale.release.recipient import Recipient
from cordiale.stix.extensions import schema
from cordiale.web.site import site
from tests.unit.domains.information.test_copies import HARBOUR
from tests.unit.domains.information.test_copies import posts as said
from tests.unit.domains.information.test_framework import cluster, member
from tests.unit.domains.information.test_kinship import page, tag, written
from tests.unit.domains.information.test_sheet import DERIVED, SOURCE
from tests.unit.joint.conftest import MARKING
from tests.unit.joint.conftest import three as _three
from tests.unit.web.asgi import ask

MARIE = house("marie")
ANALYST = Actor("luc", frozenset({"analyst"}), Recipient(node="canada", nation="CAN", organisation="CAN-LCC", tlp="amber"))  # fmt: skip
OUTSIDER = Actor("max", frozenset({"analyst"}), Recipient(node="canada", nation="CAN", organisation="CAN-LCC", tlp="green"))  # fmt: skip
COPYPASTA, DISTORT, COUNTER = (f"10000000-0000-4000-8000-00000000000{n}" for n in range(1, 4))
INCIDENT = "incident--10000000-0000-4000-8000-000000000009"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder = tmp_path_factory.mktemp("techniques") / "node"
    init(folder, name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    with open_node(folder, environ={}) as opened:
        framework = cluster(
            "techniques",
            member(COPYPASTA, "Invented name for copies", "T0084.001", ["tactics:Develop Content"]),
            member(DISTORT, "Invented name for drift", "T0023", ["tactics:Develop Content"], ("blocked-by", COUNTER)),
        )  # fmt: skip
        answers = cluster(
            "countermeasures",
            member(
                COUNTER, "Answer with the source", "C00901", ["responsetypes:Counter"], ("blocks", DISTORT)
            ),
        )
        when = "2026-03-01T00:00:00.000Z"
        incident = {"type": "incident", "spec_version": "2.1", "id": INCIDENT, "created": when, "modified": when, "name": "The harbour that was not closed"}  # fmt: skip
        bundle = json.dumps({"type": "bundle", "id": f"bundle--{COUNTER}", "objects": [incident]}).encode()
        import_(opened.desk, MARIE, [of_bytes("t", framework), of_bytes("c", answers)], marking="tlp:clear")
        import_(opened.desk, MARIE, [of_bytes("i", bundle)], marking="tlp:green")
        verbs.dataset_create(opened.desk, MARIE, DATASET, "spring", purpose="exercise", basis="consent", purge_on=opened.desk.clock() + 10**15, marking="tlp:amber")  # fmt: skip
        copied = said(*(f"{HARBOUR} today" for _n in range(6)))
        verbs.dataset_append(opened.desk, MARIE, "spring", DATASET, copied.to_batches(), origin="a")
        verbs.analyse(opened.desk, MARIE, "spring", "copies")
        yield opened


@pytest.fixture(scope="module")
def lineage(node: Node) -> str:
    fields = {"suspect": DERIVED, "suspect_name": "Daily Shore", "source": SOURCE, "source_name": "Ministry", "marking": "tlp:amber"}  # fmt: skip
    return take(node.desk, MARIE, "en", Sent(fields, {})).partition("id=")[2]


def test_findings_speak_for_techniques_with_reasons_and_evidence(node: Node, lineage: str) -> None:
    found = proposals(node.desk, ANALYST, INCIDENT, datasets=["spring"], lineages=[lineage])
    by = {one.code: one for one in found.proposals}
    assert set(by) == {"T0084.001", "T0023"}
    assert "6 accounts" in by["T0084.001"].reasons[0].words.en
    assert by["T0084.001"].reasons[0].evidence[0].seal
    assert by["T0084.001"].reasons[0].evidence[0].rows == (1,)
    assert "dataset spring" in by["T0084.001"].reasons[0].words.en
    assert by["T0023"].reasons[0].evidence[0].object_ref == lineage
    assert "affirmations de Daily Shore" in by["T0023"].reasons[0].words.fr
    assert [one.code for one in by["T0023"].responses] == ["C00901"]
    assert set(by["T0023"].marking) == {"tlp:amber", "tlp:green"}
    assert all(one.state == "proposed" for one in found.proposals)


def test_a_technique_that_is_not_held_is_not_proposed_but_told(node: Node) -> None:
    found = proposals(node.desk, MARIE, INCIDENT, datasets=["spring"])
    assert {one.code for one in found.proposals} == {"T0084.001"}
    assert not {"T0119.002"} & {one.code for one in found.proposals}


def test_a_person_accepts_by_name_turns_it_around_and_it_stays(node: Node, lineage: str) -> None:
    desk = node.desk
    done = decide(desk, MARIE, INCIDENT, "t0023", accept=True, lineages=[lineage])
    tie = verbs.show(desk, MARIE, done.id).statements[0]
    assert tie.value["relationship_type"] == "uses"
    assert (tie.value["source_ref"], tie.value["target_ref"]) == (INCIDENT, f"attack-pattern--{DISTORT}")
    assert "say something else" in tie.value["description"]
    jsonschema.validate(tie.value, schema("information-technique"), cls=jsonschema.Draft202012Validator)
    assert "tlp:amber" in tie.effective_marking
    (act,) = verbs.audit_show(desk, MARIE, verb="describe").acts
    assert act.actor == "marie"
    with pytest.raises(Conflict, match="decided so"):
        decide(desk, MARIE, INCIDENT, "T0023", accept=True, lineages=[lineage])
    with pytest.raises(InputError, match="Say why"):
        decide(desk, MARIE, INCIDENT, "T0023", accept=False)
    noted = decide(desk, MARIE, INCIDENT, "T0023", accept=False, because="The ministry corrected itself.")
    assert verbs.show(desk, MARIE, done.id).statements[0].value["revoked"]
    value = verbs.show(desk, MARIE, noted.id).statements[0].value
    jsonschema.validate(value, schema("information-technique"), cls=jsonschema.Draft202012Validator)
    again = proposals(desk, MARIE, INCIDENT, lineages=[lineage]).proposals
    assert [(one.code, one.state, one.because) for one in again] == [
        ("T0023", "rejected", "The ministry corrected itself.")
    ]


def test_who_may_not_see_the_evidence_learns_nothing_of_it(node: Node, lineage: str) -> None:
    decide(node.desk, MARIE, INCIDENT, "T0084.001", accept=True, datasets=["spring"])
    assert proposals(node.desk, OUTSIDER, INCIDENT).proposals == ()
    for named in ({"datasets": ["spring"]}, {"lineages": [lineage]}):
        with pytest.raises(NotFound):
            proposals(node.desk, OUTSIDER, INCIDENT, **named)


def test_no_technique_is_said_of_what_uses_none(node: Node) -> None:
    with pytest.raises(InputError, match="intrusion-set"):
        proposals(node.desk, MARIE, f"attack-pattern--{DISTORT}")
    with pytest.raises(NotFound, match="T0001"):
        decide(node.desk, MARIE, INCIDENT, "T0001", accept=True)


def test_the_page_offers_what_was_found_and_takes_a_decision(node: Node, lineage: str) -> None:
    assert INCIDENT in techniques(node.desk, MARIE, "en", {}).values["rows"][0]["href"].replace("%2D", "-")
    shown = techniques(node.desk, MARIE, "fr", {"id": INCIDENT, f"l-{lineage}": "1"})
    assert {one["kind"] for one in shown.values["offered"]} == {"Filiation et glissement", "Publications\u00a0: copies et synchronisation"}  # fmt: skip
    assert [one["ticked"] for one in shown.values["offered"]] == [False, True]
    fields = {"id": INCIDENT, "code": "T0023", "do": "accept", f"l-{lineage}": "1"}
    assert f"l-{lineage}=1" in send(node.desk, MARIE, "en", Sent(fields, {}))
    app = site(node, MARIE)
    for lang, words in (("en", "What would change our mind"), ("fr", "Ce qui nous ferait changer")):
        answer = ask(app, f"/domains/information/techniques?id={INCIDENT}", accept_language=lang)
        assert answer.status == 200
        assert words in answer.text
        assert "Answer with the source" in answer.text


def test_every_reason_is_said_in_french_too() -> None:
    for rule in RULES:
        for sentence in (rule.because, rule.unless):
            assert text("fr", sentence, **dict.fromkeys(NAMES, "x")) != text("en", sentence, **dict.fromkeys(NAMES, "x"))  # fmt: skip


NAMES = ("accounts", "posts", "networks", "per_account", "dataset", "name", "window", "occasions", "expected", "derived", "source", "percent", "drifted", "strengthened", "weakened", "altered", "contradicted", "omitted", "added", "sites", "marks")  # fmt: skip


def test_a_partner_receives_the_reasons_without_evidence_that_it_was_not_given(tmp_path: Path) -> None:
    for three in _three.__wrapped__():  # type: ignore[attr-defined]
        can, fra = three["can"], three["fra"]
        when = "2026-03-01T00:00:00.000Z"
        incident = {"type": "incident", "spec_version": "2.1", "id": INCIDENT, "created": when, "modified": when, "name": "x"}  # fmt: skip
        framework = cluster("techniques", member(COPYPASTA, "Fake sites", "T0098.001", ["tactics:x"]))
        import_(can, MARIE, [of_bytes("i", json.dumps([incident]).encode()), of_bytes("t", framework)], marking=MARKING)  # fmt: skip
        pages = {"a.example.html": page(tag("UA-48151-2")), "b.example.html": page(tag("UA-48151-7"))}
        sites = keep(can, MARIE, written(tmp_path, pages), "S", MARKING)
        done = decide(can, MARIE, INCIDENT, "T0098.001", accept=True, sites=[sites])
        verbs.release(can, MARIE, "fra", ids=[INCIDENT, f"attack-pattern--{COPYPASTA}", done.id], reason="x")
        three.exchange()
        (there,) = proposals(fra, MARIE, INCIDENT).proposals
        assert (there.state, there.node, there.ours) == ("accepted", "can", False)
        assert "48151" in there.reasons[0].words.fr
        assert there.reasons[0].evidence == ()
        assert sites.encode() not in three.world.nodes["fra"].store.snapshot()
