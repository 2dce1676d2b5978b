"""This version against the commit before the last change of the protocol: both exchange, then the older one is upgraded."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from cordiale.demo.process import free_ports, serving, start
from cordiale.desk.actor import house
from cordiale.desk.partner.partners import (
    own_words,
    partner_add,
    partner_confirm,
    partner_invite,
    partner_list,
)
from cordiale.desk.partner.sync import cut_all, sync
from cordiale.desk.views.search import search
from cordiale.exchange.partners.pairing import partner
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from tests.e2e.test_tls import agree, wait_for
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import RULES, send

ROOT = Path(__file__).parents[2]
BEFORE = "3c527a3"
"""The last commit that spoke protocol 1 only; the next change of the protocol names another one here."""

MARIE = house("marie")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Check the older version out beside this one, and take it away again."""
    git = shutil.which("git")
    tree = tmp_path_factory.mktemp("before") / "tree"
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("the history is not here: clone the repository with git")
    made = subprocess.run(
        [git, "worktree", "add", "--detach", "--quiet", str(tree), BEFORE],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"commit {BEFORE} is not in this clone: git fetch --unshallow")
    # what is installed here names domains that the older version does not have
    own = tree / "src" / "cordiale-0.dist-info"
    own.mkdir()
    (own / "METADATA").write_text("Metadata-Version: 2.1\nName: cordiale\nVersion: 0\n")
    yield tree
    subprocess.run([git, "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=True)


class Older:
    """Run the older version's command line on a node folder of its own."""

    def __init__(self, tree: Path, folder: Path) -> None:
        self.folder = folder
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("CORDIALE_")}
        self.environment |= {"PYTHONPATH": str(tree / "src"), "USER": "marie", "LOGNAME": "marie"}
        self.command = [sys.executable, "-m", "cordiale.cli.main", "--json"]

    def run(self, *arguments: str) -> dict[str, object]:
        done = subprocess.run(
            [*self.command, "--node", str(self.folder), *arguments],
            env=self.environment,
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stderr.decode()
        found: dict[str, object] = orjson.loads(done.stdout)
        return found

    @contextmanager
    def served(self, port: int) -> Iterator[None]:
        process = subprocess.Popen(
            [*self.command, "--node", str(self.folder), "serve", "--no-pages"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(port)
            yield
        finally:
            process.terminate()
            process.wait()


def names(node: Node) -> set[str]:
    return {one.id for one in search(node.desk, MARIE, "").items}


def test_the_older_version_and_this_one_exchange_and_the_older_is_upgraded_in_place(
    before: Path, tmp_path: Path
) -> None:
    here, there = free_ports(2)
    old = Older(before, tmp_path / "canada")
    old.run(
        "init",
        str(tmp_path / "canada"),
        "--name",
        "canada",
        "--nation",
        "CAN",
        "--listen",
        f"127.0.0.1:{there}",
    )
    init(tmp_path / "france", name="france", nation="FRA", listen=f"127.0.0.1:{here}")
    files = {name: tmp_path / name for name in ("canada.json", "france.json", "rules.toml", "objects.json")}
    with open_node(tmp_path / "france", environ={}) as france:
        words = old.run("partner", "invite", str(files["canada.json"]))["words"]
        partner_add(france.desk, MARIE, files["canada.json"].read_bytes())
        partner_confirm(france.desk, MARIE, "canada", " ".join(words))  # type: ignore[arg-type]
        files["france.json"].write_bytes(partner_invite(france.desk, MARIE, format=1))
        old.run("partner", "add", str(files["france.json"]))
        old.run("partner", "confirm", "france", *own_words(france.desk, "en", 1))
        files["rules.toml"].write_text(RULES)
        old.run("rules", "apply", str(files["rules.toml"]), "--yes")
        agree(france)

        theirs, ours = indicator(1), indicator(2)
        files["objects.json"].write_bytes(orjson.dumps([theirs]))
        old.run("import", str(files["objects.json"]), "--marking", "tlp:green")
        send(france, MARIE, ours)
        cut_all(france.desk)

        with (
            old.served(there),
            serving([start("france", tmp_path / "france", f"http://127.0.0.1:{here}/")]) as two,
        ):
            wait_for(here)
            for _try in range(50):
                if sync(france.desk, MARIE)[0].new or theirs["id"] in names(france):
                    break
            assert theirs["id"] in names(france)
            found = old.run("sync", "france")
            assert found["partners"][0]["link"] == "up"  # type: ignore[index]
            shown = old.run("show", str(ours["id"]))
            assert shown["id"] == ours["id"]
            (link,) = partner_list(france.desk, MARIE)
            assert link.link == "up"
        assert two[0].process.stdin is not None
        two[0].process.stdin.close()
        with france.store.read() as tx:
            assert partner(tx, "canada").protocol == 1

        # the older node is upgraded where it lies: the same stream goes on, by the newer protocol
        with open_node(tmp_path / "canada", environ={}, carrier=lambda _known: france.respond) as canada:
            assert {theirs["id"], ours["id"]} <= names(canada)
            send(france, MARIE, indicator(3))
            cut_all(france.desk)
            assert sync(canada.desk, MARIE)[0].new == 1
        with france.store.read() as tx:
            assert partner(tx, "canada").protocol == 2
