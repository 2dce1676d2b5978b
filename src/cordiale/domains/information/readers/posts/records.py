"""Records as they stand in a file: rows of CSV and members of JSON, each with its line; what breaks one breaks no other."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import orjson

from cordiale.domains.information.readers.decoding import declared, is_binary, line
from cordiale.domains.information.readers.result import Aside
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

FIELD: Final = 4 << 20
"""Characters of one value; the longest posts have 100,000."""

LINES: Final = 200
"""Lines of one row: quoted text may run over several. A quote that is not closed by then is a stray one."""

PATIENCE: Final = 100
"""After so many stray quotes rows are believed to have at most FEW lines: a broken file does not cost its square."""

FEW: Final = 10
WHOLE: Final = 1 << 30
"""Bytes of a JSON file that is no JSON lines: it is read whole."""

HEAD: Final = 64 << 10


class Record(NamedTuple):
    """One record: the line it begins in (of JSON that is not lines: its place), from 1, and its values."""

    line: int
    values: dict[str, Any]


class Opened(NamedTuple):
    """A file recognised: `form` is "csv", "json" or "jsonl"; `columns` are those of a CSV file."""

    form: str
    columns: tuple[str, ...]
    records: Iterator[Record | Aside]


class _TooLong(Exception):
    """A row has more lines than any has."""


def open_records(name: str, chunks: Iterable[bytes]) -> Opened:
    """Recognise the form of a file given as decompressed bytes, and return its records.

    Raises InputError when it is empty or binary, or neither CSV nor JSON.
    """
    source = iter(chunks)
    head = bytearray()
    for chunk in source:
        head += chunk
        if len(head) >= HEAD:
            break
    first = bytes(head)
    if not first.removeprefix(b"\xef\xbb\xbf").strip():
        raise InputError("empty", _("{name} is empty: give a file that holds posts."), name=name)
    wide = first[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not wide and is_binary(first):
        raise InputError("binary", _("{name} is not text but binary data: give CSV or JSON."), name=name)
    lines = _wide(first, source) if wide else _decoded(first, source)
    opening = first.decode("utf-16" if wide else "utf-8", "replace").lstrip("\ufeff \t\r\n")
    if opening[:1] in ("{", "[") or opening.startswith("window.YTD."):
        if _is_lines(opening):
            return Opened("jsonl", (), _json_lines(lines))
        return Opened("json", (), _json_whole(name, lines))
    return _csv(name, lines)


def _is_lines(opening: str) -> bool:
    """Tell whether a file is JSON lines: its first line is an object of its own, and does not hold the list itself."""
    first, newline, rest = opening.partition("\n")
    if not first.startswith("{"):
        return False
    try:
        value = orjson.loads(first)
    except orjson.JSONDecodeError:
        return bool(newline) and rest.lstrip().startswith("{")
    return bool(rest.strip()) or not any(isinstance(value.get(one), list | dict) for one in (*LISTS, "chats"))


def _decoded(first: bytes, source: Iterator[bytes]) -> Iterator[str]:
    otherwise = declared(first)
    held = bytearray(first.removeprefix(b"\xef\xbb\xbf"))
    while True:
        end = held.rfind(b"\n")
        if end >= 0:
            whole = bytes(held[: end + 1])
            del held[: end + 1]
            for raw in whole[:-1].split(b"\n"):
                yield line(raw.rstrip(b"\r"), otherwise)
        chunk = next(source, None)
        if chunk is None:
            break
        held += chunk
    if held:
        yield line(bytes(held), otherwise)


def _wide(first: bytes, source: Iterator[bytes]) -> Iterator[str]:
    text = (first + b"".join(source)).decode("utf-16", "replace")
    for one in io.StringIO(text):
        yield one.rstrip("\r\n")


class _Lines:
    """Lines with their numbers, which can be put back; those of the row in hand are remembered."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: deque[str] = deque()
        self.number = 0
        self.row: list[str] = []
        self.most = LINES

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.row) >= self.most:
            raise _TooLong
        one = self._back.popleft() if self._back else next(self._lines)
        self.number += 1
        self.row.append(one)
        return one + "\n"

    def again(self) -> None:
        """Put back the lines of the row in hand but its first."""
        self._back.extendleft(reversed(self.row[1:]))
        self.number -= len(self.row) - 1
        self.row.clear()


def _csv(name: str, lines: Iterator[str]) -> Opened:
    csv.field_size_limit(FIELD)
    source = _Lines(lines)
    header = ""
    while not header.strip():
        if (found := next(lines, None)) is None:
            raise InputError("empty", _("{name} is empty: give a file that holds posts."), name=name)
        header = found
        source.number += 1
    divider = max(",;\t|", key=lambda one: len(_columns(header, one)))
    columns = tuple(column.strip().lstrip("\ufeff") for column in _columns(header, divider))
    if len(columns) < 2:
        raise InputError(
            "no-columns",
            _("{name} is neither JSON nor a table with a line of column names: give an export of posts."),
            name=name,
        )
    return Opened("csv", columns, _rows(source, columns, divider))


def _columns(header: str, divider: str) -> Sequence[str]:
    try:
        return next(csv.reader([header], delimiter=divider, strict=True), [])
    except csv.Error:
        return []


def _rows(source: _Lines, columns: tuple[str, ...], divider: str) -> Iterator[Record | Aside]:
    reader = csv.reader(source, delimiter=divider, strict=True)
    strays = 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            if not source.row:
                return
            row = None
        except (csv.Error, _TooLong):
            row = None
        started = source.number - len(source.row) + 1
        if row is not None and len(row) == len(columns):
            source.row.clear()
            yield Record(started, dict(zip(columns, row, strict=True)))
            continue
        if row is not None and (not row or (len(row) == 1 and not row[0].strip())):
            source.row.clear()
            continue
        if row is not None and len(source.row) == 1:
            problem = _("This row has {found} values where the first line names {expected} columns.")
            params = {"found": str(len(row)), "expected": str(len(columns))}
            yield Aside(started, "row-columns", problem, params)
        else:
            strays += 1
            yield Aside(
                started,
                "stray-quote",
                _("A quotation mark in this row does not close: it is set aside alone."),
            )
        if strays > PATIENCE:
            source.most = FEW
        source.again()
        reader = csv.reader(source, delimiter=divider, strict=True)


def _json_lines(lines: Iterator[str]) -> Iterator[Record | Aside]:
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        value = _value(text)
        if isinstance(value, dict):
            yield Record(number, value)
        else:
            yield Aside(number, "json-line", _("This line is no JSON object."))


def _value(text: str) -> Any:
    """Return what one line holds, None for what is no JSON; orjson refuses what nests deeper than 1,024 by itself."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _json_whole(name: str, lines: Iterator[str]) -> Iterator[Record | Aside]:
    parts: list[str] = []
    size = 0
    for one in lines:
        size += len(one)
        if size > WHOLE:
            raise InputError(
                "json-too-large",
                _("{name} is one JSON value of more than {limit} MB: export it as JSON lines."),
                name=name,
                limit=WHOLE >> 20,
            )
        parts.append(one)
    text = re.sub(r"^window\.YTD\.[\w.]+\s*=\s*", "", "\n".join(parts))
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        if isinstance(_value(text.partition("\n")[0]), dict):  # lines, of which the first is very long
            yield from _json_lines(iter(text.split("\n")))
        else:
            yield from _rescued(name, text)
        return
    for place, one in enumerate(members(value), 1):
        if isinstance(one, dict):
            yield Record(place, one)
        else:
            yield Aside(place, "json-member", _("This member is no JSON object."))


def _rescued(name: str, text: str) -> Iterator[Record | Aside]:
    """Yield the members before the place where a list breaks off."""
    start = text.find("[")
    decoder = json.JSONDecoder()
    place, at = 0, start + 1
    while start >= 0:
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
        if at >= len(text) or text[at] == "]":
            break
        try:
            one, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        place += 1
        if isinstance(one, dict):
            yield Record(place, one)
    if not place:
        raise InputError("json-damaged", _("{name} is no JSON that can be read: export it again."), name=name)
    yield Aside(place + 1, "json-damaged", _("The JSON is damaged from here on: what came before was read."))


_BETWEEN = re.compile(r"[\s,]+")

LISTS = ("orderedItems", "messages", "feed", "posts", "statuses", "tweets", "data", "items", "results")
"""Names under which exports keep the list of their posts."""


def members(value: Any) -> Iterator[Any]:
    """Yield the records of a JSON value: the members of a list, of the list under a known name, or the value itself."""
    if isinstance(value, list):
        yield from value
        return
    if not isinstance(value, dict):
        yield value
        return
    if isinstance(chats := value.get("chats"), dict) and isinstance(chats.get("list"), list):
        for chat in chats["list"]:
            yield from members(chat)
        return
    for name in LISTS:
        if isinstance(listed := value.get(name), list):
            about = {
                key: value[key] for key in ("id", "name", "type") if isinstance(value.get(key), str | int)
            }
            for one in listed:
                yield {**one, "_of": about} if isinstance(one, dict) and name == "messages" else one
            return
    yield value
