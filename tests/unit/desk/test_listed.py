"""Lists with what they can be narrowed to: each page is what a search of its own would find."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.views.facets import SAMPLED, listed
from cordiale.desk.views.search import Question
from cordiale.node import Node, init, open_node
from cordiale.release.recipient import Recipient

MANY = SAMPLED + 40
DAY = 86_400_000_000
FIRST = 1_767_225_600_000_000
"""2026-01-01, in microseconds."""


def identity(n: int) -> dict[str, Any]:
    at = f"2026-01-{1 + n // 12:02}T{n % 12:02}:00:00.000Z"
    marking = "tlp:green" if n % 3 else "tlp:amber"
    return {"type": "identity", "spec_version": "2.1", "id": f"identity--{n:08x}-0000-4000-8000-000000000000", "created": "2026-01-01T00:00:00.000Z", "modified": at, "name": f"Quay {n}", "identity_class": "class", "labels": [marking]}  # fmt: skip


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder: Path = tmp_path_factory.mktemp("listed") / "node"
    init(folder, name="canada", nation="CAN", organisation="CAN-LCC")
    with open_node(folder, environ={}) as opened:
        for marking in ("tlp:green", "tlp:amber"):
            made = [one for one in map(identity, range(MANY)) if one["labels"] == [marking]]
            bundle = {"type": "bundle", "id": "bundle--11111111-1111-4111-8111-111111111111", "objects": made}
            verbs.import_(opened.desk, house("tester"), [of_bytes("made.json", orjson.dumps(bundle))], marking=marking)  # fmt: skip
        yield opened


QUESTIONS = {
    "words": Question(words="quay"),
    "days": Question(since=FIRST, until=FIRST + 40 * DAY),
    "source": Question(source="canada"),
    "type": Question(type="identity"),
}


@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS)
@pytest.mark.parametrize("reader", ["house", "visitor"])
def test_each_page_is_what_a_search_finds(node: Node, asked: Question, reader: str) -> None:
    person = Recipient(node="canada", nation="CAN", organisation="CAN-LCC", person="visitor", tlp="green")
    actor = house("tester") if reader == "house" else Actor("visitor", frozenset({"analyst"}), person)
    pages, after, counts = [], None, set()
    while True:
        page, facets = listed(node.desk, actor, asked, after=after, limit=70)
        again = verbs.search(
            node.desk, actor, asked.words, type=asked.type, source=asked.source, since=asked.since,
            until=asked.until, after=after, limit=70,
        )  # fmt: skip
        assert (page.items, page.next) == (again.items, again.next)
        pages.append(page.items)
        counts.add(facets.types)
        after = page.next
        if after is None:
            break
    found = [item.id for items in pages for item in items]
    assert len(found) == len(set(found)) == (MANY if reader == "house" else MANY - MANY // 3)
    assert len(counts) == 1, "what a list can be narrowed to is the same on each of its pages"
    if not asked.words:
        assert all(
            (one.modified or 0) >= (other.modified or 0) for items in pages for one, other in pairwise(items)
        )
