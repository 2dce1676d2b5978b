"""Requests in a real browser: what a partner asks is assigned and answered, in English and in French; what cannot be asked is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cordiale.node import open_node
from tests.browser.served import CHANGED, Served
from tests.browser.test_accessible import faults
from tests.browser.test_cyber import shot
from tests.unit.web.asked import ask_us

Enter = Callable[..., Any]
WORDS = {
    "en": {"ask": "Ask partners…", "name": "Have you seen this page?", "answer": "Answer", "work": "being worked on", "late": "overdue", "no": "no partner of this node"},
    "fr": {"ask": "Demander à des partenaires…", "name": "Avez-vous vu cette page ?", "answer": "Répondre", "work": "en cours de traitement", "late": "en retard", "no": "n’est pas un partenaire"},
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def asked(served: Served) -> None:
    """Let France have asked twice: one question is still in time."""
    with open_node(served.folder, environ={}) as opened:
        for n, due in enumerate(("2032-12-01T16:00:00.000Z", "2026-03-02T16:00:00.000Z"), 1):
            ask_us(opened.desk, "france", CHANGED, n, due)


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("fr", 360)])
def test_a_partners_question_is_assigned_and_answered(enter: Enter, lang: str, width: int) -> None:
    words = WORDS[lang]
    page = enter("officer", lang=lang, width=width)
    page.goto("/requests")
    assert words["late"] in page.locator("table.list").first.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(page, f"requests-{lang}")
    page.locator("table.list tr", has_text=words["name"]).last.get_by_role("link").click()
    assign = page.locator("form[action$='/assign']")
    assign.locator("[name=person]").fill("claire")
    assign.locator("button").click()
    page.locator("p.said[role=status]").wait_for()
    assert "claire" in page.locator("dl.fields").inner_text()
    answer = page.locator("form[action$='/answer']")
    answer.locator("[name=state]").select_option("accepted")
    answer.locator("button").click()
    page.locator("p.said[role=status]").wait_for()
    assert words["work"] in page.locator("main").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(page, f"request-{lang}")


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_what_cannot_be_asked_is_said_and_what_was_typed_stays(enter: Enter, lang: str) -> None:
    words = WORDS[lang]
    page = enter("officer", lang=lang, complains=False)
    page.goto(f"/objects/{CHANGED}")
    page.get_by_role("link", name=words["ask"]).click()
    form = page.locator("form[action='/requests/ask']")
    assert form.locator("[name=objects]").input_value() == CHANGED
    form.locator("[name=to]").first.check()
    form.locator("[name=en]").fill("Anything new?")
    form.locator("[name=marking]").fill("tlp:green")
    form.locator("button.primary").click()
    page.locator("p.problem[role=alert]").wait_for()
    assert page.locator("form[action='/requests/ask'] [name=en]").input_value() == "Anything new?"


def test_axe_finds_nothing_on_the_pages_of_requests(enter: Enter) -> None:
    page = enter("officer", lang="fr", bypass_csp=True, complains=False)
    page.goto("/requests?all=yes")
    assert faults(page, "/requests") == []
    page.locator("table.list a").first.click()
    assert faults(page, "/requests/…") == []
