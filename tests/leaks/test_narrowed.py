"""A narrowing stands: no later import, pull or statement under the same id opens what a person closed, nor its history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import orjson
import pytest

from cordiale.desk.actor import Actor
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.marking.mark import mark
from cordiale.desk.marking.remark import mark_all
from cordiale.desk.marking.stating import stated
from cordiale.desk.outgoing import release
from cordiale.desk.views.history import history
from cordiale.desk.views.show import show
from cordiale.domains.cyber.merging import duplicates, view
from cordiale.platform.errors import NotAllowed, NotFound
from tests.leaks.scene import OFFICER, PERSON, Scene, later, sdo
from tests.simulation.world import World

OPERATOR: Final = Actor("olga", frozenset({"operator"}), PERSON.recipient)
LIAISON: Final = Actor("lia", frozenset({"liaison"}), PERSON.recipient)
HIDDEN: Final = ("compartment:can/HALCYON", "tlp:red")
THEIRS: Final = sdo("identity", "their organisation", identity_class="organization")

Narrow = Callable[[Scene, str], object]
NARROWED: Final[dict[str, Narrow]] = {
    "mark": lambda scene, stix_id: mark(scene.desk, OFFICER, stix_id, HIDDEN),
    "mark many": lambda scene, stix_id: mark_all(scene.desk, OFFICER, [stix_id], HIDDEN),
}
CREATED: Final[dict[str, dict[str, Any]]] = {
    "ours, a new version": {},
    "imported without a marking": {"created_by_ref": THEIRS["id"]},
}


@pytest.fixture
def scene() -> Iterator[Scene]:
    made = Scene(World(1))
    yield made
    made.close()


def sees(scene: Scene, actor: Actor, stix_id: str) -> bool:
    try:
        show(scene.desk, actor, stix_id)
    except NotFound:
        return False
    return True


def marked(scene: Scene, stix_id: str) -> list[tuple[str, ...]]:
    return [one.summary.marking for one in show(scene.desk, OFFICER, stix_id).statements]


def again(scene: Scene, actor: Actor, value: dict[str, Any], minutes: int, **more: Any) -> None:
    """Import a later version, as the next pull of the same source does."""
    scene.step()
    newer = later(value, minutes, **more)
    newer["modified"] = newer["modified"].replace("2026", "2028")  # after what marking it wrote
    report = import_(scene.desk, actor, [of_bytes("o", orjson.dumps([newer]))], marking="tlp:green")
    assert (report.new, report.set_aside) == (1, 0)


@pytest.mark.parametrize("narrow", NARROWED.values(), ids=NARROWED)
@pytest.mark.parametrize("created", CREATED.values(), ids=CREATED)
def test_what_is_imported_after_a_narrowing_goes_to_nobody_it_was_taken_from(
    scene: Scene, created: dict[str, Any], narrow: Narrow
) -> None:
    value = sdo("indicator", "one", description="first words", **created)
    scene.put(THEIRS, value)
    scene.release(value["id"])
    scene.cut()
    scene.visit()
    assert b"first words" in scene.held()
    scene.step()
    narrow(scene, value["id"])
    assert marked(scene, value["id"]) == [HIDDEN]
    scene.cut()
    scene.visit()
    assert b"first words" not in scene.held()
    again(scene, OFFICER, value, 1, description="second words")
    for _ in range(2):
        scene.cut()
        scene.visit()
    assert b"second words" not in scene.held()
    assert b"first words" not in scene.held()
    assert not sees(scene, PERSON, value["id"])
    # a person who sees it may open it again, and a partner gets it as it then stands
    scene.step()
    mark(scene.desk, OFFICER, value["id"], "tlp:green")
    assert marked(scene, value["id"]) == [("tlp:green",)]
    assert sees(scene, PERSON, value["id"])
    release.release(scene.desk, OFFICER, "fra", ids=[value["id"]])
    scene.cut()
    scene.visit()
    assert b"second words" in scene.held()


@pytest.mark.parametrize("narrow", NARROWED.values(), ids=NARROWED)
@pytest.mark.parametrize("created", CREATED.values(), ids=CREATED)
def test_a_later_version_by_somebody_who_does_not_see_it_opens_no_history(
    scene: Scene, created: dict[str, Any], narrow: Narrow
) -> None:
    value = sdo("indicator", "one", description="halcyon words", **created)
    scene.put(THEIRS, value)
    scene.step()
    narrow(scene, value["id"])
    again(scene, OPERATOR, value, 1, description="harmless")
    for read in (show, history):
        with pytest.raises(NotFound):
            read(scene.desk, OPERATOR, value["id"])
    held = history(scene.desk, OFFICER, value["id"])
    assert len(held) > 1
    assert all(set(HIDDEN) <= set(one.marking) for one in held)


def test_what_came_without_a_marking_and_then_with_one_may_be_opened_as_far_as_that(scene: Scene) -> None:
    value = sdo("indicator", "one", created_by_ref=THEIRS["id"])
    scene.put(THEIRS, value)
    scene.mark(value["id"], "tlp:red")
    green = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
    again(scene, OFFICER, value, 1, object_marking_refs=[green])
    assert marked(scene, value["id"]) == [("tlp:green", "tlp:red")]
    scene.mark(value["id"], "tlp:green")
    assert marked(scene, value["id"]) == [("tlp:green",)]
    with pytest.raises(NotAllowed):  # what others marked is lowered by nobody here
        mark(scene.desk, OFFICER, value["id"], "tlp:green")


def decide(scene: Scene, actor: Actor, one: str, other: str) -> str:
    return duplicates.decide(scene.desk, actor, one, other, same=True, reason=f"{actor.name} halcyon")


def choose(scene: Scene, actor: Actor, one: str, _other: str) -> str:
    return view.choose(scene.desk, actor, one, "name", "can", f"{actor.name} halcyon")


@pytest.mark.parametrize("narrow", NARROWED.values(), ids=NARROWED)
def test_what_a_person_made_stricter_than_its_source_may_be_lifted_one_by_one_or_many_at_once(
    scene: Scene, narrow: Narrow
) -> None:
    green = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
    value = sdo("indicator", "one", created_by_ref=THEIRS["id"], object_marking_refs=[green])
    scene.put(THEIRS, value)
    scene.step()
    narrow(scene, value["id"])
    assert not sees(scene, PERSON, value["id"])
    scene.step()
    if narrow is NARROWED["mark"]:
        mark(scene.desk, OFFICER, value["id"], "tlp:green")
    else:
        mark_all(scene.desk, OFFICER, [value["id"]], "tlp:green")
    assert marked(scene, value["id"]) == [("tlp:green",)]
    assert sees(scene, PERSON, value["id"])


@pytest.mark.parametrize("soon", [False, True], ids=["later", "at the very same instant"])
@pytest.mark.parametrize("say", [decide, choose])
def test_what_is_decided_again_by_somebody_who_does_not_see_it_stays_hidden(
    scene: Scene, say: Callable[[Scene, Actor, str, str], str], soon: bool
) -> None:
    one, other = sdo("intrusion-set", "APT-28"), sdo("intrusion-set", "apt 28 bis")
    scene.put(one, other)
    scene.step()
    identifier = say(scene, OFFICER, one["id"], other["id"])
    assert sees(scene, LIAISON, identifier)
    scene.mark(identifier, *HIDDEN)
    assert not sees(scene, LIAISON, identifier)
    if soon:  # of the hidden version: to refuse it would say that something is there
        (held,) = show(scene.desk, OFFICER, identifier).statements
        assert held.summary.modified is not None
        scene.world.time[0] = held.summary.modified
    else:
        scene.step()
    assert say(scene, LIAISON, one["id"], other["id"]) == identifier
    for read in (show, history):
        with pytest.raises(NotFound):
            read(scene.desk, LIAISON, identifier)
    (atoms,) = marked(scene, identifier)
    assert set(HIDDEN) <= set(atoms)


def test_what_was_stated_hidden_governs_what_is_stated_under_its_id(scene: Scene) -> None:
    scene.step()
    value = sdo("note", "halcyon", object_refs=[THEIRS["id"]])
    scene.put(THEIRS)
    stated(scene.desk, OFFICER, "say", [value], "tlp:red")
    stated(scene.desk, LIAISON, "say", [later(value, 1, content="mine")], "tlp:green")
    assert not sees(scene, LIAISON, value["id"])
    assert marked(scene, value["id"]) == [("tlp:green", "tlp:red")]
    # who sees it says by which marking it goes on
    mark(scene.desk, OFFICER, value["id"], "tlp:green")
    assert sees(scene, LIAISON, value["id"])
    stated(scene.desk, LIAISON, "say", [later(value, 2, content="mine again")], "tlp:clear")
    assert sees(scene, LIAISON, value["id"])
