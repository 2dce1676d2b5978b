"""What the process that listens and those that answer pages say to each other: values in MessagePack, each after its length."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, MutableMapping
from typing import Any, Final

import msgspec

Headers = list[tuple[bytes, bytes]]


class Begin(msgspec.Struct, frozen=True, array_like=True, tag="begin"):
    """What a process of pages is told first: the node's folder, its settings (JSON) as the node was opened with them.

    `number` names it in the log, `of` says how many of its kind there are, `release` of which Cordiale the one that serves is.
    """

    path: str
    settings: bytes
    pages: bool
    any_host: bool
    number: int
    of: int
    release: str


class Ready(msgspec.Struct, frozen=True, array_like=True, tag="ready"):
    """It can answer from now on."""


class Wake(msgspec.Struct, frozen=True, array_like=True, tag="wake"):
    """Something was released: cut at once."""


class Pacing(msgspec.Struct, frozen=True, array_like=True, tag="pacing"):
    """May this caller ask now? Counted in one place for all processes."""

    number: int
    known: bool
    caller: bytes


class Paced(msgspec.Struct, frozen=True, array_like=True, tag="paced"):
    """The answer: 0, or in how many seconds."""

    number: int
    seconds: int


class Asked(msgspec.Struct, frozen=True, array_like=True, tag="asked"):
    """One request as it was parsed and its connection accepted; `body` says whether pieces of one follow."""

    method: str
    path: str
    raw_path: bytes
    query: bytes
    headers: Headers
    scheme: str
    http: str
    client: tuple[str, int] | None
    server: tuple[str, int | None] | None
    body: bool


class Began(msgspec.Struct, frozen=True, array_like=True, tag="began"):
    """An answer begins."""

    status: int
    headers: Headers


class Piece(msgspec.Struct, frozen=True, array_like=True, tag="piece"):
    """A part of a body, of a request or of an answer."""

    content: bytes
    more: bool


class Done(msgspec.Struct, frozen=True, array_like=True, tag="done"):
    """All that belongs to a request is done: another one may come on this socket."""


Frame = Begin | Ready | Wake | Pacing | Paced | Asked | Began | Piece | Done

PIECE_BYTES: Final = 1 << 20
"""Bytes of a body that one piece holds at most."""

FRAME_BYTES: Final = 4 * PIECE_BYTES
"""Bytes of a frame at most: a piece, or a request line and headers, which the server bounds."""

_LENGTH: Final = 4
_BODIED: Final = (b"content-length", b"transfer-encoding")
_decode: Final = msgspec.msgpack.Decoder(Frame).decode
_encode: Final = msgspec.msgpack.Encoder().encode


def packed(frame: Frame) -> bytes:
    """Write a frame."""
    content = _encode(frame)
    return len(content).to_bytes(_LENGTH, "big") + content


def unpacked(content: bytes) -> Frame:
    """Return the frame that stands after its length; raises msgspec.MsgspecError for anything else."""
    found: Frame = _decode(content)
    return found


def pieces(content: bytes, more: bool) -> Iterator[Piece]:
    """Cut a part of a body into pieces that each fit a frame; `more` says whether another part follows."""
    for start in range(0, len(content) or 1, PIECE_BYTES):
        end = start + PIECE_BYTES
        yield Piece(content[start:end], more or end < len(content))


async def read(reader: asyncio.StreamReader) -> Frame | None:
    """Return the next frame, None once the other side is gone; raises msgspec.MsgspecError where it is none or too long."""
    try:
        length = int.from_bytes(await reader.readexactly(_LENGTH), "big")
        if length > FRAME_BYTES:
            raise msgspec.DecodeError(f"a frame of {length} bytes, of at most {FRAME_BYTES}")
        return unpacked(await reader.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def asked(scope: MutableMapping[str, Any]) -> Asked:
    """Return a request of the server (ASGI) as it is handed on."""
    path = scope["path"]
    return Asked(
        method=scope["method"],
        path=path,
        raw_path=scope.get("raw_path") or path.encode(),
        query=scope["query_string"],
        headers=[(bytes(name), bytes(value)) for name, value in scope["headers"]],
        scheme=scope["scheme"],
        http=scope["http_version"],
        client=_pair(scope.get("client")),
        server=_pair(scope.get("server")),
        body=any(name in _BODIED for name, _value in scope["headers"]),
    )


def scope_of(one: Asked) -> dict[str, Any]:
    """Return a request that was handed on as an application takes it (ASGI)."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": one.http,
        "method": one.method,
        "path": one.path,
        "raw_path": one.raw_path,
        "root_path": "",
        "query_string": one.query,
        "headers": one.headers,
        "scheme": one.scheme,
        "client": one.client,
        "server": one.server,
        "state": {},
    }


def _pair(found: Any) -> Any:
    return None if found is None else (found[0], found[1])
