"""A footnote: the reserve that a member makes on a text it does not stop, printed under it in both languages."""

from __future__ import annotations

import msgspec

from cordiale.joint.words import Words
from cordiale.platform.languages import _, text


class Footnote(msgspec.Struct, frozen=True):
    """One national reserve, with the number it is printed under."""

    number: int
    node: str
    words: Words


def numbered(reserves: list[tuple[str, Words]]) -> tuple[Footnote, ...]:
    """Number reserves in the order of the members."""
    return tuple(Footnote(n, node, words) for n, (node, words) in enumerate(reserves, 1))


def printed(notes: tuple[Footnote, ...], lang: str) -> str:
    """Write the reserves as they stand under a text, empty where there are none."""
    if not notes:
        return ""
    heading = text(lang, _("Reserves"))
    lines = [f"{one.number}. {one.node}: {one.words.said(lang)}" for one in notes]
    return "\n".join([heading, *lines])
