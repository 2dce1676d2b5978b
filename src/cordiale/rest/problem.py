"""Errors as `application/problem+json` (RFC 9457), in the reader's language, with our stable codes."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException

from cordiale.platform.errors import (
    CordialeError,
    InputError,
    NotFound,
    ProtocolError,
    Unavailable,
    explain,
    http_status,
)
from cordiale.platform.languages import _, text
from cordiale.platform.log import logger
from cordiale.rest.wrong import wrong
from cordiale.sdk.wire import Problem, Wrong

log = logger("rest")

MEDIA: Final = "application/problem+json"

TITLES: Final = {
    400: _("This request cannot be read"),
    401: _("Who asks is not known"),
    403: _("Not allowed"),
    404: _("Not found"),
    405: _("Not done that way"),
    409: _("It changed meanwhile"),
    413: _("Too large"),
    415: _("Not a type that is read here"),
    422: _("This cannot be taken"),
    429: _("Too many requests"),
    503: _("Not now"),
    507: _("No space"),
}
FAULT: Final = _("Something went wrong here")

NO_TOKEN: Final = ProtocolError(
    "no-token",
    _("Send a token of this node: `Authorization: Bearer …`. Whoever runs it makes one for you."),
)
TOO_MANY: Final = Unavailable("too-many", _("Wait as long as Retry-After says, then go on more slowly."))
TOO_DEEP: Final = ProtocolError("too-deep", _("The body is nested too deeply: nothing of it was read."))
UNFORESEEN: Final = CordialeError(
    "unforeseen", _("Nothing is known of what became of it. The node's log says more.")
)


def problem_of(error: CordialeError, lang: str, status: int | None = None) -> tuple[int, bytes]:
    """Return the status and body that answer an error of ours."""
    status = status or http_status(error)
    title = text(lang, TITLES.get(status, FAULT))
    detail = explain(error, lang)
    told = Problem(
        type="about:blank",
        title=title,
        status=status,
        detail=detail,
        code=error.code,
        errors=tuple(Wrong(field=field, detail=detail) for field in error.fields[:1]),
    )
    return status, msgspec.json.encode(told)


def headers_of(status: int, lang: str) -> dict[str, str]:
    """Return the headers of a problem, the same for every problem of a status."""
    found = {
        "cache-control": "private, no-store",
        "content-language": lang,
        "vary": "authorization, accept-language",
    }
    if status == 401:
        found["www-authenticate"] = 'Bearer realm="cordiale"'
    if status == 503:
        found["retry-after"] = "5"
    return found


def problem(error: CordialeError, lang: str, status: int | None = None) -> Response[bytes]:
    """Answer an error of ours."""
    status, body = problem_of(error, lang, status)
    return Response(body, status_code=status, media_type=MEDIA, headers=headers_of(status, lang))


def of_exception(error: Exception, lang: str, path: str) -> Response[bytes]:
    """Answer any exception: ours with its words, the framework's with ours, and nothing of what is not foreseen."""
    if isinstance(error, CordialeError):
        if http_status(error) >= 500:
            log.warning("a request was not answered", code=error.code, path=path)
        return problem(error, lang)
    if isinstance(error, RecursionError):
        return problem(TOO_DEEP, lang)
    if isinstance(error, HTTPException) and error.status_code < 500:
        # a place in the path that nothing can have is an address where nothing is
        status = 404 if _of_path(error) else error.status_code
        answer = problem(_framework(error, status), lang, status)
        for name, value in (error.headers or {}).items():
            answer.headers[name.lower()] = value
        return answer
    log.error("a request failed", error=error, path=path)
    return problem(UNFORESEEN, lang, 500)


def _of_path(error: HTTPException) -> bool:
    extra: Any = error.extra
    return isinstance(extra, list) and any(
        isinstance(one, dict) and one.get("source") == "path" for one in extra
    )


def _framework(error: HTTPException, status: int) -> CordialeError:
    if status == 404:
        return NotFound(
            "no-address", _("There is nothing at this address: see openapi.json for what there is.")
        )
    if status == 405:
        return ProtocolError("method", _("This is not done to this address: see the header Allow."))
    if status == 413:
        return InputError("too-large-body", _("The body is larger than is taken here: send less at a time."))
    if status == 415:
        return InputError("media-type", _("A body of this type is not read here: see openapi.json."))
    extra: Any = error.extra
    found = extra[0] if isinstance(extra, list) and extra and isinstance(extra[0], dict) else {}
    return wrong(str(found.get("key") or ""), str(found.get("message") or error.detail))
