"""Strict reading of JSON from outside: whatever could be understood in two ways is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """How much input one object and one file may be, in bytes and in levels of nesting."""

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


def split(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Iterator[bytes | SetAside]:
    """Yield the raw bytes of each object in a bundle, list, envelope, JSON lines or single object.

    Raises InputError when nothing in the input can be read.
    """
    raise NotImplementedError


def decode(raw: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[dict[str, Any], bytes]:
    """Return one object's value and its compact bytes with sorted keys.

    Raises InputError on duplicate keys, NaN, deep nesting, integers beyond 2^53, lone surrogates
    and oversize, naming the byte offset or property path where it is known.
    """
    raise NotImplementedError


def bounded_gunzip(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Decompress a gzip stream piece by piece, never beyond ``limit`` bytes.

    Raises InputError on a damaged stream or when more than ``limit`` bytes come out.
    """
    raise NotImplementedError
