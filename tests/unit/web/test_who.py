"""Chips of partners lead to why, those that do not fit open, and an object's page leads to its page in a domain."""

from __future__ import annotations

from typing import Any

from cordiale.desk.actor import house
from cordiale.desk.domain import domains
from cordiale.joint.incident.opening import open_incident
from cordiale.joint.words import Words
from cordiale.node import Node
from cordiale.web.app import app
from cordiale.web.domains import leads
from cordiale.web.lines import PartnerChip
from cordiale.web.render import environment
from tests.unit.web.asgi import ask

CHIPS = [
    PartnerChip(name, "verbatim" if name == "sweden" else "withheld", "word", "why", "", None)
    for name in ("france", "germany", "italy", "japan", "norway", "poland", "states", "sweden")
]
FIRST = "indicator--00000000-0000-4000-8000-000000000001"


def drawn(macro: str, *given: Any) -> str:
    parts = environment().get_template("parts.html")
    made = parts.make_module({"_": lambda message, **_params: message})
    return str(getattr(made, macro)(*given))


def test_at_most_six_partners_stand_beside_an_object_and_the_others_open() -> None:
    shown = drawn("partners", CHIPS, "why", "/objects/x")
    first, more, rest = shown.partition('<details class="rest">')
    assert more
    assert (first.count('class="partner'), rest.count('class="partner')) == (6, 2)
    assert 'href="/objects/x?tab=decisions#d8" aria-describedby="why-8"' in rest
    assert ">+2<" in rest
    assert "details" not in drawn("partners", CHIPS[:6], "why", "/objects/x")


def test_a_line_shows_first_who_has_something() -> None:
    first, _more, rest = drawn("holders", CHIPS).partition('<details class="rest">')
    assert first.count("<li") == 4
    assert first.index("sweden") < first.index("france")
    assert rest.count('class="partner') == 5
    assert "details" not in drawn("holders", CHIPS[:5])


def test_a_chip_leads_to_the_decision_about_that_partner(partnered: Node) -> None:
    pages: Any = app(partnered, actor=house("marie"))
    page = ask(pages, f"/objects/{FIRST}").text
    assert f'href="/objects/{FIRST}?tab=decisions#d1"' in page
    assert 'id="d1"' in ask(pages, f"/objects/{FIRST}?tab=decisions").text


def test_an_object_leads_to_its_page_in_a_domain_and_back(partnered: Node) -> None:
    pages: Any = app(partnered, actor=house("marie"))
    made = open_incident(partnered.desk, house("marie"), Words("Cranes", "Grues"), marking="tlp:green")
    for stix_id, page in ((made.id, "incident"), (FIRST, "indicator")):
        address = f"/domains/cyber/{page}?id={stix_id}"
        assert f'href="{address}">See in Cyber</a>' in ask(pages, f"/objects/{stix_id}").text
        own = ask(pages, address).text
        assert f'href="/objects/{stix_id}"' in own
        assert f'href="/objects/{stix_id}?tab=decisions#d1"' in own, "who sees it stands there too"
    assert 'class="chip tlp tlp-green"' in ask(pages, "/domains/cyber/incidents").text
    assert 'class="chip tlp tlp-amber"' in ask(pages, "/domains/cyber/indicators?expired=yes").text


def test_a_case_of_partners_is_no_incident_of_theirs() -> None:
    from cordiale.stix.extensions import PUBLISHED

    def pages(kind: str, **more: Any) -> list[str]:
        return [
            one["href"].partition("?")[0]
            for one in leads(domains(), house("marie"), f"{kind}--x", {"type": kind} | more, "fr")
        ]

    case = {"extensions": {PUBLISHED["joint-case"]: {"kind": "response"}}}
    assert pages("incident") == ["/domains/cyber/incident", "/domains/information/incident"]
    assert pages("incident", **case) == ["/domains/information/response"]
    assert pages("intrusion-set") == ["/domains/information/gathered"]
    assert pages("indicator") == [], "without a pattern there is nothing to look for"
    assert pages("report") == []
