"""Attributes fetched by themselves from an instance: what is asked for and no more, each under what governs its event."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.resuming import job_resume
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.views.search import search
from cordiale.desk.views.show import show
from cordiale.domains.cyber.misp import instance
from cordiale.domains.cyber.misp.wanted import Wanted
from cordiale.node.node import Node
from cordiale.platform.clock import SECOND
from cordiale.platform.errors import InputError, NotFound, Unavailable
from tests.unit.domains.cyber import misp_events as made
from tests.unit.domains.cyber.misp_events import WHEN, attribute, event, uuid
from tests.unit.domains.cyber.test_misp_instance import MARIE, StandIn, node, running, stand_in, theirs, told

__all__ = ["node", "running", "stand_in"]

DETECTED = Wanted(types=("ip-dst", "domain"), to_ids=True)


def everything() -> dict[str, Any]:
    """Return the event with everything, for a sharing group that the instance has."""
    value = made.whole()
    value["Event"]["Attribute"][11]["sharing_group_id"] = "7"
    return value


def filled(stand_in: StandIn) -> None:
    """Give the instance two events: one for everybody, one under TLP:AMBER for its organisation that is not published."""
    stand_in.theirs.add_event(theirs(everything()))
    hidden = event(
        attribute(501, "domain", "quiet.example", to_ids=True, timestamp=WHEN + 100),
        attribute(502, "ip-dst", "198.51.100.99", to_ids=True, Tag=[{"name": "PAP:RED"}]),
        uuid=uuid(500), published=False, distribution="0", Tag=[{"name": "tlp:amber"}],
    )  # fmt: skip
    stand_in.theirs.add_event(theirs(hidden))


def held(node: Node) -> dict[str, frozenset[str]]:
    """Return what indicators are held by the number in their id, each with its marking."""
    found = search(node.desk, MARIE, type="indicator", limit=100).items
    return {one.id[-3:]: frozenset(one.marking) for one in found}


def test_only_what_is_wanted_comes_under_what_governs_its_event(stand_in: StandIn, node: Node) -> None:
    filled(stand_in)
    done = instance.pull(node.desk, MARIE, "soc", wanted=DETECTED)
    assert done.set_aside == 0
    assert held(node) == {
        "001": frozenset({"tlp:green"}),
        "501": frozenset({"tlp:amber", "rel:canada"}),
        "502": frozenset({"tlp:amber", "rel:canada", "pap:red"}),
    }
    assert not search(node.desk, MARIE, type="report").items
    (first,) = show(node.desk, MARIE, f"indicator--{uuid(1)}").statements
    assert first.value["created_by_ref"] == f"identity--{made.ORG}"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(types=("domain",)), {"501"}),
        (Wanted(attributes=True, tags=("tlp:amber",)), {"501", "502"}),
        (Wanted(to_ids=True, types=("domain", "ip-dst"), tags=("!tlp:amber",)), {"001"}),
        (Wanted(types=("domain", "ip-dst"), published=True, to_ids=True), {"001"}),
        (Wanted(types=("domain", "ip-dst"), to_ids=True, since=(WHEN + 50) * SECOND), {"501"}),
        (Wanted(categories=("Payload delivery",), types=("sha256",)), {"303"}),
    ],
)
def test_filters_are_those_of_the_instance(
    stand_in: StandIn, node: Node, wanted: Wanted, found: set[str]
) -> None:
    filled(stand_in)
    instance.pull(node.desk, MARIE, "soc", wanted=wanted)
    assert set(held(node)) == found


def test_what_of_an_object_goes_no_further_than_the_object(stand_in: StandIn, node: Node) -> None:
    value = everything()
    value["Event"]["Object"][0]["distribution"] = "0"
    stand_in.theirs.add_event(theirs(value))
    instance.pull(node.desk, MARIE, "soc", wanted=Wanted(types=("sha256",)))
    assert held(node) == {"303": frozenset({"tlp:green", "rel:canada"})}


def test_the_whole_event_says_more_of_the_same_attribute(stand_in: StandIn, node: Node) -> None:
    filled(stand_in)
    instance.pull(node.desk, MARIE, "soc", wanted=DETECTED)
    done = instance.pull(node.desk, MARIE, "soc")
    assert done.set_aside == 0
    again = instance.pull(node.desk, MARIE, "soc", wanted=DETECTED, whole=True)
    assert (again.set_aside, again.new) == (0, 0)
    (one,) = show(node.desk, MARIE, f"indicator--{uuid(1)}").statements
    assert one.value["modified"] == "2026-01-31T00:00:00.000Z"
    assert search(node.desk, MARIE, type="report").items


def test_each_thing_that_is_wanted_has_its_own_last_time(stand_in: StandIn, node: Node) -> None:
    filled(stand_in)
    assert instance.pull(node.desk, MARIE, "soc", wanted=DETECTED).read
    assert instance.pull(node.desk, MARIE, "soc", wanted=DETECTED).read == 0
    assert instance.pull(node.desk, MARIE, "soc", wanted=Wanted(types=("url",))).read
    assert instance.pull(node.desk, MARIE, "soc").read


def test_a_fetch_of_attributes_that_broke_off_goes_on_with_the_same_filters(
    stand_in: StandIn, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(stand_in)
    begun: list[str] = []
    from cordiale.domains.cyber.misp import wanted

    monkeypatch.setattr(wanted, "ATTRIBUTES", 2)
    real, asked = wanted.page, []

    def breaking(*given: Any) -> Any:
        asked.append(given[1].pages)
        if given[1].pages:
            raise Unavailable("server-unavailable", "{name}: {status}", name="soc", status=502)
        return real(*given)

    monkeypatch.setattr(wanted, "page", breaking)
    with pytest.raises(Unavailable):
        instance.pull(node.desk, MARIE, "soc", wanted=DETECTED, began=begun.append)
    monkeypatch.setattr(wanted, "page", real)
    job_resume(node.desk, MARIE, begun[0])
    assert set(held(node)) == {"001", "501", "502"}


def test_what_came_without_its_event_is_kept_to_this_node(node: Node) -> None:
    """As an answer that somebody saved: MISP names the event's distribution there, but not its tags."""
    beside = {"id": "3", "uuid": uuid(500), "info": "x", "org_id": "1", "distribution": "3"}
    answer = {
        "response": {"Attribute": [{**attribute(501, "domain", "a.example", to_ids=True), "Event": beside}]}
    }
    import_(node.desk, MARIE, [of_bytes("answer.json", orjson.dumps(answer))])
    assert held(node) == {"501": frozenset({"rel:canada"})}


def test_an_attribute_of_an_object_that_nothing_is_said_of_is_kept_to_this_node(node: Node) -> None:
    head = {name: one for name, one in event()["Event"].items() if name != "Attribute"}
    lost = {**attribute(501, "domain", "a.example", to_ids=True), "object_id": "7", "Event": head}
    import_(node.desk, MARIE, [of_bytes("a.json", orjson.dumps({"response": {"Attribute": [lost]}}))])
    assert held(node) == {"501": frozenset({"tlp:green", "rel:canada"})}


def test_a_deleted_attribute_is_revoked(stand_in: StandIn, node: Node) -> None:
    stand_in.theirs.add_event(theirs(everything()))
    instance.pull(node.desk, MARIE, "soc", wanted=Wanted(types=("md5",)))
    (one,) = show(node.desk, MARIE, f"indicator--{uuid(8)}").statements
    assert one.value["revoked"]
    with pytest.raises(NotFound):
        show(node.desk, MARIE, f"indicator--{uuid(1)}")


def test_a_filter_that_says_nothing_is_refused_before_anything_is_asked(
    stand_in: StandIn, node: Node
) -> None:
    for wanted in (Wanted(types=(" ",)), Wanted(tags=("a\nb",)), Wanted(categories=("x" * 300,))):
        with pytest.raises(InputError):
            instance.pull(node.desk, MARIE, "soc", wanted=wanted)
    assert told(stand_in, "asked") == []


def test_pymisp_finds_the_same(stand_in: StandIn) -> None:
    filled(stand_in)
    found = stand_in.theirs.search("attributes", type_attribute=["domain", "ip-dst"], to_ids=True, tags=["tlp:amber"], pythonify=True)  # fmt: skip
    assert {one.value for one in found} == {"quiet.example", "198.51.100.99"}
