"""What goes to partners with an incident: what this node itself says belongs to it, by an act upon it, and nothing beside."""

from __future__ import annotations

from typing import Any

import pytest

from cordiale.desk.actor import Actor
from cordiale.desk.outgoing import release
from cordiale.joint.case import open_case
from cordiale.joint.incident import reading, said
from cordiale.joint.incident.adding import add_event, add_impact, add_task, change_piece
from cordiale.joint.incident.giving import give, hand_on
from cordiale.joint.incident.opening import affect, open_incident
from cordiale.joint.incident.reading import incident_show, incidents
from cordiale.joint.incident.writing import tie
from cordiale.joint.words import Words
from cordiale.platform.errors import InputError
from cordiale.stix.incident_core import DEFINITIONS
from tests.unit.desk.conftest import WHEN, indicator
from tests.unit.joint.conftest import OFFICER, Three
from tests.unit.joint.test_incident import NAME, OWN, TWO, core, port, sighting, taken

OLD = "2020-01-01T00:00:00.000Z"
ANALYST = Actor("ann", roles=frozenset({"analyst"}))

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "indicator": ("related-to", {"pattern": "[ipv4-addr:value='1.1.1.1']", "pattern_type": "stix", "valid_from": OLD}),
    "malware": ("related-to", {"is_family": False}),
    "infrastructure": ("impacts", {}),
    "event": ("related-to", {"status": "occurred", "extensions": {DEFINITIONS["event"]: {"extension_type": "new-sdo"}}}),
}  # fmt: skip
"""Kinds of objects of ours, and by which relationship a partner ties them to an incident."""


def stated(kind: str, n: int, **more: Any) -> dict[str, Any]:
    """Return an object that was stated long ago."""
    id = f"{kind}--00000000-0000-4000-8000-{n:012d}"
    return {"type": kind, "spec_version": "2.1", "id": id, "created": OLD, "modified": OLD, **more}


def at_fra(three: Three) -> bytes:
    """Return all that France's store holds."""
    return three.world.nodes["fra"].store.snapshot()


def of_incident(three: Three) -> tuple[str, str]:
    """Open an incident with a task at Canada and give it to France; return the ids of both."""
    can = three["can"]
    made = open_incident(can, OFFICER, NAME, marking=TWO)
    task = add_task(can, OFFICER, made.id, Words("Cut the line"))
    give(can, OFFICER, made.id, ["fra"])
    three.exchange()
    return made.id, task.id


@pytest.mark.parametrize("kind", KINDS)
def test_a_relationship_of_a_partner_gives_nothing_of_ours(three: Three, kind: str) -> None:
    """France ties an object of Canada's to Canada's incident, which no officer ever let go: it stays, whatever is done."""
    can, fra = three["can"], three["fra"]
    incident, task = of_incident(three)
    how, more = KINDS[kind]
    ours = stated(kind, 801, **more, name="HALCYON") | {"modified": WHEN}
    taken(three, "can", ours, marking=TWO)
    ends = {"source_ref": ours["id"], "target_ref": incident} if kind == "event" else {"source_ref": incident, "target_ref": ours["id"]}  # fmt: skip
    rel = stated("relationship", 701, relationship_type=how, **ends)
    taken(three, "fra", stated(kind, 801, **more, name="n"), rel, marking=TWO)
    release.release(fra, OFFICER, "can", ids=[ours["id"], rel["id"]])
    three.exchange(3)
    view = incident_show(can, OFFICER, incident)
    assert ours["id"] in {one.id for one in (*view.found, *view.affected)} | {one.id for one in view.events}
    change_piece(can, OFFICER, task, state="successful")
    hand_on(can, OFFICER, incident)
    event = add_event(can, OFFICER, incident, Words("Cranes stop"))
    assert [one.state for one in hand_on(can, OFFICER, incident, event.made).sent] == ["goes"]
    give(can, OFFICER, incident, ["fra"])
    three.exchange()
    assert b"HALCYON" not in at_fra(three)
    assert ours["id"] not in str(core(three, "can", incident))


def test_what_a_partners_own_pieces_name_gives_nothing_of_ours(three: Three) -> None:
    """France's impact names an infrastructure of Canada's, and its event a sighting: giving the incident gives neither."""
    can, fra = three["can"], three["fra"]
    incident, _task = of_incident(three)
    ours = stated("infrastructure", 802, name="HALCYON") | {"modified": WHEN}
    seen = sighting(1) | {"description": "HALCYON"}
    taken(three, "can", ours, indicator(1), seen, marking=TWO)
    taken(three, "fra", {**ours, "modified": OLD, "name": "n"}, indicator(1), sighting(1) | {"modified": OLD, "created": OLD}, marking=TWO)  # fmt: skip
    impact = add_impact(fra, OFFICER, incident, "availability", {"availability_impact": 30}, refs=[ours["id"]])  # fmt: skip
    event = add_event(fra, OFFICER, incident, Words("Seen"), sightings=[seen["id"]])
    release.release(fra, OFFICER, "can", ids=[indicator(1)["id"]])
    give(fra, OFFICER, incident, ["can"])
    three.exchange()
    assert {one.id for one in incident_show(can, OFFICER, incident).impacts} == {impact.id}
    assert {one.id for one in incident_show(can, OFFICER, incident).events} == {event.id}
    give(can, OFFICER, incident, ["fra"])
    three.exchange()
    assert b"HALCYON" not in at_fra(three)


def test_an_act_gives_nothing_that_waits_for_an_officer(three: Three) -> None:
    """An officer closes one task: an event that an analyst added, and what was tied meanwhile, goes on waiting."""
    can = three["can"]
    incident, task = of_incident(three)
    taken(three, "can", indicator(7), port(), marking=TWO)
    taken(three, "can", tie(can, incident, "related-to", indicator(7)["id"]), marking=TWO)
    waiting = add_event(can, ANALYST, incident, Words("UNSEEN"))
    hand_on(can, ANALYST, incident, waiting.made)
    change_piece(can, OFFICER, task, state="successful")
    assert hand_on(can, OFFICER, incident).sent == ()
    whom = affect(can, OFFICER, incident, port()["id"])
    hand_on(can, OFFICER, incident, whom.made)
    three.exchange()
    held = at_fra(three)
    assert b"UNSEEN" not in held
    assert indicator(7)["id"].encode() not in held
    assert port()["id"].encode() not in held
    assert incident_show(three["fra"], OFFICER, incident).tasks[0].outcome == "successful"
    give(can, OFFICER, incident, ["fra"])
    three.exchange()
    there = incident_show(three["fra"], OFFICER, incident)
    assert [one.name.en for one in there.events] == ["UNSEEN"]
    assert {one.id for one in (*there.found, *there.affected)} == {indicator(7)["id"], port()["id"]}


def test_our_incident_names_no_piece_of_a_partner(three: Three) -> None:
    can, fra = three["can"], three["fra"]
    incident, task = of_incident(three)
    theirs = add_task(fra, OFFICER, incident, Words("Hand over the logs"), priority=100)
    give(fra, OFFICER, incident, ["can"])
    three.exchange()
    change_piece(can, OFFICER, task, state="successful")
    hand_on(can, OFFICER, incident)
    give(can, OFFICER, incident, ["fra"])
    assert [one["task_ref"] for one in core(three, "can", incident)["tasks"]] == [task]
    assert {one.id: one.listed for one in incident_show(can, OFFICER, incident).tasks} == {task: True, theirs.id: False}  # fmt: skip


def test_a_piece_names_nothing_that_is_marked_more_strictly(three: Three) -> None:
    """It would go in part, and be a second fact at the partner beside the one that it has."""
    can, fra = three["can"], three["fra"]
    taken(three, "can", indicator(1), sighting(1), port(), marking=OWN)
    made = open_incident(can, OFFICER, NAME, marking=TWO)
    before = add_impact(can, OFFICER, made.id, "availability", {"availability_impact": 30})
    give(can, OFFICER, made.id, ["fra"])
    three.exchange()
    after = add_impact(can, OFFICER, made.id, "availability", {"availability_impact": 75}, marking=OWN)
    with pytest.raises(InputError, match="more strictly"):
        change_piece(can, OFFICER, before.id, superseded_by=after.id)
    with pytest.raises(InputError, match="more strictly"):
        add_event(can, OFFICER, made.id, Words("Seen"), sightings=[sighting(1)["id"]])
    with pytest.raises(InputError, match="more strictly"):
        add_impact(can, OFFICER, made.id, "availability", {"availability_impact": 9}, refs=[port()["id"]])
    add_event(can, OFFICER, made.id, Words("Seen"), sightings=[sighting(1)["id"]], marking=OWN)
    three.exchange()
    assert [one.id for one in incident_show(fra, OFFICER, made.id).impacts] == [before.id]


def test_cases_push_no_incident_out_of_the_list(three: Three, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases are objects of the same type: however many are changed later, an incident is listed and found by its beginning."""
    can = three["can"]
    made = open_incident(can, OFFICER, NAME, marking=TWO)
    monkeypatch.setattr(reading, "LISTED", 2)
    for _n in range(5):
        three.pass_time(1)
        open_case(can, OFFICER, title=NAME, members=["fra"], marking=TWO)
    assert [one.id for one in incidents(can, OFFICER)] == [made.id]
    assert incident_show(can, OFFICER, made.id.partition("--")[2][:8]).id == made.id


def test_what_a_partner_ties_to_an_incident_hides_nothing_of_it(
    three: Three, monkeypatch: pytest.MonkeyPatch
) -> None:
    """France writes notes about Canada's incident, and ties things to it, beyond all that is read around it."""
    monkeypatch.setattr(said, "MOST", 5)
    can = three["can"]
    id, task = of_incident(three)
    notes = [stated("note", 10 + n, content="?", object_refs=[id]) for n in range(8)]
    places = [stated("location", 30 + n, region="europe") for n in range(8)]
    ties = [
        stated("relationship", 50 + n, relationship_type="related-to", source_ref=one["id"], target_ref=id)
        for n, one in enumerate(places)
    ]
    taken(three, "fra", *notes, *places, *ties, marking=TWO)
    release.release(three["fra"], OFFICER, "can", ids=[one["id"] for one in (*notes, *places, *ties)])
    three.exchange(3)
    shown = incident_show(can, OFFICER, id)
    assert [one.id for one in shown.tasks] == [task]
    assert shown.more
    assert [one.open_tasks for one in incidents(can, OFFICER)] == [1]
    (sent,) = give(can, OFFICER, id, ["fra"]).sent
    assert (sent.state, sent.objects) == ("goes", 4)
