"""Searches that people keep: alerts and facets count what their owner sees, and nothing of what is hidden."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.views.ends import ends
from cordiale.desk.views.facets import facets
from cordiale.desk.views.graph import neighbours, path
from cordiale.desk.views.history import history
from cordiale.desk.views.news import news
from cordiale.desk.views.search import Question, search
from cordiale.desk.views.searches import alerts, drop_search, save_search, search_seen, searches, watch_search
from cordiale.desk.views.translated import translated
from cordiale.node.node import Node
from cordiale.platform.errors import Conflict, NotFound
from cordiale.release.recipient import Recipient
from cordiale.stix import tlp
from tests.unit.desk.conftest import WHEN, indicator

HOUSE = house("marie")
ABOUT = Question(words="phishing")


def reader(name: str, label: str = "green") -> Actor:
    who = Recipient(node="canada", nation="CAN", organisation="LCC", person=name, tlp=label)
    return Actor(name, frozenset({"analyst"}), who, person=name)


PAUL = reader("paul")


def put(node: Node, *objects: dict[str, Any], marking: str = "tlp:green") -> None:
    import_(node.desk, HOUSE, [of_bytes("given", orjson.dumps(list(objects)))], marking=marking)


def link(number: int, one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "relationship",
        "spec_version": "2.1",
        "id": f"relationship--00000000-0000-4000-8000-{number:012d}",
        "created": WHEN,
        "modified": WHEN,
        "relationship_type": "related-to",
        "source_ref": one["id"],
        "target_ref": other["id"],
    }


def test_a_watched_search_tells_what_is_new_once(node: Node) -> None:
    put(node, indicator(1))
    kept = save_search(node.desk, PAUL, "Phishing", "/objects?q=phishing", ABOUT, watched=True)
    assert alerts(node.desk, PAUL) == ()
    put(node, indicator(2))
    assert [[item.id for item in one.items] for one in alerts(node.desk, PAUL)] == [[indicator(2)["id"]]]
    search_seen(node.desk, PAUL, kept.id)
    assert alerts(node.desk, PAUL) == ()


def test_what_is_hidden_raises_no_alert_and_is_no_news(node: Node) -> None:
    put(node, indicator(1))
    save_search(node.desk, PAUL, "Phishing", "/objects?q=phishing", ABOUT, watched=True)
    before = news(node.desk, PAUL)
    put(node, indicator(2), marking="tlp:red")
    red = {"granular_markings": [{"selectors": ["description"], "marking_ref": tlp.IDS["tlp:red"]}]}
    put(node, indicator(1, modified="2026-03-02T08:00:00.000Z", description="hidden", **red))
    assert alerts(node.desk, PAUL) == ()
    assert news(node.desk, PAUL).total == before.total
    put(node, indicator(3))
    assert news(node.desk, PAUL) != before


def test_a_search_is_its_owners_alone(node: Node) -> None:
    kept = save_search(node.desk, PAUL, "Phishing", "/objects?q=phishing", ABOUT)
    other = reader("anna", "red")
    assert searches(node.desk, other) == ()
    for act in (drop_search, search_seen):
        with pytest.raises(NotFound):
            act(node.desk, other, kept.id)
    with pytest.raises(Conflict):
        save_search(node.desk, PAUL, "Phishing", "/objects", Question())
    assert watch_search(node.desk, PAUL, kept.id, True).watched
    drop_search(node.desk, PAUL, kept.id)
    assert searches(node.desk, PAUL) == ()


def test_facets_count_what_the_reader_sees(node: Node) -> None:
    put(node, indicator(1), indicator(2))
    put(node, indicator(3), indicator(4, name="other"), marking="tlp:red")
    assert facets(node.desk, PAUL, Question()).total == 2
    assert dict(facets(node.desk, PAUL, ABOUT).types) == {"indicator": 2}
    assert dict(facets(node.desk, HOUSE, ABOUT).types) == {"indicator": 3}
    assert dict(facets(node.desk, PAUL, Question()).markings) == {"tlp:green": 2}
    assert dict(facets(node.desk, PAUL, ABOUT).sources) == {"canada": 2}


def test_words_are_narrowed_as_lists_are(node: Node) -> None:
    put(node, indicator(1), indicator(2, modified="2026-03-05T08:00:00.000Z"))
    put(node, indicator(3), marking="tlp:amber")
    found = search(node.desk, HOUSE, "phishing", marking="tlp:amber").items
    assert [item.id for item in found] == [indicator(3)["id"]]
    day = 1_772_668_800_000_000  # 2026-03-05
    assert [i.id for i in search(node.desk, HOUSE, "phishing", since=day).items] == [indicator(2)["id"]]
    assert search(node.desk, HOUSE, "phishing", source="nobody").items == ()


def test_a_path_leads_only_over_what_is_seen(node: Node) -> None:
    one, hidden, other = indicator(1), indicator(2), indicator(3)
    put(node, one, other)
    put(node, hidden, marking="tlp:red")
    put(node, link(1, one, hidden), link(2, hidden, other))
    assert [e.label for e in path(node.desk, HOUSE, one["id"], other["id"]).edges] == ["related-to"] * 2
    nothing = path(node.desk, PAUL, one["id"], other["id"])
    assert (nothing.nodes, nothing.edges, nothing.more) == ((), (), False)
    assert [n.id for n in neighbours(node.desk, PAUL, [one["id"]]).nodes] == [one["id"]]
    with pytest.raises(NotFound):
        neighbours(node.desk, PAUL, [hidden["id"]])


def test_of_what_is_read_in_part_only_what_it_says_now_is_history(node: Node) -> None:
    red = {"granular_markings": [{"selectors": ["description"], "marking_ref": tlp.IDS["tlp:red"]}]}
    put(node, indicator(1, description="one", **red))
    put(node, indicator(1, description="two", modified="2026-03-02T08:00:00.000Z", **red))
    assert len(history(node.desk, HOUSE, indicator(1)["id"])) == 2
    (only,) = history(node.desk, PAUL, indicator(1)["id"])
    assert "description" not in only.value
    assert only.modified is None


def test_a_list_says_names_in_the_readers_language_unless_the_translation_is_stricter(node: Node) -> None:
    def said(number: int, name: str) -> dict[str, Any]:
        return {
            "type": "language-content",
            "spec_version": "2.1",
            "id": f"language-content--00000000-0000-4000-8000-{number:012d}",
            "created": WHEN,
            "modified": WHEN,
            "object_ref": indicator(number)["id"],
            "contents": {"fr": {"name": name}},
        }

    put(node, indicator(1), indicator(2), said(1, "page d'hameçonnage"))
    put(node, said(2, "nom réservé"), marking="tlp:amber")
    items = search(node.desk, HOUSE, type="indicator").items
    assert translated(node.desk, HOUSE, items, "fr") == {indicator(1)["id"]: "page d'hameçonnage"}
    assert translated(node.desk, HOUSE, items, "en") == {}


def test_ties_are_called_by_what_they_tie_together(node: Node) -> None:
    tie = link(1, indicator(1), indicator(9))
    seen = {"type": "sighting", "spec_version": "2.1", "id": "sighting--00000000-0000-4000-8000-000000000001", "created": WHEN, "modified": WHEN, "sighting_of_ref": indicator(1)["id"]}  # fmt: skip
    put(node, indicator(1), marking="tlp:amber")
    put(node, tie, seen)
    found = ends(node.desk, HOUSE, search(node.desk, HOUSE).items)
    assert found.keys() == {tie["id"], seen["id"]}
    assert found[tie["id"]].how == "related-to"
    assert [one.name for one in found[tie["id"]].ends] == [indicator(1)["name"], ""]  # the other is not held
    assert [one.marking for one in found[seen["id"]].ends] == [("tlp:amber",)]
    few = ends(node.desk, PAUL, search(node.desk, PAUL).items)
    assert not [end.name for one in few.values() for end in one.ends if end.name]
