"""The pages of indicators, the graph of correlations, and what a person decides there, as templates are given them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import jsonschema
import orjson
import pytest

from cordiale.desk import verbs
from cordiale.desk.actor import Actor
from cordiale.desk.domain import Sent
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.views.show import show
from cordiale.domains.cyber.indicators.asking import correlations
from cordiale.domains.cyber.indicators.forms import correlations as both
from cordiale.domains.cyber.indicators.forms import indicator as act
from cordiale.domains.cyber.indicators.pages import called, indicator, indicators
from cordiale.domains.cyber.merging.duplicates import decide, decided, proposals, take_back
from cordiale.domains.cyber.merging.view import choices, choose, view
from cordiale.domains.cyber.warninglists.kept import add, held, kept, remove
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.platform.errors import CordialeError, NotAllowed, NotFound
from cordiale.release.recipient import Recipient
from cordiale.stix.extensions import schema
from tests.unit.domains.cyber.held_here import ACTOR, ALIAS, BEACON, MARIE, TWIN, fill, objects

OUTSIDER = Actor("paul", frozenset({"analyst"}), Recipient(node="canada", nation="CAN", organisation="LCC", person="paul", tlp="clear"))  # fmt: skip


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC", title="Canada")
    with open_node(path, environ={}) as opened:
        fill(opened, tmp_path)
        yield opened


def test_the_list_shows_what_is_worth_acting_on_and_the_rest_when_asked(node: Node) -> None:
    shown = indicators(node.desk, MARIE, "en", {}).values
    warned = {one["name"] for one in shown["rows"] if one["warned"]}
    assert {"Their network", "Beacon of the ministry look-alike"} <= warned
    assert "Old page" not in [one["name"] for one in shown["rows"]]
    assert shown["left"] == 1
    (listed,) = [one["score"] for one in shown["rows"] if one["name"] == "Beacon of the ministry look-alike"]
    whose = indicator(node.desk, MARIE, "en", {"id": BEACON}).values["whose"]
    assert listed == next(one["score"] for one in whose if one["source"] == "Canada")
    whole = indicators(node.desk, MARIE, "fr", {"expired": "yes"}).values
    (old,) = [one for one in whole["rows"] if one["name"] == "Old page"]
    assert (old["state"], whole["left"]) == ("decayed", 0)
    assert indicators(node.desk, OUTSIDER, "en", {}).values["rows"] == []


def test_the_page_of_an_indicator_says_all_that_is_known(node: Node) -> None:
    page = indicator(node.desk, MARIE, "en", {"id": BEACON})
    told = page.values
    assert "login.evil.example" in " ".join(line["said"] for line in told["looks"])
    assert {one["source"] for one in told["whose"]} == {"Canada", "france"}
    assert any("Last seen" in one for one in told["worth"]["reasons"])
    assert any("did not see it" in one for one in told["worth"]["reasons"])
    assert [one["value"] for one in told["warnings"]] == ["198.51.100.23"]
    assert sum(not bar["empty"] for bar in told["seen"]["bars"]) == 7
    assert told["seen"]["rows"][0]["none"]
    names = {one["name"]: one["reason"] for one in told["neighbours"]}
    assert names["Their network"] == "198.51.100.23 lies in the network 198.51.100.0/24"
    assert names["Panel"] == "registered under the same name: https://panel.evil.example/a"
    assert [one["name"] for one in told["ground"]["rows"]] == ["mail.other.example"]
    assert [one["name"] for one in told["techniques"]] == ["Application Layer Protocol"]
    assert (told["sectors"], told["critical"]) == (["energy"], True)
    assert ("tlp:green",) in page.markings
    with pytest.raises(NotFound):
        indicator(node.desk, OUTSIDER, "en", {"id": BEACON})
    with pytest.raises(NotFound):
        indicator(node.desk, MARIE, "en", {"id": ACTOR})


def test_where_sources_differ_a_person_chooses_and_takes_it_back(node: Node) -> None:
    def names() -> dict[str, tuple[str, str]]:
        said = verbs.remarks(node.desk, MARIE, BEACON)
        fields = view(show(node.desk, MARIE, BEACON).statements, choices(said, "canada"), "canada")
        return {one.name: (one.shown, one.why) for one in fields if one.differs}

    assert names() == {"name": ("canada", "ours"), "confidence": ("canada", "ours")}
    before = show(node.desk, MARIE, BEACON).statements
    note = choose(node.desk, MARIE, BEACON, "name", "france", "theirs says what it is")
    assert names()["name"] == ("france", "chosen")
    jsonschema.validate(show(node.desk, MARIE, note).statements[0].value, schema("chosen-statement"))
    assert indicator(node.desk, MARIE, "fr", {"id": BEACON}).values["title"] == "Balise du sosie du ministère"
    assert show(node.desk, MARIE, BEACON).statements == before
    assert choose(node.desk, MARIE, BEACON, "name", "", "agreed otherwise") == note
    assert names()["name"] == ("canada", "ours")
    for bad in (("name", "nobody", "x"), ("name", "france", " "), ("created", "france", "x")):
        with pytest.raises(CordialeError):
            choose(node.desk, MARIE, BEACON, *bad)
    acts = [one.verb for one in verbs.audit_show(node.desk, MARIE).acts]
    assert acts.count("say") == 2


def test_two_that_are_one_are_proposed_decided_and_taken_back(node: Node) -> None:
    (found,) = proposals(node.desk, MARIE, show(node.desk, MARIE, BEACON))
    assert (found.line.id, found.by, found.shared) == (TWIN, "value", "login.evil.example")
    (same,) = proposals(node.desk, MARIE, show(node.desk, MARIE, ACTOR))
    assert (same.line.id, same.by, same.shared) == (ALIAS, "name", "Grey Heron")
    before = show(node.desk, MARIE, ALIAS).statements
    made = decide(node.desk, MARIE, ACTOR, ALIAS, same=True, reason="one group, two names")
    (done,) = decided(node.desk, MARIE, ALIAS)
    assert (done.id, done.same, done.kept, done.other.id) == (made, True, False, ACTOR)
    assert proposals(node.desk, MARIE, show(node.desk, MARIE, ACTOR)) == ()
    assert show(node.desk, MARIE, ALIAS).statements == before
    (written,) = show(node.desk, MARIE, made).statements
    assert written.value["description"] == "marie: one group, two names"
    assert written.effective_marking == ("tlp:green",)
    take_back(node.desk, MARIE, made)
    assert decided(node.desk, MARIE, ALIAS) == ()
    assert len(proposals(node.desk, MARIE, show(node.desk, MARIE, ACTOR))) == 1
    assert decide(node.desk, MARIE, ACTOR, ALIAS, same=True, reason="so it is") == made
    assert decided(node.desk, MARIE, ALIAS)[0].same
    for other in (ACTOR, BEACON):
        with pytest.raises(CordialeError):
            decide(node.desk, MARIE, ACTOR, other, same=True, reason="x")
    with pytest.raises(NotFound):
        decide(node.desk, OUTSIDER, ACTOR, ALIAS, same=True, reason="x")


def test_the_form_does_what_the_page_offers(node: Node) -> None:
    back = act(
        node.desk, MARIE, "en", Sent({"act": "apart", "id": BEACON, "other": TWIN, "reason": "no"}, {})
    )
    assert back.endswith(BEACON)
    told = indicator(node.desk, MARIE, "en", {"id": BEACON}).values
    assert (told["proposals"], [one["same"] for one in told["decided"]]) == ([], [False])
    act(node.desk, MARIE, "en", Sent({"act": "back", "id": BEACON, "decision": told["decided"][0]["id"]}, {}))
    assert len(indicator(node.desk, MARIE, "en", {"id": BEACON}).values["proposals"]) == 1
    with pytest.raises(CordialeError):
        act(node.desk, MARIE, "en", Sent({"act": "", "id": BEACON}, {}))


def test_correlations_are_drawn_with_their_reasons(node: Node) -> None:
    page = correlations(node.desk, MARIE, "en", {"id": BEACON})
    assert page.graph is not None
    labels = {edge.label for edge in page.graph.edges}
    assert {"same value", "in this network", "registered together"} <= labels
    group = correlations(node.desk, MARIE, "en", {"id": ACTOR}).values
    assert [one["shared"] for one in group["proposals"]] == ["Grey Heron"]
    sent = Sent({"act": "same", "id": ACTOR, "other": ALIAS, "reason": "one group"}, {})
    assert both(node.desk, MARIE, "en", sent).endswith(f"correlations?id={ACTOR}")
    assert [one["same"] for one in correlations(node.desk, MARIE, "en", {"id": ALIAS}).values["decided"]] == [
        True
    ]
    asked = correlations(node.desk, MARIE, "fr", {"value": "198.51.100.23"})
    assert asked.values["warned"]
    assert len(asked.values["rows"]) >= 3
    assert correlations(node.desk, MARIE, "en", {}).values["asked"] is False
    assert correlations(node.desk, MARIE, "en", {"value": "what is this"}).values["problem"]
    hidden = correlations(node.desk, OUTSIDER, "en", {"value": "198.51.100.23"})
    assert hidden.values["rows"] == []
    assert hidden.graph is not None
    assert len(hidden.graph.nodes) == 1


def test_an_import_says_what_is_on_a_warning_list_and_takes_it_in(node: Node) -> None:
    again = [one for one in objects(node.desk.clock()) if one["id"] == BEACON]
    later = again[0] | {"modified": "2031-01-01T00:00:00.000Z", "name": "Beacon, later"}
    done = verbs.import_(node.desk, MARIE, [of_bytes("b", orjson.dumps(later))], marking="tlp:green")
    assert (done.new, done.warned_by_code["warninglist"]) == (1, 1)
    (one,) = [one for one in done.warned if one.code == "warninglist"]
    assert one.object_id == BEACON
    assert one.params == {"value": "198.51.100.23", "list": "Shared hosters", "entry": "198.51.100.16/28"}


def test_what_many_lists_hold_is_one_warning_and_names_those_of_false_alarms_first(
    node: Node, tmp_path: Path
) -> None:
    for number, category in enumerate(("known", "false_positive", "false_positive", "false_positive")):
        path = tmp_path / f"many-{number}.json"
        path.write_bytes(orjson.dumps({"name": f"List {number}", "version": 1, "type": "cidr", "category": category, "list": ["198.51.100.0/24"]}))  # fmt: skip
        add(node.desk, MARIE, path)
    again = [one for one in objects(node.desk.clock()) if one["id"] == BEACON]
    later = again[0] | {"modified": "2031-01-01T00:00:00.000Z", "name": "Beacon, later"}
    done = verbs.import_(node.desk, MARIE, [of_bytes("b", orjson.dumps(later))], marking="tlp:green")
    (one,) = [one for one in done.warned if one.code == "warninglist"]
    assert one.params == {"value": "198.51.100.23", "n": 5, "lists": "List 1; List 2; List 3; …"}


def test_the_page_of_an_indicator_names_the_reports_that_name_it(node: Node) -> None:
    report = {
        "type": "report", "spec_version": "2.1", "id": "report--00000000-0000-4000-8000-000000000799", "name": "Phishing of ports",
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z", "published": "2026-01-01T00:00:00Z", "object_refs": [BEACON],
    }  # fmt: skip
    verbs.import_(node.desk, MARIE, [of_bytes("r", orjson.dumps(report))], marking="tlp:amber")
    page = indicator(node.desk, MARIE, "en", {"id": BEACON})
    assert [(one["name"], one["type"]) for one in page.values["told"]] == [("Phishing of ports", "report")]
    assert ("tlp:amber",) in page.markings


def test_an_indicator_without_a_name_is_called_by_what_it_looks_for() -> None:
    pattern = {"pattern": "[file:name = 'a.exe' AND file:hashes.MD5 = '" + "0" * 32 + "']"}
    assert called(pattern, [("file-name", "a.exe"), ("md5", "0" * 32)]) == "a.exe +1"
    assert (
        called({"pattern": "[domain-name:value = 'Evil.example']"}, [("domain-name", "evil.example")])
        == "Evil.example"
    )
    assert called(pattern | {"name": "Dropper"}, [("file-name", "a.exe"), ("md5", "0" * 32)]) == "Dropper"


def test_a_node_keeps_lists_with_version_and_digest(node: Node, tmp_path: Path) -> None:
    ((entry, listed),) = kept(node.desk, MARIE)
    assert (entry.name, entry.version, entry.by, listed.entries) == ("Shared hosters", "4", "marie", 1)
    assert len(entry.sha256) == 64
    again = add(node.desk, MARIE, tmp_path / "lists")
    assert (again.new, again.same) == ((), ("Shared hosters",))
    newer = tmp_path / "newer.json"
    newer.write_text('{"name": "Shared hosters", "version": 5, "type": "cidr", "list": ["203.0.113.0/24"]}')
    assert add(node.desk, MARIE, newer).renewed == ("Shared hosters",)
    assert held(node.desk).look("ipv4-addr", "198.51.100.23") == ()
    assert held(node.desk).look("ipv4-addr", "203.0.113.9")[0].list == "Shared hosters"
    with pytest.raises(NotAllowed):
        add(node.desk, Actor("x", frozenset({"liaison"})), newer)
    remove(node.desk, MARIE, "Shared hosters")
    assert held(node.desk).listed == ()
    with pytest.raises(NotFound):
        remove(node.desk, MARIE, "Shared hosters")
