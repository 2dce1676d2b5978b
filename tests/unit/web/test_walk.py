"""Every page of a node on which everything was done, as every role meets it: nothing breaks, leads nowhere or stays in English."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import pytest

from cordiale.desk import verbs
from cordiale.desk.actor import VERBS
from cordiale.desk.domain import domains
from cordiale.desk.outgoing.writers import writers
from cordiale.node import Node, init, open_node
from cordiale.platform.languages import catalogue
from cordiale.release.pruning import texts_under
from cordiale.web.app import app
from tests.unit.domains.cyber.held_here import ACTOR
from tests.unit.web import everything
from tests.unit.web.browser import Answer, Browser
from tests.unit.web.test_routes import ACCESS, ANYBODY, DOOR, ENDLESS

ALIKE: Final = 1
"""Pages that are opened of each kind: an address of the same form, asked in the same way."""

BROKEN: Final = re.compile(
    r"Traceback|StrictUndefined|jinja2\.|object at 0x|&lt;built-in|&lt;function|&lt;bound"
)
NOT_HERE: Final = frozenset({"GET /account/sso/{name}", "GET /account/secure"})
"""What nobody of this node meets: no way to sign in elsewhere is set up, and everybody has signed in whole."""
RAW: Final = re.compile(r"\b[a-z][a-z0-9-]+--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
PLACE: Final = re.compile(r"\{[a-z_]+\}")
SAID: Final = ("title", "placeholder", "aria-label", "alt")
LEADS: Final = ("href", "hx-get", "data-glance", "src")
WRITTEN: Final = frozenset({"code", "pre", "textarea", "script", "style", "samp", "kbd", "option"})
"""What stands in these is shown as it is written."""
VOID: Final = frozenset({"input", "br", "img", "meta", "link", "hr", "source", "col", "wbr", "area"})


@dataclass
class Read(HTMLParser):
    """What a page says and where it leads."""

    texts: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    leads: list[str] = field(default_factory=list)
    _in: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.texts += [value for name in SAID if (value := given.get(name))]
        self.leads += [value for name in LEADS if (value := given.get(name))]
        if tag not in VOID:
            self._in.append((tag, given.get("lang") or ""))

    def handle_endtag(self, tag: str) -> None:
        while self._in and self._in.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words and not WRITTEN.intersection(tag for tag, _lang in self._in):
            self.plain.append(words)
            if not any(lang == "en" for _tag, lang in self._in[1:]):
                self.texts.append(words)


def read(page: str) -> Read:
    found = Read()
    found.feed(page)
    return found


@dataclass
class Walk:
    """What somebody met on their way: each address with its answer, what led there."""

    met: dict[str, Answer] = field(default_factory=dict)
    came: dict[str, str] = field(default_factory=dict)
    seen: dict[str, Read] = field(default_factory=dict)


def walk(browser: Browser, lang: str, begin: tuple[str, ...]) -> Walk:
    """Open a page, and whatever leads on from it, until a few pages of each kind were opened."""
    done = Walk(came=dict.fromkeys(begin, ""))
    waiting, alike = list(begin), Counter[str]()
    while waiting:
        address = waiting.pop(0)
        if alike[kind(address)] >= ALIKE:
            continue
        alike[kind(address)] += 1
        answer = done.met[address] = browser.get(address, accept_language=lang)
        if answer.status in (302, 303) and answer.to not in done.came:
            done.came[answer.to] = address
            waiting.append(answer.to)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        found = done.seen[address] = read(answer.text)
        for href in found.leads:
            to = href.partition("#")[0]
            if to.startswith("/") and not to.startswith(("/static", "/assets", "//")) and to not in done.came:
                done.came[to] = address
                waiting.append(to)
    return done


def kind(address: str) -> str:
    """Return what tells one kind of page from another: its path without what names one thing, and what is asked of it."""
    parts = urlsplit(address)
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27,}", "…", parts.path)
    if parts.query or path.count("/") > 2:  # of objects only the pages themselves are opened of every type
        path = re.sub(r"/[a-z0-9-]+--…", "/…", path)
    path = re.sub(r"/files/[^/]+", "/files/…", path)
    path = re.sub(r"/(of|people|rules|jobs|aside|acts|recalls|playbooks)/(?!new)[^/]+", r"/\1/…", path)
    asked = sorted({one.partition("=")[0] for one in parts.query.split("&") if one})
    tab = re.search(r"\btab=\w+", parts.query)
    return f"{path}?{'&'.join(asked)} {tab[0] if tab else ''}"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder = tmp_path_factory.mktemp("walk")
    init(folder / "node", name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    with open_node(folder / "node", environ={}) as opened:
        everything.happen(opened, folder)
        yield opened


@pytest.fixture(scope="module")
def served(node: Node) -> Any:
    return app(node)


@pytest.fixture(scope="module")
def whole(node: Node, served: Any) -> Walk:
    """Return what somebody of every role meets in French."""
    return walk(everything.signed_in(node, served, everything.EVERYBODY), "fr", ("/", *asked(node)))


def asked(node: Node) -> tuple[str, ...]:
    """Return what no page leads to by a link: scripts and forms ask for it."""
    (one,) = [row.id for row in verbs.search(node.desk, everything.MARIE, "Beacon").items]
    saved = next(name for name, _writer in writers().items())
    return (
        f"/objects/{one}/neighbours",
        f"/objects/{one}/path?to={ACTOR}",
        "/palette?q=beacon",
        "/playbooks/new",
        f"/domains/cyber/saved?format={saved}&words=beacon",
        "/domains/cyber/layer",
    )


def test_nothing_breaks_and_no_link_leads_nowhere(whole: Walk) -> None:
    wrong = [
        (address, answer.status, whole.came[address])
        for address, answer in whole.met.items()
        if answer.status not in (200, 302, 303) or (address in whole.seen and BROKEN.search(answer.text))
    ]
    assert wrong == []


def test_every_address_and_every_page_of_a_domain_was_opened(node: Node, whole: Walk) -> None:
    met = [address.partition("?")[0] for address, answer in whole.met.items() if answer.status == 200]
    closed = {one for one, needs in ACCESS.items() if needs == DOOR} | ENDLESS | NOT_HERE
    reads = {one for one in ACCESS if one.startswith("GET ")} - closed
    wanted = {one.partition(" ")[2] for one in reads} | {
        f"/domains/{domain.name}/{reference.partition(':')[2]}" for domain in domains() for reference in domain.pages
    }  # fmt: skip
    assert sorted(one for one in wanted if not any(is_of(address, one) for address in met)) == []


def test_no_sentence_of_ours_stays_in_english_on_a_french_page(node: Node, whole: Walk) -> None:
    said: dict[str, str] = {}
    for address, found in whole.seen.items():
        if "tab=raw" not in address:
            said |= dict.fromkeys(found.texts, address)
    plain, placed = left_in_english()
    held = words_of(node)
    wrong = {
        words: address
        for words, address in said.items()
        if words not in held and (words in plain or any(one.fullmatch(words) for one in placed[words[:2]]))
    }
    assert wrong == {}


def test_no_place_of_a_sentence_stays_empty(whole: Walk) -> None:
    wrong = {
        (words, address)
        for address, found in whole.seen.items()
        for words in found.texts
        if PLACE.search(words)
    }
    assert wrong == set()


def test_nothing_is_called_by_an_id(whole: Walk) -> None:
    """An id stands as code, or in what is shown as it was written; what has no name is called by its type.

    What could not be taken in has nothing but the id that stood in it.
    """
    wrong = {
        (words[:120], address)
        for address, found in whole.seen.items()
        for words in found.plain
        if RAW.search(words) and "tab=raw" not in address and not address.startswith("/import")
    }
    assert wrong == set()


@pytest.mark.parametrize("name", [name for name in everything.PEOPLE if name != everything.EVERYBODY])
def test_each_role_is_led_where_it_may_go_and_refused_elsewhere(node: Node, served: Any, whole: Walk, name: str) -> None:  # fmt: skip
    role = everything.PEOPLE[name]
    browser = everything.signed_in(node, served, name)
    theirs = walk(browser, "en", ("/",))
    wrong = [
        (address, answer.status, "led there by", theirs.came[address])
        for address, answer in theirs.met.items()
        if (answer.status not in (200, 302, 303) and role != "nobody") or BROKEN.search(answer.text)
    ]
    opened = {route_of(address) for address in theirs.met}
    for address in whole.met:
        route = route_of(address)
        if route is None or route in opened:
            continue
        opened.add(route)
        answer, needs = browser.get(address), ACCESS.get(route, "show")
        may = needs == ANYBODY or role in VERBS[needs]
        # whoever may ask in general may still not see this one thing
        if answer.status not in ((200, 303, 403, 404) if may else (403,)) or BROKEN.search(answer.text):
            wrong.append((address, answer.status, "asked for", f"needs {needs}"))
    assert wrong == []


def route_of(address: str) -> str | None:
    """Return the entry of the table of rights that an address belongs to."""
    path = address.partition("?")[0]
    plain = [route for route in ACCESS if route.startswith("GET ") and is_of(path, route.partition(" ")[2])]
    return min(plain, key=lambda route: route.count("{"), default=None)


def is_of(path: str, form: str) -> bool:
    """Tell whether a path has the form of an address with {parts}."""
    return re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(form)), path) is not None


def words_of(node: Node) -> frozenset[str]:
    """Return every text that stands in an object or names something: it is shown as it is."""
    found = set(everything.PARTNERS) | set(VERBS)
    with node.store.read() as tx:
        raws = [bytes(raw) for (raw,) in tx.rows("SELECT raw FROM bodies")]
    for raw in raws:
        found |= {" ".join(one.split()) for one in texts_under(orjson.loads(raw), (), 1)}
    return frozenset(found)


@cache
def left_in_english() -> tuple[frozenset[str], dict[str, list[re.Pattern[str]]]]:
    """Return the sentences that French says otherwise, and those with places in them as patterns, by how they begin."""
    sentences = [one for one, said in catalogue("fr").items() if said != one]
    placed = defaultdict[str, list[re.Pattern[str]]](list)
    for one in sentences:
        # with a place at its beginning, or hardly a word beside, much else would be taken for it
        if "{" in one[2:] and "{" not in one[:2] and len(PLACE.sub("", one).split()) >= 3:
            placed[one[:2]].append(re.compile(".+?".join(re.escape(part) for part in PLACE.split(one))))
    return frozenset(one for one in sentences if "{" not in one and len(one) > 2), placed
