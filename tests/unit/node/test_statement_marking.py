"""The copyright statement of what is imported goes where the import goes, until an officer says otherwise."""

from __future__ import annotations

import orjson

from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.marking.mark import mark
from cordiale.desk.views.search import search
from cordiale.desk.views.show import show
from cordiale.stix import atoms
from tests.unit.desk.conftest import WHEN, indicator
from tests.unit.node.conftest import Pair

STATEMENT = {
    "type": "marking-definition",
    "spec_version": "2.1",
    "id": "marking-definition--11111111-2222-4333-8444-555555555555",
    "created": WHEN,
    "definition_type": "statement",
    "definition": {"statement": "Copyright 2026, a research group"},
}
NAMED = [atoms.id_of("tlp:green"), STATEMENT["id"]]


def take(pair: Pair, *numbers: int) -> None:
    objects = [STATEMENT, *(indicator(n, object_marking_refs=NAMED) for n in numbers)]
    import_(pair.canada.desk, pair.officer, [of_bytes("bundle", orjson.dumps(objects))])


def held(pair: Pair) -> set[str]:
    """Return what France lists, and the marking definitions it lists apart."""
    lists = (search(pair.france.desk, pair.officer, type=type) for type in (None, "marking-definition"))
    return {item.id for one in lists for item in one.items}


def test_a_statement_without_a_marking_goes_with_what_names_it(pair: Pair) -> None:
    take(pair, 1)
    pair.exchange()
    assert held(pair) == {indicator(1)["id"], STATEMENT["id"]}
    found = show(pair.france.desk, pair.officer, indicator(1)["id"])
    assert found.statements[0].full_marking == ("tlp:green",)


def test_an_officer_may_keep_it_and_then_what_names_it_goes_without_it(pair: Pair) -> None:
    take(pair, 1)
    mark(pair.canada.desk, pair.officer, STATEMENT["id"], "tlp:red")
    pair.exchange()
    assert STATEMENT["id"] not in held(pair)
    database = pair.france.desk.folder / "cordiale.db"
    for file in (database, database.with_name("cordiale.db-wal")):
        assert STATEMENT["id"].encode() not in file.read_bytes()
    mark(pair.canada.desk, pair.officer, STATEMENT["id"], "tlp:green")
    take(pair, 2)
    pair.exchange()
    assert {indicator(2)["id"], STATEMENT["id"]} <= held(pair)
