"""The family tree on a timeline: where each text stands, and which lines join them. Lengths are in CSS pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from cordiale.domains.information.document import DATING
from cordiale.domains.information.lineage.answer import Answer

Node = tuple[str, int]

WIDTH: Final = 880
ROW: Final = 44
TOP: Final = 40
LEFT: Final = 90
RIGHT: Final = 400
"""Where the first and the last day stand; to the right of a text stands its name, and beyond the days those without one."""
ASIDE: Final = 620
"""Where texts without a date of their own stand."""
NAME: Final = 30
"""Letters of a name that are drawn; the whole one stands in the list below."""
APART: Final = 120
"""Least distance of two days that are written."""


class Dot(msgspec.Struct, frozen=True):
    """A text, or a presumed ancestor that nobody here holds."""

    x: float
    y: float
    name: str
    title: str
    kind: str
    at: int
    """Place among the documents' texts, -1 for what is not held."""


class Line(msgspec.Struct, frozen=True):
    """A line from a text to what comes from it: its path, kind, and whether it is known which came first."""

    path: str
    kind: str
    known: bool
    x: float
    y: float


class Tick(msgspec.Struct, frozen=True):
    """A day that is written over the timeline."""

    x: float
    day: date


class Tree(msgspec.Struct, frozen=True):
    """The drawing: its size, texts, lines and days; `undated` is where texts without a day stand, None where all have one."""

    width: int
    height: int
    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    undated: float | None


def tree(answer: Answer, names: Mapping[Node, str]) -> Tree:
    """Lay out a family tree: days from left to right, one row for each text, the oldest on top, undated ones beside."""
    nodes = list(names)
    days = {
        (view.doc, s.n): date.fromisoformat(s.published).toordinal()
        for view in answer.documents
        for s in view.segments
        if s.published is not None and s.published_basis in DATING
    }
    order = sorted(nodes, key=lambda node: (days.get(node, 10**9), nodes.index(node)))
    aside = ASIDE if days else 2 * LEFT
    first, last = (min(days.values()), max(days.values())) if days else (0, 0)

    def across(node: Node) -> float:
        if node not in days:
            return aside
        if first == last:
            return (LEFT + RIGHT) / 2 if len(days) < 2 else LEFT + 60.0
        return LEFT + (RIGHT - LEFT) * (days[node] - first) / (last - first)

    presumed = len(answer.ancestors)
    place = {node: (across(node), TOP + ROW * (row + presumed + 0.5)) for row, node in enumerate(order)}
    dots = [Dot(*place[node], _short(names[node]), names[node], "text", nodes.index(node)) for node in order]
    lines = [
        _line(place[edge.source, edge.source_segment], place[edge.derived, edge.derived_segment], edge.kind, known=edge.direction == "known")
        for edge in answer.edges
        if edge.kind != "common_source"
    ]  # fmt: skip
    for row, ancestor in enumerate(answer.ancestors):
        below = [place[str(one["doc"]), int(one["segment"])] for one in ancestor.children]
        at = (max(24, min(x for x, _y in below) - 40 - 18 * row), TOP + ROW * (row + 0.5))
        dots.append(Dot(*at, "", "", "presumed", -1))
        lines += [_line(at, one, "common_source", known=True) for one in below]
    return Tree(
        width=WIDTH,
        height=TOP + ROW * (len(nodes) + presumed) + 8,
        dots=tuple(dots),
        lines=tuple(lines),
        ticks=_ticks({days[node]: place[node][0] for node in order if node in days}),
        undated=aside if any(node not in days for node in nodes) else None,
    )


def _short(name: str) -> str:
    return name if len(name) <= NAME else name[: NAME - 1] + "…"


def _line(start: tuple[float, float], end: tuple[float, float], kind: str, *, known: bool) -> Line:
    """Return a line that leaves a text downwards and reaches the other from the left, ending before its dot."""
    (x1, y1), (x2, y2) = start, end
    bend = min(x1, x2) - 26 if abs(x1 - x2) < 14 else x1
    path = f"M{x1:.0f} {y1:.0f} C{bend:.0f} {(y1 + y2) / 2:.0f} {bend:.0f} {y2:.0f} {x2 - 10:.0f} {y2:.0f}"
    return Line(path, kind, known, (bend + x2) / 2, (y1 + y2) / 2)


def _ticks(days: Mapping[int, float]) -> tuple[Tick, ...]:
    """Return the days that have room to be written: the first, the last, and what stands far enough from both."""
    found: list[Tick] = []
    ordered: Sequence[int] = sorted(days)
    for day in [*ordered[:1], *ordered[-1:], *ordered[1:-1]]:
        if all(abs(days[day] - one.x) >= APART for one in found):
            found.append(Tick(days[day], date.fromordinal(day)))
    return tuple(sorted(found, key=lambda one: one.x))
