"""A node in a folder of its own, as its owner opens it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node

WHEN = "2026-03-01T08:00:00.000Z"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    with open_node(path, environ={}) as opened:
        yield opened


@pytest.fixture
def marie() -> Actor:
    return house("marie")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write objects as a bundle into a file and return its path."""

    def write(*objects: dict[str, Any], name: str = "bundle.json") -> Path:
        path = tmp_path / name
        identifier = "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d"
        bundle = {"type": "bundle", "id": identifier, "objects": list(objects)}
        path.write_bytes(orjson.dumps(bundle))
        return path

    return write


def indicator(number: int, **more: Any) -> dict[str, Any]:
    """Return an indicator; `more` adds or replaces properties."""
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--00000000-0000-4000-8000-{number:012d}",
        "created": WHEN,
        "modified": WHEN,
        "name": f"phishing page {number}",
        "indicator_types": ["malicious-activity"],
        "pattern": f"[url:value = 'https://ministry-login.example/{number}']",
        "pattern_type": "stix",
        "valid_from": WHEN,
        **more,
    }
