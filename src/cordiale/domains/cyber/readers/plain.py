"""The readers of `import` for texts and tables: asked last, since anything may be a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import sha256
from typing import Final

from cordiale.desk.incoming.readers import Reader, Remark, looks_like_json
from cordiale.domains.cyber.readers.found import Taken
from cordiale.domains.cyber.readers.objects import objects, remarks
from cordiale.domains.cyber.readers.scanning import candidates
from cordiale.domains.cyber.readers.table import looks_like_table, read_table
from cordiale.domains.cyber.readers.text import LARGEST, read_text
from cordiale.platform.clock import Instant, parse_instant
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.stix.ingress import Limits, SetAside

UNDATED: Final = parse_instant("2024-01-01T00:00:00Z")
"""When what has no date was written, where nobody says when its file was."""

TABLE: Final = 256 << 20
"""Bytes of a table."""


def whole(chunks: Iterable[bytes], most: int) -> bytes:
    """Return content as a whole; raises InputError above `most` bytes."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        if len(held) > most:
            raise InputError(
                "text-too-large", _("It is larger than {limit} MB: no report is. Split it."), limit=most >> 20
            )
    return bytes(held)


def as_words(head: bytes) -> str:
    """Return the beginning of content as text, "" for what is none: binary, JSON, markup, sentences of a radio."""
    if b"\0" in head or head.lstrip()[:1] in (b"<", b"!", b"\\", b"%") or looks_like_json(head):
        return ""
    try:
        # the last character may be cut in two
        return head.decode("utf-8-sig") if len(head) < 4096 else head[:-4].decode("utf-8-sig", "ignore")
    except UnicodeDecodeError:
        found = head.decode("cp1252", "replace")
        printable = sum(c.isprintable() or c.isspace() for c in found)
        return found if printable > 0.97 * len(found) else ""


def is_table(head: bytes) -> bool:
    """Tell whether content begins as a table of indicators."""
    words = as_words(head)
    return bool(words) and looks_like_table(words)


def is_text(head: bytes) -> bool:
    """Tell whether content begins as a text with letters in it."""
    words = as_words(head)
    return sum(c.isalpha() for c in words[:400]) > 3 or _has_values(words)


@lru_cache(maxsize=4)
def _has_values(words: str) -> bool:
    return any(candidates(line) for line in words.splitlines()[:50])


def _text(
    chunks: Iterable[bytes], limits: Limits, at: Instant = UNDATED
) -> Iterator[bytes | SetAside | Remark]:
    """Yield an indicator for each value of a text, its report, and what was left with the reasons."""
    data = whole(chunks, min(limits.total_bytes, LARGEST))
    yield from _given(read_text(data), data, at)


def _table(
    chunks: Iterable[bytes], limits: Limits, at: Instant = UNDATED
) -> Iterator[bytes | SetAside | Remark]:
    """Yield an indicator for each row of a table, and what was left with the reasons."""
    data = whole(chunks, min(limits.total_bytes, TABLE))
    yield from _given(read_table(data), data, at)


def _given(taken: Taken, data: bytes, at: Instant) -> Iterator[bytes | SetAside | Remark]:
    if not taken.found and not taken.left:
        raise InputError(
            "no-values",
            _("No address, domain, digest or other value was found in this text: nothing is taken."),
        )
    yield from objects(taken, sha256(data).hexdigest(), at)
    yield from remarks(taken)


table_reader = Reader("CSV", is_table, _table, dated=_table, late=True)
text_reader = Reader("text", is_text, _text, dated=_text, late=True)
