"""Decode one JSON object strictly, at the speed of C for everything that is well formed.

orjson already refuses NaN, Infinity, lone surrogates, bytes that are not UTF-8 and trailing commas.
What it lets through is excluded by decoding into a shape that cannot hold it, and found by a walk over the
value only where that shape does not fit.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

import msgspec
import orjson

from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.stix.limits import DEFAULT_LIMITS, SAFE_INTEGER, Limits

_loads = orjson.loads
_dumps = orjson.dumps
_SORTED = orjson.OPT_SORT_KEYS

_BOM = b"\xef\xbb\xbf"

# A value without floats, with whole numbers every reader agrees on, nested five levels deep at most: what
# almost every STIX object is. Decoding into this shape proves all three at no cost; anything else takes the
# slow road below, which gives the same answer for what is allowed.
_Whole = Annotated[int, msgspec.Meta(ge=-SAFE_INTEGER, le=SAFE_INTEGER)]
_Leaf = str | bool | _Whole | None
_Low = _Leaf | list[_Leaf] | dict[str, _Leaf]
_Middle = _Leaf | list[_Low] | dict[str, _Low]
_High = _Leaf | list[_Middle] | dict[str, _Middle]
_plain = msgspec.json.Decoder(dict[str, _High]).decode
_PLAIN_DEPTH = 5


def decode(raw: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[dict[str, Any], bytes]:
    """Return one object's value and its compact bytes with sorted keys.

    Raises InputError on what two readers could understand differently: duplicate keys, NaN, nesting
    beyond the limit, numbers beyond 2^53, lone surrogates; and on oversize. The error's ``params`` name
    the byte ``offset`` or the property ``path`` where it is known.
    """
    value, dumped, _without_floats = decode_with_care(raw, limits)
    return value, dumped


def decode_with_care(raw: bytes, limits: Limits) -> tuple[dict[str, Any], bytes, bool]:
    """Do as `decode`, and tell whether the value is known to hold no float."""
    if len(raw) > limits.object_bytes:
        raise InputError(
            "object-too-large",
            _("The object has {size} bytes; at most {limit} are taken. Split it, or raise the limit."),
            size=str(len(raw)),
            limit=str(limits.object_bytes),
        )
    try:
        value = _plain(raw)
        plain = limits.depth >= _PLAIN_DEPTH
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        value = _loads_slowly(raw, limits)
        plain = False
    if not plain and (depth := _depth(value)) > limits.depth:
        raise _too_deep(limits, depth)
    dumped = _dumps(value, option=_SORTED)
    # No token of a plain value grows when it is written again, so equal lengths leave no room for a dropped
    # duplicate; otherwise quotes are counted.
    if not (plain and len(raw) == len(dumped)) and _quotes(raw) != _quotes(dumped):
        raise InputError(
            "duplicate-key",
            _("The property {path} is written twice, so its value is uncertain. Keep one of the two."),
            path=duplicate_path(raw),
        )
    if not plain and (path := _unsafe_number(value, "")) is not None:
        raise InputError(
            "number-too-large",
            _("The number at {path} is beyond 2^53, where readers round differently. Write it as text."),
            path=path,
        )
    return value, dumped, plain


def _loads_slowly(raw: bytes, limits: Limits) -> dict[str, Any]:
    try:
        value = _loads(raw)
    except orjson.JSONDecodeError as error:
        raise _unreadable(raw, error, limits) from None
    if type(value) is not dict:
        raise InputError("not-an-object", _("This is not a JSON object. Give STIX objects or a bundle."))
    return value


def _quotes(data: bytes) -> int:
    """Count the quotes that open or close a string: each key and text has two, whatever it holds."""
    if b"\\" in data:
        data = data.replace(b"\\\\", b"")
        return data.count(b'"') - data.count(b'\\"')
    return data.count(b'"')


def _depth(value: Any) -> int:
    """Measure how many containers are nested, without recursion: the input chooses the depth."""
    deepest = 0
    pending = [(value, 1)]
    while pending:
        node, depth = pending.pop()
        deepest = max(deepest, depth)
        children = node.values() if type(node) is dict else node
        pending.extend((child, depth + 1) for child in children if type(child) in (dict, list))
    return deepest


def _unsafe_number(value: Any, path: str) -> str | None:
    """Return the path of a number that is not exact in a double, None when all are."""
    kind = type(value)
    if kind is int or kind is float:
        return path if abs(value) > SAFE_INTEGER else None
    if kind is dict:
        items = [(f"{path}.{key}" if path else key, child) for key, child in value.items()]
    elif kind is list:
        items = [(f"{path}.[{index}]", child) for index, child in enumerate(value)]
    else:
        return None
    return next((found for at, child in items if (found := _unsafe_number(child, at)) is not None), None)


class _Pairs(dict[str, Any]):
    """An object that remembers which key was written twice."""

    twice: str | None = None


def _pairs(items: list[tuple[str, Any]]) -> _Pairs:
    made = _Pairs()
    for key, child in items:
        if key in made:
            made.twice = key
        made[key] = child
    return made


def duplicate_path(raw: bytes) -> str:
    """Return the path of the first key written twice in JSON that is otherwise well formed."""
    pending: list[tuple[str, Any]] = [("", json.loads(raw, object_pairs_hook=_pairs))]
    while pending:
        path, node = pending.pop()
        if isinstance(node, _Pairs):
            if node.twice is not None:
                return f"{path}.{node.twice}" if path else node.twice
            pending.extend((f"{path}.{key}" if path else key, child) for key, child in node.items())
        elif isinstance(node, list):
            pending.extend((f"{path}.[{index}]", child) for index, child in enumerate(node))
    # A duplicate can hide under another: the outer one was reported by the quotes, so this is never reached
    # for input that differs in them; the empty path is the honest answer if it ever is.
    return ""


def _too_deep(limits: Limits, depth: int | None = None) -> InputError:
    return InputError(
        "too-deep",
        _("The object is nested deeper than {limit} levels. Flatten it."),
        limit=str(limits.depth),
        depth=str(depth) if depth is not None else "",
    )


_NOT_FINITE = re.compile(rb"-?(?:NaN|Infinity)")


def _unreadable(raw: bytes, error: orjson.JSONDecodeError, limits: Limits) -> InputError:
    """Name the reason orjson refused these bytes, in the words of the person who must mend them."""
    offset = len(error.doc[: error.pos].encode("utf-8", "surrogatepass")) if error.doc else 0
    reason = str(error.msg)
    if raw.startswith(_BOM):
        return InputError(
            "byte-order-mark", _("The object begins with a byte order mark. Remove it."), offset="0"
        )
    if "depth limit" in reason:
        return _too_deep(limits)
    if _NOT_FINITE.match(raw, offset):
        return InputError(
            "not-a-number",
            _("NaN or Infinity at byte {offset}: JSON has no such number. Leave the property out."),
            offset=str(offset),
        )
    if "infinity" in reason:
        return InputError(
            "number-too-large",
            _("The number at byte {offset} is beyond what can be held. Write it as text."),
            offset=str(offset),
            path="",
        )
    if "surrogate" in reason and "UTF-8" not in reason:
        return InputError(
            "lone-surrogate",
            _("Half of a character (a lone surrogate) at byte {offset}. Write the whole character."),
            offset=str(offset),
        )
    if "UTF-8" in reason:
        return _not_utf8(raw)
    return InputError(
        "malformed-json",
        _("Malformed JSON at byte {offset}: {reason}. Correct it where it was made."),
        offset=str(offset),
        reason=reason,
    )


def _not_utf8(raw: bytes) -> InputError:
    offset = 0
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start
        if raw[offset : offset + 1] == b"\xed":  # a surrogate written as three bytes (CESU-8)
            return InputError(
                "lone-surrogate",
                _("Half of a character (a lone surrogate) at byte {offset}. Write the whole character."),
                offset=str(offset),
            )
    return InputError(
        "not-utf8", _("Byte {offset} is not UTF-8. Save the file as UTF-8."), offset=str(offset)
    )
