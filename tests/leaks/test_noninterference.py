"""Non-interference: two worlds that differ only in what is hidden answer a partner, a client and a person alike.

A script is generated: what everybody may see happens in both worlds, what nobody who reads may see happens in one. The
clock is virtual, randomness is keyed by the step. Every status, header, body, order, cursor and wake-up notice of every
reader must be equal, whatever was hidden, whenever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import orjson
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from cordiale.desk.actor import Actor
from cordiale.desk.partner.sync import cut_all
from cordiale.exchange import records
from cordiale.exchange.message import Request
from cordiale.exchange.taxii.pages import collection_id
from cordiale.platform.errors import CordialeError
from tests.leaks.faces import WHO, person, rest, taxii
from tests.leaks.scene import OPENLY, PERSON, SECRETS, Scene, granular, later, sdo
from tests.simulation.terms import FULL, Terms
from tests.simulation.world import READER, World, apply_terms

Step = tuple[str, int]
"""What is done, and a number that says to what."""

HIDDEN_MARKINGS: Final = ("tlp:red", "compartment:can/HALCYON tlp:clear", "rel:gbr|usa tlp:clear", "level:CAN/SECRET tlp:clear")  # fmt: skip
"""What neither France (amber, MAPLE) nor the client nor the person (green) passes."""


def seen(n: int) -> dict[str, Any]:
    """Return what everybody may see; every third has a property that nobody may."""
    value = sdo(("indicator", "malware")[n % 2], f"seen {n}", labels=[OPENLY])
    return (
        value | {"description": f"halcyon {n}"} | granular(["description"], "tlp:red")
        if n % 3 == 0
        else value
    )


def kept_back(n: int) -> dict[str, Any]:
    """Return what nobody who reads may see; some refers to what is seen."""
    match n % 4:
        case 0:
            return sdo("indicator", f"halcyon {n}", description="kestrel " * (n + 1))
        case 1:
            return sdo(
                "relationship",
                f"halcyon {n}",
                source_ref=seen(n % 5)["id"],
                target_ref=seen(n // 2 % 5)["id"],
            )
        case 2:
            return sdo("report", f"halcyon {n}", object_refs=[seen(n % 5)["id"]])
        case _:
            return sdo("note", f"halcyon {n}", object_refs=[seen(n % 5)["id"], kept_back(0)["id"]])


# What happens in both worlds ------------------------------------------------------------------------


def publish(scene: Scene, n: int) -> None:
    """Import what is seen, or its next version."""
    scene.put(later(seen(n % 5), 1 + n % 50, name=f"seen {n % 5}"))


def tick(scene: Scene, _n: int) -> None:
    """Cut what waits."""
    scene.cut()


def visited(scene: Scene, _n: int) -> None:
    """France visits."""
    scene.visit()


def page(scene: Scene, n: int) -> None:
    """The client reads one page from where it was, or from the start."""
    scene.step()
    with scene.desk.store.read() as tx:
        number = records.partner(tx, READER).number
    path = f"/taxii2/api/collections/{collection_id(scene.desk.home, number, 'out')}/"
    cursor = scene.cursor if n % 3 else ""
    query = f"limit={1 + n % 4}" + (f"&next={cursor}" if cursor else "")
    answer = scene.ask(Request("GET", path + ("objects/", "manifest/")[n % 2], query, WHO))
    scene.cursor = str(orjson.loads(answer.body).get("next", "")) if answer.status == 200 else ""


def woken(scene: Scene, _n: int) -> None:
    """France is told up to where there is news."""
    scene.wake()


def raised(scene: Scene, n: int) -> None:
    """Something seen is marked: up or down, but never out of sight of everybody."""
    scene.mark(str(seen(n % 5)["id"]), ("tlp:green", "tlp:clear", "tlp:amber")[n % 3])


def asked_back(scene: Scene, n: int) -> None:
    """Something seen is asked back."""
    scene.recall(str(seen(n % 5)["id"]))


OPEN: Final[dict[str, Callable[[Scene, int], None]]] = {
    one.__name__: one for one in (publish, tick, visited, page, woken, raised, asked_back)
}


# What happens in one world only ---------------------------------------------------------------------


def hide(scene: Scene, n: int) -> None:
    """Import what is hidden."""
    scene.hide(kept_back(n), marking=HIDDEN_MARKINGS[n % len(HIDDEN_MARKINGS)])


def change_hidden(scene: Scene, n: int) -> None:
    """Import a later version of what is hidden."""
    scene.hide(
        later(kept_back(n), 1 + n % 50, labels=["halcyon"]), marking=HIDDEN_MARKINGS[n % len(HIDDEN_MARKINGS)]
    )


def cut_hidden(scene: Scene, _n: int) -> None:
    """Let the sequencer tick once more, with nothing new that may go; what waits openly waits for its own tick."""
    with scene.aside():
        if not scene.waiting:
            cut_all(scene.desk)


def another_partner(scene: Scene, n: int) -> None:
    """Canada and the United Kingdom have business of their own: other rules, other objects."""
    with scene.aside():
        terms = (FULL, Terms(tlp="red"), Terms(tlp="clear"))[n % 3]
        apply_terms(scene.world.nodes["can"], "gbr", terms)


def attach_hidden(scene: Scene, n: int) -> None:
    """Attach a hidden file to what is hidden."""
    with scene.aside():
        if scene.hidden:
            scene.attach(scene.hidden[n % len(scene.hidden)], b"halcyon %d" % n, "halcyon.txt", "tlp:red")


def said_elsewhere(scene: Scene, n: int) -> None:
    """The United Kingdom imports; Canada does not learn of it."""
    with scene.aside():
        scene.put(kept_back(n), marking="tlp:red", node="gbr")


def refuse_hidden(scene: Scene, n: int) -> None:
    """An officer refuses what is hidden, by name."""
    with scene.aside():
        if scene.hidden:
            scene.refuse(scene.hidden[n % len(scene.hidden)])


SHUT: Final[dict[str, Callable[[Scene, int], None]]] = {
    one.__name__: one
    for one in (
        hide,
        change_hidden,
        cut_hidden,
        another_partner,
        attach_hidden,
        said_elsewhere,
        refuse_hidden,
    )
}

CLERK: Final = Actor("clerk", frozenset({"operator"}), PERSON.recipient)
"""Reads what Paul reads, but is not told what each partner has: that is Canada's business with somebody else."""

numbers: Final = st.integers(min_value=0, max_value=59)
steps: Final = st.lists(
    st.tuples(st.sampled_from([*OPEN, *SHUT, "publish", "hide", "tick", "visited", "page"]), numbers),
    max_size=24,
)


def played(script: list[Step], *, shut: bool) -> Scene:
    """Run a script, with or without what is hidden, and read all of it at the end."""
    scene = Scene(World(1))
    for name, n in script:
        if name in OPEN:
            scene.waiting = name != "tick" and (scene.waiting or name in ("publish", "raised", "asked_back"))
            try:
                OPEN[name](scene, n)
            except CordialeError as refused:  # what is not there yet cannot be marked
                scene.note(name, refused.code.encode())
        elif shut:
            SHUT[name](scene, n)
    return scene


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(steps)
def test_a_reader_is_told_the_same_whatever_is_hidden(script: list[Step]) -> None:
    without, with_ = (played(script, shut=shut) for shut in (False, True))
    asked = sorted(with_.hidden)
    for scene in (without, with_):
        taxii(scene, asked)
        person(scene, asked, CLERK)
        scene.visit()
    note(f"hidden: {len(asked)}; answers: {len(without.trace)}")
    for (question, before), (_same, after) in zip(without.trace, with_.trace, strict=True):
        assert before == after, question
    for question, said in (*with_.trace, ("what France holds", with_.held())):
        for word in (*SECRETS, *(stix_id.encode() for stix_id in asked)):
            assert word not in said.lower(), (question, word)
    without.close()
    with_.close()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(steps)
def test_a_program_is_answered_the_same_whatever_is_hidden(script: list[Step]) -> None:
    without, with_ = (played(script, shut=shut) for shut in (False, True))
    asked = sorted(with_.hidden)
    for scene in (without, with_):
        scene.trace.clear()
        rest(scene, asked, CLERK)
    for (question, before), (_same, after) in zip(without.trace, with_.trace, strict=True):
        assert before == after, question
    for question, said in with_.trace:
        for word in (*SECRETS, *(stix_id.encode() for stix_id in asked)):
            assert word not in said.lower(), (question, word)
    without.close()
    with_.close()
