"""E-mail as records: who wrote to whom, through which machines, which links and files it carries."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, Final

import pyarrow as pa

from cordiale.domains.cyber.logs.aside import Aside
from cordiale.domains.cyber.logs.building import built
from cordiale.platform.clock import Instant
from cordiale.platform.languages import _

LARGEST: Final = 64 << 20
"""Bytes of one message that is read."""

PARTS: Final = 500
"""Parts of one message that are looked into."""

LINKS: Final = 2_000
BATCH: Final = 500

_HEADER = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]{1,40}:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){2,}")
_TELLING = re.compile(
    rb"^(?:From|To|Received|Message-ID|Subject|Date|Return-Path|Delivered-To):", re.MULTILINE | re.IGNORECASE
)
_MBOX = re.compile(rb"From \S[^\r\n]{0,1000}\d{4}\r?\n")
_LINK = re.compile(r"""https?://[^\s<>"'()\[\]{}|\\^`]{3,2000}""", re.IGNORECASE)
_BRACKETS = re.compile(r"[\[(]([0-9A-Fa-f.:]{7,45})[\])]")
_FROM_HOST = re.compile(r"\bfrom\s+([A-Za-z0-9.-]{4,253})")


def is_mbox(head: bytes) -> bool:
    """Tell whether content begins as a box of messages does (RFC 4155)."""
    return bool(_MBOX.match(head))


def is_message(head: bytes) -> bool:
    """Tell whether content begins with the head of a message (RFC 5322)."""
    return bool(_HEADER.match(head)) and len(set(map(bytes.lower, _TELLING.findall(head)))) >= 2


def read(chunks: Iterable[bytes], box: bool, file: str, now: Instant) -> Iterator[pa.Table | Aside]:
    """Yield the records of messages: one for each message, and one for each link and each file in it.

    `line` is where a message begins. One that is too large or not to be read is set aside.
    """
    rows: list[dict[str, Any]] = []
    for line, data in _messages(chunks, box):
        if data is None:
            problem = _("This message is larger than {limit} MB.")
            yield Aside(line, "mail-too-large", problem, {"limit": str(LARGEST >> 20)})
            continue
        try:
            rows += [{**row, "line": line} for row in _rows(data)]
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            yield Aside(line, "mail-damaged", _("This message cannot be read."))
        if len(rows) >= BATCH:
            yield _table(rows, file, now)
            rows = []
    if rows:
        yield _table(rows, file, now)


def _table(rows: list[dict[str, Any]], file: str, now: Instant) -> pa.Table:
    names = {name for row in rows for name in row} - {"line"}
    columns = {name: [row.get(name) for row in rows] for name in sorted(names)}
    return built(columns, [row["line"] for row in rows], file, now)


def _messages(chunks: Iterable[bytes], box: bool) -> Iterator[tuple[int, bytes | None]]:
    """Yield each message and the line it begins in; None for one that is too large."""
    held: list[bytes] = []
    size, first, number, blank = 0, 1, 1, True
    begun: list[bytes] = []
    waiting = 0
    for chunk in chunks:
        if b"\n" not in chunk:
            begun.append(chunk)
            waiting += len(chunk)
            if waiting > LARGEST:  # the message is too large, whatever follows in this line
                size, waiting = size + waiting, 0
                begun.clear()
            continue
        lines = (b"".join(begun) + chunk).split(b"\n")
        begun = [lines.pop()]
        waiting = len(begun[0])
        for line in lines:
            if box and blank and line.startswith(b"From "):
                if size:
                    yield first, b"\n".join(held) if size <= LARGEST else None
                held, size, first = [], 0, number
            else:
                size += len(line) + 1
                if size <= LARGEST:
                    held.append(line[1:] if box and re.match(rb">+From ", line) else line)
            blank = not line.strip()
            number += 1
    rest = b"".join(begun)
    if rest and (size := size + len(rest)) <= LARGEST:
        held.append(rest)
    if size:
        yield first, b"\n".join(held) if size <= LARGEST else None


def _rows(data: bytes) -> Iterator[dict[str, Any]]:
    message = BytesParser(policy=policy.compat32).parsebytes(data)
    head = {name: [str(one) for one in message.get_all(name, [])] for name in _HEADERS}
    people = [
        address
        for name in ("From", "To", "Cc", "Bcc", "Reply-To", "Sender", "Return-Path")
        for _said, address in getaddresses(head[name])
        if "@" in address
    ]
    passed = [
        one for said in head["Received"] for one in (*_BRACKETS.findall(said), *_FROM_HOST.findall(said))
    ]
    origin = [one for said in head["X-Originating-IP"] for one in _BRACKETS.findall(f"[{said.strip(' []')}]")]
    common = {"at": _when(head["Date"]), "subject": _subject(head["Subject"])}
    yield {**common, "mails": people, "answers": [*passed, *origin], "src": origin[0] if origin else None}
    links: dict[str, None] = {}
    for number, part in enumerate(message.walk()):
        if number >= PARTS:
            break
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        name = part.get_filename()
        if name or part.get_content_maintype() not in ("text", "multipart", "message"):
            yield {
                **common,
                "file_name": str(name)[:1000] if name else None,
                "hashes": [hashlib.new(one, content).hexdigest() for one in ("md5", "sha1", "sha256")],
            }
        elif part.get_content_maintype() == "text":
            text = content.decode(_charset(part), "replace")
            for found in _LINK.findall(text):
                if len(links) < LINKS:
                    links[found.rstrip(".,;:!?")] = None
    for link in links:
        yield {**common, "url": link}


_HEADERS: Final = (
    *("From", "To", "Cc", "Bcc", "Reply-To", "Sender", "Return-Path", "Received", "X-Originating-IP", "Date"),
    "Subject",
)


def _charset(part: EmailMessage | Any) -> str:
    named = part.get_content_charset("utf-8")
    try:
        "".encode(named)
    except LookupError:
        return "utf-8"
    return str(named)


def _when(said: list[str]) -> float | None:
    try:
        return parsedate_to_datetime(said[0]).timestamp() if said else None
    except (TypeError, ValueError, OverflowError):
        return None


def _subject(said: list[str]) -> str | None:
    from email.header import decode_header, make_header

    try:
        return str(make_header(decode_header(said[0])))[:1000] if said else None
    except (ValueError, LookupError):
        return said[0][:1000]
