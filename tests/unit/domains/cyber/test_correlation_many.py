"""A million values: what correlation finds is what comparing with every one of them finds, for a reader of a part."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import pytest

from bench.cases.correlation import EACH, HOT, fill, hot_of, value_of
from cordiale.desk.actor import Actor
from cordiale.desk.views.carriers import MOST
from cordiale.domains.cyber.correlation.found import of_value
from cordiale.node.initialise import init
from cordiale.node.opening import open_node
from cordiale.release.recipient import Recipient
from cordiale.stix.near import host_of, network

OBJECTS = 100_000
READER = Actor("paul", frozenset({"analyst"}), Recipient(node="canada", nation="CAN", organisation="LCC", person="paul", tlp="green"))  # fmt: skip


def expected(asked: tuple[str, str], names: dict[str, set[int]], nets: list[tuple[int, int, int]], exact: dict[tuple[str, str], set[int]]) -> set[int]:  # fmt: skip
    """Return the indicators that a value has to do with, by comparing with every value there is."""
    kind, value = asked
    found = set(exact[asked])
    if kind == "ipv4-addr" and "/" not in value:
        at = network(value)
        assert at is not None
        found |= {number for first, length, number in nets if length >= 8 and at[1] >> (32 - length) << (32 - length) == first}  # fmt: skip
    if kind == "domain-name":
        found |= names[".".join(value.split(".")[-3:] if value.endswith("co.uk") else value.split(".")[-2:])]
    return found


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_million_values_are_found_as_by_comparing_each(tmp_path: Path) -> None:
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    exact: dict[tuple[str, str], set[int]] = defaultdict(set)
    names: dict[str, set[int]] = defaultdict(set)
    nets: list[tuple[int, int, int]] = []
    for number in range(OBJECTS):
        if number % 20 >= 12:  # under a marking that the reader does not pass
            continue
        pairs = [value_of(number * EACH + n) for n in range(EACH)]
        if number % 50 < HOT:
            pairs[-1] = hot_of(number % 50)
        for kind, value in pairs:
            exact[kind, value].add(number)
            if "/" in value and kind == "ipv4-addr":
                found = network(value)
                assert found is not None
                nets.append((found[1], found[2], number))
            host = host_of(value) if kind == "url" else value if kind == "domain-name" else ""
            if host:
                labels = host.split(".")
                names[".".join(labels[-3:] if host.endswith("co.uk") else labels[-2:])].add(number)
    rnd = random.Random(4)
    with open_node(path, environ={}) as node:
        fill(node.desk, OBJECTS)
        for _turn in range(300):
            asked = value_of(rnd.randrange(OBJECTS * EACH))
            if asked[0] in ("ipv4-addr", "domain-name", "hash") and "/" not in asked[1]:
                told = of_value(node.desk, READER, *asked)
                assert not told.hot
                assert {int(one.line.id[-12:]) for one in told.neighbours} == expected(asked, names, nets, exact), asked  # fmt: skip
        for n in range(HOT):
            told = of_value(node.desk, READER, *hot_of(n))
            assert [(one.value, one.count) for one in told.hot if one.value == hot_of(n)[1]] == [(hot_of(n)[1], MOST + 1)]  # fmt: skip
