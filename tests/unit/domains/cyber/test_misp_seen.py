"""What was seen of an instance's attributes, told to it: once, by a release officer, and only what it may know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.upkeep.inspection import audit_show
from cordiale.domains.cyber.misp import instance
from cordiale.domains.cyber.misp.seen import Told, tell
from cordiale.node.node import Node
from cordiale.platform.errors import CordialeError, NotAllowed
from tests.unit.domains.cyber.misp_events import attribute, event, uuid
from tests.unit.domains.cyber.test_misp_instance import (
    MARIE,
    StandIn,
    node,
    opened,
    running,
    stand_in,
    theirs,
    told,
)

__all__ = ["node", "running", "stand_in"]

WHEN = "2026-03-01T08:00:00.000Z"


def said(kind: str, number: int, **more: Any) -> bytes:
    value = {
        "type": kind, "spec_version": "2.1", "id": f"{kind}--{uuid(number)}", "created": WHEN, "modified": WHEN, **more,
    }  # fmt: skip
    return orjson.dumps(value)


def take(node: Node, raw: bytes, marking: str = "tlp:green") -> None:
    done = import_(node.desk, MARIE, [of_bytes("given.json", raw)], marking=marking)
    assert done.set_aside == 0, done.first_set_aside


def sighting(number: int, about: int = 1, **more: Any) -> bytes:
    return said("sighting", number, sighting_of_ref=f"indicator--{uuid(about)}", first_seen=WHEN, last_seen="2026-03-02T09:00:00.000Z", **more)  # fmt: skip


@pytest.fixture
def shared(stand_in: StandIn, node: Node) -> Node:
    """Give the instance an event, and the node what it says."""
    stand_in.theirs.add_event(theirs(event(attribute(1, "domain", "a.example", to_ids=True), attribute(2, "domain", "b.example", to_ids=True))))  # fmt: skip
    instance.pull(node.desk, MARIE, "soc")
    return node


def there(stand_in: StandIn, number: int = 1) -> list[tuple[str, str, str]]:
    """Return the sightings that the instance has of an attribute, as PyMISP reads them: type, instant, source."""
    found = stand_in.theirs.get_event("5f0c1b1e-8a52-4c0e-9a5b-1f0a8c1d2e3f", pythonify=True)
    one = next(a for a in found.attributes if a.uuid == uuid(number))
    return [(str(s.type), str(s.date_sighting), s.source) for s in one.sightings]


def test_a_sighting_is_told_once_with_how_often_it_was_seen(stand_in: StandIn, shared: Node) -> None:
    take(shared, sighting(50, count=14))
    assert tell(shared.desk, MARIE, "soc") == Told(server="soc", made=1)
    assert there(stand_in) == [("0", "1772442000", "canada, 14 ×, since 2026-03-01")]
    assert tell(shared.desk, MARIE, "soc") == Told(server="soc", same=1)
    assert len(there(stand_in)) == 1


def test_what_is_wrong_is_told_as_a_false_positive(stand_in: StandIn, shared: Node) -> None:
    take(shared, said("opinion", 51, opinion="strongly-disagree", object_refs=[f"indicator--{uuid(2)}"]))
    take(shared, said("opinion", 52, opinion="agree", object_refs=[f"indicator--{uuid(1)}"]))
    assert tell(shared.desk, MARIE, "soc").made == 1
    assert there(stand_in, 2) == [("1", "1772352000", "canada")]
    assert there(stand_in, 1) == []


def test_what_came_from_there_does_not_go_back_and_what_it_does_not_have_is_counted(
    stand_in: StandIn, shared: Node
) -> None:
    theirs_ = {"uuid": uuid(60), "type": "0", "date_sighting": "1769817700", "source": "their sensor"}
    take(shared, orjson.dumps(event(attribute(3, "domain", "c.example", to_ids=True, Sighting=[theirs_]), uuid=uuid(700))))  # fmt: skip
    take(shared, sighting(53, about=3))
    assert tell(shared.desk, MARIE, "soc") == Told(server="soc", unknown=1)


def test_an_instance_of_nobody_is_told_what_anybody_may_know(tmp_path: Path, stand_in: StandIn) -> None:
    stand_in.theirs.add_event(theirs(event(attribute(1, "domain", "a.example", to_ids=True))))
    with opened(tmp_path, stand_in.url) as node:
        instance.pull(node.desk, MARIE, "soc")
        take(node, sighting(50), "tlp:amber")
        take(node, sighting(51, count=2), "tlp:green")
        assert tell(node.desk, MARIE, "soc") == Told(server="soc", made=1, left=1)
        assert [one[2] for one in there(stand_in)] == ["canada, 2 ×, since 2026-03-01"]


def test_only_a_release_officer_tells_and_the_audit_has_it_before(stand_in: StandIn, shared: Node) -> None:
    take(shared, sighting(50))
    with pytest.raises(NotAllowed):
        tell(shared.desk, replace(MARIE, roles=frozenset({"analyst", "liaison"})), "soc")
    assert not any("/sightings/" in one for one in told(stand_in, "asked"))
    tell(shared.desk, MARIE, "soc", ids=[f"sighting--{uuid(50)}"])
    (row,) = audit_show(shared.desk, MARIE, verb="send-outside").acts
    assert row.details["ids"] == [f"sighting--{uuid(50)}"]


def test_what_an_instance_is_asked_about_is_written_down_before_it_is_asked(
    tmp_path: Path, shared: Node
) -> None:
    take(shared, sighting(53, about=3))
    assert tell(shared.desk, MARIE, "soc") == Told(server="soc", unknown=1)
    (row,) = audit_show(shared.desk, MARIE, verb="send-outside").acts
    assert row.details["ids"] == [f"sighting--{uuid(53)}"]
    with opened(tmp_path / "other", "http://127.0.0.1:1", "house = true\n") as unreached:
        take(unreached, sighting(54, about=3))
        with pytest.raises(CordialeError):
            tell(unreached.desk, MARIE, "soc")
        (row,) = audit_show(unreached.desk, MARIE, verb="send-outside").acts
        assert row.details["ids"] == [f"sighting--{uuid(54)}"]
