"""Single sign-on through the pages, by a real provider on this machine, and what must not be believed of one."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from cordiale.accounts import records
from cordiale.accounts.credential import Subject
from cordiale.accounts.records import metadata
from cordiale.desk.actor import house
from cordiale.desk.person.enrolment import person_invite
from cordiale.desk.person.people import person_add, person_lock, person_show
from cordiale.node import Node, init, open_node
from cordiale.platform.clock import MINUTE, SECOND
from cordiale.web.app import app
from tests.unit.web.browser import Answer, Browser
from tests.unit.web.device import Device
from tests.unit.web.provider import Provider
from tests.unit.web.test_factors import with_passkey
from tests.unit.web.test_signin import Watch

MARIE = house("marie")


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    made = Provider()
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[tuple[Node, Watch, Any]]:
    path = init(tmp_path_factory.mktemp("sso") / "node", name="canada", nation="CAN", organisation="LCC")
    (path / "keys" / "sso.secret").write_text(provider.secret + "\n")
    with (path / "cordiale.toml").open("a") as settings:
        settings.write(f'\n[sso.ministry]\ntitle = "Ministry"\nissuer = "{provider.issuer}"\nclient = "cordiale"\nsecret_file = "keys/sso.secret"\n')  # fmt: skip
    watch = Watch()
    with open_node(path, environ={}, clock=watch) as node:
        yield node, watch, app(node)


@pytest.fixture
def node(made: tuple[Node, Watch, Any], provider: Provider) -> Node:
    node, watch, _app = made
    watch.now = time.time_ns() // 1000
    node.desk.cache.clear()
    with node.store.write() as tx:
        for table in metadata.tables:
            tx.run(f"DELETE FROM {table}")
    person_add(node.desk, MARIE, "olga", title="Olga Roy", roles=["analyst"])
    provider.claims, provider.head, provider.unsigned, provider.signs_with = {}, {}, False, None
    provider.subject, provider.names_itself = "f3b1", ""
    return node


@pytest.fixture
def watch(made: tuple[Node, Watch, Any]) -> Watch:
    return made[1]


@pytest.fixture
def browser(made: tuple[Node, Watch, Any], node: Node) -> Browser:
    return Browser(made[2], host="localhost:8470")


def known(node: Node, provider: Provider) -> None:
    """Let olga be known by the provider's account."""
    with node.store.write() as tx:
        person = records.person_called(tx, "olga")
        assert person is not None
        records.add_subject(tx, person.id, Subject(provider.issuer, "f3b1", 0))


def at_provider(to: str) -> str:
    """Go to the provider as a browser does; return where it sends us."""
    parts = urlsplit(to)
    line = http.client.HTTPConnection(parts.netloc)
    line.request("GET", f"{parts.path}?{parts.query}")
    answer = line.getresponse()
    place = answer.headers["location"]
    line.close()
    return str(place)


def back(browser: Browser, place: str) -> Answer:
    """Come back from the provider: the page shows a form, and sends it."""
    parts = urlsplit(place)
    page = browser.get(f"{parts.path}?{parts.query}")
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    form.pop("csrf", None)
    return browser.post("/sign-in/sso/back", form)


def signed_in(browser: Browser, page: str = "/sign-in/sso/ministry?next=/objects") -> Answer:
    return back(browser, at_provider(browser.get(page).to))


def test_who_is_known_by_the_provider_s_account_signs_in(
    browser: Browser, node: Node, provider: Provider
) -> None:
    known(node, provider)
    assert "Ministry" in browser.get("/sign-in").text
    done = signed_in(browser)
    assert (done.status, done.to) == (303, "/objects")
    assert "olga" in browser.get("/objects").text


def test_what_is_asked_is_a_code_with_pkce_state_and_nonce(
    browser: Browser, node: Node, provider: Provider
) -> None:
    to = browser.get("/sign-in/sso/ministry").to
    asked = {name: values[0] for name, values in parse_qs(urlsplit(to).query).items()}
    assert asked["redirect_uri"] == "http://localhost:8470/sign-in/sso/back"
    assert all(len(asked[name]) == 43 for name in ("state", "nonce", "code_challenge"))
    other = parse_qs(urlsplit(browser.get("/sign-in/sso/ministry").to).query)
    assert all(other[name][0] != asked[name] for name in ("state", "nonce", "code_challenge"))


def test_coming_back_writes_nothing_until_the_form_is_sent(
    browser: Browser, node: Node, provider: Provider
) -> None:
    known(node, provider)
    place = at_provider(browser.get("/sign-in/sso/ministry").to)
    before = len(provider.asked)
    parts = urlsplit(place)
    browser.get(f"{parts.path}?{parts.query}")
    assert provider.asked[before:] == []
    assert browser.session() is None
    assert back(browser, place).status == 303


def test_nobody_is_let_in_by_an_e_mail_address(browser: Browser, node: Node, provider: Provider) -> None:
    assert signed_in(browser).status == 403  # olga@example.org is not what olga is known by
    known(node, provider)
    provider.subject = "another"
    assert signed_in(browser).status == 403
    assert browser.session() is None


def test_who_is_locked_stays_out(browser: Browser, node: Node, provider: Provider) -> None:
    known(node, provider)
    person_lock(node.desk, MARIE, "olga")
    assert signed_in(browser).status == 403


Fault = Callable[[Provider], None]


def _set(**fields: Any) -> Fault:
    def fault(provider: Provider) -> None:
        for name, value in fields.items():
            setattr(provider, name, value)

    return fault


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(_set(claims={"nonce": "another"}), id="wrong nonce"),
        pytest.param(_set(claims={"nonce": None}), id="no nonce"),
        pytest.param(_set(claims={"iss": "https://evil.example"}), id="wrong issuer"),
        pytest.param(_set(claims={"aud": "another client"}), id="wrong audience"),
        pytest.param(_set(claims={"aud": ["cordiale", "another"], "azp": "another"}), id="made for another"),
        pytest.param(_set(claims={"exp": 1}), id="expired"),
        pytest.param(_set(claims={"iat": 99999999999, "nbf": 99999999999}), id="of the future"),
        pytest.param(_set(claims={"sub": ""}), id="nobody"),
        pytest.param(_set(claims={"sub": 7}), id="a number"),
        pytest.param(_set(head={"alg": "none"}, unsigned=True), id="alg none"),
        pytest.param(_set(head={"alg": "None"}, unsigned=True), id="alg None"),
        pytest.param(_set(head={"alg": "HS256"}), id="by the public key as a secret"),
        pytest.param(_set(unsigned=True), id="no signature"),
        pytest.param(_set(signs_with=rsa.generate_private_key(65537, 2048)), id="another key"),
        pytest.param(_set(head={"kid": "2"}), id="a key it does not have"),
        pytest.param(_set(head={"crit": ["x"], "x": 1}), id="unknown crit"),
    ],
)
def test_what_must_not_be_believed_is_not(
    browser: Browser, node: Node, provider: Provider, fault: Fault
) -> None:
    known(node, provider)
    fault(provider)
    assert signed_in(browser).status == 403
    assert browser.session() is None


def test_a_state_is_good_once_for_one_browser_and_not_for_long(
    browser: Browser, node: Node, provider: Provider, watch: Watch
) -> None:
    known(node, provider)
    place = at_provider(browser.get("/sign-in/sso/ministry").to)
    victim = Browser(browser.app, host=browser.host)
    assert back(victim, place).status == 403  # sent to somebody else, who would be signed in as the sender
    victim.get("/sign-in/sso/ministry")
    assert back(victim, place).status == 403  # with a state of their own as well
    assert back(browser, place.replace("state=", "state=x")).status == 403
    kept = {name: value for name, value in browser.jar.items() if "session" not in name}
    assert back(browser, place).status == 303
    again = Browser(browser.app, host=browser.host, jar=kept)
    assert back(again, place).status == 403  # replayed
    late = Browser(browser.app, host=browser.host)
    place = at_provider(late.get("/sign-in/sso/ministry").to)
    watch.wait(11 * MINUTE)
    assert back(late, place).status == 403


def test_an_answer_of_another_provider_is_refused(browser: Browser, node: Node, provider: Provider) -> None:
    known(node, provider)
    place = at_provider(browser.get("/sign-in/sso/ministry").to)
    assert back(browser, re.sub("iss=[^&]*", "iss=https%3A%2F%2Fevil.example", place)).status == 403


def test_a_provider_that_calls_itself_something_else_is_not_asked(browser: Browser, node: Node, provider: Provider) -> None:  # fmt: skip
    provider.names_itself = "https://evil.example"
    assert browser.get("/sign-in/sso/ministry").status == 500
    assert browser.get("/sign-in/sso/elsewhere").status == 404


def test_a_refusal_of_the_provider_is_said(browser: Browser, node: Node, provider: Provider) -> None:
    to = browser.get("/sign-in/sso/ministry").to
    state = parse_qs(urlsplit(to).query)["state"][0]
    answer = back(browser, f"/sign-in/sso/back?error=access_denied&state={state}")
    assert answer.status == 403
    assert "access_denied" in answer.text


def test_a_link_may_be_taken_up_by_single_sign_on(browser: Browser, node: Node, provider: Provider) -> None:
    code = person_invite(node.desk, MARIE, "olga").code
    assert f"/sign-in/sso/ministry?code={code}" in browser.get(f"/enrol?code={code}").text
    assert signed_in(browser, f"/sign-in/sso/ministry?code={code}").to == "/"
    assert person_show(node.desk, MARIE, "olga").providers == (provider.issuer,)
    assert signed_in(Browser(browser.app, host=browser.host)).to == "/objects"
    assert browser.get(f"/enrol?code={code}").status == 404


def test_an_account_is_added_to_one_s_own_and_to_nobody_else_s(browser: Browser, node: Node, provider: Provider, watch: Watch) -> None:  # fmt: skip
    with_passkey(browser, node, Device(), "olga")
    place = at_provider(browser.get("/account/sso/ministry").to)
    person_add(node.desk, MARIE, "paul", roles=["analyst"])
    pauls = Browser(browser.app, host=browser.host)
    with_passkey(pauls, node, Device(), "paul")
    pauls.jar = {**browser.jar, **{name: value for name, value in pauls.jar.items() if "session" in name}}
    pauls.get("/account")
    assert back(pauls, place).status == 403  # begun by olga, ended by paul
    browser.get("/account")
    assert signed_in(browser, "/account/sso/ministry").to == "/account"
    pauls.get("/account")
    assert signed_in(pauls, "/account/sso/ministry").status == 409  # it is olga's
    watch.wait(16 * MINUTE)
    assert browser.get("/account/sso/ministry").status == 403  # too long after signing in


def test_a_provider_in_the_clear_is_not_asked() -> None:
    from cordiale.accounts.oidc import Provider as Named
    from cordiale.accounts.oidc import discover
    from cordiale.platform.errors import ConfigurationError

    with pytest.raises(ConfigurationError):
        discover(Named("ministry", "", "http://sso.example.org", "cordiale"), lambda *_asked: b"{}")


def test_the_clock_of_these_tests_is_that_of_the_provider(node: Node, watch: Watch) -> None:
    assert abs(watch.now - time.time_ns() // 1000) < 60 * SECOND
