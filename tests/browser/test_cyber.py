"""An indicator in a real browser: what it is worth, who saw it, what has to do with it; decided, taken back, drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cordiale.node import open_node
from tests.browser.conftest import SHOTS
from tests.browser.served import Served
from tests.browser.test_accessible import faults
from tests.unit.domains.cyber.held_here import BEACON, fill

Enter = Callable[..., Any]
HERE = f"/domains/cyber/indicator?id={BEACON}"

WORDS = {
    "en": {"warned": "on a warning list", "within": "lies in the network", "same": "They are the same: keep this one", "back": "Take this back", "graph": "Graph of correlations", "choose": "Choose"},
    "fr": {"warned": "sur une liste d’avertissement", "within": "se trouve dans le réseau", "same": "C’est le même : garder celui-ci", "back": "Annuler cette décision", "graph": "Graphe des corrélations", "choose": "Choisir"},
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def held(served: Served, tmp_path_factory: pytest.TempPathFactory) -> None:
    with open_node(served.folder, environ={}) as opened:
        fill(opened, tmp_path_factory.mktemp("lists"))


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("fr", 360)])
def test_an_indicator_is_read_decided_on_and_drawn(enter: Enter, lang: str, width: int) -> None:
    words = WORDS[lang]
    page = enter("analyst", lang=lang, width=width)
    page.goto("/domains/cyber/indicators")
    assert words["warned"] in page.locator("table.list").inner_text()
    shot(page, f"cyber-indicators-{lang}")
    page.goto(HERE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("svg.seen-over-time rect").count() > 10
    assert words["within"] in page.locator("section[aria-labelledby=related]").inner_text()
    shot(page, f"cyber-indicator-{lang}")

    form = page.locator("form", has_text=words["same"]).first
    form.locator("[name=reason]").fill("one name")
    form.get_by_role("button", name=words["same"]).click()
    page.get_by_role("button", name=words["back"]).click()
    page.locator("form", has_text=words["same"]).first.wait_for()

    page.locator("section[aria-labelledby=differ] details").first.locator("summary").click()
    chosen = page.locator("section[aria-labelledby=differ] form").first
    chosen.locator("select").select_option("france")
    chosen.locator("[name=reason]").fill("theirs says what it is")
    chosen.get_by_role("button", name=words["choose"], exact=True).click()
    assert page.locator("h1").inner_text() == "Balise du sosie du ministère"
    back = page.locator("section[aria-labelledby=differ] form").first
    page.locator("section[aria-labelledby=differ] details").first.locator("summary").click()
    back.locator("select").select_option("")
    back.locator("[name=reason]").fill("again")
    back.get_by_role("button", name=words["choose"], exact=True).click()

    page.get_by_role("link", name=words["graph"]).click()
    page.locator(".graph .board canvas").first.wait_for()
    assert words["within"] in page.locator("table.list").last.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(page, f"cyber-correlations-{lang}")
    page.goto("/domains/cyber/correlations")
    page.locator("[name=value]").fill("198.51.100.23")
    page.locator("main button.primary").click()
    page.locator(".graph .board canvas").first.wait_for()
    page.goto(f"/objects/{BEACON}?tab=graph")
    page.locator(".graph .board canvas").first.wait_for()


def test_axe_finds_nothing_on_the_pages_of_indicators(enter: Enter) -> None:
    page = enter("analyst", lang="fr", bypass_csp=True, complains=False)
    for address in ("/domains/cyber/indicators", HERE, f"/domains/cyber/correlations?id={BEACON}"):
        page.goto(address)
        assert faults(page, address) == []


def shot(page: Any, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)
