"""How much input is taken, and what is said about input that is not."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

SAFE_INTEGER = (1 << 53) - 1
"""The largest whole number every JSON reader agrees on (RFC 7493 section 2.2, STIX 2.1 section 2.10)."""


FEW = 64
"""Properties of an object up to which what was found out about their names is remembered."""


class Limits(msgspec.Struct, frozen=True):
    """How much one object and one input may be, in bytes and in levels of nesting."""

    object_bytes: int = 16 << 20
    total_bytes: int = 1 << 30
    depth: int = 64


DEFAULT_LIMITS = Limits()


class SetAside(msgspec.Struct, frozen=True):
    """One piece of input that could not be read, and why.

    ``index`` counts objects in the input from 0; ``offset`` is a byte offset in the input.
    """

    index: int
    offset: int | None
    path: str
    code: str
    message_id: str
    params: Mapping[str, str] = {}
    raw: bytes = b""
