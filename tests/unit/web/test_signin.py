"""Signing in by a password, and what a session is worth, through the pages."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from cordiale.accounts import password as passwords
from cordiale.accounts import records
from cordiale.accounts.records import metadata
from cordiale.desk.actor import house
from cordiale.desk.person import attempts
from cordiale.desk.person.people import person_add, person_change, person_lock
from cordiale.node import Node, init, open_node
from cordiale.platform.clock import HOUR, MINUTE, SECOND, Instant, system_clock
from cordiale.web.app import app
from tests.unit.web.browser import Browser

MARIE = house("marie")
PASSWORD = "pluie violon carton 7"
HASHED = passwords.hashed(PASSWORD)


class Watch:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now: Instant = system_clock()

    def __call__(self) -> Instant:
        return self.now

    def wait(self, microseconds: int) -> None:
        self.now += microseconds


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, Watch, Any]]:
    path = init(tmp_path_factory.mktemp("door") / "node", name="canada", nation="CAN", organisation="LCC")
    watch = Watch()
    flags = {"accounts.second_factor": "optional"}
    with open_node(path, environ={}, flags=flags, clock=watch) as node:
        yield node, watch, app(node)


@pytest.fixture
def node(made: tuple[Node, Watch, Any]) -> Node:
    with made[0].store.write() as tx:
        for table in metadata.tables:
            tx.run(f"DELETE FROM {table}")
    for name, roles in (("paul", ["analyst"]), ("olga", ["operator"])):
        add(made[0], name, roles)
    return made[0]


@pytest.fixture
def watch(made: tuple[Node, Watch, Any]) -> Watch:
    return made[1]


@pytest.fixture
def browser(made: tuple[Node, Watch, Any], node: Node) -> Browser:
    return Browser(made[2])


def add(node: Node, name: str, roles: list[str]) -> None:
    """Write down somebody who signs in by the password of these tests."""
    person_add(node.desk, MARIE, name, roles=roles)
    with node.store.write() as tx:
        person = records.person_called(tx, name)
        assert person is not None
        records.put_password(tx, person.id, HASHED, 0)


def refusals(node: Node) -> list[tuple[str, str]]:
    """Return who was refused and by what means, oldest first."""
    from cordiale.desk.records import audit_rows

    with node.store.read() as tx:
        rows = [r for r in audit_rows(tx, limit=10_000) if r["verb"] == "sign-in-refused"]
    return [(row["actor"], row["details"]["means"]) for row in rows]


def test_who_has_not_signed_in_is_led_to_the_door_and_back(browser: Browser) -> None:
    asked = browser.get("/objects?q=rain")
    assert (asked.status, asked.to) == (303, "/sign-in?next=/objects%3Fq%3Drain")
    page = browser.get(asked.to)
    assert page.status == 200
    assert "/objects?q=rain" in page.text
    done = browser.post("/sign-in", {"name": "paul", "password": PASSWORD, "next": "/objects?q=rain"})
    assert (done.status, done.to) == (303, "/objects?q=rain")
    shown = browser.get(done.to)
    assert shown.status == 200
    assert "paul" in shown.text


def test_wrong_and_unknown_are_answered_alike(node: Node, browser: Browser) -> None:
    wrong = browser.sign_in("paul", "not the password")
    other = Browser(browser.app, jar=dict(browser.jar))
    unknown = other.sign_in("nobody.here", "not the password")
    person_lock(node.desk, MARIE, "paul")
    third = Browser(browser.app, jar=dict(browser.jar))
    locked = third.sign_in("paul", PASSWORD)
    assert wrong.status == unknown.status == locked.status == 403
    assert wrong.text == unknown.text.replace("nobody.here", "paul") == locked.text
    assert browser.session() is other.session() is third.session() is None
    assert refusals(node)[-3:] == [("paul", "password"), ("?", "password"), ("paul", "password")]


def test_a_name_that_nobody_has_costs_as_much_as_a_wrong_password(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    hasher = passwords._hasher()
    monkeypatch.setattr(
        passwords,
        "_hasher",
        lambda: type(
            "Counted",
            (),
            {"verify": lambda _self, kept, given: compared.append(kept) or hasher.verify(kept, given)},
        )(),
    )
    browser.sign_in("paul", "not the password")
    browser.sign_in("nobody.here", "not the password")
    assert len(compared) == 2
    assert {kept.rsplit("$", 2)[0] for kept in compared} == {"$argon2id$v=19$m=47104,t=1,p=1"}


def test_a_session_planted_before_sign_in_is_worth_nothing_after(browser: Browser) -> None:
    browser.sign_in("olga", PASSWORD)
    planted = browser.session()
    assert planted
    victim = Browser(browser.app, jar=dict(browser.jar))
    victim.get("/objects")
    victim.post("/sign-in", {"name": "paul", "password": PASSWORD})
    assert victim.session() not in (None, planted)
    assert Browser(browser.app, jar={**browser.jar}).get("/").status == 303  # the planted one ended
    assert victim.get("/objects").status == 200


def test_signing_out_ends_the_session_wherever_a_copy_of_the_cookie_is(browser: Browser) -> None:
    browser.sign_in("paul", PASSWORD)
    copy = Browser(browser.app, jar=dict(browser.jar))
    assert copy.get("/objects").status == 200
    browser.get("/objects")
    assert browser.post("/sign-out").to == "/sign-in"
    assert browser.session() is None
    assert copy.get("/objects").status == 303


def test_a_session_ends_when_its_browser_is_idle_and_after_some_hours_whatever_happens(
    browser: Browser, watch: Watch
) -> None:
    browser.sign_in("paul", PASSWORD)
    first = browser.session()
    for _quarter in range(3):
        watch.wait(30 * MINUTE)
        assert browser.get("/objects").status == 200
    assert browser.session() != first  # the time in it went on
    stolen = Browser(
        browser.app, jar={**browser.jar, next(n for n in browser.jar if "session" in n): str(first)}
    )
    assert stolen.get("/objects").status == 303  # an old copy is idle
    watch.wait(61 * MINUTE)
    assert browser.get("/objects").status == 303
    browser.sign_in("paul", PASSWORD)
    for _half in range(24):
        watch.wait(30 * MINUTE)
        last = browser.get("/objects").status
    assert last == 303  # 12 hours


def test_a_live_connection_keeps_nobody_signed_in(browser: Browser, watch: Watch) -> None:
    browser.sign_in("paul", PASSWORD)
    before = browser.session()
    watch.wait(50 * MINUTE)
    browser.get("/nowhere", accept="text/event-stream")
    assert browser.session() == before
    watch.wait(20 * MINUTE)
    assert browser.get("/nowhere", accept="text/event-stream").status == 401


def test_reading_writes_nothing(node: Node, browser: Browser, watch: Watch) -> None:
    browser.sign_in("paul", PASSWORD)
    with node.store.read() as tx:
        before = {t: tx.rows(f"SELECT count(*) FROM {t}") for t in metadata.tables}
        sessions = tx.rows("SELECT * FROM accounts_session")
    for address in ("/", "/objects", "/sign-in", "/sign-in/code"):
        watch.wait(2 * MINUTE)
        browser.get(address)
    with node.store.read() as tx:
        assert before == {t: tx.rows(f"SELECT count(*) FROM {t}") for t in metadata.tables}
        assert sessions == tx.rows("SELECT * FROM accounts_session")


def test_a_change_of_rights_and_a_lock_end_sessions_at_once(node: Node, browser: Browser) -> None:
    browser.sign_in("paul", PASSWORD)
    person_change(node.desk, MARIE, "paul", roles=["liaison"])
    assert browser.get("/objects").status == 303
    browser.sign_in("paul", PASSWORD)
    person_change(node.desk, MARIE, "paul", title="Paul Durand")
    assert browser.get("/objects").status == 200
    person_lock(node.desk, MARIE, "paul")
    assert browser.get("/objects").status == 303


def test_what_is_kept_of_a_session_opens_nothing(node: Node, browser: Browser) -> None:
    browser.sign_in("paul", PASSWORD)
    name = next(name for name in browser.jar if "session" in name)
    with node.store.read() as tx:
        digest = bytes(tx.row("SELECT digest FROM accounts_session")[0])
    import base64

    for forged in (digest, digest + bytes(24), bytes(56)):
        value = base64.urlsafe_b64encode(forged).decode().rstrip("=")
        assert Browser(browser.app, jar={name: value}).get("/objects").status == 303
    content = base64.urlsafe_b64decode(browser.jar[name] + "==")
    later = (int.from_bytes(content[32:40], "big") + 3600).to_bytes(8, "big")
    aged = base64.urlsafe_b64encode(content[:32] + later + content[40:]).decode().rstrip("=")
    assert Browser(browser.app, jar={name: aged}).get("/objects").status == 303


@pytest.mark.parametrize(("secure", "prefix"), [(True, "__Host-"), (False, "")])
def test_the_cookie_is_for_this_host_and_no_script(browser: Browser, secure: bool, prefix: str) -> None:
    other = Browser(browser.app, secure=secure)
    done = other.sign_in("paul", PASSWORD)
    (written,) = [c for c in done.cookies if "session" in c]
    assert written.startswith(f"{prefix}cordiale-session-canada=")
    assert {"Path=/", "HttpOnly", "SameSite=Lax"} <= set(written.split("; "))
    assert ("Secure" in written) == secure
    assert "Domain" not in written


def test_a_form_needs_the_token_of_its_own_browser(browser: Browser) -> None:
    browser.get("/sign-in")
    theirs = Browser(browser.app)
    theirs.get("/sign-in")
    given = {"name": "paul", "password": PASSWORD}
    for token in ("", "x", theirs.csrf):
        assert browser.post("/sign-in", given, csrf=token).status == 403
    assert browser.session() is None
    before = browser.csrf
    assert browser.post("/sign-in", given).status == 303
    assert browser.post("/sign-out", csrf=before).status == 403  # that of before signing in
    assert browser.get("/objects").status == 200


def test_a_form_of_another_site_is_refused_even_with_the_token(browser: Browser) -> None:
    browser.sign_in("paul", PASSWORD)
    browser.get("/objects")
    for headers in (
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "", "origin": "https://evil.example"},
    ):
        assert browser.post("/sign-out", **headers).status == 403
    assert browser.get("/objects").status == 200
    assert browser.post("/sign-out", sec_fetch_site="", origin="null").status == 303


def test_the_token_may_come_as_a_header_or_first_in_a_form_with_files(browser: Browser) -> None:
    browser.sign_in("paul", PASSWORD)
    browser.get("/objects")
    boundary = {"content_type": "multipart/form-data; boundary=x"}
    part = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    wrong = part.format("file", "a") + part.format("csrf", browser.csrf) + "--x--\r\n"
    assert browser.ask("POST", "/sign-out", wrong.encode(), **boundary).status == 403
    assert browser.ask("POST", "/sign-out", b"{}", content_type="application/json").status == 403
    right = part.format("csrf", browser.csrf) + "--x--\r\n"
    assert browser.ask("POST", "/sign-out", right.encode(), **boundary).status == 303
    browser.sign_in("paul", PASSWORD)
    browser.get("/objects")
    assert browser.ask("POST", "/sign-out", b"", x_csrf_token=browser.csrf).status == 303


def test_who_guesses_waits_longer_and_longer(browser: Browser, watch: Watch) -> None:
    answers = [browser.sign_in("paul", "not the password").status for _attempt in range(8)]
    assert answers == [403] * 5 + [429] * 3
    assert browser.sign_in("paul", PASSWORD).status == 429  # also with the right one
    watch.wait(3 * SECOND)
    assert browser.sign_in("paul", "not the password").status == 403
    watch.wait(3 * SECOND)
    assert browser.sign_in("paul", PASSWORD).status == 429  # 4 s now
    watch.wait(2 * SECOND)
    assert browser.sign_in("paul", PASSWORD).status == 303


def test_waiting_tells_nothing_about_who_is_here(browser: Browser) -> None:
    seen = [[browser.sign_in(name, "not the password").text for _n in range(7)] for name in ("paul", "lola")]
    assert seen[0] == [text.replace("lola", "paul") for text in seen[1]]


def tried(node: Node, name: str, address: str, watch: Watch) -> None:
    """Fail to sign in, without the work that a password takes."""
    one = attempts.attempt(node.desk, "password", name, attempts.Origin(address))
    with node.store.write() as tx:
        attempts.let_try(tx, one, "", watch.now)
        attempts.failed(tx, one, watch.now)


def test_an_attacker_cannot_lock_the_operator_out(node: Node, browser: Browser, watch: Watch) -> None:
    """The operator's own place is known; elsewhere they wait a minute at most, whatever was tried in the world."""
    home = Browser(browser.app, address="198.51.100.7")
    assert home.sign_in("olga", PASSWORD).status == 303
    for n in range(60):
        tried(node, "olga", f"203.0.113.{n}", watch)
        watch.wait(61 * SECOND)
    tried(node, "olga", "203.0.113.99", watch)
    assert Browser(browser.app, address="198.51.100.7").sign_in("olga", PASSWORD).status == 303
    train = Browser(browser.app, address="192.0.2.1")
    assert train.sign_in("olga", PASSWORD).status == 429
    watch.wait(61 * SECOND)
    assert train.sign_in("olga", PASSWORD).status == 303


def test_one_place_cannot_try_many_names(node: Node, browser: Browser, watch: Watch) -> None:
    for n in range(30):
        tried(node, f"name{n}", "203.0.113.5", watch)
    assert Browser(browser.app, address="203.0.113.5").sign_in("name77", "x").status == 429
    assert Browser(browser.app, address="203.0.113.6").sign_in("paul", PASSWORD).status == 303


def test_addresses_of_one_subscriber_count_together() -> None:
    from cordiale.accounts.throttle import place

    assert place("2001:db8:1:2::1") == place("2001:db8:1:2:ffff::9") != place("2001:db8:1:3::1")
    assert place("::ffff:192.0.2.1") == place("192.0.2.1") != place("192.0.2.2")


def test_no_page_is_kept_by_a_browser_or_proxy(browser: Browser) -> None:
    browser.sign_in("paul", PASSWORD)
    for address in ("/", "/objects", "/sign-in", "/nowhere", "/release"):
        answer = browser.get(address)
        assert "no-store" in answer.headers["cache-control"], address
        assert answer.status == 303 or "Cookie" in answer.headers["vary"]


def test_what_was_typed_is_written_nowhere(node: Node, browser: Browser) -> None:
    browser.sign_in("paul", "a wrong password 1")
    browser.sign_in("a wrong password 2", "x")
    browser.sign_in("paul", PASSWORD)
    kept = b"".join(file.read_bytes() for file in node.path.rglob("*") if file.is_file())
    for secret in (PASSWORD, "a wrong password 1", "a wrong password 2", str(browser.session())):
        assert secret.encode() not in kept


def test_a_script_is_told_to_sign_in(browser: Browser) -> None:
    answer = browser.get("/objects", hx_request="true")
    assert (answer.status, answer.headers["hx-redirect"]) == (401, "/sign-in?next=/objects")
    assert browser.ask("POST", "/language", b"lang=fr").status == 403


def test_who_sends_a_form_after_their_session_ended_is_led_to_the_door(
    browser: Browser, watch: Watch
) -> None:
    browser.sign_in("paul", PASSWORD)
    browser.get("/objects")
    watch.wait(2 * HOUR)
    answer = browser.post("/account/token", {"name": "x"}, accept="text/html,application/xhtml+xml")
    assert (answer.status, answer.to) == (303, "/sign-in")


@pytest.mark.parametrize(
    ("proxies", "known"), [("", "10.0.0.1"), ("10.0.0.1", "203.0.113.5"), ("10.0.0.2", "10.0.0.1")]
)
def test_a_declared_proxy_alone_says_where_a_request_comes_from(node: Node, proxies: str, known: str) -> None:
    """Of what it says, only the last: what stands before it was written by whoever asked."""
    serve = msgspec.structs.replace(node.settings.serve, proxies=proxies)
    desk = dataclasses.replace(node.desk, settings=msgspec.structs.replace(node.settings, serve=serve))
    asked = Browser(app(dataclasses.replace(node, desk=desk)), address="10.0.0.1")
    asked.get("/sign-in")
    asked.post(
        "/sign-in", {"name": "paul", "password": PASSWORD}, x_forwarded_for="198.51.100.9, 203.0.113.5"
    )
    with node.store.read() as tx:
        assert [row[0] for row in tx.rows("SELECT address FROM accounts_session")] == [known]


def test_a_language_of_a_person_is_set_at_sign_in(node: Node, browser: Browser) -> None:
    person_change(node.desk, MARIE, "paul", language="fr")
    browser.sign_in("paul", PASSWORD)
    assert 'lang="fr"' in browser.get("/objects").text


def test_going_back_stays_on_this_site(browser: Browser) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        browser.get("/sign-in")
        done = browser.post("/sign-in", {"name": "paul", "password": PASSWORD, "next": elsewhere})
        assert done.to == "/"
        browser.get("/objects")
        browser.post("/sign-out")


def test_a_session_lasts_no_longer_than_the_setting(node: Node) -> None:
    assert node.settings.accounts.session_hours * HOUR == 12 * HOUR
