"""Several processes of one node change its warning lists: none takes away what another wrote meanwhile."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import orjson

from cordiale.desk.actor import house
from cordiale.domains.cyber.warninglists import kept
from cordiale.node import init, open_node

MARIE = house("marie")

ADDING = """
import sys
from pathlib import Path
from cordiale.desk.actor import house
from cordiale.domains.cyber.warninglists import kept
from cordiale.node import open_node
with open_node(Path(sys.argv[1]), environ={}) as node:
    print(flush=True)
    kept.add(node.desk, house("paul"), Path(sys.argv[2]))
"""


def written(folder: Path, name: str) -> Path:
    path = folder / f"{name}.json"
    path.write_bytes(orjson.dumps({"name": name, "version": 1, "type": "string", "category": "false_positive", "list": ["8.8.8.8"]}))  # fmt: skip
    return path


def test_who_changes_the_lists_waits_for_who_does_and_keeps_what_they_wrote(tmp_path: Path) -> None:
    init(tmp_path / "node", name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    first, second, third = (written(tmp_path, name) for name in ("one", "two", "three"))
    with open_node(tmp_path / "node", environ={}) as node:
        kept.add(node.desk, MARIE, first)
        folder = node.desk.folder / kept.FOLDER
        handle = os.open(folder, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
        before = (folder / "lists.json").read_bytes()
        asked = [sys.executable, "-c", ADDING, str(tmp_path / "node"), str(second)]
        with subprocess.Popen(asked, stdout=subprocess.PIPE) as other:
            assert other.stdout is not None
            other.stdout.readline()
            # it has begun, and waits: what is written now by who holds the lists stays
            kept._added(node.desk, MARIE, third, "")
            now = (folder / "lists.json").read_bytes()
            os.close(handle)
            assert other.wait(60) == 0
        assert before != now
        assert sorted(one.name for one in kept.register(node.desk)) == ["one", "three", "two"]
        assert len(kept.held(node.desk).listed) == 3
