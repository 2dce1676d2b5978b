"""Words become terms that meet whatever way they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.store.put import covered, shortened
from cordiale.store.words import asked, fold, split, terms


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("L'État, c’est moi", ["état", "est", "moi"]),
        ("jusqu'à aujourd'hui", ["à", "aujourd", "hui"]),
        ("The ministry's plan", ["the", "ministry", "plan"]),
        ("don't", ["don", "t"]),
        ("CVE-2021-44228_x", ["cve", "2021", "44228", "x"]),
        ("ÉLYSÉE e\u0301le\u0300ve", ["élysée", "élève"]),
    ],
)
def test_text_is_split_into_words(text: str, words: list[str]) -> None:
    assert split(text) == words


def test_accents_and_ligatures_fold() -> None:
    assert fold("œuvrès") == "oeuvres"
    assert fold("plain") == "plain"


def test_a_known_language_is_stemmed_alone() -> None:
    assert terms(["nationales"], "fr").split() == ["national"]
    assert set(terms(["flies"], None).split()) >= set(terms(["flies"], "en").split())


def test_blobs_are_no_words() -> None:
    assert terms(["A" * 500], None).strip() == ""
    assert asked("A" * 500) == []


@given(st.text())
def test_any_text_finds_itself_and_never_looks_like_a_marking(text: str) -> None:
    held = set(terms([text], None).split())
    assert not any(term.startswith("_") for term in held)
    assert all(held & set(alternatives) for alternatives in asked(text))


def test_a_selector_covers_what_lies_in_and_under_it() -> None:
    marked = frozenset({"description", "object_refs.[1]", "extensions.x"})
    assert covered("description", marked)
    assert covered("extensions.x.y", marked)
    assert covered("object_refs.[1]", marked)
    assert not covered("object_refs.[10]", marked)
    assert not covered("descriptions", marked)


def test_long_values_are_known_by_their_digest() -> None:
    assert shortened("x") == "x"
    assert shortened("x" * 5000) == shortened("x" * 5000) != shortened("x" * 5001)
    assert len(shortened("x" * 5000)) < 100
