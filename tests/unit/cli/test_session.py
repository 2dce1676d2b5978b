"""The options of every command, wherever they stand on the line."""

import pytest

from cordiale.cli.main import main
from cordiale.cli.session import read_line


@pytest.mark.parametrize("asked", ["en", "fr", "fr-CA", "fr_CA.UTF-8", "EN"])
def test_our_languages_are_taken_however_they_are_written(asked: str) -> None:
    session, _rest = read_line(["--lang", asked, "search"], {})
    assert session.unknown_lang == ""


@pytest.mark.parametrize("line", [["--lang", "de", "search"], ["search", "--lang=de"]])
def test_another_language_is_refused_in_words(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line) == 2
    assert "fr-CA" in capsys.readouterr().err
