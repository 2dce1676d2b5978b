"""Read a WARC or WACZ file: its pages as documents, its images by their hash."""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final

import msgspec

from cordiale.desk.sources import CHUNK, of_file, unpacked
from cordiale.domains.information.document import Document
from cordiale.domains.information.readers import page
from cordiale.domains.information.readers.result import MOST, Aside, Image, Read
from cordiale.domains.information.readers.warc import Response, responses
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

TOTAL: Final = 16 << 30
"""Bytes of one archive, decompressed."""

EXPANSION: Final = 200
"""How many times its compressed size an archive may have."""

_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, NotImplementedError, OSError),
    *(RuntimeError, ValueError),
)
"""What the library of zip files raises for a damaged one."""

TOO_MANY: Final = 20_000
"""Pages of one archive."""


def read_warc(name: str, chunks: Iterable[bytes]) -> Read:
    """Return what a WARC file holds, given as its bytes, compressed or not.

    Pages are segments in the order of the archive, one for each address (the first captured).
    """
    return _read("WARC", name, unpacked(iter(chunks), EXPANSION, TOTAL))


def read_wacz(name: str, path: Path) -> Read:
    """Return what a WACZ file holds: the archives in it, in their order; raises InputError for a damaged zip."""

    def inside() -> Iterator[bytes]:
        try:
            with zipfile.ZipFile(path) as wacz:
                found = sorted(
                    n
                    for n in wacz.namelist()
                    if n.startswith("archive/") and n.endswith((".warc", ".warc.gz"))
                )
                if not found:
                    raise InputError(
                        "wacz-empty", _("{name} holds no archive/….warc: it is no WACZ file."), name=name
                    )
                for member in found:
                    with wacz.open(member) as stream:
                        yield from unpacked(_chunks(stream), EXPANSION, TOTAL)
        except _DAMAGE as error:
            raise InputError(
                "wacz-damaged",
                _("{name} is a damaged or locked zip file ({words})."),
                name=name,
                words=str(error),
            ) from error

    return _read("WACZ", name, inside())


def read_archive(path: Path, name: str) -> Read:
    """Return what an archive on the disk holds, WACZ where it begins as a zip file does."""
    with path.open("rb") as stream:
        zipped = stream.read(4) == b"PK\x03\x04"
    return read_wacz(name, path) if zipped else read_warc(name, of_file(path).open())


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _read(kind: str, name: str, chunks: Iterable[bytes]) -> Read:
    documents: list[Document] = []
    images: dict[str, Image] = {}
    aside: list[Aside] = []
    seen: set[str] = set()
    for one in responses(chunks):
        if isinstance(one, Aside):
            aside.append(one)
        elif one.media_type.startswith("image/") and one.body:
            digest = hashlib.sha256(one.body).hexdigest()
            images.setdefault(one.address, Image(one.address, one.media_type, len(one.body), digest))
        elif one.media_type in _PAGES and one.body and one.address not in seen and len(documents) < TOO_MANY:
            seen.add(one.address)
            _page(name, one, documents, aside)
    return Read(kind, tuple(documents), tuple(images.values()), tuple(aside[:MOST]))


def _page(name: str, one: Response, documents: list[Document], aside: list[Aside]) -> None:
    try:
        done = page.read_page(name, one.body, one.address)
    except InputError as error:
        params = {key: str(value) for key, value in error.params.items()} | {"name": one.address[:200]}
        aside.append(Aside(one.number, error.code, error.message_id, params))
        return
    documents.append(msgspec.structs.replace(done, segment=len(documents) + 1))
