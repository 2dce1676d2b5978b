"""`cordiale init`, `person` and `token`, as typed, in one process."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from cordiale.cli.main import main
from cordiale.desk.person.attempts import Origin
from cordiale.desk.person.signin import actor_by_token, sign_in
from cordiale.node import open_node
from cordiale.platform.errors import NotAllowed

PASSWORD = "pluie violon carton 7"


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    path = tmp_path / "node"
    assert main(["--json", "init", str(path), "--name", "canada", "--nation", "CAN", "--operator", "Olga", "--password-stdin"]) == 0  # fmt: skip
    made = json.loads(capsys.readouterr().out)
    assert (made["operator"], made["link"]) == ("olga", None)
    return path


def run(node: Path, capsys: pytest.CaptureFixture[str], *line: str, code: int = 0) -> Any:
    assert main(["--node", str(node), "--json", *line]) == code
    said = capsys.readouterr()
    return json.loads((said.out or said.err).splitlines()[-1])


def test_the_first_person_signs_in_by_the_password_that_was_given(node: Path, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    (olga,) = run(node, capsys, "person", "list")["people"]
    assert (olga["name"], olga["roles"], olga["password"]) == (
        "olga",
        ["operator", "officer", "analyst"],
        True,
    )
    with open_node(node, environ={}) as opened:
        assert sign_in(opened.desk, "olga", PASSWORD, Origin()).person.name == "olga"
    kept = b"".join(file.read_bytes() for file in node.rglob("*") if file.is_file())
    assert PASSWORD.encode() not in kept


def test_a_node_without_a_password_prints_a_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "init", str(tmp_path / "node"), "--name", "canada", "--operator", "olga"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["link"].startswith("http://localhost:8470/enrol?code=")


def test_an_easy_password_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    path = tmp_path / "node"
    line = ["--json", "init", str(path), "--name", "canada", "--operator", "olga", "--password-stdin"]
    assert main(line) == 4
    assert not path.exists()


def test_people_and_tokens_from_beginning_to_end(node: Path, capsys: pytest.CaptureFixture[str]) -> None:
    added = run(node, capsys, "person", "add", "paul", "--role", "analyst", "--clearance", "CAN/SECRET")
    assert added["link"].startswith("http://localhost:8470/enrol?code=")
    assert run(node, capsys, "person", "show", "paul")["clearances"] == ["CAN/SECRET"]
    changed = run(node, capsys, "person", "change", "paul", "--role", "liaison", "--no", "clearance")
    assert (changed["roles"], changed["clearances"]) == (["liaison"], [])
    made = run(node, capsys, "token", "add", "siem", "--person", "paul", "--scope", "search")
    (listed,) = run(node, capsys, "token", "list")["tokens"]
    assert made["token"] not in json.dumps(listed)
    with open_node(node, environ={}) as opened:
        assert actor_by_token(opened.desk, made["token"], opened.desk.clock()).name == "paul"
    run(node, capsys, "token", "revoke", listed["id"])
    with open_node(node, environ={}) as opened, pytest.raises(NotAllowed):
        actor_by_token(opened.desk, made["token"], opened.desk.clock())
    assert run(node, capsys, "person", "lock", "paul", "--reason", "left")["state"] == "locked"
    assert run(node, capsys, "person", "unlock", "paul")["state"] == "active"
    run(node, capsys, "person", "remove", "paul")
    run(node, capsys, "person", "show", "paul", code=5)
    run(node, capsys, "person", "lock", "olga", code=7)
    run(node, capsys, "person", "add", "x y", code=4)
    run(node, capsys, "person", "invite", "olga", "--sign-in", "3", code=6)


def test_what_people_read_is_french_throughout(node: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--node", str(node), "--lang", "fr", "person", "list"]) == 0
    said = capsys.readouterr().out
    assert "administrateur du nœud" in said
    assert "signs in" not in said
