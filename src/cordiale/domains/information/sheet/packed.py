"""XML and the zip container that office documents share: the same sheet gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from typing import Final
from xml.etree import ElementTree as ET

STAMP: Final = (1980, 1, 1, 0, 0, 0)
"""The first instant a zip can say: when a sheet was made stands on it, not in its container."""

_ILLEGAL: Final = re.compile(
    "[^\t\n\r\u0020-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]|[\u007f-\u009f\u202a-\u202e\u2066-\u2069]"
)
"""What XML 1.0 (section 2.2) does not allow in any form or discourages, and what turns the direction of a line around."""


def legal(words: str) -> str:
    """Return a text without the characters that XML cannot hold, and those that show words in another order than they have."""
    return _ILLEGAL.sub("", words)


def xml(root: ET.Element) -> bytes:
    """Write an element as a document of its own."""
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def zipped(files: Iterable[tuple[str, bytes]], first: tuple[str, bytes] | None = None) -> bytes:
    """Return a zip; `first` comes first and is not compressed, as OpenDocument asks for its media type."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        if first is not None:
            archive.writestr(zipfile.ZipInfo(first[0], STAMP), first[1], zipfile.ZIP_STORED)
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name, STAMP), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()
