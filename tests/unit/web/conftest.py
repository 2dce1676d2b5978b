"""A real node with the Canadian chapter and one hostile object, opened once for all page tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.demo.chapter import chapters
from cordiale.desk import verbs
from cordiale.desk.actor import house
from cordiale.desk.incoming.sources import of_bytes, of_paths
from cordiale.desk.partner.partners import partner_add_client
from cordiale.node import Node, init, open_node
from cordiale.stix import tlp
from cordiale.web.app import app

HOSTILE: dict[str, Any] = {
    "type": "report",
    "spec_version": "2.1",
    "id": "report--11111111-1111-4111-8111-111111111111",
    "created": "2026-01-01T00:00:00.000Z",
    "modified": "2026-01-01T00:00:00.000Z",
    "name": "<script>alert(1)</script>",
    "description": '"><img src=x onerror=alert(2)> javascript:alert(3)',
    "published": "2026-01-01T00:00:00.000Z",
    "object_refs": ["identity--2344ebf6-fca7-43be-93f7-dd8631702e42"],
    "labels": ["<b>bold</b>", "javascript:alert(4)", "fdp.\u202eexe.\u2066gnp"],
    "external_references": [{"source_name": "<svg onload=alert(5)>", "url": "javascript:alert(6)"}],
    "object_marking_refs": [tlp.IDS["tlp:green"]],
}


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder: Path = tmp_path_factory.mktemp("web")
    init(folder / "node", name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    files = []
    for chapter in chapters():
        if chapter.node == "canada":
            files.append(folder / f"{chapter.name}.json")
            files[-1].write_bytes(orjson.dumps(chapter.bundle()))
    files.append(folder / "hostile.json")
    files[-1].write_bytes(orjson.dumps({"type": "bundle", "id": "bundle--11111111-1111-4111-8111-111111111111", "objects": [HOSTILE]}))  # fmt: skip
    with open_node(folder / "node", environ={}) as opened:
        verbs.import_(opened.desk, house("tester"), of_paths(files))
        yield opened


@pytest.fixture(scope="session")
def pages(node: Node) -> Any:
    return app(node, actor=house("tester"))


RULES = """
format = 1
partnership = "careful"
[partners.france]
nation = "FRA"
organisation = "FRA-CVMI"
tlp = "amber"
assurance = "taxii"
[[mandates]]
name = "by-an-officer"
to = ["france"]
[assurance]
taxii = ["tlp:amber", "tlp:green", "tlp:clear"]
"""


def indicator(number: int, **more: Any) -> dict[str, Any]:
    """Return an object that waits for an officer, whose texts are hostile."""
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--00000000-0000-4000-8000-{number:012d}",
        "created": "2026-03-01T08:00:00.000Z",
        "modified": "2026-03-01T08:00:00.000Z",
        "name": f"<script>alert({number})</script>",
        "description": '"><img src=x onerror=alert(2)>',
        "pattern": "[url:value = 'https://ministry-login.example/']",
        "pattern_type": "stix",
        "valid_from": "2026-03-01T08:00:00.000Z",
        **more,
    }


@pytest.fixture(scope="session")
def partnered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Open a node with a partner, rules that ask for an officer, and objects that wait for one."""
    folder: Path = tmp_path_factory.mktemp("partnered")
    init(folder / "node", name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    marie = house("marie")
    with open_node(folder / "node", environ={}) as opened:
        desk = opened.desk
        partner_add_client(
            desk, marie, "france", title="<i>France</i>", nation="FRA", organisation="FRA-CVMI"
        )
        verbs.rules_apply(desk, marie, RULES, "rules.toml", verbs.rules_diff(desk, marie, RULES).token)
        objects = orjson.dumps([indicator(number) for number in range(1, 12)])
        verbs.import_(desk, marie, [of_bytes("objects", objects)], marking="tlp:amber")
        yield opened
