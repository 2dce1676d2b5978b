"""A translation in a list is the line of what it translates, for whom may read both."""

from __future__ import annotations

from typing import Any

import pytest

from cordiale.desk.actor import Actor
from cordiale.desk.views.facets import listed
from cordiale.desk.views.news import news
from cordiale.desk.views.search import Question
from cordiale.node.node import Node
from tests.unit.desk.conftest import WHEN, indicator
from tests.unit.desk.test_searches import HOUSE, put, reader

ONE, TWO = indicator(1)["id"], indicator(2)["id"]


def said(number: int, of: str, name: str, lang: str = "fr") -> dict[str, Any]:
    return {
        "type": "language-content",
        "spec_version": "2.1",
        "id": f"language-content--00000000-0000-4000-8000-{number:012d}",
        "created": WHEN,
        "modified": WHEN,
        "object_ref": of,
        "contents": {lang: {"name": name}},
    }


@pytest.fixture
def node_of_two(node: Node) -> Node:
    put(node, indicator(1), indicator(2), said(1, ONE, "hameçonnage au ministère"))
    return node


def found(node: Node, actor: Actor = HOUSE, **asked: Any) -> list[str]:
    page, _facets = listed(node.desk, actor, Question(**asked))
    return [item.id for item in page.items]


def test_a_list_has_no_line_for_a_translation_unless_translations_are_asked_for(node_of_two: Node) -> None:
    assert set(found(node_of_two)) == {ONE, TWO}
    assert found(node_of_two, type="language-content") == [said(1, ONE, "")["id"]]
    page, facets = listed(node_of_two.desk, HOUSE, Question())
    assert facets.total == len(page.items)
    assert dict(facets.types)["language-content"] == 1


def test_what_is_found_in_its_translation_is_found_once_and_under_its_own_type(node_of_two: Node) -> None:
    assert found(node_of_two, words="hameçonnage") == [ONE]
    assert found(node_of_two, words="hameçonnage", type="indicator") == [ONE]
    assert found(node_of_two, words="hameçonnage", type="campaign") == []
    _page, facets = listed(node_of_two.desk, HOUSE, Question(words="hameçonnage"))
    assert (facets.types, facets.total) == ((("indicator", 1),), 1)


def test_an_object_found_by_its_own_words_has_no_second_line_from_its_translations(node: Node) -> None:
    put(node, indicator(1, name="harbour"), said(1, ONE, "harbour port"), said(2, ONE, "harbour haven", "de"))
    assert found(node, words="harbour") == [ONE]
    assert found(node, words="port") == [ONE]
    put(node, said(3, ONE, "port haven", "it"))
    assert found(node, words="haven") == [ONE]


def test_a_translation_of_what_is_not_held_stays_a_line_of_its_own(node: Node) -> None:
    put(node, said(7, "indicator--00000000-0000-4000-8000-00000000ffff", "orpheline"))
    assert found(node, words="orpheline") == [said(7, "", "")["id"]]


def test_a_stricter_translation_finds_nothing_for_whom_may_not_read_it(node: Node) -> None:
    put(node, indicator(1))
    put(node, said(1, ONE, "réservé"), marking="tlp:red")
    paul = reader("paul")
    assert found(node, paul, words="réservé") == []
    assert found(node, paul) == [ONE]
    _page, facets = listed(node.desk, paul, Question())
    assert "language-content" not in dict(facets.types)


def test_the_number_beside_objects_is_the_number_that_their_list_says(node_of_two: Node) -> None:
    _page, facets = listed(node_of_two.desk, HOUSE, Question())
    assert news(node_of_two.desk, HOUSE).total == facets.total == 2
