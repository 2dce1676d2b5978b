"""Every sentence the product says exists in good French."""

import pytest

from tests.unit.repository import sentences


def test_every_sentence_has_french() -> None:
    assert [f"{place}: {sentence}" for sentence, place in sentences.missing().items()] == []


def test_no_french_is_kept_of_what_nobody_says() -> None:
    assert [f"{room}: {sentence}" for sentence, room in sentences.unsaid().items()] == []


def test_french_has_the_same_places() -> None:
    wrong = [
        f"{room}: {one}"
        for locale in ("fr", "fr_CA")
        for room, entries in sentences.translated(locale).items()
        for one, french in entries.items()
        if french and not sentences.places(french) ^ sentences.places(one) <= {"n"}
    ]
    assert wrong == []


def test_french_follows_its_typography() -> None:
    wrong = [
        f"{room}: {french}: {fault}"
        for locale in ("fr", "fr_CA")
        for room, entries in sentences.translated(locale).items()
        for one, french in entries.items()
        for fault in sentences.faults(french, one)
    ]
    assert wrong == []


def test_no_two_catalogues_say_one_sentence_differently() -> None:
    heard: dict[str, tuple[str, str]] = {}
    differing = []
    for room, entries in sentences.translated().items():
        for one, french in entries.items():
            other, words = heard.setdefault(one, (room, french))
            if words != french:
                differing.append(f"{one!r}: {other} says {words!r}, {room} says {french!r}")
    assert differing == []


@pytest.mark.parametrize(
    ("french", "fault"),
    [
        ("Erreur: rien", "missing"),
        ("Erreur : rien", "must not break"),
        ("Vraiment?", "missing"),
        ("50%", "missing"),
        ("le «mot»", "followed"),
        ('le "mot"', "quotation"),
        ("Attendez...", "ellipsis"),
    ],
)
def test_a_typographic_fault_is_found(french: str, fault: str) -> None:
    assert any(fault in found for found in sentences.faults(french))


@pytest.mark.parametrize(
    "french",
    [
        "Erreur\u00a0: le «\u00a0mot\u00a0» manque\u202f!",
        "Écrivez `a: b` ou https://x.ca/?q=1.",
        "{where}\u00a0: `{key}` vaut {value}.",
        "Ouvert à 10:30.",
    ],
)
def test_good_french_passes(french: str) -> None:
    assert sentences.faults(french) == []


def test_sentences_are_found_in_code_errors_and_choices() -> None:
    code = (
        'from x import _\n_("A")\nraise InputError("c", "B {x}", x=1)\n'
        'text(lang, "C")\nntext(lang, "D", "E", 2)\n_n("F", "G")\ntext(lang, "H" if a else "I")'
    )
    assert sorted(sentence for _line, sentence in sentences.in_python(code)) == [
        "A", "B {x}", "C", "D", "E", "F", "G", "H", "I",
    ]  # fmt: skip
