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
