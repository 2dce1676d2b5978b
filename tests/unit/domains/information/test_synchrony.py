"""What chance explains is no finding; what it does not is found, with the posts behind it."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.domains.information.synchrony import baseline, export
from cordiale.domains.information.synchrony.addresses import by_expressions, canonical
from cordiale.domains.information.synchrony.communities import parted
from cordiale.domains.information.synchrony.profile import KINDS, MINUTE_1
from cordiale.domains.information.synchrony.tokens import TOKENS, tokens
from cordiale.domains.information.synchrony.view import Edge, Meeting, Network, Shown, Synchrony
from cordiale.platform.errors import Conflict
from tests.unit.domains.information import networks

SEEDS = range(3)


def shown(folder: Path, runs: list[list[networks.Shared]], *, minute: bool = False) -> list[int]:
    """Return how many edges each run shows."""
    found = []
    for number, shared in enumerate(runs):
        found.append(
            len(networks.edges(networks.run(folder / f"{number}", networks.posts(shared, minute=minute))))
        )
    return found


def test_independent_accounts_are_not_synchronised(tmp_path: Path) -> None:
    runs = [networks.independent(np.random.default_rng(seed), posts=2000) for seed in SEEDS]
    assert sum(n > 0 for n in shown(tmp_path, runs)) == 0


def test_whole_minutes_do_not_make_accounts_synchronised(tmp_path: Path) -> None:
    runs = [networks.independent(np.random.default_rng(seed), posts=2000) for seed in SEEDS]
    assert sum(n > 0 for n in shown(tmp_path, runs, minute=True)) == 0


def test_five_hundred_who_share_one_breaking_link_are_not_synchronised(tmp_path: Path) -> None:
    runs = []
    for seed in SEEDS:
        draw = np.random.default_rng(seed)
        runs.append(networks.independent(draw, posts=2000) + networks.breaking(draw))
    assert sum(n > 0 for n in shown(tmp_path, runs)) == 0


def test_nor_are_those_who_pass_on_every_breaking_link(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    shared = networks.independent(draw, posts=2000)
    for day in range(5):
        shared += networks.breaking(draw, accounts=150, link=900_000 + day, at=day * networks.DAY + 40_000)
    assert shown(tmp_path, [shared]) == [0]


def test_what_was_synchronised_no_longer_is_when_times_are_shuffled(tmp_path: Path) -> None:
    runs = []
    for seed in SEEDS:
        draw = np.random.default_rng(seed)
        shared = networks.independent(draw, posts=2000) + networks.planted(draw, list(range(12)), 10, 10_000)
        times = draw.permutation([at for _who, _link, at in shared]).tolist()
        runs.append([(who, link, at) for (who, link, _at), at in zip(shared, times, strict=True)])
    assert sum(n > 0 for n in shown(tmp_path, runs)) == 0


def test_a_group_that_acts_at_once_is_found_and_nobody_else(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    members = [3, 5, 7, 11, 13, 17]
    shared = networks.independent(draw, posts=4000) + networks.planted(draw, members, 12, 10_000)
    found = networks.run(tmp_path, networks.posts(shared))
    wanted = {frozenset((f"a{a}", f"a{b}")) for a in members for b in members if a != b}
    seen = networks.edges(found)
    assert seen <= wanted
    assert len(seen) >= 0.9 * len(wanted)
    of_edge = found["evidence"].group_by(["left", "right"]).aggregate([("item", "count")])
    assert of_edge.num_rows == len(seen)
    assert min(of_edge["item_count"].to_pylist()) >= 2
    held = set(found["posts"]["said"].to_pylist())
    assert {*found["evidence"]["left_said"].to_pylist(), *found["evidence"]["right_said"].to_pylist()} <= held
    assert set(found["communities"]["community"].to_pylist()) == {1}


def test_a_marked_repeat_is_never_a_text_of_its_own() -> None:
    rows = networks.posts([(1, 1, 0), (2, 2, 0), (3, 3, 0)]).to_pylist()
    said = "the harbour stays closed until the inspection is over"
    for row, repeats in zip(rows, (None, "", "p9"), strict=True):
        row |= {"text": said, "repost_of": repeats, "links": []}
    table = pa.Table.from_pylist(rows, schema=networks.posts([]).schema)
    from cordiale.domains.information.copies.texts import compared, numbered

    clusters = pa.table({"text_id": numbered(compared(table["text"].slice(0, 1))), "cluster": ["c1"]})
    found = tokens(table, {"copies:clusters": clusters})
    assert found.schema.equals(TOKENS)
    assert [KINDS[kind] for kind in found["kind"].to_pylist()] == ["text", "repost", "repost"]
    assert len(set(found["item"].to_pylist())) == 3


def test_posts_without_a_time_share_nothing_at_a_moment() -> None:
    rows = networks.posts([(1, 1, 0)]).to_pylist()
    rows[0]["at"] = None
    table = pa.Table.from_pylist(rows, schema=networks.posts([]).schema)
    none = pa.table({"text_id": pa.array([], pa.int64()), "cluster": pa.array([], pa.string())})
    assert tokens(table, {"copies:clusters": none}).num_rows == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.Example.org/a/", "http://example.org/a"),
        ("https://example.org/a?utm_source=x&utm_medium=y", "https://example.org/a"),
        ("https://example.org/a?id=7&fbclid=z#top", "https://m.example.org/a?id=7"),
    ],
)
def test_one_page_has_one_address(one: str, other: str) -> None:
    first, second = canonical(pa.array([one, other])).to_pylist()
    assert first == second


LINKS = [
    "http", "https", "://", ":", "/", "//", "www.", "WwW.", "m.", "M.", "mobile.", "Example", ".org", "?", "&", "#", "utm_source=x",
    "s=1", "A", "9", "+", "-", " ", "\n", "\u00e9", "\u0130", "[", "`", "{", "\x0e",
]  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(LINKS), max_size=8).map("".join), max_size=8), st.integers(0, 3))
def test_an_address_is_written_as_expressions_write_it(links: list[str], skipped: int) -> None:
    given_links = pa.array(links, pa.string()).slice(min(skipped, len(links)))
    assert canonical(given_links).to_pylist() == by_expressions(given_links).to_pylist()


def test_another_page_has_another_address() -> None:
    first, second, third = canonical(
        pa.array(["https://example.org/A", "https://example.org/a", "https://example.org/?q=a"])
    ).to_pylist()
    assert len({first, second, third}) == 3


@pytest.mark.parametrize(("seen", "mean"), [(0, 1.0), (1, 0.5), (3, 0.01), (5, 7.5), (40, 10.0), (2, 800.0)])
def test_the_tail_is_that_of_a_poisson_count(seen: int, mean: float) -> None:
    import math

    below = sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(seen))
    assert baseline.tail(seen, mean) == pytest.approx(1 - below, rel=1e-6, abs=1e-13)


def test_the_correction_is_that_of_benjamini_and_hochberg() -> None:
    rates = baseline.corrected(np.array([0.04, 0.001, 0.02]), 10)
    assert rates == pytest.approx([0.4 / 3, 0.01, 0.1])


def test_two_cliques_with_one_tie_are_two_communities() -> None:
    graph: dict[int, dict[int, float]] = {n: {} for n in range(10)}
    for group in (range(6), range(6, 10)):
        for a in group:
            for b in group:
                if a != b:
                    graph[a][b] = 5.0
    graph[0][9] = graph[9][0] = 1.0
    assert parted(graph) == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9]]


def test_what_is_exported_says_the_marking_and_never_calls_anybody_coordinated() -> None:
    post = Shown(network="x", account="=1+1", post="p", at=0, line=1, text="t")
    edge = Edge(
        one="x/=1+1",
        other="x/b\x00",
        occasions=4,
        items=4,
        expected=0.1,
        probability=1e-6,
        rate=0.01,
        apart=2.0,
        meetings=(Meeting(one=post, other=post, apart=2.0),),
    )
    network = Network(
        kind="link",
        accounts=9,
        shares=90,
        tested=36,
        kept=1,
        minute=False,
        set_aside=0,
        edges=(edge,),
        communities=(("x/=1+1", "x/b\x00"),),
    )
    found = Synchrony(
        dataset="dataset--1",
        dataset_name="d",
        marking=("tlp:amber",),
        seal="ab",
        analysis="synchrony",
        version=1,
        profile=MINUTE_1.said(),
        networks=(network,),
    )
    graph = ET.fromstring(export.graphml(found))
    assert [one.tag.rpartition("}")[2] for one in graph.iter()].count("edge") == 1
    (row,) = csv.DictReader(io.StringIO(export.table(found).decode()))
    assert (row["one"], row["occasions"], row["marking"]) == ("x/=1+1", "4", "tlp:amber")
    (said_of_all,) = [one for one in graph[-1] if one.get("key") == "marking"]
    assert said_of_all.text == "tlp:amber"
    stix = json.loads(export.bundle(found, 0))["objects"]
    kinds = [one["type"] for one in stix]
    assert kinds == ["user-account", "user-account", "grouping", "language-content"]
    for one in stix:
        assert one["object_marking_refs"] == ["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"]
    unmarked = msgspec.structs.replace(found, marking=("unmarked",))
    assert b"unmarked" in export.graphml(unmarked)
    assert b"unmarked" in export.table(unmarked)
    with pytest.raises(Conflict, match="no marking"):
        export.bundle(unmarked, 0)
    assert export.bundle(found, 0) == export.bundle(found, 0)
    said = (export.graphml(found) + export.table(found) + export.bundle(found, 0)).decode().casefold()
    assert "coordinat" not in said
    assert "coordonn" not in said
    assert "au-delà du hasard" in said
