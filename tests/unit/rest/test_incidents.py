"""Incidents by programs: opened from findings, grown, given to a partner, and changed by nobody but who states them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cordiale.platform.errors import InputError, NotAllowed, NotFound, ProtocolError
from cordiale.platform.languages import text
from cordiale.rest.told import FAR, instant
from cordiale.sdk import incidents as wire
from cordiale.sdk.joint import BothAsked
from tests.unit.desk.conftest import indicator
from tests.unit.joint.conftest import Three
from tests.unit.joint.test_incident import TWO, port, taken
from tests.unit.rest.served import Served
from tests.unit.rest.test_joint import client, later
from tests.unit.rest.test_joint import three as three

NAME = BothAsked(en="Harbour stopped", fr="Port à l'arrêt")
ATOMS = tuple(TWO.split())


def test_an_incident_is_opened_from_findings_grows_and_goes_to_a_partner(three: Three) -> None:
    can, fra = client(three, "can"), client(three, "fra")
    taken(three, "can", indicator(1), port(), marking=TWO)
    asked = wire.IncidentAsked(name=NAME, findings=(indicator(1)["id"],), marking=ATOMS, criticality=70, types=("Denial of service",))  # fmt: skip
    made = can.open_incident(asked, key="once")
    assert can.open_incident(asked, key="once") == made
    assert [one.state for one in can.give_incident(made.id, ["fra"]).sent] == ["goes"]
    event = can.add_event(made.id[10:18], wire.EventAsked(name=BothAsked(en="Cranes stop"), start=later(three, -1)))  # fmt: skip
    assert [(one.node, one.state) for one in event.sent] == [("fra", "goes")]
    can.add_impact(made.id, wire.ImpactAsked(category="availability", details={"availability_impact": 70}, counts={"organization": 3}))  # fmt: skip
    task = can.add_task(made.id, wire.IncidentTaskAsked(name=BothAsked(fr="Couper la ligne"), end=later(three, 1), owner="us"))  # fmt: skip
    can.affect(made.id, wire.AffectAsked(who=port()["id"]))
    can.change_piece(task.id, wire.PieceAsked(state="ongoing"))
    can.change_incident(made.id, wire.ChangeAsked(determination="confirmed", sectors=("energy",)))
    found = can.incident(made.id)
    assert (found.name.fr, found.determination, found.criticality, found.types) == ("Port à l'arrêt", "confirmed", 70, ("denial-of-service",))  # fmt: skip
    assert [(one.category, one.details, one.counts) for one in found.impacts] == [("availability", {"availability_impact": 70}, {"organization": 3})]  # fmt: skip
    assert [(one.name.fr, one.outcome, one.end, one.late) for one in found.tasks] == [("Couper la ligne", "ongoing", later(three, 1).replace(microsecond=later(three, 1).microsecond // 1000 * 1000), False)]  # fmt: skip
    assert (found.next, [one.how for one in found.affected]) == ((task.id,), ["impacts"])
    assert [one.id for one in found.events if one.name.en == "Cranes stop"] == [event.id]
    (line,) = can.incidents(sector="energy")
    assert (line.id, line.open_tasks) == (made.id, 1)
    assert list(can.incidents(sector="health")) == []
    three.exchange()
    there = fra.incident(made.id)
    assert (there.source, there.ours, len(there.events), len(there.tasks)) == ("can", False, 1, 1)
    with pytest.raises(NotAllowed, match="only it can change it"):
        fra.change_incident(made.id, wire.ChangeAsked(status="closed"))
    with pytest.raises(NotFound):
        client(three, "gbr").incident(made.id)
    can.change_incident(made.id, wire.ChangeAsked(status="closed"))
    assert list(can.incidents()) == []
    assert [one.status for one in can.incidents(everything=True)] == ["closed"]


def test_tasks_have_an_order_that_names_nothing_kept_from_somebody(three: Three) -> None:
    can, fra = client(three, "can"), client(three, "fra")
    id = can.open_incident(wire.IncidentAsked(name=NAME, marking=ATOMS)).id
    can.give_incident(id, ["fra"])
    patch, look, mend = (can.add_task(id, wire.IncidentTaskAsked(name=BothAsked(en=name))).id for name in ("Patch", "Look", "Mend"))  # fmt: skip
    kept = can.add_task(id, wire.IncidentTaskAsked(name=NAME, marking=("tlp:amber", "rel:nation-can"))).id
    for first, then in ((look, patch), (patch, mend), (look, patch)):
        can.order(id, wire.OrderAsked(first=first, then=then, when="success"))
    found = can.incident(id)
    assert [(one.name.en, one.ready) for one in found.tasks if one.listed] == [("Look", True), ("Patch", False), ("Mend", False)]  # fmt: skip
    assert found.remarks == ()
    three.exchange()
    assert [(one.name.en, one.ready) for one in fra.incident(id).tasks] == [("Look", True), ("Patch", False), ("Mend", False)]  # fmt: skip
    event = can.add_event(id, wire.EventAsked(name=NAME)).id
    for first, then, why in ((mend, look, "circle"), (look, look, "another"), (look, event, "another"), (look, kept, "does not name")):  # fmt: skip
        with pytest.raises(InputError, match=why):
            can.order(id, wire.OrderAsked(first=first, then=then))
    with pytest.raises(NotAllowed):
        fra.order(id, wire.OrderAsked(first=look, then=mend))
    can.change_piece(look, wire.PieceAsked(state="successful"))
    assert can.incident(id).next[0] == patch


def test_what_incident_core_does_not_have_is_refused(three: Three) -> None:
    can = client(three, "can")
    id = can.open_incident(wire.IncidentAsked(name=NAME, marking=ATOMS)).id
    for asked, why in (
        (wire.EventAsked(name=BothAsked()), "what it is"),
        (wire.EventAsked(name=NAME, status="perhaps"), "none of"),
        (wire.EventAsked(name=NAME, start=later(three, 2), end=later(three, 1)), "before it begins"),
    ):
        with pytest.raises(InputError, match=why):
            can.add_event(id, asked)
    for number in ("nan", "inf", "9" * 400, 101):
        with pytest.raises(InputError, match="availability_impact"):
            can.add_impact(id, wire.ImpactAsked(category="availability", details={"availability_impact": number}))  # fmt: skip
    with pytest.raises(InputError, match="no kind of impact"):
        can.add_impact(id, wire.ImpactAsked(category="weather"))
    for number in ("nan", "1e999"):
        with pytest.raises(InputError, match="is a number"):
            can.add_impact(id, wire.ImpactAsked(category="monetary", details={"conversion_rate": number}))
    assert can.incident(id).impacts == ()


def test_an_instant_that_cannot_be_written_is_refused() -> None:
    early = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    with pytest.raises(ProtocolError):
        instant(early)
    assert instant(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert "années" in text("fr", FAR, moment=early.isoformat())


def test_a_token_that_is_not_for_incidents_does_nothing_to_them(served: Served) -> None:
    served.person("iris", "joint")
    served.person("otto", roles=("operator",))
    assert served.ask("/incidents", "iris").status == 200
    assert served.ask("/incidents", "otto").status == 403
    id, piece = "incident--11111111-1111-4111-8111-111111111111", "event--11111111-1111-4111-8111-111111111111"  # fmt: skip
    name = {"name": {"en": "x"}}
    for path, body in (
        ("", {**name, "marking": ["tlp:green"]}),
        (f"/{id}/events", name),
        (f"/{id}/impacts", {"category": "availability", "details": {"availability_impact": 1}}),
        (f"/{id}/tasks", name),
        (f"/{id}/affected", {"who": piece}),
        (f"/{id}/change", {"status": "closed"}),
        (f"/{id}/order", {"first": piece, "then": piece}),
        (f"/{id}/give", {"to": ["france"]}),
        (f"/pieces/{piece}/change", {"state": "ongoing"}),
    ):
        assert [served.post(f"/incidents{path}", one, body).status for one in ("iris", "otto")] == [403, 403]
