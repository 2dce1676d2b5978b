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

from cordiale.desk.incoming.sources import CHUNK, of_file, unpacked
from cordiale.domains.information.document import Document
from cordiale.domains.information.readers import page
from cordiale.domains.information.readers.result import MOST, Aside, Image, Read
from cordiale.domains.information.readers.warc import Response, responses
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

TOTAL: Final = 16 << 30
"""Bytes of one archive, decompressed."""

EXPANSION: Final = 200
"""How many times the size of its file an archive may have."""

SMALL: Final = 64 << 20
"""Bytes that any archive may have: small files compress by any ratio."""

_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, NotImplementedError, OSError),
    *(RuntimeError, ValueError),
)
"""What the library of zip files raises for a damaged one."""

TOO_MANY: Final = 20_000
"""Pages of one archive, and images."""

CHARACTERS: Final = 100_000_000
"""Characters of all pages of one archive, their addresses and those of its images."""

_BLOCK: Final = 100
"""What a paragraph takes beside its characters."""


def read_warc(name: str, chunks: Iterable[bytes]) -> Read:
    """Return what a WARC file holds, given as its bytes, compressed or not.

    Pages are segments in the order of the archive, one for each address (the first captured).
    """
    return _read("WARC", name, unpacked(iter(chunks), EXPANSION, TOTAL))


def read_wacz(name: str, path: Path) -> Read:
    """Return what a WACZ file holds: the archives in it, in their order; raises InputError for a damaged zip."""
    return _read("WACZ", name, wacz_chunks(name, path))


def wacz_chunks(name: str, path: Path) -> Iterator[bytes]:
    """Yield the decompressed bytes of the archives in a WACZ file; raises InputError for a damaged or overfull zip."""
    try:
        with zipfile.ZipFile(path) as wacz:
            found = sorted(
                n
                for n in dict.fromkeys(wacz.namelist())
                if n.startswith("archive/") and n.endswith((".warc", ".warc.gz"))
            )
            if not found:
                raise InputError(
                    "wacz-empty", _("{name} holds no archive/….warc: it is no WACZ file."), name=name
                )
            # Members may overlap, and be packed in the zip file and again in themselves: the file's own size bounds them all.
            given, most = 0, min(TOTAL, max(SMALL, EXPANSION * path.stat().st_size))
            for member in found:
                if wacz.getinfo(member).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise InputError(
                        "wacz-compression",
                        _(
                            "{name} packs {member} in a way that is not read here: pack it again as a zip file."
                        ),
                        name=name,
                        member=member[:80],
                    )
                with wacz.open(member) as stream:
                    for chunk in unpacked(_chunks(stream), EXPANSION, TOTAL):
                        given += len(chunk)
                        if given > most:
                            raise InputError(
                                "wacz-bomb",
                                _(
                                    "{name} unpacks to more than {ratio} times its size or {limit} GB: refused."
                                ),
                                name=name,
                                ratio=EXPANSION,
                                limit=TOTAL >> 30,
                            )
                        yield chunk
    except _DAMAGE as error:
        raise InputError(
            "wacz-damaged",
            _("{name} is a damaged or locked zip file ({words})."),
            name=name,
            words=str(error),
        ) from error


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
    characters, full = 0, False
    for one in responses(chunks):
        more: Aside | None = None
        if isinstance(one, Aside):
            more = one
        elif not one.body or one.address in seen or one.address in images:
            continue
        elif one.media_type.startswith("image/") or one.media_type in _PAGES:
            pictured = one.media_type not in _PAGES
            characters += len(one.address)
            if characters > CHARACTERS or len(images if pictured else seen) >= TOO_MANY:
                more, full = None if full else _full(one.number), True
            elif pictured:
                digest = hashlib.sha256(one.body).hexdigest()
                images[one.address] = Image(one.address, one.media_type, len(one.body), digest)
            else:
                seen.add(one.address)
                done = _page(name, one)
                if isinstance(done, Document):
                    characters += sum(len(block.text) + _BLOCK for block in done.blocks)
                    documents.append(msgspec.structs.replace(done, segment=len(documents) + 1))
                else:
                    more = done
        if more is not None and len(aside) < MOST:
            aside.append(more)
    return Read(kind, tuple(documents), tuple(images.values()), tuple(aside))


def _page(name: str, one: Response) -> Document | Aside:
    try:
        return page.read_page(name, one.body, one.address)
    except InputError as error:
        params = {key: str(value) for key, value in error.params.items()} | {"name": one.address[:200]}
        return Aside(one.number, error.code, error.message_id, params)


def _full(number: int) -> Aside:
    limits = {"pages": str(TOO_MANY), "limit": str(CHARACTERS // 1_000_000)}
    return Aside(
        number,
        "archive-full",
        _(
            "From here on not everything is read: {pages} pages, {pages} images and {limit} million characters are the most."
        ),
        limits,
    )
