"""Correlation, warning lists and decisions of people, as typed, in one process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cordiale.cli.main import main
from cordiale.node.initialise import init
from cordiale.node.opening import open_node
from tests.unit.domains.cyber.held_here import ACTOR, ALIAS, BEACON, fill


@pytest.fixture
def node(tmp_path: Path) -> Path:
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    with open_node(path, environ={}) as opened:
        fill(opened, tmp_path)
    return path


def run(node: Path, capsys: pytest.CaptureFixture[str], *line: str, code: int = 0) -> Any:
    assert main(["--node", str(node), "--json", *line]) == code
    said = capsys.readouterr()
    return json.loads((said.out or said.err).splitlines()[-1])


def said(node: Path, capsys: pytest.CaptureFixture[str], lang: str, *line: str) -> str:
    assert main(["--node", str(node), "--lang", lang, *line]) == 0
    return capsys.readouterr().out


def test_a_value_and_an_object_are_correlated(node: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = run(node, capsys, "cyber", "correlate", "198.51.100.99")
    assert [one["reason"] for one in found["neighbours"]] == ["within"]
    found = run(node, capsys, "cyber", "correlate", BEACON)
    assert [one["other"]["name"] for one in found["ground"]["standing"]] == ["mail.other.example"]
    words = said(node, capsys, "fr", "cyber", "correlate", BEACON)
    assert "se trouve dans le réseau 198.51.100.0/24" in words
    assert "tous deux reposent sur 198.51.100.23" in words
    assert "Rien" in said(node, capsys, "fr", "cyber", "correlate", "absent.example.org")
    assert run(node, capsys, "cyber", "correlate", "what is this", code=4)["error"]["code"] == "value-kind"


def test_warning_lists_are_kept_and_looked_up(node: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:  # fmt: skip
    more = tmp_path / "more.json"
    more.write_text('{"name": "Resolvers", "version": 2, "type": "string", "list": ["192.0.2.53"], "category": "known"}')  # fmt: skip
    assert run(node, capsys, "cyber", "warninglists", "add", str(more))["new"] == ["Resolvers"]
    listed = run(node, capsys, "cyber", "warninglists", "list")["lists"]
    assert [(one["name"], one["version"], one["entries"]) for one in listed] == [("Resolvers", "2", 1), ("Shared hosters", "4", 1)]  # fmt: skip
    (hit,) = run(node, capsys, "cyber", "warninglists", "look", "192.0.2.53")["hits"]
    assert (hit["list"], hit["category"]) == ("Resolvers", "known")
    assert "Shared hosters contient le réseau" in said(node, capsys, "fr", "cyber", "warninglists", "look", "198.51.100.20")  # fmt: skip
    run(node, capsys, "cyber", "warninglists", "remove", "Resolvers")
    assert run(node, capsys, "cyber", "warninglists", "look", "192.0.2.53")["hits"] == []


def test_people_decide_and_take_back(node: Path, capsys: pytest.CaptureFixture[str]) -> None:
    offered = run(node, capsys, "cyber", "duplicates", "list", ACTOR)["proposals"]
    assert [one["line"]["id"] for one in offered] == [ALIAS]
    made = run(node, capsys, "cyber", "duplicates", "same", ACTOR, ALIAS, "--reason", "one group")["decision"]
    assert "décidé : le même" in said(node, capsys, "fr", "cyber", "duplicates", "list", ALIAS).replace("\u00a0", " ")  # fmt: skip
    run(node, capsys, "cyber", "duplicates", "back", made)
    assert run(node, capsys, "cyber", "duplicates", "list", ACTOR)["decided"] == []
    run(node, capsys, "cyber", "choose", BEACON, "name", "france", "--reason", "it says more")
    fields = {one["name"]: one for one in run(node, capsys, "cyber", "view", BEACON)["fields"]}
    assert (fields["name"]["shown"], fields["name"]["why"], fields["confidence"]["why"]) == ("france", "chosen", "ours")  # fmt: skip
    assert "it says more" in said(node, capsys, "en", "cyber", "view", BEACON)
    worth = run(node, capsys, "cyber", "worth", BEACON)["worth"]
    assert {one["source"]: one["state"] for one in worth} == {"canada": "current", "france": "current"}
    assert "Vu pour la dernière fois" in said(node, capsys, "fr", "cyber", "worth", BEACON)
