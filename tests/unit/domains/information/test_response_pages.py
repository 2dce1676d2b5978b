"""The pages of a response, in both languages; what partners wrote is shown as text and never becomes markup."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.importing import import_
from cordiale.desk.sources import of_bytes
from cordiale.domains.information.domain import INFORMATION
from cordiale.domains.information.response import acts
from cordiale.domains.information.response.content import Content, Draft, Measure
from cordiale.joint.revision import Text
from cordiale.joint.words import Words
from cordiale.node import Node, init, open_node
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
