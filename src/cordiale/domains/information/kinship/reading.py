"""Read the marks of sites from saved pages, web archives and certificates; nothing is fetched."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

import msgspec

from cordiale.desk.incoming.sources import of_file, unpacked
from cordiale.domains.information.kinship.certificate import certificate_marks, looks_like_certificate
from cordiale.domains.information.kinship.mark import Mark, Seen
from cordiale.domains.information.kinship.page_marks import address_in, icons, page_marks
from cordiale.domains.information.kinship.site import site_of
from cordiale.domains.information.readers import archive
from cordiale.domains.information.readers.archive import wacz_chunks
from cordiale.domains.information.readers.decoding import decoded
from cordiale.domains.information.readers.result import Aside
from cordiale.domains.information.readers.warc import Response, responses
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
WHOLE: Final = 64 << 20
MOST: Final = 20_000
"""Pages of one file that are looked at."""

MARKS: Final = 200_000
"""Marks of one file past which it is not read on."""

_SAVED = re.compile(r"<!-- ?saved from url=\(\d{1,6}\)(\S{4,2000})", re.IGNORECASE)


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What one file holds of sites: its SHA-256, the sites seen in it, their marks, and what could not be read."""

    file: str
    sha256: str
    sites: tuple[str, ...]
    marks: tuple[Mark, ...]
    aside: tuple[Aside, ...] = ()


def look(path: Path, name: str | None = None) -> Look:
    """Return the marks in a saved page, a web archive (WARC, WACZ) or a certificate (PEM, DER).

    A saved page names its site by what the browser wrote into it, its canonical address, or its file's name (`example.org.html`).
    Raises InputError for a file that is none of these, or a page whose site is not known.
    """
    called = name or path.name
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        head = stream.read(4096)
    if looks_like_certificate(head):
        marks = tuple(certificate_marks(path.read_bytes()[:WHOLE], called, digest))
        return Look(file=called, sha256=digest, sites=tuple(dict.fromkeys(m.site for m in marks)), marks=marks)  # fmt: skip
    if head.startswith(b"PK\x03\x04"):
        return _archive(called, digest, wacz_chunks(called, path))
    if head.startswith((b"WARC/", b"\x1f\x8b")):
        return _archive(called, digest, unpacked(of_file(path).open(), archive.EXPANSION, archive.TOTAL))
    if path.stat().st_size > WHOLE:
        raise InputError(
            "site-large", _("{name} is larger than any page: it is not looked at."), name=called
        ).at("files")
    return _page(path.read_bytes(), called, digest)


def _page(content: bytes, name: str, digest: str) -> Look:
    page = decoded(name, content)
    written = _SAVED.search(page[:4096])
    address = written[1] if written else address_in(page)
    stem = name.rsplit("/", 1)[-1].lower().removesuffix(".html").removesuffix(".htm")
    site = site_of(address) or site_of(f"https://{stem}/")
    if not site:
        raise InputError(
            "site-unknown",
            _("{name} does not say which site it is of: name the file after it (example.org.html)."),
            name=name,
        ).at("files")
    seen = Seen(file=name, sha256=digest, address=address or f"https://{site}/")
    return Look(file=name, sha256=digest, sites=(site,), marks=_unique(page_marks(page, site, seen)))


def _archive(name: str, digest: str, chunks: Iterable[bytes]) -> Look:
    sites: dict[str, None] = {}
    marks: list[Mark] = []
    aside: list[Aside] = []
    wanted: dict[str, dict[str, Seen]] = {}
    pictures: dict[str, str] = {}
    pages = 0
    for one in responses(chunks):
        if isinstance(one, Aside):
            aside.append(one)
            continue
        if len(marks) > MARKS:
            break
        site = site_of(one.address)
        if not site:
            continue
        seen = Seen(file=name, sha256=digest, address=one.address[:500])
        sites.setdefault(site)
        if one.location:
            marks += _redirect(one, site, seen)
        elif one.media_type in PAGES and pages < MOST:
            pages += 1
            try:
                page = decoded(one.address, one.body[:WHOLE])
            except InputError:
                continue
            marks += page_marks(page, site, seen)
            for icon in icons(page):
                wanted.setdefault(urljoin(one.address, icon), {}).setdefault(site, seen)
        elif one.media_type.startswith("image/") or one.address.endswith("/favicon.ico"):
            pictures.setdefault(one.address, hashlib.sha256(one.body).hexdigest())
            if urlsplit(one.address).path == "/favicon.ico":
                wanted.setdefault(one.address, {}).setdefault(site, seen)
        elif urlsplit(one.address).path == "/ads.txt" and one.status == 200:
            marks += _sellers(one.body[:WHOLE], site, seen)
    for address, of in wanted.items():
        if address in pictures:
            marks += [
                Mark(
                    site=site,
                    kind="favicon",
                    value=pictures[address],
                    seen=msgspec.structs.replace(seen, piece=address[:300]),
                )
                for site, seen in of.items()
            ]
    return Look(file=name, sha256=digest, sites=tuple(sites), marks=_unique(marks), aside=tuple(aside[:100]))


def _redirect(one: Response, site: str, seen: Seen) -> Iterator[Mark]:
    there = site_of(urljoin(one.address, one.location))
    if there and there != site:
        piece = f"{one.status} {one.location[:300]}"
        yield Mark(site=site, kind="redirect", value=there, other=there, seen=msgspec.structs.replace(seen, piece=piece))  # fmt: skip


_SELLER = re.compile(r"^\s*([a-z0-9.-]{4,60})\s*,\s*([\w-]{4,60})\s*,\s*DIRECT\b", re.IGNORECASE)


def _sellers(body: bytes, site: str, seen: Seen) -> Iterator[Mark]:
    """Yield the accounts that a site's ads.txt (IAB, 1.1) says it sells by directly."""
    for line in body.decode("utf-8", "replace").splitlines()[:5000]:
        found = _SELLER.match(line)
        if found:
            value = f"{found[1].lower()} {found[2].lower()}"
            yield Mark(site=site, kind="advertising", value=value, seen=msgspec.structs.replace(seen, piece=line.strip()[:300]))  # fmt: skip


def _unique(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return each mark of a site once, where it was seen first."""
    found: dict[tuple[str, str, str], Mark] = {}
    for one in marks:
        found.setdefault((one.site, one.kind, one.value), one)
    return tuple(found.values())
