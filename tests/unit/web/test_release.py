"""The release desk as officers, analysts and strangers meet it, in both languages."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from cordiale.desk.actor import Actor, house
from cordiale.node import Node
from cordiale.release.recipient import Recipient
from cordiale.web.app import app
from tests.unit.web.asgi import Answer, ask
from tests.unit.web.conftest import indicator

FORM = "application/x-www-form-urlencoded"


def post(pages: Any, target: str, **fields: Any) -> Answer:
    body = urlencode(fields, doseq=True).encode()
    return ask(pages, target, method="POST", body=body, content_type=FORM)


def ids(*numbers: int) -> list[str]:
    return [indicator(number)["id"] for number in numbers]


@pytest.fixture(scope="module")
def desk(partnered: Node) -> Any:
    return app(partnered, actor=house("marie"))


def other(partnered: Node, *roles: str, tlp: str = "") -> Any:
    seen = (
        Recipient(node="canada", nation="CAN", organisation="CAN-LCC", person="v", tlp=tlp) if tlp else None
    )
    return app(partnered, actor=Actor("visitor", frozenset(roles), seen))


@pytest.mark.parametrize(
    ("target", "english", "french"),
    [
        ("/release", "It would go", "Il partirait"),
        ("/release/log", "applied the rules", "a appliqué les règles"),
        ("/release/partners", "What each partner sees now", "Ce que chaque partenaire voit maintenant"),
        ("/release/consents", "Partners ask for our consent", "Les partenaires demandent notre consentement"),
        ("/release/recalls", "Here will stand what was asked back", "Ici figureront les demandes de retrait"),
        (f"/release/try?id={ids(1)[0]}", "Dry run for 1 object", "Essai à blanc pour 1 objet"),
        (f"/release/text/{ids(1)[0]}", "Keep these parts back", "Retenir ces parties"),
    ],
)
def test_each_page_is_there_in_both_languages_and_shows_hostile_text_as_text(
    desk: Any, target: str, english: str, french: str
) -> None:
    for lang, words in (("en", english), ("fr", french)):
        page = ask(desk, target, accept_language=lang)
        assert page.status == 200
        assert words in page.text
        assert not re.search(r"<(script|img|i)[ >](?!type=\"module\")", page.text)


def test_the_queue_lists_what_waits_and_leads_to_a_dry_run(desk: Any) -> None:
    page = ask(desk, "/release").text
    assert "by-an-officer" in page
    assert f'value="{ids(11)[0]}"' in page
    tried = ask(desk, "/release/try?" + urlencode({"partner": "france", "id": ids(10, 11)}, doseq=True)).text
    assert "as they are: 2" in tried
    assert "cannot be recalled for certain" in tried


def test_an_approval_leads_to_its_act_and_the_object_waits_no_more(desk: Any) -> None:
    done = post(desk, "/release/approve", partner="france", id=ids(10), reason="<b>asked for</b>")
    assert done.status == 303
    act = ask(desk, done.headers["location"]).text
    assert "as they are: 1" in act
    assert "&lt;b&gt;asked for&lt;/b&gt;" in act
    assert ids(10)[0] not in ask(desk, "/release").text
    assert "approved objects for" in ask(desk, "/release/log").text


def test_a_refusal_keeps_an_object_back_until_it_is_lifted(desk: Any) -> None:
    done = post(desk, "/release/refuse", partner="france", id=ids(9), reason="no")
    assert "said=refused" in done.headers["location"]
    page = ask(desk, done.headers["location"]).text
    assert "1 object is kept from the partner." in page
    assert ids(9)[0] not in page
    post(desk, "/release/lift", partner="france", id=ids(9))
    assert ids(9)[0] in ask(desk, "/release").text
    held = post(desk, "/release/refuse", partner="france", id=ids(9), until="2099-01-31T10:00")
    assert "said=held" in held.headers["location"]


def test_the_partners_text_follows_what_is_kept_back_and_a_trial_keeps_nothing(
    desk: Any, partnered: Node
) -> None:
    (stix_id,) = ids(8)
    before = partnered.store.changed()
    tried = post(
        desk, f"/release/text/{stix_id}/try", partner="france", strike="description", atoms="tlp:red"
    )
    assert tried.status == 200
    assert "as a tear-line" in tried.text
    assert 'class="line cut"' in tried.text
    assert partnered.store.changed() == before
    wrong = post(
        desk, f"/release/text/{stix_id}/try", partner="france", strike="description", atoms="nonsense"
    )
    assert "is not a marking" in wrong.text
    kept = post(
        desk, f"/release/text/{stix_id}/keep", partner="france", strike="description", atoms="tlp:red"
    )
    assert "as a tear-line" in ask(desk, kept.headers["location"]).text


def test_a_recall_is_tried_asked_and_shown(desk: Any) -> None:
    post(desk, "/release/approve", partner="france", id=ids(7))
    page = ask(desk, "/release/recalls/new?" + urlencode({"id": ids(7)}, doseq=True)).text
    assert "Objects: 1 (1 × Indicator)" in page
    asked = post(desk, "/release/recalls/ask", id=ids(7), reason="<u>mistake</u>", action="purge")
    shown = ask(desk, asked.headers["location"]).text
    assert 'id="state"' in shown
    assert "&lt;u&gt;mistake&lt;/u&gt;" in shown
    assert "&lt;u&gt;mistake&lt;/u&gt;" in ask(desk, "/release/recalls").text


def test_asking_for_a_consent_that_cannot_be_keeps_what_was_typed(desk: Any) -> None:
    page = post(desk, "/release/consents/ask", to="france", ids=ids(6)[0])
    assert page.status == 422
    assert ids(6)[0] in page.text
    assert "no consent is needed" in page.text


def test_who_may_not_act_sees_no_button_and_is_refused(partnered: Node) -> None:
    analyst = other(partnered, "analyst")
    assert 'name="id"' not in ask(analyst, "/release").text
    tried = ask(analyst, "/release/try?" + urlencode({"partner": "france", "id": ids(1)}, doseq=True)).text
    assert "/release/approve" not in tried
    for target in ("approve", "refuse", "lift", "confirm", "withdraw"):
        assert post(analyst, f"/release/{target}", partner="france", id=ids(1), act="x").status == 403
    assert post(analyst, "/release/recalls/ask", id=ids(1), reason="x").status == 403
    assert post(analyst, "/release/consents/answer", id="abcd", state="granted").status == 403
    assert ask(analyst, "/release/recalls").status == 403
    operator = other(partnered, "operator")
    assert ask(operator, "/release").status == 403
    liaison = other(partnered, "liaison")
    assert "Keep these parts back" not in ask(liaison, f"/release/text/{ids(1)[0]}").text
    assert post(liaison, f"/release/text/{ids(1)[0]}/keep", partner="france", strike="name").status == 403


def test_an_officer_is_told_nothing_of_what_is_not_for_them(partnered: Node, desk: Any) -> None:
    done = post(desk, "/release/approve", partner="france", id=ids(5))
    blind = other(partnered, "officer", tlp="green")
    for target in ("/release", "/release/log", "/release/partners", "/release/recalls"):
        page = ask(blind, target)
        assert page.status == 200
        assert "indicator--" not in page.text
        assert "alert(" not in page.text
    for target in (
        done.headers["location"],
        f"/release/text/{ids(1)[0]}?partner=france",
        f"/release/try?partner=france&id={ids(1)[0]}",
        f"/release/recalls/new?id={ids(5)[0]}",
    ):
        assert ask(blind, target).status == 404
    assert post(blind, "/release/approve", partner="france", id=ids(1)).status == 404


def test_reading_the_desk_writes_nothing(desk: Any, partnered: Node) -> None:
    before = partnered.store.changed()
    for target in ("/release", "/release/log", "/release/partners", "/release/consents", "/release/recalls", f"/release/text/{ids(1)[0]}"):  # fmt: skip
        ask(desk, target)
    assert partnered.store.changed() == before
