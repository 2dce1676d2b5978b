"""What two nodes say to one another below /cordiale/v1/: greetings, news and refusals as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

import msgspec

from cordiale.exchange.message import JSON, Request, Response
from cordiale.platform.errors import CordialeError, ProtocolError, http_status
from cordiale.platform.languages import _

BASE = "/cordiale/v1/"


class Standing(msgspec.Struct, frozen=True):
    """Say how far one node is in the other's stream, and prove it.

    `header` and `signature` are those of the last segment, `opening` the statement that opened the generation:
    each signed by the node whose stream it is. `receipt` is the last checkpoint that the node spoken to
    signed about the stream in the other direction. `recalls` counts the recalls carried out, `last_recall` is the
    id of the last one and `recall_log` a hash (hex) over the ids of all of them; older releases do not tell it.
    """

    generation: int = 1
    received: int = 0
    recalls: int = 0
    last_recall: str = ""
    recall_log: str = ""
    header: str = ""
    signature: bytes = b""
    opening: str = ""
    receipt: str = ""


class Hello(msgspec.Struct, frozen=True):
    """Say what a node speaks and how far it is in the other's stream.

    `generation`, `received` and `head` (hex) are of the stream from the node spoken to; `standing` proves them.
    `changes` of our keys after the last the other knows, `known` the last of theirs that we know, `certified` what our
    root signed about the key: all from protocol 2 on.
    """

    node: str
    protocols: tuple[int, ...]
    extensions: tuple[str, ...]
    generation: int
    received: int
    head: str
    standing: Standing = Standing()
    known: int = 0
    changes: tuple[str, ...] = ()
    certified: str = ""


class Welcome(msgspec.Struct, frozen=True):
    """Answer a hello: the protocol chosen, how long our stream is, and how far we are in the other.

    `opening` is the statement that opened the generation. `closed`: we were put back to an earlier state and
    serve nothing yet.
    """

    node: str
    protocol: int
    extensions: tuple[str, ...]
    generation: int
    last: int
    recalls: int
    clock: int
    opening: str = ""
    closed: bool = False
    standing: Standing = Standing()
    known: int = 0
    changes: tuple[str, ...] = ()
    certified: str = ""


class News(msgspec.Struct, frozen=True):
    """Say up to which entry and which recall there is news; nothing else is told."""

    last: int
    recalls: int


class NumberedRecall(msgspec.Struct, frozen=True, omit_defaults=True):
    """Hold one recall message with its number in the pair, and the segments its entry numbers are of (`recall.basis`)."""

    number: int
    message: str
    basis: Sequence[tuple[int, str]] = ()


def refused(problem: CordialeError) -> Response:
    """Answer with the code and the sentence of an error."""
    body = msgspec.json.encode({"error": problem.code, "message": str(problem)})
    return Response(http_status(problem), JSON, body)


def numbers(request: Request, *names: str) -> Mapping[str, int]:
    """Read whole numbers from the query; a missing one is 0; raises ProtocolError."""
    given = dict(parse_qsl(request.query, max_num_fields=20))
    found = {}
    for name in names:
        text = given.get(name, "0")
        if not text.isascii() or not text.isdigit() or len(text) > 12:
            raise ProtocolError(
                "exchange.request.number", _("The parameter {name} is not a whole number."), name=name
            )
        found[name] = int(text)
    return found
