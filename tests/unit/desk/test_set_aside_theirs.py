"""What a person's import set aside is theirs to look at and to try again, and tells them nothing of what is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import orjson
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.set_aside import set_aside, set_aside_bytes, set_aside_retry
from cordiale.desk.incoming.sources import of_bytes
from cordiale.release.recipient import Recipient
from tests.simulation.world import World, identity
from tests.unit.exchange.world import indicator

HOUSE = house("officer")


def person(name: str) -> Actor:
    return Actor(
        name, frozenset({"analyst"}), Recipient(node="can", nation="nation-can", person=name, tlp="green")
    )


@pytest.fixture
def world() -> Iterator[World]:
    made = World(1)
    yield made
    made.close()


def taken(world: World, who: Actor, *objects: bytes, marking: str = "tlp:green") -> Any:
    return import_(
        world.nodes["can"].desk, who, [of_bytes("file", b"[" + b",".join(objects) + b"]")], marking=marking
    )


BAD = orjson.dumps(orjson.loads(indicator("bad")) | {"pattern": "["})


def test_each_person_sees_what_they_imported_and_the_house_all(world: World) -> None:
    desk = world.nodes["can"].desk
    taken(world, person("paul"), BAD)
    taken(world, person("rita"), BAD.replace(b'"bad"', b'"worse"'))
    (his,) = set_aside(desk, person("paul"))
    (hers,) = set_aside(desk, person("rita"))
    assert (his.number, hers.number) == (1, 2)
    assert len(set_aside(desk, HOUSE)) == 2
    assert set_aside_bytes(desk, person("paul"), his.number) == BAD
    assert set_aside_bytes(desk, person("paul"), hers.number) == b""
    assert set_aside_retry(desk, person("paul")).set_aside == 1
    assert set_aside_retry(desk, HOUSE).set_aside == 2


@pytest.mark.parametrize("hidden", ["same", "conflict", "nothing"])
def test_a_report_is_the_same_whatever_hidden_object_an_import_meets(world: World, hidden: str) -> None:
    desk, mine = world.nodes["can"].desk, indicator("mine", created_by_ref=identity("can"))
    if hidden in ("same", "conflict"):
        other = mine if hidden == "same" else mine.replace(b"mine.example", b"other.example")
        taken(world, HOUSE, other, marking="tlp:red")
    report = taken(world, person("paul"), mine, BAD)
    told = msgspec.structs.replace(report, job="", seconds=0.0, first_set_aside=())
    assert (told.new, told.same, told.conflicts, told.tombstoned, told.set_aside) == (1, 0, 0, 0, 1)
    assert [one.object_id for one in set_aside(desk, person("paul"))] == [orjson.loads(BAD)["id"]]
    assert len(set_aside(desk, HOUSE)) == (2 if hidden == "conflict" else 1)
    again = set_aside_retry(desk, person("paul"))
    assert (again.new, again.set_aside) == (0, 1)
