"""Bytes to text, line by line where a file mixes encodings; what is no text is refused."""

from __future__ import annotations

import codecs
import re
from typing import Final

from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

_DECLARED = re.compile(
    rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_:-]{2,40})|<\?xml[^>]{0,80}encoding=["']([A-Za-z0-9_-]{2,40})"""
)
_HEAD: Final = 4096
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What browsers take a declared ISO 8859-1 for (WHATWG Encoding Standard, section 4.2).
_TAKEN_FOR = {"iso8859-1": "cp1252", "ascii": "cp1252"}
_SAFE: Final = frozenset(
    "cp1252 cp1250 cp1251 cp1253 cp1254 cp1256 iso8859-15 iso8859-2 iso8859-5 koi8-r mac-roman".split()  # noqa: SIM905
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decoded(name: str, content: bytes) -> str:
    """Return the text of a file, "\\n" at line ends.

    A byte order mark decides, then UTF-8 line by line; a line that is none is read in the encoding the file declares,
    else as Windows-1252. Raises InputError when it is empty or binary.
    """
    text = _marked(content)
    if text is None:
        if is_binary(content):
            raise InputError(
                "binary", _("{name} is not text but binary data: give a page, a feed or a text."), name=name
            )
        text = _by_line(content)
    text = re.sub(r"\r\n?|\u2028|\u2029|\x85", "\n", text)
    if not text.strip():
        raise InputError("empty", _("{name} is empty: give a file that holds text."), name=name)
    return text


def is_binary(content: bytes) -> bool:
    """Tell whether content is no text in an encoding without zeros: by its control characters."""
    head = content[:_HEAD]
    return b"\0" in head or len(_CONTROL.findall(head)) > len(head) // 50


def declared(content: bytes) -> str:
    """Return the encoding a page or feed declares, as Python calls it; "cp1252" where it declares none we take."""
    found = _DECLARED.search(content[:_HEAD])
    try:
        name = codecs.lookup((found[1] or found[2]).decode("ascii")).name if found else "cp1252"
    except LookupError:
        return "cp1252"
    name = _TAKEN_FOR.get(name, name)
    return name if name in _SAFE else "cp1252"


def line(raw: bytes, otherwise: str = "cp1252") -> str:
    """Return one line: UTF-8, else the other encoding."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode(otherwise, errors="replace")


def _marked(content: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                return content.decode(encoding, errors="replace") if encoding != "utf-8-sig" else None
    return None


def _by_line(content: bytes) -> str:
    body = content.removeprefix(codecs.BOM_UTF8)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        otherwise = declared(content)
        return "\n".join(line(raw, otherwise) for raw in body.split(b"\n"))
