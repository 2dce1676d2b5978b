"""A lineage that is kept: a report that names the captures it compared, with the whole result as a file attached to it.

Who may see the report and every capture it names may see the result; nobody else learns that there is one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import structs

from cordiale import __version__
from cordiale.desk.files.attach import attach
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.marking.chosen import summaries
from cordiale.desk.views.attached import attachment, views
from cordiale.desk.views.search import search
from cordiale.desk.views.show import show
from cordiale.desk.visible import unknown
from cordiale.domains.information.captures import SOURCE, Capture, stated_here
from cordiale.domains.information.document import Document
from cordiale.domains.information.lineage.answer import Answer
from cordiale.platform.clock import Instant, format_instant
from cordiale.platform.errors import Conflict, NotFound
from cordiale.platform.ids import uuid4, uuid5
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import Page, Summary
    from cordiale.desk.desk import Desk

LABEL: Final = "cordiale-lineage"
"""The tag that a report of a lineage carries."""

WORDS: Final = "Cordiale: lineage and claim drift, filiation et glissement de sens"
"""By these words such reports are found, and with them a client without our extensions says what it holds."""

_SPACE: Final = "9b7a3c70-5d0e-5c53-9a86-1f5f0a9a6f42"
"""The namespace of ids of kept results."""

FILE: Final = "lineage.json"
LARGEST: Final = 64 << 20
"""Bytes of a result that is opened: one of our own never comes near, another's is not trusted to."""


class Kept(msgspec.Struct, frozen=True):
    """A result as it lies in its file: when it was made and by what, the texts, and the answer in each language.

    `sources` are the places of the documents that were given as sources; `names` is what each capture's file is called.
    """

    made: Instant
    version: str
    documents: tuple[Document, ...]
    answers: Mapping[str, Answer]
    sources: tuple[int, ...] = ()
    names: Mapping[str, str] = {}


class Input(msgspec.Struct, frozen=True):
    """A capture that was compared: its object, and what it is called there."""

    id: str
    name: str


class Opened(msgspec.Struct, frozen=True):
    """A kept result as somebody opened it; `markings` are those of the report, of its file and of every input."""

    id: str
    name: str
    kept: Kept
    inputs: tuple[Input, ...]
    markings: tuple[tuple[str, ...], ...]


def keep(
    desk: Desk, actor: Actor, kept: Kept, name: str, captures: Sequence[Capture], marking: str | None
) -> str:
    """Keep a result under a report and return its id; raises Conflict where that cannot be stored.

    The same texts compared again by the same person on the same day are the same result, so that a repeat completes what a
    crash cut short.
    """
    now = format_instant(kept.made)
    said = [desk.node, actor.name, name, str(marking), now[:10], kept.version, kept.sources, kept.names]
    identifier = f"report--{uuid5(_SPACE, msgspec.json.encode(said, order='sorted').decode())}"
    if stated_here(desk, actor, identifier) is not None:
        if not _has_file(desk, actor, [identifier]):
            _attach(desk, actor, identifier, kept)
        return identifier
    report = {
        "type": "report",
        "spec_version": "2.1",
        "id": identifier,
        "created": now,
        "modified": now,
        "name": name,
        "description": f"{WORDS} ({len(kept.documents)})",
        "report_types": ["observed-data"],
        "published": now,
        "object_refs": [one.id for one in captures],
        "labels": [LABEL],
        "external_references": [{"source_name": SOURCE, "description": f"Cordiale {__version__}"}],
    }
    bundle = {"type": "bundle", "id": f"bundle--{uuid4(desk.random)}", "objects": [report]}
    done = import_(desk, actor, [of_bytes(FILE, json.dumps(bundle).encode())], marking=marking)
    if done.set_aside:
        raise Conflict("lineage-kept", _("The result could not be kept: see cordiale set-aside list."))
    _attach(desk, actor, identifier, kept)
    return identifier


def _attach(desk: Desk, actor: Actor, identifier: str, kept: Kept) -> None:
    attach(desk, actor, identifier, [msgspec.json.encode(kept)], name=FILE, media_type="application/json")


def _has_file(desk: Desk, actor: Actor, ids: Iterable[str]) -> frozenset[str]:
    with desk.store.read() as tx:
        return frozenset(i for i in ids if any(one.name == FILE for one in views(tx, desk, actor, i)))


def lineages(desk: Desk, actor: Actor, after: str | None = None, limit: int = 50) -> Page:
    """Return the lineages kept here that somebody may see, newest first; a report without its file is none."""
    page = search(desk, actor, WORDS, type="report", after=after, limit=limit)
    there = _has_file(desk, actor, [one.id for one in page.items])
    return structs.replace(page, items=type(page.items)(one for one in page.items if one.id in there))


def opened(desk: Desk, actor: Actor, identifier: str) -> Opened:
    """Return a kept result, to who may see its report and every input; raises NotFound in the same words otherwise."""
    shown = show(desk, actor, identifier)
    ours = next((one for one in shown.statements if LABEL in one.value.get("labels", ())), None)
    file = next((one for one in shown.attachments if one.name == FILE and one.size <= LARGEST), None)
    if ours is None or file is None:
        raise unknown(identifier)
    _view, path = attachment(desk, actor, identifier, file.sha256)
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Kept)
    except msgspec.MsgspecError as error:
        raise Conflict(
            "lineage-form",
            _("This result was made by another version and cannot be opened here: compare its files again."),
        ) from error
    if not kept.answers:
        raise unknown(identifier)
    # a report shows its reader only the references they may see: the file names every input
    named = dict.fromkeys([*kept.names, *ours.value.get("object_refs", ())])
    inputs = _inputs(desk, actor, identifier, named)
    return Opened(
        id=identifier,
        name=str(ours.value.get("name", "")),
        kept=kept,
        inputs=tuple(Input(one.id, kept.names.get(one.id, one.name)) for one in inputs),
        markings=(tuple(ours.effective_marking), file.marking, *(one.marking for one in inputs)),
    )


def _inputs(desk: Desk, actor: Actor, identifier: str, named: Iterable[str]) -> Sequence[Summary]:
    try:
        return summaries(desk, actor, named)
    except NotFound:
        raise unknown(identifier) from None
