"""Draw the ties between sites: a ring of names, lines by grade. Lengths are in CSS pixels."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

from cordiale.domains.information.kinship.mark import Grade
from cordiale.domains.information.kinship.ties import Tie
from cordiale.domains.information.sheet.packed import legal

MOST: Final = 40
"""Sites that are drawn, those with most ties: more of them is a hairball."""

SIZE: Final = 440
RING: Final = 170
WIDTHS: Final[dict[Grade, float]] = {"strong": 3.5, "moderate": 2.0, "weak": 1.0}


class Dot(msgspec.Struct, frozen=True):
    """A site: where it stands, and on which side of the ring its name is written."""

    name: str
    x: float
    y: float
    left: bool


class Line(msgspec.Struct, frozen=True):
    """What ties two sites: from where to where, how thick and dashed its surest tie makes it, and its words."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float
    dashes: str
    title: str


class Drawing(msgspec.Struct, frozen=True):
    """Sites on a ring; `left_out` counts those that are not drawn."""

    sites: tuple[Dot, ...]
    lines: tuple[Line, ...]
    left_out: int


def drawing(ties: Sequence[Tie], lang: str) -> Drawing:
    """Lay out the tied sites on a ring, one line for each pair: thick for strong, dashed for weak."""
    degree = Counter(name for tie in ties for name in (tie.one, tie.other))
    chosen = sorted(degree, key=lambda name: (-degree[name], name))[:MOST]
    places = {}
    for number, name in enumerate(sorted(chosen)):
        angle = 2 * math.pi * number / max(1, len(chosen)) - math.pi / 2
        places[name] = (SIZE / 2 + RING * math.cos(angle), SIZE / 2 + RING * math.sin(angle))
    pairs: dict[tuple[str, str], list[Tie]] = {}
    for tie in ties:
        if tie.one in places and tie.other in places:
            pairs.setdefault((tie.one, tie.other), []).append(tie)
    return Drawing(
        tuple(Dot(legal(n), round(x, 1), round(y, 1), x < SIZE / 2 - 1) for n, (x, y) in places.items()),
        tuple(_line(places[one], places[other], of, lang) for (one, other), of in pairs.items()),
        len(degree) - len(chosen),
    )


def _line(one: tuple[float, float], other: tuple[float, float], of: Sequence[Tie], lang: str) -> Line:
    grade = min((tie.grade for tie in of), key=("strong", "moderate", "weak").index)
    title = f"{of[0].one} – {of[0].other}: " + "; ".join(tie.because.said(lang) for tie in of[:6])
    dashes = "4 3" if grade == "weak" else ""
    (x1, y1), (x2, y2) = one, other
    return Line(round(x1, 1), round(y1, 1), round(x2, 1), round(y2, 1), WIDTHS[grade], dashes, legal(title))
