"""What processes of pages and the one that listens say to each other, and when they are worth having."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.platform.configuration import load
from cordiale.platform.settings import Settings
from cordiale.web.live import SHARE, Watch
from cordiale.web.processes import frames
from cordiale.web.processes.answering import _served
from cordiale.web.processes.frames import FRAME_BYTES, PIECE_BYTES, Asked, Piece
from cordiale.web.processes.handing import Link, Went, hand
from cordiale.web.processes.load import SPAN_S, Load

HEADERS = st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=60)), max_size=5)


@given(
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    path=st.text(max_size=40),
    query=st.binary(max_size=40),
    headers=HEADERS,
    client=st.none() | st.tuples(st.text(max_size=40), st.integers(0, 65_535)),
)
def test_a_request_arrives_as_it_was_parsed(
    method: str, path: str, query: bytes, headers: Any, client: Any
) -> None:
    """Values, not text: there is no second parser that could see another request in the same bytes."""
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": query, "headers": headers,
        "scheme": "https", "http_version": "1.1", "client": client, "server": ("127.0.0.1", 8470),
    }  # fmt: skip
    arrived = frames.scope_of(_over(frames.asked(scope)))
    assert {name: arrived[name] for name in scope} == scope


@given(content=st.binary(max_size=200), more=st.booleans())
def test_a_piece_of_a_body_is_never_taken_for_anything_else(content: bytes, more: bool) -> None:
    assert _over(Piece(content, more)) == Piece(content, more)


def test_what_breaks_off_is_the_end_and_what_is_no_frame_is_refused() -> None:
    assert asyncio.run(_read(frames.packed(Piece(b"some", True))[:-1])) is None
    assert asyncio.run(_read(b"")) is None
    with pytest.raises(msgspec.MsgspecError):
        asyncio.run(_read(b"\0\0\0\1\xc0"))


def test_a_frame_that_says_it_is_longer_than_any_is_not_waited_for() -> None:
    with pytest.raises(msgspec.MsgspecError):
        asyncio.run(_read((FRAME_BYTES + 1).to_bytes(4, "big")))


@pytest.mark.parametrize("more", [True, False])
@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES, PIECE_BYTES + 1, 5 * PIECE_BYTES])
def test_a_large_part_of_a_body_goes_in_pieces(size: int, more: bool) -> None:
    content = bytes(size)
    cut = list(frames.pieces(content, more))
    assert b"".join(piece.content for piece in cut) == content
    assert [piece.more for piece in cut] == [True] * (len(cut) - 1) + [more]
    assert all(len(frames.packed(piece)) < FRAME_BYTES for piece in cut)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_application_that_fails_before_it_began_is_answered_500_once(method: str) -> None:
    """It is not asked a second time, and nobody is told that the process ended."""
    asked = list[str]()

    async def fails(scope: Any, _receive: Any, _send: Any) -> None:
        asked.append(scope["method"])
        raise ConnectionRefusedError  # as of a database that is gone

    went, said = asyncio.run(_handed(fails, method))
    assert (went, said[0]["status"], len(asked)) == (Went.ANSWERED, 500, 1)
    assert said[-1]["body"] == b"Internal Server Error\n"


@pytest.mark.parametrize("body", [b"", bytes(PIECE_BYTES)])
def test_an_application_that_fails_in_the_middle_is_seen_to_break_off(body: bytes) -> None:
    """Also where it did not read what was asked."""

    async def fails(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a part", "more_body": True})
        raise RuntimeError

    went, said = asyncio.run(_handed(fails, "POST", body))
    assert (went, said[-1]["more_body"]) == (Went.BROKEN, True)


def test_an_application_that_fails_after_its_answer_has_answered() -> None:
    async def fails(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"all"})
        raise RuntimeError

    went, said = asyncio.run(_handed(fails))
    assert (went, said[-1]["body"]) == (Went.ANSWERED, b"all")


def test_bodies_larger_than_a_frame_arrive_whole_both_ways() -> None:
    body = bytes(range(256)) * (2 * FRAME_BYTES // 256)

    async def echoes(_scope: Any, receive: Any, send: Any) -> None:
        got = b""
        while (part := await receive())["more_body"]:
            got += part["body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": got + part["body"]})

    went, said = asyncio.run(_handed(echoes, "POST", body))
    assert went is Went.ANSWERED
    assert b"".join(one["body"] for one in said[1:]) == body


def test_whether_a_body_follows_is_what_its_headers_say() -> None:
    def asked(*headers: tuple[bytes, bytes]) -> Asked:
        return frames.asked(
            {
                "method": "POST",
                "path": "/",
                "query_string": b"",
                "headers": headers,
                "scheme": "http",
                "http_version": "1.1",
            }
        )

    assert not asked((b"host", b"node")).body
    assert asked((b"content-length", b"3")).body
    assert asked((b"transfer-encoding", b"chunked")).body


def test_settings_arrive_as_the_node_was_opened_with_them() -> None:
    opened = load(None, {"CORDIALE_SERVE_PAGE_PROCESSES": "3", "CORDIALE_IMPORT_MARKING": "tlp:amber"})
    sent = msgspec.json.encode(opened, enc_hook=str)
    assert msgspec.json.decode(sent, type=Settings, dec_hook=lambda kind, text: kind(text)) == opened


class Machine:
    """A clock, and the processor time a process used by it."""

    def __init__(self) -> None:
        self.now = self.used = 0.0
        self.load = Load(lambda: self.now, lambda: self.used)

    def answer(self, after: float, used: float) -> bool:
        """Answer once more; tell whether that keeps the process busy."""
        self.now += after
        self.used += used
        self.load.answered()
        return self.load.is_busy


@pytest.mark.parametrize(("people", "busy"), [(1, False), (10, False), (40, False), (150, True)])
def test_few_readers_never_make_a_process_busy_and_many_do(people: int, busy: bool) -> None:
    """A page takes 20 ms of the processor, and everybody asks for one every four seconds."""
    machine = Machine()
    assert any(machine.answer(4 / people, 0.02) for _page in range(people * 10)) is busy


def test_a_machine_that_others_use_is_not_made_worse() -> None:
    """Pages take seconds by the clock, and 20 ms of what the process was given."""
    machine = Machine()
    assert not any(machine.answer(2.0, 0.02) for _page in range(100))


def test_loading_the_first_page_and_its_files_is_not_being_busy() -> None:
    machine = Machine()
    assert not machine.answer(1.5, 1.5)
    assert not any(machine.answer(0.05, 0.02) for _file in range(8))
    assert not machine.answer(2.0, 2.0)  # the first document for programs


def test_what_was_busy_long_ago_is_forgotten() -> None:
    machine = Machine()
    assert any(machine.answer(0.04, 0.04) for _page in range(300))
    assert not machine.answer(3 * SPAN_S, 0.02)


def test_processes_share_what_may_be_spent_on_news() -> None:
    desk: Any = None
    one, two = Watch(desk), Watch(desk, 2)
    assert (one._rests, two._rests) == (SHARE - 1, 2 * SHARE - 1)
    assert two.most * 2 == one.most


async def _handed(application: Any, method: str = "GET", body: bytes = b"") -> tuple[Went, list[Any]]:
    """Hand one request to an application at the other end of a socket; return how it went and what was sent to the client."""
    ours, theirs = socket.socketpair()
    behind = asyncio.create_task(_served(application, theirs))
    link = Link(*await asyncio.open_unix_connection(sock=ours))
    said, parts = list[Any](), [body]

    async def receive() -> Any:
        if not parts:
            await asyncio.Event().wait()  # the client neither leaves nor says more
        return {"type": "http.request", "body": parts.pop(), "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    headers = [(b"content-length", b"%d" % len(body))] if body else []
    scope = {
        "method": method, "path": "/", "query_string": b"", "headers": headers, "scheme": "http", "http_version": "1.1",
    }  # fmt: skip
    went = await hand(link, scope, receive, send)
    link.close()
    await behind
    return went, said


def _over(frame: Any) -> Any:
    return asyncio.run(_read(frames.packed(frame)))


async def _read(content: bytes) -> Any:
    reader = asyncio.StreamReader()
    reader.feed_data(content)
    reader.feed_eof()
    return await frames.read(reader)
