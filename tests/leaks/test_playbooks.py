"""What a playbook found, did and wrote tells nobody of a statement that they may not see: two sources may state one object."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from cordiale.accounts import records as accounts
from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.person.people import acting, person_add, person_lock
from cordiale.desk.views.search import Question
from cordiale.desk.views.show import show
from cordiale.joint.playbook import records, running
from cordiale.joint.playbook.keeping import (
    notices,
    playbook_add,
    playbook_drop,
    playbook_log,
    playbook_show,
    playbook_turn,
    playbooks,
)
from cordiale.joint.playbook.model import Ask, Export, Mark, Notify, Playbook, Step
from cordiale.joint.words import Words
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.platform.errors import NotAllowed
from cordiale.stix import atoms
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


def exported(node: Node) -> list[Path]:
    return sorted((node.desk.folder / "exports").rglob("*.json"))


def begin_as(node: Node, actor: Actor, *steps: Step) -> None:
    playbook_add(node.desk, actor, "theirs", Question(type="intrusion-set"), steps)
    playbook_turn(node.desk, actor, "theirs", "on")


def test_a_file_of_a_forwarded_statement_goes_with_it(node: Node) -> None:
    begin(node, Question(type="intrusion-set"), Export("siem"))
    version, _problems = read(orjson.dumps(GROUP))
    given = frozenset({"tlp:amber"})
    with node.desk.store.write() as tx:
        versions.put(tx, "gbr/fra", node.desk.clock(), [Put(version, given, given, "received")])
    look(node)
    (file,) = exported(node)
    assert file.parent.name == "siem"
    # as it lay before: in a folder of its own, under half of its name
    older = file.parent / f"{ID}--gbr" / "fra.json"
    older.parent.mkdir()
    older.write_bytes(file.read_bytes())
    ((entry, _item),) = playbook_log(node.desk, MARIE)
    with node.desk.store.write() as tx:
        other = {"file": "exports/siem/fra.json"} | {"hash": entry.facts["hash"], "marking": entry.facts["marking"]}  # fmt: skip
        records.note(tx, msgspec.structs.replace(entry, step=1, facts=other))
        versions.remark(tx, ID, "gbr/fra", frozenset({"tlp:red"}))
    assert running.sweep(node.desk) == 2
    assert exported(node) == []


def test_a_file_holds_no_more_than_who_turned_it_on_may_read(node: Node, paul: Actor) -> None:
    begin_as(node, paul, Export("siem"))
    ours(node)
    look(node)
    assert len(exported(node)) == 1
    ours(node, modified="2026-04-01T08:00:00.000Z", description="said anew")
    assert running.sweep(node.desk) == 0
    assert b"said anew" in exported(node)[0].read_bytes()
    secret = [{"marking_ref": atoms.id_of("tlp:red"), "selectors": ["description"]}]
    ours(node, modified="2026-05-01T08:00:00.000Z", description="halcyon", granular_markings=secret)
    assert running.sweep(node.desk) == 1
    assert exported(node) == []


@pytest.mark.parametrize("ended", ["locked", "off", "dropped"])
def test_nothing_is_written_in_the_name_of_who_does_not_act_any_more(
    node: Node, paul: Actor, ended: str
) -> None:
    begin_as(node, paul, Export("siem"))
    ours(node)
    look(node)
    if ended == "locked":
        person_lock(node.desk, MARIE, "paul", reason="left")
    elif ended == "off":
        playbook_turn(node.desk, MARIE, "theirs", "off")
    else:
        playbook_drop(node.desk, MARIE, "theirs")
    assert running.sweep(node.desk) == 0
    ours(node, modified="2026-04-01T08:00:00.000Z", description="said anew")
    assert running.sweep(node.desk) == 1
    assert exported(node) == []


def test_what_it_asks_is_told_to_who_may_read_it_and_turned_on_by_nobody_else(
    node: Node, paul: Actor
) -> None:
    asks = Ask(("fra",), Words("What of halcyon?", "Que sait-on de halcyon ?"), "tlp:red")
    with node.desk.store.write() as tx:  # as it is kept where there is such a partner
        kept = Playbook(
            id="11111111-1111-4111-8111-111111111111", name="asks", owner="marie", person="",
            asked=Question(type="tool"), steps=(asks,), state="off", seen=0, at=0,
        )  # fmt: skip
        records.put(tx, kept)
    (told,) = playbooks(node.desk, paul)
    assert "halcyon" not in str(told).lower()
    assert "halcyon" not in str(playbook_show(node.desk, paul, kept.id)).lower()
    with pytest.raises(NotAllowed) as refused:
        playbook_turn(node.desk, paul, kept.id, "on")
    assert refused.value.code == "playbook-unread"
    assert playbooks(node.desk, MARIE)[0].steps == (asks,)
    assert "halcyon" not in str(playbook_turn(node.desk, paul, kept.id, "off")).lower()


@pytest.mark.parametrize(
    ("step", "verbs"),
    [(Mark(("tlp:red",)), {"mark"}), (Export("siem"), {"export"}), (Ask(("fra",), Words("?"), "tlp:clear"), {"request", "release"})],
)  # fmt: skip
def test_a_token_for_playbooks_does_nothing_that_it_is_not_for(
    node: Node, step: Step, verbs: set[str]
) -> None:
    person_add(node.desk, MARIE, "zoe", nationality="CAN", tlp="red", roles=("officer", "analyst"))
    with node.desk.store.write() as tx:
        zoe = accounts.person_called(tx, "zoe")
        kept = Playbook(
            id="11111111-1111-4111-8111-111111111111", name="does", owner="zoe", person="",
            asked=Question(type="tool"), steps=(step,), state="off", seen=0, at=0,
        )  # fmt: skip
        records.put(tx, kept)
    assert zoe is not None
    for missing in verbs:
        token = acting(node.desk, zoe, frozenset({"playbook", *verbs} - {missing}))
        with pytest.raises(NotAllowed) as refused:
            playbook_turn(node.desk, token, kept.id, "on")
        assert refused.value.params["verb"] == missing
    assert playbook_turn(node.desk, acting(node.desk, zoe, frozenset({"playbook", *verbs})), kept.id, "on").state == "on"  # fmt: skip


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
