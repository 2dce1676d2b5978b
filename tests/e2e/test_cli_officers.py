"""What release officers do at the command line: two of them for one act, and both sides for one table."""

from __future__ import annotations

from pathlib import Path

import orjson

from tests.e2e.test_cli import answer, run
from tests.unit.desk.conftest import indicator
from tests.unit.desk.test_four_eyes import RULES
from tests.unit.node.test_equivalence_tables import TEXT


def test_the_same_officer_is_refused_as_the_second(tmp_path: Path) -> None:
    node = tmp_path / "node"
    run("init", node, "--name", "canada", "--nation", "CAN")
    run("--node", node, "partner", "token", "client", "--new", "--nation", "FRA")
    rules = tmp_path / "careful.toml"
    rules.write_text(RULES)
    run("--node", node, "rules", "apply", rules, "--yes")
    held = tmp_path / "one.json"
    held.write_bytes(orjson.dumps([indicator(1)]))
    run("--node", node, "import", held, "-m", "tlp:amber")
    act = answer("--node", node, "release", indicator(1)["id"], "-p", "client", "--as", "marie")
    assert (act["waiting_second"], act["verbatim"]) == (True, 0)
    said = run("--node", node, "release", "--confirm", act["act"], "--as", "marie", "--lang", "fr", code=6)
    assert b"marie" in said.stderr
    done = answer("--node", node, "release", "--confirm", act["act"], "--as", "jeanne")
    assert (done["verbatim"], done["by"]) == (1, "jeanne")


def test_both_sides_sign_one_table(tmp_path: Path) -> None:
    rules = tmp_path / "canada-france.toml"
    rules.write_text(TEXT)
    canada, france = tmp_path / "canada", tmp_path / "france"
    words = {}
    for path, nation in ((canada, "CAN"), (france, "FRA")):
        run("init", path, "--name", path.name, "--nation", nation)
        words[path] = answer("--node", path, "partner", "invite", tmp_path / f"{path.name}.json")["words"]
    for path, other in ((canada, france), (france, canada)):
        run("--node", path, "partner", "add", tmp_path / f"{other.name}.json")
        run("--node", path, "partner", "confirm", other.name, *words[other])
    told = run("--node", canada, "rules", "diff", rules).stdout.decode()
    assert "Warning: nobody but this node answers for the equivalences between CAN – FRA" in told
    run("--node", france, "rules", "sign", rules, "--with", "CAN", "--out", tmp_path / "signed.json")
    run("--node", canada, "rules", "accept", rules, tmp_path / "signed.json")
    (table,) = answer("--node", canada, "rules", "tables", rules)["tables"]
    assert (table["signed_by"], table["waits_for"]) == (["FRA"], ["CAN"])
    run("--node", canada, "rules", "sign", rules, "--with", "FRA", "--out", tmp_path / "ours.json")
    assert "Warning" not in run("--node", canada, "rules", "diff", rules).stdout.decode()
    assert (
        "signé par les deux"
        in run("--node", canada, "rules", "tables", rules, "--lang", "fr").stdout.decode()
    )
    rules.write_text(TEXT.replace("2024-09-26", "2023-01-01"))
    run("--node", canada, "rules", "accept", rules, tmp_path / "signed.json", code=4)
