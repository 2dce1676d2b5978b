"""The words of vocabularies have names in both languages, and stay what they are where nobody knows them."""

from __future__ import annotations

import pytest

from cordiale.stix import vocabularies
from cordiale.stix.vocabulary_words import called, vocabulary_of, words

OUR_OWN = {"impact-category", "impact-detail"}
"""Headings of Incident Core that no vocabulary of it holds."""


@pytest.mark.parametrize("vocabulary", sorted(words().keys() - OUR_OWN))
def test_a_vocabulary_has_all_its_words_and_no_other(vocabulary: str) -> None:
    known = vocabularies.OPEN.get(vocabulary) or vocabularies.CLOSED[vocabulary]
    assert set(words()[vocabulary]) == known
    assert all(all(said) for said in words()[vocabulary].values())


@pytest.mark.parametrize(
    ("kind", "name", "word", "english", "french"),
    [
        ("malware", "malware_types", "ransomware", "ransomware", "rançongiciel"),
        ("threat-actor", "roles", "sponsor", "sponsor", "commanditaire"),
        ("identity", "roles", "sponsor", "", ""),
        ("location", "region", "northern-africa", "Northern Africa", "Afrique septentrionale"),
        ("malware", "capabilities", "fingerprints-host", "identifies the machine", "relève l’empreinte de la machine"),
        ("incident", "determination", "false-positive", "false alarm", "fausse alerte"),
        ("task", "outcome", "pending", "to do", "à faire"),
        ("malware", "malware_types", "of-our-own", "", ""),
    ],
)  # fmt: skip
def test_a_word_is_called_by_the_vocabulary_of_its_property(
    kind: str, name: str, word: str, english: str, french: str
) -> None:
    vocabulary = vocabulary_of(kind, name)
    assert (called(vocabulary, word, "en"), called(vocabulary, word, "fr-CA")) == (english, french)
