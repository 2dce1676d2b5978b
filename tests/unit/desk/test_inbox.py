"""What a plain TAXII client posts is its own word: it never speaks for this node nor explains its markings."""

from __future__ import annotations

from typing import Any

import orjson

from cordiale.desk.actor import Actor
from cordiale.desk.incoming import inbox
from cordiale.desk.incoming.set_aside import set_aside, set_aside_retry
from cordiale.node.node import Node
from cordiale.stix import tlp
from cordiale.store import versions
from tests.unit.desk.conftest import indicator
from tests.unit.desk.test_import import Write, marking_of, take

GREEN = tlp.IDS["tlp:green"]
STATEMENT = {
    "type": "marking-definition",
    "spec_version": "2.1",
    "id": "marking-definition--77777777-d84a-4d3a-9b8e-8fb2bff29101",
    "created": "2026-03-02T08:00:00.000Z",
    "definition_type": "statement",
    "definition": {"statement": "restricts nothing"},
    "object_marking_refs": [tlp.IDS["tlp:clear"]],
}


def post(node: Node, *objects: dict[str, Any]) -> list[str | None]:
    found = inbox.take(node.desk, "reader", tuple(orjson.dumps(one) for one in objects))
    return [one.problem for one in found]


def sources_of(node: Node, stix_id: str) -> set[str]:
    with node.store.read() as tx:
        return {row.source for row in versions.get(tx, stix_id, None)}


def test_other_words_under_an_id_of_ours_are_quarantined_and_no_retry_takes_them(
    node: Node, marie: Actor, write: Write
) -> None:
    take(node, marie, write(indicator(1)), marking="tlp:red")
    assert post(node, indicator(1, name="claimed", object_marking_refs=[GREEN])) == [None]
    assert sources_of(node, indicator(1)["id"]) == {"canada"}
    assert [one.code for one in set_aside(node.desk, marie)] == ["inbox.identity"]
    set_aside_retry(node.desk, marie)
    assert sources_of(node, indicator(1)["id"]) == {"canada"}
    assert len(set_aside(node.desk, marie)) == 1


def test_the_answer_does_not_tell_which_ids_are_held(node: Node, marie: Actor, write: Write) -> None:
    take(node, marie, write(indicator(1)), marking="tlp:red")
    held, absent = indicator(1, name="claimed"), indicator(2, name="claimed")
    assert post(node, held) == post(node, absent) == [None]
    assert post(node, indicator(1)) == [None]


def test_a_partners_statement_does_not_explain_a_marking_of_ours(
    node: Node, marie: Actor, write: Write
) -> None:
    post(node, STATEMENT)
    mine = indicator(1, object_marking_refs=[GREEN, STATEMENT["id"]])
    take(node, marie, write(mine))
    assert marking_of(node, mine["id"]) == {"tlp:green", f"unknown:{STATEMENT['id']}"}
    theirs = indicator(2, object_marking_refs=[GREEN, STATEMENT["id"]])
    post(node, theirs)
    assert marking_of(node, theirs["id"]) == {"tlp:green"}


def test_a_statement_that_is_imported_here_explains_it(node: Node, marie: Actor, write: Write) -> None:
    post(node, STATEMENT)
    mine = indicator(1, object_marking_refs=[GREEN, STATEMENT["id"]])
    take(node, marie, write(mine, STATEMENT))
    assert marking_of(node, mine["id"]) == {"tlp:green"}
