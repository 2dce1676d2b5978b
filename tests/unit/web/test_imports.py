"""Importing through the pages: files and text, what became of each object, and setting right what was set aside."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.node import Node, init, open_node
from cordiale.release.recipient import Recipient
from cordiale.web.app import app
from tests.unit.web.asgi import Answer, ask
from tests.unit.web.conftest import indicator
from tests.unit.web.test_release import post

HOSTILE = re.compile(r"<(script|img|i)[ >](?!type=\"module\")")
BAD = {**indicator(50), "pattern": 7, "name": "<i>broken</i>"}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder: Path = tmp_path_factory.mktemp("imports")
    init(folder / "node", name="canada", nation="CAN", organisation="CAN-LCC")
    with open_node(folder / "node", environ={}) as opened:
        yield opened


@pytest.fixture(scope="module")
def desk(node: Node) -> Any:
    return app(node, actor=house("marie"))


def take(pages: Any, *files: tuple[str, bytes], text: str = "", marking: str = "tlp:amber") -> Answer:
    parts = [("text", text), ("marking", marking)]
    body = b"".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in parts
    )
    for name, data in files:
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        body += head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + data + b"\r\n"
    kind = "multipart/form-data; boundary=x"
    return ask(pages, "/import/take", method="POST", body=body + b"--x--\r\n", content_type=kind)


def ended(pages: Any, answer: Answer, lang: str = "en") -> str:
    """Follow an import to its end and return its page."""
    assert answer.status == 303, answer.text
    for thread in threading.enumerate():
        if thread.name == "beside":
            thread.join()
    page = ask(pages, answer.headers["location"], accept_language=lang).text
    assert "hx-trigger" not in page
    return page


def test_empty_pages_teach_in_both_languages(desk: Any) -> None:
    assert "Nothing was imported yet." in ask(desk, "/import").text
    assert "Rien n'a encore été importé." in ask(desk, "/import", accept_language="fr").text.replace("&#39;", "'").replace("’", "'")  # fmt: skip
    assert "Nothing is set aside." in ask(desk, "/import/aside").text


def test_files_and_text_are_one_import_and_each_object_has_its_outcome(desk: Any) -> None:
    files = [(f"{n}<i>.json", orjson.dumps([indicator(n)])) for n in (60, 61)]
    page = ended(desk, take(desk, *files, text=orjson.dumps([indicator(62)]).decode()))
    assert page.count('<span class="chip good">new</span>') == 3
    assert "TLP:AMBER" in page
    assert not HOSTILE.search(page)
    again = ended(desk, take(desk, files[0]), "fr")
    assert "déjà ici" in again


def test_a_bad_object_is_set_aside_corrected_and_taken_in(desk: Any) -> None:
    page = ended(desk, take(desk, ("mixed.json", orjson.dumps([indicator(63), BAD]))))
    assert 'id="aside"' in page
    listed = ask(desk, "/import/aside").text
    number = re.search(r'href="/import/aside/(\d+)"', listed)
    assert number is not None
    broken = ask(desk, f"/import/aside/{number[1]}").text
    assert "<code>pattern</code>" in broken
    assert "&lt;i&gt;broken&lt;/i&gt;" in broken
    assert not HOSTILE.search(broken)
    raw = ask(desk, f"/import/aside/{number[1]}/bytes")
    assert raw.headers["content-disposition"].startswith("attachment")
    wrong = post(desk, "/import/mend", number=number[1], text=orjson.dumps({**BAD, "pattern": 8}).decode())
    assert 'id="aside"' in ended(desk, wrong)
    number = re.search(r'href="/import/aside/(\d+)"', ask(desk, "/import/aside").text)
    assert number is not None
    mended = post(desk, "/import/mend", number=number[1], text=orjson.dumps(indicator(50)).decode())
    assert "It is taken in now." in ended(desk, mended)
    assert "Nothing is set aside." in ask(desk, "/import/aside").text
    assert ask(desk, f"/objects/{indicator(50)['id']}").status == 200


def test_what_is_no_stix_is_said_and_never_executed(desk: Any) -> None:
    page = ended(desk, take(desk, ("page.html", b"<script>alert(1)</script>")))
    assert 'id="aside"' in page
    assert "<script>alert" not in page
    numbers = re.findall(r'href="/import/aside/(\d+)"', ask(desk, "/import/aside").text)
    for number in set(numbers):
        raw = ask(desk, f"/import/aside/{number}/bytes")
        assert raw.headers["content-type"] == "application/octet-stream"
        assert raw.headers["x-content-type-options"] == "nosniff"


def test_nothing_chosen_or_an_unreadable_marking_keeps_what_was_typed(desk: Any) -> None:
    assert "Choose files, or paste text." in take(desk).text
    page = take(desk, text="[]", marking="nonsense")
    assert page.status == 422
    assert ">[]</textarea>" in page.text


def test_a_person_sees_their_own_imports_and_nobody_elses(node: Node, desk: Any) -> None:
    theirs = ended(desk, take(desk, ("secret.json", orjson.dumps([indicator(64), {**BAD, "pattern": 9}]))))
    assert 'id="aside"' in theirs
    seen = Recipient(node="canada", nation="CAN", organisation="CAN-LCC", person="ann", tlp="amber")
    ann = app(node, actor=Actor("ann", frozenset({"analyst"}), seen))
    assert "secret.json" not in ask(ann, "/import").text
    assert "Nothing is set aside." in ask(ann, "/import/aside").text
    number = re.search(r'href="/import/aside/(\d+)"', ask(desk, "/import/aside").text)
    assert number is not None
    assert ask(ann, f"/import/aside/{number[1]}").status == 404
    assert post(ann, "/import/mend", number=number[1], text="{}").status == 404
    own = ended(ann, take(ann, ("mine.json", orjson.dumps([indicator(65)]))))
    assert '<span class="chip good">new</span>' in own


def test_who_may_not_import_sees_no_form_and_is_refused(node: Node) -> None:
    liaison = app(node, actor=Actor("lea", frozenset({"liaison"})))
    assert "/import/take" not in ask(liaison, "/import").text
    assert take(liaison, text="[]").status == 403
    assert ask(liaison, "/import/aside").status == 403
    assert post(liaison, "/import/mend", number="1", text="{}").status == 403
    assert post(liaison, "/import/retry").status == 403
