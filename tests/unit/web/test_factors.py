"""Links, one-time codes, passkeys and tokens, through the pages."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from cordiale.accounts import totp
from cordiale.accounts.records import metadata
from cordiale.desk.actor import house
from cordiale.desk.person.enrolment import person_invite
from cordiale.desk.person.people import person_add, person_lock, person_show
from cordiale.desk.person.signin import actor_by_token
from cordiale.node import Node, init, open_node
from cordiale.platform.clock import DAY, MINUTE, SECOND
from cordiale.platform.errors import NotAllowed
from cordiale.web.app import app
from tests.unit.web.browser import Answer, Browser
from tests.unit.web.device import Device, b64
from tests.unit.web.test_signin import Watch

MARIE = house("marie")
PASSWORD = "pluie violon carton 7"
ORIGIN = "http://localhost:8470"
SECRET = re.compile(r'<p class="mono">([A-Z2-7 ]+)</p>')


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, Watch, Any]]:
    path = init(tmp_path_factory.mktemp("factors") / "node", name="canada", nation="CAN", organisation="LCC")
    watch = Watch()
    with open_node(path, environ={}, clock=watch) as node:
        yield node, watch, app(node)


@pytest.fixture
def node(made: tuple[Node, Watch, Any]) -> Node:
    with made[0].store.write() as tx:
        for table in metadata.tables:
            tx.run(f"DELETE FROM {table}")
    person_add(made[0].desk, MARIE, "paul", title="Paul Durand", roles=["analyst"])
    return made[0]


@pytest.fixture
def watch(made: tuple[Node, Watch, Any]) -> Watch:
    return made[1]


@pytest.fixture
def browser(made: tuple[Node, Watch, Any], node: Node) -> Browser:
    return Browser(made[2], host="localhost:8470")


def link(node: Node, name: str = "paul") -> str:
    return person_invite(node.desk, MARIE, name).code


def asked(page: Answer, kind: str) -> str:
    """Return what a page asks of a device."""
    found = re.search(rf'data-passkey="{kind}" data-asked="([^"]*)"', page.text)
    assert found, page.text
    return html.unescape(found[1])


def code_now(page: Answer, watch: Watch) -> str:
    """Return the code that an app shows which read the picture of a page."""
    found = SECRET.search(page.text)
    assert found, page.text
    import base64

    secret = base64.b32decode(found[1].replace(" ", ""))
    return totp.code(secret, totp.step(watch.now))


def enrolled(browser: Browser, node: Node, watch: Watch) -> bytes:
    """Take a link, choose a password and codes, and return the secret of the codes."""
    import base64

    code = link(node)
    browser.get(f"/enrol?code={code}")
    done = browser.post("/enrol", {"code": code, "password": PASSWORD, "again": PASSWORD})
    assert done.to == "/account/secure"
    page = browser.get(done.to)
    assert browser.post("/account/secure/codes", {"code": code_now(page, watch)}).to == "/"
    found = SECRET.search(page.text)
    assert found
    return base64.b32decode(found[1].replace(" ", ""))


def with_passkey(browser: Browser, node: Node, device: Device, name: str = "paul") -> Answer:
    """Take a link and make a passkey."""
    code = link(node, name)
    page = browser.get(f"/enrol?code={code}")
    answer = device.make(asked(page, "make"), ORIGIN)
    return browser.post("/enrol/passkey", {"code": code, "answer": answer, "name": "laptop"})


# RFC 6238 appendix B, for SHA-1, and RFC 4226 appendix D
@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"), (2000000000, "69279037"), (20000000000, "65353130")],
)  # fmt: skip
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    assert totp.code(b"12345678901234567890", totp.step(at * SECOND), 8) == code
    assert [totp.code(b"12345678901234567890", n) for n in range(3)] == ["755224", "287082", "359152"]


def test_a_link_leads_to_a_password_and_codes_and_works_once(
    browser: Browser, node: Node, watch: Watch
) -> None:
    code = link(node)
    page = browser.get(f"/enrol?code={code}")
    assert "Paul Durand" in page.text
    assert browser.get(f"/enrol?code={code}").status == 200  # looking does not use it up
    done = browser.post("/enrol", {"code": code, "password": PASSWORD, "again": PASSWORD})
    assert done.to == "/account/secure"
    assert browser.get("/objects").to == "/account/secure?next=/objects"  # nothing before the second factor
    assert browser.get("/account").status == 303
    page = browser.get("/account/secure")
    assert "<svg" in page.text
    assert browser.post("/account/secure/codes", {"code": "000000"}).status == 403
    before = browser.session()
    assert browser.post("/account/secure/codes", {"code": code_now(page, watch)}).to == "/"
    assert browser.session() != before
    assert browser.get("/objects").status == 200
    other = Browser(browser.app, host=browser.host)
    other.get(f"/enrol?code={code}")
    assert other.post("/enrol", {"code": code, "password": PASSWORD, "again": PASSWORD}).status == 404


def test_a_link_ends_after_a_week_with_a_newer_one_and_with_a_lock(
    browser: Browser, node: Node, watch: Watch
) -> None:
    first, second = link(node), link(node)
    assert browser.get(f"/enrol?code={first}").status == 404
    assert browser.get(f"/enrol?code={second.lower()}").status == 200
    watch.wait(8 * DAY)
    assert browser.get(f"/enrol?code={second}").status == 404
    third = link(node)
    person_lock(node.desk, MARIE, "paul")
    assert browser.get(f"/enrol?code={third}").status == 404
    for nothing in ("", "x", "%00", "A" * 500):
        assert browser.get(f"/enrol?code={nothing}").status == 404


@pytest.mark.parametrize(
    "password", ["short", "aaaaaaaaaaaaaaaa", "abababababababab", "x" * 300, "paul-canada"]
)
def test_a_password_that_is_easy_is_refused_and_the_link_stays(
    browser: Browser, node: Node, password: str
) -> None:
    code = link(node)
    browser.get(f"/enrol?code={code}")
    assert browser.post("/enrol", {"code": code, "password": password, "again": password}).status == 422
    assert browser.post("/enrol", {"code": code, "password": PASSWORD, "again": PASSWORD + "x"}).status == 422
    assert browser.get(f"/enrol?code={code}").status == 200


def test_a_link_that_signs_in_by_itself_is_refused_on_a_real_node(browser: Browser, node: Node) -> None:
    with pytest.raises(NotAllowed):
        person_invite(node.desk, MARIE, "paul", kind="enter", uses=3)
    code = link(node)
    browser.get(f"/enter?code={code}")
    assert browser.post("/enter", {"code": code}).status == 404
    assert browser.session() is None


def test_password_and_code_sign_in_and_no_code_works_twice(
    browser: Browser, node: Node, watch: Watch
) -> None:
    secret = enrolled(browser, node, watch)
    watch.wait(MINUTE)
    other = Browser(browser.app, host=browser.host)
    assert other.sign_in("paul", PASSWORD).to == "/sign-in/code"
    assert other.get("/objects").to == "/sign-in/code?next=/objects"
    assert other.get("/account/secure").status == 303  # half a sign-in sets nothing up
    page = other.get("/sign-in/code")
    assert page.status == 200
    now = totp.code(secret, totp.step(watch.now))
    assert other.post("/sign-in/code", {"code": now, "next": "/objects"}).to == "/objects"
    assert other.get("/objects").status == 200
    third = Browser(browser.app, host=browser.host)
    third.sign_in("paul", PASSWORD)
    third.get("/sign-in/code")
    assert third.post("/sign-in/code", {"code": now}).status == 403  # seen over a shoulder
    before = totp.code(secret, totp.step(watch.now) - 1)
    assert third.post("/sign-in/code", {"code": before}).status == 403  # and none before it
    watch.wait(30 * SECOND)
    assert third.post("/sign-in/code", {"code": totp.code(secret, totp.step(watch.now))}).status == 303


def test_codes_cannot_be_guessed(browser: Browser, node: Node, watch: Watch) -> None:
    secret = enrolled(browser, node, watch)
    thief = Browser(browser.app, host=browser.host, address="203.0.113.9")
    answers = []
    for n in range(8):
        thief.sign_in("paul", PASSWORD)
        thief.get("/sign-in/code")
        answers.append(thief.post("/sign-in/code", {"code": f"{n:06}"}).status)
    assert answers == [403] * 5 + [429] * 3
    watch.wait(30 * SECOND)
    home = Browser(browser.app, host=browser.host)
    home.sign_in("paul", PASSWORD)
    home.get("/sign-in/code")  # where they signed in before, nobody slows them down
    assert home.post("/sign-in/code", {"code": totp.code(secret, totp.step(watch.now))}).status == 303


def test_the_secret_of_codes_is_sealed(browser: Browser, node: Node, watch: Watch) -> None:
    import base64

    secret = enrolled(browser, node, watch)
    kept = b"".join(file.read_bytes() for file in node.path.rglob("*") if file.is_file())
    assert secret not in kept
    assert base64.b32encode(secret) not in kept
    assert PASSWORD.encode() not in kept


def test_a_passkey_is_made_by_a_link_and_signs_in_without_a_name(browser: Browser, node: Node) -> None:
    device = Device()
    assert with_passkey(browser, node, device).to == "/"
    assert browser.get("/objects").status == 200
    other = Browser(browser.app, host=browser.host)
    page = other.get("/sign-in?next=/objects")
    done = other.post(
        "/sign-in/passkey", {"answer": device.show(asked(page, "show"), ORIGIN), "next": "/objects"}
    )
    assert done.to == "/objects"
    assert "paul" in other.get("/objects").text
    assert person_show(node.desk, MARIE, "paul").passkeys == 1


def test_an_answer_of_a_device_works_once_for_one_browser_and_not_for_long(
    browser: Browser, node: Node, watch: Watch
) -> None:
    device = Device(counts=False)
    with_passkey(browser, node, device)
    first, second = (Browser(browser.app, host=browser.host) for _n in range(2))
    answer = device.show(asked(first.get("/sign-in"), "show"), ORIGIN)
    second.get("/sign-in")
    assert second.post("/sign-in/passkey", {"answer": answer}).status == 403  # of another browser
    assert first.post("/sign-in/passkey", {"answer": answer}).status == 303
    jar = {name: value for name, value in first.jar.items() if "session" not in name}
    again = Browser(browser.app, host=browser.host, jar=jar, csrf=first.csrf)
    again.get("/sign-in")
    assert again.post("/sign-in/passkey", {"answer": answer}).status == 403  # replayed
    late = Browser(browser.app, host=browser.host)
    answer = device.show(asked(late.get("/sign-in"), "show"), ORIGIN)
    watch.wait(11 * MINUTE)
    assert late.post("/sign-in/passkey", {"answer": answer}).status == 403


def test_what_a_device_must_not_get_away_with(browser: Browser, node: Node) -> None:
    device = Device()
    with_passkey(browser, node, device)
    stranger = Device()
    stranger.make(
        json.dumps({"rp": {"id": "localhost"}, "user": {"id": "eA"}, "challenge": b64(b"x")}), ORIGIN
    )
    stranger.kept[0].id = device.kept[0].id
    other = Browser(browser.app, host=browser.host)

    def status(answer: str) -> int:
        return other.post("/sign-in/passkey", {"answer": answer}).status

    def question() -> str:
        return asked(other.get("/sign-in"), "show")

    assert status(stranger.show(question(), ORIGIN)) == 403  # another key
    assert status(device.show(question(), "http://evil.example")) == 403  # another page
    assert status(device.show(question(), ORIGIN, challenge=b64(b"0" * 40))) == 403  # a challenge of its own
    device.verifies = False
    assert status(device.show(question(), ORIGIN)) == 403  # nobody's finger
    device.verifies = True
    assert status("{}") == status("") == status("[" * 500) == 403


def test_a_copied_passkey_is_noticed_by_its_count(browser: Browser, node: Node, watch: Watch) -> None:
    device = Device()
    with_passkey(browser, node, device)
    other = Browser(browser.app, host=browser.host)
    page = other.get("/sign-in")
    assert other.post("/sign-in/passkey", {"answer": device.show(asked(page, "show"), ORIGIN)}).status == 303
    device.kept[0].count = 0
    copy = Browser(browser.app, host=browser.host)
    page = copy.get("/sign-in")
    assert copy.post("/sign-in/passkey", {"answer": device.show(asked(page, "show"), ORIGIN)}).status == 403


def test_a_passkey_of_somebody_who_is_locked_opens_nothing(browser: Browser, node: Node) -> None:
    device = Device()
    with_passkey(browser, node, device)
    person_lock(node.desk, MARIE, "paul")
    other = Browser(browser.app, host=browser.host)
    answer = device.show(asked(other.get("/sign-in"), "show"), ORIGIN)
    assert other.post("/sign-in/passkey", {"answer": answer}).status == 403


def test_who_has_a_passkey_cannot_be_entered_by_a_password_alone(
    browser: Browser, node: Node, watch: Watch
) -> None:
    """A password that leaked must not let a thief set up codes of their own."""
    device = Device()
    with_passkey(browser, node, device)
    browser.get("/account")
    assert browser.post("/account/password", {"password": PASSWORD, "again": PASSWORD}).to == "/account"
    assert Browser(browser.app, host=browser.host).sign_in("paul", PASSWORD).status == 403


def test_what_one_signs_in_with_is_changed_only_just_after_signing_in(browser: Browser, node: Node, watch: Watch) -> None:  # fmt: skip
    device = Device()
    with_passkey(browser, node, device)
    page = browser.get("/account/secure")
    watch.wait(20 * MINUTE)
    page = browser.get("/account/secure")
    answer = device.make(asked(page, "make"), ORIGIN)
    assert browser.post("/account/secure/passkey", {"answer": answer}).status == 403
    assert browser.post("/account/secure/codes", {"code": code_now(page, watch)}).status == 403
    browser.get("/account")
    assert browser.post("/account/password", {"password": PASSWORD, "again": PASSWORD}).status == 403
    assert browser.post("/account/token", {"name": "x", "scope": "search", "days": "7"}).status == 403
    assert browser.post("/account/passkey/remove", {"id": device.kept[0].id.hex()}).status == 403
    found = person_show(node.desk, MARIE, "paul")
    assert (found.passkeys, found.password, found.codes, found.tokens) == (1, False, False, 0)


def test_a_second_passkey_ends_what_was_open_elsewhere(browser: Browser, node: Node) -> None:
    device = Device()
    with_passkey(browser, node, device)
    other = Browser(browser.app, host=browser.host)
    other.post("/sign-in/passkey", {"answer": device.show(asked(other.get("/sign-in"), "show"), ORIGIN)})
    assert other.get("/objects").status == 200
    page = browser.get("/account/secure")
    answer = device.make(asked(page, "make"), ORIGIN)
    assert browser.post("/account/secure/passkey", {"answer": answer, "name": "key"}).to == "/account"
    assert browser.get("/account").status == 200
    assert other.get("/objects").status == 303
    assert person_show(node.desk, MARIE, "paul").passkeys == 2


def test_the_only_means_cannot_be_removed(browser: Browser, node: Node) -> None:
    device = Device()
    with_passkey(browser, node, device)
    browser.get("/account")
    assert browser.post("/account/passkey/remove", {"id": device.kept[0].id.hex()}).status == 409
    assert person_show(node.desk, MARIE, "paul").passkeys == 1


def test_passkeys_need_a_name_and_the_page_says_so(browser: Browser, node: Node) -> None:
    numbers = Browser(browser.app)
    page = numbers.get("/sign-in?next=/objects")
    assert "data-passkey" not in page.text
    assert 'href="http://localhost:8470/sign-in?next=/objects"' in page.text


def test_my_account_makes_a_token_that_is_shown_once_and_ends_it(browser: Browser, node: Node) -> None:
    with_passkey(browser, node, Device())
    browser.get("/account")
    made = browser.post(
        "/account/token", [("name", "siem"), ("scope", "search"), ("scope", "show"), ("days", "7")]
    )
    found = re.search(r"cdl_[A-Za-z0-9_-]+", made.text)
    assert found
    assert actor_by_token(node.desk, found[0], node.desk.clock()).scopes == {"search", "show"}
    page = browser.get("/account").text
    assert found[0] not in page
    identifier = re.search(r'token/revoke" method="post">.*?name="id" value="([0-9a-f]+)"', page)
    assert identifier
    assert browser.post("/account/token/revoke", {"id": identifier[1]}).to == "/account"
    with pytest.raises(NotAllowed):
        actor_by_token(node.desk, found[0], node.desk.clock())


def test_my_account_ends_a_session_elsewhere(browser: Browser, node: Node) -> None:
    device = Device()
    with_passkey(browser, node, device)
    other = Browser(browser.app, host=browser.host)
    other.post("/sign-in/passkey", {"answer": device.show(asked(other.get("/sign-in"), "show"), ORIGIN)})
    page = browser.get("/account").text
    (identifier,) = re.findall(r'session/end" method="post">.*?name="id" value="([0-9a-f]+)"', page)
    assert browser.post("/account/session/end", {"id": identifier}).to == "/account"
    assert other.get("/objects").status == 303
    assert browser.get("/objects").status == 200


def test_the_operator_lets_people_in_by_the_pages(browser: Browser, node: Node) -> None:
    person_add(node.desk, MARIE, "olga", roles=["operator"])
    with_passkey(browser, node, Device(), "olga")
    assert "Paul Durand" in browser.get("/people").text
    assert (
        browser.post("/people", {"name": "lea", "title": "Léa Roy", "roles": "analyst"}).to == "/people/lea"
    )
    twice = browser.post("/people", {"name": "lea", "title": "Another Léa", "roles": "analyst"})
    assert twice.status == 409
    assert 'value="Another Léa"' in twice.text  # what was typed is kept
    assert 'value="analyst" checked' in twice.text
    browser.get("/people/lea")
    sent = {
        "roles": "liaison",
        "tlp": "green",
        "clearances": "CAN/SECRET\r\nNATO/NATO SECRET\r\n",
        "compartments": "",
    }
    assert browser.post("/people/lea", sent).to == "/people/lea"
    found = person_show(node.desk, MARIE, "lea")
    assert (found.roles, found.tlp, found.clearances) == (
        ("liaison",),
        "green",
        ("CAN/SECRET", "NATO/NATO SECRET"),
    )
    refused = browser.post("/people/lea", {"clearances": "nonsense"})
    assert refused.status == 422
    assert "nonsense</textarea>" in refused.text
    made = browser.post("/people/lea/invite")
    (url,) = re.findall(r"http://localhost:8470(/enrol\?code=[A-Z2-7]+)", made.text)
    theirs = Browser(browser.app, host=browser.host)
    assert "Léa Roy" in theirs.get(url).text
    assert url not in browser.get("/people/lea").text
    assert browser.post("/people/lea/lock", {"reason": "left"}).to == "/people/lea"
    assert theirs.get(url).status == 404
    assert browser.post("/people/lea/unlock").to == "/people/lea"
    assert browser.post("/people/lea/remove").to == "/people"
    assert browser.get("/people/lea").status == 404
    assert browser.post("/people/olga/lock").status == 409
    assert browser.post("/people/olga/launch").status == 404


def test_what_people_call_themselves_shows_as_text(browser: Browser, node: Node) -> None:
    person_add(node.desk, MARIE, "olga", title="<script>alert(1)</script>", roles=["operator"])
    with_passkey(browser, node, Device(), "olga")
    for address in ("/people", "/people/olga", "/account"):
        assert "<script>alert" not in browser.get(address).text, address
