"""A MISP instance fetched from and sent to: against a stand-in of its documented interface, which PyMISP drives as well."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from pymisp import MISPEvent, PyMISP

from cordiale.desk.actor import house
from cordiale.desk.answers import ImportReport
from cordiale.desk.incoming import fetching, outside
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.resuming import job_resume
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.marking.mark import mark
from cordiale.desk.upkeep.inspection import audit_show
from cordiale.desk.views.search import Question
from cordiale.desk.views.show import show
from cordiale.domains.cyber.misp import instance
from cordiale.domains.cyber.misp.wanted import EVENTS
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.platform.errors import ConfigurationError, NotAllowed, NotFound, ProtocolError, Unavailable
from tests.unit.domains.cyber import misp_events as made
from tests.unit.domains.cyber.certificates import certificate
from tests.unit.domains.cyber.misp_events import WHEN, attribute, event, uuid

MARIE = house("marie")
KEY = "invented-key-0123456789"


@dataclass(frozen=True)
class StandIn:
    """A running stand-in and a PyMISP that signed in to it."""

    url: str
    theirs: PyMISP


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.unit.domains.cyber.misp_stand_in", KEY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = f"http://127.0.0.1:{process.stdout.readline().strip()}"
            yield StandIn(url, PyMISP(url, KEY, False))
        finally:
            process.terminate()


@pytest.fixture
def stand_in(running: StandIn) -> StandIn:
    told(running, "forget")
    return running


def told(stand_in: StandIn, what: str) -> Any:
    with urllib.request.urlopen(f"{stand_in.url}/stand-in/{what}") as answer:
        return orjson.loads(answer.read())


@pytest.fixture
def node(tmp_path: Path, stand_in: StandIn) -> Iterator[Node]:
    with opened(tmp_path, stand_in.url, "house = true\n") as found:
        yield found


def opened(tmp_path: Path, url: str, more: str = "") -> Any:
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    with (path / "cordiale.toml").open("a") as file:
        file.write(f'\n[misp.soc]\nurl = "{url}"\nkey_file = "keys/misp-soc.key"\n{more}')
    key = path / "keys" / "misp-soc.key"
    key.write_text(KEY + "\n")
    key.chmod(0o600)
    return open_node(path, environ={})


def theirs(value: dict[str, Any]) -> MISPEvent:
    found = MISPEvent()
    found.load(value)
    return found


def test_the_stand_in_does_what_pymisp_expects_of_an_instance(stand_in: StandIn) -> None:
    added = stand_in.theirs.add_event(theirs(event(attribute(1, "domain", "a.example"))), pythonify=True)
    assert added.uuid == made.EVENT
    assert "already exists" in str(stand_in.theirs.add_event(theirs(event()))["errors"])
    found = stand_in.theirs.search("events", uuid=made.EVENT, pythonify=True)
    assert [one.attributes[0].value for one in found] == ["a.example"]
    assert [one.value for one in stand_in.theirs.search("attributes", value="a.example", pythonify=True)] == [
        "a.example"
    ]
    added.add_attribute("domain", "b.example")
    assert len(stand_in.theirs.update_event(added, pythonify=True).attributes) == 2
    assert stand_in.theirs.get_event(made.EVENT, pythonify=True).info == "An invented campaign"
    assert stand_in.theirs.delete_event(made.EVENT)["saved"]


def test_what_is_there_is_fetched_and_the_next_time_only_what_changed(stand_in: StandIn, node: Node) -> None:
    stand_in.theirs.add_event(theirs(event(attribute(1, "domain", "a.example", to_ids=True))))
    first = instance.pull(node.desk, MARIE, "soc")
    assert (first.set_aside, first.by_type["indicator"]) == (0, 1)
    assert (
        show(node.desk, MARIE, f"indicator--{uuid(1)}").statements[0].value["pattern"]
        == "[domain-name:value = 'a.example']"
    )
    assert instance.pull(node.desk, MARIE, "soc").read == 0  # it is older than what the first fetch saw
    changed = stand_in.theirs.get_event(made.EVENT, pythonify=True)
    changed.attributes[0].comment = "seen again"
    stand_in.theirs.update_event(changed)
    again = instance.pull(node.desk, MARIE, "soc")
    assert again.new >= 2
    assert show(node.desk, MARIE, f"indicator--{uuid(1)}").statements[0].value["description"] == "seen again"
    assert instance.pull(node.desk, MARIE, "soc", whole=True).new == 0


def test_many_events_come_page_by_page(stand_in: StandIn, node: Node) -> None:
    for number in range(EVENTS + 3):
        one = event(attribute(1000 + number, "domain", f"h{number}.example"), uuid=uuid(number + 1))
        stand_in.theirs.add_event(theirs(one))
    assert instance.pull(node.desk, MARIE, "soc").by_type["report"] == EVENTS + 3


def test_a_fetch_that_broke_off_goes_on_after_its_last_page(stand_in: StandIn, node: Node) -> None:
    for number in range(EVENTS + 3):
        one = event(attribute(1000 + number, "domain", f"h{number}.example"), uuid=uuid(number + 1))
        stand_in.theirs.add_event(theirs(one))
    asked: list[int] = []
    begun: list[str] = []

    def breaking(reached: outside.Server, place: fetching.Place, since: str, file: Path) -> fetching.Place:
        asked.append(place.pages)
        if place.pages:
            raise Unavailable("server-unavailable", "{name}: {status}", name="soc", status=502)
        return instance.page(reached, place, since, file)

    with pytest.raises(Unavailable):
        fetching.pull(node.desk, MARIE, "misp", "soc", breaking, began=begun.append)
    assert asked == [0, 1]
    done = job_resume(node.desk, MARIE, begun[0])
    assert isinstance(done, ImportReport)
    assert done.by_type["report"] == EVENTS + 3
    assert (
        told(stand_in, "asked").count("POST /events/restSearch") == 3
    )  # the first page was not asked for again
    assert not (node.desk.folder / "runs" / begun[0]).exists()


def take(node: Node, value: Any) -> None:
    assert import_(node.desk, MARIE, [of_bytes("event.json", orjson.dumps(value))]).set_aside == 0


def test_events_are_added_edited_and_left(stand_in: StandIn, node: Node) -> None:
    take(node, made.whole())
    sent = instance.push(node.desk, MARIE, "soc")
    assert (sent.made, sent.refused, sent.narrowed) == (1, (), 0)
    assert sent.proposals == 2  # on the event and on an attribute: they are counted, and not sent
    there = stand_in.theirs.get_event(made.EVENT, pythonify=True)
    assert {one.uuid for one in there.attributes} == {uuid(n) for n in range(1, 13) if n != 8}
    assert not there.published
    circle = next(one for one in there.attributes if one.uuid == uuid(12))
    assert (int(circle.distribution), int(circle.sharing_group_id)) == (4, 7)
    assert (instance.push(node.desk, MARIE, "soc").same, instance.push(node.desk, MARIE, "soc").made) == (
        1,
        0,
    )
    later = made.whole()
    later["Event"]["timestamp"] = str(WHEN + 100)
    later["Event"]["Attribute"][0] |= {"comment": "again", "timestamp": str(WHEN + 100)}
    take(node, later)
    assert instance.push(node.desk, MARIE, "soc").changed == 1
    assert (
        next(
            a for a in stand_in.theirs.get_event(made.EVENT, pythonify=True).attributes if a.uuid == uuid(1)
        ).comment
        == "again"
    )


def test_a_group_that_the_instance_does_not_have_is_no_group_of_its_own(
    stand_in: StandIn, node: Node
) -> None:
    value = event(attribute(1, "domain", "a.example", distribution=4, SharingGroup={"uuid": uuid(77)}))
    take(node, value)
    assert instance.push(node.desk, MARIE, "soc").narrowed == 1
    assert int(stand_in.theirs.get_event(made.EVENT, pythonify=True).attributes[0].distribution) == 0


def test_what_is_narrower_here_is_narrower_there(stand_in: StandIn, node: Node) -> None:
    take(node, event(attribute(1, "domain", "a.example", to_ids=True)))
    mark(node.desk, MARIE, f"indicator--{uuid(1)}", "tlp:red")
    instance.push(node.desk, MARIE, "soc")
    there = stand_in.theirs.get_event(made.EVENT, pythonify=True)
    assert (int(there.distribution), int(there.attributes[0].distribution)) == (3, 0)
    assert "tlp:red" in {tag.name for tag in there.attributes[0].tags}


def shared(node: Node) -> None:
    """Take in an event that anybody may have, and one that TLP:GREEN does not say all of."""
    take(node, event(attribute(1, "domain", "open.example", to_ids=True)))
    take(
        node,
        event(
            attribute(2, "domain", "half.example", to_ids=True), uuid=uuid(900), info="Half of it is hidden"
        ),
    )
    mark(node.desk, MARIE, f"indicator--{uuid(2)}", "tlp:red")


def test_an_instance_of_nobody_gets_what_anybody_may_have(tmp_path: Path, stand_in: StandIn) -> None:
    with opened(tmp_path, stand_in.url) as node:
        shared(node)
        sent = instance.push(node.desk, MARIE, "soc")
        assert (sent.made, sent.refused) == (1, ())
        assert sent.left == 1  # the report names what nobody there may know of
        assert stand_in.theirs.get_event(made.EVENT, pythonify=True).attributes[0].value == "open.example"
        assert not stand_in.theirs.search("events", uuid=uuid(900), pythonify=True)
        assert instance.push(node.desk, MARIE, "soc", ids=[f"report--{uuid(900)}"]).left == 1
        with pytest.raises(NotFound):
            instance.push(node.desk, MARIE, "soc", ids=[f"report--{uuid(901)}"])
        loose = instance.push(node.desk, MARIE, "soc", asked=Question(type="indicator"))
        assert (loose.made, loose.left) == (1, 1)


def test_what_went_to_an_instance_is_written_down_before(stand_in: StandIn, node: Node) -> None:
    shared(node)
    assert instance.push(node.desk, MARIE, "soc").made == 2
    assert instance.push(node.desk, MARIE, "soc").same == 2  # and nothing was sent
    rows = [one.details for one in audit_show(node.desk, MARIE, verb="send-outside").acts]
    assert {one["server"] for one in rows} == {"soc"}
    assert {name for one in rows for name in one["ids"]} >= {
        f"indicator--{uuid(1)}", f"indicator--{uuid(2)}", f"report--{uuid(900)}", f"report--{made.EVENT}",
    }  # fmt: skip
    assert len(rows) == 2


def test_only_a_release_officer_with_a_name_sends(stand_in: StandIn, node: Node) -> None:
    shared(node)
    for who in (replace(MARIE, roles=frozenset({"analyst", "liaison"})), replace(MARIE, name=" ")):
        with pytest.raises(NotAllowed):
            instance.push(node.desk, who, "soc")
    assert not any("/events/" in one for one in told(stand_in, "asked"))


def test_a_server_is_not_a_partners_and_the_houses(tmp_path: Path, stand_in: StandIn) -> None:
    with (
        opened(tmp_path, stand_in.url, 'house = true\npartner = "fra"\n') as node,
        pytest.raises(ConfigurationError, match="house"),
    ):
        instance.push(node.desk, MARIE, "soc")


def test_who_the_key_is_can_be_asked_and_a_wrong_one_is_said(stand_in: StandIn, node: Node) -> None:
    assert instance.about(node.desk, MARIE, "soc")["user"] == "stand-in@misp.example"
    (node.desk.folder / "keys" / "misp-soc.key").write_text("another\n")
    for ask in (instance.about, instance.pull, instance.push):
        with pytest.raises(NotAllowed, match="soc"):
            ask(node.desk, MARIE, "soc")
    (node.desk.folder / "keys" / "misp-soc.key").unlink()
    with pytest.raises(ConfigurationError, match="key"):
        instance.pull(node.desk, MARIE, "soc")
    with pytest.raises(NotFound):
        instance.pull(node.desk, MARIE, "other")


def test_the_key_does_not_go_in_the_clear(tmp_path: Path) -> None:
    with opened(tmp_path, "http://misp.example.org") as node, pytest.raises(NotAllowed):
        instance.pull(node.desk, MARIE, "soc")


def test_the_key_does_not_follow_a_redirect(tmp_path: Path, stand_in: StandIn) -> None:
    with opened(tmp_path, f"{stand_in.url}/stand-in/elsewhere") as node, pytest.raises(ProtocolError):
        instance.about(node.desk, MARIE, "soc")
    assert told(stand_in, "asked") == []


def test_an_instance_is_known_by_the_certificate_it_was_given(tmp_path: Path) -> None:
    good, other = certificate(tmp_path / "good"), certificate(tmp_path / "other")
    command = [sys.executable, "-W", "ignore", "-m", "tests.unit.domains.cyber.misp_stand_in", KEY, str(good.with_suffix(".pem")), str(good.with_suffix(".key"))]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = f"https://localhost:{process.stdout.readline().strip()}"
            pinned = 'certificate = "keys/misp.pem"\n'
            with opened(tmp_path, url, pinned) as node:
                (node.desk.folder / "keys" / "misp.pem").write_bytes(good.with_suffix(".pem").read_bytes())
                assert instance.about(node.desk, MARIE, "soc")["version"] == "2.5.34"
                (node.desk.folder / "keys" / "misp.pem").write_bytes(other.with_suffix(".pem").read_bytes())
                with pytest.raises(Unavailable):
                    instance.about(node.desk, MARIE, "soc")
        finally:
            process.terminate()
