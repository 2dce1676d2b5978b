"""The pages of a response, in both languages; what partners wrote is shown as text and never becomes markup."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.domain import Sent
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.marking.mark import mark
from cordiale.domains.information.domain import INFORMATION
from cordiale.domains.information.response import acts
from cordiale.domains.information.response.content import Content, Draft, Measure
from cordiale.domains.information.response.forms import response as do
from cordiale.domains.information.response.forms import responses as open_here
from cordiale.domains.information.response.pages import response
from cordiale.joint.revision import Text
from cordiale.joint.words import Words
from cordiale.node import Node, init, open_node
from cordiale.platform.errors import InputError
from cordiale.web.site import site
from tests.unit.domains.information.test_response import INCIDENT
from tests.unit.web.asgi import ask

MARIE = house("marie")
RESERVE = Words("No <b>names</b>.", "Pas de <b>noms</b>.")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder: Path = tmp_path_factory.mktemp("pages")
    init(folder / "node", name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    with open_node(folder / "node", environ={}) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(node: Node) -> Any:
    return site(node, MARIE, among=(INFORMATION,))


@pytest.fixture(scope="module")
def of(node: Node) -> str:
    desk = node.desk
    import_(desk, MARIE, [of_bytes("incident", orjson.dumps([INCIDENT]))], marking="tlp:amber")
    made = acts.open_response(
        desk,
        MARIE,
        title=Words("False <i>winters</i>", "Faux <i>hivers</i>"),
        incident=[INCIDENT["id"]],
        members=[],
        marking="tlp:amber",
        level="high",
        assessed=1,
    )
    acts.assess(desk, MARIE, made.id, "severe", Words("Grave.", "Grave."))
    measure = Measure(kind="imputation", owner="canada", words=Words("One account.", "Un seul compte."))
    draft = Draft(Text("Statement", "We act.\n\nAll of us."), Text("Déclaration", "Nous agissons."), Content((measure,)), None)  # fmt: skip
    proposed = acts.propose(desk, MARIE, made.id, draft)
    acts.stand(desk, MARIE, made.id, "join-with-footnote", proposed.hash, RESERVE)
    return made.id


def read(pages: Any, of: str, lang: str) -> str:
    page = ask(pages, f"/domains/information/response?id={of}", accept_language=lang)
    assert page.status == 200, page.text
    return page.text


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ("Who stands where", "joins, with a reserve", "Technical imputation", "One account.", "No &lt;b&gt;names", "Threshold: 1 of 1")),
        ("fr", ("Les positions", "s’associe, avec réserve", "Imputation technique", "Un seul compte.", "Pas de &lt;b&gt;noms", "Seuil\u00a0: 1 sur 1")),
    ],
)  # fmt: skip
def test_a_response_says_who_stands_where_on_which_text(
    pages: Any, of: str, lang: str, said: tuple[str, ...]
) -> None:
    page = read(pages, of, lang)
    for words in (*said, "We act.", "Nous agissons.", "TLP:AMBER"):
        assert words in page
    assert "<b>names" not in page
    assert "<i>" not in page


def test_the_list_leads_to_it_and_the_record_shows_who_answers_for_both_languages(
    pages: Any, node: Node, of: str
) -> None:
    page = ask(pages, "/domains/information/responses", accept_language="en").text
    assert f"/domains/information/response?id={of}" in page
    found = acts.response(node.desk, MARIE, of)
    assert found.text is not None
    acts.conclude(node.desk, MARIE, of, found.text.hash, parity="Claire Martin", because="read")
    page = read(pages, of, "en")
    assert "Claire Martin answers for it" in page
    assert "In the way of an agreement" not in page


def test_what_is_not_there_is_said_as_everywhere(pages: Any) -> None:
    assert ask(pages, "/domains/information/response?id=incident--nothing").status == 404
    assert ask(pages, "/domains/information/response").status == 404


def sent(pages: Any, **fields: str) -> Any:
    body = urlencode(fields).encode()
    return ask(pages, "/domains/information/response/send", method="POST", body=body, accept_language="fr", content_type="application/x-www-form-urlencoded")  # fmt: skip


def test_a_position_is_signed_on_the_page_by_the_hash_that_was_read(pages: Any, node: Node) -> None:
    desk = node.desk
    made = acts.open_response(desk, MARIE, title=Words("Second", "Deuxième"), incident=[INCIDENT["id"]], members=[], marking="tlp:amber")  # fmt: skip
    draft = Draft(Text("Statement", "We act."), Text("Déclaration", "Nous agissons."), Content(), None)
    hash = acts.propose(desk, MARIE, made.id, draft).hash
    page = read(pages, made.id, "fr")
    assert "Prendre position" in page
    assert f'value="{hash}"' in page
    refused = sent(pages, id=made.id, act="position", hash="0" * 64, position="join")
    assert refused.status == 409
    assert "n’est pas le texte en vigueur" in refused.text
    half = sent(pages, id=made.id, act="position", hash=hash, position="object", footnote_en="Only English")
    assert half.status == 422
    assert "Only English" in half.text
    done = sent(pages, id=made.id, act="position", hash=hash, position="join")
    assert done.status in (302, 303)
    assert "told=goes" in done.headers["location"]
    assert [one.position for one in acts.response(desk, MARIE, made.id).stands] == ["join"]
    assert sent(pages, id=made.id, act="assess", level="high", en="Grave.").status in (302, 303)
    assert "Consigner l’accord" not in page
    assert "Consigner l’accord" in read(pages, made.id, "fr")
    assert sent(pages, id=made.id, act="agree", hash=hash, parity="Claire").status in (302, 303)
    assert acts.response(desk, MARIE, made.id).stage == "agreed"
    assert "Prendre position" not in read(pages, made.id, "fr")
    assert sent(pages, id=made.id, act="nothing").status == 422


def test_who_may_not_take_a_position_is_offered_none(node: Node, of: str) -> None:
    ann = site(node, Actor("ann", frozenset({"analyst"})), among=(INFORMATION,))
    assert "Sign the position" not in read(ann, of, "en")
    assert sent(ann, id=of, act="position", hash="0" * 64, position="join").status == 403


def test_a_chair_opens_puts_a_text_gives_time_and_publishes_from_the_pages(node: Node, pages: Any) -> None:
    desk = node.desk
    fields = {"title_en": "Grey gulls", "title_fr": "Mouettes grises", "incident": INCIDENT["id"], "marking": "tlp:amber", "joins": "1"}  # fmt: skip
    import_(desk, MARIE, [of_bytes("incident", orjson.dumps([INCIDENT]))], marking="tlp:amber")
    address = open_here(desk, MARIE, "en", Sent(fields, {}))
    of = parse_qs(urlsplit(address).query)["id"][0]
    text = {
        "id": of,
        "act": "propose",
        "title_en": "We act",
        "body_en": "Together.",
        "title_fr": "Nous agissons",
        "body_fr": "Ensemble.",
        "measure1_kind": "referral",
        "measure1_owner": "canada",
        "measure1_en": "Refer it.",
        "measure1_fr": "Le signaler.",
        "measure1_due": "2099-01-01",
        "deadline": "2098-12-01 16:00",
    }
    do(desk, MARIE, "en", Sent(text, {}))
    found = acts.response(desk, MARIE, of)
    assert found.text is not None
    assert [one.owner for one in found.text.content.measures] == ["canada"]
    assert read(pages, of, "fr").count("Donner plus de temps")
    signed = found.text.deadline
    do(desk, MARIE, "en", Sent({"id": of, "act": "extend", "hash": found.text.hash, "until": "2099-01-01 16:00"}, {}))  # fmt: skip
    later = acts.response(desk, MARIE, of)
    assert later.text is not None
    assert (later.text.hash, later.text.deadline) == (found.text.hash, (signed or 0) + 31 * 86_400_000_000)
    with pytest.raises(InputError, match="later one"):
        do(desk, MARIE, "en", Sent({"id": of, "act": "extend", "hash": found.text.hash, "until": "2098-01-01"}, {}))  # fmt: skip
    acts.stand(desk, MARIE, of, "join", found.text.hash)
    do(desk, MARIE, "en", Sent({"id": of, "act": "agree", "hash": found.text.hash, "parity": "Claire", "because": "read"}, {}))  # fmt: skip
    do(desk, MARIE, "en", Sent({"id": of, "act": "publish", "where": "https://canada.example/1"}, {}))
    assert [one.where for one in acts.response(desk, MARIE, of).published] == ["https://canada.example/1"]
    assert "We act" in read(pages, of, "en")


def test_a_form_says_what_is_missing(node: Node, of: str) -> None:
    def refused(words: str, **fields: str) -> None:
        with pytest.raises(InputError, match=words):
            do(node.desk, MARIE, "en", Sent({"id": of, "act": "propose", **fields}, {}))

    both = {"title_en": "a", "body_en": "b", "title_fr": "c", "body_fr": "d"}
    refused("English and in French", title_en="only")
    refused("no day and time", **both, deadline="tomorrow")
    refused("whole minute", **both, embargo="2098-01-01T00:00:30")
    refused("Measure 1", **both, measure1_kind="referral", measure1_owner="canada", measure1_en="half")


def test_a_page_stands_under_what_members_said_under_markings_of_their_own(node: Node) -> None:
    made = acts.open_response(
        node.desk, MARIE, title=Words("A", "B"), incident=[INCIDENT["id"]], members=[], marking="tlp:amber", level="high", assessed=1,
    )  # fmt: skip
    said = acts.assess(node.desk, MARIE, made.id, "severe", Words("Grave.", "Grave."))
    assert response(node.desk, MARIE, "en", {"id": made.id}).markings == (("tlp:amber",),)
    mark(node.desk, MARIE, said.id, "tlp:red")
    (shown,) = response(node.desk, MARIE, "en", {"id": made.id}).markings
    assert "tlp:red" in shown
