"""Drawings of synchrony: who is tied to whom, and when each posted what ties them. Lengths are in CSS pixels."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from cordiale.domains.information.sheet.packed import legal
from cordiale.domains.information.synchrony.view import Edge
from cordiale.platform.clock import Instant

MOST: Final = 40
"""Accounts that are drawn of one community, those with most edges: more of them is a hairball."""

SIZE: Final = 440
RING: Final = 170
ROW: Final = 22
LEFT: Final = 190
WIDTH: Final = 880
TOP: Final = 30


class Account(msgspec.Struct, frozen=True):
    """An account of a network: where it stands, and on which side of the ring its name is written."""

    name: str
    x: float
    y: float
    left: bool


class Tie(msgspec.Struct, frozen=True):
    """An edge: from where to where, how thick, and its words."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float
    title: str


class Ring(msgspec.Struct, frozen=True):
    """A community drawn as a ring; `left_out` counts accounts that are not drawn."""

    accounts: tuple[Account, ...]
    ties: tuple[Tie, ...]
    left_out: int


class Post(msgspec.Struct, frozen=True):
    """A post behind an edge, on the line of its account."""

    x: float
    y: float
    title: str


class Timeline(msgspec.Struct, frozen=True):
    """The posts behind the edges of a community, one line for each account; `first` and `last` bound it."""

    rows: tuple[tuple[str, float], ...]
    posts: tuple[Post, ...]
    first: Instant | None
    last: Instant | None
    height: int


def ring(members: Sequence[str], edges: Sequence[Edge]) -> Ring:
    """Lay out a community on a ring, neighbours by number of edges; thickness follows the number of occasions."""
    chosen = shown(members, edges)
    places = {}
    for number, name in enumerate(chosen):
        angle = 2 * math.pi * number / max(1, len(chosen)) - math.pi / 2
        places[name] = (SIZE / 2 + RING * math.cos(angle), SIZE / 2 + RING * math.sin(angle))
    within = [edge for edge in edges if edge.one in places and edge.other in places]
    most = max((edge.occasions for edge in within), default=1)
    return Ring(
        tuple(
            Account(legal(name), round(x, 1), round(y, 1), x < SIZE / 2 - 1)
            for name, (x, y) in places.items()
        ),
        tuple(_tie(edge, places, most) for edge in within),
        len(members) - len(chosen),
    )


def _tie(edge: Edge, places: Mapping[str, tuple[float, float]], most: int) -> Tie:
    (x1, y1), (x2, y2) = places[edge.one], places[edge.other]
    width = round(1 + 4 * edge.occasions / most, 1)
    title = legal(f"{edge.one} – {edge.other}: {edge.occasions}")
    return Tie(round(x1, 1), round(y1, 1), round(x2, 1), round(y2, 1), width, title)


def shown(members: Sequence[str], edges: Sequence[Edge]) -> list[str]:
    """Return the accounts that are drawn, those with most edges first."""
    degree = Counter(name for edge in edges for name in (edge.one, edge.other))
    return sorted(members, key=lambda name: (-degree[name], name))[:MOST]


def timeline(members: Sequence[str], edges: Sequence[Edge]) -> Timeline:
    """Lay out on lines of time the posts behind the edges between some accounts."""
    chosen = shown(members, edges)
    lines = {name: TOP + ROW * (row + 0.5) for row, name in enumerate(chosen)}
    posts = {
        (f"{one.network}/{one.account}", one.at, one.post): one.text
        for edge in edges
        for meeting in edge.meetings
        for one in (meeting.one, meeting.other)
    }
    times = [at for name, at, _post in posts if name in lines]
    first, last = min(times, default=None), max(times, default=None)
    span = max(1, (last or 0) - (first or 0))
    return Timeline(
        tuple((legal(name), y) for name, y in lines.items()),
        tuple(
            Post(
                round(LEFT + (WIDTH - LEFT - 20) * (at - (first or 0)) / span, 1),
                lines[name],
                legal(text[:120]),
            )
            for (name, at, _post), text in posts.items()
            if name in lines
        ),
        first,
        last,
        TOP + ROW * len(chosen) + 8,
    )
