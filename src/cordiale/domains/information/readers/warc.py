"""Read web archives: the records of WARC 1.0 and 1.1 (ISO 28500), compressed or not, one after the other."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from cordiale.domains.information.readers.result import Aside
from cordiale.platform.languages import _

RECORD: Final = 64 << 20
"""Bytes of one record that are read; a longer one (a film) is set aside."""

HEADERS: Final = 64 << 10
_VERSION = re.compile(rb"WARC/\d\.\d\s*$")
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})")


class Response(NamedTuple):
    """One answer as it was captured: `number` of its record from 1, its address, time (as written), kind and bytes.

    `location` is where an answer that is no page sends its reader (`status` 300 to 399).
    """

    number: int
    address: str
    captured: str
    media_type: str
    body: bytes
    status: int = 200
    location: str = ""


class _Stream:
    """Bytes read forward from chunks, by line and by size."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._held = bytearray()

    def _more(self) -> bool:
        for chunk in self._chunks:
            if chunk:
                self._held += chunk
                return True
        return False

    def line(self) -> bytes:
        """Return the next line with its end, at most HEADERS bytes; empty at the end."""
        seen = 0
        while (at := self._held.find(b"\n", seen)) < 0 and len(self._held) < HEADERS:
            seen = len(self._held)
            if not self._more():
                at = len(self._held) - 1
                break
        size = at + 1 if at >= 0 else HEADERS
        found = bytes(self._held[:size])
        del self._held[:size]
        return found

    def take(self, size: int, keep: bool) -> bytes:
        """Return the next bytes, fewer at the end; without `keep` they are gone over."""
        parts = []
        left = size
        while left > 0:
            if not self._held and not self._more():
                break
            piece = bytes(self._held[:left])
            del self._held[: len(piece)]
            left -= len(piece)
            if keep:
                parts.append(piece)
        return b"".join(parts)


def responses(chunks: Iterable[bytes]) -> Iterator[Response | Aside]:
    """Yield the captured answers of an archive given as decompressed bytes, and what could not be read.

    After damage the next record is looked for; an archive that is cut short gives what it holds.
    """
    stream = _Stream(chunks)
    number = 0
    lost = False
    while first := stream.line():
        if not first.strip():
            continue
        if not _VERSION.match(first):
            if not lost:
                yield Aside(
                    number + 1,
                    "warc-damaged",
                    _("No record begins here: the archive is damaged. The next one is read."),
                )
            lost = True
            continue
        lost = False
        number += 1
        fields = _fields(stream)
        size = fields.get("content-length", "")
        if not size.isdigit() or len(size) > 18:
            yield Aside(
                number, "warc-length", _("This record does not say how long it is: the next one is read.")
            )
            continue
        wanted = fields.get("warc-type") in ("response", "resource")
        block = stream.take(int(size), wanted and int(size) <= RECORD)
        if not wanted:
            continue
        address = fields.get("warc-target-uri", "").strip("<>")
        if int(size) > RECORD:
            problem = _("{address} has more than {limit} MB: not read.")
            yield Aside(number, "warc-large", problem, {"address": address[:200], "limit": str(RECORD >> 20)})
        elif len(block) < int(size):
            problem = _("The archive is cut short inside {address}.")
            yield Aside(number, "warc-cut", problem, {"address": address[:200]})
        else:
            yield _response(number, address, fields, block)


def _fields(stream: _Stream) -> dict[str, str]:
    found: dict[str, str] = {}
    for _count in range(500):
        line = stream.line()
        if not line.strip():
            break
        name, _colon, value = line.decode("utf-8", "replace").partition(":")
        found.setdefault(name.strip().lower(), value.strip())
    return found


def _response(number: int, address: str, fields: Mapping[str, str], block: bytes) -> Response | Aside:
    captured = fields.get("warc-date", "")
    if fields.get("warc-type") == "resource":
        return Response(number, address, captured, _kind(fields.get("content-type", "")), block)
    head, divided, body = block.partition(b"\r\n\r\n")
    status = _STATUS.match(head)
    if not status or not divided:
        return Aside(
            number, "warc-http", _("The answer for {address} cannot be read."), {"address": address[:200]}
        )
    said: dict[str, str] = {}
    for line in head.split(b"\r\n")[1:500]:
        name, _colon, value = line.decode("utf-8", "replace").partition(":")
        said.setdefault(name.strip().lower(), value.strip())
    if status[1] != b"200":
        return Response(number, address, captured, "", b"", int(status[1]), said.get("location", "")[:2048])
    if "chunked" in said.get("transfer-encoding", "").lower():
        body = _unchunked(body)
    encoding = said.get("content-encoding", "").lower().strip()
    if encoding in ("gzip", "x-gzip", "deflate"):
        plain = _inflated(body, encoding)
        if plain is None:
            problem = _("What {address} answered is compressed and damaged, or grows beyond {limit} MB.")
            return Aside(
                number, "warc-compressed", problem, {"address": address[:200], "limit": str(RECORD >> 20)}
            )
        body = plain
    elif encoding not in ("", "identity"):
        problem = _("What {address} answered is compressed by {encoding}, which is not read.")
        return Aside(number, "warc-encoding", problem, {"address": address[:200], "encoding": encoding[:40]})
    return Response(number, address, captured, _kind(said.get("content-type", "")), body)


def _kind(written: str) -> str:
    return written.partition(";")[0].strip().lower()


def _unchunked(body: bytes) -> bytes:
    """Return a chunked body whole; what is not chunked as it says is returned as it is (crawlers undo it)."""
    parts: list[bytes] = []
    place = 0
    while place < len(body):
        end = body.find(b"\r\n", place, place + 32)
        try:
            size = int(body[place:end].partition(b";")[0], 16) if end > place else -1
        except ValueError:
            size = -1
        if size < 0:
            return b"".join(parts) or body
        if size == 0:
            break
        parts.append(body[end + 2 : end + 2 + size])
        place = end + 2 + size + 2
    return b"".join(parts)


def unpacked_body(body: bytes, encoding: str) -> bytes | None:
    """Return a body as it was before a Content-Encoding; None for an unknown one, damage, and more than RECORD bytes."""
    named = encoding.strip().lower()
    if named in ("", "identity"):
        return body
    return _inflated(body, named) if named in ("gzip", "x-gzip", "deflate") else None


def _inflated(body: bytes, encoding: str) -> bytes | None:
    if encoding != "deflate" and not body.startswith(b"\x1f\x8b"):
        return body  # the crawler undid it
    for window in (31,) if encoding != "deflate" else (15, -15):
        decoder = zlib.decompressobj(wbits=window)
        try:
            plain = decoder.decompress(body, RECORD)
        except zlib.error:
            continue
        return None if decoder.unconsumed_tail else plain
    return None
