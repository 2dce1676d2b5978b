"""Keep what was read as evidence: the file itself under its SHA-256, and an object that says what, when, from where, by what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cordiale import __version__
from cordiale.desk.files.attach import attach
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import CHUNK, of_bytes
from cordiale.desk.views.show import show
from cordiale.domains.information.readers.result import Read
from cordiale.platform.clock import format_instant
from cordiale.platform.errors import Conflict, NotFound
from cordiale.platform.ids import uuid4, uuid5
from cordiale.platform.languages import _
from cordiale.stix.scos import deterministic_id

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

SOURCE: Final = "cordiale-capture"
"""What the reference of a capture calls itself: beside it stands which program read the file."""

_SPACE: Final = "3f0f4dd2-6c1b-5a0e-8f0b-0c1a8f6f5b11"
"""The namespace of ids of captures: one that a crash cut short is found again by what it keeps."""

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

    The object names the file, its hash, the addresses of its pages and the version of the program. The same file kept again
    by the same person on the same day is the same capture: a repeat completes what a crash cut short. Raises Conflict when
    the object cannot be stored, and what `attach` raises.
    """
    digest, size = _digest(path)
    now = format_instant(desk.clock())
    media_type = MEDIA_TYPES.get(read.kind, "application/octet-stream")
    addresses = tuple(dict.fromkeys(one.source for one in read.documents if one.source))[:100]
    said = [desk.node, actor.name, digest, path.name, media_type, str(marking), now[:10], *addresses]
    identifier = f"observed-data--{uuid5(_SPACE, json.dumps(said))}"
    begun = stated_here(desk, actor, identifier)
    if begun is None:
        _write(desk, actor, path, identifier, (digest, size, now, media_type), addresses, marking)
    else:
        now = str(begun["first_observed"])
    attach(desk, actor, identifier, _chunks(path), name=path.name, media_type=media_type)
    return Capture(identifier, path.name, digest, size, now, media_type, addresses)


def stated_here(desk: Desk, actor: Actor, identifier: str) -> dict[str, Any] | None:
    """Return what this node states of an object, to who sees it; None where that is nothing."""
    try:
        shown = show(desk, actor, identifier)
    except NotFound:
        return None
    return next((dict(one.value) for one in shown.statements if one.summary.source == desk.node), None)


def _write(
    desk: Desk,
    actor: Actor,
    path: Path,
    identifier: str,
    what: tuple[str, int, str, str],
    addresses: tuple[str, ...],
    marking: str | Iterable[str] | None,
) -> None:
    digest, size, now, media_type = what
    objects = [_file(path.name, digest, size, media_type), *map(_url, addresses)]
    seen = _observed(identifier, now, [one["id"] for one in objects], addresses)
    bundle = {"type": "bundle", "id": f"bundle--{uuid4(desk.random)}", "objects": [*objects, seen]}
    report = import_(desk, actor, [of_bytes(path.name, json.dumps(bundle).encode())], marking=marking)
    if report.set_aside:
        raise Conflict(
            "capture",
            _("What was seen in {name} could not be written: see cordiale set-aside list."),
            name=path.name,
        )


def _observed(identifier: str, now: str, refs: list[str], addresses: tuple[str, ...]) -> dict[str, Any]:
    made = {"source_name": SOURCE, "description": f"Cordiale {__version__}"}
    return {
        "type": "observed-data",
        "spec_version": "2.1",
        "id": identifier,
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
