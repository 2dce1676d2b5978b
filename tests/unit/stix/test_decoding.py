"""Strict decoding: what two readers could understand differently is refused."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.platform.errors import InputError
from cordiale.stix.ingress import Limits, decode


def refused(raw: bytes, limits: Limits | None = None) -> InputError:
    with pytest.raises(InputError) as caught:
        decode(raw, limits or Limits())
    return caught.value


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'{"a":1,"a":2}', "duplicate-key"),
        (b'{"a":1,"\\u0061":2}', "duplicate-key"),
        (b'{"a": 1, "a": 1 }', "duplicate-key"),
        (b'{"a\\\\":"\\"","a\\\\":"\\""}', "duplicate-key"),
        (b'{"a":NaN}', "not-a-number"),
        (b'{"a":-Infinity}', "not-a-number"),
        (b'{"a":1e999}', "number-too-large"),
        (b'{"a":9007199254740992}', "number-too-large"),
        (b'{"a":-9007199254740992}', "number-too-large"),
        (b'{"a":123456789012345678901234567890}', "number-too-large"),
        (b'{"a":9007199254740993.0}', "number-too-large"),
        (b'{"a":1e17}', "number-too-large"),
        (b'{"a":"\\ud800"}', "lone-surrogate"),
        (b'{"a":"\\udc00x"}', "lone-surrogate"),
        (b'{"\\ud800":1}', "lone-surrogate"),
        (b'{"a":"\xed\xa0\x80"}', "lone-surrogate"),
        (b'{"a":"\xff"}', "not-utf8"),
        (b"\xef\xbb\xbf{}", "byte-order-mark"),
        (b"[]", "not-an-object"),
        (b"{}{}", "malformed-json"),
        (b'{"a":1,}', "malformed-json"),
        (b"", "malformed-json"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "too-deep"),
        (b'{"a":' * 100_000, "too-deep"),
        (b'{"a":' + b"[" * 70 + b"]" * 70 + b"}", "too-deep"),
    ],
)
def test_each_ambiguity_is_refused_by_name(raw: bytes, code: str) -> None:
    assert refused(raw).code == code


def test_a_second_marking_list_cannot_hide_the_first() -> None:
    raw = b'{"type":"x","object_marking_refs":["red"],"a":{"b":1},"object_marking_refs":["clear"]}'
    assert refused(raw).params["path"] == "object_marking_refs"


def test_a_refusal_names_the_path_or_the_byte() -> None:
    assert refused(b'{"a":[{"b":1,"b":2}]}').params["path"] == "a.[0].b"
    assert refused('{"é":["é",9007199254740993]}'.encode()).params["path"] == "é.[1]"
    assert refused('{"é":NaN}'.encode()).params["offset"] == "6"


def test_64_levels_pass_and_quotes_and_brackets_in_text_do_not_count() -> None:
    deep = b'{"a":' * 64 + b"1" + b"}" * 64
    with pytest.raises(InputError):
        decode(deep + b"x")
    assert decode(deep)[1] == deep
    text = orjson.dumps({"a": '[{"' * 500 + "\\" * 7})
    assert decode(text)[1] == text


def test_oversize_is_refused_before_it_is_read() -> None:
    assert refused(b"{" * 100, Limits(object_bytes=99)).code == "object-too-large"


def test_the_largest_whole_number_passes() -> None:
    assert decode(b'{"a":9007199254740991,"b":-9007199254740991,"c":0.5}')[0]["a"] == 9007199254740991


class _Ambiguous(Exception):
    pass


def _reference(raw: bytes) -> Any:
    """Decode slowly with the standard library, looking at everything."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in items}) != len(items):
            raise _Ambiguous
        return dict(items)

    def constant(_name: str) -> None:
        raise _Ambiguous

    value = json.loads(raw.decode(), object_pairs_hook=pairs, parse_constant=constant)

    def walk(node: Any, depth: int) -> None:
        if depth > 64:
            raise _Ambiguous
        if isinstance(node, dict):
            for key, child in node.items():
                key.encode()
                walk(child, depth + 1) if isinstance(child, dict | list) else walk(child, depth)
        elif isinstance(node, list):
            for child in node:
                walk(child, depth + 1) if isinstance(child, dict | list) else walk(child, depth)
        elif isinstance(node, str):
            node.encode()
        elif isinstance(node, int | float) and not isinstance(node, bool) and abs(node) > 2**53 - 1:
            raise _Ambiguous

    walk(value, 1)
    return value


class _Pairs(list[tuple[str, Any]]):
    """An object whose keys may repeat."""


_keys = st.sampled_from(["a", "b", "é", "\U0001f600", "\ue000", '"', "\\", "a\\", "\ud800", "", "\x01"])
_leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**54), 2**54), st.text(max_size=6), _keys,
    st.floats(), st.sampled_from([0, -0.0, 1e16, 1e-7, 5e-324, 1e21, 2**53, -(2**53)]),
)  # fmt: skip
_trees = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=4) | st.lists(st.tuples(_keys, inner), max_size=4).map(_Pairs),
    max_leaves=20,
)


def _write(node: Any, draw: Any) -> str:
    space = draw(st.sampled_from(["", "", " ", "\n\t"]))
    if isinstance(node, _Pairs):
        return (
            "{"
            + ",".join(f"{space}{_text(key, draw)}:{_write(child, draw)}" for key, child in node)
            + space
            + "}"
        )
    if isinstance(node, list):
        return "[" + ",".join(_write(child, draw) + space for child in node) + "]"
    if isinstance(node, str):
        return _text(node, draw)
    return json.dumps(node)


def _text(text: str, draw: Any) -> str:
    surrogate = any("\ud800" <= sign <= "\udfff" for sign in text)
    return json.dumps(text, ensure_ascii=surrogate or draw(st.booleans()))


@given(st.lists(st.tuples(_keys, _trees), max_size=5).map(_Pairs), st.data())
def test_it_agrees_with_a_slow_reader_that_looks_at_everything(tree: _Pairs, data: st.DataObject) -> None:
    raw = _write(tree, data.draw).encode()
    try:
        expected = _reference(raw)
    except (ValueError, _Ambiguous):
        with pytest.raises(InputError):
            decode(raw)
        return
    value, dumped = decode(raw)
    assert value == expected
    assert dumped == orjson.dumps(expected, option=orjson.OPT_SORT_KEYS)


@given(st.binary(max_size=60).map(lambda tail: b'{"a":' + tail))
def test_any_bytes_are_decoded_or_refused_with_a_reason(raw: bytes) -> None:
    try:
        expected = _reference(raw)
    except (ValueError, _Ambiguous):
        assert str(refused(raw))
    else:
        assert decode(raw)[0] == expected
