"""The form of feeds: add one, drop one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordiale.desk.domain import Sent
from cordiale.desk.outgoing.feeds import feed_add, feed_drop
from cordiale.desk.views.search import Question
from cordiale.domains.cyber.tabs import ROOT
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk


def feeds(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Add a feed, or drop one; return where that is seen."""
    said = sent.fields
    if said.get("do") == "drop":
        feed_drop(desk, actor, said.get("feed", ""))
    else:
        asked = Question(words=said.get("words", "").strip())
        name = said.get("name", "").strip()
        shared = said.get("shared") == "yes"
        feed_add(
            desk,
            actor,
            name,
            said.get("format", ""),
            asked,
            shared=shared,
            confidence=confidence_of(said.get("confidence", "")),
        )
    return ROOT + "feeds"


def confidence_of(written: str) -> int:
    """Return a confidence as somebody typed it, 0 for none; raises InputError for another number."""
    bare = written.strip()
    if bare and (not bare.isdigit() or int(bare[:4]) > 100):
        raise InputError("export-confidence", _("A confidence is a number from 0 to 100.")).at("confidence")
    return int(bare or 0)
