"""An incident in a real browser: opened, grown by an event, an impact and a task, read in English and in French."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from cordiale.desk.actor import house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.joint.incident.adding import add_event, add_impact, add_task
from cordiale.joint.incident.giving import name_what_goes
from cordiale.joint.incident.opening import affect, open_incident
from cordiale.joint.words import Words
from cordiale.node import open_node
from cordiale.node.node import Node
from tests.browser.served import CHANGED, Served
from tests.browser.test_accessible import faults
from tests.browser.test_cyber import shot

Enter = Callable[..., Any]
HOUR = 3_600_000_000
PORT = "identity--00000000-0000-4000-8000-0000000000aa"
WORDS = {
    "en": {"next": "What is next", "task": "Cut the line to the cranes", "sector": "Transportation (Canada)", "add": "Add the event", "done": "done", "counts": "3 organisations"},
    "fr": {"next": "La suite", "task": "Couper la liaison avec les grues", "sector": "Transports (Canada)", "add": "Ajouter l’événement", "done": "faite", "counts": "3 organisations"},
}  # fmt: skip


def fill(opened: Node) -> str:
    """Make an incident with what a real one has, and return its id."""
    desk, marie = opened.desk, house("marie")
    port = {
        "type": "identity",
        "spec_version": "2.1",
        "id": PORT,
        "created": "2026-03-02T08:00:00.000Z",
        "modified": "2026-03-02T08:00:00.000Z",
        "name": "Port of Example",
        "identity_class": "organization",
        "sectors": ["transportation"],
    }
    import_(desk, marie, [of_bytes("port", orjson.dumps([port]))], marking="tlp:amber")
    made = open_incident(
        desk,
        marie,
        Words("Cranes of the port stopped", "Grues du port à l'arrêt"),
        words=Words("The control of six cranes was lost for an hour.", "La commande de six grues a été perdue pendant une heure."),
        findings=[CHANGED],
        marking="tlp:amber",
        criticality=70,
        types=["unauthorized-access-system"],
        detected=["system-outage"],
        sectors=["ca:transportation"],
    )  # fmt: skip
    now = desk.clock()
    add_event(desk, marie, made.id, Words("Sign-in from outside", "Connexion depuis l'extérieur"), start=now - 30 * HOUR, fidelity="hour", types=["theft-access-credentials"])  # fmt: skip
    add_event(desk, marie, made.id, Words("Cranes stop", "Les grues s'arrêtent"), start=now - 26 * HOUR, end=now - 25 * HOUR)  # fmt: skip
    add_impact(desk, marie, made.id, "availability", {"availability_impact": 75}, counts={"organization": 3}, start=now - 26 * HOUR, criticality=80)  # fmt: skip
    add_impact(desk, marie, made.id, "monetary", {"variety": "business-disruption", "min_amount": 120000, "max_amount": 400000, "currency": "EUR"}, marking="tlp:amber+strict")  # fmt: skip
    add_task(desk, marie, made.id, Words("Cut the line to the cranes", "Couper la liaison avec les grues"), end=now - HOUR, priority=90, owner="us", types=["containment"])  # fmt: skip
    add_task(desk, marie, made.id, Words("Tell the other ports", "Prévenir les autres ports"), end=now + 24 * HOUR)  # fmt: skip
    affect(desk, marie, made.id, PORT)
    name_what_goes(desk, marie, made.id)
    return made.id


@pytest.fixture(scope="module")
def held(served: Served) -> str:
    with open_node(served.folder, environ={}) as opened:
        return fill(opened)


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("fr", 360)])
def test_an_incident_is_read_and_grows(enter: Enter, held: str, lang: str, width: int) -> None:
    words = WORDS[lang]
    page = enter("officer", lang=lang, width=width)
    page.goto("/domains/cyber/incidents")
    assert words["sector"] in page.locator("main").inner_text()
    shot(page, f"incidents-{lang}")
    page.goto(f"/domains/cyber/incident?id={held}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    following = page.locator("section[aria-labelledby=next]").inner_text()
    assert words["next"] in following
    assert following.index(words["task"]) > 0
    assert words["counts"] in page.locator("section[aria-labelledby=impacts]").inner_text()
    assert "Port of Example" in page.locator("section[aria-labelledby=who]").inner_text()
    shot(page, f"incident-{lang}")

    page.locator("section[aria-labelledby=add] > details").first.locator("> summary").click()
    form = page.locator("form", has_text=words["add"])
    form.locator("[name=name_en]").fill(f"Seen again by {lang}")
    form.locator("[name=start]").fill("2026-11-20T08:30")
    form.get_by_role("button", name=words["add"]).click()
    page.locator("p.said[role=status]").wait_for()
    assert f"Seen again by {lang}" in page.locator("section[aria-labelledby=timeline]").inner_text()

    page.goto(f"/domains/cyber/incident?id={held}&impact=physical")
    shape = page.locator("#impact form")
    shape.locator("[name=detail-impact_type]").select_option("damaged-functional")
    shape.locator("[name=detail-asset_type]").select_option("vehicles")
    shape.locator("button.primary").click()
    page.locator("p.said[role=status]").wait_for()

    row = page.locator("section[aria-labelledby=timeline] tr", has_text=words["task"])
    row.locator("summary").click()
    row.locator("select[name=state]").select_option("successful" if lang == "fr" else "ongoing")
    row.get_by_role("button").click()
    page.locator("p.said[role=status]").wait_for()
    if lang == "fr":
        told = page.locator("section[aria-labelledby=timeline] tr", has_text=words["task"]).inner_text()
        assert words["done"] in told


def test_axe_finds_nothing_on_the_pages_of_incidents(enter: Enter, held: str) -> None:
    page = enter("officer", lang="fr", bypass_csp=True, complains=False)
    for address in ("/domains/cyber/incidents", f"/domains/cyber/incident?id={held}&impact=monetary"):
        page.goto(address)
        assert faults(page, address) == []
