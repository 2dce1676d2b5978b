"""What is done from an object's page and its list: what a report gathers, notes, columns, exports, purging, dropping drafts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.demo.chapter import chapters, objects_of
from cordiale.desk import verbs
from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.partner.partners import partner_add_client
from cordiale.node import Node, init, open_node
from cordiale.release.recipient import Recipient
from cordiale.web.app import app
from tests.unit.web.asgi import ask
from tests.unit.web.conftest import RULES, indicator
from tests.unit.web.test_release import post

MINE = objects_of("canada")
REPORT = f"/objects/{MINE['phishing/report']['id']}"
LOOK_ALIKE = f"/objects/{indicator(1)['id']}"
MARIE = house("marie")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder: Path = tmp_path_factory.mktemp("acts")
    init(folder / "node", name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    rules = RULES + "\n[recall]\nconfirm_above = 1\n"
    with open_node(folder / "node", environ={}) as opened:
        desk = opened.desk
        partner_add_client(desk, MARIE, "france", title="France", nation="FRA", organisation="FRA-CVMI")
        verbs.rules_apply(desk, MARIE, rules, "rules.toml", verbs.rules_diff(desk, MARIE, rules).token)
        given = [
            one for chapter in chapters() if chapter.name == "phishing" for one in chapter.bundle()["objects"]
        ]
        given += [indicator(number) for number in (1, 2, 3)]
        verbs.import_(desk, MARIE, [of_bytes("objects", orjson.dumps(given))], marking="tlp:amber")
        yield opened


@pytest.fixture(scope="module")
def pages(node: Node) -> Any:
    return app(node, actor=MARIE)


def reader(node: Node, *roles: str) -> Any:
    green = Recipient(node="canada", nation="CAN", organisation="CAN-LCC", person="v", tlp="green")
    return app(node, actor=Actor("visitor", frozenset(roles), green))


@pytest.mark.parametrize(
    ("lang", "heading", "why"),
    [
        ("en", "2 of these are not communicated to France:", "In compartment CAN/WILLOW"),
        ("fr", "2 de ces objets ne sont pas communiqués à France\u00a0:", "Dans le compartiment CAN/WILLOW"),
    ],
)
def test_a_report_says_what_of_it_stays_and_why(pages: Any, lang: str, heading: str, why: str) -> None:
    page = ask(pages, REPORT, accept_language=lang).text
    assert heading in page
    assert why in page.partition(heading)[2]
    assert "/release/try?partner=france" in page


def test_the_release_desk_says_names_in_the_readers_language(pages: Any) -> None:
    report = MINE["phishing/report"]["id"]
    for target in ("/release", f"/release/try?partner=france&id={report}"):
        assert f'">{MINE["phishing/report.fr"]["contents"]["fr"]["name"]}</a>' in ask(pages, target, accept_language="fr").text  # fmt: skip


def test_who_may_not_preview_is_told_nothing_of_partners(node: Node) -> None:
    page = ask(app(node, actor=Actor("paul", frozenset({"operator"}))), REPORT).text
    assert "What it gathers" in page
    assert "not communicated" not in page


def test_a_note_stands_beside_its_object_and_nothing_is_written_without_words(pages: Any) -> None:
    written = post(pages, f"{LOOK_ALIKE}/say", content="<b>seen</b> twice", opinion="")
    assert written.status == 303
    assert "&lt;b&gt;seen&lt;/b&gt; twice" in ask(pages, LOOK_ALIKE).text
    empty = post(pages, f"{LOOK_ALIKE}/say", content="  ")
    assert (empty.status, "Write a note" in empty.text) == (422, True)


def test_columns_are_remembered_and_the_marking_stays(pages: Any) -> None:
    chosen = post(pages, "/objects/columns", column=["id", "received"], next="/objects?type=campaign")
    cookie = chosen.headers["set-cookie"].partition(";")[0]
    assert chosen.headers["location"] == "/objects?type=campaign"
    head = ask(pages, "/objects", cookie=cookie).text.partition("<thead>")[2].partition("</thead>")[0]
    assert [name for name in ("type", "marking", "source", "received", "id") if f"col-{name}" in head] == ["marking", "received", "id"]  # fmt: skip
    for odd in ("cordiale_columns=nothing", "cordiale_columns=..", "cordiale_columns=%00"):
        assert ask(pages, "/objects", cookie=odd).status == 200


def test_an_export_is_a_file_of_what_its_reader_sees(node: Node, pages: Any) -> None:
    mine = ask(pages, "/objects/export?form=csv&type=campaign")
    assert mine.headers["content-disposition"].startswith('attachment; filename="canada-')
    assert "Paper Lantern" in mine.text
    assert "Paper Lantern" not in ask(reader(node, "analyst"), "/objects/export?form=stix").text
    assert ask(reader(node, "operator"), "/objects/export").status == 403


def test_an_object_is_taken_away_by_who_says_why_and_saw_what_goes(pages: Any) -> None:
    target = f"/objects/{indicator(3)['id']}"
    assert "Versions: 1" in ask(pages, f"{target}/purge").text
    for fields in ({"versions": 1}, {"versions": 2, "reason": "mistake"}, {"reason": "mistake"}):
        assert post(pages, f"{target}/purge/do", **fields).status in (409, 422), fields
    assert ask(pages, target).status == 200
    done = post(pages, f"{target}/purge/do", versions=1, reason="<i>mistake</i>")
    assert "Taken away" in done.text
    assert ask(pages, target).status == 404


def test_what_is_hidden_is_not_there_to_be_taken_away(node: Node) -> None:
    officer = reader(node, "officer")
    absent = "/objects/indicator--99999999-9999-4999-8999-999999999999"
    for path in ("/purge", "/purge/do"):
        answers = [
            post(officer, f"{target}{path}", versions=1, reason="x") if path == "/purge/do" else ask(officer, f"{target}{path}")
            for target in (LOOK_ALIKE, absent)
        ]  # fmt: skip
        assert [one.status for one in answers] == [404, 404]
        assert answers[0].body.replace(LOOK_ALIKE.encode(), absent.encode()) == answers[1].body


def test_a_drafted_recall_is_dropped(pages: Any) -> None:
    ids = [indicator(number)["id"] for number in (1, 2)]
    post(pages, "/release/approve", partner="france", id=ids)
    asked = post(pages, "/release/recalls/ask", id=ids, reason="mistake", action="purge")
    draft = asked.headers["location"]
    assert "Drop the draft" in ask(pages, draft).text
    dropped = post(pages, f"{draft}/drop")
    assert "nothing is sent" in ask(pages, dropped.headers["location"]).text
    assert ask(pages, draft).status == 404
