"""What a browser fetches to show a page for the first time: with nothing kept from before, as it crosses the wire.

The pages are those that links lead to, from the first one on, for somebody who has every role: of each address of the node the
first that is found, and every tab. A real browser opens each, so that what scripts load by themselves is counted as well.
Styles and scripts are sent compressed. Pages are not: what is compressed beside a form's token would tell of it by its length. The
figures count them as if they were, which is what the target is about; how much was sent stands beside.
"""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bench import marked
from bench.figure import Figure
from bench.marked import KEEPER
from bench.paged import Paged, paged
from bench.visitor import Visitor

NAME = "first-load"
MOST_KB = 200.0
EACH = 1
"""Addresses of one kind that are opened."""

QUIET_MS = 400
"""A page has come when nothing arrived for so long."""

_LINK = re.compile(rb'href="(/[^"#]*)"')
_PART = re.compile(r"[a-z-]+--[0-9a-f-]{36}|[0-9a-f]{16,}|\d+")
_FILES = ("/static/", "/assets/", "/sign-out", "/objects/export", "/events")
"""What links lead to that is no page."""


def run(quick: bool) -> list[Figure]:
    """Open every page that links lead to."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise RuntimeError("there is no Chromium here to open pages with: apt-get install chromium")
    with paged(3_000, "SQLite", (KEEPER,)) as served, served.visitor(KEEPER) as visitor:
        addresses = found(visitor, hub(served))
        if quick:
            addresses = addresses[:8]
        sent = dict(opened(served, visitor, addresses, program))
        bodies = {address: visitor.get(address).body for address in sent}
    packed = {
        address: size - len(bodies[address]) + len(gzip.compress(bodies[address], 6))
        for address, size in sent.items()
    }
    by_size = sorted(packed, key=lambda address: -packed[address])
    largest = by_size[0]
    return [
        Figure(
            bench=NAME,
            metric=f"the largest of {len(packed)} pages with all it loads, compressed: {shown(largest)}",
            unit="kB",
            ours=packed[largest] / 1000,
            target=MOST_KB,
            better="less",
        ),
        *(
            Figure(
                bench=NAME,
                metric=f"{shown(address)} (as sent, the page itself not compressed: {sent[address] / 1000:.1f} kB)",
                unit="kB",
                ours=packed[address] / 1000,
                better="less",
            )
            for address in by_size
        ),
    ]


def hub(served: Paged) -> str:
    """Return the address of an object with as many neighbours as a graph draws."""
    return f"/objects/{marked.hub(served.held, 0)[1]}"


def shown(address: str) -> str:
    """Write an address for a table, with what names one object left out."""
    return "`" + _PART.sub("…", address).replace("|", "%7C") + "`"


def found(visitor: Visitor, busy: str) -> list[str]:
    """Follow links from the first page; gives one of each kind of address that answers with a page."""
    waiting = ["/", busy, f"{busy}?tab=graph", f"{busy}?tab=timeline", "/objects?q=constante", "/see-as"]
    asked: set[str] = set()
    kinds: dict[str, int] = {}
    pages = []
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(address)
        if address in asked or kinds.get(kind, 0) >= EACH or address.startswith(_FILES):
            continue
        asked.add(address)
        answer = visitor.ask("GET", address)
        if answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        pages.append(address)
        waiting += [unescape(link.decode()) for link in _LINK.findall(answer.body)]
    return pages


def kind_of(address: str) -> str:
    """Return what kind of page an address is: its path without what names one object, and its tab."""
    parts = urlsplit(address)
    given = dict(parse_qsl(parts.query))
    return _PART.sub("…", parts.path) + given.get("tab", "") + ",".join(sorted(given.keys() - {"tab"}))


def opened(served: Paged, visitor: Visitor, addresses: list[str], program: str) -> Iterator[tuple[str, int]]:
    """Yield the bytes that came to show each page, in a browser that has nothing of it."""
    from playwright.sync_api import sync_playwright

    base = f"http://127.0.0.1:{served.port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for address in addresses:
            context = browser.new_context(base_url=base, locale="en")
            context.set_default_timeout(120_000)
            context.add_cookies(
                [{"name": name, "value": value, "url": base} for name, value in visitor.cookies.items()]
            )
            yield address, came(context, address)
            context.close()
        browser.close()


def came(context: Any, address: str) -> int:
    """Return the bytes of all answers until nothing came any more, with their heads."""
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    total = [0]

    def done(event: dict[str, Any]) -> None:
        total[0] += int(event["encodedDataLength"])

    network.on("Network.loadingFinished", done)
    page.goto(address, wait_until="load")
    before = -1
    while before != total[0]:
        before = total[0]
        page.wait_for_timeout(QUIET_MS)
    return total[0]
