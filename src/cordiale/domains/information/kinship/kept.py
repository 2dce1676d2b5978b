"""A kinship that is kept: a report that names the captures it was read from, with the whole result as a file attached to it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale import __version__
from cordiale.desk.files.attach import attach
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.marking.chosen import summaries
from cordiale.desk.views.attached import attachment
from cordiale.desk.views.show import show
from cordiale.desk.visible import unknown
from cordiale.domains.information.captures import SOURCE, capture, stated_here
from cordiale.domains.information.chosen import KINSHIP, KINSHIP_WORDS
from cordiale.domains.information.kinship.reading import Look, look
from cordiale.domains.information.kinship.ties import Kinship, kinship
from cordiale.domains.information.readers.result import Read
from cordiale.domains.information.sheet.packed import legal
from cordiale.platform.clock import Instant, format_instant
from cordiale.platform.errors import Conflict, NotFound
from cordiale.platform.ids import uuid4, uuid5
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import Summary
    from cordiale.desk.desk import Desk

FILE: Final = "kinship.json"
LARGEST: Final = 64 << 20
SAID: Final = 40
"""Ties that the report says in words; all of them lie in its file."""

_SPACE: Final = "6f2d0a9e-3a55-5b8a-8d0e-5d3f5a6a7c10"
"""The namespace of ids of kept results."""


class Kept(msgspec.Struct, frozen=True):
    """A result as it lies in its file; `captures` is which object each file lies under."""

    made: Instant
    version: str
    found: Kinship
    captures: Mapping[str, str]


class Opened(msgspec.Struct, frozen=True):
    """A kept result as somebody opened it; `markings` are those of the report, of its file and of every capture."""

    id: str
    name: str
    kept: Kept
    markings: tuple[tuple[str, ...], ...]


def looked(paths: Sequence[Path]) -> list[Look]:
    """Return the marks of some files, each under its own name; raises InputError for one that cannot be read."""
    return [look(path, path.name) for path in paths]


def keep(
    desk: Desk,
    actor: Actor,
    paths: Sequence[Path],
    name: str,
    marking: str | None,
    *,
    beside: Sequence[Path] = (),
    ignored: Sequence[str] = (),
) -> str:
    """Look at files, seal each as evidence, keep the result under a report and return its id.

    The same files looked at again by the same person on the same day are the same result. Raises InputError for a file that
    cannot be read, Conflict where the result cannot be stored.
    """
    looks = looked(paths)
    found = kinship(looks, beside=looked(beside), ignored=ignored)
    captures = {
        one.file: capture(desk, actor, path, Read(_kind(path), ()), marking).id
        for one, path in zip(looks, paths, strict=True)
    }
    made = Kept(desk.clock(), __version__, found, captures)
    now = format_instant(made.made)
    said = [desk.node, actor.name, name, str(marking), now[:10], __version__, sorted(captures.items()), sorted(ignored)]  # fmt: skip
    identifier = f"report--{uuid5(_SPACE, json.dumps(said))}"
    if stated_here(desk, actor, identifier) is None:
        report = {
            "type": "report",
            "spec_version": "2.1",
            "id": identifier,
            "created": now,
            "modified": now,
            "name": name[:250],
            "description": _said(found),
            "report_types": ["observed-data"],
            "published": now,
            "object_refs": sorted(set(captures.values())),
            "labels": [KINSHIP],
            "external_references": [{"source_name": SOURCE, "description": f"Cordiale {__version__}"}],
        }
        bundle = {"type": "bundle", "id": f"bundle--{uuid4(desk.random)}", "objects": [report]}
        done = import_(desk, actor, [of_bytes(FILE, json.dumps(bundle).encode())], marking=marking)
        if done.set_aside:
            raise Conflict("kinship-kept", _("The result could not be kept: see cordiale set-aside list."))
    if not any(one.name == FILE for one in show(desk, actor, identifier).attachments):
        attach(desk, actor, identifier, [msgspec.json.encode(made)], name=FILE, media_type="application/json")
    return identifier


def _said(found: Kinship) -> str:
    """Return the ties in words of both languages, as a client shows them that knows nothing of the file."""
    head = f"{KINSHIP_WORDS} ({len(found.sites)}/{len(found.ties)})"
    ties = [
        f"{one.one} – {one.other} [{one.grade}]: {one.because.en} / {one.because.fr}"
        for one in found.ties[:SAID]
    ]
    return legal("\n".join([head, *ties]))


def opened(desk: Desk, actor: Actor, identifier: str) -> Opened:
    """Return a kept result, to who may see its report and every capture; raises NotFound in the same words otherwise."""
    shown = show(desk, actor, identifier)
    ours = next((one for one in shown.statements if KINSHIP in one.value.get("labels", ())), None)
    file = next((one for one in shown.attachments if one.name == FILE and one.size <= LARGEST), None)
    if ours is None or file is None:
        raise unknown(identifier)
    _view, path = attachment(desk, actor, identifier, file.sha256)
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Kept)
    except msgspec.MsgspecError as error:
        raise Conflict(
            "kinship-form",
            _("This result was made by another version and cannot be opened here: look at its files again."),
        ) from error
    inputs = _inputs(desk, actor, identifier, kept)
    return Opened(
        id=identifier,
        name=str(ours.value.get("name", "")),
        kept=kept,
        markings=(tuple(ours.effective_marking), file.marking, *(one.marking for one in inputs)),
    )


def _inputs(desk: Desk, actor: Actor, identifier: str, kept: Kept) -> Sequence[Summary]:
    try:
        return summaries(desk, actor, dict.fromkeys(kept.captures.values()))
    except NotFound:
        raise unknown(identifier) from None


def _kind(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(8)
    if head.startswith(b"PK"):
        return "WACZ"
    return "WARC" if head.startswith((b"WARC/", b"\x1f\x8b")) else "page"
