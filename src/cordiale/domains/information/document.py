"""A text as the analyses of this domain read it: named blocks in order, with what is known of its date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

Region = Literal["body", "chrome", "teaser"]
"""What part of a page: the article, what surrounds it, or a line that leads to another article."""

Basis = Literal["stated", "metadata", "url", "capture", "none"]
"""Where a date comes from: printed in the text, in the page's metadata, in its address, or only from when it was taken."""

DATING: frozenset[Basis] = frozenset({"stated", "metadata", "url"})
"""The bases that may tell which of two texts is older; a capture or a page's clock never does."""


class Block(msgspec.Struct, frozen=True):
    """One paragraph, heading, list item or line of a page, as it stands.

    `lang` is "en", "fr", another ISO 639-1 code, or "" where it cannot be told. `offset` counts characters from the
    beginning of the file's text after line ends became "\\n" and a byte order mark was taken away, so that
    `text == content[offset : offset + len(text)]` where the file is plain text.
    """

    text: str
    region: Region = "body"
    lang: str = ""
    offset: int = 0


class Document(msgspec.Struct, frozen=True):
    """One text. A file that holds several gives several of the same name, `segment` counted from 1.

    `published` is aware, in UTC, or None; a date without an hour is midnight, and `published_to` says how exact it is
    ("minute", "day", "month" or "year"). `source` is the address or feed it was taken from, empty when unknown.
    `sha256` is that of the file's bytes, in hexadecimal.
    """

    name: str
    blocks: tuple[Block, ...]
    lang: str = ""
    title: str = ""
    published: datetime | None = None
    published_basis: Basis = "none"
    source: str = ""
    sha256: str = ""
    segment: int = 1
    published_to: Literal["minute", "day", "month", "year"] = "day"

    @property
    def dated(self) -> bool:
        """Tell whether the date may say which of two texts is older."""
        return self.published is not None and self.published_basis in DATING


def body(document: Document) -> Iterable[Block]:
    """Return the blocks of the article itself."""
    return (block for block in document.blocks if block.region == "body")
