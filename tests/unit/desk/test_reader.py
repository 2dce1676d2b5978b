"""A person who may not see everything: what is hidden is as if it were not there, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.files.attach import attach
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.set_aside import set_aside, set_aside_bytes, set_aside_retry
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.jobs import jobs
from cordiale.desk.outgoing.preview import preview
from cordiale.desk.partner.partners import partner_add_client, partner_list
from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.desk.views.attached import attachment
from cordiale.desk.views.facets import facets, listed
from cordiale.desk.views.search import Question, counts, search
from cordiale.desk.views.show import show
from cordiale.desk.why import why
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.platform.clock import parse_instant
from cordiale.platform.errors import CordialeError
from cordiale.platform.ids import keyed_randomness
from cordiale.release.recipient import Recipient
from cordiale.stix import tlp
from tests.unit.desk.conftest import WHEN, indicator

NOW = parse_instant("2026-03-02T08:00:00Z")
RED = next(
    i for i, atom in tlp.ATOMS.items() if atom == "tlp:red" and not i.startswith("marking-definition--5e57")
)
PAUL = Actor(
    "paul",
    frozenset({"analyst", "officer"}),
    Recipient(node="canada", nation="CAN", organisation="LCC", person="paul", tlp="green"),
)
HOUSE = house("marie")
RULES = """
format = 1
partnership = "plain"
[partners.client]
nation = "GBR"
organisation = "NCSC"
tlp = "green"
assurance = "taxii"
[[mandates]]
name = "all"
to = ["client"]
"""

LATER = "2026-03-01T09:30:00.000Z"
SEEN = indicator(1, description="seen by all")
HIDDEN = indicator(2, name="OPERATION HALCYON")
ACTOR = {
    "type": "threat-actor",
    "spec_version": "2.1",
    "id": "threat-actor--00000000-0000-4000-8000-000000000003",
    "created": WHEN,
    "modified": WHEN,
    "name": "Salamander",
    "aliases": ["the ones behind HALCYON"],
    "granular_markings": [{"marking_ref": RED, "selectors": ["aliases"]}],
}
REPORT = {
    "type": "report",
    "spec_version": "2.1",
    "id": "report--00000000-0000-4000-8000-000000000004",
    "created": WHEN,
    "modified": WHEN,
    "name": "Weekly report",
    "description": "What we know about OPERATION HALCYON.",
    "published": WHEN,
    "object_refs": [SEEN["id"], HIDDEN["id"]],
}
LINK = {
    "type": "relationship",
    "spec_version": "2.1",
    "id": "relationship--00000000-0000-4000-8000-000000000005",
    "created": WHEN,
    "modified": WHEN,
    "relationship_type": "derived-from",
    "source_ref": SEEN["id"],
    "target_ref": HIDDEN["id"],
}


def opened(path: Path) -> Node:
    init(path, name="canada", nation="CAN", organisation="LCC")
    node = open_node(path, environ={}, clock=lambda: NOW, random=keyed_randomness(b"world"))
    partner_add_client(node.desk, HOUSE, "client", nation="GBR", organisation="NCSC")
    token = rules_diff(node.desk, HOUSE, RULES).token
    rules_apply(node.desk, HOUSE, RULES, "rules.toml", token)
    return node


def take(node: Node, *objects: dict[str, Any], marking: str = "tlp:green") -> None:
    import_(node.desk, HOUSE, [of_bytes("objects", orjson.dumps(list(objects)))], marking=marking)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with opened(tmp_path / "canada") as node:
        yield node


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    """Two nodes that differ only in what Paul may not see."""
    with opened(tmp_path / "without") as without, opened(tmp_path / "with") as with_:
        # what is hidden comes first, so that every number given out later differs
        take(with_, HIDDEN, marking="tlp:red")
        take(with_, {"type": "indicator", "id": "not an id", "name": "HALCYON"}, marking="tlp:red")
        for one in (without, with_):
            take(
                one,
                SEEN,
                indicator(7),
                indicator(8),
                {**REPORT, "object_refs": [SEEN["id"]], "description": "-"},
            )
            take(one, {k: v for k, v in ACTOR.items() if k not in ("aliases", "granular_markings")})
        take(with_, LINK)
        take(with_, {**ACTOR, "id": ACTOR["id"].replace("003", "009")}, marking="tlp:red")
        with_red = attach(with_.desk, HOUSE, SEEN["id"], [b"secret"], name="halcyon.txt", marking="tlp:red")
        assert with_red.held
        yield without, with_


def answered(ask: Callable[[], Any]) -> bytes:
    try:
        return msgspec.json.encode(ask())
    except CordialeError as error:
        return f"{type(error).__name__} {error.code} {error}".encode()


def test_hidden_is_absent_on_every_path(worlds: tuple[Node, Node]) -> None:
    secret = attach(worlds[1].desk, HOUSE, SEEN["id"], [b"secret"], name="halcyon.txt", marking="tlp:red")
    asks: dict[str, Callable[[Node], Any]] = {
        "show": lambda n: show(n.desk, PAUL, SEEN["id"]),
        "show hidden": lambda n: show(n.desk, PAUL, HIDDEN["id"]),
        "show link": lambda n: show(n.desk, PAUL, LINK["id"]),
        "show report": lambda n: show(n.desk, PAUL, REPORT["id"]),
        "search word": lambda n: search(n.desk, PAUL, "halcyon"),
        "search seen": lambda n: search(n.desk, PAUL, "phishing", limit=2),
        "search all": lambda n: search(n.desk, PAUL, limit=2),
        "search second page": lambda n: search(
            n.desk, PAUL, limit=2, after=search(n.desk, PAUL, limit=2).next
        ),
        "search second page of words": lambda n: search(
            n.desk, PAUL, "phishing", limit=2, after=search(n.desk, PAUL, "phishing", limit=2).next
        ),
        "search type": lambda n: search(n.desk, PAUL, type="relationship"),
        "search source": lambda n: search(n.desk, PAUL, source="canada"),
        "search value": lambda n: search(n.desk, PAUL, value="url=https://ministry-login.example/2"),
        "search from the hidden": lambda n: search(n.desk, PAUL, after=HIDDEN["id"] + " canada"),
        "counts": lambda n: counts(n.desk, PAUL),
        "attachment": lambda n: attachment(n.desk, PAUL, SEEN["id"], secret.sha256),
        "attach to hidden": lambda n: attach(n.desk, PAUL, HIDDEN["id"], [b"x"], name="x"),
        "set aside": lambda n: set_aside(n.desk, PAUL),
        "set aside bytes": lambda n: set_aside_bytes(n.desk, PAUL, 1),
        "why": lambda n: why(n.desk, PAUL, SEEN["id"], "client"),
        "why hidden": lambda n: why(n.desk, PAUL, HIDDEN["id"], "client"),
        "preview": lambda n: preview(n.desk, PAUL),
        "preview hidden": lambda n: preview(n.desk, PAUL, ids=[HIDDEN["id"]]),
        "jobs": lambda n: jobs(n.desk, PAUL),
        "partners": lambda n: [(p.sent, p.received) for p in partner_list(n.desk, PAUL)],
    }
    for name, ask in asks.items():
        without, with_ = (answered(lambda n=n, ask=ask: ask(n)) for n in worlds)  # type: ignore[misc]
        assert without == with_, name
        assert b"HALCYON" not in with_.upper(), name


def test_what_may_be_read_in_part_is_read_in_part(node: Node) -> None:
    take(node, HIDDEN, marking="tlp:red")
    take(node, SEEN, ACTOR, REPORT)
    (actor,) = show(node.desk, PAUL, ACTOR["id"]).statements
    assert actor.restricted
    assert (actor.value["name"], actor.value["id"]) == ("Salamander", ACTOR["id"])
    assert not {"aliases", "granular_markings", "modified"} & actor.value.keys()
    assert (actor.version, actor.summary.name, actor.summary.modified) == ("", "Salamander", None)
    (report,) = show(node.desk, PAUL, REPORT["id"]).statements
    assert report.value["object_refs"] == [SEEN["id"]]
    assert "description" not in report.value  # it names what is hidden
    assert [view.id for view in show(node.desk, PAUL, REPORT["id"]).refers_to] == [SEEN["id"]]
    names = {item.name for item in search(node.desk, PAUL).items}
    assert {"Salamander", "Weekly report"} <= names
    assert search(node.desk, PAUL, "halcyon").items == ()


def test_a_change_of_what_is_hidden_changes_nothing_that_is_shown(node: Node) -> None:
    take(node, ACTOR)
    before = answered(lambda: show(node.desk, PAUL, ACTOR["id"]))
    take(node, {**ACTOR, "modified": LATER, "aliases": ["others"]})
    assert answered(lambda: show(node.desk, PAUL, ACTOR["id"])) == before


def test_no_list_follows_a_change_of_what_is_hidden(node: Node) -> None:
    """The same script in two states that differ in a hidden part alone: order, bounds and what is new are equal."""
    take(node, HIDDEN, marking="tlp:red")
    take(node, ACTOR, REPORT)
    take(node, SEEN | {"created": WHEN, "modified": "2026-03-01T09:00:00.000Z"}, indicator(7))
    begun, changed = parse_instant("2026-03-01T09:10:00.000Z"), parse_instant(LATER)
    with node.desk.store.read() as tx:
        beyond = tx.row("SELECT max(vid) FROM versions")[0]

    def told() -> list[bytes]:
        return [
            answered(lambda: search(node.desk, PAUL)),
            answered(lambda: search(node.desk, PAUL, "salamander")),
            answered(lambda: search(node.desk, PAUL, since=begun)),
            answered(lambda: search(node.desk, PAUL, until=changed)),
            answered(lambda: search(node.desk, PAUL, since=changed, until=changed + 1)),
            answered(lambda: facets(node.desk, PAUL, Question(beyond=beyond))),
        ]

    before = told()
    names = [item.name for item in search(node.desk, PAUL).items]
    assert names.index("phishing page 1") < names.index("Salamander")
    take(node, {**ACTOR, "modified": LATER, "aliases": ["others"]})
    take(node, {**REPORT, "modified": LATER, "description": "More about OPERATION HALCYON."})
    assert told() == before
    house = [item.name for item in search(node.desk, HOUSE).items]
    assert house.index("Salamander") < house.index("phishing page 1")


def test_a_page_that_is_looked_for_with_its_facets_is_the_page_and_are_the_facets(node: Node) -> None:
    take(node, HIDDEN, marking="tlp:red")
    take(node, ACTOR, REPORT, SEEN, *(indicator(n) for n in range(3, 9)))
    begun = parse_instant("2026-01-01T00:00:00.000Z")
    for who in (PAUL, HOUSE):
        for given in (
            {},
            {"type": "indicator"},
            {"marking": "tlp:green"},
            {"words": "phishing"},
            {"words": "salamander"},
            {"words": "halcyon"},
            {"since": begun},
            {"source": node.desk.node, "words": "phishing", "type": "indicator"},
        ):
            after = None
            for _page in range(4):
                page, found = listed(node.desk, who, Question(**given), limit=3, after=after)
                assert page == search(node.desk, who, limit=3, after=after, **given), (who.name, given)
                assert found == facets(node.desk, who, Question(**given)), (who.name, given)
                after = page.next
                if after is None:
                    break


def test_the_house_reads_all_of_it(node: Node) -> None:
    take(node, HIDDEN, marking="tlp:red")
    take(node, SEEN, ACTOR, REPORT)
    (actor,) = show(node.desk, HOUSE, ACTOR["id"]).statements
    assert actor.value == ACTOR
    assert not actor.restricted
    assert len(show(node.desk, HOUSE, REPORT["id"]).refers_to) == 2


def test_a_hidden_object_set_aside_is_not_taken_in_by_another(node: Node) -> None:
    take(node, {"type": "indicator", "id": "not an id", "name": "HALCYON"}, marking="tlp:red")
    assert len(set_aside(node.desk, HOUSE)) == 1
    assert set_aside_retry(node.desk, PAUL).read == 0
    assert len(set_aside(node.desk, HOUSE)) == 1


def test_custom_properties_are_read_by_people_of_this_node(node: Node) -> None:
    take(node, {**SEEN, "x_note": "ours"})
    (found,) = show(node.desk, PAUL, SEEN["id"]).statements
    assert found.value["x_note"] == "ours"
    assert not found.restricted
