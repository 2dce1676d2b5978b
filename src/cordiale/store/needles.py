"""Look for strings in every file of a folder, in the forms in which bytes are usually kept."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

INFLATED_MOST: Final = 8 * 1024 * 1024
"""Bytes read out of one compressed stretch; what is larger is searched as far as this."""

FIRST_LOOK: Final = 64
"""Bytes of a possible compressed stretch that must make sense before more of it is read."""

LEAST: Final = 8
"""Shortest string that is looked for, in bytes: a stretch that gives less holds none."""

# UUIDs of version 4 and 5 in the ways they are kept; the look-ahead finds overlapping ones
TEXT_UUID: Final = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
WIDE_UUID: Final = re.compile(
    rb"(?:[0-9a-f]\0){8}-\0(?:[0-9a-f]\0){4}-\0[45]\0(?:[0-9a-f]\0){3}-\0[89ab]\0(?:[0-9a-f]\0){3}-\0(?:[0-9a-f]\0){11}[0-9a-f]"
)
DIGITS_UUID: Final = re.compile(rb"(?=([0-9a-f]{12}[45][0-9a-f]{3}[89ab][0-9a-f]{15}))")
BYTES_UUID: Final = re.compile(rb"(?=([\0-\xff]{6}[\x40-\x5f][\0-\xff][\x80-\xbf][\0-\xff]{7}))")

ZLIB_HEADERS: Final = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
GZIP_HEADER: Final = b"\x1f\x8b\x08"


class Found(msgspec.Struct, frozen=True):
    """A string found in a file of a folder, and the form it had there."""

    needle: str
    form: str
    file: str


def forms(needle: str) -> Mapping[str, bytes]:
    """Return the byte strings to look for: the text, escaped, as UTF-16, hexadecimal and base64.

    Text is compared with case folded (a-z), so these are lower-case where the form is text.
    """
    raw = needle.encode()
    found = {
        "text": raw.lower(),
        "JSON escapes": json.dumps(needle)[1:-1].encode().lower(),
        "UTF-16 little-endian": needle.encode("utf-16-le").lower(),
        "UTF-16 big-endian": needle.encode("utf-16-be").lower(),
        "hexadecimal": raw.hex().encode(),
    }
    for shift in range(3):  # the same text at each of the three places in a base64 group
        text = base64.b64encode(b"\0" * shift + raw)
        inner = text[(0, 2, 3)[shift] : len(text) - (0, 3, 2)[(shift + len(raw)) % 3]]
        found[f"base64, shifted by {shift}"] = inner
        found[f"base64 for URLs, shifted by {shift}"] = inner.translate(bytes.maketrans(b"+/", b"-_"))
    return found


def files(folder: Path) -> Iterator[Path]:
    """Yield every regular file below a folder: database, write-ahead log, shared memory, files, logs, keys, rules."""
    yield from sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def search(folder: Path, needles: Iterable[str]) -> list[Found]:
    """Find which of these strings and STIX ids stand anywhere below a folder, compressed stretches included.

    Ids are looked for by their UUID: as text, as UTF-16, as 32 digits and as 16 bytes.
    """
    wanted = set(needles)
    ids = {uuid: needle for needle in wanted if (uuid := _uuid(needle)) is not None}
    patterns = [(n, form, data) for n in wanted - set(ids.values()) for form, data in _distinct(forms(n))]
    found: dict[tuple[str, str], Found] = {}
    for path in files(folder):
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # a write-ahead log that was folded in meanwhile
            continue
        name = str(path.relative_to(folder))
        for inside, data in (("", content), *inflated(content)):
            for needle, form in (*_strings(data, patterns), *_ids(data, ids)):
                found.setdefault((needle, name), Found(needle, form + inside, name))
    return list(found.values())


def _strings(data: bytes, patterns: Iterable[tuple[str, str, bytes]]) -> Iterator[tuple[str, str]]:
    folded = data.lower()
    for needle, form, pattern in patterns:
        if pattern in (data if form.startswith("base64") else folded):
            yield needle, form


def _ids(data: bytes, ids: Mapping[bytes, str]) -> Iterator[tuple[str, str]]:
    """Yield the ids whose UUID stands in the data: read every UUID there is once, however many are looked for."""
    if not ids:
        return
    folded = data.lower()
    for form, seen in (
        ("text", {bytes.fromhex(m.decode().replace("-", "")) for m in TEXT_UUID.findall(folded)}),
        (
            "UTF-16",
            {bytes.fromhex(m.decode().replace("\0", "").replace("-", "")) for m in WIDE_UUID.findall(folded)},
        ),
        ("32 digits", {bytes.fromhex(m.decode()) for m in DIGITS_UUID.findall(folded)}),
        ("16 bytes", set(BYTES_UUID.findall(data))),
    ):
        for uuid in seen & ids.keys():
            yield ids[uuid], form


def _uuid(needle: str) -> bytes | None:
    _kind, dashes, uuid = needle.partition("--")
    try:
        return UUID(uuid).bytes if dashes else None
    except ValueError:
        return None


def _distinct(patterns: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    seen = set()
    for form, data in patterns.items():
        if data not in seen:
            seen.add(data)
            yield form, data


def inflated(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield every compressed stretch of some bytes, unpacked, with the words that name its form."""
    whole = memoryview(data)
    for header, bits, word in (*((h, 15, "zlib") for h in ZLIB_HEADERS), (GZIP_HEADER, 31, "gzip")):
        at = data.find(header)
        while at >= 0:
            out = b""
            with contextlib.suppress(zlib.error):
                stream = zlib.decompressobj(bits)
                out = stream.decompress(whole[at : at + FIRST_LOOK], INFLATED_MOST)
                # most headers are chance: more is read only where the beginning made sense
                out += stream.decompress(whole[at + FIRST_LOOK : at + INFLATED_MOST], INFLATED_MOST)
            if len(out) >= LEAST:
                yield f" in {word}", out
            at = data.find(header, at + 1)
