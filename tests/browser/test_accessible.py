"""axe-core finds nothing on any page, in both languages and both schemes (WCAG 2.2 AA and best practices)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.served import CAMPAIGN, CHANGED, PLACED, REPORT, Served

AXE = Path(__file__).parents[2] / "build" / "web" / "node_modules" / "axe-core" / "axe.min.js"

PAGES = (
    "/",
    "/objects",
    "/objects?q=lantern&type=campaign",
    "/objects?q=nothingatall",
    f"/objects/{CAMPAIGN}",
    f"/objects/{CAMPAIGN}?tab=graph",
    f"/objects/{CAMPAIGN}?tab=timeline",
    f"/objects/{CHANGED}?tab=versions",
    f"/objects/{CHANGED}?tab=decisions",
    f"/objects/{CAMPAIGN}?tab=raw",
    f"/objects/{REPORT}",
    f"/objects/{CHANGED}/purge",
    f"/objects/{PLACED}?tab=map",
    "/release",
    "/partners",
    "/see-as",
    "/nowhere",
)

ASKED = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}, "resultTypes": ["violations"]}  # fmt: skip
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}


def test_axe_finds_nothing_on_any_page_in_either_scheme(enter: Callable[..., Any]) -> None:
    """Pages take turns in English and French; `--long` looks at each in both."""
    pages = {lang: enter(lang=lang, bypass_csp=True, complains=False) for lang in ("en", "fr")}
    found = [
        fault for n, address in enumerate(PAGES) for fault in faults(pages["fr" if n % 2 else "en"], address)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_form_that_is_not_taken_leads_to_its_field(
    enter: Callable[..., Any], served: Served, scripts: bool
) -> None:
    page = enter(lang="fr", bypass_csp=True, complains=False, java_script_enabled=scripts)
    page.goto(f"/objects/{CHANGED}")
    page.locator("details.say > summary").click()
    page.locator("details.say [name=content]").fill("Vu aussi à Québec")
    page.locator("details.say [name=marking]").fill("tlp:mauve")
    page.locator("details.say button.primary").click()
    page.wait_for_url("**/say")
    field = page.locator("details.say[open] [name=marking]:focus[aria-invalid=true]")
    assert field.input_value() == "tlp:mauve"
    said = page.locator(f"#{field.get_attribute('aria-describedby')}")
    assert "tlp:mauve" in said.inner_text()
    assert page.locator("details.say [name=content]").input_value() == "Vu aussi à Québec"
    if scripts:
        assert looked_at(page, "a form that is not taken") == []


@pytest.mark.long
@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("width", [360, 1400])
def test_axe_finds_nothing_in_either_language_narrow_or_wide(
    enter: Callable[..., Any], lang: str, width: int
) -> None:
    page = enter(lang=lang, width=width, bypass_csp=True, complains=False)
    found = [fault for address in PAGES for fault in faults(page, address)]
    assert not found, "\n".join(found)


def faults(page: Any, address: str) -> list[str]:
    """Open a page and return what axe says of it: everything when light, contrast when dark."""
    page.emulate_media(color_scheme="light")
    page.goto(address)
    if "graph" in address:
        page.locator("[data-graph][data-ready=drawn]").wait_for()
    if "map" in address:
        page.locator("[data-map][data-ready=drawn]").wait_for()
    return looked_at(page, address)


def looked_at(page: Any, address: str) -> list[str]:
    """Return what axe says of the page that is open: everything when light, contrast when dark."""
    page.emulate_media(color_scheme="light")
    page.evaluate(AXE.read_text("utf-8"))
    violations = page.evaluate("asked => axe.run(document, asked)", ASKED)["violations"]
    page.emulate_media(color_scheme="dark")
    violations += page.evaluate("asked => axe.run(document, asked)", CONTRAST)["violations"]
    return [
        f"{address}: {one['id']}: {node['html'][:200]} — {node['failureSummary'][:300]}"
        for one in violations
        for node in one["nodes"][:3]
    ]
