"""How often sites that have nothing to do with one another are put together: generated worlds with owners that are known.

Every world has operations of four sites and sites of owners of their own, which share what such sites share in life: themes,
the icon that a theme comes with, a placeholder where an account should stand, a name that looks alike, and a clone that
copied the page and the icon of another and sends its readers on to it.
"""

from __future__ import annotations

import base64
import random
from collections import Counter
from itertools import combinations
from pathlib import Path

from cordiale.domains.information.kinship.ties import Kinship
from tests.unit.domains.information.test_kinship import found, page, tag

WORLDS = 12
ALONE = 20
OPERATIONS = 2
SITES = 4


def icon(name: str) -> str:
    data = base64.b64encode(f"icon of {name}".encode()).decode()
    return f'<link rel="shortcut icon" href="data:image/png;base64,{data}">'


def advertised(account: int) -> str:
    return f'<script async src="https://ads.example/x.js?client=ca-pub-{account:016d}"></script>'


def world(chance: random.Random) -> tuple[dict[str, str], dict[str, str]]:
    """Return pages by file name, and the owner of each site."""
    pages: dict[str, str] = {}
    owners: dict[str, str] = {}
    accounts = chance.sample(range(20_000, 90_000), 60)
    names = [f"site{n}x{chance.randrange(10**6)}.example" for n in range(ALONE + OPERATIONS * SITES)]

    def built(name: str, owner: str, *head: str, theme: int, own: str) -> None:
        shown = icon(f"theme {theme}") if chance.random() < 0.5 else icon(own)
        pages[f"{name}.html"] = page(*head, shown, blocks=30 + theme, classes=f"t{theme} lead")
        owners[name] = owner

    for n in range(ALONE):
        account = "UA-XXXXX-1" if chance.random() < 0.15 else f"UA-{accounts[n]}-1"
        built(names[n], f"alone {n}", tag(account), theme=chance.randrange(7), own=names[n])
    for operation in range(OPERATIONS):
        number = accounts[ALONE + operation]
        shared = tag(f"UA-{number}-{{n}}") if chance.random() < 0.7 else advertised(number * 10**8 + 7)
        for n in range(SITES):
            name = names[ALONE + operation * SITES + n]
            theme = chance.randrange(7)
            built(name, f"operation {operation}", shared.replace("{n}", str(n + 1)), theme=theme, own=name)
    victim = names[0]
    clone = victim.replace("site", "s1te")
    onward = f'<meta http-equiv="refresh" content="0; url=https://{victim}/">'
    copied = pages[f"{victim}.html"].replace(f"UA-{accounts[0]}-1", f"UA-{accounts[59]}-1")
    pages[f"{clone}.html"] = copied.replace("<head>", "<head>" + onward)
    owners[clone] = "clone"
    return pages, owners


def test_independent_sites_are_not_put_together_and_operations_are(tmp_path: Path) -> None:
    counts: Counter[str] = Counter()
    for seed in range(WORLDS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        pages, owners = world(random.Random(seed))
        counts.update(counted(found(folder, dict(pages)), owners))
    # 0 of 4,644 pairs: with 95 % confidence fewer than 0.07 % (three divided by the pairs, Hanley and Lippman-Hand 1983)
    assert counts["pairs of two owners"] > 4_000
    assert counts["two owners in one group"] == 0
    assert counts["two owners, strong"] == 0
    assert counts["one owner in one group"] == counts["pairs of one owner"]
    # what a theme brings along ties, and says that it is weaker than an account
    assert 0 < counts["two owners, moderate"] < 0.06 * counts["pairs of two owners"]


def counted(got: Kinship, owners: dict[str, str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    together = {frozenset(pair) for group in got.groups for pair in combinations(group, 2)}
    for one, other in combinations(owners, 2):
        kind = "one owner" if owners[one] == owners[other] else "two owners"
        counts[f"pairs of {kind}"] += 1
        counts[f"{kind} in one group"] += frozenset((one, other)) in together
    for tie in got.ties:
        kind = "one owner" if owners[tie.one] == owners[tie.other] else "two owners"
        counts[f"{kind}, {tie.grade}"] += 1
    return counts
