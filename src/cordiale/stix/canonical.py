"""Canonical JSON (RFC 8785) and the content hash over it."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

import orjson
import rfc8785

# A float may be written in a way orjson and RFC 8785 differ on, and a key outside the basic plane
# sorts differently in UTF-16 than in UTF-8. Both tests may also hit inside a string; then the slow
# writer gives the same bytes.
_NEEDS_CARE = re.compile(rb"[:,\[]-?[0-9]+[.eE]|[\xf0-\xf4]").search


def canonical(value: Any, sorted_bytes: bytes | None = None) -> bytes:
    """Return the canonical bytes of a JSON value; ``sorted_bytes`` is its sorted compact dump."""
    if sorted_bytes is None:
        sorted_bytes = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    if _NEEDS_CARE(sorted_bytes) is None:
        return sorted_bytes
    return rfc8785.dumps(value)


def content_hash(value: Any, sorted_bytes: bytes | None = None) -> bytes:
    """Return the SHA-256 (32 bytes) of the canonical bytes."""
    return sha256(canonical(value, sorted_bytes)).digest()
