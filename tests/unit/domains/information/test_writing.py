"""Texts brought into one form by loops over bytes are what expressions make of them, whatever they hold."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cordiale.domains.information.copies import writing
from cordiale.domains.information.copies.texts import by_expressions, compared

PIECES = [
    "http://", "https://", "www.", "pic.twitter.com/", "RT", "rt", "Rt", "@", "_", ":", "a", "Z", "7", " ", "  ", "\t", "\n",
    "\x0b", "\x0c", "\r", "\x1c", "\x1f", "\x85", "\u2028", "`", "\u2019", "\u201c", "\u2026", "\u2013", "\u200b", "\u00a0", "\u3000",
    "\ufdfa", "\u0130", "\u212a", "\u03a3", "\u1e9e", "\u00c9", "e\u0301", "\u0345", "\u1100\u1161", "\uff28\uff34\uff34\uff50", "\ufe0f",
    "\u2764", "\U0001f44d\U0001f3fd", "\U0001d400", "\u0e33", "\u0628\u0651", "\u0410\u043c", "\uff0e", "\U00016d67\U00016d67", "\uffff",
]  # fmt: skip
"""What the expressions ask about, and what characters do beside each other."""

TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map("".join)


@given(st.lists(TEXTS | st.none(), max_size=8), st.integers(0, 4))
@example(["RT @a: b", "https://x y", "", None, "rt  @_x"], 0)
@example(["\ufdfa" * 3000, "e\u0301" * 3000], 0)
def test_loops_and_expressions_say_the_same(texts: list[str | None], skipped: int) -> None:
    chunk = pa.array(texts, pa.string()).slice(min(skipped, len(texts)))
    found = compared(pa.chunked_array([chunk]))
    assert found.to_pylist() == by_expressions(chunk.fill_null("")).to_pylist()
    assert found.type == pa.string()
    found.validate(full=True)


@pytest.mark.parametrize("beside", ["", "RT @a:", "pic", "e"])
def test_every_character_has_the_form_that_expressions_give_it(beside: str) -> None:
    points = [chr(point) for point in range(0x3100) if not 0xD800 <= point < 0xE000]
    points += [
        chr(point) for start in (0xA640, 0xFB00, 0x1D400, 0x1F100) for point in range(start, start + 0x500)
    ]
    texts = [f"{beside}{point}.twitter.com/x" for point in points]
    assert compared(pa.chunked_array([texts])).to_pylist() == by_expressions(pa.array(texts)).to_pylist()


def test_a_form_that_depends_on_what_stands_beside_is_left_to_expressions() -> None:
    assert [writing.form(char) for char in ("\u0301", "\u1161", "\u0130", "\u2028")] == [None] * 4
    assert [writing.form(char) for char in ("\u2026", "\u2019", "\u00c9", "\uff21")] == [
        "...",
        "'",
        "\u00e9",
        "A",
    ]
