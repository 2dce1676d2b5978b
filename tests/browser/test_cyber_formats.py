"""A report pasted and taken in, a feed added, and the matrix of ATT&CK, in a real browser, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.browser.conftest import SHOTS
from tests.browser.test_accessible import faults
from tests.unit.domains.cyber.test_attack import FIRST, indicator, packed

Enter = Callable[..., Any]
TEXT = """Report on harbours
Source: https://www.cert.example/report

Indicators:
- quay[.]example
- 198.51.100[.]23
- 10.0.0.1
"""
WORDS = {
    "en": {"read": "Read a report", "left": "an address of private networks", "feeds": "Feeds for tools", "cell": "Kept way"},
    "fr": {"read": "Lire un rapport", "left": "une adresse de réseaux privés", "feeds": "Flux pour outils", "cell": "Kept way"},
}  # fmt: skip


def shot(page: Any, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=str(SHOTS / f"cyber-{name}.png"), full_page=True)


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("fr", 360)])
def test_a_pasted_report_shows_what_it_holds_before_it_is_taken(enter: Enter, lang: str, width: int) -> None:
    words = WORDS[lang]
    page = enter("analyst", lang=lang, width=width)
    assert faults(page, "/domains/cyber/reading") == []
    assert words["read"] in page.inner_text("h1")
    page.fill("[name=text]", TEXT.replace("quay", f"quay-{lang}"))
    page.click("main button.primary")
    page.wait_for_selector("td.pick input")
    listed = page.locator("td.name code").all_inner_texts()
    assert listed == [f"quay-{lang}.example", "198.51.100.23"]
    assert words["left"] in page.inner_text("main")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(page, f"reading-{lang}")
    page.uncheck("[name=take-1]")
    page.fill("[name=marking]", "tlp:green")
    page.click("button[value=take]")
    page.wait_for_url("**/domains/cyber/indicators")
    assert f"quay-{lang}.example" in page.inner_text("main")


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("fr", 360)])
def test_a_feed_is_added_and_shows_its_address(enter: Enter, lang: str, width: int) -> None:
    words = WORDS[lang]
    page = enter("analyst", lang=lang, width=width)
    page.goto("/domains/cyber/feeds")
    assert words["feeds"] in page.inner_text("h1")
    page.fill("main [name=name]", f"ports-{lang}")
    page.locator("main select[name=format]").first.select_option("rpz")
    page.locator("button[value=add]").click()
    page.locator("td.name code", has_text=f"/api/v1/feeds/ports-{lang}.rpz").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(page, "/domains/cyber/feeds") == []
    shot(page, f"feeds-{lang}")


def test_the_matrix_opens_a_technique_and_its_objects(enter: Enter, tmp_path: Path) -> None:
    page = enter("analyst", lang="en", width=1280)
    page.goto("/domains/cyber/attack")
    assert "cordiale cyber attack import" in page.inner_text("main")
    (tmp_path / "bundle.json").write_bytes(packed(*FIRST, indicator("names the way", "T1002")))
    page.goto("/import")
    page.set_input_files("input[type=file]", str(tmp_path / "bundle.json"))
    page.fill("[name=marking]", "tlp:green")
    page.click("main button.primary")
    page.wait_for_url("**/import/**")
    for lang, width in (("en", 1280), ("fr", 360)):
        page = enter("analyst", lang=lang, width=width)
        assert faults(page, "/domains/cyber/attack?technique=T1002.001") == []
        cell = page.locator(".matrix .cell", has_text="Kept way")
        assert "1" in cell.locator("strong").inner_text()
        assert "shade-1" in (cell.get_attribute("class") or "")
        cell.click()
        page.wait_for_selector("#technique")
        assert "names the way" in page.inner_text("#technique")
        assert "TLP:GREEN" in page.inner_text("body")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shot(page, f"attack-{lang}")
    with page.expect_download() as saved:
        page.click("a[href*='/domains/cyber/layer']")
    made = orjson.loads(Path(saved.value.path()).read_bytes())
    assert [one["techniqueID"] for one in made["techniques"]] == ["T1002"]
    assert made["description"] == "TLP:GREEN"
