"""Partners as operators, officers and readers meet them: connecting, rules, the pair's log, suspending."""

import re
from typing import Any

import pytest

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, house
from cordiale.node import Node
from cordiale.release.recipient import Recipient
from cordiale.web.app import app
from tests.unit.web.asgi import ask
from tests.unit.web.conftest import RULES
from tests.unit.web.test_release import other, post

HOSTILE = re.compile(r"<(script|img|i)[ >](?!type=\"module\")")


@pytest.fixture(scope="module")
def desk(partnered: Node) -> Any:
    return app(partnered, actor=house("marie"))


@pytest.mark.parametrize(
    ("target", "english", "french"),
    [
        ("/partners", "Connect a partner", "Connecter un partenaire"),
        ("/partners/of/france", "Pair log", "Journal bilatéral"),
        ("/partners/connect", "Read these to them", "Lisez-leur ceci"),
        ("/partners/rules", "Rules and equivalences", "Règles et équivalences"),
        ("/partners/rules/careful", "Preview what would change", "Prévisualiser ce qui changerait"),
        ("/partners/rules?example=1", "canada-france-united-kingdom", "Équivalences des échelles nationales"),
    ],
)
def test_each_page_is_there_in_both_languages_and_shows_hostile_text_as_text(
    desk: Any, target: str, english: str, french: str
) -> None:
    for lang, words in (("en", english), ("fr", french)):
        page = ask(desk, target, accept_language=lang)
        assert page.status == 200
        assert words in page.text
        assert not HOSTILE.search(page.text)


def test_rules_are_previewed_and_applied_only_as_they_were(desk: Any, partnered: Node) -> None:
    before = partnered.store.changed()
    wider = RULES.replace('tlp = "amber"', 'tlp = "green"')
    tried = post(desk, "/partners/rules-try", text=wider)
    assert tried.status == 200
    assert "What would change" in tried.text
    assert partnered.store.changed() == before
    token = re.search(r'name="token" value="([^"]+)"', tried.text)
    assert token is not None
    other_text = RULES.replace('tlp = "amber"', 'tlp = "clear"')
    assert post(desk, "/partners/rules-apply", text=other_text, token=token[1]).status == 422
    assert post(desk, "/partners/rules-apply", text=RULES, token="x").status == 422
    again = post(desk, "/partners/rules-try", text=RULES)
    token = re.search(r'name="token" value="([^"]+)"', again.text)
    assert token is not None
    done = post(desk, "/partners/rules-apply", text=RULES, token=token[1])
    assert done.headers["location"].startswith("/partners/rules/careful")


@pytest.mark.parametrize(
    ("wrong", "line"), [(RULES.replace("format = 1", "format = 9"), 2), (RULES + "\n[[broken\n", 15)]
)
def test_an_error_is_shown_at_its_line_and_what_was_written_is_kept(desk: Any, wrong: str, line: int) -> None:
    page = post(desk, "/partners/rules-try", text=wrong)
    assert page.status == 422
    assert 'role="alert"' in page.text
    assert re.search(r'<li value="(\d+)" class="wrong">', page.text)
    assert "by-an-officer" in page.text.partition("<textarea")[2]


def test_what_is_no_invitation_is_refused_in_words(desk: Any, partnered: Node) -> None:
    own = verbs.partner_invite(partnered.desk, house("marie"))
    for data, words in ((b"nonsense", "invitation"), (own, "invitation of this node itself")):
        body = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + data + b"\r\n--x--\r\n"
        kind = "multipart/form-data; boundary=x"
        page = ask(desk, "/partners/add", method="POST", body=body, content_type=kind)
        assert page.status == 422
        assert words in page.text


def test_the_words_of_a_partner_are_never_shown_before_they_were_heard(desk: Any) -> None:
    page = ask(desk, "/partners/connect").text
    assert page.count("<li>") == 8


def test_an_invitation_is_a_download(desk: Any) -> None:
    made = post(desk, "/partners/invite")
    assert made.status == 200
    assert made.headers["content-disposition"] == 'attachment; filename="canada.invitation.json"'


def test_suspending_and_resuming_is_said_and_repeating_it_is_a_conflict(desk: Any) -> None:
    done = post(desk, "/partners/of/france/suspend", reason="doubt")
    assert "Suspended: nothing is exchanged" in ask(desk, done.headers["location"]).text
    assert post(desk, "/partners/of/france/suspend").status == 409
    done = post(desk, "/partners/of/france/resume")
    assert "The exchange goes on" in ask(desk, done.headers["location"]).text


def test_the_pair_log_shows_segments_to_who_may_see_everything_alone(desk: Any, partnered: Node) -> None:
    verbs.release(
        partnered.desk, house("marie"), "france", ids=["indicator--00000000-0000-4000-8000-000000000003"]
    )
    page = ask(desk, "/partners/of/france").text
    assert 'id="cuts"' in page
    seen = Recipient(node="canada", nation="CAN", organisation="CAN-LCC", person="v", tlp="amber")
    person = app(partnered, actor=Actor("v", frozenset({"officer", "operator"}), seen))
    page = ask(person, "/partners/of/france").text
    assert "Entry numbers count objects" in page
    assert 'id="cuts"' not in page


def test_who_may_not_act_sees_no_button_and_is_refused(partnered: Node) -> None:
    analyst = other(partnered, "analyst")
    assert "/partners/connect" not in ask(analyst, "/partners").text
    assert "/suspend" not in ask(analyst, "/partners/of/france").text
    for target in ("/partners/connect", "/partners/rules", "/partners/rules/careful"):
        assert ask(analyst, target).status == 403
    for target in (
        "/partners/invite",
        "/partners/confirm",
        "/partners/rules-try",
        "/partners/rules-apply",
        "/partners/of/france/suspend",
        "/partners/of/france/leave",
        "/partners/of/france/visit",
        "/partners/of/france/reconcile",
    ):
        assert post(analyst, target, name="france", words="x", text=RULES, token="x").status in (403, 422)
    officer = other(partnered, "officer")
    assert post(officer, "/partners/invite").status == 403
    assert ask(officer, "/partners/of/nobody").status == 404
