"""A request for information goes to those it asks, is answered with objects, and settled by who asked."""

from __future__ import annotations

import orjson
import pytest

from cordiale.desk.actor import Actor
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.outgoing.release import release
from cordiale.desk.views.show import show
from cordiale.joint.answer import answer
from cordiale.joint.case import cases, open_case
from cordiale.joint.request import ask, assign, request_show, requests, settle
from cordiale.joint.words import Words
from cordiale.platform.errors import Conflict, InputError, NotAllowed, NotFound
from cordiale.stix.scos import deterministic_id
from cordiale.store import search
from tests.unit.desk.conftest import indicator
from tests.unit.joint.conftest import MARKING, OFFICER, Three

SEEN = Words("Have you seen this page?", "Avez-vous vu cette page ?")
TWO = "tlp:amber rel:nation-can|nation-fra"


def test_a_question_is_answered_with_objects_and_settled(three: Three) -> None:
    can, fra = three["can"], three["fra"]
    due = can.clock() + 3_600_000_000
    made = ask(can, OFFICER, ["fra"], SEEN, marking=TWO, due=due, priority="high")
    assert [one.state for one in made.sent] == ["goes"]
    three.exchange()
    (there,) = requests(fra, OFFICER)
    assert (there.asker, there.words, there.due, there.state, there.ours) == ("can", SEEN, due, "open", False)
    assert assign(fra, OFFICER, there.id[6:14], "claire").assigned == "claire"
    answer(fra, OFFICER, there.id, "accepted")
    three.exchange()
    assert (request_show(can, OFFICER, made.id).state, request_show(can, OFFICER, made.id).assigned) == (
        "accepted",
        "",
    )
    import_(fra, OFFICER, [of_bytes("objects", orjson.dumps([indicator(7)]))], marking=TWO)
    given = answer(fra, OFFICER, there.id, "answered", Words(fr="Oui, hier."), objects=[indicator(7)["id"]])
    assert [one.state for one in given.sent] == ["goes"]
    three.exchange()
    here = request_show(can, OFFICER, made.id)
    assert (here.state, [one.words.fr for one in here.answers]) == ("answered", ["", "Oui, hier."])
    assert show(can, OFFICER, here.answers[1].objects[0]).statements[0].summary.source == "fra"
    settle(can, OFFICER, made.id, "satisfied", Words("Thank you", "Merci"))
    three.exchange()
    assert requests(fra, OFFICER) == []
    assert requests(fra, OFFICER, everything=True)[0].state == "satisfied"
    with pytest.raises(Conflict, match="settled already"):
        answer(fra, OFFICER, there.id, "partial", Words("More"))


def test_who_was_not_asked_hears_nothing_and_cannot_answer(three: Three) -> None:
    made = ask(three["can"], OFFICER, ["fra"], SEEN, marking=TWO)
    three.exchange()
    assert requests(three["gbr"], OFFICER) == []
    assert b"this page" not in three.world.nodes["gbr"].store.snapshot()
    with pytest.raises(NotFound):
        answer(three["gbr"], OFFICER, made.id, "answered", Words("Yes"))
    with pytest.raises(NotAllowed, match="not asked"):
        answer(three["can"], OFFICER, made.id, "answered", Words("Yes"))
    with pytest.raises(NotAllowed, match="can asked this"):
        settle(three["fra"], OFFICER, made.id, "satisfied")


def test_a_request_is_overdue_when_its_time_is_over_and_nothing_came(three: Three) -> None:
    can = three["can"]
    made = ask(can, OFFICER, ["fra"], SEEN, marking=TWO, due=can.clock() + 60_000_000)
    assert not request_show(can, OFFICER, made.id).overdue
    three.pass_time(120)
    assert request_show(can, OFFICER, made.id).overdue
    with pytest.raises(InputError, match="over already"):
        ask(can, OFFICER, ["fra"], SEEN, marking=TWO, due=can.clock() - 1)


def test_an_analyst_asks_and_an_officer_lets_it_go(three: Three) -> None:
    can = three["can"]
    made = ask(can, Actor("ann", frozenset({"analyst"})), ["fra"], SEEN, marking=TWO)
    assert [one.state for one in made.sent] == ["officer"]
    three.exchange()
    assert requests(three["fra"], OFFICER) == []


def test_who_asks_is_named_once(three: Three) -> None:
    for number in range(2):
        ask(three["can"], OFFICER, ["fra"], Words(f"Question {number}"), marking=TWO)
    with three["can"].store.read() as tx:
        assert search.counts(tx, None)["identity"] == 1


def test_a_case_or_a_request_about_an_account_names_nobody(three: Three) -> None:
    value = {"type": "user-account", "spec_version": "2.1", "account_login": "winter_truth_4417"}
    value |= {"id": deterministic_id(value)}
    import_(three["can"], OFFICER, [of_bytes("account", orjson.dumps([value]))], marking=MARKING)
    words = Words("Who is this?", "Qui est-ce ?")
    about = {"marking": MARKING, "objects": [value["id"]]}
    with pytest.raises(InputError, match="by its id first"):
        open_case(three["can"], OFFICER, title=words, members=["fra"], **about)
    with pytest.raises(InputError, match="by its id first"):
        ask(three["can"], OFFICER, to=["fra"], words=words, **about)
    ours = ask(three["fra"], OFFICER, to=["can"], words=words, marking=MARKING)
    three.exchange()
    with pytest.raises(InputError, match="by its id first"):
        answer(three["can"], OFFICER, ours.id, state="answered", words=words, objects=[value["id"]])
    three.exchange()
    with three["can"].store.read() as tx:
        assert cases(tx, three["can"], OFFICER) == []
    assert b"winter_truth_4417" not in three.world.nodes["fra"].store.snapshot()

    release(three["can"], OFFICER, "fra", ids=[value["id"]], reason="Court ruling")
    opened = open_case(three["can"], OFFICER, title=words, members=["fra"], **about)
    assert [one.state for one in opened.sent] == ["goes"]
    three.exchange()
    assert show(three["fra"], OFFICER, value["id"]).statements[0].value["account_login"]
