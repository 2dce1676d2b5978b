"""A suspect article beside its source, in a real browser: pasted, compared, opened claim by claim, and taken away as a sheet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_accessible import faults
from tests.unit.domains.information.test_sheet import DERIVED, SOURCE

Enter = Callable[..., Any]
HERE = "/domains/information/lineages"

WORDS = {
    "en": {"strengthened": "strengthened", "out": "left out", "sheet": "Save the drift sheet", "title": "Drift sheet"},
    "fr": {"strengthened": "accentué", "out": "omis", "sheet": "Enregistrer la fiche de glissement", "title": "Fiche de glissement de sens"},
}  # fmt: skip

LEVEL = """() => [...document.querySelectorAll('.sentence.chosen')].map(one => {
  const pane = one.closest('.pane').getBoundingClientRect(), box = one.getBoundingClientRect();
  return box.top >= pane.top - 1 && box.top < pane.bottom && pane.top < innerHeight && pane.bottom > 0;
})"""


def pasted(page: Any, name: str) -> None:
    """Paste the two texts and wait for what was found."""
    page.goto(HERE)
    page.fill("[name=suspect]", DERIVED)
    page.fill("[name=suspect_name]", name)
    page.fill("[name=source]", SOURCE + "\n" + "The study of tides is published later.\n" * 30)
    page.fill("[name=marking]", "tlp:amber")
    page.click("main button.primary")
    page.wait_for_url("**/lineage?id=*")


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("fr", 360)])
def test_a_drifted_claim_opens_beside_its_source(enter: Enter, tmp_path: Path, lang: str, width: int) -> None:
    words = WORDS[lang]
    page = enter("analyst", lang=lang, width=width)
    page.goto("/")
    page.locator("nav.rail a", has_text="Information").click()
    page.wait_for_url("**/domains/information")
    pasted(page, f"Daily Shore {lang}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    row = page.locator("table.drift tbody tr", has_text="four hundred")
    assert words["strengthened"] in row.locator(".label").inner_text()
    row.locator("[data-opens-pair]").click()
    chosen = page.locator(".sentence.chosen")
    assert chosen.count() == 2
    assert "About forty ships" in chosen.nth(0).inner_text()
    assert words["strengthened"] in chosen.nth(1).inner_text()
    assert page.evaluate(LEVEL) == [True, True]
    assert page.locator(".sentence.omitted .label").first.inner_text().endswith(words["out"])

    page.locator(".pane").nth(1).locator("a", has_text="received a request").focus()
    page.keyboard.press("Enter")
    assert "not received any request" in chosen.nth(0).inner_text()
    opened = page.url
    page.goto("/")
    page.goto(opened)  # a link to a claim opens it again
    page.locator(".sentence.chosen").nth(1).wait_for()

    page.locator("summary", has_text=words["sheet"]).click()
    with page.expect_download() as download:
        page.locator("details.sheet-menu a").first.click()
    download.value.save_as(tmp_path / "sheet.html")
    sheet = (tmp_path / "sheet.html").read_text("utf-8")
    assert all(one["title"] in sheet for one in WORDS.values())
    assert sheet.count("TLP:AMBER") >= 2
    assert sheet.index(words["title"] + "</h1>") == min(
        sheet.index(one["title"] + "</h1>") for one in WORDS.values()
    )


def test_axe_finds_nothing_on_the_pages_of_lineage(enter: Enter) -> None:
    page = enter("analyst", lang="fr", bypass_csp=True, complains=False)
    pasted(page, "Daily Shore axe")
    found = [fault for address in (HERE, page.url) for fault in faults(page, address)]
    assert not found, "\n".join(found)
