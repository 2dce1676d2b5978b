"""What content may do to a terminal: nothing but be read."""

import pytest

from cordiale.cli.output import printable


@pytest.mark.parametrize(
    "words", ["Amber Petrel\u00a0: une interruption", "5\u202f%", "two\nlines", "Élysée"]
)
def test_words_are_shown_as_they_are_written(words: str) -> None:
    assert printable(words) == words


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[2Jgone", "\\u{1b}[2Jgone"),
        ("a\rb", "a\\u{d}b"),
        ("invoice\u202efdp.exe", "invoice\\u{202e}fdp.exe"),
        ("zero\u200bwidth", "zero\\u{200b}width"),
    ],
)
def test_what_could_steer_a_terminal_or_turn_text_round_is_spelt_out(hostile: str, shown: str) -> None:
    assert printable(hostile) == shown
