"""What an object is called in a list."""

from __future__ import annotations

import orjson

from cordiale.desk.actor import Actor
from cordiale.desk.importing import import_
from cordiale.desk.search import search
from cordiale.desk.sources import of_bytes
from cordiale.node.node import Node
from cordiale.stix import tlp
from tests.unit.desk.conftest import indicator


def test_a_property_under_a_marking_of_its_own_names_no_line_of_a_list(node: Node, marie: Actor) -> None:
    red = {"marking_ref": tlp.IDS["tlp:red"], "selectors": ["name"]}
    french = {"lang": "fr", "selectors": ["name"]}
    hidden = indicator(1) | {"name": "for few", "granular_markings": [red]}
    named = indicator(2) | {"name": "pour tous", "granular_markings": [french]}
    import_(node.desk, marie, [of_bytes("two", orjson.dumps([hidden, named]))], marking="tlp:green")
    names = {item.id: item.name for item in search(node.desk, marie).items}
    # the line carries the object's marking, TLP:GREEN: nothing on it may be under TLP:RED
    assert names == {hidden["id"]: hidden["pattern"], named["id"]: "pour tous"}
