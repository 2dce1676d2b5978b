"""Open a log: what it is by its content, which column means what, and its records in pieces."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from cordiale.desk.incoming.sources import of_file, unpacked
from cordiale.domains.cyber.logs import jsonl, lines, mail, tables
from cordiale.domains.cyber.logs.aside import Aside
from cordiale.domains.cyber.logs.blocks import Block, blocks
from cordiale.domains.cyber.logs.profile import FIELDS, ZEEK, Profile, check, dotted, propose
from cordiale.platform.clock import Instant
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

EXPANSION: Final = 200
TOTAL: Final = 1 << 40
"""How many times its compressed size a log may have, and its bytes at most."""

HEAD: Final = 256 << 10
BINARY: Final = 5
"""Control characters in a hundred bytes of the beginning above which a file is no text."""

_TEXT: Final = bytes({9, 10, 12, 13, 27, *range(32, 256)})
SAMPLE: Final = 500

WHOLE: Final = 64 << 20
"""Bytes of a log that is one JSON list, which is read whole; one of JSON lines may be of any size."""

Parts = Iterator[pa.Table | Aside]


class Log(msgspec.Struct):
    """A log under way: what it is, its mapping where one was needed, and its records in their order.

    `read` tells how many bytes of the file were read so far.
    """

    kind: str
    profile: Profile | None
    parts: Parts
    read: Callable[[], int] = lambda: 0


def read_file(
    path: Path,
    now: Instant,
    *,
    name: str = "",
    given: Profile | None = None,
    only: Collection[str] = FIELDS,
) -> Log:
    """Open a file of any form that is known, gzip or not; `given` is the mapping to use where one is needed.

    `name` is what its records call it, `only` the fields that are wanted: others may be left empty. Raises InputError
    when nothing can be read, or nothing in it can be looked for.
    """
    name = name or path.name
    with path.open("rb") as stream:
        start = stream.read(4)
    if start == b"PAR1":
        return _parquet(path, name, now, given, only)
    done = [0]

    def counted() -> Iterator[bytes]:
        for chunk in of_file(path).open():
            done[0] += len(chunk)
            yield chunk

    log = read(unpacked(counted(), EXPANSION, TOTAL), name, now, given=given, only=only)
    return msgspec.structs.replace(log, read=lambda: done[0])


def read(
    chunks: Iterable[bytes],
    name: str,
    now: Instant,
    *,
    given: Profile | None = None,
    only: Collection[str] = FIELDS,
) -> Log:
    """Open a log given as decompressed bytes; raises as `read_file` does."""
    source = iter(chunks)
    held = bytearray()
    for chunk in source:
        held += chunk
        if len(held) >= HEAD:
            break
    head = bytes(held).removeprefix(b"\xef\xbb\xbf")
    whole = chain((head,), source)
    if not head.strip():
        raise InputError("empty-log", _("{name} is empty: give a log."), name=name)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError("utf16-log", _("{name} is written in UTF-16: save it as UTF-8."), name=name)
    if _binary(head[:4096]):
        raise InputError(
            "binary-log",
            _(
                "{name} is binary: give JSON lines, CSV, Parquet, or a log of Zeek, Suricata, a proxy, a name server or e-mail."
            ),
            name=name,
        )
    if head.startswith(b"#separator"):
        return _zeek(whole, name, now, given, only)
    form = lines.form_of(head.decode("utf-8", "replace"))
    if form is not None:
        return Log(form.name, None, lines.read(blocks(whole), form, name, now))
    if head.lstrip()[:1] in (b"{", b"["):
        return _json(head, whole, name, now, given, only)
    if mail.is_mbox(head) or mail.is_message(head):
        box = mail.is_mbox(head)
        return Log("mbox" if box else "e-mail", None, mail.read(whole, box, name, now))
    return _csv(head, whole, name, now, given, only)


def _binary(head: bytes) -> bool:
    """Tell bytes from text by their share of control characters: a damaged line of a log may hold some."""
    return len(head.translate(None, _TEXT)) * 100 > BINARY * len(head)


def _parquet(path: Path, name: str, now: Instant, given: Profile | None, only: Collection[str]) -> Log:
    try:
        with pq.ParquetFile(path) as opened:
            columns, rows = opened.schema_arrow.names, opened.metadata.num_rows
            sample = next(opened.iter_batches(SAMPLE), None)
    except pa.ArrowException as error:
        raise InputError(
            "parquet-log",
            _("{name} is no Parquet file that can be read: {words}."),
            name=name,
            words=str(error)[:200],
        ) from error
    shown = sample.to_pylist() if sample is not None else []
    profile = given or propose(columns, shown)
    check(profile, name)
    done = [0]

    def counted() -> Parts:
        for part in tables.read_parquet(path, _of(profile, only), name, now):
            if isinstance(part, pa.Table):
                done[0] += part.num_rows
            yield part

    size = path.stat().st_size
    return Log("Parquet", profile, counted(), lambda: size * done[0] // max(1, rows))


def _zeek(
    chunks: Iterable[bytes], name: str, now: Instant, given: Profile | None, only: Collection[str]
) -> Log:
    found = iter(blocks(chunks))
    first = next(found)
    columns, divider, said = tables.zeek_header(first)
    if not columns or len(divider) != 1:
        raise InputError(
            "zeek-log", _("{name} begins as a log of Zeek does, and names no columns."), name=name
        )
    profile = given or ZEEK
    parts = tables.read_delimited(chain((first,), found), columns, divider, _of(profile, only), name, now)
    return Log(f"Zeek {said.get('path', '')}".strip(), profile, parts)


def _json(
    head: bytes,
    chunks: Iterable[bytes],
    name: str,
    now: Instant,
    given: Profile | None,
    only: Collection[str],
) -> Log:
    sample: list[dict[str, Any]] = []
    cut = head[: head.rfind(b"\n")] if len(head) >= HEAD and b"\n" in head else head
    for line in cut.split(b"\n")[:SAMPLE]:
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(value, dict):
            sample.append(value)
    if not sample:
        chunks, sample = _unfolded(_whole(chunks, name), name)
    keys = dict.fromkeys(key for record in sample for key in record)
    shown = [dict(dotted(record)) | record for record in sample]
    columns = list(dict.fromkeys([*keys, *(path for record in sample for path, _value in dotted(record))]))
    profile = given or propose(columns, shown)
    check(profile, name)
    kind = profile.name if given is None and profile.name != "proposed" else "JSON"
    shape = jsonl.shape(_of(profile, only), keys)
    return Log(kind, profile, jsonl.read(blocks(chunks, jsonl.SIZE), shape, name, now))


def _whole(chunks: Iterable[bytes], name: str) -> bytes:
    """Return a file that is one JSON value; raises InputError where it is larger than is read into memory."""
    held: list[bytes] = []
    left = WHOLE
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise InputError(
                "json-log-large",
                _("{name} is one JSON value of more than {limit} MB: give JSON lines, one record on each."),
                name=name,
                limit=str(WHOLE >> 20),
            )
        held.append(chunk)
    return b"".join(held)


def _unfolded(data: bytes, name: str) -> tuple[Iterable[bytes], list[dict[str, Any]]]:
    """Return the members of one JSON list, or of the list in one object, as lines."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InputError(
            "json-log",
            _("{name} is neither JSON lines nor a JSON list: {words}."),
            name=name,
            words=str(error),
        ) from error
    if isinstance(value, dict):
        value = next((one for one in value.values() if isinstance(one, list)), [value])
    members = [one for one in value if isinstance(one, dict)]
    if not members:
        raise InputError("json-log-empty", _("{name} holds no records."), name=name)
    return (orjson.dumps(one) + b"\n" for one in value), members[:SAMPLE]


def _csv(
    head: bytes,
    chunks: Iterable[bytes],
    name: str,
    now: Instant,
    given: Profile | None,
    only: Collection[str],
) -> Log:
    shown = head.decode("utf-8", "replace").split("\n")
    first = next(n for n, line in enumerate(shown) if line.strip() and not line.startswith("#"))
    delimiter = max(",;\t|", key=lambda one: shown[first].count(one))
    rows = list(csv.reader(shown[first : first + SAMPLE], delimiter=delimiter))
    columns = [column.strip() for column in rows[0]]
    if len(columns) < 2 or len(set(columns)) < len(columns):
        raise InputError(
            "unknown-log",
            _("{name} is no log that is known here, nor a table with a line of column names."),
            name=name,
        )
    sample = [dict(zip(columns, row, strict=True)) for row in rows[1:] if len(row) == len(columns)]
    profile = given or propose(columns, sample)
    check(profile, name)
    body = _after(blocks(chunks), first + 1)
    parts = tables.read_delimited(body, columns, delimiter, _of(profile, only), name, now)
    return Log("CSV", profile, parts)


def _after(found: Iterator[Block], count: int) -> Iterator[Block]:
    """Pass over the first lines of a log."""
    for block in found:
        at = 0
        passed = 0
        while passed < count:
            end = block.data.find(b"\n", at)
            at = len(block.data) if end < 0 else end + 1
            passed += 1
        if at < len(block.data):
            yield Block(block.line + passed, block.data[at:], block.lines - passed)
        break
    yield from found


def _of(profile: Profile, only: Collection[str]) -> Profile:
    columns = {field: names for field, names in profile.columns.items() if field in only}
    return msgspec.structs.replace(profile, columns=columns)
