"""A log in a real browser: given by a form, looked through, its lines opened, a sighting stated of what was seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cordiale.node import open_node
from tests.browser.conftest import SHOTS
from tests.browser.served import Served
from tests.browser.test_accessible import faults
from tests.unit.domains.cyber.test_matching_runs import LOG, indicator, line, take

Enter = Callable[..., Any]
HERE = "/domains/cyber/matches"

WORDS = {
    "en": {"lines": "Lines", "state": "State sightings of those chosen", "stated": "stated", "done": "Sightings stated: 2"},
    "fr": {"lines": "Lignes", "state": "Déclarer les observations choisies", "stated": "déclarée", "done": "Observations déclarées"},
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def held(served: Served) -> None:
    with open_node(served.folder, environ={}) as opened:
        take(
            opened,
            indicator(
                41, "[domain-name:value = 'evil.example']", name="Command server of the harbour campaign"
            ),
            indicator(42, "[ipv4-addr:value ISSUBSET '198.51.100.0/24']", name="Hosting network"),
        )


def looked_through(page: Any, folder: Path, name: str, more: str = "") -> None:
    """Give a log by the form and open the run it made."""
    (folder / name).write_text(LOG + more)
    page.goto(HERE)
    page.set_input_files("[name=log]", str(folder / name))
    page.fill("[name=marking]", "tlp:green")
    page.click("main button.primary")
    page.wait_for_url("**/domains/cyber/match*")
    link = page.locator("table.list a", has_text=name)
    while "match?" not in page.url:
        page.goto(HERE)
        if link.count():
            link.first.click()
            page.wait_for_url("**/match?run=*")


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("fr", 360)])
def test_a_log_is_looked_through_and_a_sighting_stated(
    enter: Enter, tmp_path: Path, lang: str, width: int
) -> None:
    words = WORDS[lang]
    page = enter("analyst", lang=lang, width=width)
    page.goto(HERE)
    shot(page, f"cyber-matches-{lang}")
    more = "".join(line(20 + n, "www.evil.example") for n in range(8 if lang == "en" else 9))
    looked_through(page, tmp_path, f"proxy-{lang}.jsonl", more)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    row = page.locator("table.list tbody tr", has_text="Command server")
    page.locator("table.list summary", has_text=words["lines"]).first.click()
    assert f"proxy-{lang}.jsonl" in page.locator("table.list details").first.inner_text()
    assert page.locator("svg.tree circle").count() >= 3
    shot(page, f"cyber-match-{lang}")
    page.get_by_role("button", name=words["state"]).click()
    page.locator("p.said[role=status]", has_text=words["done"]).wait_for()
    row.get_by_role("link", name=words["stated"]).click()
    page.wait_for_url("**/objects/sighting--*")


def test_axe_finds_nothing_on_the_pages_of_matching(enter: Enter, tmp_path: Path) -> None:
    page = enter("analyst", lang="fr", bypass_csp=True, complains=False)
    looked_through(page, tmp_path, "axe.jsonl")
    found = [fault for address in (HERE, page.url) for fault in faults(page, address)]
    assert not found, "\n".join(found)


def shot(page: Any, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=str(SHOTS / f"{name}.png"), full_page=True)
