"""The typed client: lists as they are needed, repeated tries under one key, clear errors, tables in a notebook."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from cordiale.platform.errors import (
    ConfigurationError,
    Conflict,
    CordialeError,
    InputError,
    NotAllowed,
    NotFound,
    ProtocolError,
    StorageFull,
    Unavailable,
    explain,
)
from cordiale.sdk import Client, connect
from cordiale.sdk.objects import ObjectPage, Summary
from cordiale.sdk.work import Job

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
Answer = Callable[[httpx.Request], httpx.Response]


def node(answer: Answer, **named: Any) -> Client:
    """Return a client whose requests this function answers."""
    return connect("http://127.0.0.1:8470", "cdl_token", transport=httpx.MockTransport(answer), **named)


def summary(name: str, n: int = 0) -> Summary:
    return Summary(id=f"indicator--{n:08}-0000-4000-8000-000000000000", type="indicator", name=name, source="can", created=None, modified=NOW, received=NOW, origin="local", marking=("tlp:green",))  # fmt: skip


def told(value: msgspec.Struct, status: int = 200) -> httpx.Response:
    return httpx.Response(status, content=msgspec.json.encode(value))


def problem(status: int, code: str = "some-code", detail: str = "Dites {autrement}.") -> httpx.Response:
    body = {"type": "about:blank", "title": "t", "status": status, "detail": detail, "code": code}
    return httpx.Response(status, json=body)


def test_a_list_asks_for_a_page_when_it_is_reached() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.query.decode())
        n = int(request.url.params.get("after", "0"))
        return told(
            ObjectPage(items=(summary(f"a{n}", n), summary(f"b{n}", n)), next=str(n + 1) if n < 2 else None)
        )

    found = node(answer).search("words", limit=2)
    assert asked == []
    going = iter(found)
    assert [next(going).name, next(going).name] == ["a0", "b0"]
    assert len(asked) == 1
    assert next(going).name == "a1"
    assert len(asked) == 2
    assert [one.name for one in found] == ["a0", "b0", "a1", "b1", "a2", "b2"]
    assert [one.name for one in found.take(3)] == ["a0", "b0", "a1"]
    assert asked[0] == "q=words&limit=2"


def test_what_is_sent_again_is_sent_under_the_same_key() -> None:
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        if len(keys) % 3:
            raise httpx.ReadError("the connection broke", request=request)
        assert request.read() in (b'{"marking":"tlp:red","source":null}', b"bundle")
        return told(Job(id="0a0b0c0d", kind="import", state="done", by="p", started=NOW, updated=NOW, done=1, total=1)) if b"bundle" in request.read() else httpx.Response(200, json={"id": "x", "how": "given", "before": [], "after": ["tlp:red"]})  # fmt: skip

    client = node(answer)
    assert client.mark("x", "tlp:red").after == ("tlp:red",)
    assert client.import_(b"bundle").done == 1
    assert len(set(keys[:3])) == len(set(keys[3:])) == 1
    assert keys[0] != keys[3]


def test_who_does_not_answer_is_named() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(Unavailable, match="127.0.0.1:8470"):
        node(answer).counts()


@pytest.mark.parametrize(
    ("status", "family"),
    [
        (400, ProtocolError),
        (401, NotAllowed),
        (403, NotAllowed),
        (404, NotFound),
        (409, Conflict),
        (413, InputError),
        (422, InputError),
        (429, Unavailable),
        (500, CordialeError),
        (503, Unavailable),
        (507, StorageFull),
    ],
)
def test_a_refusal_is_the_error_the_command_line_would_end_with(
    status: int, family: type[CordialeError]
) -> None:
    with pytest.raises(CordialeError) as refused:
        node(lambda _request: problem(status)).counts()
    assert type(refused.value) is family
    assert refused.value.code == "some-code"
    assert str(refused.value) == explain(refused.value, "fr") == "Dites {autrement}."


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>a proxy's page</html>"),
        httpx.Response(502, text="<html>Bad gateway</html>"),
        httpx.Response(200, json={"types": 3}),
        httpx.Response(302, headers={"location": "https://elsewhere.example/"}),
    ],
)
def test_what_no_node_would_answer_is_said_to_be_that(answer: httpx.Response) -> None:
    asked = []

    def once(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return answer

    with pytest.raises(CordialeError, match="check the address"):
        node(once).counts()
    assert asked == ["127.0.0.1"]  # a token follows no redirect


def test_a_newer_node_may_say_more() -> None:
    assert node(
        lambda _request: httpx.Response(200, json={"types": {"tool": 1}, "newer": True})
    ).counts() == {"tool": 1}


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("http://node.example", "t"),
        ("ftp://127.0.0.1", "t"),
        ("node.example", "t"),
        ("https://node.example", " "),
        ("https://node.example", "é"),
    ],
)
def test_a_token_is_not_sent_where_others_could_read_it(url: str, token: str) -> None:
    with pytest.raises(ConfigurationError):
        connect(url, token)


def test_waiting_tells_how_far_it_is() -> None:
    states = iter(["running", "running", "done"])

    def answer(_request: httpx.Request) -> httpx.Response:
        state = next(states)
        return told(
            Job(
                id="0a0b0c0d",
                kind="import",
                state=state,
                by="p",
                started=NOW,
                updated=NOW,
                done=5,
                total=None,
            )
        )

    seen: list[str] = []
    slept: list[float] = []
    done = node(answer).wait("0a0b0c0d", progress=lambda job: seen.append(job.state), sleep=slept.append)
    assert (done.state, seen, len(slept)) == ("done", ["running", "running", "done"], 2)


def test_a_file_is_sent_in_pieces(tmp_path: Path) -> None:
    file = tmp_path / "bundle.json"
    file.write_bytes(b"x" * (3 << 20))
    sizes: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sizes.append(len(request.read()))
        assert request.url.params["name"] == "bundle.json"
        return told(Job(id="0a0b0c0d", kind="import", state="running", by="p", started=NOW, updated=NOW, done=0, total=None), 202)  # fmt: skip

    assert node(answer).import_(file).state == "running"
    assert sizes == [3 << 20]


def test_a_notebook_shows_tables_and_what_came_from_outside_as_text() -> None:
    page = ObjectPage(items=(summary("<script>alert(1)</script>"),), next="more")
    shown = node(lambda _request: told(page)).search()._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "<p>…</p>" in shown
    for html in (page._repr_html_(), page.items[0]._repr_html_()):
        assert "<script>" not in html
        assert html.startswith("<table>")
        assert "tlp:green" in html
