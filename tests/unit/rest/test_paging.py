"""Lists are read page by page: nothing is lost or repeated while objects arrive, and a position says nothing."""

from __future__ import annotations

import base64

import pytest

from cordiale.desk import verbs
from cordiale.desk.incoming.sources import of_bytes
from tests.leaks.faces import identified
from tests.leaks.paths import OTHER, SEEN
from tests.leaks.scene import Scene, sdo
from tests.simulation.world import World
from tests.unit.exchange.world import indicator
from tests.unit.rest.served import OPERATOR, Served, said
from tests.unit.web.asgi import ask


@pytest.mark.parametrize(
    "query", ["limit=2", "limit=2&q=green", "limit=3&type=indicator", "limit=2&marking=tlp:green"]
)
def test_every_page_follows_while_objects_arrive(
    served: Served, objects: dict[str, list[str]], query: str
) -> None:
    verbs.import_(served.node.desk, OPERATOR, [])
    found: list[str] = []
    page = said(served.ask(f"/objects?{query}", "paul"))
    arrived = 0
    while True:
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        arrived += 1
        fresh = [indicator(f"late green {query} {arrived} {tlp}", minute=50) for tlp in ("a", "b")]
        for one, tlp in zip(fresh, ("green", "red"), strict=True):
            verbs.import_(served.node.desk, OPERATOR, [of_bytes("late", one)], marking=f"tlp:{tlp}")
        page = said(served.ask(f"/objects?{query}&after={page['next']}", "paul"))
    assert len(found) == len(set(found))
    assert set(objects["green"]) <= set(found)
    assert not set(objects["red"]) & set(found)
    assert arrived > 1


@pytest.mark.parametrize("path", ["/objects?limit=2", "/audit?limit=1", "/jobs?limit=1"])
def test_a_position_is_good_for_one_reader_of_one_list(served: Served, path: str) -> None:
    served.tokens.setdefault("quinn", "")
    if not served.tokens["quinn"]:
        served.person("quinn", roles=("analyst", "officer", "operator"))
        verbs.import_(served.node.desk, _as("quinn"), [])
        verbs.import_(served.node.desk, _as("quinn"), [])
    after = said(served.ask(path, "quinn"))["next"]
    assert served.ask(f"{path}&after={after}", "quinn").status == 200
    raw = bytearray(base64.urlsafe_b64decode(after + "=="))
    raw[-1] ^= 1
    forged = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    for by, written in (
        ("rita", f"{path}&after={after}"),
        ("quinn", f"{path}&after={forged}"),
        ("quinn", f"/set-aside?after={after}"),
    ):
        refused = served.ask(written, by)
        assert (refused.status, said(refused)["code"]) == (422, "bad-cursor")
    assert served.ask(f"{path}&after=1.1", "quinn").status == 400


def test_a_position_tells_nothing_of_what_it_holds(served: Served, objects: dict[str, list[str]]) -> None:
    page = said(served.ask("/objects?limit=2", "paul"))
    raw = base64.urlsafe_b64decode(page["next"] + "=" * (-len(page["next"]) % 4))
    assert page["items"][-1]["id"].encode() not in raw
    assert len(raw) % 64 == 16  # AES-SIV's tag, and whole blocks
    assert page == said(served.ask("/objects?limit=2", "paul"))


def test_pages_and_their_etags_are_equal_in_two_worlds_that_differ_in_what_is_hidden() -> None:
    from cordiale.rest.app import application

    traces = []
    for hidden in (False, True):
        scene = Scene(World(1))
        if hidden:
            scene.hide(*(sdo("indicator", f"halcyon {n}") for n in range(30)))
        scene.put(SEEN, OTHER)
        if hidden:
            scene.hide(sdo("report", "halcyon", object_refs=[SEEN["id"]]))
        scene.put(*(sdo("indicator", f"seen {n}") for n in range(5)))
        scene.step()
        app = application(scene.desk, identified)
        trace = []
        target = "/api/v1/objects?limit=2"
        while target:
            answer = ask(app, target, authorization="Bearer paul's")
            trace.append((answer.status, answer.headers, answer.body))
            more = said(answer)["next"]
            target = f"/api/v1/objects?limit=2&after={more}" if more else ""
        traces.append(trace)
        scene.close()
    assert traces[0] == traces[1]
    assert len(traces[0]) == 4


def _as(name: str) -> object:
    from cordiale.desk.actor import Actor

    return Actor(name, frozenset({"analyst", "operator"}))
