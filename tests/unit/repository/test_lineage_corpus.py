"""The labelled texts for lineage hold what their README says: exact spans, no sentence left over, families whole."""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.corpus.lineage import evaluate

CORPUS = Path(__file__).parents[2] / "corpus" / "lineage"
TEXTS = {file.stem: file.read_text(encoding="utf-8") for file in sorted((CORPUS / "texts").glob("*.txt"))}
DOCUMENTS = json.loads((CORPUS / "documents.json").read_text(encoding="utf-8"))
SPLIT = json.loads((CORPUS / "split.json").read_text(encoding="utf-8"))
PARTS = ("development", "held_out", "sealed")
LINES: dict[str, list[dict[str, Any]]] = defaultdict(list)
for _line in (CORPUS / "labels" / "first.jsonl").read_text(encoding="utf-8").splitlines():
    _row = json.loads(_line)
    LINES[_row["kind"]].append(_row)
PAIRS = LINES["pair"]
DERIVED = sorted({pair["derived_doc"] for pair in PAIRS})
CHANGED = {"strengthened", "weakened", "altered", "contradicted"}
LABELS = {*CHANGED, "verbatim", "paraphrase", "unsupported_addition", "to_review"}
CHANGES = {"modality", "quantity", "date", "name", "negation", "speaker", "scope"}


def expected(changes: list[dict[str, str]]) -> str:
    """Return the label that DEFINITIONS.md gives to a sentence with these changes."""
    directions = {change["direction"] for change in changes}
    if any(change["kind"] == "negation" for change in changes):
        return "contradicted"
    if {"up", "down"} <= directions:
        return "to_review"
    if "up" in directions:
        return "strengthened"
    return "weakened" if "down" in directions else "altered"


def bare(text: str) -> str:
    """Return a text without what may differ between two verbatim sentences."""
    return re.sub(r"[\W_]+", " ", text.replace("’", "'")).strip().casefold()


def test_there_are_enough_documents_of_each_kind() -> None:
    assert len(TEXTS) >= 40
    assert sum(about["lang"] == "fr" for about in DOCUMENTS.values()) >= 12
    assert sum(about["role"] == "decoy" for about in DOCUMENTS.values()) >= 10
    assert len(LINES["parity"]) >= 8


def test_every_document_is_described_and_stands_on_one_side_of_the_split() -> None:
    listed = [doc for part in PARTS for docs in SPLIT[part].values() for doc in docs]
    assert sorted(listed) == sorted(TEXTS) == sorted(DOCUMENTS)


def test_a_part_is_kept_from_development_in_whole_families() -> None:
    families = {family: docs for part in PARTS for family, docs in SPLIT[part].items()}
    assert len(families) == sum(len(SPLIT[part]) for part in PARTS)
    assert all(DOCUMENTS[doc]["family"] == family for family, docs in families.items() for doc in docs)
    kept = sum(len(docs) for part in PARTS[1:] for docs in SPLIT[part].values())
    assert 0.3 <= kept / len(TEXTS) <= 0.5


@pytest.mark.parametrize("doc", TEXTS)
def test_documents_are_whole_and_neither_short_nor_endless(doc: str) -> None:
    assert 300 <= len(TEXTS[doc].split()) <= 900


def test_edges_stay_within_a_family_and_never_touch_a_decoy() -> None:
    for edge in LINES["edge"]:
        ends = DOCUMENTS[edge["from"]], DOCUMENTS[edge["to"]]
        assert ends[0]["family"] == ends[1]["family"], edge
        assert "decoy" not in {end["role"] for end in ends}, edge
        assert edge["relation"] in {"copy", "derived", "common_source"}
        assert edge["direction"] == "unknown" or edge["relation"] != "common_source"
        assert edge["via"] is None or edge["via"] in TEXTS


def test_every_derived_document_is_reached_by_an_edge_and_labelled() -> None:
    reached = {edge["to"] for edge in LINES["edge"] if edge["via"] is None}
    assert set(DERIVED) == reached
    assert {doc for doc, about in DOCUMENTS.items() if about["role"] == "derived"} <= reached


@pytest.mark.parametrize("doc", DERIVED)
def test_labelled_sentences_leave_nothing_of_a_derived_document_over(doc: str) -> None:
    rest = TEXTS[doc]
    for pair in PAIRS:
        if pair["derived_doc"] == doc:
            rest = rest.lstrip()
            assert rest.startswith(pair["derived"]), pair["derived"]
            rest = rest[len(pair["derived"]) :]
    assert rest.strip() == ""


def test_sources_and_changes_are_exact_spans() -> None:
    edges = {(edge["from"], edge["to"]) for edge in LINES["edge"] if edge["via"] is None}
    for pair in PAIRS:
        assert (
            (pair["source"] is None)
            == (pair["source_doc"] is None)
            == (pair["label"] == "unsupported_addition")
        )
        if pair["source"] is not None:
            assert pair["source"] in TEXTS[pair["source_doc"]], pair
            assert (pair["source_doc"], pair["derived_doc"]) in edges, pair
        for change in pair["changes"]:
            assert min(len(change["source_span"]), len(change["derived_span"])) > 0, pair
            assert change["source_span"] in pair["source"], pair
            assert change["derived_span"] in pair["derived"], pair


def test_labels_follow_from_the_changes_as_defined() -> None:
    for pair in PAIRS:
        assert pair["label"] in LABELS
        assert pair["region"] in {"body", "chrome", "teaser"}
        assert {change["kind"] for change in pair["changes"]} <= CHANGES
        assert {change["direction"] for change in pair["changes"]} <= {"up", "down", "none"}
        if pair["label"] in CHANGED:
            assert pair["label"] == expected(pair["changes"]), pair
        elif pair["label"] != "to_review":
            assert pair["changes"] == [], pair
        if pair["label"] == "verbatim":
            assert bare(pair["derived"]) == bare(pair["source"]), pair
        elif pair["source"] is not None:
            assert bare(pair["derived"]) != bare(pair["source"]), pair


def test_changes_that_never_have_a_direction_have_none() -> None:
    for pair in PAIRS:
        for change in pair["changes"]:
            if change["kind"] in {"date", "name", "speaker", "negation"}:
                assert change["direction"] == "none", pair
            elif change["kind"] in {"modality", "quantity"}:
                assert change["direction"] != "none", pair


def test_omissions_regions_and_segments_are_exact() -> None:
    for line in LINES["omission"]:
        assert line["source"] in TEXTS[line["source_doc"]], line
        assert line["derived_doc"] in DERIVED
    for line in LINES["region"]:
        assert line["text"] in TEXTS[line["doc"]], line
    for line in LINES["segments"]:
        starts = [TEXTS[line["doc"]].index(segment["first"]) for segment in line["segments"]]
        assert [0, *starts[1:]] == sorted(starts), line
    assert sorted(line["doc"] for line in LINES["segments"]) == sorted(TEXTS)


def test_divergences_of_translations_are_exact() -> None:
    for line in LINES["parity"]:
        assert [DOCUMENTS[line[language]]["lang"] for language in ("en", "fr")] == ["en", "fr"]
        for divergence in line["divergences"]:
            for language in ("en", "fr"):
                text = divergence[language]
                assert text is None or text in TEXTS[line[language]], divergence
                for change in divergence["changes"]:
                    assert change[f"{language}_span"] in text, divergence


@pytest.mark.parametrize("named", ["sealed", "seeled"])
def test_the_sealed_part_is_not_measured_without_saying_so(
    named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="--open" if named == "sealed" else "name one of"):
        evaluate.main([named])
    assert capsys.readouterr().out == ""


def test_no_test_measures_the_sealed_part() -> None:
    own = {Path(__file__), *(CORPUS / name for name in ("evaluate.py", "agreement.py"))}
    for file in set(CORPUS.parents[1].rglob("*.py")) - own:
        assert '"sealed"' not in file.read_text(encoding="utf-8"), file


def test_every_label_and_change_is_defined() -> None:
    page = (CORPUS / "DEFINITIONS.md").read_text(encoding="utf-8")
    for word in {*LABELS, *CHANGES, "copy", "derived", "common_source", "body", "chrome", "teaser"}:
        assert f"`{word}`" in page, word
