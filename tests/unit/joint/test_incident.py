"""An incident is opened from findings, grows by events, impacts and tasks, and goes to partners with what they may have of it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.views.search import counts, search
from cordiale.desk.views.show import show
from cordiale.joint.case import open_case
from cordiale.joint.incident.adding import add_event, add_impact, add_task, change_piece
from cordiale.joint.incident.giving import give, hand_on
from cordiale.joint.incident.opening import affect, change_incident, open_incident
from cordiale.joint.incident.reading import incident_show, incidents
from cordiale.joint.words import Words
from cordiale.platform.errors import InputError, NotAllowed, NotFound
from cordiale.stix.incident_core import CORE, DEFINITIONS, core_of
from cordiale.stix.validate import validate
from tests.unit.desk.conftest import WHEN, indicator
from tests.unit.joint.conftest import MARKING, OFFICER, Three

NAME = Words("Harbour stopped", "Port à l'arrêt")
TWO = "tlp:amber rel:nation-can|nation-fra"
OWN = "tlp:amber rel:nation-can"
HOUR = 3_600_000_000


def sighting(n: int) -> dict[str, Any]:
    """Return a sighting of an indicator that has a sector."""
    return {
        "type": "sighting",
        "spec_version": "2.1",
        "id": f"sighting--00000000-0000-4000-8000-{n:012d}",
        "created": WHEN,
        "modified": WHEN,
        "sighting_of_ref": indicator(n)["id"],
        "first_seen": "2026-02-27T03:00:00Z",
        "last_seen": "2026-02-27T05:30:00Z",
        "count": 14,
        "labels": ["sector:transportation"],
    }


def port() -> dict[str, Any]:
    """Return who is affected."""
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": "identity--00000000-0000-4000-8000-0000000000aa",
        "created": WHEN,
        "modified": WHEN,
        "name": "Port of Example",
        "identity_class": "organization",
        "sectors": ["transportation"],
    }


def taken(three: Three, node: str, *objects: dict[str, Any], marking: str = MARKING) -> None:
    """Take objects in at a node."""
    import_(three[node], OFFICER, [of_bytes("objects", orjson.dumps(list(objects)))], marking=marking)


def core(three: Three, node: str, id: str) -> Any:
    """Return what Incident Core says in an incident at a node."""
    return core_of(show(three[node], OFFICER, id).statements[0].value)


def test_an_incident_is_opened_from_findings_and_grows(three: Three) -> None:
    can = three["can"]
    taken(three, "can", indicator(1), sighting(1), port())
    made = open_incident(can, OFFICER, NAME, findings=[indicator(1)["id"], sighting(1)["id"]], types=["Denial of service"], criticality=70)  # fmt: skip
    event = add_event(can, OFFICER, made.id[10:18], Words("Cranes stop", "Les grues s'arrêtent"), start=can.clock() - HOUR)  # fmt: skip
    worse = add_impact(can, OFFICER, made.id, "availability", {"availability_impact": "70"}, counts={"organization": 3})  # fmt: skip
    first = add_task(can, OFFICER, made.id, Words("Cut the line"), end=can.clock() + HOUR, owner="us")
    affect(can, OFFICER, made.id, port()["id"])
    hand_on(can, OFFICER, made.id)
    view = incident_show(can, OFFICER, made.id)
    assert (view.name, view.determination, view.status, view.criticality) == (NAME, "suspected", "new", 70)
    assert view.types == ("denial-of-service",)
    assert view.sectors == ("transportation",)
    seen = view.events[0]
    assert (seen.sightings, seen.start is not None, seen.listed) == ((sighting(1)["id"],), True, True)
    assert [one.id for one in view.events] == [seen.id, event.id]
    assert [(one.id, one.details, one.counts) for one in view.impacts] == [(worse.id, {"availability_impact": 70}, {"organization": 3})]  # fmt: skip
    assert [(one.id, one.ready, one.late, len(one.owners)) for one in view.tasks] == [
        (first.id, True, False, 1)
    ]
    assert view.next == (first.id,)
    assert [(one.name, one.how) for one in view.affected] == [("Port of Example", "impacts")]
    assert [(one.type, one.how) for one in view.found] == [("indicator", "detected")]
    assert view.remarks == ()
    for one in (made.id, event.id, worse.id, first.id):
        assert [
            p for p in validate(show(can, OFFICER, one).statements[0].value) if p.severity == "error"
        ] == []
    (line,) = incidents(can, OFFICER)
    assert (line.id, line.open_tasks, line.late_tasks) == (made.id, 1, 0)


def test_tasks_are_done_and_events_end(three: Three) -> None:
    can = three["can"]
    made = open_incident(can, OFFICER, NAME, marking=TWO)
    task = add_task(can, OFFICER, made.id, Words("Cut the line"), end=can.clock() + HOUR)
    three.pass_time(7200)
    assert incident_show(can, OFFICER, made.id).tasks[0].late
    assert incidents(can, OFFICER)[0].late_tasks == 1
    change_piece(can, OFFICER, task.id, state="successful")
    view = incident_show(can, OFFICER, made.id)
    assert (view.tasks[0].outcome, view.tasks[0].late, view.next) == ("successful", False, ())
    assert abs((view.tasks[0].end or 0) - can.clock()) < 1_000_000
    event = add_event(can, OFFICER, made.id, Words("More"), status="ongoing", start=can.clock() - HOUR)
    change_piece(can, OFFICER, event.id, state="occurred")
    assert incident_show(can, OFFICER, made.id).events[0].status == "occurred"
    change_incident(can, OFFICER, made.id, status="closed", determination="confirmed", sectors=["ca:transportation"])  # fmt: skip
    view = incident_show(can, OFFICER, made.id)
    assert (view.status, view.determination, view.sectors) == ("closed", "confirmed", ("ca:transportation", "transportation"))  # fmt: skip
    assert incidents(can, OFFICER) == []
    assert len(incidents(can, OFFICER, everything=True)) == 1


def test_one_impact_becomes_another(three: Three) -> None:
    can = three["can"]
    made = open_incident(can, OFFICER, NAME, marking=TWO)
    before = add_impact(can, OFFICER, made.id, "availability", {"availability_impact": 30})
    after = add_impact(can, OFFICER, made.id, "availability", {"availability_impact": 75})
    other = add_impact(can, OFFICER, made.id, "external", {"impact_type": "public-safety"})
    change_piece(can, OFFICER, before.id, superseded_by=after.id)
    view = incident_show(can, OFFICER, made.id)
    found = {one.id: one for one in view.impacts}
    assert found[before.id].superseded_by == after.id
    assert found[before.id].end is not None
    with pytest.raises(InputError, match="same kind"):
        change_piece(can, OFFICER, after.id, superseded_by=other.id)


def test_all_of_it_goes_to_a_partner_who_adds_to_it(three: Three) -> None:
    can, fra = three["can"], three["fra"]
    taken(three, "can", indicator(1), port(), marking=TWO)
    made = open_incident(can, OFFICER, NAME, findings=[indicator(1)["id"]], marking=TWO)
    add_event(can, OFFICER, made.id, Words("Cranes stop"))
    add_task(can, OFFICER, made.id, Words("Cut the line"), owner="us")
    affect(can, OFFICER, made.id, port()["id"])
    given = give(can, OFFICER, made.id, ["fra"])
    assert [one.state for one in given.sent] == ["goes"]
    assert given.named == 2
    three.exchange()
    there = incident_show(fra, OFFICER, made.id)
    assert (there.name, there.source, there.ours) == (NAME, "can", False)
    assert ([one.name.en for one in there.events], [one.name.en for one in there.tasks]) == (["Cranes stop"], ["Cut the line"])  # fmt: skip
    assert len(there.tasks[0].owners) == 1
    assert [one.name for one in there.affected] == ["Port of Example"]
    with pytest.raises(NotAllowed, match="can states this"):
        change_incident(fra, OFFICER, made.id, status="closed")
    with pytest.raises(NotAllowed, match="can states this"):
        change_piece(fra, OFFICER, there.tasks[0].id, state="successful")
    theirs = add_event(fra, OFFICER, made.id, Words(fr="Même chose à Brest"))
    hand_on(fra, OFFICER, made.id, theirs.made)
    assert {one.id: one.listed for one in incident_show(fra, OFFICER, made.id).events}[theirs.id] is False
    give(fra, OFFICER, made.id, ["can"])
    three.exchange()
    here = incident_show(can, OFFICER, made.id)
    assert [(one.id, one.source, one.name.fr) for one in here.events if one.source == "fra"] == [(theirs.id, "fra", "Même chose à Brest")]  # fmt: skip
    assert incidents(three["gbr"], OFFICER, everything=True) == []
    assert b"Harbour" not in three.world.nodes["gbr"].store.snapshot()


def test_what_is_added_later_follows_to_who_has_the_incident(three: Three) -> None:
    can, fra = three["can"], three["fra"]
    made = open_incident(can, OFFICER, NAME, marking=TWO)
    give(can, OFFICER, made.id, ["fra"])
    three.exchange()
    event = add_event(can, OFFICER, made.id, Words("Cranes stop", "Les grues s'arrêtent"))
    handed = hand_on(can, OFFICER, made.id, event.made)
    assert [(one.node, one.state) for one in handed.sent] == [("fra", "goes")]
    three.exchange()
    there = incident_show(fra, OFFICER, made.id)
    assert [(one.listed, one.name.fr) for one in there.events] == [(True, "Les grues s'arrêtent")]
    assert len(search(fra, OFFICER, type="incident").items) == 1


def test_a_partner_that_may_not_have_a_task_or_an_impact_learns_nothing_of_it(three: Three) -> None:
    """Two worlds, with and without what is hidden: the partner holds the same of both."""
    can, fra = three["can"], three["fra"]
    made = open_incident(can, OFFICER, NAME, marking=TWO)
    add_event(can, OFFICER, made.id, Words("Cranes stop"))
    give(can, OFFICER, made.id, ["fra"])
    three.exchange()
    before = show(fra, OFFICER, made.id).statements[0]
    held = counts(fra, OFFICER)
    task = add_task(can, OFFICER, made.id, Words("Watch the insider"), marking=OWN, owner="us")
    impact = add_impact(can, OFFICER, made.id, "confidentiality", {"loss_type": "confirmed-loss", "information_type": "classified-material"}, marking=OWN)  # fmt: skip
    event = add_event(can, OFFICER, made.id, Words("A source spoke"), marking="tlp:red rel:nation-can")
    hand_on(can, OFFICER, made.id, (*task.made, *impact.made, *event.made))
    give(can, OFFICER, made.id, ["fra"])
    three.exchange()
    after = show(fra, OFFICER, made.id).statements[0]
    assert (after.value, after.versions, after.summary.received) == (before.value, before.versions, before.summary.received)  # fmt: skip
    assert counts(fra, OFFICER) == held
    there = incident_show(fra, OFFICER, made.id)
    assert (there.tasks, there.impacts, len(there.events), there.next) == ((), (), 1, ())
    dump = three.world.nodes["fra"].store.snapshot()
    assert not [word for word in (b"insider", b"classified-material", b"source spoke") if word in dump]
    here = incident_show(can, OFFICER, made.id)
    assert (len(here.tasks), len(here.impacts), len(here.events)) == (1, 1, 2)
    assert [one.listed for one in (*here.tasks, *here.impacts)] == [False, False]


def test_what_waits_for_an_officer_is_not_named_before_it_goes(three: Three) -> None:
    from cordiale.desk.actor import Actor

    can, fra = three["can"], three["fra"]
    analyst = Actor("ann", roles=frozenset({"analyst"}))
    made = open_incident(can, OFFICER, NAME, marking=TWO)
    give(can, OFFICER, made.id, ["fra"])
    three.exchange()
    event = add_event(can, analyst, made.id, Words("Cranes stop"))
    assert hand_on(can, analyst, made.id, event.made).sent == ()
    three.exchange()
    (held,) = search(fra, OFFICER, type="incident").items
    assert held.id == made.id
    assert "events" not in core(three, "fra", made.id)
    give(can, OFFICER, made.id, ["fra"])
    three.exchange()
    assert len(core(three, "fra", made.id)["events"]) == 1
    assert len(search(fra, OFFICER, type="incident").items) == 1


def test_a_person_who_may_not_see_a_task_sees_an_incident_without_it(three: Three) -> None:
    from dataclasses import replace

    from cordiale.desk.partnerships import partnership

    can = three["can"]
    made = open_incident(can, OFFICER, NAME, marking=TWO)
    add_task(can, OFFICER, made.id, Words("Watch the insider"), marking=OWN)
    hand_on(can, OFFICER, made.id)
    with can.store.read() as tx:
        reader = replace(
            OFFICER, roles=frozenset({"analyst"}), recipient=partnership(tx, "fra", "can").recipient
        )
    view = incident_show(can, reader, made.id)
    assert (view.tasks, view.next, view.marking) == ((), (), tuple(sorted(TWO.split())))
    (line,) = incidents(can, reader)
    assert line.open_tasks == 0
    with pytest.raises(NotFound):
        incident_show(can, reader, "incident--00000000-0000-4000-8000-00000000dead")


def test_what_another_tool_wrote_is_read_with_remarks(three: Three) -> None:
    can = three["can"]
    event = {
        "type": "event", "spec_version": "2.1", "id": "event--00000000-0000-4000-8000-000000000001",
        "created": WHEN, "modified": WHEN, "status": "occurred", "name": "Login",
        "extensions": {DEFINITIONS["event"]: {"extension_type": "new-sdo"}},
    }  # fmt: skip
    task = {
        "type": "task", "spec_version": "2.1", "id": "task--00000000-0000-4000-8000-000000000001",
        "created": WHEN, "modified": WHEN, "outcome": "pending", "name": "Look",
        "extensions": {DEFINITIONS["task"]: {"extension_type": "new-sdo"}},
    }  # fmt: skip
    after = {**task, "id": "task--00000000-0000-4000-8000-000000000002", "name": "Then patch"}
    step = {"task_ref": after["id"], "condition_type": "required", "transition_type": "success"}
    said = {
        "extension_type": "property-extension",
        "determination": "certain",
        "investigation_status": "open",
        "events": [{"event_ref": event["id"]}],
        "tasks": [
            {"task_ref": after["id"], "sequence_start": False},
            {"task_ref": task["id"], "next_steps": [step]},
        ],
        "scores": [{"name": "Exposure", "value": 7}],
    }
    whole = {
        "type": "incident", "spec_version": "2.1", "id": "incident--00000000-0000-4000-8000-000000000001",
        "created": WHEN, "modified": WHEN, "name": "From elsewhere", "extensions": {CORE: said},
    }  # fmt: skip
    plain = {**whole, "id": "incident--00000000-0000-4000-8000-000000000002", "name": "Plain"}
    del plain["extensions"]
    taken(three, "can", event, task, after, whole, plain)
    view = incident_show(can, OFFICER, whole["id"])
    assert [one.code for one in view.remarks] == ["enumeration"]
    assert [one.name.en for one in view.events] == ["Login"]
    assert [(one.name.en, one.ready) for one in view.tasks] == [("Then patch", False), ("Look", True)]
    assert view.next == (task["id"],)
    assert view.scores == (("Exposure", 7.0, ""),)
    assert incident_show(can, OFFICER, plain["id"]).core is False


def test_what_an_event_rests_on_goes_with_it(three: Three) -> None:
    can, fra = three["can"], three["fra"]
    taken(three, "can", indicator(1), sighting(1), marking=TWO)
    made = open_incident(can, OFFICER, NAME, findings=[indicator(1)["id"], sighting(1)["id"]])
    assert [one.state for one in give(can, OFFICER, made.id, ["fra"]).sent] == ["goes"]
    three.exchange()
    assert [one.sightings for one in incident_show(fra, OFFICER, made.id).events] == [(sighting(1)["id"],)]
    assert show(fra, OFFICER, sighting(1)["id"]).statements[0].summary.source == "can"
    with pytest.raises(NotFound):
        incident_show(three["gbr"], OFFICER, made.id)


def test_a_case_is_no_incident(three: Three) -> None:
    can = three["can"]
    opened = open_case(can, OFFICER, title=NAME, members=["fra"], marking=TWO)
    assert incidents(can, OFFICER, everything=True) == []
    with pytest.raises(NotFound):
        incident_show(can, OFFICER, opened.id)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"category": "moral", "details": {}}, "no kind of impact"),
        ({"category": "availability", "details": {}}, "availability_impact"),
        ({"category": "availability", "details": {"availability_impact": 101}}, "out of its bounds"),
        ({"category": "availability", "details": {"availability_impact": "much"}}, "is a number"),
        ({"category": "external", "details": {"impact_type": "economic", "loss": 1}}, "does not say loss"),
        ({"category": "integrity", "details": {"alteration": "some"}}, "none of"),
    ],
)
def test_an_impact_says_what_the_extension_has_for_its_kind(three: Three, wrong: Any, said: str) -> None:
    made = open_incident(three["can"], OFFICER, NAME, marking=TWO)
    with pytest.raises(InputError, match=said):
        add_impact(three["can"], OFFICER, made.id, **wrong)


def test_an_incident_needs_a_name_a_marking_and_known_sectors(three: Three) -> None:
    can = three["can"]
    with pytest.raises(InputError, match="what the incident is called"):
        open_incident(can, OFFICER, Words(), marking=TWO)
    with pytest.raises(InputError, match="how the incident is marked"):
        open_incident(can, OFFICER, NAME)
    with pytest.raises(InputError, match="no sector"):
        open_incident(can, OFFICER, NAME, marking=TWO, sectors=["piracy"])
