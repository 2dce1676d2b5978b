"""Canonical bytes are those of RFC 8785."""

from __future__ import annotations

from hashlib import sha256

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from cordiale.stix.canonical import canonical, content_hash
from cordiale.stix.decoding import decode

_text = st.text(max_size=6) | st.sampled_from(
    ["\U0001f600", "\ue000", "\uffff", "é", "\x7f", "\x1b", "\u2028"]
)
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _text
    | st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_text, inner, max_size=4),
    max_leaves=15,
)  # fmt: skip


@given(st.dictionaries(_text, _values, max_size=5))
def test_canonical_equals_rfc_8785(value: dict[str, object]) -> None:
    expected = rfc8785.dumps(value)  # type: ignore[arg-type]
    assert canonical(value) == expected
    again, dumped = decode(expected)
    assert canonical(again, dumped) == expected
    assert content_hash(value) == sha256(expected).digest()


def test_keys_beyond_the_basic_plane_sort_by_utf_16() -> None:
    assert canonical({"\ue000": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ue000":1}'.encode()


def test_numbers_are_written_one_way() -> None:
    assert canonical({"a": 1.0, "b": -0.0, "c": 1e-7, "d": 100.0}) == b'{"a":1,"b":0,"c":1e-7,"d":100}'


def test_the_hash_does_not_depend_on_how_it_was_written() -> None:
    one, other = decode(b'{"b":"\\u00e9","a":[1, 2]}'), decode('{"a":[1,2],"b":"é"}'.encode())
    assert content_hash(*one) == content_hash(*other)
