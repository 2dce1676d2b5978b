"""Canonical JSON (RFC 8785) and the content hash over it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import orjson
import rfc8785

_ASTRAL = bytes(range(0xF0, 0xF5))  # first bytes, in UTF-8, of the characters beyond the basic plane


def canonical(value: Any, sorted_bytes: bytes | None = None, without_floats: bool = False) -> bytes:
    """Return the canonical bytes of a JSON value.

    ``sorted_bytes`` is its compact dump with sorted keys, if known. That dump already is canonical unless a
    float is in it (written differently; ``without_floats`` says there is none) or a key beyond the basic plane
    (sorted by UTF-16 in RFC 8785, by code point in the dump).
    """
    dumped = orjson.dumps(value, option=orjson.OPT_SORT_KEYS) if sorted_bytes is None else sorted_bytes
    if not without_floats and _any_float(value):
        return rfc8785.dumps(value)
    if (
        not dumped.isascii()
        and len(dumped.translate(None, _ASTRAL)) != len(dumped)
        and _any_astral_key(value)
    ):
        return rfc8785.dumps(value)
    return dumped


def content_hash(value: Any, sorted_bytes: bytes | None = None, without_floats: bool = False) -> bytes:
    """Return the SHA-256 (32 bytes) of the canonical bytes."""
    return sha256(canonical(value, sorted_bytes, without_floats)).digest()


def _any_float(value: Any) -> bool:
    kind = type(value)
    if kind is dict:
        return any(map(_any_float, value.values()))
    if kind is list:
        return any(map(_any_float, value))
    return kind is float


def _any_astral_key(value: Any) -> bool:
    if type(value) is dict:
        return any(max(key, default="") > "\uffff" for key in value) or any(
            map(_any_astral_key, value.values())
        )
    return type(value) is list and any(map(_any_astral_key, value))
