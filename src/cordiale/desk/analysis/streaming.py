"""Read the objects of a large bundle without holding it: memory is bounded by a window.

Input up to `WHOLE` bytes goes to `cordiale.stix.ingress.split` as it is. Beyond that the bundle's
`objects` array is cut into windows at boundaries between objects, and each window is split as a
list of its own. A boundary is right exactly when everything before it is one valid JSON list, which
a C parser tells at hundreds of megabytes a second; so no byte is looked at in Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.stix.ingress import Limits, SetAside, split

WHOLE = 48 << 20
"""Up to this many bytes input is read whole."""

WINDOW = 8 << 20
"""Bytes of the `objects` array split at a time."""

_OPENING = re.compile(rb'"objects"\s*:\s*\[')
_BOUNDARY = re.compile(rb"\}\s*,\s*\{")
_HEAD = 1 << 20
_raws = msgspec.json.Decoder(list[msgspec.Raw])


def objects(
    chunks: Iterable[bytes], limits: Limits, whole: int = WHOLE, window: int = WINDOW
) -> Iterator[bytes | SetAside]:
    """Yield the raw bytes of each object of a bundle, list, envelope or JSON lines of any size.

    Raises InputError when nothing can be read or `limits.total_bytes` is exceeded.
    """
    source = _bounded(chunks, limits.total_bytes)
    held = bytearray()
    for chunk in source:
        held += chunk
        if len(held) > whole:
            yield from _windows(held, source, limits, window)
            return
    data = bytes(held)
    del held
    yield from split(data, limits)


def _bounded(chunks: Iterable[bytes], total: int) -> Iterator[bytes]:
    seen = 0
    for chunk in chunks:
        seen += len(chunk)
        if seen > total:
            raise InputError(
                "too-large",
                _("It is larger than {limit} bytes (limits.bundle_bytes): split it or raise the limit."),
                limit=total,
            )
        yield chunk


def _windows(
    held: bytearray, source: Iterator[bytes], limits: Limits, window: int
) -> Iterator[bytes | SetAside]:
    while len(held) < window and (chunk := next(source, None)) is not None:
        held += chunk
    start, lines = _start(held)
    del held[:start]
    index = 0
    ended = False
    while not ended:
        while len(held) < window:
            chunk = next(source, None)
            if chunk is None:
                ended = True
                break
            held += chunk
        cut = len(held) if ended else _cut(held, lines, window)
        while cut is None:  # one object larger than the window: look further
            chunk = next(source, None)
            if chunk is None:
                ended, cut = True, len(held)
                break
            held += chunk
            if len(held) > limits.object_bytes + 2 * window:
                raise InputError(
                    "no-boundary",
                    _("Around object {index} no object ends within {limit} bytes: the file is damaged."),
                    index=index,
                    limit=limits.object_bytes,
                )
            cut = _cut(held, lines, window)
        piece = bytes(held[:cut])
        del held[:cut]
        if ended and not lines:
            piece = _without_ending(piece)
        elif not lines:
            comma = held.index(b",")
            del held[: comma + 1]
        if not piece.strip():
            continue
        for part in split(piece if lines else b"[" + piece + b"]", limits):
            yield (
                part
                if isinstance(part, bytes)
                else msgspec.structs.replace(part, index=part.index + index, offset=None)
            )
            # counting here keeps the numbers those of the whole file
        index += _count(piece, lines)


def _start(held: bytearray) -> tuple[int, bool]:
    """Return where the first object begins, and whether the input is JSON lines."""
    head = bytes(held[:_HEAD])
    bare = head.removeprefix(b"\xef\xbb\xbf")
    skipped = len(head) - len(bare.lstrip())
    if bare.lstrip()[:1] == b"[":
        return skipped + 1, False
    opening = _OPENING.search(head)
    first_line = head.find(b"\n")
    if opening and _is_top(head[skipped : opening.start()]):
        return opening.end(), False
    if first_line > 0 and _reads(head[skipped:first_line]):
        return skipped, True
    raise InputError(
        "no-objects",
        _("No list of objects begins in its first {limit} bytes: give a bundle, a list or JSON lines."),
        limit=_HEAD,
    )


def _is_top(before: bytes) -> bool:
    """Tell whether what stands before `"objects"` is the beginning of one flat object."""
    return _reads(before + b'"objects":0}')


def _reads(data: bytes) -> bool:
    try:
        msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        return False
    return True


def _cut(held: bytearray, lines: bool, window: int) -> int | None:
    """Return the last boundary between objects in the window, None when there is none."""
    if lines:
        at = held.rfind(b"\n")
        return at + 1 if at >= 0 else None
    tail = max(0, len(held) - window // 16)
    while True:
        for match in reversed(list(_BOUNDARY.finditer(held, tail))):
            if _whole(memoryview(held)[: match.start() + 1]):
                return match.start() + 1
        if tail == 0:
            return None
        tail = max(0, tail - window // 2)


def _whole(part: memoryview) -> bool:
    try:
        _raws.decode(b"[" + part + b"]")
    except msgspec.DecodeError:
        return False
    return True


def _without_ending(piece: bytes) -> bytes:
    """Drop the `]` of the list and what the bundle says after it."""
    at = len(piece)
    while (at := piece.rfind(b"]", 0, at)) >= 0:
        rest = piece[at + 1 :].strip()
        closes = not rest or _reads(b'{"x":0' + rest)
        if closes and (not piece[:at].strip() or _whole(memoryview(piece)[:at])):
            return piece[:at]
        if len(piece) - at > _HEAD:
            break
    raise InputError(
        "cut-short",
        _("The list of objects does not end: the file is cut short. What came before was read."),
    )


def _count(piece: bytes, lines: bool) -> int:
    if lines:
        return sum(1 for line in piece.splitlines() if line.strip())
    return len(_raws.decode(b"[" + piece + b"]"))
