"""Find the parts of MISP JSON without holding it: a large input lies in a file that is looked through, part by part."""

from __future__ import annotations

import mmap
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import msgspec

from cordiale.desk.analysis.streaming import objects
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.stix.ingress import Limits, SetAside, decode

IN_MEMORY: Final = 8 << 20
"""Bytes up to which an input is held as it is; a larger one is written to an unnamed file and mapped."""

_CHUNK: Final = 1 << 20
_WINDOW: Final = 2 << 20

Part = tuple[int, int]
"""Where a value stands: from, until."""

_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_KEY: Final = re.compile(
    rb'[ \t\r\n{]*+,?[ \t\r\n]*+"((?:[^"\\]++|\\.)*+)"[ \t\r\n]*+:[ \t\r\n]*+', re.DOTALL
)
_SPACE: Final = re.compile(rb"[ \t\r\n]*+")


@contextmanager
def spooled(chunks: Iterable[bytes], total: int) -> Iterator[memoryview]:
    """Give the whole input as one view of bytes, in memory or in a file that is gone afterwards.

    Raises InputError above `total` bytes.
    """
    held = bytearray()
    size = 0
    source = iter(chunks)
    file = None
    try:
        for chunk in source:
            size += len(chunk)
            if size > total:
                raise InputError(
                    "too-large",
                    _("It is larger than {limit} bytes (limits.bundle_bytes): split it or raise the limit."),
                    limit=total,
                )
            if file is None and size > IN_MEMORY:
                file = tempfile.TemporaryFile()  # noqa: SIM115
                file.write(held)
                held.clear()
            if file is not None:
                file.write(chunk)
            else:
                held += chunk
        if file is None:
            yield memoryview(bytes(held))
            return
        file.flush()
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        view = memoryview(mapped)
        try:
            yield view
        finally:
            view.release()
            mapped.close()
    finally:
        if file is not None:
            file.close()


def parts(view: memoryview, at: Part) -> dict[str, Part]:
    """Return where the value of each property of an object stands.

    Raises InputError when it is no object, or when a property is written twice: the second could undo the first.
    """
    start, stop = at
    try:
        found = _members(view[start:stop])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(
            "misp-malformed", _("It is no JSON that can be read: {words}."), words=str(error)
        ) from error
    made: dict[str, Part] = {}
    place = start
    for name, raw in found.items():
        key = _KEY.match(view, place, stop)
        if key is None or msgspec.json.decode(b'"' + key[1] + b'"') != name or name in made:
            raise _twice(name)
        size = memoryview(raw).nbytes
        if bytes(view[key.end() : key.end() + min(size, 64)]) != bytes(memoryview(raw)[:64]):
            raise _twice(name)
        made[name] = (key.end(), key.end() + size)
        place = key.end() + size
    rest = _SPACE.match(view, place, stop)
    if found and (rest is None or bytes(view[rest.end() : rest.end() + 1]) != b"}"):
        raise _twice(next(reversed(found)))
    return made


def _twice(name: str) -> InputError:
    return InputError(
        "duplicate-key",
        _("The property {path} is written twice, so its value is uncertain. Keep one of the two."),
        path=name,
    )


def kind(view: memoryview, at: Part) -> str:
    """Return the first character of a value: `{`, `[` or another."""
    place = _SPACE.match(view, *at)
    first = place.end() if place else at[0]
    return bytes(view[first : first + 1]).decode("latin-1")


def items(view: memoryview, at: Part, limits: Limits) -> Iterator[bytes | SetAside]:
    """Yield the bytes of each object in a list, a window of it in memory at a time."""
    start, stop = at

    def chunks() -> Iterator[bytes]:
        for place in range(start, stop, _CHUNK):
            yield bytes(view[place : min(stop, place + _CHUNK)])

    if kind(view, at) == "[" and bytes(view[start:stop][:64]).strip(b"[ \t\r\n").startswith(b"]"):
        return
    yield from objects(chunks(), limits, whole=_WINDOW, window=_WINDOW)


def values(view: memoryview, at: Part | None, limits: Limits) -> Iterator[dict[str, Any] | SetAside]:
    """Yield each object of a list decoded strictly; what cannot be is set aside with its reason."""
    if at is None or kind(view, at) != "[":
        if at is not None and kind(view, at) == "{":
            yield value(view, at, limits)
        return
    for index, piece in enumerate(items(view, at, limits)):
        if isinstance(piece, SetAside):
            yield piece
            continue
        try:
            yield decode(piece, limits)[0]
        except InputError as error:
            params = {name: str(said) for name, said in error.params.items()}
            yield SetAside(
                index, None, str(error.params.get("path", "")), error.code, error.message_id, params, piece
            )


def value(view: memoryview, at: Part, limits: Limits) -> dict[str, Any]:
    """Return one object, decoded strictly."""
    return decode(bytes(view[at[0] : at[1]]), limits)[0]


def without(view: memoryview, at: Part, left_out: Iterable[Part]) -> bytes:
    """Return an object with some of its values written as empty lists."""
    made = bytearray()
    place = at[0]
    for start, stop in sorted(left_out):
        made += view[place:start]
        made += b"[]"
        place = stop
    made += view[place : at[1]]
    return bytes(made)
