"""A playbook acts once for each object that its search finds, in a person's name and never beyond their rights."""

from __future__ import annotations

import json
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
from cordiale.desk.person.people import acting, person_add, person_change, person_lock
from cordiale.desk.upkeep.purge import purge
from cordiale.desk.views.search import Question
from cordiale.desk.views.show import show
from cordiale.joint.playbook import records, running
from cordiale.joint.playbook.keeping import (
    notices,
    notices_seen,
    playbook_add,
    playbook_drop,
    playbook_log,
    playbook_show,
    playbook_try,
    playbook_turn,
    playbooks,
)
from cordiale.joint.playbook.model import Ask, Entry, Export, Mark, Notify
from cordiale.joint.request import requests
from cordiale.joint.words import Words
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.platform.errors import Conflict, InputError, NotAllowed, NotFound
from cordiale.store import search
from tests.unit.desk.conftest import indicator
from tests.unit.joint.conftest import MARKING, OFFICER, Three

MARIE = house("marie")
PHISHING = Question(words="phishing", type="indicator")


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    with open_node(path, environ={}) as opened:
        yield opened


def put(node: Node, *numbers: int, marking: str = "tlp:green", **more: Any) -> None:
    data = orjson.dumps([indicator(number, **more) for number in numbers])
    import_(node.desk, MARIE, [of_bytes("given", data)], marking=marking)
    arrive(node)


def arrive(node: Node) -> int:
    """Index what came and let playbooks look, as a node's work does."""
    with node.desk.store.write() as tx:
        search.index_text(tx, 1000)
    return running.tick(node.desk)


def marked(node: Node, number: int) -> set[str]:
    (statement,) = show(node.desk, MARIE, indicator(number)["id"]).statements
    return set(statement.summary.marking)


def paul(node: Node, **more: Any) -> Actor:
    given = {"nationality": "CAN", "tlp": "green", "roles": ("analyst",), **more}
    person_add(node.desk, MARIE, "paul", **given)
    return person(node, "paul")


def person(node: Node, name: str) -> Actor:
    with node.desk.store.read() as tx:
        found = accounts.person_called(tx, name)
    assert found is not None
    return acting(node.desk, found)


def test_what_arrives_is_marked_written_and_told_once(node: Node) -> None:
    reader = paul(node)
    put(node, 1)
    steps = (Mark(("tlp:amber",)), Export("siem"), Notify(("paul",)))
    made = playbook_add(node.desk, MARIE, "phishing", PHISHING, steps)
    put(node, 2)
    assert marked(node, 2) == {"tlp:green"}, "it is off until somebody turns it on"
    playbook_turn(node.desk, MARIE, "phishing", "on")
    put(node, 3)
    put(node, 4, name="nothing of the kind")
    assert marked(node, 3) == {"tlp:amber"}
    assert [marked(node, n) for n in (1, 2, 4)] == [{"tlp:green"}] * 3
    file = node.desk.folder / "exports" / "siem" / f"{indicator(3)['id']}--canada.json"
    held = json.loads(file.read_text())
    assert indicator(3)["id"] in {value["id"] for value in held["objects"]}
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    log = playbook_log(node.desk, MARIE, "phishing")
    assert [(entry.step, entry.outcome) for entry, _item in log] == [(2, "nothing"), (1, "done"), (0, "done")]
    assert notices(node.desk, reader) == [], "the first step made it amber, which paul does not see"
    assert arrive(node) == 0
    put(node, 3, modified="2026-04-01T08:00:00.000Z", name="phishing page, moved")
    assert len(playbook_log(node.desk, MARIE, "phishing")) == 3, "each object once, whatever becomes of it"
    playbook_drop(node.desk, MARIE, made.id)
    assert playbooks(node.desk, MARIE) == []


def test_people_are_told_of_what_they_may_see(node: Node) -> None:
    reader = paul(node)
    playbook_add(node.desk, MARIE, "tell", PHISHING, (Notify(("paul",)),))
    playbook_turn(node.desk, MARIE, "tell", "on")
    put(node, 1)
    put(node, 2, marking="tlp:red")
    (told,) = notices(node.desk, reader)
    assert (told.name, [item.id for item in told.items]) == ("tell", [indicator(1)["id"]])
    seen = [item.id for _entry, item in playbook_log(node.desk, reader)]
    assert seen == [indicator(1)["id"]], "the log names nothing that its reader may not see"
    notices_seen(node.desk, reader, told.playbook)
    assert notices(node.desk, reader) == []


def test_a_playbook_sees_and_may_what_its_person_does(node: Node) -> None:
    analyst = paul(node)
    playbook_add(node.desk, analyst, "mine", PHISHING, (Mark(("tlp:amber",)),))
    playbook_turn(node.desk, analyst, "mine", "on")
    put(node, 1, marking="tlp:red")
    assert playbook_log(node.desk, MARIE, "mine") == []
    person_change(node.desk, MARIE, "paul", roles=("liaison",))
    put(node, 2)
    ((entry, _item),) = playbook_log(node.desk, MARIE, "mine")
    assert (entry.outcome, marked(node, 2)) == ("refused", {"tlp:green"})
    person_lock(node.desk, MARIE, "paul")
    put(node, 3)
    (held,) = playbooks(node.desk, MARIE)
    assert held.state == "stopped"
    assert "no longer active" in held.why


def test_a_dry_run_does_nothing_and_says_what_it_would_do(node: Node) -> None:
    put(node, 1)
    put(node, 2, marking="tlp:amber")
    playbook_add(node.desk, MARIE, "dry", PHISHING, (Mark(("tlp:amber",)), Export("siem")))
    trials = {trial.item.id: trial.steps for trial in playbook_try(node.desk, MARIE, "dry")}
    assert trials[indicator(1)["id"]][0] == (
        "done",
        "marked {after}; it was {before}",
        {"before": "tlp:green", "after": "tlp:amber"},
    )
    assert trials[indicator(2)["id"]][0][0] == "nothing"
    assert marked(node, 1) == {"tlp:green"}
    assert not (node.desk.folder / "exports").exists()
    assert playbook_log(node.desk, MARIE) == []


def test_a_flood_stops_it(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MOST", 3)
    playbook_add(node.desk, MARIE, "flood", PHISHING, (Export("siem"),))
    playbook_turn(node.desk, MARIE, "flood", "on")
    put(node, 1, 2, 3, 4, 5)
    (held,) = playbooks(node.desk, MARIE)
    assert held.state == "stopped"
    assert len(playbook_log(node.desk, MARIE)) == 3
    playbook_turn(node.desk, MARIE, "flood", "on")
    assert arrive(node) == 0


def test_a_step_that_a_crash_cut_short_is_left_to_a_person(node: Node) -> None:
    made = playbook_add(node.desk, MARIE, "crash", PHISHING, (Export("siem"),))
    playbook_turn(node.desk, MARIE, "crash", "on")
    begun = Entry(
        playbook=made.id,
        object_id=indicator(1)["id"],
        source="canada",
        step=0,
        at=node.desk.clock(),
        outcome="begun",
    )
    with node.desk.store.write() as tx:
        records.note(tx, begun)
    put(node, 1)
    ((entry, _item),) = playbook_log(node.desk, MARIE)
    assert entry.outcome == "begun"
    assert not (node.desk.folder / "exports").exists()


def test_what_is_held_no_longer_is_not_left_in_exports(node: Node) -> None:
    playbook_add(node.desk, MARIE, "write", PHISHING, (Export("siem"),))
    playbook_turn(node.desk, MARIE, "write", "on")
    put(node, 1, 2)
    folder = node.desk.folder / "exports" / "siem"
    assert len(list(folder.iterdir())) == 2
    purge(node.desk, MARIE, indicator(1)["id"], reason="should not be here")
    assert running.sweep(node.desk) == 1
    assert [file.stem for file in folder.iterdir()] == [f"{indicator(2)['id']}--canada"]


def test_partners_are_asked_once(three: Three) -> None:
    can, fra = three["can"], three["fra"]
    words = Words("Have you seen it?", "L'avez-vous vu ?")
    playbook_add(can, OFFICER, "ask", PHISHING, (Ask(("fra",), words, MARKING, hours=48),))
    playbook_turn(can, OFFICER, "ask", "on")
    data = orjson.dumps([indicator(7)])
    import_(can, OFFICER, [of_bytes("given", data)], marking=MARKING)
    with can.store.write() as tx:
        search.index_text(tx, 1000)
    assert (running.tick(can), running.tick(can)) == (1, 0)
    three.exchange()
    (asked,) = requests(fra, OFFICER)
    assert (asked.words, asked.objects) == (words, (indicator(7)["id"],))
    assert asked.due is not None


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ((), "playbook-steps"),
        ((Mark(("tlp:mauve",)),), None),
        ((Notify(("nobody",)),), "playbook-person"),
        ((Export("../keys"),), "playbook-folder"),
        ((Ask(("mars",), Words("?"), "tlp:green"),), "case-nodes"),
        ((Ask((), Words("?"), "tlp:green"),), "playbook-ask"),
    ],
)
def test_a_step_that_can_never_be_taken_is_refused(node: Node, steps: Any, code: str | None) -> None:
    with pytest.raises(InputError) as caught:
        playbook_add(node.desk, MARIE, "wrong", PHISHING, steps)
    assert code in (None, caught.value.code)


def test_names_rights_and_searches(node: Node) -> None:
    reader = paul(node, roles=("liaison",))
    with pytest.raises(NotAllowed):
        playbook_add(node.desk, reader, "mine", PHISHING, (Export("siem"),))
    with pytest.raises(InputError, match="everything that arrives"):
        playbook_add(node.desk, MARIE, "all", Question(), (Export("siem"),))
    playbook_add(node.desk, MARIE, "one", PHISHING, (Export("siem"),))
    with pytest.raises(Conflict, match="already"):
        playbook_add(node.desk, MARIE, "one", PHISHING, (Export("siem"),))
    with pytest.raises(NotFound):
        playbook_turn(node.desk, MARIE, "other", "on")


def test_a_name_does_not_stand_before_the_id_of_another(three: Three) -> None:
    can = three["can"]
    first = playbook_add(can, OFFICER, "first", PHISHING, [Export("out")])
    for name in (first.id, first.id[:8], first.id.upper(), "beef"):
        with pytest.raises(InputError, match="looks like the id"):
            playbook_add(can, OFFICER, name, PHISHING, [Export("out")])
    # one that was kept before names were looked at
    with can.store.write() as tx:
        records.put(
            tx, msgspec.structs.replace(first, id="00000000-0000-4000-8000-000000000001", name=first.id)
        )
    assert playbook_show(can, OFFICER, first.id).name == "first"
    assert playbook_show(can, OFFICER, "first").id == playbook_show(can, OFFICER, first.id[:8]).id == first.id
