"""Help is in one language, the words that stand for values included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cordiale.cli.root import command
from cordiale.cli.tree import METAVARS
from cordiale.platform.languages import LANGUAGES, text


def parameters(of: Any) -> Iterator[tuple[str, Any]]:
    for param in of.params:
        yield of.name, param
    for name in of.list_commands(None) if hasattr(of, "list_commands") else ():
        yield from parameters(of.get_command(None, name))


def test_what_stands_for_a_value_is_a_word_that_both_languages_have() -> None:
    # a process speaks one language, that of the first command it ran: a test before this one may have asked in French
    words = {text(lang, word) for word in METAVARS.values() for lang in LANGUAGES}
    named = [(of, p.name, p.metavar) for of, p in parameters(command()) if p.metavar is not None]
    assert len(named) > 50
    assert [one for one in named if one[2] not in words] == []
