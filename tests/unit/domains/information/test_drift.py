"""What became of a claim, sentence beside sentence: pairs written for these tests, in English, French and across."""

from __future__ import annotations

from pathlib import Path

import pytest

from cordiale.domains.information.document import Block, Document
from cordiale.domains.information.drift.judge import Verdict, judge
from cordiale.domains.information.lineage.alignment import Match
from cordiale.domains.information.lineage.statement import Statement, statements
from tests.corpus.drift.evaluate import judged, pairs

PAIRS = [
    line.split("\t")
    for line in (Path(__file__).parent / "drift_pairs.tsv").read_text(encoding="utf-8").splitlines()
]


def statement(text: str, lang: str = "en") -> Statement:
    return statements(Document("text", (Block(text, "body", lang),), lang))[0]


def verdict(
    source: str, derived: str, langs: tuple[str, str] = ("en", "en"), likeness: float = 0.8
) -> Verdict:
    match = Match(0, 0, likeness, likeness, likeness, likeness)
    return judge(statement(source, langs[0]), statement(derived, langs[1]), match)


@pytest.mark.parametrize(("lang", "source", "other", "derived", "label"), PAIRS, ids=[p[3] for p in PAIRS])
def test_a_pair_has_its_label(lang: str, source: str, other: str, derived: str, label: str) -> None:
    assert verdict(source, derived, (lang, other)).label == label


def test_spans_are_exact_pieces() -> None:
    for lang, source, other, derived, _label in PAIRS:
        for change in verdict(source, derived, (lang, other)).changes:
            assert change.source_span in source
            assert change.derived_span in derived


def test_the_press_conditional_reports_and_does_not_vouch() -> None:
    found = verdict("Le groupe aurait fourni des armes.", "Le groupe a fourni des armes.", ("fr", "fr"))
    assert found.label == "strengthened"
    assert [(c.kind, c.direction) for c in found.changes] == [("modality", "up")]


def test_after_a_verb_of_speech_in_the_past_the_same_form_is_a_promise() -> None:
    found = verdict("Elle a annoncé qu'elle partirait.", "Elle partira, a-t-elle annoncé.", ("fr", "fr"))
    assert found.label == "paraphrase"


def test_word_for_word_does_not_count_quotation_marks_capitals_and_dashes() -> None:
    found = verdict(
        "« Rien n’est perdu – rien », dit-elle.", '"Rien n\'est perdu - rien", DIT-ELLE', ("fr", "fr")
    )
    assert found.label == "verbatim"


def test_ups_and_downs_in_one_sentence_are_for_a_person() -> None:
    found = verdict("The mill may lose 40 jobs.", "The mill will lose 20 jobs.")
    assert found.label == "to_review"
    assert {change.direction for change in found.changes} == {"up", "down"}


def test_a_change_between_sentences_that_are_hardly_alike_is_for_a_person() -> None:
    assert verdict("The mill may close.", "The mill will close.", likeness=0.2).label == "to_review"


def test_a_small_number_said_of_something_else_is_no_change() -> None:
    assert (
        verdict("Two men opened the gate.", "The gate was opened on line 3 by two men.").label == "paraphrase"
    )


LABELLED = {
    "verbatim",
    "paraphrase",
    "strengthened",
    "weakened",
    "altered",
    "contradicted",
    "unsupported_addition",
}


@pytest.mark.parametrize("name", ["pairs", "long", "plain", "fresh", "scales", "later", "faithful"])
def test_pairs_of_families_are_judged_as_well_as_they_were(name: str) -> None:
    its = pairs(name)
    assert {pair.label for pair in its} <= LABELLED
    believed = [one for one in judged(its) if one.label in ("strengthened", "weakened")]
    right = sum(one.label == one.pair.label for one in believed)
    changed = sum(pair.label in ("strengthened", "weakened") for pair in its)
    assert len(believed) - right <= 0.05 * len(its)
    assert right >= 0.6 * changed


@pytest.mark.parametrize("name", ["pairs", "opposites", "later", "faithful"])
def test_opposites_of_families_are_told_from_what_denies_the_same(name: str) -> None:
    found = judged(pairs(name))
    said = [one for one in found if one.label == "contradicted"]
    right = sum(one.pair.label == "contradicted" for one in said)
    assert len(said) - right <= 0.02 * len(found)
    assert right >= 0.7 * sum(one.pair.label == "contradicted" for one in found)


def test_a_denial_in_a_clause_that_was_left_out_contradicts_nothing() -> None:
    found = verdict(
        "L'accident du four, qui n'a fait aucun blessé, date de 2017.",
        "L'accident du four date de 2017.",
        ("fr", "fr"),
    )
    assert found.label == "paraphrase"


def test_two_denials_of_one_thing_undo_each_other() -> None:
    found = verdict("No carriage is without a conductor.", "Every carriage has a conductor.")
    assert found.label == "paraphrase"


def test_a_word_that_became_its_opposite_is_named() -> None:
    found = verdict("The census office withdrew the question.", "The census office kept the question.")
    assert [(c.kind, c.source_span, c.derived_span) for c in found.changes] == [
        ("negation", "withdrew", "kept")
    ]


def test_one_step_of_a_ladder_is_a_matter_of_taste() -> None:
    assert verdict("The union criticised the plan.", "The union denounced the plan.").label == "paraphrase"
    assert verdict("The union regretted the plan.", "The union denounced the plan.").label == "strengthened"


def test_a_condition_that_was_dropped_makes_a_promise_firmer() -> None:
    found = verdict(
        "The convoy will leave on Thursday if the road stays open.", "The convoy will leave on Thursday."
    )
    assert found.label == "strengthened"
    assert found.changes[0].source_span == "if the road stays open"


def test_between_two_languages_fewer_words_need_to_meet() -> None:
    source, derived = "L'ouverture du marché le dimanche est envisagée.", "The market will open on Sundays."
    assert verdict(source, derived, ("fr", "en"), likeness=0.38).label == "strengthened"
    assert (
        verdict("Opening the market on Sundays is being considered.", derived, likeness=0.38).label
        == "to_review"
    )
