"""LIKE and MATCHES: one engine for one expression and for many, and none that takes long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.stix.patterns import tree
from cordiale.stix.patterns.comparing import Held
from cordiale.stix.patterns.expressions import NotTaken, like, matches, together

_letters = st.sampled_from(["a", "b", "\n", "é", "e\u0301", "%", "_", ".", "\\", "'", "\ud800"])
_texts = st.lists(_letters, max_size=8).map("".join)


def by_hand(pattern: str, text: str) -> bool:
    """Answer LIKE letter by letter."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(by_hand(pattern[1:], text[n:]) for n in range(len(text) + 1))
    return bool(text) and pattern[0] in ("_", text[0]) and by_hand(pattern[1:], text[1:])


@given(_texts, _texts)
def test_like_is_what_it_is_letter_by_letter(pattern: str, text: str) -> None:
    from unicodedata import normalize

    assert like(pattern)(text) is by_hand(normalize("NFC", pattern), normalize("NFC", text))


@given(
    st.lists(
        st.tuples(st.sampled_from(("LIKE", "MATCHES")), st.text("ab%_.", max_size=4)), min_size=3, max_size=8
    ),
    st.text("ab_\n", max_size=6),
)
def test_many_expressions_tried_together_say_what_each_says_alone(
    asked: list[tuple[str, str]], text: str
) -> None:
    path = tree.Path("t", ("k",))
    comparisons = [tree.Comparison(path, operator, (said,)) for operator, said in asked]  # type: ignore[arg-type]
    held = Held(enumerate(comparisons, 1))
    alone = [(like if operator == "LIKE" else matches)(said)(text) for operator, said in asked]
    assert held.holding(text) == sum(1 << bit for bit, passes in enumerate(alone, 1) if passes)


@pytest.mark.parametrize(
    "expression",
    ["(?=a)", "(?<!a)b", "(a)\\1", "(?>a+)", "a++", "(?R)", "[", "a{2000}", "a" * 10_001, "\\p{Nope}"],
)
def test_what_cannot_be_tried_in_known_time_is_not_taken(expression: str) -> None:
    with pytest.raises(NotTaken):
        matches(expression)


def test_a_set_too_large_is_tried_one_by_one() -> None:
    large = ["(?:a{900}b{900}c{900}){0,1}" + str(n) for n in range(120)]
    which = together(large, [matches(one) for one in large])
    assert which("x7y") == [7]
    assert sorted(which("x119")) == [1, 9, 11, 19, 119]
    assert list(which("x")) == []


def test_octets_are_searched_as_octets_and_texts_as_texts() -> None:
    assert matches("\\xd4\\xc3")(b"\x00\xd4\xc3") is True
    assert matches("^.$")(b"\xff") is True
    assert matches("^.$")("é") is True
    assert matches("é")(b"\xe9") is True
    assert matches("Ā")(b"A") is False
    assert matches("")(5) is False
