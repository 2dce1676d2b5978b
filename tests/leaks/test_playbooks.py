"""What a playbook found, did and wrote tells nobody of a statement that they may not see: two sources may state one object."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.accounts import records as accounts
from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.person.people import acting, person_add
from cordiale.desk.views.search import Question
from cordiale.desk.views.show import show
from cordiale.joint.playbook import running
from cordiale.joint.playbook.keeping import notices, playbook_add, playbook_log, playbook_turn, playbooks
from cordiale.joint.playbook.model import Export, Mark, Notify, Step
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.stix.version import read
from cordiale.store import text, versions
from cordiale.store.types import Put

MARIE = house("marie")
ID = "intrusion-set--00000000-0000-4000-8000-000000000001"
GROUP = {
    "type": "intrusion-set",
    "spec_version": "2.1",
    "id": ID,
    "created": "2026-03-01T08:00:00.000Z",
    "modified": "2026-03-01T08:00:00.000Z",
    "name": "plain group",
}


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    with open_node(path, environ={}) as opened:
        yield opened


@pytest.fixture
def paul(node: Node) -> Actor:
    person_add(node.desk, MARIE, "paul", nationality="CAN", tlp="green", roles=("analyst",))
    with node.desk.store.read() as tx:
        found = accounts.person_called(tx, "paul")
    assert found is not None
    return acting(node.desk, found)


def begin(node: Node, asked: Question, *steps: Step) -> None:
    playbook_add(node.desk, MARIE, "watch", asked, steps)
    playbook_turn(node.desk, MARIE, "watch", "on")


def ours(node: Node, **more: Any) -> None:
    import_(node.desk, MARIE, [of_bytes("given", orjson.dumps([GROUP | more]))], marking="tlp:green")


def theirs(node: Node, *atoms: str, **more: Any) -> None:
    """Store what GBR states of the same object."""
    version, _problems = read(orjson.dumps(GROUP | more))
    given = frozenset(atoms)
    with node.desk.store.write() as tx:
        versions.put(tx, "gbr", node.desk.clock(), [Put(version, given, given, "received")])


def look(node: Node) -> None:
    with node.desk.store.write() as tx:
        text.index_text(tx, 1000)
    running.tick(node.desk)


def test_nobody_is_told_because_of_words_that_they_may_not_read(node: Node, paul: Actor) -> None:
    begin(node, Question(words="halcyon"), Notify(("paul",)))
    ours(node)
    theirs(node, "tlp:red", description="halcyon")
    look(node)
    assert len(playbook_log(node.desk, MARIE)) == 1
    assert (notices(node.desk, paul), playbook_log(node.desk, paul)) == ([], [])


def test_the_log_says_nothing_of_another_statements_marking(node: Node, paul: Actor) -> None:
    begin(node, Question(type="intrusion-set"), Mark(("pap:amber",)))
    ours(node)
    theirs(node, "tlp:red", "compartment:gbr/HALCYON")
    look(node)
    assert len(playbook_log(node.desk, MARIE)) == 2
    ((entry, item),) = playbook_log(node.desk, paul)
    assert (entry.source, item.source) == ("canada", "canada")
    assert "HALCYON" not in str(entry.facts)


def test_hidden_lines_take_no_place_of_others(node: Node, paul: Actor) -> None:
    begin(node, Question(type="intrusion-set"), Notify(("paul",)))
    ours(node)
    look(node)
    before = playbook_log(node.desk, paul, limit=1)
    theirs(node, "tlp:red")
    look(node)
    assert playbook_log(node.desk, paul, limit=1) == before
    assert [one.seen for one in playbooks(node.desk, paul)] == [0]


def test_a_file_goes_with_the_statement_it_holds(node: Node) -> None:
    begin(node, Question(type="intrusion-set"), Export("siem"))
    ours(node)
    theirs(node, "tlp:amber", description="BODY-OF-GBR")
    look(node)
    folder = node.desk.folder / "exports" / "siem"
    assert sorted(file.stem for file in folder.iterdir()) == [f"{ID}--canada", f"{ID}--gbr"]
    assert b"BODY-OF-GBR" not in (folder / f"{ID}--canada.json").read_bytes()
    with node.desk.store.write() as tx:
        (row,) = (row for row in versions.get(tx, ID, None) if row.source == "gbr")
        versions.remark(tx, ID, "gbr", frozenset({"tlp:red"}))
    assert running.sweep(node.desk) == 1, f"marked otherwise since: {row.hash.hex()}"
    assert [file.stem for file in folder.iterdir()] == [f"{ID}--canada"]
    ours(node, modified="2026-04-01T08:00:00.000Z", description="said anew")
    assert running.sweep(node.desk) == 0
    assert b"said anew" in (folder / f"{ID}--canada.json").read_bytes()


def test_a_full_disk_stops_no_other_step(node: Node) -> None:
    begin(node, Question(type="intrusion-set"), Export("siem"), Mark(("tlp:red",)))
    # a file where the folder should be: nothing can be written there
    (node.desk.folder / "exports").write_text("in the way")
    ours(node)
    look(node)
    log = [(entry.step, entry.outcome) for entry, _item in playbook_log(node.desk, MARIE)]
    assert log == [(1, "refused"), (0, "done")], "the stricter marking comes first"
    (statement,) = show(node.desk, MARIE, ID).statements
    assert set(statement.summary.marking) == {"tlp:red"}
