"""Copies, synchrony, kinship of sites, techniques, sets, reports and responses, in a real browser and in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pytest

from cordiale.desk import verbs
from cordiale.desk.actor import house
from cordiale.desk.incoming.sources import of_bytes
from cordiale.domains.information.kinship.kept import keep
from cordiale.domains.information.posts import DATASET
from cordiale.domains.information.sets.gathering import gather, set_add
from cordiale.domains.information.shapes.describing import describe
from cordiale.joint.words import Words
from cordiale.node import open_node
from tests.browser.conftest import SHOTS
from tests.browser.served import Served, made, serve
from tests.browser.test_accessible import faults
from tests.unit.domains.information import networks
from tests.unit.domains.information.test_copies import HARBOUR
from tests.unit.domains.information.test_copies import posts as said
from tests.unit.domains.information.test_framework import cluster, member
from tests.unit.domains.information.test_kinship import page as saved
from tests.unit.domains.information.test_kinship import tag, written
from tests.unit.domains.information.test_response import INCIDENT

Enter = Callable[..., Any]
MARIE = house("marie")
TECHNIQUE, COUNTER = (f"30000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
FOUND: dict[str, str] = {}
"""Addresses of what was found, by name."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("findings") / "node"
    codes = made(folder)
    _found(folder, tmp_path_factory.mktemp("saved"))
    process, answering = serve(folder, codes)
    try:
        yield answering
    finally:
        process.terminate()
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


def _found(folder: Path, files: Path) -> None:
    """Put findings of every kind into the node."""
    draw = np.random.default_rng(5)
    shared = networks.independent(draw, accounts=60, posts=600) + networks.planted(draw, [900, 901, 902], 12, 5000)  # fmt: skip
    copied = said(*(f"{HARBOUR} today" for _n in range(6)))
    with open_node(folder, environ={}) as node:
        desk = node.desk
        verbs.dataset_create(desk, MARIE, DATASET, "spring", purpose="exercise", basis="consent", purge_on=desk.clock() + 10**15, marking="tlp:amber")  # fmt: skip
        verbs.dataset_append(desk, MARIE, "spring", DATASET, pa.concat_tables([networks.posts(shared), copied]).to_batches(), origin="a")  # fmt: skip
        verbs.analyse(desk, MARIE, "spring", "copies")
        verbs.analyse(desk, MARIE, "spring", "synchrony")
        verbs.import_(desk, MARIE, [of_bytes("i", orjson.dumps([INCIDENT]))], marking="tlp:amber")
        framework = cluster("techniques", member(TECHNIQUE, "Repeat one text", "T0084.001", ["tactics:Develop Content"], ("blocked-by", COUNTER)))  # fmt: skip
        answers = cluster("countermeasures", member(COUNTER, "Answer with the source", "C00901", ["responsetypes:Counter"], ("blocks", TECHNIQUE)))  # fmt: skip
        verbs.import_(desk, MARIE, [of_bytes("t", framework), of_bytes("c", answers)], marking="tlp:clear")
        pages = {"harbour.example.html": saved(tag("UA-48151-2")), "quay.example.html": saved(tag("UA-48151-7")), "quay.news.html": saved()}  # fmt: skip
        sites = keep(desk, MARIE, written(files, pages), "Two harbours", "tlp:amber")
        describe(desk, MARIE, "narrative", "Harbours close", about=[INCIDENT["id"]], words=Words("They close", "Ils ferment"))  # fmt: skip
        gulls = set_add(desk, MARIE, "Grey gulls", marking="tlp:amber", because=Words("One account", "Un compte"))  # fmt: skip
        gather(desk, MARIE, gulls, [INCIDENT["id"]], sites=sites)
        (dataset,) = (one.id for one in verbs.dataset_list(desk, MARIE) if one.name == "spring")
    FOUND.update(
        {
            "posts": "posts",
            "copies": f"copies?dataset={dataset}",
            "synchrony": f"synchrony?dataset={dataset}&kind=link",
            "sites": "sites",
            "kinship": f"kinship?id={sites}",
            "sets": "sets",
            "set": f"gathered?id={gulls}",
            "techniques": f"techniques?id={INCIDENT['id']}&d-{dataset}=1",
            "incident": f"incident?id={INCIDENT['id']}",
            "unshown": "unshown",
            "responses": "responses",
        }
    )


def address(name: str) -> str:
    return f"/domains/information/{FOUND[name]}"


NAMES = ("posts", "copies", "synchrony", "sites", "kinship", "sets", "set", "techniques", "incident", "unshown", "responses")  # fmt: skip


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("fr", 360)])
def test_every_finding_is_shown_and_nothing_stands_beyond_the_window(
    enter: Enter, lang: str, width: int
) -> None:
    page = enter("officer", lang=lang, width=width)
    page.set_default_timeout(30_000)
    SHOTS.mkdir(exist_ok=True)
    for name in NAMES:
        page.goto(address(name))
        assert page.locator("main h1").count() == 1, name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        page.screenshot(path=SHOTS / f"finding-{name}-{lang}.png", full_page=True)


def test_axe_finds_nothing_on_the_pages_of_findings(enter: Enter) -> None:
    pages = {lang: enter("officer", lang=lang, bypass_csp=True, complains=False) for lang in ("en", "fr")}
    found = [
        fault
        for n, name in enumerate(NAMES)
        for fault in faults(pages["fr" if n % 2 else "en"], address(name))
    ]
    assert not found, "\n".join(found)


def test_a_cluster_opens_its_posts_and_a_community_its_ties(enter: Enter) -> None:
    page = enter("analyst")
    page.set_default_timeout(30_000)
    page.goto(address("copies"))
    page.locator("main table a").first.click()
    page.locator("h1", has_text="spring").wait_for()
    assert page.locator("main table tbody tr").count() == 6
    page.goto(address("synchrony"))
    ring = page.locator("svg.ring")
    assert ring.locator("circle").count() == 3
    page.locator("details summary").first.click()
    assert page.locator("details[open] li").count() > 0


def test_a_person_accepts_what_a_finding_proposes_and_the_report_says_it(enter: Enter) -> None:
    page = enter("analyst")
    page.goto(address("techniques"))
    first = page.locator("section", has_text="T0084.001")
    assert "6 accounts" in first.inner_text()
    assert "What would change our mind" in first.inner_text()
    first.locator("button", has_text="Accept").click()
    page.locator(".chip.good", has_text="accepted").wait_for()
    page.goto(address("incident"))
    assert "T0084.001" in page.locator("main").inner_text()
    with page.expect_download() as download:
        page.locator("a", has_text="DOCX").click()
    assert download.value.suggested_filename.startswith("abcde-")


def test_a_response_is_opened_put_given_time_and_agreed_from_the_pages(enter: Enter) -> None:
    page = enter(
        "officer", complains=False
    )  # what is refused on the way is a 422, of which a browser complains
    page.goto(address("responses"))
    page.locator("summary", has_text="Open a response").click()
    page.fill("[name=title_en]", "Grey gulls")
    page.fill("[name=title_fr]", "Mouettes grises")
    page.fill("[name=incident]", INCIDENT["id"])
    page.fill("[name=marking]", "tlp:amber")
    page.locator("button", has_text="Open as the chair").click()
    page.wait_for_url("**/response?id=*")
    page.locator("summary", has_text="Put a text").click()
    form = page.locator("form", has=page.locator("[name=act][value=propose]"))
    for name, words in (("title_en", "We act"), ("body_en", "Together."), ("title_fr", "Nous agissons"), ("body_fr", "Ensemble."), ("deadline", "2098-12-01 16:00")):  # fmt: skip
        form.locator(f"[name={name}]").fill(words)
    form.locator("button", has_text="Put it to the members").click()
    page.locator("h2", has_text="Give more time").wait_for()
    more = page.locator("form", has=page.locator("[name=act][value=extend]"))
    more.locator("[name=until]").fill("2097-01-01")
    more.locator("button").click()
    page.locator(".amiss", has_text="later one").wait_for()
    more.locator("[name=until]").fill("2099-01-01 16:00")
    more.locator("button").click()
    page.locator("text=2099").first.wait_for()
    page.locator("[name=position][value=join]").check()
    page.locator("button", has_text="Sign the position").click()
    agree = page.locator("form", has=page.locator("[name=act][value=agree]"))
    agree.locator("[name=parity]").fill("Claire")
    agree.locator("[name=because]").fill("read")
    agree.locator("button").click()
    page.fill("[name=where]", "https://canada.example/1")
    page.locator("button", has_text="Say that it is published").click()
    page.locator("li", has_text="https://canada.example/1").wait_for()
