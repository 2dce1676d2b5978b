"""What a reader gives back: texts, images by their hash, and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cordiale.domains.information.document import Document
from cordiale.platform.languages import fill

MOST = 1_000
"""Reasons listed of one file; beyond that they are only counted."""


class Aside(msgspec.Struct, frozen=True):
    """One piece that could not be read: `line` in the file from 1 (of an archive: its record), a code and why."""

    line: int
    code: str
    message_id: str
    params: Mapping[str, str] = {}

    def __str__(self) -> str:
        return fill(self.message_id, self.params)


class Image(msgspec.Struct, frozen=True):
    """An image that came with a page: its address, kind, size in bytes and SHA-256 in hexadecimal."""

    address: str
    media_type: str
    size: int
    sha256: str


class Read(msgspec.Struct, frozen=True):
    """Everything one file gave. `kind` is the format as people call it."""

    kind: str
    documents: tuple[Document, ...] = ()
    images: tuple[Image, ...] = ()
    aside: tuple[Aside, ...] = ()
