"""The REST application of an opened node, on Litestar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Litestar, Response, Router
from litestar.exceptions import ValidationException

from cordiale.rest import audit, objects, partners, recalls, release, rules, work
from cordiale.rest.asking import Asked, asking
from cordiale.rest.door import App, Who, door
from cordiale.rest.problem import of_exception
from cordiale.rest.schema import config, document
from cordiale.sdk.wire import PREFIX

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk

BODY: Final = 8 << 20
"""Largest body of a request that is not an upload, in bytes."""


def application(desk: Desk, who: Who | None = None) -> App:
    """Return what answers under `/api/v1`; `who` says whose a token is (default: the tokens of this node's people)."""
    site = Litestar(
        path=PREFIX,
        route_handlers=[Router(path="/", route_handlers=[*everything()])],
        exception_handlers={Exception: _failed},
        before_request=_no_stranger,
        openapi_config=config(),
        logging_config=None,
        request_max_body_size=BODY,
    )
    written: list[bytes] = []

    def schema() -> bytes:
        if not written:
            written.append(msgspec.json.encode(document(site)))
        return written[0]

    return door(desk, who or _people(desk), site, schema)  # type: ignore[arg-type]


def everything() -> tuple[Any, ...]:
    """Return every handler of the interface."""
    rooms = (objects, release, rules, recalls, work, partners, audit)
    return tuple(handler for room in rooms for handler in room.HANDLERS)


def _people(desk: Desk) -> Who:
    from cordiale.desk.signin import actor_by_token

    return lambda token: actor_by_token(desk, token, desk.clock())


def _failed(request: Asked, error: Exception) -> Response[bytes]:
    return of_exception(error, asking(request).lang, request.url.path)


async def _no_stranger(request: Asked) -> None:
    """Refuse parameters that no handler takes, and those given twice: misspelt, a filter would silently be none."""
    taken, several = _parameters(request.route_handler)
    given = [name for name, _value in request.query_params.multi_items()]
    for name in given:
        if name not in taken:
            raise ValidationException(
                "Bad", extra=[{"key": name[:100], "message": "is no parameter of this address"}]
            )
        if name not in several and given.count(name) > 1:
            raise ValidationException("Bad", extra=[{"key": name, "message": "is given more than once"}])


_known: dict[int, tuple[frozenset[str], frozenset[str]]] = {}


def _parameters(handler: Any) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of the query parameters a handler takes, and those among them that may stand several times."""
    found = _known.get(id(handler))
    if found is None:
        fields = handler.parsed_fn_signature.parameters
        names = frozenset(fields)
        several = frozenset(name for name, field in fields.items() if field.is_non_string_sequence or (field.is_optional and any(a.is_non_string_sequence for a in field.inner_types)))  # fmt: skip
        found = _known[id(handler)] = (names, several)
    return found
