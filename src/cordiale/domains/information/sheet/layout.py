"""What a sheet is made of, whatever file it becomes: headings, paragraphs and tables of marked pieces of text."""

from __future__ import annotations

from typing import Literal

import msgspec

from cordiale.domains.information.sheet.packed import legal

Look = Literal["", "strong", "quiet", "changed", "code"]
"""How a piece of text stands out; `changed` are the words that differ between a sentence and its source."""


class Run(msgspec.Struct, frozen=True):
    """A piece of text of one look; `lang` where its language is not that of the part."""

    text: str
    look: Look = ""
    lang: str = ""


Runs = tuple[Run, ...]


class Heading(msgspec.Struct, frozen=True, tag=True):
    """A heading; `level` 1 is the title of a part."""

    level: int
    text: str


class Paragraph(msgspec.Struct, frozen=True, tag=True):
    """A paragraph, or an item of a list."""

    runs: Runs
    item: bool = False


class Table(msgspec.Struct, frozen=True, tag=True):
    """A table; `widths` are shares of the page's width in percent, one for each column."""

    columns: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[Runs, ...], ...]


Block = Heading | Paragraph | Table


class Part(msgspec.Struct, frozen=True):
    """The sheet in one language."""

    lang: str
    blocks: tuple[Block, ...]


class Sheet(msgspec.Struct, frozen=True):
    """A sheet: its title, the marking that stands at the top and foot of every page, and a part for each language."""

    title: str
    marking: str
    parts: tuple[Part, ...]


def spans(text: str, changed: tuple[str, ...], lang: str = "") -> Runs:
    """Return a sentence in pieces, those that changed marked; a piece that stands nowhere in it marks nothing.

    What would show words in another order than they have is left out.
    """
    marked = [False] * len(text)
    for piece in changed:
        start = text.find(piece) if piece else -1
        if start >= 0:
            marked[start : start + len(piece)] = [True] * len(piece)
    runs: list[Run] = []
    begin = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or marked[place] != marked[begin]:
            runs.append(Run(legal(text[begin:place]), "changed" if marked[begin] else "", lang))
            begin = place
    return tuple(runs)
