"""Keep what was read as evidence: the file itself under its SHA-256, and an object that says what, when, from where, by what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cordiale import __version__
from cordiale.desk.attach import attach
from cordiale.desk.importing import import_
from cordiale.desk.sources import CHUNK, of_bytes
from cordiale.domains.information.readers.result import Read
from cordiale.platform.clock import format_instant
from cordiale.platform.errors import Conflict
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _
from cordiale.stix.scos import deterministic_id

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

SOURCE: Final = "cordiale-capture"
"""What the reference of a capture calls itself: beside it stands which program read the file."""

MEDIA_TYPES = {
    "page": "text/html",
    "feed": "application/xml",
    "subtitles": "text/vtt",
    "text": "text/plain",
    "WARC": "application/warc",
    "WACZ": "application/wacz",
    "addresses": "application/warc",
}


class Capture(msgspec.Struct, frozen=True):
    """A file kept: the object it lies under, its SHA-256 and size in bytes, when, and the addresses of its pages."""

    id: str
    name: str
    sha256: str
    size: int
    captured: str
    media_type: str
    addresses: tuple[str, ...] = ()


def capture(
    desk: Desk, actor: Actor, path: Path, read: Read, marking: str | Iterable[str] | None = None
) -> Capture:
    """Keep a file that was read, sealed by its SHA-256, under an observed-data object of this moment.

    The object names the file, its hash, the addresses of its pages and the version of the program. Raises Conflict when the object
    cannot be stored, and what `attach` raises.
    """
    digest, size = _digest(path)
    now = format_instant(desk.clock())
    media_type = MEDIA_TYPES.get(read.kind, "application/octet-stream")
    addresses = tuple(dict.fromkeys(one.source for one in read.documents if one.source))[:100]
    objects = [_file(path.name, digest, size, media_type), *map(_url, addresses)]
    seen = _observed(uuid4(desk.random), now, [one["id"] for one in objects], addresses)
    bundle = {"type": "bundle", "id": f"bundle--{uuid4(desk.random)}", "objects": [*objects, seen]}
    report = import_(desk, actor, [of_bytes(path.name, json.dumps(bundle).encode())], marking=marking)
    if report.set_aside:
        raise Conflict(
            "capture",
            _("What was seen in {name} could not be written: see cordiale set-aside list."),
            name=path.name,
        )
    attach(desk, actor, seen["id"], _chunks(path), name=path.name, media_type=media_type)
    return Capture(seen["id"], path.name, digest, size, now, media_type, addresses)


def _observed(name: str, now: str, refs: list[str], addresses: tuple[str, ...]) -> dict[str, Any]:
    made = {"source_name": SOURCE, "description": f"Cordiale {__version__}"}
    return {
        "type": "observed-data",
        "spec_version": "2.1",
        "id": f"observed-data--{name}",
        "created": now,
        "modified": now,
        "first_observed": now,
        "last_observed": now,
        "number_observed": 1,
        "object_refs": refs,
        "external_references": [made, *({"source_name": "page", "url": one} for one in addresses[:20])],
    }


def _file(name: str, sha256: str, size: int, media_type: str) -> dict[str, Any]:
    named = {
        "type": "file",
        "hashes": {"SHA-256": sha256},
        "name": name,
        "size": size,
        "mime_type": media_type,
    }
    return {"spec_version": "2.1", "id": deterministic_id(named), **named}


def _url(address: str) -> dict[str, Any]:
    named = {"type": "url", "value": address}
    return {"spec_version": "2.1", "id": deterministic_id(named), **named}


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest(), path.stat().st_size


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk
