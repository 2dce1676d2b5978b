"""The texts that are held here and that a reader may see: captures, media content, and posts of datasets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import msgspec
import orjson

from cordiale.desk.analysis.datasets import dataset_list, dataset_rows
from cordiale.desk.outgoing.exporting import export_chosen
from cordiale.desk.views.attached import attachment
from cordiale.desk.views.search import search
from cordiale.desk.views.show import show
from cordiale.domains.information.captures import SOURCE
from cordiale.domains.information.readers.content import read_file
from cordiale.platform.clock import Instant, parse_instant
from cordiale.platform.errors import CordialeError, NotFound

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

MOST: Final = 5_000
"""Newest captures and pieces of media that are looked through."""

LARGEST: Final = 8 << 20
"""Bytes of a captured file that is looked through."""

POSTS: Final = "posts"
_PAGE: Final = 500


class Text(msgspec.Struct, frozen=True):
    """One text that is held: under which object, or of which dataset it is a post; when it was captured or posted."""

    text: str
    object: str = ""
    dataset: str = ""
    at: Instant | None = None


def texts(desk: Desk, actor: Actor) -> Iterator[Text]:
    """Yield the texts that a reader may see; what they may not see is not opened."""
    yield from _captured(desk, actor)
    yield from _media(desk, actor)
    yield from _posted(desk, actor)


def _captured(desk: Desk, actor: Actor) -> Iterator[Text]:
    for identifier in _listed(desk, actor, "observed-data"):
        try:
            shown = show(desk, actor, identifier)
        except NotFound:
            continue
        value = shown.statements[0].value
        references = value.get("external_references")
        if not any(one.get("source_name") == SOURCE for one in references or () if isinstance(one, dict)):
            continue
        for file in shown.attachments:
            if file.size > LARGEST or not file.held:
                continue
            try:
                _view, path = attachment(desk, actor, identifier, file.sha256)
                read = read_file(path, file.name)
            except (CordialeError, OSError):
                continue  # what cannot be read here cannot be said to be seen
            for one in read.documents:
                words = "\n".join(block.text for block in one.blocks)
                yield Text(words, object=identifier, at=_instant(value.get("first_observed")))


def _media(desk: Desk, actor: Actor) -> Iterator[Text]:
    ids = list(_listed(desk, actor, "media-content"))
    for place in range(0, len(ids), _PAGE):
        made = export_chosen(desk, actor, ids[place : place + _PAGE])
        for value in orjson.loads(made.data)["objects"]:
            if value.get("type") == "media-content" and value.get("content"):
                yield Text(str(value["content"]), object=str(value["id"]), at=_instant(value.get("publication_date")))  # fmt: skip


def _posted(desk: Desk, actor: Actor) -> Iterator[Text]:
    for held in dataset_list(desk, actor):
        if held.kind != POSTS or held.state != "open":
            continue
        for piece in dataset_rows(desk, actor, held.id, ["text", "at"]):
            for row in piece.to_pylist():
                at = row["at"]
                yield Text(row["text"], dataset=held.id, at=None if at is None else round(at.timestamp() * 1e6))  # fmt: skip


def _listed(desk: Desk, actor: Actor, kind: str) -> Iterator[str]:
    after, seen = None, 0
    while seen < MOST:
        page = search(desk, actor, type=kind, after=after, limit=_PAGE)
        for one in page.items:
            seen += 1
            yield one.id
        after = page.next
        if after is None:
            return


def _instant(written: object) -> Instant | None:
    try:
        return parse_instant(str(written)) if written else None
    except ValueError:
        return None
