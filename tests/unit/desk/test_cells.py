"""Nothing in a table is a formula, whatever a spreadsheet divides its cells by."""

from __future__ import annotations

import csv
import io
import re

import orjson
import pytest

from cordiale.desk.actor import Actor
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.outgoing.exporting import export_objects
from cordiale.desk.views.cells import cell
from cordiale.desk.views.search import Question
from cordiale.node.node import Node
from tests.unit.desk.conftest import indicator

NAMES = ("=1+1", "b;=1+1", 'b;"=1+1"', "b; +1", "c\n@SUM(1)", "d\t-1", ";;=1", "\t=1", " =1")


@pytest.mark.parametrize("name", NAMES)
def test_no_part_of_a_cell_begins_with_a_formula(name: str) -> None:
    for part in re.split(r"[;\t\r\n]", cell(name)):
        assert part.strip(' "')[:1] not in tuple("=+-@")


def test_plain_words_stay_as_they_are() -> None:
    for said in ("Château d'If; 3 - 2 = 1", "a;b", "2026-03-01T08:00:00Z", ""):
        assert cell(said) == said


def test_a_table_opened_with_semicolons_holds_no_formula(node: Node, marie: Actor) -> None:
    made = [indicator(number, name=name) for number, name in enumerate(NAMES) if "\t" not in name]
    import_(node.desk, marie, [of_bytes("x", orjson.dumps(made))], marking="tlp:green")
    data = export_objects(node.desk, marie, Question(), "csv").data.decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(data)))) == len(made)
    for row in csv.reader(io.StringIO(data), delimiter=";"):
        assert [one for one in row if one.strip(' "')[:1] in tuple("=+-@")] == []
