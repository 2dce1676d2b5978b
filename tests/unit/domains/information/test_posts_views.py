"""What people are shown of copies and synchrony, from a dataset of a node."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.analysis import datasets
from cordiale.domains.information.copies import stages
from cordiale.domains.information.copies.view import copies
from cordiale.domains.information.posts import DATASET
from cordiale.domains.information.synchrony.view import synchrony
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.platform.clock import DAY
from cordiale.platform.errors import NotFound
from cordiale.release.recipient import Recipient
from tests.unit.domains.information import networks

MARIE = house("marie")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    path = init(tmp_path_factory.mktemp("posts") / "node", name="canada", nation="CAN", organisation="LCC")
    with open_node(Path(path), environ={}) as opened:
        desk = opened.desk
        draw = np.random.default_rng(1)
        shared = networks.independent(draw, posts=1500) + networks.planted(draw, [3, 5, 7, 11], 12, 10_000)
        for name, table in (("said", stages.SAMPLE()), ("shared", networks.posts(shared))):
            until = desk.clock() + DAY
            datasets.dataset_create(
                desk, MARIE, DATASET, name, purpose="p", basis="b", purge_on=until, marking="rel:CAN"
            )
            datasets.dataset_append(desk, MARIE, name, DATASET, [table])
        yield opened


def test_clusters_say_who_was_first_and_what_differs(node: Node) -> None:
    found = copies(node.desk, MARIE, "said")
    assert found.total == len(found.clusters) > 3
    assert sum(one.posts for one in found.clusters) == found.posts <= found.rows == 60
    largest = found.clusters[0]
    assert largest.first.similarity == 1.0
    assert not largest.members
    assert any(one.differing.get("number") for one in found.clusters)


def test_one_cluster_is_shown_with_its_posts(node: Node) -> None:
    name = copies(node.desk, MARIE, "said").clusters[0].cluster
    (one,) = copies(node.desk, MARIE, "said", cluster=name).clusters
    assert one.posts == len(one.members)
    assert one.members[0] == one.first
    assert copies(node.desk, MARIE, "said", cluster="c0").clusters == ()


def test_edges_carry_the_posts_behind_them(node: Node) -> None:
    found = synchrony(node.desk, MARIE, "shared")
    (links,) = found.networks
    assert links.kind == "link"
    assert links.kept == len(links.edges) >= 5
    assert {name for edge in links.edges for name in (edge.one, edge.other)} <= {
        f"example/a{n}" for n in (3, 5, 7, 11)
    }
    for edge in links.edges:
        assert edge.probability < 1e-6
        assert len(edge.meetings) >= 2
        assert {edge.meetings[0].one.account, edge.meetings[0].other.account} == {
            edge.one.partition("/")[2],
            edge.other.partition("/")[2],
        }
    only = synchrony(node.desk, MARIE, "shared", account="example/a3", limit=1).networks[0]
    assert (len(only.edges), only.kept) == (1, links.kept)


def test_who_does_not_pass_the_marking_is_told_of_no_dataset(node: Node) -> None:
    guest = Actor(
        "guest", frozenset({"analyst"}), recipient=Recipient(node="canada", nation="FRA", person="p")
    )
    with pytest.raises(NotFound, match="no dataset"):
        copies(node.desk, guest, "said")
    with pytest.raises(NotFound, match="no dataset"):
        synchrony(node.desk, guest, "shared")
