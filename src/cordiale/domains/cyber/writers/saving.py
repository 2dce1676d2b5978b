"""A file of indicators that somebody saves once: in the format of a tool, as events of MISP, or as a whole feed of MISP in a ZIP."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk.domain import File
from cordiale.desk.outgoing.writers import writers
from cordiale.desk.views.search import Question
from cordiale.domains.cyber.misp.export import write_feed, write_file
from cordiale.domains.cyber.writers.export import export
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

FEED: Final = "misp-feed"
FEED_TITLE: Final = _("a feed of MISP: its reports as events, with manifest and hashes, in a ZIP")

_WHEN: Final = (1980, 1, 1, 0, 0, 0)
"""The time that members of a ZIP carry: the same feed gives the same bytes."""


def forms() -> dict[str, str]:
    """Return the formats that a file can be saved in, each with its title (a sentence's id)."""
    return {**{name: one.title for name, one in writers().items()}, FEED: FEED_TITLE}


def save(desk: Desk, actor: Actor, format: str, words: str, *, confidence: int = 0, lang: str = "en") -> File:
    """Return a file of what the actor may read, and write down that it was made.

    Raises InputError for an unknown format and for more than a file takes, NotFound where there is nothing to write for MISP.
    """
    asked = Question(words=words.strip())
    if format == FEED:
        return _feed(desk, actor, msgspec.structs.replace(asked, type="report"), lang)
    if format == "misp":
        data: list[bytes] = []
        write_file(
            desk, actor, data.append, asked=msgspec.structs.replace(asked, type="indicator"), lang=lang
        )
        return File(f"{desk.node}-misp.json", "application/json", b"".join(data))
    made = export(desk, actor, format, asked=asked, confidence=confidence, lang=lang)
    return File(made.name, made.media_type, made.data)


def _feed(desk: Desk, actor: Actor, asked: Question, lang: str) -> File:
    out = io.BytesIO()
    with tempfile.TemporaryDirectory(dir=desk.folder, prefix="feed-") as folder:
        written = write_feed(desk, actor, Path(folder), asked=asked, lang=lang)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(written.files):
                member = zipfile.ZipInfo(name, _WHEN)
                member.external_attr = 0o644 << 16
                member.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(member, (Path(folder) / name).read_bytes())
    return File(f"{desk.node}-{FEED}.zip", "application/zip", out.getvalue())
