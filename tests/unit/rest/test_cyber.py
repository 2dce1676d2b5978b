"""Cyber defence and playbooks by programs: what the pages do, done by the typed client, and told to nobody who may not read it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from cordiale.desk import verbs
from cordiale.desk.incoming.sources import of_bytes
from cordiale.node import init, open_node
from cordiale.platform.errors import Conflict, InputError, NotAllowed, NotFound
from cordiale.rest.app import application
from cordiale.sdk import playbooks as books
from cordiale.sdk import reading
from cordiale.sdk.joint import BothAsked
from tests.unit.domains.cyber.held_here import ACTOR, ALIAS, BEACON, TWIN, fill, numbered
from tests.unit.rest.served import OPERATOR, Served, said

LIST = {
    "name": "Resolvers",
    "version": 1,
    "type": "string",
    "category": "false_positive",
    "list": ["8.8.8.8"],
}
HIDDEN = numbered("indicator", 990)
LOG = b"".join(
    orjson.dumps({"ts": f"2026-11-0{n}T10:00:00Z", "src_ip": "10.0.0.1", "host": host}) + b"\n"
    for n, host in enumerate(("login.evil.example", "login.evil.example", "secret.example"), 1)
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a node of cyber defence where paul reads amber and rita red, and oskar may read and do nothing."""
    folder: Path = tmp_path_factory.mktemp("rest-cyber")
    init(folder / "node", name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    with open_node(folder / "node", environ={}) as node:
        fill(node, folder)
        secret = {
            "type": "indicator",
            "spec_version": "2.1",
            "id": HIDDEN,
            "created": "2026-11-01T08:00:00.000Z",
            "modified": "2026-11-01T08:00:00.000Z",
            "valid_from": "2026-11-01T08:00:00Z",
            "pattern": "[domain-name:value = 'secret.example']",
            "pattern_type": "stix",
        }
        verbs.import_(node.desk, OPERATOR, [of_bytes("secret", orjson.dumps([secret]))], marking="tlp:red")
        one = Served(node)
        one.person("paul", tlp="amber")
        one.person("rita", tlp="red")
        one.person("oskar", roles=("liaison",), tlp="amber")
        yield one


def test_indicators_are_listed_with_what_they_are_worth_page_by_page(served: Served) -> None:
    paul, rita = served.client("paul"), served.client("rita")
    mine = list(paul.indicators(expired=True))
    assert BEACON in {one.id for one in mine}
    assert HIDDEN not in {one.id for one in mine}
    assert {one.id for one in rita.indicators(expired=True)} - {one.id for one in mine} == {HIDDEN}
    beacon = next(one for one in mine if one.id == BEACON)
    assert beacon.worth.score > 0
    assert beacon.worth.reasons
    assert beacon.marking
    first = said(served.ask("/cyber/indicators?expired=true&limit=1", "paul"))
    second = said(served.ask(f"/cyber/indicators?expired=true&limit=1&after={first['next']}", "paul"))
    assert first["items"][0]["id"] != second["items"][0]["id"] or len(first["items"]) == 1


def test_one_indicator_says_who_saw_it_and_what_warns_of_it(served: Served) -> None:
    found = served.client("paul").indicator(BEACON)
    assert {one.source for one in found.worth} == {"canada", "france"}
    assert sum(one.count for one in found.sightings) > 0
    with pytest.raises(NotFound):
        served.client("paul").indicator(HIDDEN)
    hidden, absent = (
        served.ask(f"/cyber/indicators/{one}", "paul") for one in (HIDDEN, numbered("indicator", 991))
    )
    assert hidden.body.replace(HIDDEN.encode(), numbered("indicator", 991).encode()) == absent.body


def test_what_has_to_do_with_a_value_comes_with_its_reason_in_the_readers_language(served: Served) -> None:
    found = served.client("paul", lang="fr").correlations("login.evil.example")
    assert found.neighbours
    assert all(one.reason and one.message for one in found.neighbours)
    assert [one.kind for one in found.values] == ["domain-name"]
    of = served.client("paul").correlations_of(BEACON)
    assert BEACON not in {one.object.id for one in of.neighbours}
    none = served.client("paul").correlations("secret.example")
    assert not any(one.object.id == HIDDEN for one in none.neighbours)
    assert {one.object.id for one in served.client("rita").correlations("secret.example").neighbours} == {
        HIDDEN
    }
    with pytest.raises(InputError, match="say its kind"):
        served.client("paul").correlations("?? ??")
    assert served.client("paul").correlations("?? ??", kind="file-name").neighbours == ()


def test_whose_word_is_shown_is_chosen_with_a_reason_and_left_to_the_rule_again(served: Served) -> None:
    paul = served.client("paul")
    name = next(one for one in paul.view(BEACON).properties if one.name == "name")
    assert (name.differs, name.shown) == (True, "canada")
    chosen = paul.choose(BEACON, "name", "france", "theirs says what it is")
    assert [(one.shown, one.why, one.by) for one in chosen.properties if one.name == "name"] == [("france", "chosen", "paul")]  # fmt: skip
    with pytest.raises(InputError):
        paul.choose(BEACON, "name", "nobody", "x")
    paul.choose(BEACON, "name", "", "again")


def test_two_are_decided_to_be_one_and_it_is_taken_back(served: Served) -> None:
    paul = served.client("paul")
    assert TWIN in {one.object.id for one in paul.duplicates(BEACON).proposals}
    made = paul.decide_same(BEACON, TWIN, True, "one value")
    (decided,) = paul.duplicates(BEACON).decided
    assert (decided.id, decided.same, decided.other.id) == (made, True, TWIN)
    paul.take_same_back(made)
    assert paul.duplicates(BEACON).decided == ()
    with pytest.raises(Conflict):
        paul.take_same_back(made)
    assert ALIAS in {one.object.id for one in paul.duplicates(ACTOR).proposals}


def test_warning_lists_are_given_asked_and_removed(served: Served) -> None:
    paul = served.client("paul")
    before = len(paul.warninglists())
    assert paul.add_warninglist(orjson.dumps(LIST)).new == ("Resolvers",)
    assert paul.add_warninglist(orjson.dumps(LIST), key="once").same == ("Resolvers",)
    looked = paul.warned("8.8.8.8")
    assert [(one.list, one.category, one.entry) for one in looked.lists] == [("Resolvers", "false_positive", "8.8.8.8")]  # fmt: skip
    assert paul.warned("9.9.9.9").lists == ()
    refused = served.ask("/cyber/warninglists", "paul", method="POST", raw=b'{"name": 1}')
    assert refused.status == 422
    assert str(served.node.desk.folder).encode() not in refused.body
    assert len(paul.remove_warninglist("Resolvers")) == before
    with pytest.raises(NotFound):
        paul.remove_warninglist("Resolvers")
    assert served.ask("/cyber/warninglists", "oskar", method="POST", raw=orjson.dumps(LIST)).status == 403
    assert not list(served.node.desk.folder.glob("form-*"))


def test_a_log_is_looked_through_and_a_sighting_stated_once(served: Served) -> None:
    paul, rita = served.client("paul"), served.client("rita")
    job = paul.wait(paul.match_log(LOG, name="proxy.jsonl", marking="tlp:green").id)
    assert job.state == "done"
    run = paul.match_run(job.id)
    assert BEACON in {one.indicator for one in run.seen}
    assert HIDDEN not in {one.indicator for one in run.seen}
    assert run.sources[0].name == "proxy.jsonl"
    done = paul.state_sightings(job.id, indicators=[BEACON])
    assert (set(done.sightings), done.new) == ({BEACON}, 1)
    again = paul.state_sightings(job.id, indicators=[BEACON])
    assert (again.new, again.changed, again.sightings) == (0, 0, done.sightings)
    assert job.id in {one.id for one in rita.match_runs()}
    assert rita.match_run(job.id).indicators is None  # how many paul may read is his to know
    assert served.ask("/cyber/runs?marking=nothing", "paul", method="POST", raw=LOG).status == 422
    assert served.ask("/cyber/runs?marking=tlp:green", "paul", method="POST", raw=b"").status == 422
    assert paul.drop_run(job.id) == 0
    with pytest.raises(NotFound):
        paul.match_run(job.id)


def test_indicators_are_taken_out_of_a_text_that_was_looked_at_first(served: Served) -> None:
    paul, text = served.client("paul", lang="fr"), "Report on harbours\n\nIndicators\nhxxps://bad[.]harbour-evil[.]net/a\n10.0.0.1\n"  # fmt: skip
    found = paul.read_text(text)
    assert [one.value for one in found.found] == ["https://bad.harbour-evil.net/a"]
    assert "rendu inoffensif" in found.found[0].reasons or found.found[0].reasons
    assert [one.value for one in found.left] == ["10.0.0.1"]
    assert not list(paul.search("harbour-evil"))
    taken = paul.take_text(reading.TakeAsked(text=text, marking=("tlp:green",)))
    assert (taken.report.new > 0, len(taken.read.found)) == (True, 1)
    assert list(paul.search("harbour-evil"))
    with pytest.raises(InputError):
        paul.take_text(reading.TakeAsked(text="nothing at all", marking=("tlp:green",)))
    with pytest.raises(NotAllowed):
        served.client("oskar").read_text(text)
    with pytest.raises(NotFound):
        paul.match_dataset("nobody's")


def test_the_matrix_and_layers_go_out_and_come_in(served: Served) -> None:
    paul = served.client("paul")
    matrix = paul.attack()
    layer = paul.attack_layer()
    assert layer["versions"]["layer"] == "4.5"
    read = paul.read_layer(orjson.dumps({**layer, "techniques": [{"techniqueID": "T9999", "score": 1}]}))
    assert read.uncovered == ("T9999",)
    assert set(read.unscored) == {one.code for one in matrix.techniques if one.count}
    with pytest.raises(InputError):
        paul.read_layer(b"[]")
    # the beacon indicates a technique: by canada, under TLP:GREEN
    assert [(one.name, one.count) for one in matrix.sources] == [("canada", 1)]
    assert [
        one.code for one in paul.attack(source="canada", marking="tlp:green", covered=True).techniques
    ] == ["T1071"]
    assert paul.attack(source="france", covered=True).techniques == ()
    assert paul.attack_layer(source="france")["techniques"] == []


def test_files_for_tools_are_saved_and_feeds_added_and_dropped(served: Served) -> None:
    paul = served.client("paul")
    assert b"login.evil.example" in paul.export_indicators("suricata")
    assert b"secret.example" not in paul.export_indicators("csv")
    assert b"secret.example" in served.client("rita").export_indicators("csv")
    with pytest.raises(InputError):
        paul.export_indicators("xlsx")
    report = {
        "type": "report",
        "spec_version": "2.1",
        "id": numbered("report", 1),
        "created": "2026-11-01T08:00:00.000Z",
        "modified": "2026-11-01T08:00:00.000Z",
        "published": "2026-11-01T08:00:00Z",
        "name": "Harbours",
        "object_refs": [BEACON],
    }
    verbs.import_(served.node.desk, OPERATOR, [of_bytes("report", orjson.dumps([report]))], marking="tlp:green")  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(paul.export_indicators("misp-feed"))) as archive:
        names = archive.namelist()
        event = f"{numbered('report', 1).partition('--')[2]}.json"
        assert {"manifest.json", "hashes.csv", event} <= set(names)
        assert orjson.loads(archive.read(event))["Event"]["info"] == "Harbours"
    made = paul.add_feed("ports", "rpz", "beacon", shared=True)
    assert (made.address, made.mine) == ("/api/v1/feeds/ports.rpz", True)
    with pytest.raises(Conflict):
        paul.add_feed("ports", "rpz")
    assert served.post("/feeds/ports/drop", "rita").status == 404
    assert paul.drop_feed("ports") == ()


def _playbook(name: str, *steps: books.StepAsked) -> books.PlaybookAsked:
    return books.PlaybookAsked(name=name, looks=books.LooksAsked(q="arriving", type="indicator"), steps=steps)


def test_a_playbook_is_written_tried_turned_on_changed_and_removed(served: Served) -> None:
    paul = served.client("paul")
    mark = books.StepAsked(do="mark", marking=("tlp:amber",))
    made = paul.add_playbook(_playbook("arrivals", books.StepAsked(do="notify", people=("paul",)), mark))
    assert (made.state, [one.do for one in made.steps]) == ("off", ["mark", "notify"])
    arriving = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": numbered("indicator", 995),
        "name": "arriving",
        "created": "2026-11-01T08:00:00.000Z",
        "modified": "2026-11-01T08:00:00.000Z",
        "valid_from": "2026-11-01T08:00:00Z",
        "pattern": "[domain-name:value = 'arriving.example']",
        "pattern_type": "stix",
    }
    verbs.import_(served.node.desk, OPERATOR, [of_bytes("one", orjson.dumps([arriving]))], marking="tlp:green")  # fmt: skip
    (trial,) = paul.try_playbook(made.id)
    assert [one.outcome for one in trial.steps] == ["done", "done"]
    assert "tlp:amber" in trial.steps[0].message
    assert paul.show(arriving["id"]).statements[0].effective_marking == ("tlp:green",)  # nothing was done
    assert (paul.turn_playbook(made.id, True).state, paul.playbook(made.id).owner) == ("on", "paul")
    changed = paul.change_playbook(made.id, _playbook("amber arrivals", mark))
    assert (changed.state, changed.name, len(changed.steps)) == ("off", "amber arrivals", 1)
    assert paul.playbook_log(made.id) == ()
    with pytest.raises(InputError):
        paul.add_playbook(
            _playbook("asks", books.StepAsked(do="ask", to=("nobody",), words=BothAsked(en="?")))
        )
    with pytest.raises(InputError):
        paul.add_playbook(books.PlaybookAsked(name="all", looks=books.LooksAsked(), steps=(mark,)))
    with pytest.raises(NotAllowed):
        served.client("oskar").turn_playbook(made.id, True)
    assert paul.drop_playbook(made.id) == ()
    with pytest.raises(NotFound):
        paul.playbook(made.id)


def test_the_application_of_another_node_knows_none_of_it(tmp_path: Path, served: Served) -> None:
    init(tmp_path / "node", name="france", nation="FRA", organisation="FRA-CVMI", title="France")
    with open_node(tmp_path / "node", environ={}) as node:
        other = Served(node)
        other.app = application(node.desk)
        other.person("claire")
        assert other.client("claire").warninglists() == ()
        assert list(other.client("claire").match_runs()) == []
        assert other.client("claire").attack().techniques == ()
