"""What belongs to an incident and is hidden leaves no trace in it: no entry, no count, no instant, no order, no next task.

Two worlds differ only in events, impacts and tasks that neither the person nor France may see. What both are told of the
incident is equal, byte for byte, while the house adds them, changes them and gives the incident again and again.
"""

from __future__ import annotations

from typing import Final

import msgspec
import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordiale.desk.actor import Actor
from cordiale.desk.views.search import counts, search
from cordiale.domains.cyber.incidents.pages import incident as page
from cordiale.domains.cyber.incidents.pages import incidents as listed
from cordiale.joint.incident.adding import add_event, add_impact, add_task, change_piece
from cordiale.joint.incident.giving import give, hand_on
from cordiale.joint.incident.opening import open_incident
from cordiale.joint.incident.reading import incident_show, incidents
from cordiale.joint.words import Words
from tests.leaks.faces import ABSENT, program
from tests.leaks.paths import SEEN
from tests.leaks.scene import OFFICER, PERSON, SECRETS, Scene
from tests.simulation.world import World

CLERK: Final = Actor("clerk", frozenset({"analyst"}), PERSON.recipient)
HIDDEN: Final = ("tlp:red", "compartment:can/HALCYON tlp:clear", "level:CAN/SECRET tlp:clear")


def begin(scene: Scene) -> str:
    """Open an incident that everybody may see, and give it to France."""
    scene.step()
    made = open_incident(
        scene.desk, OFFICER, Words("Harbour", "Port"), marking="tlp:green", sectors=["energy"]
    )
    scene.step()
    add_event(scene.desk, OFFICER, made.id, Words("Cranes stop"), start=scene.desk.clock())
    scene.step()
    give(scene.desk, OFFICER, made.id, ["fra"])
    return made.id


def publish(scene: Scene, id: str, n: int) -> None:
    """Add something that everybody may see, and let it follow to who has the incident."""
    scene.step()
    if n % 3 == 0:
        made = add_task(scene.desk, OFFICER, id, Words(f"Open task {n % 7}"), owner="us" if n % 2 else "")
    elif n % 3 == 1:
        made = add_event(scene.desk, OFFICER, id, Words(f"Seen {n % 7}"), start=scene.desk.clock() - n)
    else:
        made = add_impact(scene.desk, OFFICER, id, "availability", {"availability_impact": n % 100}, counts={"system": n})  # fmt: skip
    scene.step()
    hand_on(scene.desk, OFFICER, id, made.made)


def hide(scene: Scene, id: str, n: int) -> None:
    """Add something that neither the person nor France may see, change it, and give the incident once more."""
    marking = HIDDEN[n % len(HIDDEN)]
    with scene.aside():
        if n % 3 == 0:
            made = add_task(scene.desk, OFFICER, id, Words(f"halcyon {n}"), marking=marking, owner="us", end=scene.desk.clock())  # fmt: skip
            change_piece(scene.desk, OFFICER, made.id, state="ongoing")
        elif n % 3 == 1:
            made = add_event(
                scene.desk, OFFICER, id, Words("kestrel", "kestrel fr"), marking=marking, start=1
            )
        else:
            made = add_impact(scene.desk, OFFICER, id, "external", {"impact_type": "national-security"}, words=Words("halcyon"), marking=marking)  # fmt: skip
        hand_on(scene.desk, OFFICER, id, made.made)
        give(scene.desk, OFFICER, id, ["fra"])


def told(scene: Scene, id: str) -> list[bytes]:
    """Return all that the person is told of incidents, as bytes."""
    desk = scene.desk
    said = [
        msgspec.json.encode(incident_show(desk, CLERK, id)),
        msgspec.json.encode(incidents(desk, CLERK, everything=True)),
        msgspec.json.encode(search(desk, CLERK, value="sector=energy")),
        msgspec.json.encode(sorted(counts(desk, CLERK).items())),
    ]
    for lang in ("en", "fr"):
        for shown in (page(desk, CLERK, lang, {"id": id}), listed(desk, CLERK, lang, {"closed": "yes"})):
            values = {name: one for name, one in shown.values.items() if name != "typed"}
            said.append(repr((sorted(values.items()), shown.markings)).encode())
    ask = program(scene, CLERK)  # its answers are in the scene's trace too, with their headers
    for lang in ("en", "fr"):
        for path in ("/incidents?everything=true", "/incidents?sector=energy", f"/incidents/{id}"):
            answered = ask(path, lang=lang)
            assert answered.get("id") == id or [one["id"] for one in answered["items"]] == [id]
            said.append(orjson.dumps(answered))
    return said


steps = st.lists(st.tuples(st.sampled_from(["publish", "hide", "hide", "visit"]), st.integers(0, 59)), max_size=8)  # fmt: skip


def played(script: list[tuple[str, int]], *, shut: bool) -> tuple[Scene, str]:
    scene = Scene(World(1))
    id = begin(scene)
    for name, n in script:
        if name == "publish":
            publish(scene, id, n)
        elif name == "visit":
            scene.visit()
        elif shut:
            hide(scene, id, n)
    scene.visit()
    return scene, id


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(steps)
def test_an_incident_tells_the_same_whatever_of_it_is_hidden(script: list[tuple[str, int]]) -> None:
    (without, id), (with_, same) = (played(script, shut=shut) for shut in (False, True))
    assert id == same
    before, after = told(without, id), told(with_, id)
    assert before == after
    assert without.trace == with_.trace
    held = with_.held()
    for word in SECRETS:
        assert word not in held
        assert not [said for said in after if word in said.lower()]
    without.close()
    with_.close()


def test_the_test_would_notice() -> None:
    """Whoever may see it all is told something else: what is hidden does belong to the incident."""
    scene, id = played([("hide", n) for n in (0, 1, 2)], shut=True)
    whole = incident_show(scene.desk, OFFICER, id)
    seen = incident_show(scene.desk, CLERK, id)
    assert (len(whole.tasks), len(whole.impacts), len(whole.events)) == (1, 1, 2)
    assert (seen.tasks, seen.impacts, len(seen.events)) == ((), (), 1)
    scene.close()


def test_a_hidden_incident_is_refused_as_an_absent_one() -> None:
    """Whatever a program asks or does of an incident that is hidden: it is told what it would be of none."""
    scene = Scene(World(1))
    scene.step()
    hidden = open_incident(scene.desk, OFFICER, Words("halcyon"), marking="tlp:red").id
    piece = add_event(scene.desk, OFFICER, hidden, Words("kestrel")).id
    ask = program(scene, CLERK)
    named, begun = {"name": {"en": "x"}}, hidden.partition("--")[2][:8]
    acts = (
        ("events", named),
        ("impacts", {"category": "availability", "details": {"availability_impact": 1}}),
        ("tasks", named),
        ("change", {"status": "closed"}),
        ("affected", {"who": SEEN["id"]}),
        ("order", {"first": SEEN["id"], "then": ABSENT}),
        ("give", {"to": ["fra"]}),
    )

    def answers(id: str, part: str, start: str) -> list[bytes]:
        told = [ask("/incidents?everything=true"), ask(f"/incidents/{id}"), ask(f"/incidents/{start}")]
        told += [ask(f"/incidents/{id}/{act}", body=body) for act, body in acts]
        told.append(ask(f"/incidents/pieces/{part}/change", body={"state": "ongoing"}))
        told.append(ask("/incidents", body={**named, "marking": ["tlp:green"], "findings": [id]}))
        assert [one["status"] for one in told[1:]] == [404] * (len(told) - 1)
        said = (orjson.dumps(one) for one in told)
        return [one.replace(id.encode(), b"ID").replace(part.encode(), b"PART").replace(start.encode(), b"START") for one in said]  # fmt: skip

    nobody = "11111111-1111-4111-8111-111111111111"
    absent = answers(f"incident--{nobody}", f"event--{nobody}", nobody[:8])
    assert answers(hidden, piece, begun) == absent
    scene.close()


def test_an_order_with_a_hidden_task_is_refused_as_one_with_an_absent() -> None:
    """The incident is seen, the task is not: naming it says no more than naming one that nobody has."""
    scene = Scene(World(1))
    id = begin(scene)
    publish(scene, id, 0)
    hidden = add_task(scene.desk, OFFICER, id, Words("halcyon"), marking="tlp:red").id
    ask = program(scene, CLERK)
    (shown,) = ask(f"/incidents/{id}")["tasks"]
    absent = "task--11111111-1111-4111-8111-111111111111"
    for at in (("first", "then"), ("then", "first")):
        told = [orjson.dumps(ask(f"/incidents/{id}/order", body=dict(zip(at, (shown["id"], one), strict=True)))).replace(one.encode(), b"ID") for one in (hidden, absent)]  # fmt: skip
        assert told[0] == told[1]
        assert b"incident-object" in told[0]
    scene.close()
