"""The chapter on indicators, walked in a real browser between two served nodes: from a feed of MISP to a sighting at a partner's.

An analyst takes a feed's folder in, sees what belongs together and what is a false alarm, looks through a log, states a
sighting, releases it; the partner's analyst sees it arrive; rules of Suricata and a feed of MISP are saved.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from cordiale.demo.process import free_ports
from cordiale.desk.actor import house
from cordiale.desk.partner.partners import own_words, partner_add, partner_confirm, partner_invite
from cordiale.desk.person.enrolment import person_invite
from cordiale.desk.person.people import person_add
from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.node import Node, init, open_node
from tests.browser.conftest import SHOTS
from tests.browser.served import serve
from tests.browser.test_accessible import faults

MARIE: Final = house("marie")
RULES: Final = """
format = 1
partnership = "canada-france"
[partners.canada]
nation = "CAN"
organisation = "CAN-CCCS"
tlp = "amber"
assurance = "node"
[partners.france]
nation = "FRA"
organisation = "FRA-ANSSI"
tlp = "amber"
assurance = "node"
[[mandates]]
name = "by-an-officer"
to = ["canada", "france"]
"""

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "new": "new",
        "list": "Keep these lists",
        "listed": "Lists that are new: 1",
        "warned": "is on a warning list",
        "chip": "on a warning list",
        "under": "is a name under",
        "state": "State sightings of those chosen",
        "try": "Try a release of them…",
        "more": "Include 2 more that wait",
        "reason": "Reason, for the audit",
        "approve": "Approve for France",
        "lead": "Sightings over time",
        "save": "Save",
    },
    "fr": {
        "new": "nouveau",
        "list": "Conserver ces listes",
        "listed": "Listes nouvelles : 1",
        "warned": "figure sur une liste d’avertissement",
        "chip": "sur une liste d’avertissement",
        "under": "est un nom sous",
        "state": "Déclarer les observations choisies",
        "try": "Essayer de les diffuser…",
        "more": "Ajouter",
        "reason": "Motif, pour l’audit",
        "approve": "Approuver pour France",
        "lead": "Observations au fil du temps",
        "save": "Enregistrer",
    },
}


class World:
    """Two served nodes that know each other, and the links of their officers."""

    def __init__(self, places: dict[str, str], doors: dict[str, str]) -> None:
        self.places, self.doors = places, doors


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("chapter")
    ports = dict(zip(("canada", "france"), free_ports(2), strict=True))
    for name, port in ports.items():
        made = init(folder / name, name=name, nation=name[:3].upper(), organisation=f"{name[:3].upper()}-CERT", title=name.capitalize(), listen=f"127.0.0.1:{port}")  # fmt: skip
        file = made / "cordiale.toml"
        file.write_text(file.read_text("utf-8").replace("# sign_in_links = false", "sign_in_links = true"))
    with (
        open_node(folder / "canada", environ={}) as canada,
        open_node(folder / "france", environ={}) as france,
    ):
        for here, there in ((canada, france), (france, canada)):
            partner_add(here.desk, MARIE, partner_invite(there.desk, MARIE))
            partner_confirm(here.desk, MARIE, there.desk.node, own_words(there.desk, "en"))
        codes = {node.desk.node: _ready(node) for node in (canada, france)}
    running, places, doors = [], {}, {}
    try:
        for name, port in ports.items():
            process, answering = serve(folder / name, codes[name], listen=f"127.0.0.1:{port}")
            running.append(process)
            places[name], doors[name] = answering.address, answering.doors["officer"]
        yield World(places, doors)
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(20)
            assert process.stdout is not None
            process.stdout.close()


def _ready(node: Node) -> dict[str, str]:
    desk = node.desk
    rules_apply(desk, MARIE, RULES, "rules.toml", rules_diff(desk, MARIE, RULES).token)
    person_add(desk, MARIE, "officer", roles=("analyst", "officer"), tlp="amber")
    return {"officer": person_invite(desk, MARIE, "officer", kind="enter", uses=50).code}


@pytest.fixture
def at(chromium: Any, world: World) -> Iterator[Callable[..., Any]]:
    """Return what opens a node's pages as its officer; what a page complains of fails the test."""
    contexts, complaints = [], []

    def opened(node: str, lang: str, **more: Any) -> Any:
        context = chromium.new_context(
            **{"viewport": {"width": 1280, "height": 800}, **more},
            locale=lang,
            reduced_motion="reduce",
            base_url=world.places[node],
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.goto(world.doors[node])
        if page.locator("form[action='/enter']").count():
            page.locator("form[action='/enter'] button").click()
        page.wait_for_url(f"{world.places[node]}/")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def feed(folder: Path, site: str, number: int) -> Path:
    """Write the folder of a MISP feed: one event of yesterday, its manifest and its hashes."""
    folder.mkdir()
    uuid = f"5e8c1d2a-0000-4000-8000-00000000a{number:03d}"
    when = str(int((datetime.now(UTC) - timedelta(days=1)).timestamp()))

    def attribute(n: int, kind: str, value: str) -> dict[str, Any]:
        return {"uuid": f"5e8c1d2a-0000-4000-8000-0000000b{number:02d}{n:02d}", "type": kind, "category": "Network activity", "value": value, "to_ids": True, "timestamp": when, "comment": "", "distribution": "5", "deleted": False, "disable_correlation": False}  # fmt: skip

    event = {
        "uuid": uuid,
        "info": f"Phishing against ports, from {site}",
        "date": datetime.fromtimestamp(int(when), UTC).date().isoformat(),
        "timestamp": when,
        "publish_timestamp": when,
        "threat_level_id": "2",
        "analysis": "2",
        "distribution": "3",
        "published": True,
        "Orgc": {"name": "CIRCL", "uuid": "55f6ea5e-2c60-40e5-964f-47a8950d210f"},
        "Tag": [{"name": "tlp:green", "colour": "#339900"}],
        "Attribute": [
            attribute(1, "domain", site),
            attribute(2, "domain", f"login.{site}"),
            attribute(3, "ip-dst", "8.8.8.8"),
        ],
    }
    (folder / f"{uuid}.json").write_text(json.dumps({"Event": event}))
    listed = {name: event[name] for name in ("info", "date", "timestamp", "analysis", "threat_level_id", "Orgc", "Tag")}  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps({uuid: listed}))
    (folder / "hashes.csv").write_text(f"0cc175b9c0f1b6a831c399e269772661,{uuid}\n")
    return folder


def shot(page: Any, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=str(SHOTS / f"chapter-{name}.png"), full_page=True)


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("fr", 360)])
def test_from_a_feed_to_a_sighting_at_a_partners(
    at: Callable[..., Any], tmp_path: Path, lang: str, width: int
) -> None:
    words, site = WORDS[lang], f"{lang}-evil.example"
    page = at("canada", lang, viewport={"width": width, "height": 800})

    if lang == "en":  # both languages share the nodes: a list is new once
        page.goto("/domains/cyber/warninglists")
        resolvers = {"name": "Public resolvers", "version": 3, "type": "string", "category": "false_positive", "list": ["8.8.8.8"]}  # fmt: skip
        (tmp_path / "list.json").write_bytes(orjson.dumps(resolvers))
        page.set_input_files("[name=list]", str(tmp_path / "list.json"))
        page.get_by_role("button", name=words["list"]).click()
        page.locator("p.said[role=status]", has_text=words["listed"]).wait_for()
    page.goto("/domains/cyber/warninglists?value=8.8.8.8")
    assert "8.8.8.8" in page.locator("div.said.problem").inner_text()
    shot(page, f"warninglists-{lang}")

    # a feed's folder, and what of it is a false alarm
    page.goto("/import")
    page.set_input_files("input[webkitdirectory]", str(feed(tmp_path / "feed", site, 1 if lang == "en" else 2)))  # fmt: skip
    page.fill("[name=marking]", "tlp:green")
    page.locator("main button.primary").click()
    page.wait_for_url("**/import/jobs/*")
    page.locator("#job-state.good").wait_for()
    page.locator("details li", has_text=words["warned"]).first.wait_for()
    assert site in page.locator("#objects").inner_text()
    shot(page, f"import-{lang}")

    # what belongs together
    page.goto("/domains/cyber/indicators")
    row = page.locator("table.list tbody tr", has_text="8.8.8.8").first
    assert words["chip"] in row.inner_text()
    page.locator("table.list a", has_text=re.compile(rf"^{re.escape(site)}$")).first.click()
    related = page.locator("section[aria-labelledby=related]")
    assert f"login.{site} {words['under']} {site}" in related.inner_text()
    indicator = page.url

    # a log, and a sighting of what was seen in it
    began = int((datetime.now(UTC) - timedelta(hours=1)).timestamp())
    lines = [f"{began + 60 * n}.100    120 10.0.0.5 TCP_MISS/200 5120 GET http://www.{site}/a - HIER_DIRECT/203.0.113.9 text/html\n" for n in range(4)]  # fmt: skip
    (tmp_path / f"proxy-{lang}.log").write_text("".join(lines) + "no line of a log\n")
    page.goto("/domains/cyber/matches")
    page.set_input_files("[name=log]", str(tmp_path / f"proxy-{lang}.log"))
    page.fill("[name=marking]", "tlp:green")
    page.locator("main button.primary").click()
    page.locator("#runs table.list a", has_text=f"proxy-{lang}.log").first.click()  # it comes by itself
    page.wait_for_url("**/match?run=*")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name=words["state"]).click()
    page.get_by_role("link", name=words["try"]).wait_for()
    shot(page, f"run-{lang}")

    # its release, with the indicator that the partner does not have
    page.get_by_role("link", name=words["try"]).click()
    page.wait_for_url("**/release/try?*")
    together = page.locator("main .said a").first
    together.click()
    page.get_by_label(words["reason"]).first.fill("seen at a bank")
    shot(page, f"release-{lang}")
    page.get_by_role("button", name=words["approve"]).click()
    page.wait_for_url("**/release/acts/*")

    # it is seen at the partner's, who is running
    there = at("france", lang)
    seen = there.locator("table.list tr", has_text=site)
    for _try in range(40):
        there.goto("/domains/cyber/indicators")
        if seen.count():
            break
        there.wait_for_timeout(250)
    seen.locator("a").first.click()
    there.locator("svg.seen-over-time rect").first.wait_for()
    assert "4" in there.locator("section[aria-labelledby=seen]").inner_text()
    shot(there, f"partner-{lang}")

    # and the rest goes to tools
    page.goto("/domains/cyber/feeds")
    page.select_option("form[action='/domains/cyber/saved'] select", "suricata")
    with page.expect_download() as saved:
        page.get_by_role("button", name=words["save"], exact=True).click()
    rules = Path(saved.value.path()).read_text("utf-8")
    assert f"login.{site}" in rules
    assert "8.8.8.8" not in rules
    page.select_option("form[action='/domains/cyber/saved'] select", "misp-feed")
    with page.expect_download() as saved:
        page.get_by_role("button", name=words["save"], exact=True).click()
    with zipfile.ZipFile(io.BytesIO(Path(saved.value.path()).read_bytes())) as archive:
        manifest = orjson.loads(archive.read("manifest.json"))
        assert f"Phishing against ports, from {site}" in {one["info"] for one in manifest.values()}
    page.goto(indicator)
    page.locator("svg.seen-over-time rect").first.wait_for()
    shot(page, f"indicator-{lang}")


@pytest.mark.timeout(120)
def test_a_playbook_is_written_tried_and_turned_on_and_axe_finds_nothing(at: Callable[..., Any]) -> None:
    page = at("france", "fr", bypass_csp=True)
    page.goto("/objects?q=arriving&type=indicator")
    page.locator("a[href^='/playbooks/new']").click()
    page.wait_for_url("**/playbooks/new?q=arriving*")
    found = faults(page, page.url)
    page.fill("[name=name]", "Arrivées")
    page.fill("[name=mark]", "tlp:amber")
    page.fill("[name=people]", "officer")
    page.locator("main button.primary").click()
    page.locator("p.said[role=status]").wait_for()
    shot(page, "playbook-fr")
    found += faults(page, page.url)
    page.locator("main button.primary").click()
    page.locator("h1 .chip.good").wait_for()
    for address in ("/playbooks", "/domains/cyber/warninglists", "/domains/cyber/matches", "/domains/cyber/attack", "/import"):  # fmt: skip
        found += faults(page, address)
    assert not found, "\n".join(found)
