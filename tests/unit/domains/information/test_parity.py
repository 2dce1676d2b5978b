"""Where two language versions of one text part."""

from __future__ import annotations

import pytest

from cordiale.domains.information.document import Document
from cordiale.domains.information.drift.parity import parity, versions
from cordiale.domains.information.plain import read_text
from cordiale.platform.errors import InputError

ENGLISH = """Joint statement on the Sill lake

The two towns will test the water of the lake every week. They intend to build a filter for about 2 million euros. Most of the wells are safe. The ferry will not be stopped. The mayors meet again on 12 June.
"""
FRENCH = """Déclaration commune sur le lac de Sill

Les deux villes analyseront l'eau du lac chaque semaine. Elles construiront un filtre pour environ 2 millions d'euros. Tous les puits sont sûrs. Le bac ne sera pas arrêté. Les maires se retrouvent le 22 juin.
"""


def one(text: str, name: str) -> Document:
    return read_text(name, text.encode())[0]


def test_every_divergence_is_listed_in_order_with_its_spans() -> None:
    found = parity(one(FRENCH, "fr.txt"), one(ENGLISH, "en.txt"))
    assert (found.en, found.fr, found.source) == ("en.txt", "fr.txt", "en")
    assert [(d.label, d.changes[0].kind) for d in found.divergences] == [
        ("strengthened", "modality"),
        ("strengthened", "quantity"),
        ("altered", "date"),
    ]
    for divergence in found.divergences:
        assert divergence.en is not None
        assert divergence.fr is not None
        assert all(change.en_span in divergence.en for change in divergence.changes)
        assert all(change.fr_span in divergence.fr for change in divergence.changes)


def test_what_only_one_version_says_is_said_of_that_version() -> None:
    longer = FRENCH.replace("Le bac ne", "Le port de Karn sera dragué deux fois avant l'hiver. Le bac ne")
    labels = [d.label for d in parity(one(ENGLISH, "en"), one(longer, "fr")).divergences]
    assert "only_in_fr" in labels
    assert "only_in_en" not in labels


def test_the_version_that_says_it_is_one_is_not_the_source() -> None:
    english = "Town of Karn\nUnofficial translation\n\n" + ENGLISH
    assert parity(one(english, "en"), one(FRENCH, "fr")).source == "fr"


def test_two_texts_of_one_language_are_no_versions() -> None:
    with pytest.raises(InputError, match="en.txt"):
        parity(one(ENGLISH, "en.txt"), one(ENGLISH, "en.txt"))
    with pytest.raises(InputError):
        versions([one(ENGLISH, "en.txt")])
