"""Copies are found exactly, keep their clusters as evidence grows, and say where they differ."""

from __future__ import annotations

import datetime
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cordiale.domains.information.copies import members, stages
from cordiale.domains.information.copies.differing import differing
from cordiale.domains.information.copies.stages import COPIES
from cordiale.domains.information.copies.texts import compared
from cordiale.domains.information.posts import POSTS
from cordiale.evidence.engines.analysis import Rows
from cordiale.evidence.engines.local import LocalEngine

START = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
HARBOUR = "The harbour stays closed until the inspection of the northern quay is finished"


def posts(*texts: str, first: int = 0, **more: Any) -> pa.Table:
    rows = [
        {
            "post": f"p{first + n}",
            "network": "example",
            "account": f"a{first + n}",
            "at": START + datetime.timedelta(minutes=first + n),
            "minute": False,
            "text": text,
            "lang": None,
            "links": [],
            "tags": [],
            "images": [],
            "reply_to": None,
            "repost_of": None,
            "line": first + n + 1,
            **more,
        }
        for n, text in enumerate(texts)
    ]
    return pa.Table.from_pylist(rows, schema=POSTS)


class Run:
    """Runs copies over a dataset that grows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: list[Path] = []
        self.rows = 0
        self.before = {name: schema.empty_table() for name, schema in COPIES.results.items()}

    def add(self, table: pa.Table) -> dict[str, pa.Table]:
        path = self.folder / f"{len(self.files)}.parquet"
        pq.write_table(table, path)
        self.files.append(path)
        self.rows += table.num_rows
        found = LocalEngine().run(
            COPIES,
            {
                "rows": Rows(tuple(self.files), self.rows),
                "fresh": Rows((path,), table.num_rows),
                **{f"before:{name}": rows for name, rows in self.before.items()},
            },
            self.folder / f"run{len(self.files)}",
        )
        self.before = {name: found[name] for name in COPIES.results}
        return found


def clusters(found: dict[str, pa.Table]) -> dict[str, str]:
    return dict(
        zip(found["members"]["post"].to_pylist(), found["members"]["cluster"].to_pylist(), strict=True)
    )


def exact(one: str, other: str) -> float:
    """Return the similarity as its definition says, on sets of strings."""
    a, b = ({text[n : n + 5] for n in range(max(1, len(text) - 4))} for text in (one, other))
    return len(a & b) / len(a | b)


def test_every_pair_is_what_its_definition_says_and_few_are_missed(tmp_path: Path) -> None:
    draw = random.Random(7)
    words = [
        "harbour",
        "quay",
        "ministry",
        "élection",
        "vote",
        "ship",
        "north",
        "café",
        "inspection",
        "night",
        "closed",
        "open",
        "paper",
        "minister",
        "ñandú",
        "北京",
    ]
    texts = []
    for _ in range(60):
        text = " ".join(draw.choices(words, k=14))
        texts.append(text)
        for _ in range(4):
            changed = text.split()
            for _ in range(draw.randint(1, 4)):
                changed[draw.randrange(len(changed))] = draw.choice(words)
            texts.append(" ".join(changed))
    wanted = {(a, b) for n, a in enumerate(texts) for b in texts[n + 1 :] if a != b and exact(a, b) >= 0.7}
    table = posts(*texts)
    met = stages.signed(stages.said(table, profile=stages.POSTS_1), profile=stages.POSTS_1)
    beside = {"texts": met}
    banded = stages.banded(met, beside).sort_by([("band", "ascending"), ("text_id", "ascending")])
    pairs = stages.linked(banded, beside, profile=stages.POSTS_1, every=True)
    by_id = dict(zip(met["text_id"].to_pylist(), met["compared"].to_pylist(), strict=True))
    seen = set()
    for pair in pairs.to_pylist():
        one, other = by_id[pair["left"]], by_id[pair["right"]]
        assert pair["similarity"] == pytest.approx(exact(one, other), abs=1e-12)
        assert pair["similarity"] >= 0.7
        seen |= {(one, other), (other, one)}
    assert len(wanted) > 100
    assert sum(pair in seen for pair in wanted) >= 0.98 * len(wanted)


def test_the_same_text_written_in_other_ways_is_one_text() -> None:
    same = pa.chunked_array(
        [
            [
                "RT @desk: The minister’s “plan” https://t.example/1",
                'the minister\'s "plan"  www.example.org/x',
                "The\u00a0MINISTER's \u201cplan\u201d\u200b",
            ]
        ]
    )
    assert len(set(compared(same).to_pylist())) == 1


def test_a_text_posted_twice_is_a_cluster_and_one_like_no_other_is_none(tmp_path: Path) -> None:
    found = Run(tmp_path).add(
        posts(HARBOUR, "Something quite different about gardens in spring", HARBOUR, "ok", "ok")
    )
    assert set(clusters(found)) == {"p0", "p2"}


def test_a_cluster_keeps_its_id_as_it_grows_and_the_earliest_held_is_its_first(tmp_path: Path) -> None:
    run = Run(tmp_path)
    before = clusters(run.add(posts(HARBOUR, HARBOUR + " today", first=10)))
    found = run.add(posts(HARBOUR + " now", "A text that is like no other one of them here", first=5))
    after = clusters(found)
    assert {after[post] for post in ("p10", "p11", "p5")} == set(before.values())
    first = [row["post"] for row in found["members"].to_pylist() if row["first"]]
    assert first == ["p5"]


def test_where_two_clusters_become_one_the_older_survives_and_the_other_redirects(tmp_path: Path) -> None:
    run = Run(tmp_path)
    said = "ships wait outside the northern harbour because nobody there knows when some pilot will come back and who opens these gates"
    words = said.split()
    left = said
    right = " ".join([*words[:-6], "moving", "slowly", "ashore", "before", "winter", "nights"])
    bridge = " ".join([*words[:-3], "before", "winter", "nights"])
    assert exact(left, right) < 0.7 <= min(exact(left, bridge), exact(bridge, right))
    old = clusters(run.add(posts(left, left)))["p0"]
    young = clusters(run.add(posts(right, right, first=2)))["p2"]
    assert old != young
    found = run.add(posts(bridge, first=4))
    assert set(clusters(found).values()) == {old}
    assert found["redirects"].to_pylist() == [{"cluster": young, "into": old}]
    later = run.add(posts("a text that is like no other one of them here", first=9))
    assert later["redirects"].to_pylist() == [{"cluster": young, "into": old}]


def test_what_came_in_parts_is_found_as_if_it_had_come_at_once(tmp_path: Path) -> None:
    table = stages.SAMPLE()
    (tmp_path / "once").mkdir()
    (tmp_path / "parts").mkdir()
    once = Run(tmp_path / "once").add(table)
    run = Run(tmp_path / "parts")
    for start in range(0, table.num_rows, 13):
        parts = run.add(table.slice(start, 13))

    def together(found: dict[str, pa.Table]) -> set[frozenset[str]]:
        groups: dict[str, set[str]] = {}
        for post, cluster in clusters(found).items():
            groups.setdefault(cluster, set()).add(post)
        return {frozenset(group) for group in groups.values()}

    assert together(parts) == together(once)


@pytest.mark.parametrize(
    ("one", "other", "what"),
    [
        ("The ministry confirmed the attack", "The ministry has not confirmed the attack", ["negation"]),
        ("They won't open the harbour", "They will open the harbour", ["negation"]),
        ("Le ministre viendra demain", "Le ministre ne viendra pas demain", ["negation"]),
        ("It killed 12 people", "It killed 120 people", ["number"]),
        ("Yesterday Marie Dupont voted", "Yesterday Anne Martin voted", ["name"]),
        ("In Lyon 12 ships came", "In Nice 14 ships never came", ["negation", "number", "name"]),
        ("The harbour is closed", "the harbour is CLOSED https://t.example/9", []),
    ],
)
def test_what_a_copy_says_otherwise_is_flagged(one: str, other: str, what: list[str]) -> None:
    assert differing(one, other) == what


def test_a_copy_and_its_negation_are_together_and_flagged(tmp_path: Path) -> None:
    denied = HARBOUR.replace("stays closed", "stays not closed")
    found = Run(tmp_path).add(posts(HARBOUR, denied))
    rows = found["members"].to_pylist()
    assert len({row["cluster"] for row in rows}) == 1
    assert [row["differs"] for row in rows] == [[], ["negation"]]
    assert rows[1]["similarity"] == pytest.approx(exact(HARBOUR.lower(), denied.lower()))


def test_odd_texts_do_no_harm(tmp_path: Path) -> None:
    odd = [
        "",
        " ",
        "\u200b" * 40,
        "a" * 1_000_000,
        "a" * 1_000_000,
        "🚢" * 30,
        "🚢" * 31,
        "مرحبا بالعالم كله اليوم" * 2,
    ]
    found = Run(tmp_path).add(posts(*odd, at=None))
    assert set(clusters(found)) == {"p3", "p4", "p5", "p6"}
    assert found["members"].schema.equals(members.MEMBERS)
