"""Look for strings in every file of a folder, in the forms in which bytes are usually kept."""

from __future__ import annotations

import base64
import contextlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

INFLATED_MOST: Final = 8 * 1024 * 1024
"""Bytes read out of one compressed stretch; what is larger is searched as far as this."""

ZLIB_HEADERS: Final = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
GZIP_HEADER: Final = b"\x1f\x8b\x08"


class Found(msgspec.Struct, frozen=True):
    """A string found in a file of a folder, and the form it had there."""

    needle: str
    form: str
    file: str


def forms(needle: str) -> Mapping[str, bytes]:
    """Return the byte strings to look for: the text, escaped, as UTF-16, hexadecimal and base64; ids also as 16 bytes.

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
    _kind, dashes, uuid = needle.partition("--")
    if dashes:
        try:
            found["16 bytes"] = UUID(uuid).bytes
            found["32 digits"] = UUID(uuid).hex.encode()
            found["text"] = uuid.encode()
        except ValueError:
            pass
    return found


def files(folder: Path) -> Iterator[Path]:
    """Yield every regular file below a folder: database, write-ahead log, shared memory, files, logs, keys, rules."""
    yield from sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def search(folder: Path, needles: Iterable[str]) -> list[Found]:
    """Find which of these strings stand anywhere below a folder, compressed stretches included."""
    wanted = [
        (needle, form, data) for needle in needles for form, data in dict(_distinct(forms(needle))).items()
    ]
    found: dict[tuple[str, str], Found] = {}
    for path in files(folder):
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # a write-ahead log that was folded in meanwhile
            continue
        name = str(path.relative_to(folder))
        for inside, data in (("", content), *_inflated(content)):
            folded = data.lower()
            for needle, form, pattern in wanted:
                exact = form.startswith(("base64", "16"))
                if (needle, name) not in found and pattern in (data if exact else folded):
                    found[needle, name] = Found(needle, form + inside, name)
    return list(found.values())


def _distinct(patterns: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    seen = set()
    for form, data in patterns.items():
        if data not in seen:
            seen.add(data)
            yield form, data


def _inflated(data: bytes) -> Iterator[tuple[str, bytes]]:
    for header, bits, word in (*((h, 15, "zlib") for h in ZLIB_HEADERS), (GZIP_HEADER, 31, "gzip")):
        at = data.find(header)
        while at >= 0:
            out = b""
            with contextlib.suppress(zlib.error):
                out = zlib.decompressobj(bits).decompress(data[at : at + INFLATED_MOST], INFLATED_MOST)
            if len(out) >= 8:
                yield f" in {word}", out
            at = data.find(header, at + 1)
