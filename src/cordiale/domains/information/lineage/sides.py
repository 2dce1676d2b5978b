"""Two texts side by side: every sentence in its paragraph, with what it answers in the other, and what changed in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from cordiale.domains.information.document import Document, Region
from cordiale.domains.information.drift.judge import Label
from cordiale.domains.information.lineage.answer import Answer, Pair
from cordiale.domains.information.sheet.layout import Run, spans

Node = tuple[str, int]
Place = tuple[str, int, int]
"""A sentence: document, segment, offset."""


class Sentence(msgspec.Struct, frozen=True):
    """A sentence of a page: `id` in the page, `other` the id of what it answers there, pieces of which some changed."""

    id: str
    other: str
    label: Label | None
    runs: tuple[Run, ...]
    omitted: bool = False


class Passage(msgspec.Struct, frozen=True):
    """A paragraph, heading or line."""

    region: Region
    sentences: tuple[Sentence, ...]


class Side(msgspec.Struct, frozen=True):
    """One of the texts."""

    node: Node
    lang: str
    passages: tuple[Passage, ...]


class Sides(msgspec.Struct, frozen=True):
    """The sources on the left, the derived text on the right, and its pairs with the ids of their sentences."""

    sources: tuple[Side, ...]
    derived: Side
    pairs: tuple[tuple[Pair, str, str], ...]
    omitted: tuple[tuple[str, str, Node], ...]
    """What the derived text leaves out: words, id of the sentence, text it stands in."""


def sides(answer: Answer, documents: Iterable[Document], node: Node) -> Sides:
    """Return a derived text beside everything it answers, and beside the texts it comes from by an edge."""
    by_node = {(one.name, one.segment): one for one in documents}
    own = _of(answer, node)
    parents = [
        (edge.source, edge.source_segment)
        for edge in answer.edges
        if (edge.derived, edge.derived_segment) == node
    ]
    answered = [(pair.source_doc, pair.source_segment or 1) for pair in own if pair.source_doc is not None]
    sources = [one for one in dict.fromkeys([*parents, *answered]) if one in by_node]
    ids: dict[Place, str] = {}
    for source in sources:
        for pair in _of(answer, source):
            ids[(*source, pair.derived_offset)] = f"s{len(ids) + 1}"
    met: dict[str, tuple[str, Pair]] = {}
    pairs = []
    for number, pair in enumerate(own, start=1):
        other = ids.get((pair.source_doc or "", pair.source_segment or 1, pair.source_offset or 0), "")
        other = other if pair.source_doc is not None else ""
        pairs.append((pair, f"d{number}", other))
        if other:
            met.setdefault(other, (f"d{number}", pair))
    left = [one for one in answer.omissions if (one.derived_doc, one.derived_segment) == node]
    gone = {(one.source_doc, one.source_segment, one.source) for one in left}
    omitted: list[tuple[str, str, Node]] = []
    shown = []
    for source in sources:
        sentences = []
        for pair in _of(answer, source):
            id = ids[(*source, pair.derived_offset)]
            answer_id, by = met.get(id, ("", None))
            away = (*source, pair.derived) in gone and by is None
            if away:
                omitted.append((pair.derived, id, source))
            changed = tuple(c.source_span for c in by.changes) if by else ()
            sentences.append((pair, Sentence(id, answer_id, None, spans(pair.derived, changed), away)))
        shown.append(Side(source, by_node[source].lang, _passages(by_node[source], sentences)))
    retold = [
        (pair, Sentence(id, other, pair.label, spans(pair.derived, tuple(c.derived_span for c in pair.changes))))
        for pair, id, other in pairs
    ]  # fmt: skip
    return Sides(
        tuple(shown),
        Side(node, by_node[node].lang, _passages(by_node[node], retold)),
        tuple(pairs),
        tuple(omitted),
    )


def _of(answer: Answer, node: Node) -> list[Pair]:
    return [pair for pair in answer.pairs if (pair.derived_doc, pair.derived_segment) == node]


def _passages(document: Document, sentences: Sequence[tuple[Pair, Sentence]]) -> tuple[Passage, ...]:
    """Put sentences into the paragraphs they stand in."""
    starts = [block.offset for block in document.blocks]
    found: dict[int, list[tuple[Pair, Sentence]]] = {}
    for pair, sentence in sentences:
        found.setdefault(bisect_right(starts, pair.derived_offset), []).append((pair, sentence))
    return tuple(Passage(_region(one), tuple(sentence for _pair, sentence in one)) for one in found.values())


def _region(sentences: Sequence[tuple[Pair, Sentence]]) -> Region:
    return sentences[0][0].region


def counted(pairs: Iterable[Pair]) -> Mapping[str, int]:
    """Return how many sentences of the article have each label."""
    found: dict[str, int] = {}
    for pair in pairs:
        if pair.region == "body":
            found[pair.label] = found.get(pair.label, 0) + 1
    return found
