"""A form that is not taken: what was wrong stands beside the field, and what was typed stands in it again."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from cordiale.desk.actor import house
from cordiale.node import Node
from cordiale.platform.errors import CordialeError, InputError
from cordiale.web.app import app
from cordiale.web.refusal import beside
from tests.unit.web.asgi import ask

WRONG = InputError("x", "“{what}” is <wrong>.", what="a<b").at("marking")
PAGE = """<h1>A page</h1><p class="said problem" role="alert">“a&lt;b” is &lt;wrong&gt;.</p>
<form action="/search"><input name="marking" autofocus></form>
<details><summary>More</summary><form action="/do/it%20now" method="post"><input type="hidden" name="act" value="mark">
<label>Words<textarea name="words" rows="2">old</textarea></label>
<label>Marking<input type="text" name="marking" value="" aria-describedby="hint"><span id="hint">such as tlp:amber</span></label>
<label>How<select name="how"><option value="a" selected>A</option><option>b</option></select></label>
<fieldset><legend>To</legend><input type="checkbox" name="to" value="fra" checked><input type="checkbox" name="to" value="usa"></fieldset>
<input type="password" name="secret"><button>Go</button></form></details>
<form action="/do/it%20now" method="post"><input type="hidden" name="act" value="drop"><input name="marking"></form>"""
SENT = {
    "act": ["mark"],
    "words": ['so "it" </textarea>\nis'],
    "marking": ["a<b"],
    "how": ["b"],
    "to": ["usa"],
    "secret": ["hunter2"],
}


def woven(error: CordialeError = WRONG, **more: list[str]) -> str:
    return beside(PAGE, "/do/it now", SENT | more, error, "en")


def test_the_message_stands_after_the_field_and_describes_it() -> None:
    page = woven()
    field = re.search(r'<input type="text" name="marking"[^>]*>', page)
    assert field
    for said in ('aria-invalid="true"', 'aria-describedby="hint amiss"', " autofocus"):
        assert said in field[0]
    assert '</label><span class="amiss" id="amiss">“a&lt;b” is &lt;wrong&gt;.</span>' in page
    assert page.count("autofocus") == page.count("aria-invalid") == 1, (
        "of one form, and nothing else takes the focus"
    )


def test_what_the_page_says_above_leads_to_the_field() -> None:
    assert (
        '<p class="said problem" role="alert"><a href="#amiss-field">One field has to be corrected.</a></p>'
        in woven()
    )
    assert 'id="amiss-field"' in woven()


def test_what_was_typed_stands_in_the_form_again_and_its_fold_is_open() -> None:
    page = woven()
    assert "<details open>" in page
    assert ">so &#34;it&#34; &lt;/textarea&gt;\nis</textarea>" in page
    assert 'value="a&lt;b"' in page
    assert '<option value="a">A</option><option selected>b</option>' in page
    assert (
        '<input type="checkbox" name="to" value="fra"><input type="checkbox" name="to" value="usa" checked>'
        in page
    )
    assert "hunter2" not in page


def test_of_two_forms_to_one_address_it_is_the_one_that_was_sent() -> None:
    page = woven(act=["drop"])
    assert "<details>" in page
    assert re.search(r'value="drop"><input name="marking"[^>]* aria-invalid="true"', page)
    assert woven(act=["something"]) == PAGE


def test_a_group_says_it_after_its_legend() -> None:
    assert '<legend>To</legend><span class="amiss"' in woven(InputError("x", "Choose one.").at("to"))


def test_an_error_about_no_field_is_said_at_the_form() -> None:
    page = woven(InputError("x", "It is all wrong."))
    assert "aria-invalid" not in page
    assert '<p class="said problem" role="alert">It is all wrong.</p><form action="/do/it%20now"' in page


def test_a_page_without_the_form_stays_as_it_is() -> None:
    assert beside(PAGE, "/elsewhere", SENT, WRONG, "en") == PAGE


@pytest.mark.parametrize(
    ("path", "fields", "field", "words"),
    [
        ("/requests/ask", {"to": "france", "en": "Seen?", "fr": "Vu ?", "marking": "secret", "due": ""}, "to", "no partner of this node"),
        ("/requests/ask", {"to": "france", "en": "Seen?", "marking": "tlp:green", "due": "soon"}, "due", "is not an instant"),
        ("/objects/indicator--00000000-0000-4000-8000-000000000001/say", {"content": "Good", "marking": "tlp:mauve"}, "marking", "is not a marking"),
        ("/objects/indicator--00000000-0000-4000-8000-000000000001/say", {"content": " "}, "content", "Write a note of 1"),
        ("/people", {"name": "Bad Name!", "title": "Anne"}, "name", "Bad Name!"),
        ("/playbooks/add", {"name": "siem", "q": "", "folder": "siem"}, "q", "A playbook has a search"),
        ("/release/consents/ask", {"to": "france", "ids": "", "until": "tomorrow", "reason": "why"}, "until", "is not an instant"),
        ("/release/approve", {"partner": "france", "id": "indicator--00000000-0000-4000-8000-000000000001", "until": "never", "reason": "Because"}, "until", "is not an instant"),
        ("/release/text/indicator--00000000-0000-4000-8000-000000000001/keep", {"partner": "france", "strike": "description", "atoms": "tlp:mauve"}, "atoms", "is not a marking"),
        ("/partners/add", {"text": "no invitation"}, "text", "invitation"),
    ],
)  # fmt: skip
def test_forms_say_it_beside_the_field(
    partnered: Node, path: str, fields: dict[str, str], field: str, words: str
) -> None:
    pages: Any = app(partnered, actor=house("marie"))
    multipart = path == "/partners/add"
    body, kind = (
        _multipart(fields) if multipart else (urlencode(fields).encode(), "application/x-www-form-urlencoded")
    )
    answer = ask(pages, path, method="POST", body=body, content_type=kind, sec_fetch_site="same-origin")
    assert answer.status in (409, 422)
    page = answer.text
    assert re.search(rf'<(?:input|textarea|select)[^>]*name="{field}"[^>]*aria-invalid="true"', page), page
    said = re.search(r'<span class="amiss" id="amiss">([^<]*)</span>', page)
    assert said
    assert words in said[1]
    for typed in fields.values():
        assert typed in page, "nothing that was typed is lost"
    assert page.count(said[1]) == 1, "said once: beside the field"


def test_a_search_whose_name_is_taken_says_so_in_its_form(partnered: Node) -> None:
    pages: Any = app(partnered, actor=house("marie"))
    body = urlencode({"search": "/objects?q=ministry", "name": "ministries"}).encode()
    kind = "application/x-www-form-urlencoded"
    first, again = (
        ask(pages, "/searches", method="POST", body=body, content_type=kind, sec_fetch_site="same-origin")
        for _turn in range(2)
    )
    assert (first.status, again.status) == (303, 409)
    assert re.search(
        r'<input type="text" name="name"[^>]*value="ministries"[^>]*aria-invalid="true"', again.text
    )
    assert "You keep a search named “ministries” already." in again.text
    assert "<h1>Objects</h1>" in again.text, "the list stays where it is"


def _multipart(fields: dict[str, str]) -> tuple[bytes, str]:
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()
    )
    return f"{parts}--x--\r\n".encode(), "multipart/form-data; boundary=x"
