"""Generated networks of accounts: independent ones, planted groups, and news that everybody passes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cordiale.domains.information.copies.stages import COPIES
from cordiale.domains.information.posts import POSTS
from cordiale.domains.information.synchrony.stages import SYNCHRONY
from cordiale.evidence.engines.analysis import Rows
from cordiale.evidence.engines.local import LocalEngine

START = 1_772_323_200
"""1 March 2026, in seconds."""

DAY = 86_400

Draw = np.random.Generator
Shared = tuple[int, int, int]
"""An account, a link, and when in seconds after the start."""


def independent(
    draw: Draw, accounts: int = 300, posts: int = 6000, days: int = 5, links: int = 400
) -> list[Shared]:
    """Return what accounts share who know nothing of each other.

    Some post a hundred times more than others, mostly in the hours they are awake; some links are passed on far more than others, each
    around an hour of its own; a third of the accounts care for a few subjects only.
    """
    busy = draw.pareto(1.2, accounts) + 1
    wakes = draw.integers(0, 24, accounts)
    fame = 1 / np.arange(1, links + 1) ** 0.9
    peak = draw.integers(0, days * 24, links)
    taste = draw.integers(0, 8, accounts)
    subject = draw.integers(0, 8, links)
    found = []
    for who in draw.choice(accounts, posts, p=busy / busy.sum()).tolist():
        hour = int(draw.integers(0, days)) * 24 + (int(wakes[who]) + int(abs(draw.normal(0, 4)))) % 24
        wanted = fame * np.exp(-np.abs(peak - hour) / 12)
        if who % 3 == 0:
            wanted = wanted * np.where(subject == taste[who], 40, 1)
        link = int(draw.choice(links, p=wanted / wanted.sum()))
        found.append((who, link, hour * 3600 + int(draw.integers(0, 3600))))
    return found


def breaking(draw: Draw, accounts: int = 500, link: int = 999_999, at: int = 2 * DAY) -> list[Shared]:
    """Return one link that independent accounts share within ten minutes."""
    return [(who, link, at + int(draw.integers(0, 600))) for who in range(accounts)]


def planted(draw: Draw, members: list[int], times: int, link: int, days: int = 5) -> list[Shared]:
    """Return links that a group shares within half a minute, each member nine times of ten."""
    found = []
    for n in range(times):
        at = int(draw.integers(0, days * DAY - 60))
        found += [(who, link + n, at + int(draw.integers(0, 30))) for who in members if draw.random() < 0.9]
    return found


def posts(shared: list[Shared], *, minute: bool = False) -> pa.Table:
    """Return posts that share links."""
    rows: list[dict[str, Any]] = [
        {
            "post": f"p{n}",
            "network": "example",
            "account": f"a{who}",
            "at": (START + (at // 60 * 60 if minute else at)) * 1_000_000,
            "minute": minute,
            "text": "",
            "lang": None,
            "links": [f"https://example.org/{link}"],
            "tags": [],
            "images": [],
            "reply_to": None,
            "repost_of": None,
            "line": n + 1,
        }
        for n, (who, link, at) in enumerate(shared)
    ]
    return pa.Table.from_pylist(rows, schema=POSTS)


def run(folder: Path, table: pa.Table) -> dict[str, pa.Table]:
    """Find copies, then synchrony."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, folder / "rows")
    given: dict[str, Rows | pa.Table] = dict.fromkeys(
        ("rows", "fresh"), Rows((folder / "rows",), table.num_rows)
    )
    before = {f"before:{name}": schema.empty_table() for name, schema in COPIES.results.items()}
    copies = LocalEngine().run(COPIES, {**given, **before}, folder / "copies")
    return LocalEngine().run(
        SYNCHRONY, {**given, "copies:clusters": copies["clusters"]}, folder / "synchrony"
    )


def edges(found: dict[str, pa.Table]) -> set[frozenset[str]]:
    """Return the pairs of accounts that are edges, by name."""
    posts = found["posts"]
    names = dict(zip(posts["who"].to_pylist(), posts["account"].to_pylist(), strict=True))
    rows = found["edges"]
    pairs = zip(rows["left"].to_pylist(), rows["right"].to_pylist(), strict=True)
    return {frozenset((names[a], names[b])) for a, b in pairs}
