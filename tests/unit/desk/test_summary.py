"""What an object is called in a list."""

from __future__ import annotations

import orjson

from cordiale.desk.actor import Actor
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.views.search import search
from cordiale.node.node import Node
from cordiale.stix import atoms, tlp
from tests.unit.desk.conftest import indicator


def test_a_property_under_a_marking_of_its_own_names_no_line_of_a_list(node: Node, marie: Actor) -> None:
    red = {"marking_ref": tlp.IDS["tlp:red"], "selectors": ["name"]}
    french = {"lang": "fr", "selectors": ["name"]}
    hidden = indicator(1) | {"name": "for few", "granular_markings": [red]}
    named = indicator(2) | {"name": "pour tous", "granular_markings": [french]}
    import_(node.desk, marie, [of_bytes("two", orjson.dumps([hidden, named]))], marking="tlp:green")
    names = {item.id: item.name for item in search(node.desk, marie).items}
    # the line carries the object's marking, TLP:GREEN: nothing on it may be under TLP:RED
    assert names == {hidden["id"]: "https://ministry-login.example/1", named["id"]: "pour tous"}


def test_marking_definitions_are_in_no_list_but_their_own_where_they_are_named_in_words(
    node: Node, marie: Actor
) -> None:
    until = atoms.definition_of("not-after:2027-01-01T00:00:00.000Z")
    copyright = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": "marking-definition--fa42a846-8d90-4e51-bc29-71d5b4802168",
        "created": "2026-03-01T08:00:00.000Z",
        "definition_type": "statement",
        "definition": {"statement": "Copyright 2026, somebody"},
    }
    found = indicator(1, object_marking_refs=[until["id"], copyright["id"]])
    import_(node.desk, marie, [of_bytes("three", orjson.dumps([until, copyright, found]))])
    for words in ("", "phishing"):
        assert [item.id for item in search(node.desk, marie, words).items] == [found["id"]]
    assert not search(node.desk, marie, "2027").items
    assert search(node.desk, marie, "2027", type="marking-definition").items

    def named(lang: str) -> set[str]:
        return {item.name for item in search(node.desk, marie, type="marking-definition", lang=lang).items}

    assert {"Copyright 2026, somebody", "Not after 2027-01-01T00:00:00.000Z"} <= named("en")
    assert {"Copyright 2026, somebody", "Pas après 2027-01-01T00:00:00.000Z"} <= named("fr")
