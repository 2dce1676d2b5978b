"""Keys at the command line: what an operator types, carries to the offline root, and reads in either language."""

from __future__ import annotations

from pathlib import Path

import orjson

from tests.e2e.test_cli import answer, run


def test_a_root_certifies_a_key_that_is_carried_to_it_and_back(tmp_path: Path) -> None:
    node = tmp_path / "node"
    run("init", node, "--name", "canada", "--nation", "CAN")
    root = answer("key", "root", tmp_path / "root.key")["root"]
    run("--node", node, "key", "request", tmp_path / "request.json")
    carried = (tmp_path / "request.json", tmp_path / "certificate.json")
    run("key", "certify", *carried, "--root", tmp_path / "root.key", "--until", "2099-12-31")
    wrong = run("--node", node, "key", "install", carried[1], "--root-key", "00" * 32, "--lang", "fr", code=4)
    assert "clé racine" in wrong.stderr.decode()
    done = answer("--node", node, "key", "install", carried[1], "--root-key", root)
    assert done["key"] == orjson.loads(carried[0].read_bytes())["key"]
    shown = {(one["role"], one["state"]): one for one in answer("--node", node, "key", "show")["keys"]}
    assert shown["signing", "current"]["key"] == done["key"]
    assert shown["signing", "former"]["until"] is not None
    assert shown["root", "current"]["key"] == root
    words = run("--node", node, "key", "show", "--lang", "fr").stdout.decode()
    assert "racine hors ligne" in words
    refused = run("--node", node, "key", "rotate", code=4)
    assert b"offline root" in refused.stderr
    assert b"canada" in run("--node", node, "partner", "invite", tmp_path / "canada.json").stdout


def test_a_compromise_and_an_exit_are_said_in_words(tmp_path: Path) -> None:
    canada, france = tmp_path / "canada", tmp_path / "france"
    for path, nation in ((canada, "CAN"), (france, "FRA")):
        run("init", path, "--name", path.name, "--nation", nation)
    words = answer("--node", france, "partner", "invite", tmp_path / "france.json")["words"]
    run("--node", canada, "partner", "add", tmp_path / "france.json")
    run("--node", canada, "partner", "confirm", "france", *words)
    said = run("--node", canada, "partner", "compromised", "france", "--from", "2026-01-01", "--lang", "fr")
    assert "0 objets en doute" in said.stdout.decode()
    (found,) = answer("--node", canada, "partner", "doubtful")["doubtful"]
    assert (found["partner"], found["objects"]) == ("france", [])
    again = run("--node", canada, "partner", "add", tmp_path / "france.json", code=7)
    assert b"may be in other hands" in again.stderr
    done = answer("--node", canada, "partner", "exit", "france", "--keep")
    assert done["state"] == "left"
    assert (
        b"there is nothing to end"
        in run("--node", canada, "partner", "exit", "france", "--keep", code=7).stderr
    )
