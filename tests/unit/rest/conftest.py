"""One node for each module of tests, with a few objects of two markings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cordiale.desk import verbs
from cordiale.desk.incoming.sources import of_bytes
from cordiale.node import init, open_node
from tests.unit.exchange.world import indicator
from tests.unit.rest.served import OPERATOR, Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a node where paul reads green and rita reads red."""
    folder: Path = tmp_path_factory.mktemp("rest")
    init(folder / "node", name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    with open_node(folder / "node", environ={}) as node:
        for tlp in ("green", "red"):
            found = [indicator(f"{tlp} {n}", minute=n) for n in range(7)]
            verbs.import_(
                node.desk, OPERATOR, [of_bytes(tlp, b"[" + b",".join(found) + b"]")], marking=f"tlp:{tlp}"
            )
        one = Served(node)
        one.person("paul")
        one.person("rita", tlp="red")
        yield one


@pytest.fixture
def objects(served: Served) -> dict[str, list[str]]:
    """Return the ids of the objects by TLP label."""
    page = verbs.search(served.node.desk, OPERATOR, limit=100)
    return {tlp: [one.id for one in page.items if one.marking == (f"tlp:{tlp}",)] for tlp in ("green", "red")}
