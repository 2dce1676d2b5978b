"""Journeys at the desks, in a real browser: two nodes that meet, what goes and comes back, and an import set right."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.demo.process import free_ports
from cordiale.desk import verbs
from cordiale.desk.actor import house
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.person.enrolment import person_invite
from cordiale.desk.person.people import person_add
from cordiale.node import init, open_node
from tests.browser.served import CHANGED
from tests.browser.test_accessible import faults
from tests.unit.web.conftest import indicator

Enter = Callable[..., Any]

NATIONS = {"canada": ("CAN", "CAN-LCC", "Canada"), "france": ("FRA", "FRA-CVMI", "France")}
LOOK_ALIKE = indicator(1, name="Ministry look-alike", description="Seen beside OSPREY.")
RULES = """
format = 1
partnership = "pair"

[partners.canada]
nation = "CAN"
organisation = "CAN-LCC"
tlp = "amber"

[partners.france]
nation = "FRA"
organisation = "FRA-CVMI"
tlp = "amber"

[[mandates]]
name = "by-an-officer"
to = ["canada", "france"]
"""


def made(folder: Path, name: str, port: int) -> str:
    """Make a node with one officer who runs it as well, and an object; return the officer's link."""
    nation, organisation, title = NATIONS[name]
    address = f"127.0.0.1:{port}"
    init(folder, name=name, nation=nation, organisation=organisation, title=title, listen=address, url=f"http://{address}")  # fmt: skip
    file = folder / "cordiale.toml"
    file.write_text(
        file.read_text("utf-8").replace("# sign_in_links = false", "sign_in_links = true"), "utf-8"
    )
    marie = house("marie")
    with open_node(folder, environ={}) as opened:
        desk = opened.desk
        if name == "canada":
            verbs.import_(desk, marie, [of_bytes("o", orjson.dumps([LOOK_ALIKE]))], marking="tlp:amber")
        person_add(desk, marie, "officer", tlp="red", roles=("analyst", "officer", "operator"))
        code = person_invite(desk, marie, "officer", kind="enter", uses=9).code
    return f"http://{address}/enter?code={code}"


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Serve two nodes that know nothing of one another; give the link of each one's officer."""
    place = tmp_path_factory.mktemp("desks")
    found, started = {}, []
    for name, port in zip(NATIONS, free_ports(2), strict=True):
        found[name] = made(place / name, name, port)
        command = [sys.executable, "-m", "cordiale.cli.main", "--node", str(place / name), "serve"]
        with (place / f"{name}.err").open("w") as errors:
            process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        started.append(process)
        assert process.stdout is not None
        assert "http://" in process.stdout.readline(), (place / f"{name}.err").read_text("utf-8")
    yield found
    for process in started:
        process.terminate()
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture(scope="module")
def pair(chromium: Any, doors: dict[str, str]) -> Iterator[tuple[Any, Any]]:
    """Return a page of each node: Canada's in English, France's in French."""
    pages = []
    for name, lang in (("canada", "en"), ("france", "fr")):
        base = doors[name].partition("/enter")[0]
        context = chromium.new_context(locale=lang, base_url=base, viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(doors[name])
        if page.locator("form[action='/enter']").count():
            page.locator("form[action='/enter'] button").click()
        page.wait_for_url(f"{base}/")
        pages.append(page)
    yield pages[0], pages[1]
    for page in pages:
        page.context.close()


def invitation(page: Any) -> tuple[bytes, str]:
    """Return a node's invitation file, and the words that its people read aloud."""
    page.goto("/partners/connect")
    with page.expect_download() as download:
        page.locator("form[action='/partners/invite'] button").click()
    return Path(download.value.path()).read_bytes(), " ".join(page.locator("ol.spoken li").all_inner_texts())


def connect(page: Any, file: bytes, words: str) -> None:
    page.goto("/partners/connect")
    page.locator("input[type=file]:not([webkitdirectory])").set_input_files({"name": "i.json", "mimeType": "application/json", "buffer": file})  # fmt: skip
    page.locator("form[action='/partners/add'] button").click()
    heard = page.locator("form[action='/partners/confirm'] input[name=words]")
    heard.fill(" ".join(reversed(words.split())))
    page.locator("form[action='/partners/confirm'] button").click()
    page.locator("[role=alert]").wait_for()
    heard.fill(words)
    page.locator("form[action='/partners/confirm'] button").click()
    page.wait_for_url("**/partners/of/**")


def rule(page: Any) -> None:
    page.goto("/partners/rules")
    page.locator("#rules-text").fill(RULES.replace("format = 1", "format = 7"))
    page.locator("form.editor button").click()
    page.locator("#problem .wrong", has_text="format = 7").wait_for()
    page.locator("#rules-text").fill(RULES)
    page.locator("form.editor button").click()
    page.locator("#preview").wait_for()
    page.locator("#preview form button").click()
    page.wait_for_url("**/partners/rules/pair**")


def visit(page: Any, partner: str) -> None:
    page.goto(f"/partners/of/{partner}")
    page.locator(f"form[action='/partners/of/{partner}/visit'] button").click()
    page.wait_for_url("**said=visited**")


def test_two_nodes_meet_release_and_recall(pair: tuple[Any, Any]) -> None:
    canada, france = pair
    (ours, our_words), (theirs, their_words) = invitation(canada), invitation(france)
    connect(canada, theirs, their_words)
    connect(france, ours, our_words)
    rule(canada)
    rule(france)

    canada.goto("/release")
    canada.get_by_label("Choose Ministry look-alike").check()
    canada.get_by_role("button", name="Dry run…").click()
    canada.get_by_text("as they are: 1").wait_for()
    canada.get_by_label("Reason, for the audit").fill("Asked for this morning")
    canada.get_by_role("button", name="Approve for France").click()
    canada.wait_for_url("**/release/acts/**")
    act = canada.url
    visit(france, "canada")
    france.goto(f"/objects/{LOOK_ALIKE['id']}")
    france.get_by_role("heading", name="Ministry look-alike").wait_for()

    canada.goto(act)
    canada.get_by_role("link", name="Recall what went…").click()
    canada.get_by_label("Why; the partner reads it").fill("Named a source")
    canada.get_by_role("button", name="Recall", exact=True).click()
    canada.locator("#state", has_text="asked").wait_for()
    visit(france, "canada")
    assert france.goto(f"/objects/{LOOK_ALIKE['id']}").status == 404
    france.goto("/release/recalls")
    france.get_by_text("Named a source").wait_for()
    visit(france, "canada")
    canada.reload()
    canada.locator("#state", has_text="acknowledged").wait_for()


def test_what_a_partner_would_read_follows_each_choice(enter: Enter) -> None:
    page = enter("officer")
    page.goto(f"/release/text/{CHANGED}?partner=france")
    page.locator("#outcome", has_text="as it is").wait_for()
    page.get_by_label("Keep Description back").check()
    page.locator("#outcome", has_text="as a tear-line").wait_for()
    page.locator(".line.cut", has_text="Description").wait_for()
    page.get_by_label("Keep Description back").uncheck()
    page.locator("#outcome", has_text="as it is").wait_for()
    page.reload()
    assert not page.get_by_label("Keep Description back").is_checked()


def test_a_bad_object_is_corrected_and_taken_in_without_losing_the_others(enter: Enter) -> None:
    page = enter("analyst")
    page.goto("/import")
    good, bad = indicator(71, name="Good one"), {**indicator(72, name="Bad one"), "pattern": 7}
    data = orjson.dumps([good, bad])
    page.locator("input[type=file]:not([webkitdirectory])").set_input_files({"name": "mixed.json", "mimeType": "application/json", "buffer": data})  # fmt: skip
    page.locator("input[name=marking]").fill("tlp:green")
    page.get_by_role("button", name="Import", exact=True).click()
    page.locator("#job-state", has_text="done").wait_for()
    page.goto("/import/aside")
    page.locator("td.name a", has_text=bad["id"]).click()
    page.locator(".reasons code", has_text="pattern").wait_for()
    page.locator("#fixed").fill(orjson.dumps(indicator(72, name="Mended one")).decode())
    page.get_by_role("button", name="Try again with this").click()
    page.get_by_text("It is taken in now.").wait_for()
    page.goto(f"/objects/{bad['id']}")
    page.get_by_role("heading", name="Mended one").wait_for()


OFFICERS = (
    "/release",
    f"/release/try?partner=france&id={CHANGED}",
    f"/release/text/{CHANGED}?partner=france",
    "/release/consents",
    "/release/recalls",
    "/release/log",
    "/partners/of/france",
    "/partners/rules/careful",
    "/import",
    "/administration",
    "/administration/audit",
    "/administration/retention",
)
OPERATORS = ("/partners/connect", "/administration/backups", "/import/aside")


def test_axe_finds_nothing_at_the_desks(enter: Enter) -> None:
    """Pages take turns in English and French, as in `test_accessible`."""
    found = []
    for person, addresses in (("officer", OFFICERS), ("operator", OPERATORS)):
        pages = {lang: enter(person, lang=lang, bypass_csp=True, complains=False) for lang in ("en", "fr")}
        for n, address in enumerate(addresses):
            found += faults(pages["fr" if n % 2 else "en"], address)
    assert not found, "\n".join(found)
