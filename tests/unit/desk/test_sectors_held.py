"""Sectors are counted of what a reader sees whole, found as values are, and named by labels in three ways."""

from __future__ import annotations

from dataclasses import replace

import orjson

from cordiale.desk.actor import Actor
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.views.search import search
from cordiale.desk.views.sectors import sectors_held
from cordiale.node.node import Node
from cordiale.release.recipient import Recipient
from tests.unit.desk.conftest import indicator

LABELS = ("sector:energy", 'critical-infrastructure:ca="energy-and-utilities"', "dni-ism:sector=finance")


def test_sectors_are_found_and_counted(node: Node, marie: Actor) -> None:
    for n, label in enumerate(LABELS, 1):
        held = [of_bytes("one", orjson.dumps([indicator(n, labels=[label])]))]
        import_(node.desk, marie, held, marking="tlp:green")
    secret = [of_bytes("two", orjson.dumps([indicator(9, labels=["sector:energy", "sector:mining"])]))]
    import_(node.desk, marie, secret, marking="tlp:red")
    counted = dict(sectors_held(node.desk, marie))
    assert (counted["energy"], counted["ca:energy-and-utilities"], counted["mining"]) == (3, 1, 1)
    assert {one.id for one in search(node.desk, marie, value="sector=energy").items} == {
        indicator(n)["id"] for n in (1, 2, 9)
    }
    reader = replace(marie, recipient=Recipient(node="canada", nation="CAN", organisation="LCC", person="paul", tlp="green"))  # fmt: skip
    seen = dict(sectors_held(node.desk, reader))
    assert (seen["energy"], seen.get("mining")) == (2, None)


def test_a_property_under_a_stricter_marking_is_not_counted(node: Node, marie: Actor) -> None:
    from cordiale.stix.atoms import id_of

    marked = indicator(
        1,
        labels=["sector:water"],
        granular_markings=[{"marking_ref": id_of("tlp:red"), "selectors": ["labels"]}],
    )
    import_(node.desk, marie, [of_bytes("one", orjson.dumps([marked]))], marking="tlp:green")
    reader = replace(marie, recipient=Recipient(node="canada", nation="CAN", organisation="LCC", person="paul", tlp="green"))  # fmt: skip
    assert dict(sectors_held(node.desk, marie)) == {"water": 1}
    assert sectors_held(node.desk, reader) == ()
    assert search(node.desk, reader, value="sector=water").items == ()
