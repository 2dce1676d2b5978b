"""Open whatever text somebody holds: the format is recognised by content, never by name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from cordiale.desk.incoming.sources import of_file, unpacked
from cordiale.domains.information import plain
from cordiale.domains.information.readers import archive, page
from cordiale.domains.information.readers.feed import looks_like_feed, read_feed
from cordiale.domains.information.readers.posts.profile import NAMES
from cordiale.domains.information.readers.result import Read
from cordiale.domains.information.readers.subtitles import looks_like_subtitles, read_subtitles
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

HEAD: Final = 4096
WHOLE: Final = 64 << 20
"""Bytes of a file that is read whole; archives are read as they stream."""

_COLUMNS = frozenset(name for names in NAMES.values() for name in names)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body|article|main|div|p|h1|title|meta)\b", re.IGNORECASE)


def read_content(name: str, content: bytes) -> Read:
    """Return what bytes at hand hold: a page, a feed, subtitles, or plain text.

    Raises InputError when that cannot be read at all: empty, binary, too large.
    """
    if content.startswith((b"WARC/", b"\x1f\x8b")):
        return archive.read_warc(name, [content])
    kind = recognise(content[:HEAD])
    if kind == "page":
        return Read("page", (page.read_page(name, content),))
    if kind == "feed":
        return read_feed(name, content)
    if kind == "subtitles":
        return read_subtitles(name, content)
    return Read("text", plain.read_text(name, content))


def read_file(path: Path, name: str | None = None) -> Read:
    """Return what a file holds, decompressed where it begins as gzip does; `name` is what documents are called.

    Raises InputError as `read_content` does, and OSError when the file cannot be opened.
    """
    called = name or str(path)
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if head.startswith((b"PK\x03\x04", b"WARC/")):
        return archive.read_archive(path, called)
    if not head.startswith(b"\x1f\x8b"):
        return read_content(called, _whole(path, called))
    chunks = unpacked(of_file(path).open(), archive.EXPANSION, WHOLE)
    first = next(chunks, b"")
    if first.startswith(b"WARC/"):
        return archive.read_warc(called, of_file(path).open())
    return read_content(called, b"".join([first, *chunks]))


def _whole(path: Path, name: str) -> bytes:
    size = path.stat().st_size
    if size > WHOLE:
        raise InputError(
            "too-large-to-read",
            _("{name} has {size} MB, more than the {limit} MB of one text: split it."),
            name=name,
            size=size >> 20,
            limit=WHOLE >> 20,
        )
    return path.read_bytes()


def looks_like_posts(head: bytes) -> bool:
    """Tell whether first bytes begin an export of posts: JSON, or a table whose columns are named as posts are."""
    if head.startswith((b"\x1f\x8b", b"PK", b"WARC/")):
        return False
    text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if text.startswith(("{", "[{", "window.YTD.")) or re.match(r"\[\s*\{", text):
        return True
    first = text.partition("\n")[0]
    names = [re.sub(r"\W+", "_", part.strip().lower()).strip("_") for part in re.split(r"[,;\t|]", first)]
    known = sum(name in _COLUMNS for name in names)
    return len(names) >= 3 and known >= 2 and all(len(name) <= 60 for name in names)


def recognise(head: bytes) -> str:
    """Return the format that first bytes begin: "page", "feed", "subtitles" or "text"."""
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    text = head[: len(head) // 2 * 2].decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")
    if text.startswith("<") and looks_like_feed(text):
        return "feed"
    if looks_like_subtitles(text):
        return "subtitles"
    opening = text[:512]
    if (text.startswith("<") and _PAGE.search(text)) or re.search(
        r"<(?:!doctype\s+html|html)\b", opening, re.IGNORECASE
    ):
        return "page"
    return "text"
