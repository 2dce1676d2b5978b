"""Sentences, counts, numbers and dates read well in English and French."""

import subprocess
import sys
from pathlib import Path

import pytest

from cordiale.platform.clock import parse_instant
from cordiale.platform.languages import (
    catalogue,
    day,
    instant,
    negotiate,
    ntext,
    number,
    percent,
    read_catalogue,
    text,
)

WHEN = parse_instant("2026-03-03T14:05:00Z")


def test_an_unknown_sentence_or_language_falls_back_to_english() -> None:
    assert text("fr", "never said {n}", n=1) == "never said 1"
    assert text("de", "{file} cannot be read: {detail}", file="a", detail="b") == "a cannot be read: b"


def test_canada_says_what_france_says_unless_it_says_otherwise() -> None:
    assert set(catalogue("fr")) <= set(catalogue("fr-CA"))


def test_zero_is_singular_in_french_and_plural_in_english() -> None:
    assert [ntext("en", "{n} dog", "{n} dogs", n) for n in (0, 1, 2, 1200)] == [
        "0 dogs",
        "1 dog",
        "2 dogs",
        "1,200 dogs",
    ]
    assert [ntext("fr", "{n} dog", "{n} dogs", n) for n in (0, 1, 2)] == ["0 dog", "1 dog", "2 dogs"]


def test_numbers_and_dates_follow_the_language() -> None:
    assert number("en", 12345.6) == "12,345.6"
    assert number("fr", 12345.6).replace("\u202f", " ") == "12 345,6"
    assert number("fr-CA", 12345.6).replace("\u00a0", " ") == "12 345,6"
    assert (percent("en", 0.125, 1), percent("fr", 0.125, 1)) == ("12.5%", "12,5\u00a0%")
    assert instant("en", WHEN) == "3 March 2026, 14:05 UTC"
    assert instant("fr", WHEN) == "3 mars 2026 14:05 UTC"
    assert instant("fr-CA", WHEN) == "3 mars 2026 14 h 05 UTC"
    assert (day("en", WHEN), day("fr", WHEN)) == ("3 March 2026", "3 mars 2026")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr-CA"),
        ("fr-FR", "fr"),
        ("en;q=0.2, fr;q=0.7", "fr"),
        ("de, en-GB;q=0.5", "en"),
        ("fr;q=0, de", "en"),
        ("", "en"),
        ("fr;q=x", "en"),
        ("," * 5000 + "fr", "en"),
    ],
)
def test_a_browser_is_understood(header: str, language: str) -> None:
    assert negotiate(header) == language


def test_a_catalogue_gives_right_apostrophes_and_leaves_out_what_is_doubtful(tmp_path: Path) -> None:
    file = tmp_path / "fr.po"
    file.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
        'msgid "a"\nmsgstr "d\'abord `d\'x`"\n#, fuzzy\nmsgid "b"\nmsgstr "peut-être"\nmsgid "c"\nmsgstr ""\n'
        'msgid "{n} dog"\nmsgid_plural "{n} dogs"\nmsgstr[0] "{n} chien"\nmsgstr[1] "{n} chiens"\n',
        encoding="utf-8",
    )
    assert read_catalogue(file) == {"a": "d’abord `d'x`", "{n} dog": "{n} chien", "{n} dogs": "{n} chiens"}


def test_what_is_not_a_catalogue_is_named(tmp_path: Path) -> None:
    file = tmp_path / "fr.po"
    file.write_text('msgid "a"\nmsgstr "b"\nthis is prose\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"fr\.po"):
        read_catalogue(file)


def test_an_english_process_never_loads_what_french_needs() -> None:
    code = (
        "import sys; from cordiale.platform import errors, languages, log, configuration as c;"
        "c.load(None, {}, {}); log.logger('x'); languages.text('en', 'a {b}', b=1); languages.number('en', 2);"
        "print(sorted({'babel', 'structlog', 'rich', 'sqlalchemy'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
