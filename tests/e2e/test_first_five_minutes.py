"""What somebody does in their first five minutes, in a real browser, by the links that `./dev demo` prints."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from tests.browser.conftest import CHROMIUM, SHOTS
from tests.e2e.demonstration import COMMAND, environment, run
from tests.unit.domains.information.test_sheet import DERIVED, SOURCE

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt-get install chromium")

LINK: Final = re.compile(r"http://127\.0\.0\.1:\d+/enter\?code=\S+")
WORDS: Final = {
    "en": {
        "finding": "Paper Lantern has moved: two new relay servers",
        "served": "Serving.",
        "france": "France · waits for a decision",
        "kingdom": "United Kingdom · withheld",
        "stays": "2 of these are not communicated to France:",
        "named": "Releasable to CAN only.",
        "compartment": "In compartment CAN/WILLOW, to which this recipient is not admitted.",
        "go": "Release to France…",
        "would go": "as tear-lines: 2",
        "why": "Reason, for the audit",
        "approve": "Approve for France",
        "arrived": "Received there",
        "given": "France · tear-line",
        "recall": "Recall what went…",
        "recall why": "Why; the partner reads it",
        "ask": "Recall",
        "acknowledged": "acknowledged",
        "receipt": "Receipt",
        "done": "done, as asked",
        "taken back": "France · recalled",
        "compare": "Compare",
        "strengthened": "▲ strengthened",
    },
    "fr": {
        "finding": "Lanterne de papier a déménagé : deux nouveaux serveurs relais",
        "served": "En service.",
        "france": "France · attend une décision",
        "kingdom": "United Kingdom · non communiqué",
        "stays": "2 de ces objets ne sont pas communiqués à France :",
        "named": "Communicable à CAN seulement.",
        "compartment": "Dans le compartiment CAN/WILLOW, auquel ce destinataire n’est pas admis.",
        "go": "Diffuser à France…",
        "would go": "en version expurgée : 2",
        "why": "Motif, pour l’audit",
        "approve": "Approuver pour France",
        "arrived": "Reçu là-bas",
        "given": "France · version expurgée",
        "recall": "Demander le retrait de ce qui est parti…",
        "recall why": "Pourquoi ; le partenaire le lit",
        "ask": "Demande de retrait",
        "acknowledged": "exécutée, accusé reçu",
        "receipt": "Accusé d’exécution",
        "done": "fait, comme demandé",
        "taken back": "France · retiré",
        "compare": "Comparer",
        "strengthened": "▲ accentué",
    },
}
"""What a reader of either language looks for on the way."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the demonstration once; each language goes on from a copy of it."""
    place = tmp_path_factory.mktemp("five-minutes")
    _answer, done = run("--folder", str(place / "demo"), cwd=place)
    assert done.returncode == 0, done.stderr.decode()
    return place / "demo"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def demonstration(folder: Path, lang: str) -> Iterator[list[str]]:
    """Run `cordiale demo` until the block ends; give the links it prints, in their order."""
    process = subprocess.Popen(
        [*COMMAND, "--folder", str(folder), "--lang", lang],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(),
    )
    assert process.stdout is not None
    try:
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            if line.startswith(WORDS[lang]["served"]):
                break
        assert process.poll() is None, "".join(said)
        yield LINK.findall("".join(said))
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


@pytest.mark.parametrize("lang", WORDS)
def test_the_first_five_minutes(made: Path, tmp_path: Path, chromium: Any, lang: str) -> None:
    words = WORDS[lang]
    shutil.copytree(made, tmp_path / "demo")
    complaints: list[str] = []
    shots = SHOTS / "five-minutes"
    shots.mkdir(parents=True, exist_ok=True)

    # one browser, as a visitor has: the nodes are on one machine, and must not sign one another out
    browser = chromium.new_context(locale=lang, viewport={"width": 1280, "height": 900})

    def opened(link: str) -> Any:
        page = browser.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None)  # fmt: skip
        page.goto(link)
        page.wait_for_url(re.compile("/objects"))
        return page

    def shot(page: Any, name: str) -> None:
        page.screenshot(path=shots / f"{name}-{lang}.png", full_page=True)

    with demonstration(tmp_path / "demo", lang) as links:
        canada, france = opened(links[0]), opened(links[1])
        there = france.locator("td.name a", has_text=words["finding"])
        france.locator("td.name a").first.wait_for()
        assert there.count() == 0

        # who would get the finding, and why two others stay
        canada.get_by_role("heading", name=words["finding"]).wait_for()
        canada.locator(".partner", has_text=words["france"]).wait_for()
        canada.locator(".partner", has_text=words["kingdom"]).wait_for()
        stays = canada.locator(".stays")
        assert stays.count() == 1
        for said in ("stays", "named", "compartment"):
            stays.get_by_text(words[said]).wait_for()
        assert stays.locator("li").count() == 2
        shot(canada, "1-finding")

        # release it
        canada.get_by_role("link", name=words["go"]).click()
        canada.get_by_text(words["would go"]).wait_for()
        shot(canada, "2-dry-run")
        canada.get_by_label(words["why"]).fill("MISSION-417")
        canada.get_by_role("button", name=words["approve"]).click()
        canada.get_by_text(words["arrived"]).first.wait_for()
        act = canada.url
        shot(canada, "3-act")

        # it appears in France's window by itself, without what stays
        there.first.wait_for()
        there.first.click()
        france.get_by_role("heading", name=words["finding"]).wait_for()
        for hidden in ("LAPWING", "DOTTEREL", "WILLOW", "MISSION-417"):
            assert hidden not in france.content()
        shot(france, "4-in-france")
        canada.goto(links[0])
        canada.locator(".partner", has_text=words["given"]).wait_for()
        shot(canada, "5-released")

        # recall it, and read the receipt
        france.goto(links[1])
        there.first.wait_for()
        canada.goto(act)
        canada.get_by_role("link", name=words["recall"]).click()
        shot(canada, "6-recall")
        canada.get_by_label(words["recall why"]).fill("The second address is a hospital's")
        canada.get_by_role("button", name=words["ask"], exact=True).click()
        canada.locator("#state", has_text=words["acknowledged"]).wait_for()
        receipt = canada.locator("#receipt")
        receipt.get_by_role("heading", name=words["receipt"]).wait_for()
        receipt.locator("dd", has_text=words["done"]).wait_for()
        shot(canada, "7-receipt")

        there.first.wait_for(state="detached")
        shot(france, "8-gone")
        canada.goto(links[0])
        canada.locator(".partner", has_text=words["taken back"]).wait_for()
        shot(canada, "9-recalled")

        # open a drifted claim beside its source
        canada.locator("nav.rail a", has_text="Information").click()
        canada.locator("[name=suspect]").fill(DERIVED)
        canada.locator("[name=source]").fill(SOURCE)
        canada.locator("[name=marking]").fill("tlp:amber")
        canada.get_by_role("button", name=words["compare"], exact=True).click()
        claim = canada.locator("table.drift tr", has_text="four hundred")
        claim.get_by_text(words["strengthened"]).wait_for()
        claim.locator("[data-opens-pair]").click()
        beside = canada.locator(".sentence.chosen")
        beside.nth(1).wait_for()
        assert "About forty ships" in beside.nth(0).inner_text()
        assert "four hundred ships" in beside.nth(1).inner_text()
        shot(canada, "10-drifted")
        browser.close()
    assert complaints == []
