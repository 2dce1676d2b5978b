"""What a release officer who does not see everything does reaches what they see, and tells them of nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.outgoing.consent import consent_ask, consent_list, consent_show
from cordiale.desk.outgoing.release import confirm_act, lift, refuse, release, withdraw_act
from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.platform.errors import Conflict, InputError, NotFound
from cordiale.release.recipient import Recipient
from tests.leaks.scene import Scene
from tests.simulation.terms import Terms, text_of
from tests.simulation.world import World
from tests.unit.exchange.world import id_of, indicator

HOUSE = house("officer")
PAULA = Actor("paula", frozenset({"officer"}), Recipient(node="can", nation="nation-can", person="paula", tlp="green"))  # fmt: skip
HIDDEN = indicator("hidden")


@pytest.fixture
def world() -> Iterator[World]:
    made = World(1)
    yield made
    made.close()


def put(world: World, raw: bytes, marking: str) -> None:
    import_(world.nodes["can"].desk, HOUSE, [of_bytes("x", raw)], marking=marking)


def test_an_approval_by_query_is_of_what_its_officer_sees(world: World) -> None:
    desk = world.nodes["can"].desk
    with pytest.raises(InputError, match="that you see"):
        release(desk, PAULA, "fra", types=["indicator"])
    put(world, HIDDEN, "tlp:amber")
    with pytest.raises(InputError, match="that you see"):
        release(desk, PAULA, "fra", types=["indicator"])
    put(world, indicator("seen"), "tlp:green")
    assert release(desk, PAULA, "fra", types=["indicator"]).objects == 1
    assert release(desk, HOUSE, "fra", types=["indicator"]).objects == 2


def test_an_act_about_something_hidden_is_no_act(world: World) -> None:
    desk = world.nodes["can"].desk
    put(world, HIDDEN, "tlp:amber")
    act = release(desk, HOUSE, "fra", ids=[id_of(HIDDEN)]).act
    for verb in (confirm_act, withdraw_act):
        for one in (act, "00000000"):
            with pytest.raises(NotFound) as raised:
                verb(desk, PAULA, one)
            assert str(raised.value) == f"There is no act {one}."


def test_a_hold_on_something_hidden_is_not_lifted_nor_counted(world: World) -> None:
    desk = world.nodes["can"].desk
    put(world, HIDDEN, "tlp:amber")
    refuse(desk, HOUSE, "fra", ids=[id_of(HIDDEN)])
    with pytest.raises(NotFound):
        lift(desk, PAULA, "fra", ids=[id_of(HIDDEN)])
    assert lift(desk, HOUSE, "fra", ids=[id_of(HIDDEN)]).objects == 1


def test_the_token_of_a_preview_does_not_tell_that_something_hidden_came(world: World) -> None:
    desk = world.nodes["can"].desk
    text = text_of("can", "fra", Terms(tlp="clear"))
    tokens = {rules_diff(desk, PAULA, text).token for _n in range(3)}
    assert len(tokens) == 3
    plain = {rules_diff(desk, HOUSE, text).token for _n in range(3)}
    assert len(plain) == 1
    for wrong in ("", "00" * 32, next(iter(plain)), min(tokens)[:-1] + "g"):
        with pytest.raises(Conflict):
            rules_apply(desk, PAULA, text, "rules", wrong)
    Path(desk.folder / "rules").mkdir(exist_ok=True)
    assert rules_apply(desk, PAULA, text, "rules", tokens.pop()).version_after


def test_a_request_for_consent_about_something_hidden_is_none(world: World) -> None:
    scene = Scene(world)
    raw = orjson.loads(HIDDEN)
    scene.put(raw, marking="tlp:amber orcon:can rel:nation-can|nation-fra")
    scene.cut()
    scene.visit()
    desk = world.nodes["fra"].desk
    (asked,) = consent_ask(desk, HOUSE, to="gbr", ids=[raw["id"]])
    for tlp, there in (("green", 0), ("amber", 1)):
        reader = Recipient(node="fra", nation="nation-fra", organisation="fra-cert", person="paula", tlp=tlp)
        who = Actor("paula", frozenset({"officer"}), reader)
        assert len(consent_list(desk, who)) == there
        if there:
            assert consent_show(desk, who, asked.id).objects == 1
        else:
            with pytest.raises(NotFound) as raised:
                consent_show(desk, who, asked.id)
            with pytest.raises(NotFound) as other:
                consent_show(desk, who, "0" * 8)
            assert str(raised.value).replace(asked.id, "0" * 8) == str(other.value)
