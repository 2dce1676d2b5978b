"""A real node with the Canadian chapter and one hostile object, opened once for all page tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.demo.chapter import chapters
from cordiale.desk import verbs
from cordiale.desk.actor import house
from cordiale.desk.sources import of_paths
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
    "labels": ["<b>bold</b>", "javascript:alert(4)"],
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
