"""The lexicon: entries are whole and distinct, words are found as they stand, and cues say what the words say."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest

from cordiale.domains.information.lexicon import (
    Language,
    Term,
    classes,
    entries,
    firmness,
    fold,
    lemmas,
    pairs,
    scan,
)
from cordiale.domains.information.lexicon.cues import cue
from cordiale.domains.information.lexicon.entries import FILES, read
from cordiale.domains.information.lexicon.freedict import installed, widened


def test_there_are_2500_distinct_entries_and_no_duplicate() -> None:
    distinct = Counter((entry.en.casefold(), entry.fr.casefold(), entry.part) for entry in entries())
    assert [entry for entry, times in distinct.items() if times > 1] == []
    assert len({(en, fr) for en, fr, _part in distinct}) >= 2500


def test_both_sides_of_every_entry_say_something() -> None:
    assert [entry for entry in entries() if not fold(entry.en) or not fold(entry.fr)] == []


def test_every_file_of_entries_is_read() -> None:
    folder = Path(str(read.__globals__["__file__"])).parent
    tables = {"french_verbs", "english_irregular"}
    assert {path.stem for path in folder.glob("*.tsv")} - tables == set(FILES)


@pytest.mark.parametrize(
    "line", ["a\tb\tn", "a\t\tn\t-", "a\tb\tthing\t-", "a\tb\tn\tmodality:12", "a\tb\tn\tvague"]
)
def test_a_wrong_line_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="words.tsv, line 2"):
        read(f"yes\toui\tadv\t-\n{line}\n", "words.tsv")


def test_every_translation_is_found_from_the_other_side() -> None:
    english, french = pairs("en"), pairs("fr")
    assert all(en in french[fr] for en, others in english.items() for fr in others)
    assert all(fr in english[en] for fr, others in french.items() for en in others)
    assert "nations unies" in pairs()["united nations"]
    assert "united nations" in pairs()["nations unies"]


@pytest.mark.parametrize(
    ("words", "lang", "lemma"),
    [
        ("Ministries", "en", "ministry"),
        ("withdrew", "en", "withdraw"),
        ("committed to", "en", "commit to"),
        ("news agencies", "en", "news agency"),
        ("crimes against humanity", "en", "crime against humanity"),
        ("planning to", "en", "plan to"),
        ("will", "en", "will"),
        ("fournirons", "fr", "fournir"),
        ("aurait", "fr", "avoir"),
        ("s’engagent à", "fr", "s engager a"),
        ("nous engageons à", "fr", "s engager a"),
        ("s'est engagée à", "fr", "s engager a"),
        ("reconnues", "fr", "reconnaitre"),
        ("appuiera", "fr", "appuyer"),
        ("appelle", "fr", "appeler"),
        ("frappes aériennes", "fr", "frappe aerienne"),
        ("réunions d’urgence", "fr", "reunion d urgence"),
        ("premières ministres", "fr", "premier ministre"),
        ("navales", "fr", "naval"),
        ("nationaux", "fr", "national"),
        ("Ukrainiennes", "fr", "ukrainien"),
    ],
)
def test_a_form_leads_to_its_term(words: str, lang: Language, lemma: str) -> None:
    assert lemma in lemmas(words, lang)


def found(text: str, lang: Language) -> dict[str, Term]:
    return {text[term.start : term.end]: term for term in scan(text, lang)}


def said(term: Term, kind: str) -> list[str | int | tuple[float, float]]:
    return [one.value or one.strength or (one.low, one.high) for one in term.cues if one.kind == kind]


def test_quantities_are_ranges_in_both_languages() -> None:
    english = found("tens of thousands of shells, dozens of drones", "en")
    french = found("des dizaines de milliers d’obus et des dizaines de drones", "fr")
    assert said(english["tens of thousands of"], "quantity") == [(20_000, 99_999)]
    assert said(french["des dizaines de milliers d"], "quantity") == [(20_000, 99_999)]
    assert said(english["dozens of"], "quantity") == said(french["des dizaines de"], "quantity") == [(20, 99)]
    assert said(found("la plupart des pays", "fr")["la plupart des"], "scope") == ["most"]


def test_ne_is_closed_by_the_word_that_denies_or_limits() -> None:
    text = "Le ministre n’a toujours pas confirmé ; il ne livrera que des drones."
    terms = found(text, "fr")
    assert terms["pas"].lemma == "ne … pas"
    assert said(terms["pas"], "negation")
    assert text[slice(*terms["pas"].opening)] == "n"  # type: ignore[misc]
    assert terms["que"].lemma == "ne … que"
    assert said(terms["que"], "scope") == ["only"]
    assert found("Il ne dit pas que la guerre cesse.", "fr")["que"].lemma == "que"
    assert found("Elle n’est plus en vigueur.", "fr")["plus"].lemma == "ne … plus"


def test_english_contractions_deny_too() -> None:
    text = "They didn’t deny it and can't rule it out, but won't sign France's text."
    terms = scan(text, "en")
    assert [text[t.start : t.end] for t in terms if t.lemma in ("not", "can not")] == ["n’t", "can't", "n't"]
    assert "will" in [term.lemma for term in terms]
    assert "s" not in [text[term.start : term.end] for term in terms]


def test_sans_doute_is_probably_and_no_certainty() -> None:
    assert said(found("Il viendra sans doute.", "fr")["sans doute"], "hedge") == [6]
    assert said(found("Il viendra sans aucun doute.", "fr")["sans aucun doute"], "hedge") == [9]


@pytest.mark.parametrize(
    ("weaker", "stronger", "lang"),
    [
        ("is considering", "will", "en"),
        ("may", "must", "en"),
        ("hopes to", "plans to", "en"),
        ("plans to", "is committed to", "en"),
        ("envisage de", "s’engage à", "fr"),
        ("entend", "s’engage à", "fr"),
        ("pourrait", "devrait", "fr"),
        ("devrait", "doit", "fr"),
        ("fournirait", "fournira", "fr"),
        ("souhaite", "entend", "fr"),
    ],
)
def test_announcements_are_ordered_by_strength(weaker: str, stronger: str, lang: Language) -> None:
    strengths = [firmness(scan(words, lang)[0], lang) for words in (weaker, stronger)]
    assert strengths[0] is not None
    assert strengths[1] is not None
    assert strengths[0] < strengths[1]


def test_months_are_the_same_number_in_both_languages() -> None:
    assert classes("en")["august"] == classes("fr")["aout"] == (cue("month:8"),)


def test_places_are_those_of_the_text_whatever_characters_it_uses() -> None:
    text = "L’ex\u00adpert a de\u0301menti."
    assert [text[term.start : term.end] for term in scan(text, "fr")] == [
        *("L", "ex\u00adpert", "a", "de\u0301menti")
    ]


def test_freedict_widens_where_it_is_installed_and_is_never_needed(tmp_path: Path) -> None:
    assert installed(tmp_path) == ()
    assert widened("en", tmp_path) == pairs("en")
    articles = [
        "hedgehog /hedʒhɔg/\nhérisson\n",
        "deny /dinai/\nchose tout autre\n",
        "kiln\n1. four (à briques), étuve\n",
    ]
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    def number(value: int) -> str:
        return digits[value // 64] + digits[value % 64]

    at, lines = 0, ["00databaseinfo\tA\tA"]
    for article in articles:
        size = len(article.encode())
        lines.append(f"{article.split()[0]}\t{number(at)}\t{number(size)}")
        at += size
    (tmp_path / "freedict-eng-fra.index").write_text("\n".join([*lines, "broken\t!\tB"]), encoding="utf-8")
    (tmp_path / "freedict-eng-fra.dict.dz").write_bytes(gzip.compress("".join(articles).encode()))
    other = tmp_path / "again"
    other.mkdir()
    for file in tmp_path.glob("freedict*"):
        file.rename(other / file.name)
    wide = widened("en", other)
    assert wide["hedgehog"] == {"herisson"}
    assert wide["kiln"] == {"four", "etuve"}
    assert wide["deny"] == pairs("en")["deny"]
    assert widened("fr", other)["herisson"] == {"hedgehog"}
