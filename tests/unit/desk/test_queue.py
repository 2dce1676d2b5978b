"""What waits for an officer, and what an approval, a strike or a recall would do, before anybody does it."""

from __future__ import annotations

import orjson
import pytest

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.outgoing import queue
from cordiale.desk.partner.partners import partner_add_client
from cordiale.node.node import Node
from cordiale.platform.errors import InputError, NotAllowed, NotFound
from cordiale.release.recipient import Recipient
from tests.unit.desk.conftest import indicator
from tests.unit.desk.test_four_eyes import RULES

ONE_OFFICER = RULES.replace("four_eyes = true", "")
OBJECTS = [indicator(n, description=f"seen beside OSPREY {n}") for n in range(7)]
LAST = OBJECTS[-1]["id"]


def prepare(node: Node, marie: Actor, rules: str = ONE_OFFICER) -> None:
    partner_add_client(node.desk, marie, "client", nation="FRA", organisation="CVMI")
    verbs.rules_apply(node.desk, marie, rules, "rules.toml", verbs.rules_diff(node.desk, marie, rules).token)
    verbs.import_(node.desk, marie, [of_bytes("objects", orjson.dumps(OBJECTS))], marking="tlp:amber")


def person(tlp: str) -> Actor:
    asked_as = Recipient(node="canada", nation="CAN", organisation="LCC", person="visitor", tlp=tlp)
    return Actor("visitor", frozenset({"officer"}), asked_as)


def test_what_waits_is_listed_newest_first_page_by_page_with_what_it_would_go_as(
    node: Node, marie: Actor
) -> None:
    prepare(node, marie)
    (first,) = verbs.waiting(node.desk, marie, limit=4)
    assert [item.summary.id for item in first.items] == [one["id"] for one in OBJECTS[:2:-1]]
    assert {(item.form, item.waits.code if item.waits else "") for item in first.items} == {
        ("verbatim", "approval-needed")
    }
    (rest,) = verbs.waiting(node.desk, marie, partner="client", after=first.next, limit=4)
    assert [item.summary.id for item in rest.items] == [one["id"] for one in OBJECTS[2::-1]]
    assert rest.next is None
    with pytest.raises(InputError):
        verbs.waiting(node.desk, marie, after="indicator--none canada")


def test_what_was_approved_waits_no_more_and_its_act_says_what_went(node: Node, marie: Actor) -> None:
    prepare(node, marie)
    done = verbs.release(node.desk, marie, "client", ids=[LAST], reason="asked for")
    (waits,) = verbs.waiting(node.desk, marie)
    assert LAST not in [item.summary.id for item in waits.items]
    act = verbs.act_show(node.desk, marie, done.act)
    assert (act.officer, act.reason, act.ids, act.now and act.now.verbatim) == (
        "marie",
        "asked for",
        (LAST,),
        1,
    )
    assert next((one.kind, one.id) for one in verbs.release_log(node.desk, marie)) == ("release", done.act)
    with pytest.raises(NotFound):
        verbs.act_show(node.desk, marie, "%")


def test_an_act_that_waits_for_a_second_officer_is_named_in_the_queue(node: Node, marie: Actor) -> None:
    prepare(node, marie, RULES)
    done = verbs.release(node.desk, marie, "client", ids=[LAST])
    (waits,) = verbs.waiting(node.desk, marie)
    found = {item.summary.id: (item.waits.code if item.waits else "", item.act) for item in waits.items}
    assert found[LAST] == ("second-officer-needed", done.act)
    verbs.confirm_act(node.desk, house("jeanne"), done.act)
    (waits,) = verbs.waiting(node.desk, marie)
    assert LAST not in [item.summary.id for item in waits.items]


def test_a_dry_run_changes_nothing_and_says_why_something_stays(node: Node, marie: Actor) -> None:
    prepare(node, marie)
    red = indicator(20)
    verbs.import_(node.desk, marie, [of_bytes("red", orjson.dumps([red]))], marking="tlp:red")
    before = node.store.changed()
    tried = verbs.release_try(node.desk, marie, "client", [LAST, red["id"]])
    assert (tried.verbatim, tried.tear_lines, tried.assurance) == (1, 0, "taxii")
    assert [(one.reason.code, one.examples) for one in tried.withheld] == [("tlp-too-narrow", (red["id"],))]
    assert node.store.changed() == before
    with pytest.raises(InputError):
        verbs.release_try(node.desk, marie, "client", [])
    with pytest.raises(NotFound):
        verbs.release_try(node.desk, marie, "client", ["indicator--00000000-0000-4000-8000-999999999999"])


def test_a_struck_property_is_not_in_what_the_partner_would_read_and_a_trial_leaves_no_trace(
    node: Node, marie: Actor
) -> None:
    prepare(node, marie)
    before = verbs.show(node.desk, marie, LAST).statements[0].version
    tried = verbs.strike_try(node.desk, marie, LAST, "client", ["description"], "tlp:red")
    assert (tried.judged.form, tried.judged.removed) == ("tear-line", ("description",))
    assert tried.read is not None
    assert b"OSPREY" not in orjson.dumps(tried.read)
    assert verbs.show(node.desk, marie, LAST).statements[0].version == before
    assert verbs.would_read(node.desk, marie, LAST, "client").judged.form == "verbatim"
    required = verbs.strike_try(node.desk, marie, LAST, "client", ["pattern"], "tlp:red")
    assert (required.judged.form, required.judged.why[0].code) == ("withheld", "required-property")


def test_striking_keeps_the_marking_that_was_given_and_can_be_taken_back(node: Node, marie: Actor) -> None:
    prepare(node, marie)
    done = verbs.strike(node.desk, marie, LAST, ["description"], "tlp:red")
    assert (done.before, done.after) == (("tlp:amber",), ("tlp:amber", "tlp:red"))
    assert verbs.would_read(node.desk, marie, LAST, "client").judged.form == "tear-line"
    undone = verbs.strike(node.desk, marie, LAST, [], "")
    assert undone.after == ("tlp:amber",)
    assert verbs.would_read(node.desk, marie, LAST, "client").judged.form == "verbatim"
    for name in ("type", "nothing"):
        with pytest.raises(InputError):
            verbs.strike(node.desk, marie, LAST, [name], "tlp:red")


def test_what_others_stated_is_not_struck(node: Node, marie: Actor) -> None:
    prepare(node, marie)
    theirs = indicator(30, created_by_ref="identity--8d4c6a4e-3b0e-4c57-9a50-6d0f9f7c2b99")
    verbs.import_(node.desk, marie, [of_bytes("x", orjson.dumps([theirs]))], marking="tlp:amber")
    with pytest.raises(NotAllowed):
        verbs.strike(node.desk, marie, theirs["id"], ["name"], "tlp:red")


def test_a_recall_is_tried_before_it_is_asked(node: Node, marie: Actor) -> None:
    prepare(node, marie)
    assert verbs.recall_try(node.desk, marie, [LAST]) == []
    verbs.release(node.desk, marie, "client", ids=[one["id"] for one in OBJECTS])
    (found,) = verbs.recall_try(node.desk, marie, [one["id"] for one in OBJECTS])
    assert (found.partner, found.objects, found.types) == ("client", 7, {"indicator": 7})
    assert (found.confirms, found.assured) == (False, False)
    assert verbs.recall_list(node.desk, marie) == []


def test_a_person_is_told_of_no_object_no_act_and_no_recall_that_is_not_for_them(
    node: Node, marie: Actor
) -> None:
    prepare(node, marie)
    done = verbs.release(node.desk, marie, "client", ids=[LAST])
    (asked,) = verbs.recall(node.desk, marie, ids=[LAST], reason="mistake")
    blind, sees = person("green"), person("amber")
    assert [one.items for one in verbs.waiting(node.desk, blind)] == [()]
    assert len(verbs.waiting(node.desk, sees)[0].items) == 6
    for refused in (
        lambda: verbs.act_show(node.desk, blind, done.act),
        lambda: verbs.would_read(node.desk, blind, LAST, "client"),
        lambda: verbs.release_try(node.desk, blind, "client", [LAST]),
        lambda: verbs.recall_try(node.desk, blind, [LAST]),
        lambda: verbs.recall_show(node.desk, blind, asked.recall),
    ):
        with pytest.raises(NotFound):
            refused()
    assert verbs.recall_list(node.desk, blind) == []
    assert [one.recall for one in verbs.recall_list(node.desk, sees)] == [asked.recall]
    assert [one.kind for one in verbs.release_log(node.desk, blind)] == ["rules"]
    assert verbs.act_show(node.desk, sees, done.act).ids == (LAST,)


def test_an_analyst_may_look_and_not_strike_what_the_role_does_not_allow(node: Node, marie: Actor) -> None:
    prepare(node, marie)
    liaison = Actor("ann", frozenset({"liaison"}))
    assert len(verbs.waiting(node.desk, liaison)[0].items) == 7
    with pytest.raises(NotAllowed):
        verbs.strike_try(node.desk, liaison, LAST, "client", ["description"], "tlp:red")
    with pytest.raises(NotAllowed):
        verbs.recall_try(node.desk, liaison, [LAST])


def test_what_waits_behind_many_that_do_not_is_found_by_going_on(
    node: Node, marie: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(node, marie)
    verbs.release(node.desk, marie, "client", ids=[one["id"] for one in OBJECTS[1:]])
    monkeypatch.setattr(queue, "_PAGE", 2)
    monkeypatch.setattr(queue, "_LOOKED_AT", 4)
    (first,) = verbs.waiting(node.desk, marie)
    assert (first.items, bool(first.next)) == ((), True)
    (second,) = verbs.waiting(node.desk, marie, partner="client", after=first.next)
    assert [item.summary.id for item in second.items] == [OBJECTS[0]["id"]]
