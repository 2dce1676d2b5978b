"""What a node answered: a value, or one of the errors of the command line."""

from __future__ import annotations

from typing import Final, TypeVar

import httpx
import msgspec

from cordiale.platform.errors import (
    ANSWERS,
    CordialeError,
    InputError,
    NotAllowed,
    ProtocolError,
    Unavailable,
)
from cordiale.platform.languages import _
from cordiale.sdk.wire import Problem

T = TypeVar("T")

SAID: Final = "{words}"
"""The node's own sentence, in the language that was asked for."""

_FAMILIES: Final = {
    **{status: family for family, (status, _exit) in ANSWERS.items() if status != 500},
    401: NotAllowed,
    413: InputError,
    415: InputError,
    429: Unavailable,
    500: CordialeError,
}


def raised(answer: httpx.Response) -> httpx.Response:
    """Return an answer that is none of a refusal; raises what it refuses as the family of its status.

    `str()` of the error is the node's sentence, `code` is stable.
    """
    if answer.is_success or answer.status_code == 304:
        return answer
    family = _FAMILIES.get(answer.status_code, ProtocolError)
    try:
        problem = msgspec.json.decode(answer.content, type=Problem)
    except msgspec.MsgspecError:
        raise family(
            "http",
            _("{url} answered {status}, and not as a node does: check the address."),
            url=str(answer.url.copy_with(query=None)),
            status=answer.status_code,
        ) from None
    raise family(problem.code, SAID, words=problem.detail)


def value(answer: httpx.Response, kind: type[T]) -> T:
    """Read what a node answered; raises ProtocolError for what is not of that kind."""
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except msgspec.MsgspecError as error:
        raise ProtocolError(
            "not-an-answer",
            _(
                "{url} answered something else than a node does ({words}): check the address and the versions."
            ),
            url=str(answer.url.copy_with(query=None)),
            words=str(error)[:200],
        ) from error
