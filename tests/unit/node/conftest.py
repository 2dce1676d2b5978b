"""Two nodes that know each other, joined without a network."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.partner.partners import own_words, partner_add, partner_confirm, partner_invite
from cordiale.desk.partner.sync import cut_all, sync
from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.exchange.home import Partner
from cordiale.exchange.message import Request, Response, Transport
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.platform.clock import Clock

RULES = """
format = 1
partnership = "canada-france"

[partners.canada]
nation = "CAN"
organisation = "LCC"
tlp = "amber"
assurance = "node"

[partners.france]
nation = "FRA"
organisation = "CVMI"
tlp = "amber"
assurance = "node"

[[mandates]]
name = "bulletins"
to = ["canada", "france"]
mode = "automatic"
where = { marking_within = ["tlp:clear", "tlp:green"] }

[[mandates]]
name = "by-an-officer"
to = ["canada", "france"]
"""


_TEMPLATE: list[Path] = []


class Pair:
    """Canada and France, confirmed, under the same rules; each carries requests to the other."""

    def __init__(
        self,
        folder: Path,
        stores: Mapping[str, str] | None = None,
        rules: str = RULES,
        clock: Clock | None = None,
        signing: str = "",
    ) -> None:
        plain = not stores and not signing and clock is None and rules == RULES
        if plain and _TEMPLATE:
            shutil.copytree(_TEMPLATE[0], folder, dirs_exist_ok=True)
        known = plain and bool(_TEMPLATE)
        for name, nation in () if known else (("canada", "CAN"), ("france", "FRA")):
            key = signing if name == "canada" else ""
            init(folder / name, name=name, nation=nation, store=(stores or {}).get(name), signing=key)
        self.canada = open_node(folder / "canada", environ={}, carrier=self.carry, clock=clock)
        self.france = open_node(folder / "france", environ={}, carrier=self.carry, clock=clock)
        self.broken: Callable[[Request], Response] | None = None
        self.officer = house("marie")
        if known:
            return
        self.introduce()
        for node in (self.canada, self.france):
            token = rules_diff(node.desk, self.officer, rules).token
            rules_apply(node.desk, self.officer, rules, "rules.toml", token)
        if plain:  # what every pair begins with is made once and copied
            for node in (self.canada, self.france):
                node.close()
            _TEMPLATE.append(Path(tempfile.mkdtemp(prefix="cordiale-pair-")))
            atexit.register(shutil.rmtree, _TEMPLATE[0], ignore_errors=True)
            shutil.copytree(folder, _TEMPLATE[0], dirs_exist_ok=True)
            self.canada = open_node(folder / "canada", environ={}, carrier=self.carry)
            self.france = open_node(folder / "france", environ={}, carrier=self.carry)

    def carry(self, partner: Partner) -> Transport:
        if self.broken is not None:
            return self.broken
        return {"canada": self.canada, "france": self.france}[partner.node].respond

    def introduce(self) -> None:
        for node, other in ((self.canada, self.france), (self.france, self.canada)):
            partner_add(node.desk, self.officer, partner_invite(other.desk, self.officer))
            partner_confirm(node.desk, self.officer, other.desk.node, own_words(other.desk, "fr"))

    def take(self, *objects: dict[str, Any], marking: str = "tlp:green") -> None:
        send(self.canada, self.officer, *objects, marking=marking)

    def exchange(self) -> Any:
        cut_all(self.canada.desk)
        return sync(self.france.desk, self.officer)[0]


def send(node: Node, officer: Actor, *objects: dict[str, Any], marking: str = "tlp:green") -> None:
    """Import objects into a node."""
    import_(node.desk, officer, [of_bytes("objects", orjson.dumps(list(objects)))], marking=marking)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(tmp_path)
    yield pair
    pair.canada.close()
    pair.france.close()


@pytest.fixture
def nodes(pair: Pair) -> tuple[Node, Node]:
    return pair.canada, pair.france


@pytest.fixture
def marie() -> Actor:
    return house("marie")
