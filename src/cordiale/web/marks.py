"""Markings as a page shows them: chips beside an object, and the banner over everything on the page.

What they say is `release.banner`'s, through the desk; here is only how they look.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cordiale.desk.views.display import Show
from cordiale.platform.languages import _, text

STYLES = {
    "level": "level",
    "compartment": "level",
    "unresolved": "closed",
    "unmarked": "closed",
    "unknown": "closed",
}
"""Looks by axis; TLP has a colour of its own."""


class MarkChip(msgspec.Struct, frozen=True):
    """One piece of a marking: the word in the chip, its look, and what it means."""

    word: str
    style: str
    title: str


class Banner(msgspec.Struct, frozen=True):
    """The line at the top and the bottom of a page."""

    text: str
    style: str
    atoms: tuple[str, ...] = ()


def chips(marking: Iterable[str], show: Show) -> list[MarkChip]:
    """Return the chips of a marking, joined axis by axis, the gravest axis first."""
    return [
        MarkChip(
            part.text, _tlp(part.text) if part.axis == "tlp" else STYLES.get(part.axis, "rel"), part.note
        )
        for part in show(marking)
    ]


def banner(markings: Iterable[Iterable[str]], show: Show, lang: str) -> Banner:
    """Return the banner of a page: the join, axis by axis, of everything on it."""
    atoms = {atom for marking in markings for atom in marking}
    found = chips(atoms, show)
    if not found:
        return Banner(text(lang, _("Nothing marked on this page")), "")
    style = next((chip.style.split()[1] for chip in found if chip.style.startswith("tlp ")), "")
    return Banner(" // ".join(chip.word for chip in found), style, tuple(sorted(atoms)))


def carried(written: str) -> tuple[str, ...]:
    """Return the marking a page says it shows already, as its banner carries it."""
    return tuple(atom for atom in written.split("\n") if atom)


def unmarked(lang: str) -> Banner:
    """Return the banner of a page that shows no object."""
    return Banner(text(lang, _("Nothing marked on this page")), "")


def _tlp(word: str) -> str:
    return f"tlp tlp-{word.removeprefix('TLP:').partition('+')[0].lower()}"
