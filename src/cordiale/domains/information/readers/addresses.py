"""Read what a list of addresses leads to, and keep the answers as a web archive."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from cordiale import __version__
from cordiale.domains.information.document import Document
from cordiale.domains.information.readers import page
from cordiale.domains.information.readers.fetching import Fetched
from cordiale.domains.information.readers.result import Aside, Image, Read
from cordiale.platform.errors import InputError
from cordiale.platform.ids import Randomness, uuid4
from cordiale.platform.languages import _

KIND = "addresses"


def read_fetched(name: str, answers: Iterable[Fetched | Aside]) -> Read:
    """Return the pages of answers as documents, segment by their order, and images by their hash."""
    documents: list[Document] = []
    images: list[Image] = []
    aside: list[Aside] = []
    for place, one in enumerate(answers, 1):
        if isinstance(one, Aside):
            aside.append(one)
        elif one.media_type.startswith("image/"):
            digest = hashlib.sha256(one.body).hexdigest()
            images.append(Image(one.final, one.media_type, len(one.body), digest))
        else:
            try:
                done = page.read_page(one.final, one.body, one.final)
            except InputError as error:
                aside.append(
                    Aside(place, error.code, error.message_id, {k: str(v) for k, v in error.params.items()})
                )
                continue
            documents.append(msgspec.structs.replace(done, name=name, segment=len(documents) + 1))
    return Read(KIND, tuple(documents), tuple(images), tuple(aside))


def refused(name: str, count: int) -> InputError:
    """Return what is said of a list of addresses that nobody asked to fetch."""
    return InputError(
        "fetch-not-asked",
        _(
            "{name} holds {count} addresses. Nothing is fetched unless you say --fetch: whoever answers learns that you asked."
        ),
        name=name,
        count=count,
    )


def archive(path: Path, answers: Iterable[Fetched], captured: str, random: Randomness) -> None:
    """Write answers as a WARC 1.1 file, each record compressed for itself (ISO 28500); `captured` is ISO 8601."""
    software = f"software: Cordiale/{__version__}\r\nformat: WARC File Format 1.1\r\n".encode()
    with path.open("wb") as stream:
        stream.write(
            gzip.compress(_record("warcinfo", "application/warc-fields", "", captured, software, random))
        )
        for one in answers:
            block = f"HTTP/1.1 200 OK\r\nContent-Type: {one.media_type}\r\n\r\n".encode() + one.body
            stream.write(
                gzip.compress(
                    _record(
                        "response", "application/http;msgtype=response", one.final, captured, block, random
                    )
                )
            )


def _record(
    kind: str, media_type: str, address: str, captured: str, block: bytes, random: Randomness
) -> bytes:
    digest = hashlib.sha256(block).hexdigest()
    target = f"WARC-Target-URI: {address}\r\n" if address else ""
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{uuid4(random)}>\r\nWARC-Date: {captured}\r\n{target}"
        f"WARC-Block-Digest: sha256:{digest}\r\nContent-Type: {media_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"
