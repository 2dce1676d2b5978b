"""Communities in a network of edges: the partition of greatest modularity that moving single accounts finds.

Blondel, Guillaume, Lambiotte and Lefebvre 2008 (the Louvain method), in a fixed order, so that the same edges always give the
same communities.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pyarrow as pa

COMMUNITIES = pa.schema([("kind", pa.int64()), ("who", pa.int64()), ("community", pa.int64())])
"""To which community of a network an account belongs, the largest being 1."""

Weights = dict[int, dict[int, float]]

ROUNDS = 50


def communities(given: Mapping[str, pa.Table]) -> pa.Table:
    """Return the communities of every network."""
    networks: dict[int, Weights] = {}
    names = ("kind", "left", "right", "occasions")
    for kind, left, right, weight in zip(*(given["edges"][name].to_pylist() for name in names), strict=True):
        graph = networks.setdefault(kind, defaultdict(dict))
        graph[left][right] = graph[right][left] = float(weight)
    rows = []
    for kind in sorted(networks):
        for number, members in enumerate(parted(networks[kind]), 1):
            rows += [{"kind": kind, "who": who, "community": number} for who in members]
    return pa.Table.from_pylist(rows, schema=COMMUNITIES)


def parted(graph: Weights) -> list[list[int]]:
    """Return communities of accounts, the largest first."""
    groups = {node: [node] for node in sorted(graph)}
    loops = dict.fromkeys(groups, 0.0)
    while True:
        place = _moved(graph, loops)
        together: dict[int, list[int]] = defaultdict(list)
        for node in sorted(graph):
            together[place[node]].append(node)
        if len(together) == len(graph):
            break
        merged: Weights = {}
        inner: dict[int, float] = {}
        for nodes in together.values():
            head = nodes[0]
            merged[head] = {}
            inner[head] = sum(loops[node] for node in nodes)
        heads = {node: nodes[0] for nodes in together.values() for node in nodes}
        for node, near in graph.items():
            for other, weight in near.items():
                a, b = heads[node], heads[other]
                if a == b:
                    inner[a] += weight
                else:
                    merged[a][b] = merged[a].get(b, 0.0) + weight
        groups = {nodes[0]: [one for node in nodes for one in groups[node]] for nodes in together.values()}
        graph, loops = merged, inner
    return sorted((sorted(members) for members in groups.values()), key=lambda one: (-len(one), one))


def _moved(graph: Weights, loops: Mapping[int, float]) -> dict[int, int]:
    """Move each node to the neighbouring community that gains most, until none gains."""
    degree = {node: sum(near.values()) + loops[node] for node, near in graph.items()}
    twice = sum(degree.values()) or 1.0
    place = {node: node for node in graph}
    weight = dict(degree)
    for _round in range(ROUNDS):
        moved = False
        for node in sorted(graph):
            near: dict[int, float] = defaultdict(float)
            for other, value in graph[node].items():
                near[place[other]] += value
            here = place[node]
            weight[here] -= degree[node]
            best, gain = here, near.get(here, 0.0) - weight[here] * degree[node] / twice
            for community in sorted(near):
                value = near[community] - weight[community] * degree[node] / twice
                if value > gain + 1e-12:
                    best, gain = community, value
            weight[best] += degree[node]
            if best != here:
                place[node], moved = best, True
        if not moved:
            break
    return place
