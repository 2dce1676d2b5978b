"""A person takes a link, makes a passkey with a (virtual) device, and signs in by it; the pages of the door can be read by all."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.conftest import SHOTS
from tests.browser.served import Served
from tests.browser.test_accessible import faults

Enter = Callable[..., Any]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def invited(served: Served, name: str) -> str:
    """Add a person by the command line while the node is served; return their link under its name."""
    line = [sys.executable, "-m", "cordiale.cli.main", "--node", str(served.folder), "--json"]
    added = [*line, "person", "add", name, "--title", "Léa Roy", "--role", "analyst"]
    said = subprocess.run(added, capture_output=True, text=True, check=True)
    link: str = json.loads(said.stdout)["link"]
    return f"{by_name(served)}/enrol?{link.partition('?')[2]}"


def by_name(served: Served) -> str:
    """Return the node's address under a name: browsers keep passkeys for names."""
    return served.address.replace("127.0.0.1", "localhost")


@pytest.fixture
def opened(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Return what opens a page in which nobody has signed in; what it complains of fails the test."""
    contexts, complaints = [], []

    def page(lang: str = "en", **more: Any) -> Any:
        context = chromium.new_context(locale=lang, reduced_motion="reduce", **more)
        contexts.append(context)
        found = context.new_page()
        found.set_default_timeout(10_000)
        found.on("pageerror", lambda error: complaints.append(f"{found.url}: {error}"))
        return found

    yield page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize(
    ("lang", "make", "show", "leave"),
    [
        ("en", "Make a passkey", "Sign in by a passkey", "Sign out"),
        ("fr", "Créer une clé", "Se connecter par une clé", "Se déconnecter"),
    ],
)
def test_a_passkey_is_made_and_used(served: Served, opened: Callable[..., Any], lang: str, make: str, show: str, leave: str) -> None:  # fmt: skip
    page = opened(lang)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.goto(invited(served, f"lea-{lang}"))
    page.get_by_role("button", name=make).click()
    page.wait_for_url(f"{by_name(served)}/")
    page.goto(f"{by_name(served)}/account")
    assert "localhost" in page.locator("main").inner_text()
    page.get_by_role("button", name=leave).click()
    page.wait_for_url(f"{by_name(served)}/sign-in")
    page.get_by_role("button", name=show).click()
    page.wait_for_url(f"{by_name(served)}/")
    assert page.locator(f"text=lea-{lang}").count() >= 1


def test_a_device_that_refuses_is_told_in_words(served: Served, opened: Callable[..., Any]) -> None:
    page = opened()
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, "isUserVerified": False}})
    page.goto(f"{by_name(served)}/sign-in")
    page.get_by_role("button", name="Sign in by a passkey").click()
    page.locator("[data-refused]:visible").wait_for()
    assert page.url.endswith("/sign-in")


@pytest.mark.parametrize(
    ("lang", "width", "scheme"),
    [("en", 1400, "light"), pytest.param("fr", 360, "dark", marks=pytest.mark.long)],
)
def test_pages_about_people_can_be_read_by_all(served: Served, opened: Callable[..., Any], enter: Enter, lang: str, width: int, scheme: str) -> None:  # fmt: skip
    view: dict[str, Any] = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    SHOTS.mkdir(exist_ok=True)
    found: list[str] = []

    def look(page: Any, name: str, address: str) -> None:
        page.emulate_media(color_scheme=scheme)
        page.goto(address)
        page.screenshot(path=SHOTS / f"{name}-{lang}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        found.extend(faults(page, address))

    stranger = opened(lang, bypass_csp=True, **view)
    look(stranger, "sign-in", f"{by_name(served)}/sign-in")
    look(stranger, "invited", invited(served, f"max-{lang}"))
    stranger.goto(stranger.url)
    for field in ("password", "again"):
        stranger.locator(f"input[name={field}]").fill("pluie violon carton 7")
    stranger.locator("form[action='/enrol'] button").click()
    stranger.wait_for_url("**/account/secure")
    look(stranger, "secure", stranger.url)
    member = enter("operator", lang=lang, width=width, bypass_csp=True, complains=False)
    look(member, "people", f"{served.address}/people")
    look(member, "person", f"{served.address}/people/officer")
    look(member, "account", f"{served.address}/account")
    assert not found, "\n".join(found)
