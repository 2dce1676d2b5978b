"""One browser and one served node for each file of tests here; without Chromium they are skipped, and say so."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.served import Served, made, serve

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SHOTS = Path(__file__).parents[2] / ".screens"
"""Where screenshots go, for people to look at; git knows nothing of it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium: apt-get install chromium"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("browser") / "node"
    codes = made(folder)
    process, answering = serve(folder, codes)
    try:
        yield answering
    finally:
        process.terminate()
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    # while it runs, its event loop does: tests of other folders that have loops of their own must not follow meanwhile
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def enter(chromium: Any, served: Served) -> Iterator[Callable[..., Any]]:
    """Return what signs a person in and gives their page; what a page complains of fails the test."""
    contexts, complaints = [], []

    def signed_in(
        person: str = "officer",
        *,
        lang: str = "en",
        scheme: str = "light",
        width: int = 1280,
        complains: bool = True,
        **more: Any,
    ) -> Any:
        context = chromium.new_context(
            locale=lang,
            color_scheme=scheme,
            viewport={"width": width, "height": 800},
            reduced_motion="reduce",
            base_url=served.address,
            **more,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        if complains:
            page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
            page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None)  # fmt: skip
        page.goto(served.doors[person])
        if page.locator("form[action='/enter']").count():
            page.locator("form[action='/enter'] button").click()
        page.wait_for_url(f"{served.address}/")
        return page

    yield signed_in
    for context in contexts:
        context.close()
    assert complaints == []
