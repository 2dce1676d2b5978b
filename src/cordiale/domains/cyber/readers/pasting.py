"""The form of a pasted text: what is in it is shown first, and what somebody chose of that is taken in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cordiale.desk.actor import authorise
from cordiale.desk.domain import Sent
from cordiale.domains.cyber.readers.found import Taken
from cordiale.domains.cyber.readers.taking import keep, taken_of
from cordiale.domains.cyber.tabs import ROOT
from cordiale.domains.cyber.writers.judgement import named_by
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _, number

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

CHARACTERS: Final = 400_000
"""Characters of a text that is looked at while somebody waits; more is for the page Import."""
LISTED: Final = 500
"""Values that the page lists; what is beyond them is taken with them."""

LOOK: Final = _("Nothing is taken in yet: look at what was found, then take in what is chosen.")


def reading(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Take in what was chosen and return where it is; what was only pasted is shown again with what it holds."""
    authorise(actor, "import")
    said = sent.fields
    pasted = said.get("text", "")
    if not pasted.strip():
        raise InputError("reading-empty", _("Paste the text of a report, a mail or a list first.")).at("text")
    if len(pasted) > CHARACTERS:
        raise InputError(
            "reading-long",
            _("That is more than {limit} characters: save it as a file and import it."),
            limit=number(lang, CHARACTERS),
        ).at("text")
    if said.get("do") != "take":
        return ""
    found = found_in(desk, pasted, said)
    only = [one.value for n, one in enumerate(found.found) if n >= LISTED or said.get(f"take-{n}")]
    marking = said.get("marking", "").split() or None
    keep(
        desk,
        actor,
        pasted,
        found.title[:60] or "pasted",
        own=said.get("own", "").split(),
        plain=bool(said.get("plain")),
        marking=marking,
        only=only,
    )
    return ROOT + "indicators"


def found_in(desk: Desk, pasted: str, said: Mapping[str, str]) -> Taken:
    """Return what a pasted text holds, by what its form says of it."""
    return taken_of(
        pasted, own=said.get("own", "").split(), plain=bool(said.get("plain")), warned=named_by(desk)
    )
