"""Every address of the pages, for everybody: who may, who may not, and that none is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlencode

import pytest

from cordiale.accounts import records
from cordiale.accounts.session import Stage
from cordiale.desk.actor import ROLES, VERBS, house
from cordiale.desk.person import sessions
from cordiale.desk.person.attempts import Origin
from cordiale.desk.person.people import person_add, person_lock
from cordiale.desk.records import audit_rows
from cordiale.node import Node, init, open_node
from cordiale.web.app import app
from cordiale.web.gate import OPEN
from cordiale.web.site import pages
from tests.unit.web.browser import Answer, Browser

MARIE = house("marie")
ID = "indicator--00000000-0000-4000-8000-000000000001"
VALUES: Final = {
    "stix_id": ID,
    "sha256": "0" * 64,
    "search": "1",
    "act": "lock",
    "recall": "1",
    "name": "nobody",
    "file_path": "icon.svg",
    "job": "1",
    "number": "1",
    "partnership": "nothing",
    "asked": "nothing",
    "playbook": "nothing",
}
"""What stands for the parts of an address; a new one is added here."""

ANYBODY: Final = "anybody"
DOOR: Final = "door"

ACCESS: Final[dict[str, str]] = {
    "GET /": "search",
    "GET /objects": "search",
    "POST /objects/chosen": "search",
    "POST /objects/columns": ANYBODY,
    "GET /objects/export": "export",
    "POST /objects/{stix_id}/say": "say",
    "GET /objects/{stix_id}/purge": "recall",
    "POST /objects/{stix_id}/purge/do": "recall",
    "POST /searches": "search",
    "POST /searches/{search}": "search",
    "POST /playbooks/{playbook}/seen": "search",
    "GET /requests": "joint",
    "GET /requests/{asked}": "joint",
    "POST /requests/ask": "request",
    "POST /requests/{asked}/answer": "request",
    "POST /requests/{asked}/assign": "request",
    "POST /requests/{asked}/settle": "request",
    "GET /playbooks": "playbook-list",
    "GET /playbooks/new": "playbook",
    "GET /playbooks/{playbook}": "playbook-list",
    "GET /playbooks/{playbook}/change": "playbook",
    "POST /playbooks/add": "playbook",
    "POST /playbooks/{playbook}/keep": "playbook",
    "POST /playbooks/{playbook}/turn": "playbook",
    "POST /playbooks/{playbook}/drop": "playbook",
    "GET /objects/{stix_id}": "show",
    "GET /objects/{stix_id}/glance": "show",
    "GET /objects/{stix_id}/files/{sha256}": "show",
    "GET /objects/{stix_id}/neighbours": "show",
    "GET /objects/{stix_id}/path": "show",
    "GET /release": "preview",
    "GET /release/try": "preview",
    "GET /release/acts/{act}": "preview",
    "POST /release/approve": "release",
    "POST /release/refuse": "release",
    "POST /release/lift": "release",
    "POST /release/confirm": "release",
    "POST /release/withdraw": "release",
    "GET /release/text/{stix_id}": "preview",
    "POST /release/text/{stix_id}/try": "mark",
    "POST /release/text/{stix_id}/keep": "mark",
    "GET /release/consents": "consent-list",
    "POST /release/consents/answer": "consent",
    "POST /release/consents/ask": "consent",
    "GET /release/recalls": "recall",
    "GET /release/recalls/new": "recall",
    "GET /release/recalls/{recall}": "recall",
    "POST /release/recalls/ask": "recall",
    "POST /release/recalls/{recall}/confirm": "recall",
    "POST /release/recalls/{recall}/drop": "recall",
    "POST /release/received/{recall}": "recall",
    "GET /release/log": "preview",
    "GET /release/partners": "preview",
    "GET /partners": "partner-list",
    "GET /import": "jobs",
    "GET /import/aside": "set-aside",
    "GET /import/aside/{number}": "set-aside",
    "GET /import/aside/{number}/bytes": "set-aside",
    "GET /import/jobs/{job}": "jobs",
    "GET /partners/connect": "partner",
    "GET /partners/of/{name}": "partner-list",
    "GET /partners/rules": "rules",
    "GET /partners/rules/{partnership}": "rules",
    "POST /import/mend": "set-aside",
    "POST /import/resume": "job",
    "POST /import/retry": "set-aside",
    "POST /import/stop": "job",
    "POST /import/take": "import",
    "POST /partners/add": "partner",
    "POST /partners/confirm": "partner",
    "POST /partners/invite": "partner",
    "POST /partners/of/{name}/leave": "partner-suspend",
    "POST /partners/of/{name}/reconcile": "sync",
    "POST /partners/of/{name}/rejoin": "partner",
    "POST /partners/of/{name}/resume": "partner-suspend",
    "POST /partners/of/{name}/suspend": "partner-suspend",
    "POST /partners/of/{name}/visit": "sync",
    "POST /partners/rules-accept": "rules",
    "POST /partners/rules-apply": "rules",
    "POST /partners/rules-sign": "rules",
    "POST /partners/rules-try": "rules",
    "GET /administration": "partner-list",
    "GET /administration/audit": "audit",
    "GET /administration/backups": "backup",
    "GET /administration/retention": "retention",
    "POST /administration/audit/export": "audit",
    "POST /administration/audit/verify": "audit",
    "POST /administration/backups/make": "backup",
    "POST /administration/retention/apply": "retention-apply",
    "POST /administration/retention/end": "retention-apply",
    "GET /palette": "search",
    "GET /events": "search",
    "POST /language": DOOR,
    "POST /scheme": DOOR,
    "GET /see-as": "see-as",
    "POST /see-as": "see-as",
    "POST /see-as/end": ANYBODY,
    "GET /sign-in": DOOR,
    "POST /sign-in": DOOR,
    "GET /sign-in/code": DOOR,
    "POST /sign-in/code": DOOR,
    "POST /sign-in/passkey": DOOR,
    "GET /sign-in/sso/{name}": DOOR,
    "GET /sign-in/sso/back": DOOR,
    "POST /sign-in/sso/back": DOOR,
    "GET /account/sso/{name}": ANYBODY,
    "GET /enrol": DOOR,
    "POST /enrol": DOOR,
    "POST /enrol/passkey": DOOR,
    "GET /enter": DOOR,
    "POST /enter": DOOR,
    "POST /sign-out": ANYBODY,
    "GET /account": "account",
    "GET /account/secure": ANYBODY,
    "POST /account/secure/codes": ANYBODY,
    "POST /account/secure/passkey": ANYBODY,
    "POST /account/passkey/remove": ANYBODY,
    "POST /account/password": "account",
    "POST /account/session/end": "account",
    "POST /account/token": "account",
    "POST /account/token/revoke": "account",
    "GET /people": "person-list",
    "POST /people": "person",
    "GET /people/{name}": "person-list",
    "POST /people/{name}": "person",
    "POST /people/{name}/invite": "person",
    "POST /people/{name}/{act}": "person",
    "GET /assets/{name}": DOOR,
    "GET /static/{file_path}": DOOR,
}
"""What each address asks of who uses it: a verb of `desk.actor`, a session of whatever role, or nothing."""

SENT: Final[dict[str, Any]] = {
    "GET /palette": {"q": "rain"},
    "POST /searches/{search}": {"act": "drop"},
    "POST /release/consents/answer": {"id": "1", "chosen": "1", "consent": "1", "state": "granted"},
}
"""What is asked or sent where nothing would be done without it."""

ENDLESS: Final = frozenset({"GET /events"})
"""Answers that go on for as long as somebody listens."""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    path = init(tmp_path_factory.mktemp("routes") / "node", name="canada", nation="CAN", organisation="LCC")
    with open_node(path, environ={}) as opened:
        for role in ROLES:
            person_add(opened.desk, MARIE, role, roles=[role], tlp="red")
        person_add(opened.desk, MARIE, "without", roles=[])
        yield opened


@pytest.fixture(scope="module")
def addresses(node: Node) -> list[str]:
    """Return every address with its method, as the framework has them."""
    made, _site = pages(node)
    return sorted(
        f"{method} {route.path_format}"
        for route in made.routes
        for method in getattr(route, "methods", ())
        if method not in ("OPTIONS", "HEAD")
    )


@pytest.fixture(scope="module")
def routes(addresses: list[str]) -> list[str]:
    """Return those that the table knows; another test names the others."""
    return [route for route in addresses if route in ACCESS]


@pytest.fixture(scope="module")
def served(node: Node) -> Any:
    return app(node)


def signed_in(node: Node, served: Any, name: str, stage: Stage = "full") -> Browser:
    """Return a browser in which somebody has signed in."""
    with node.store.write() as tx:
        person = records.person_called(tx, name)
        assert person is not None
        entered = sessions.begin(tx, node.desk, person, "password", Origin(), stage=stage)
    cookie = sessions.cookie(node.desk, entered.secret)
    jar = {"cordiale-session-canada": cookie}
    return Browser(served, jar=jar, csrf=sessions.form_token(node.desk, entered.secret))


def ask(browser: Browser, route: str, **headers: str) -> Answer:
    method, _space, path = route.partition(" ")
    for name, value in VALUES.items():
        path = path.replace("{" + name + "}", value)
    assert "{" not in path, f"what stands for {path}? Add it to VALUES"
    sent = SENT.get(route, {})
    if method == "GET":
        return browser.get(path + (f"?{urlencode(sent)}" if sent else ""), **headers)
    return browser.post(path, sent, **headers)


def acts(node: Node) -> int:
    with node.store.read() as tx:
        return len(audit_rows(tx, limit=100_000))


def test_every_address_is_in_the_table(addresses: list[str]) -> None:
    """Whoever adds an address says in ACCESS what it asks of who uses it: a verb, a session, or nothing."""
    assert sorted(set(addresses) - set(ACCESS)) == []


def test_every_verb_of_the_table_is_one() -> None:
    assert set(ACCESS.values()) - {ANYBODY, DOOR} <= VERBS.keys()


def test_the_gate_opens_what_the_table_says_and_nothing_else(routes: list[str]) -> None:
    opened = {
        route for route in routes if any((route.partition(" ")[2] + "/").startswith(o + "/") for o in OPEN)
    }
    assert opened == {route for route, needs in ACCESS.items() if needs == DOOR}


def test_without_a_session_nothing_but_the_door_answers(node: Node, served: Any, routes: list[str]) -> None:
    before = acts(node)
    for route in routes:
        if ACCESS[route] == DOOR:
            continue
        stranger = Browser(served)
        stranger.get("/sign-in")
        answer = ask(stranger, route)
        expected = 303 if route.startswith("GET") else 401
        assert answer.status == expected, route
        assert answer.body == b"", route
        assert answer.headers.get("location", "/sign-in").startswith("/sign-in"), route
    assert acts(node) == before


@pytest.mark.parametrize("stage", ["second", "enrol"])
def test_half_a_sign_in_opens_only_what_completes_it(node: Node, served: Any, routes: list[str], stage: Stage) -> None:  # fmt: skip
    before = acts(node)
    completes = ("/sign-out", "/account/secure") if stage == "enrol" else ("/sign-out",)
    for route in routes:
        path = route.partition(" ")[2]
        if ACCESS[route] == DOOR or path.startswith(completes):
            continue
        answer = ask(signed_in(node, served, "operator", stage), route)
        assert answer.status == (303 if route.startswith("GET") else 401), route
        assert answer.body == b"", route
    assert acts(node) == before


def test_a_locked_person_is_a_stranger(node: Node, served: Any, routes: list[str]) -> None:
    person_add(node.desk, MARIE, "gone", roles=ROLES)
    browser = signed_in(node, served, "gone")
    person_lock(node.desk, MARIE, "gone")
    for route in ("GET /", "GET /objects", "GET /people", "GET /events", "POST /people"):
        assert ask(browser, route).status in (303, 401), route


def test_no_form_works_without_its_token_whoever_sends_it(node: Node, served: Any, routes: list[str]) -> None:
    browser = signed_in(node, served, "operator")
    before = acts(node)
    for route in routes:
        if not route.startswith("GET"):
            browser.csrf = "not the token"
            answer = ask(browser, route)
            assert answer.status == 403, route
    assert acts(node) == before


@pytest.mark.parametrize("role", [*ROLES, "without"])
def test_each_role_may_what_its_verbs_say_and_no_more(node: Node, served: Any, routes: list[str], role: str) -> None:  # fmt: skip
    wrong = []
    for route in routes:
        needs = ACCESS[route]
        if needs == DOOR or route in ENDLESS:
            continue
        browser, before = signed_in(node, served, role), acts(node)
        answer = ask(browser, route)
        if needs == ANYBODY or role in VERBS[needs]:
            right = answer.status < 500 and "needs the role" not in answer.text
        else:
            # some forms are read before it is asked who sent them: then it is what is missing that is refused
            right = 400 <= answer.status < 500 and acts(node) == before
        if not right:
            wrong.append((route, needs, answer.status))
    assert wrong == []


def test_what_never_ends_is_refused_to_who_may_not(node: Node, served: Any) -> None:
    """An endless answer is opened and left at once, by each role that may."""
    for route in ENDLESS:
        path = route.partition(" ")[2]
        begun = asyncio.run(_status(served, path, signed_in(node, served, "analyst")))
        assert begun == 200


async def _status(served: Any, path: str, browser: Browser) -> int:
    """Return the status of an answer, and leave."""
    found: list[int] = []
    jar = "; ".join(f"{name}={value}" for name, value in browser.jar.items())
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
    }
    scope |= {"path": path, "raw_path": path.encode(), "query_string": b"", "root_path": ""}  # type: ignore[dict-item]
    scope["headers"] = [
        (b"host", b"127.0.0.1:8470"),
        (b"cookie", jar.encode()),
        (b"accept", b"text/event-stream"),
    ]  # type: ignore[assignment]
    left = asyncio.Event()

    async def receive() -> Any:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            found.append(message["status"])
            left.set()

    asking = asyncio.create_task(served({**scope, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8470)}, receive, send))  # fmt: skip
    await asyncio.wait_for(left.wait(), 10)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    return found[0]
