"""What processes of pages and the one that listens say to each other, and when they are worth having."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.platform.configuration import load
from cordiale.platform.settings import Settings
from cordiale.web.live import SHARE, Watch
from cordiale.web.processes import frames
from cordiale.web.processes.frames import Asked, Piece
from cordiale.web.processes.load import BUSY, SPAN_S, Load

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


def test_one_reader_never_makes_a_process_busy_and_a_hundred_do() -> None:
    """A page of 60 ms: one person asks every four seconds, a hundred ask for 25 of them a second."""
    for people, busy in ((1, False), (10, False), (100, True)):
        now = [0.0]
        load_ = Load(lambda now=now: now[0])  # type: ignore[misc]
        for _page in range(people * 10):
            now[0] += 4 / people
            load_.took(0.06)
        assert load_.is_busy is busy, people


def test_what_was_busy_long_ago_is_forgotten() -> None:
    now = [0.0]
    load_ = Load(lambda: now[0])
    load_.took(SPAN_S * BUSY * 2)
    assert load_.is_busy
    now[0] += 3 * SPAN_S
    assert not load_.is_busy


def test_processes_share_what_may_be_spent_on_news() -> None:
    desk: Any = None
    one, two = Watch(desk), Watch(desk, 2)
    assert (one._rests, two._rests) == (SHARE - 1, 2 * SHARE - 1)
    assert two.most * 2 == one.most


def _over(frame: Any) -> Any:
    return asyncio.run(_read(frames.packed(frame)))


async def _read(content: bytes) -> Any:
    reader = asyncio.StreamReader()
    reader.feed_data(content)
    reader.feed_eof()
    return await frames.read(reader)
