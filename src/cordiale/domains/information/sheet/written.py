"""A sheet as a file of the format that its name asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cordiale.domains.information.sheet import docx, odt
from cordiale.domains.information.sheet.html import write_html
from cordiale.domains.information.sheet.layout import Sheet
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

WRITERS: Final[Mapping[str, tuple[Callable[[Sheet], bytes], str]]] = {
    "html": (write_html, "text/html; charset=utf-8"),
    "docx": (docx.write_docx, docx.MEDIA_TYPE),
    "odt": (odt.write_odt, odt.MEDIA_TYPE),
}
"""Format → what writes it, and its media type."""


def write(sheet: Sheet, format: str) -> tuple[bytes, str]:
    """Return the sheet as a file and its media type; raises InputError for another format than html, docx and odt."""
    if format not in WRITERS:
        raise InputError(
            "sheet-format",
            _("A sheet is written as {formats}, not as “{format}”: name the file accordingly."),
            formats=", ".join(WRITERS),
            format=format[:20],
        )
    writer, kind = WRITERS[format]
    return writer(sheet), kind
