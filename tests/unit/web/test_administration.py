"""Administration as operators and officers meet it: state, audit, retention, backups."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.sources import of_bytes
from cordiale.node import Node, init, open_node
from cordiale.platform.clock import DAY, system_clock
from cordiale.release.recipient import Recipient
from cordiale.web.app import app
from tests.unit.web.asgi import Answer, ask
from tests.unit.web.conftest import indicator
from tests.unit.web.test_release import post

SOURCE = """
[source.feed]
marking = "tlp:green"
days = 30
"""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder: Path = tmp_path_factory.mktemp("administration")
    init(
        folder / "node", name="canada", nation="CAN", organisation="CAN-LCC", recovery=folder / "recovery.key"
    )
    settings = folder / "node" / "cordiale.toml"
    settings.write_text(settings.read_text("utf-8") + SOURCE, "utf-8")
    long_ago = system_clock() - 60 * DAY
    with open_node(folder / "node", environ={}, clock=lambda: long_ago) as then:
        old = of_bytes("o", orjson.dumps([indicator(1)]))
        verbs.import_(then.desk, house("<i>marie</i>"), [old], source="feed")
    with open_node(folder / "node", environ={}) as opened:
        yield opened


@pytest.fixture(scope="module")
def desk(node: Node) -> Any:
    return app(node, actor=house("marie"))


def verify(pages: Any, data: bytes, name: str = "audit.jsonl") -> Answer:
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    kind = "multipart/form-data; boundary=x"
    body = head + data + b"\r\n--x--\r\n"
    return ask(pages, "/administration/audit/verify", method="POST", body=body, content_type=kind)


@pytest.mark.parametrize(
    ("target", "english", "french"),
    [
        ("/administration", "State of the node", "État du nœud"),
        ("/administration/audit", "For an inspector", "Pour un inspecteur"),
        ("/administration/retention", "Due now: 1", "Échus\u00a0: 1"),
        ("/administration/backups", "What a restore does", "Ce que fait une restauration"),
    ],
)
def test_each_page_is_there_in_both_languages(desk: Any, target: str, english: str, french: str) -> None:
    for lang, words in (("en", english), ("fr", french)):
        page = ask(desk, target, accept_language=lang)
        assert page.status == 200
        assert words in page.text
        assert "<i>" not in page.text


def test_the_state_says_that_the_node_can_work(desk: Any) -> None:
    page = ask(desk, "/administration").text
    assert "The database opens, the signing process answers" in page
    assert 'href="/import/aside"' in page


def test_the_audit_is_narrowed_by_who_what_and_when(desk: Any) -> None:
    page = ask(desk, "/administration/audit?verb=import").text
    assert "&lt;i&gt;marie&lt;/i&gt;" in page
    assert "No act matches." in ask(desk, "/administration/audit?by=nobody").text
    assert "No act matches." in ask(desk, "/administration/audit?until=2001-01-01").text
    assert ask(desk, "/administration/audit?since=nonsense&before=x").status == 200


def test_an_export_is_whole_until_somebody_alters_it(desk: Any) -> None:
    made = post(desk, "/administration/audit/export")
    assert made.headers["content-disposition"] == 'attachment; filename="canada.audit.jsonl"'
    assert b"phishing" not in made.body
    assert "This export is whole" in verify(desk, made.body).text
    altered = made.body.replace(b'"verb":"import"', b'"verb":"export"', 1)
    assert altered != made.body
    assert "This export is whole" not in verify(desk, altered).text
    wrong = verify(desk, b"hello", "<i>x</i>")
    assert wrong.status == 422
    assert "&lt;i&gt;x&lt;/i&gt;" in wrong.text


def test_what_is_due_is_removed_by_a_named_person_alone(desk: Any, node: Node) -> None:
    operator = app(node, actor=Actor("op", frozenset({"operator"})))
    assert "/administration/retention/apply" not in ask(operator, "/administration/retention").text
    assert post(operator, "/administration/retention/apply").status == 403
    done = post(desk, "/administration/retention/apply")
    page = ask(desk, done.headers["location"]).text
    assert "1 object was removed." in page
    assert "Nothing is due now." in page
    assert "What was removed" in page


def test_a_backup_is_made_beside_other_work_and_listed(desk: Any, node: Node) -> None:
    done = post(desk, "/administration/backups/make")
    assert done.status == 303
    for thread in threading.enumerate():
        if thread.name == "backup":
            thread.join()
    page = ask(desk, done.headers["location"]).text
    assert "A backup is being made." in page
    (file,) = (node.path / "backups").glob("*.backup")
    assert file.name in page
    assert file.stat().st_mode & 0o077 == 0


def test_who_may_not_is_refused_and_sees_no_way_there(node: Node) -> None:
    analyst = app(node, actor=Actor("ann", frozenset({"analyst"})))
    page = ask(analyst, "/administration").text
    for target in ("audit", "retention", "backups"):
        assert f"/administration/{target}" not in page
        assert ask(analyst, f"/administration/{target}").status == 403
    for target in ("audit/export", "retention/apply", "retention/end", "backups/make"):
        assert post(analyst, f"/administration/{target}").status == 403
    assert verify(analyst, b"x").status == 403
    officer = app(node, actor=Actor("off", frozenset({"officer"})))
    assert ask(officer, "/administration/backups").status == 403
    assert ask(officer, "/administration/audit").status == 200


def test_a_person_who_may_not_see_everything_gets_no_details_and_no_export(node: Node) -> None:
    seen = Recipient(node="canada", nation="CAN", organisation="CAN-LCC", person="v", tlp="amber")
    person = app(node, actor=Actor("v", frozenset({"officer"}), seen))
    page = ask(person, "/administration/audit").text
    assert "Details count and name objects" in page
    refused = post(person, "/administration/audit/export")
    assert refused.status == 403
    assert "may not see everything" in refused.text
