"""Tags of galaxies: what they name is what is held under that name by the same authority, whenever either came."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.marking.mark import mark
from cordiale.desk.views.graph import neighbours
from cordiale.desk.views.show import show
from cordiale.domains.cyber.attack.coverage import matrix
from cordiale.domains.cyber.attack.objects import MITRE
from cordiale.domains.cyber.misp.galaxies import join
from cordiale.domains.cyber.misp.joining import target
from cordiale.domains.cyber.misp.named import Named, named
from cordiale.domains.cyber.misp.trip import there_and_back
from cordiale.node.node import Node
from cordiale.platform.errors import NotFound
from cordiale.release.recipient import Recipient
from tests.unit.desk.conftest import node
from tests.unit.domains.cyber import misp_events as made
from tests.unit.domains.cyber.misp_events import WHEN, attribute, event, uuid
from tests.unit.domains.cyber.test_attack import packed, technique, value

__all__ = ["node"]

MARIE = house("marie")
SHELL = technique("T9059", "Invented shell")
BEAR = value(
    "intrusion-set", "Invented Bear", created_by_ref=MITRE, aliases=["Bear of nobody"],
    external_references=[{"source_name": "mitre-attack", "external_id": "G9007"}],
)  # fmt: skip
IMPLANT = value("tool", "INVENTED IMPLANT", created_by_ref=MITRE)
THEIRS = value("threat-actor", "Invented Wolf")
KNOWN = (SHELL, BEAR, IMPLANT, THEIRS)


def tag(galaxy: str, name: str) -> dict[str, str]:
    return {"name": f'misp-galaxy:{galaxy}="{name}"'}


CODED = tag("mitre-attack-pattern", "Invented shell - T9059")


def take(node: Node, content: Any, actor: Actor = MARIE, marking: str | None = None) -> None:
    raw = content if isinstance(content, bytes) else orjson.dumps(content)
    done = import_(node.desk, actor, [of_bytes("given.json", raw)], marking=marking)
    assert done.set_aside == 0, done.first_set_aside


def tagged(*tags: dict[str, str], **more: Any) -> dict[str, Any]:
    return event(attribute(1, "domain", "a.example", to_ids=True, Tag=list(tags), **more))


def joins(node: Node, number: int = 1, kind: str = "indicator") -> set[tuple[str, str]]:
    """Return (verb, id) of what an attribute is joined to."""
    around = neighbours(node.desk, MARIE, (f"{kind}--{uuid(number)}",))
    return {(edge.label, edge.end) for edge in around.edges if edge.via}


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (CODED["name"], Named("mitre-attack-pattern", "Invented shell", "T9059")),
        ('misp-galaxy:mitre-attack-pattern="A - B - T1059.001"', Named("mitre-attack-pattern", "A - B", "T1059.001")),
        ('misp-galaxy:mitre-malware="CHOPSTICK"', Named("mitre-malware", "CHOPSTICK", "")),
        ('misp-galaxy:threat-actor="X - T1059"', Named("threat-actor", "X - T1059", "")),
        ("misp-galaxy:sector", None),
        ('tlp:green="misp-galaxy:a"', None),
        ('misp-galaxy:a="' + "x" * 400 + '"', None),
    ],
)  # fmt: skip
def test_a_tag_is_read_for_what_it_names(written: str, found: Named | None) -> None:
    assert named(written) == found


def test_a_technique_that_a_tag_names_is_the_one_that_is_held(node: Node) -> None:
    take(node, packed(*KNOWN), marking="tlp:clear")
    take(node, tagged(CODED, tag("mitre-intrusion-set", "Invented Bear - G9007")))
    assert joins(node) == {("indicates", SHELL["id"]), ("indicates", BEAR["id"])}
    (statement,) = show(node.desk, MARIE, f"indicator--{uuid(1)}").statements
    assert [one["external_id"] for one in statement.value["external_references"]] == ["T9059", "G9007"]
    (cell,) = matrix(node.desk, MARIE).techniques
    assert cell.cover.ids == (f"indicator--{uuid(1)}",)


def test_of_an_event_its_report_is_joined(node: Node) -> None:
    take(node, packed(*KNOWN), marking="tlp:clear")
    take(node, event(attribute(1, "domain", "a.example"), Tag=[{"name": "tlp:green"}, CODED]))
    around = neighbours(node.desk, MARIE, (f"report--{made.EVENT}",))
    assert ("related-to", SHELL["id"]) in {(edge.label, edge.end) for edge in around.edges if edge.via}


def test_names_and_aliases_are_those_of_the_same_authority(node: Node) -> None:
    take(node, packed(*KNOWN), marking="tlp:clear")
    take(
        node,
        tagged(
            tag("mitre-malware", "invented implant"),  # ATT&CK calls it a tool by now
            tag("threat-actor", "Invented Wolf"),  # held, but by no galaxy's word
            tag("threat-actor", "Bear of nobody"),  # ATT&CK's word is not this galaxy's
            tag("mitre-attack-pattern", "Invented shell - T1111"),
            tag("sector", "Energy"),
        ),
    )
    assert joins(node) == {("indicates", IMPLANT["id"])}


def test_what_two_things_are_called_joins_nothing() -> None:
    other = BEAR | {"id": f"intrusion-set--{uuid(5)}", "name": "Another"}
    held = [(BEAR, frozenset({"tlp:clear"})), (other, frozenset({"tlp:clear"}))]
    name = Named("mitre-intrusion-set", "Bear of nobody", "")
    assert target(name, lambda kind, words: held) is None
    assert target(name, lambda kind, words: held[:1]) == (BEAR["id"], frozenset({"tlp:clear"}))
    assert target(Named("mitre-intrusion-set", "invented bear", ""), lambda kind, words: held) is not None


def test_a_cluster_that_came_with_another_event_is_the_one_a_tag_alone_names(node: Node) -> None:
    take(node, made.whole())
    take(node, tagged(tag("threat-actor", "Bear of none"), tag("tool", "INVENTED BEAR"))["Event"] | {"uuid": uuid(800), "Attribute": [attribute(801, "domain", "b.example", to_ids=True, Tag=[tag("threat-actor", "Bear of none"), tag("tool", "INVENTED BEAR")])]})  # fmt: skip
    assert joins(node, 801) == {("indicates", f"threat-actor--{uuid(900)}")}


def test_a_cluster_that_comes_along_is_joined_once(node: Node) -> None:
    take(node, made.whole())
    again = made.whole()
    again["Event"]["timestamp"] = str(WHEN + 50)
    again["Event"]["Attribute"][9] |= {"timestamp": str(WHEN + 50), "Tag": [tag("threat-actor", "INVENTED BEAR")]}  # fmt: skip
    take(node, again)
    around = neighbours(node.desk, MARIE, (f"indicator--{uuid(10)}",))
    assert len([edge for edge in around.edges if edge.via and edge.end == f"threat-actor--{uuid(900)}"]) == 1


def test_what_came_later_than_its_tag_is_joined_when_asked(node: Node) -> None:
    take(node, tagged(CODED, tag("threat-actor", "Nobody")))
    assert joins(node) == set()
    before = join(node.desk, MARIE)
    assert (before.tagged, before.made) == (1, 0)
    assert before.unknown == (("mitre-attack-pattern", "Invented shell - T9059", 1), ("threat-actor", "Nobody", 1))  # fmt: skip
    take(node, packed(*KNOWN), marking="tlp:clear")
    assert join(node.desk, MARIE).made == 1
    assert joins(node) == {("indicates", SHELL["id"])}
    assert (join(node.desk, MARIE).made, join(node.desk, MARIE).same) == (0, 1)
    later = tagged(CODED, timestamp=WHEN + 9)
    take(node, later)
    assert joins(node) == {("indicates", SHELL["id"])}


def test_a_join_goes_no_further_than_both_of_its_ends(node: Node) -> None:
    take(node, packed(*KNOWN), marking="tlp:amber")
    take(node, tagged(CODED))
    (edge,) = [one for one in neighbours(node.desk, MARIE, (f"indicator--{uuid(1)}",)).edges if one.via]
    assert set(edge.marking) == {"tlp:amber", "tlp:green"}
    mark(node.desk, MARIE, SHELL["id"], "tlp:red")
    take(node, event(attribute(2, "domain", "b.example", to_ids=True, Tag=[CODED]), uuid=uuid(800)))
    (edge,) = [one for one in neighbours(node.desk, MARIE, (f"indicator--{uuid(2)}",)).edges if one.via]
    assert set(edge.marking) == {"tlp:red", "tlp:green"}


def test_what_carries_no_marking_is_joined_to_what_anybody_may_have_alone(node: Node) -> None:
    bare: dict[str, Any] = {"uuid": uuid(810), "Tag": []}
    take(node, packed(*KNOWN), marking="tlp:amber")
    take(node, event(attribute(2, "domain", "b.example", to_ids=True, Tag=[CODED]), **bare))
    assert joins(node, 2) == set()
    mark(node.desk, MARIE, SHELL["id"], "tlp:clear")
    take(node, event(attribute(3, "domain", "c.example", to_ids=True, Tag=[tag("mitre-intrusion-set", "Invented Bear - G9007")]), **bare | {"uuid": uuid(811)}))  # fmt: skip
    assert joins(node, 3) == set()


def test_what_somebody_may_not_know_of_is_joined_to_nothing_of_theirs(node: Node) -> None:
    take(node, packed(*KNOWN), marking="tlp:red")
    paul = Actor("paul", frozenset({"analyst"}), Recipient(node="canada", nation="CAN", organisation="LCC", person="paul", tlp="green"))  # fmt: skip
    take(node, tagged(CODED), paul)
    assert joins(node) == set()
    assert join(node.desk, paul).unknown == (("mitre-attack-pattern", "Invented shell - T9059", 1),)


def test_a_tag_that_is_taken_off_joins_no_more(node: Node) -> None:
    take(node, packed(*KNOWN), marking="tlp:clear")
    take(node, tagged(CODED))
    later = tagged(timestamp=WHEN + 9)
    later["Event"]["timestamp"] = str(WHEN + 9)
    take(node, later)
    assert joins(node) == set()


def test_an_attribute_that_is_gone_joins_no_more(node: Node) -> None:
    take(node, packed(*KNOWN), marking="tlp:clear")
    take(node, tagged(CODED))
    identifier = next(e.via for e in neighbours(node.desk, MARIE, (f"indicator--{uuid(1)}",)).edges if e.via)
    take(node, event(attribute(2, "domain", "b.example"), timestamp=str(WHEN + 9)))
    (link,) = show(node.desk, MARIE, identifier).statements
    assert link.value["revoked"]


def test_clusters_that_share_the_uuid_of_their_list_stay_apart(node: Node) -> None:
    """As instances wrote them before each had its own: all of a galaxy's malware would be one."""
    shared = uuid(950)
    clusters = [
        {"uuid": shared, "type": "tool", "value": name, "tag_name": f'misp-galaxy:tool="{name}"', "description": name, "meta": {}}
        for name in ("ONE", "TWO", "THREE")
    ]  # fmt: skip
    value_ = event(attribute(1, "domain", "a.example"), Galaxy=[{"uuid": uuid(951), "type": "tool", "name": "Tool", "GalaxyCluster": clusters}])  # fmt: skip
    ((was, now),), losses = there_and_back(orjson.dumps(value_))
    assert "other" not in losses.counts, losses.named
    assert {(one["value"], one["uuid"]) for one in now["Galaxy"][0]["GalaxyCluster"]} == {("ONE", shared), ("TWO", shared), ("THREE", shared)}  # fmt: skip
    assert len(was["Galaxy"][0]["GalaxyCluster"]) == 3
    take(node, value_)
    with pytest.raises(NotFound):
        show(node.desk, MARIE, f"tool--{shared}")


def test_a_cluster_that_is_lost_is_not_among_accepted_differences() -> None:
    from cordiale.domains.cyber.misp.loss import ACCEPTED, reason_of

    path = ("Galaxy", "tool", "GalaxyCluster", "x")
    assert reason_of(path, {"value": "ONE"}, None) not in ACCEPTED
    assert reason_of((*path, "meta", "synonyms"), ["a"], None) not in ACCEPTED
    assert reason_of((*path, "icon"), "bug", None) in ACCEPTED


def test_who_made_an_event_is_no_cluster_of_it() -> None:
    ((_was, now),), losses = there_and_back(orjson.dumps(event()))
    assert now["Galaxy"] == []
    assert "other" not in losses.counts
