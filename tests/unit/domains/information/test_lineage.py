"""Which text derives from which: on texts written for these tests, and on the corpus' held-out part."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import msgspec
import pytest

from cordiale.domains.information.document import Document
from cordiale.domains.information.lineage.answer import Answer, Edge
from cordiale.domains.information.lineage.trace import trace
from cordiale.domains.information.plain import read_text
from cordiale.platform.errors import InputError
from tests.corpus.lineage.evaluate import Figures, measure

SHARED = Path(__file__).parents[5] / "shared" / "data" / "documents"

RELEASE = """Brenner Water Board
Press release no. 7
{date}

Water of the Sill lake to be tested every week

The Brenner Water Board will test the water of the Sill lake every week from 4 May. About 1,200 households depend on the lake for drinking water. Traces of nitrate were found in three of the nine wells last autumn. The board is considering the construction of a second filter, which would cost around 2.4 million crowns.

The wells at Oberau and Karn stay in service. Farmers within two kilometres of the shore are asked to keep a record of the manure they spread. “We would rather test too often than too late,” said the board's chair, Irma Kessel. The results may be consulted at the town hall of Karn.

Press contact: Jost Rieder, 0555 014 2200
"""
RETOLD = """The Valley Gazette
{date}

Sill lake: water tested weekly

From 4 May the water of the Sill lake is to be tested every week, the Brenner Water Board has announced. Some 1,200 households get their drinking water from the lake. Nitrate was found last autumn in most of the nine wells. The board will build a second filter for around 2.4 million crowns.

Farmers within two kilometres of the shore are asked to write down how much manure they spread. “We would rather test too often than too late,” said Irma Kessel, who chairs the board. On Sunday the boat club rowed as usual, and nobody asked the fish.

Read also: The ferry that never was
"""
ELSEWHERE = """The Karn Observer
{date}

Rowers fear for their regatta

The rowing club of Karn has put off its spring regatta because the landing stage is rotten. Its treasurer, Paul Amrein, says that new planks cost more than the club takes in a year. The club has 85 members and eleven boats, two of which leak.

A meeting of the members on 9 May will decide whether to ask the town for help. The mayor has already said that the town's money is in the school roof. The Sill lake itself is high for the season, and the water clean enough to see the oars.
"""


def texts(**files: str) -> list[Document]:
    return [one for name, content in files.items() for one in read_text(name, content.encode())]


def edges(answer: Answer) -> list[tuple[str, str, str, str]]:
    return [(edge.source, edge.derived, edge.kind, edge.direction) for edge in answer.edges]


def test_a_retelling_comes_from_the_text_that_prints_the_earlier_date() -> None:
    found = trace(
        texts(
            retold=RETOLD.format(date="6 April 2031"),
            other=ELSEWHERE.format(date="7 April 2031"),
            release=RELEASE.format(date="3 April 2031"),
        )
    )
    assert edges(found) == [("release", "retold", "derived", "known")]
    labels = {pair.derived: pair.label for pair in found.pairs if pair.derived_doc == "retold"}
    assert labels["Nitrate was found last autumn in most of the nine wells."] == "strengthened"
    assert labels["The board will build a second filter for around 2.4 million crowns."] == "strengthened"
    assert labels["Some 1,200 households get their drinking water from the lake."] == "paraphrase"
    assert (
        labels["On Sunday the boat club rowed as usual, and nobody asked the fish."] == "unsupported_addition"
    )
    assert "The results may be consulted at the town hall of Karn." in {one.source for one in found.omissions}


def test_a_clock_does_not_say_which_came_first() -> None:
    clock = "It is now 9 April 2031, 18:42"
    without = RETOLD.replace(", the Brenner Water Board has announced", "")
    found = trace(texts(release=RELEASE.format(date="3 April 2031"), retold=without.format(date=clock)))
    assert edges(found) == [("release", "retold", "derived", "unknown")]


def test_the_same_subject_is_no_lineage() -> None:
    found = trace(texts(release=RELEASE.format(date="3 April 2031"), other=ELSEWHERE.format(date="")))
    assert found.edges == []
    assert all(pair.label == "unsupported_addition" and pair.source is None for pair in found.pairs)


def test_two_reprints_that_each_hold_what_the_other_lacks_have_an_ancestor_that_nobody_holds() -> None:
    body = RELEASE.format(date="").split("\n", 4)[4]
    one = "The North Mail\n\n" + body.replace(
        "About 1,200 households depend on the lake for drinking water. ", ""
    )
    one = one.replace("The wells at Oberau and Karn stay in service. ", "")
    other = "The South Mail\n\n" + body.replace(
        "Traces of nitrate were found in three of the nine wells last autumn. ", ""
    )
    other = other.replace(" The results may be consulted at the town hall of Karn.", "")
    found = trace(texts(one=one, other=other))
    assert edges(found) == [("one", "other", "common_source", "unknown")]
    assert [len(ancestor.children) for ancestor in found.ancestors] == [2]
    assert found.edges[0].ancestor == found.ancestors[0].id


def test_every_sentence_of_every_text_is_listed_as_it_stands() -> None:
    documents = texts(release=RELEASE.format(date="3 April 2031"), retold=RETOLD.format(date="6 April 2031"))
    contents = {"release": RELEASE.format(date="3 April 2031"), "retold": RETOLD.format(date="6 April 2031")}
    found = trace(documents)
    for name, content in contents.items():
        its = [pair for pair in found.pairs if pair.derived_doc == name]
        for pair in its:
            assert content[pair.derived_offset : pair.derived_offset + len(pair.derived)] == pair.derived
        assert "".join("".join(p.derived.split()) for p in its) == "".join(content.split())
    regions = {pair.derived: pair.region for pair in found.pairs}
    assert regions["Read also: The ferry that never was"] == "teaser"
    assert regions["Press contact: Jost Rieder, 0555 014 2200"] == "chrome"
    assert regions["Water of the Sill lake to be tested every week"] == "body"


def test_a_translation_that_says_so_is_the_younger_one() -> None:
    french = """Régie des eaux du Brenner
Version française du communiqué n° 7

L'eau du lac de Sill sera analysée chaque semaine

La Régie des eaux du Brenner analysera l'eau du lac de Sill chaque semaine à partir du 4 mai. Environ 1 200 foyers dépendent du lac pour l'eau potable. Des traces de nitrate ont été trouvées dans trois des neuf puits l'automne dernier. La régie envisage la construction d'un second filtre, qui coûterait environ 2,4 millions de couronnes.

Les puits d'Oberau et de Karn restent en service. Les agriculteurs à moins de deux kilomètres de la rive sont priés de noter le fumier qu'ils épandent. « Nous préférons analyser trop souvent que trop tard », a dit la présidente, Irma Kessel. Les résultats peuvent être consultés à la mairie de Karn.
"""
    found = trace(texts(french=french, release=RELEASE.format(date="3 April 2031")))
    assert edges(found) == [("release", "french", "derived", "known")]
    labels = [
        pair.label for pair in found.pairs if pair.derived_doc == "french" and pair.derived.endswith(".")
    ]
    assert set(labels) <= {"paraphrase", "unsupported_addition"}
    assert labels.count("paraphrase") >= 5


def test_two_texts_in_one_file_are_two_segments() -> None:
    both = RELEASE.format(date="3 April 2031") + "\n\n\n" + ELSEWHERE.format(date="7 April 2031")
    found = texts(both=both)
    assert [one.segment for one in found] == [1, 2]
    assert trace(found).documents[0].segments[1].offset == both.index("The Karn Observer")


def test_the_same_texts_give_the_same_answer() -> None:
    documents = texts(release=RELEASE.format(date=""), retold=RETOLD.format(date=""))
    assert msgspec.json.encode(trace(documents)) == msgspec.json.encode(trace(documents))


@pytest.mark.parametrize("content", [b"", b"  \n\n", b"PK\x03\x04\0\0binary"])
def test_what_is_no_text_says_so(content: bytes) -> None:
    with pytest.raises(InputError, match="given"):
        read_text("given", content)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe" + "Un texte.".encode("utf-16-le"),
        "Un texte à demi.".encode("cp1252"),
        b"\xef\xbb\xbfUn texte.\r\nDeux.",
        ("mot " * 300_000).encode(),
        "هذا نص قصير من اليمين إلى اليسار.".encode(),
        b"a" * 1_000_000,
    ],
    ids=["utf-16", "windows", "mark", "long", "rtl", "one word"],
)
def test_odd_texts_are_read(content: bytes) -> None:
    found = read_text("odd", content)
    assert trace(found).edges == []


@cache
def held_out() -> Figures:
    return measure("held_out")


def test_no_edge_is_false_on_the_held_out_part() -> None:
    assert held_out().false_edges == []
    assert held_out().on_decoys == []
    assert held_out().wrong_direction == []


def test_edges_of_the_held_out_part_are_found() -> None:
    for precision, recall in held_out().edges.values():
        assert precision.value >= 0.9
        assert recall.value >= 0.8


def test_copies_of_the_held_out_part_are_found() -> None:
    precision, recall = held_out().labels["verbatim"]
    assert min(precision.value, recall.value) >= 0.99


FLOORS = {"strengthened": (0.8, 0.67), "weakened": (0.78, 0.6)}
"""What holds on texts never tuned on; the aim is .80 and .60 for both (see docs/decisions/0139)."""


@pytest.mark.parametrize("label", FLOORS)
def test_drift_of_the_held_out_part_is_found(label: str) -> None:
    precision, recall = held_out().labels[label]
    # a failure says that it fell and not by how much: nothing may be tuned by these figures
    held = precision.value >= FLOORS[label][0] and recall.value >= FLOORS[label][1]
    assert held, f"{label} fell below its floor on the held-out part"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the documents that the product is shown with are not here")
def test_the_documents_of_the_declaration() -> None:
    files = sorted(SHARED.glob("*.txt"))
    found = trace([one for file in files for one in read_text(file.name[:3], file.read_bytes())])

    def between(one: tuple[str, int], other: tuple[str, int]) -> Edge | None:
        ends = {one, other}
        of = ((e.source, e.source_segment) for e in found.edges)
        to = ((e.derived, e.derived_segment) for e in found.edges)
        return next((e for e, a, b in zip(found.edges, of, to, strict=True) if {a, b} == ends), None)

    release = between(("001", 1), ("002", 1))
    assert release is not None
    assert release.kind == "common_source"
    both = between(("000", 1), ("000", 2))
    assert both is not None
    assert both.kind == "common_source"
    assert not [edge for edge in found.edges if {"003", "004"} & {edge.source, edge.derived}]
    assert json.loads(msgspec.json.encode(found))["edges"][0].keys() >= {"from", "to", "containment"}
