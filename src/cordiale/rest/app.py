"""The REST application of an opened node, on Litestar."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Litestar, Response, Router
from litestar.params import HeaderParameter

from cordiale.platform.asgi import App
from cordiale.platform.errors import ProtocolError
from cordiale.platform.languages import _
from cordiale.rest import (
    attack,
    audit,
    consents,
    feeds,
    files,
    incidents,
    indicators,
    joint,
    keeping,
    matching,
    objects,
    partners,
    playbooks,
    reading,
    recalls,
    release,
    responses,
    rules,
    searches,
    warninglists,
    work,
)
from cordiale.rest.asking import Asked, asking
from cordiale.rest.door import InTurn, Who, door
from cordiale.rest.problem import of_exception
from cordiale.rest.schema import config, document
from cordiale.rest.wrong import wrong
from cordiale.sdk.wire import PREFIX

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk

BODY: Final = 8 << 20
"""Largest body of a request that is not an upload, in bytes."""

STRANGE: Final = _("{name} is no parameter of this address: see openapi.json for those it takes.")
TWICE: Final = _("{name} is given more than once: give it once.")
NO_INSTANT: Final = _("{name} is no instant such as 2026-03-01T10:00:00Z.")

DATES: Final = frozenset({"since", "until"})
_instant = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)").fullmatch


def application(desk: Desk, who: Who | None = None, pace: InTurn | None = None) -> App:
    """Return what answers under `/api/v1`.

    `who` says whose a token is (default: the tokens of this node's people), `pace` how fast one may ask (default: counted here).
    """
    return door(desk, who or _people(desk), inside(), schema, pace)  # type: ignore[arg-type]


@cache
def inside() -> Litestar:
    """Return the addresses behind the door. They know no node: each request brings whose desk it is for."""
    return Litestar(
        path=PREFIX,
        route_handlers=[Router(path="/", route_handlers=[*everything()])],
        exception_handlers={Exception: _failed},
        before_request=_no_stranger,
        openapi_config=config(),
        logging_config=None,
        request_max_body_size=BODY,
    )


@cache
def schema() -> bytes:
    """Return the OpenAPI document: the same for every node of a release."""
    return msgspec.json.encode(document(inside()))


def everything() -> tuple[Any, ...]:
    """Return every handler of the interface."""
    rooms = (
        objects,
        files,
        searches,
        feeds,
        release,
        rules,
        recalls,
        keeping,
        consents,
        work,
        partners,
        joint,
        responses,
        incidents,
        playbooks,
        indicators,
        matching,
        reading,
        warninglists,
        attack,
        audit,
    )
    return tuple(handler for room in rooms for handler in room.HANDLERS)


def _people(desk: Desk) -> Who:
    from cordiale.desk.person.signin import actor_by_token

    return lambda token: actor_by_token(desk, token, desk.clock())


def _failed(request: Asked, error: Exception) -> Response[bytes]:
    return of_exception(error, asking(request).lang, request.url.path)


async def _no_stranger(request: Asked) -> None:
    """Refuse parameters that no handler takes, those given twice, and what the framework would take for something else.

    Misspelt, a filter would silently be none. A number or a text is no boolean, nor a text a number, in parameters as in bodies.
    """
    taken, several, booleans, read = _parameters(request.route_handler)
    given = list(request.query_params.multi_items())
    names = [name for name, _one in given]
    for name, value in given:
        if name not in taken:
            raise ProtocolError("request", STRANGE, name=name[:100])
        if name not in several and names.count(name) > 1:
            raise ProtocolError("request", TWICE, name=name)
        if name in DATES and not _instant(value):  # the framework takes numbers and `null` as well
            raise ProtocolError("request", NO_INSTANT, name=name)
        if name in booleans and value not in ("true", "false"):
            raise wrong(name, "Expected `bool`, got `str`")
    if read is not None:
        _strictly(await request.body(), read)


_OTHERWISE: Final = re.compile(r"Expected `(?:bool|int|float)[^`]*`, got `").match
"""What msgspec says of a value of another type."""


def _strictly(body: bytes, read: msgspec.json.Decoder[Any]) -> None:
    """Raise InputError for a value that only reads as what is asked for; all else that may be wrong the framework says."""
    try:
        read.decode(body)
    except msgspec.ValidationError as error:
        if _OTHERWISE(str(error)):
            raise wrong("", str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return


Taken = tuple[frozenset[str], frozenset[str], frozenset[str], "msgspec.json.Decoder[Any] | None"]
_known: dict[str, Taken] = {}


def _parameters(handler: Any) -> Taken:
    """Return the names of the query parameters a handler takes, those among them that may stand several times and those that are
    true or false, and what reads its body strictly, where it has one that is a value."""
    found = _known.get(handler.handler_name)
    if found is None:
        fields = {
            name: field
            for name, field in handler.parsed_fn_signature.parameters.items()
            if name not in ("request", "data")
            and not isinstance(field.kwarg_definition, HeaderParameter)
            and not any(f"{{{name}:" in path for path in handler.paths)
        }
        several = frozenset(name for name, field in fields.items() if _several(field))
        booleans = frozenset(name for name, field in fields.items() if field.annotation is bool)
        data = handler.parsed_fn_signature.parameters.get("data")
        kind = data.annotation if data is not None else None
        read = (
            msgspec.json.Decoder(kind)
            if isinstance(kind, type) and issubclass(kind, msgspec.Struct)
            else None
        )
        found = _known[handler.handler_name] = (frozenset(fields), several, booleans, read)
    return found


def _several(field: Any) -> bool:
    return bool(field.is_non_string_sequence) or any(_several(inner) for inner in field.inner_types)
