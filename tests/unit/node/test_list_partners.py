"""A list says what each partner has of each line, in one answer, as the object's own page does."""

from __future__ import annotations

from typing import Any

from cordiale.desk.actor import Actor, house
from cordiale.desk.answers import Chip
from cordiale.desk.outgoing.release import refuse
from cordiale.desk.views.search import search
from cordiale.desk.views.show import show
from cordiale.release.recipient import Recipient
from cordiale.web.app import app
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import Pair
from tests.unit.web.asgi import ask

GREEN, AMBER, RED, REFUSED = (indicator(n) for n in (1, 2, 3, 4))


def said(chip: Chip) -> tuple[Any, ...]:
    return chip.partner, chip.form, chip.reason and (chip.reason.code, chip.reason.params)


def test_the_list_says_of_each_line_what_the_objects_page_says(pair: Pair) -> None:
    desk, marie = pair.canada.desk, pair.officer
    pair.take(GREEN, REFUSED)
    pair.take(AMBER, marking="tlp:amber")
    pair.take(RED, marking="tlp:red")
    refuse(desk, marie, "france", ids=[REFUSED["id"]])
    pair.exchange()
    items = search(desk, marie, partners=True).items
    assert {i.id: [said(c) for c in i.partners] for i in items} == {
        i.id: [said(c) for c in show(desk, marie, i.id).partners] for i in items
    }
    codes = {i.id: i.partners[0].reason.code for i in items if i.partners[0].reason}
    assert codes[RED["id"]] == "tlp-too-narrow"
    assert codes[AMBER["id"]] == "approval-needed"
    assert {i.partners for i in search(desk, marie).items} == {()}  # only where it is asked for
    page = ask(app(pair.canada, actor=house("tester")), "/objects", accept_language="fr").text
    assert page.count("partner small withheld") == 2
    assert page.count("partner small waiting") == 1
    assert page.count("partner small verbatim") == 1


def test_a_partner_is_not_told_what_it_stated_itself_nor_what_others_have(pair: Pair) -> None:
    pair.take(GREEN)
    pair.exchange()
    (received,) = search(pair.france.desk, pair.officer, partners=True).items
    assert received.partners == ()  # Canada said it
    them = Actor("france", frozenset({"analyst"}), Recipient(node="france", nation="FRA", tlp="green"))
    assert {i.partners for i in search(pair.canada.desk, them, partners=True).items} <= {()}
