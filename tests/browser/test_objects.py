"""Journeys through the objects, in a real browser: what somebody does in their first five minutes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import SHOTS
from tests.browser.served import CAMPAIGN, CHANGED, PLACED, Served
from tests.unit.web.conftest import HOSTILE

Enter = Callable[..., Any]


def test_words_narrow_the_list_while_they_are_typed_and_the_address_follows(enter: Enter) -> None:
    page = enter()
    page.goto("/objects")
    page.keyboard.press("Control+k")
    page.keyboard.type("lantern")
    page.wait_for_url(re.compile(r"q=lantern"))
    page.locator("td.name a", has_text="Paper Lantern").first.wait_for()
    assert page.locator("td.name a", has_text="Ministry look-alike").count() == 0
    assert page.locator("input[type=search]").input_value() == "lantern"
    page.go_back()
    page.locator("td.name a", has_text="Ministry look-alike").wait_for()


def test_a_facet_narrows_and_its_number_is_that_of_the_list(enter: Enter) -> None:
    page = enter()
    page.goto("/objects")
    facet = page.locator(".facets a", has_text="Campaign").first
    n = int(facet.locator("span").inner_text())
    facet.click()
    page.wait_for_url(re.compile("type=campaign"))
    page.wait_for_function("n => document.querySelectorAll('table.list tbody tr').length === n", arg=n)


def test_the_palette_finds_objects_and_goes_to_pages(enter: Enter) -> None:
    page = enter()
    page.keyboard.press("Control+k")
    page.keyboard.type("lantern")
    page.locator("#palette [data-found]", has_text="Paper Lantern").first.wait_for()
    page.keyboard.press("Control+k")
    page.keyboard.type("objec")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/objects$"))


def test_keys_move_look_and_open(enter: Enter) -> None:
    page = enter()
    page.goto("/objects?type=campaign")
    page.keyboard.press("j")
    name = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("i")
    page.locator("#inspector h2", has_text=name).wait_for()
    page.keyboard.press("Escape")
    assert page.locator("#inspector").is_hidden()
    page.locator("td.name a").first.focus()
    page.keyboard.press("Enter")
    page.locator("h1", has_text=name).wait_for()


def test_keys_without_ctrl_can_be_turned_off(enter: Enter) -> None:
    page = enter()
    page.keyboard.press("?")
    page.locator("dialog#keys input").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("dialog#keys").is_hidden()


def test_an_object_opens_its_graph_and_neighbours_are_expanded(enter: Enter) -> None:
    page = enter()
    page.goto(f"/objects/{CAMPAIGN}")
    page.locator(".tabs a", has_text="Graph").click()
    page.locator("[data-graph][data-ready=drawn]").wait_for()
    graph = "document.querySelector('[data-graph]').cordialeGraph"
    before = page.evaluate(f"{graph}.nodes().length")
    assert before > 2
    page.evaluate(f"void {graph}.nodes('[type=\"indicator\"]').first().select()")
    page.get_by_role("button", name="Expand").click()
    page.wait_for_function(f"n => {graph}.nodes().length > n", arg=before)
    ends = f"{graph}.nodes().filter(n => n.degree() === 1)"
    page.evaluate(f"void ({graph}.nodes().unselect(), {ends}.first().select(), {ends}.last().select())")
    page.get_by_role("button", name="Find a path").click()
    page.locator("[data-state]", has_text="Connected in").wait_for()


def test_places_on_both_sides_of_the_date_line_are_beside_one_another_on_the_map(enter: Enter) -> None:
    page = enter(lang="fr")
    page.goto(f"/objects/{PLACED}")
    page.locator(".tabs a", has_text="Carte").click()
    page.locator("[data-map][data-ready=drawn]").wait_for()
    apart = "() => { const [a, b] = [...document.querySelectorAll('.map .place')].map(c => +c.getAttribute('cx')); return Math.abs(a - b); }"
    near = page.evaluate(apart)
    assert 50 < near < 900
    page.get_by_role("button", name="Agrandir").click()
    assert page.evaluate(apart) > 1.5 * near
    page.locator(".map .board").press("-")
    assert abs(page.evaluate(apart) - near) < 1
    page.get_by_text("17° S, 178,5° O").wait_for()


def test_two_versions_are_compared_word_by_word(enter: Enter) -> None:
    page = enter()
    page.goto(f"/objects/{CHANGED}?tab=versions")
    assert page.locator(".diff del", has_text="ministry's").count() == 1
    assert page.locator(".diff ins", has_text="embassy's").count() == 1


@pytest.mark.parametrize("person", ["officer", "analyst"])
def test_the_language_is_switched_at_once_and_remembered(enter: Enter, person: str) -> None:
    page = enter(person)
    page.goto(f"/objects/{CAMPAIGN}")
    page.get_by_role("button", name="FR Français").click()
    page.locator("h1", has_text="Lanterne de papier").wait_for()
    assert page.url.endswith(CAMPAIGN)
    page.goto("/objects")
    assert page.evaluate("document.documentElement.lang").startswith("fr")


def test_what_is_chosen_is_marked_after_a_dry_run(enter: Enter) -> None:
    page = enter()
    page.goto("/objects?q=embassy")
    page.locator("td.pick input").first.check()
    page.get_by_role("button", name="Mark…").click()
    page.get_by_label("New marking").fill("tlp:red")
    page.get_by_role("button", name="Show what it would do").click()
    page.get_by_text("nothing has changed yet").wait_for()
    page.get_by_role("button", name="Mark them").click()
    page.get_by_text("1 object is marked anew.").wait_for()
    page.goto(f"/objects/{CHANGED}")
    assert "TLP:RED" in page.locator(".banner.top").inner_text()


def test_a_search_is_kept_watched_and_removed(enter: Enter) -> None:
    page = enter("analyst")
    page.goto("/objects?q=lantern")
    page.get_by_text("Keep this search").click()
    page.get_by_label("Name", exact=True).fill("Lanterns")
    page.get_by_text("Watch it").click()
    page.get_by_role("button", name="Keep", exact=True).click()
    page.locator(".kept a", has_text="Lanterns").wait_for()
    page.locator(".kept summary").click()
    page.get_by_role("button", name="Remove").click()
    page.locator(".kept a", has_text="Lanterns").wait_for(state="detached")


def test_columns_are_chosen_and_remembered_and_go_into_the_table_that_is_saved(enter: Enter) -> None:
    page = enter("analyst")
    page.goto("/objects?type=campaign")
    page.locator("summary", has_text="Columns").click()
    page.get_by_role("checkbox", name="Source").uncheck()
    page.get_by_role("checkbox", name="Id").check()
    page.get_by_role("button", name="Show these").click()
    page.locator("th.col-id").wait_for()
    assert page.locator("th.col-source").count() == 0
    page.goto("/objects?type=campaign")
    page.locator("td.col-id", has_text=CAMPAIGN).wait_for()
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="CSV").click()
    head, line, *_more = Path(saved.value.path()).read_text("utf-8-sig").splitlines()
    assert head == '"name","type","marking","modified","id"'
    assert "tlp:amber" in line


def test_a_note_is_written_beside_its_object_and_hostile_words_stay_words(enter: Enter) -> None:
    page = enter("analyst")
    page.goto(f"/objects/{CAMPAIGN}")
    page.get_by_text("Say something about it").click()
    page.get_by_label("Note, or the reason of the opinion").fill("<img src=x onerror=alert(1)> seen again")
    page.get_by_role("button", name="Write it").click()
    page.locator(".notes li", has_text="<img src=x onerror=alert(1)> seen again").wait_for()
    assert page.locator(".notes img").count() == 0


def test_an_officer_sees_as_an_analyst_and_comes_back(enter: Enter) -> None:
    page = enter()
    page.goto("/see-as")
    page.get_by_role("button", name="See as analyst").click()
    page.get_by_text("Seen as analyst").wait_for()
    assert page.locator("main button", has_text="Release…").count() == 0
    page.get_by_role("button", name="Back to my own view").click()
    page.locator(".seen-as").wait_for(state="detached")


def test_stored_script_runs_nowhere(enter: Enter) -> None:
    page = enter()
    page.on("dialog", lambda _dialog: pytest.fail("a script from an object ran"))
    for address in ("/objects", f"/objects/{HOSTILE['id']}", f"/objects/{HOSTILE['id']}?tab=graph", f"/objects/{HOSTILE['id']}?tab=raw"):  # fmt: skip
        page.goto(address)
        page.wait_for_load_state("networkidle") if "graph" in address else None
        assert page.locator("main script, main img, a[href^='javascript:']").count() == 0


def test_a_lost_connection_is_shown_and_repaired(enter: Enter) -> None:
    page = enter(complains=False)
    page.locator("[data-badge=objects]:not(:empty)").wait_for()
    page.route("**/events", lambda route: route.abort())
    page.goto("/objects")
    page.locator("#lost").wait_for(timeout=20_000)
    page.unroute("**/events")
    page.get_by_role("button", name="Try now").click()
    page.locator("#lost").wait_for(state="hidden")


def test_first_loads_stay_small(enter: Enter, served: Served) -> None:
    page = enter()
    for address in ("/", "/objects", f"/objects/{CAMPAIGN}?tab=graph"):
        sizes: list[int] = []
        context = page.context.browser.new_context(
            base_url=served.address, storage_state=page.context.storage_state()
        )
        fresh = context.new_page()
        fresh.on("requestfinished", lambda one, sizes=sizes: sizes.append(one.sizes()["responseBodySize"]))
        fresh.goto(address)
        fresh.locator("[data-badge=objects]:not(:empty)").wait_for()
        assert sum(sizes) < 200_000, (address, sum(sizes))
        context.close()


@pytest.mark.parametrize(("lang", "width", "scheme"), [("en", 1400, "light"), ("fr", 360, "dark")])
def test_no_page_is_wider_than_its_window(enter: Enter, lang: str, width: int, scheme: str) -> None:
    page = enter(lang=lang, width=width, scheme=scheme)
    SHOTS.mkdir(exist_ok=True)
    for name, address in {"today": "/", "objects": "/objects", "object": f"/objects/{CAMPAIGN}", "graph": f"/objects/{CAMPAIGN}?tab=graph", "versions": f"/objects/{CHANGED}?tab=versions", "decisions": f"/objects/{CHANGED}?tab=decisions", "see-as": "/see-as"}.items():  # fmt: skip
        page.goto(address)
        page.screenshot(path=SHOTS / f"{name}-{lang}-{width}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_a_page_whose_session_has_ended_leads_back_to_the_door(enter: Enter) -> None:
    page = enter("analyst", complains=False)
    page.route("**/events", lambda route: route.abort())
    page.goto("/objects")
    page.context.clear_cookies()
    page.locator("#signed-out a").wait_for(timeout=20_000)
    page.locator("#signed-out a").click()
    page.wait_for_url(re.compile("/sign-in.next=%2Fobjects"))
