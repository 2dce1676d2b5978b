"""What a form sends: read within a bound, and only from a page of ours."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from cordiale.platform.asgi import Receive, Scope, header

FIELD: Final = "csrf"
HEADER: Final = b"x-csrf-token"
LARGEST: Final = 1 << 20
"""Most bytes of a form without files."""

_FIRST: Final = 16_384
"""Within how many bytes a form with files has its token: the field must stand first."""

_MOST_FIELDS: Final = 20_000


def from_elsewhere(scope: Scope) -> bool:
    """Tell whether a browser says that another site sent this request."""
    site = header(scope, b"sec-fetch-site")
    if site:
        return site not in ("same-origin", "none")
    origin = header(scope, b"origin")
    # pages of ours send no referrer, so that older browsers say "null" of their own forms
    return origin not in ("", "null") and urlsplit(origin).netloc.lower() != header(scope, b"host").lower()


async def carries(scope: Scope, receive: Receive, token: str) -> tuple[bool, Receive]:
    """Tell whether a request carries the token of its browser; what was read for that is given again."""
    shown = header(scope, HEADER)
    if not shown:
        kind = header(scope, b"content-type").partition(";")[0].strip().lower()
        if kind == "application/x-www-form-urlencoded":
            body, receive = await _begun(receive, LARGEST + 1)
            found = _decoded(body[:LARGEST]).get(FIELD, [""]) if len(body) <= LARGEST else [""]
            shown = found[0]
        elif kind == "multipart/form-data":
            body, receive = await _begun(receive, _FIRST)
            shown = _first_field(body)
    return bool(token) and hmac.compare_digest(shown.encode(), token.encode()), receive


async def fields(request: Any) -> dict[str, str]:
    """Return the fields of a form by name, each once."""
    return {name: values[-1] for name, values in (await lists(request)).items()}


async def lists(request: Any) -> dict[str, list[str]]:
    """Return the fields of a form by name, with all their values."""
    return keep(request, _decoded((await request.body())[:LARGEST]))


def keep(request: Any, given: dict[str, list[str]]) -> dict[str, list[str]]:
    """Remember with a request what its form brought, for the page that says why it was not taken; return it."""
    request.state.given = given
    return given


def kept(request: Any) -> Mapping[str, list[str]]:
    """Return what the form of a request brought, nothing where it brought none."""
    found: Mapping[str, list[str]] = getattr(request.state, "given", None) or {}
    return found


def _decoded(body: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}


def _first_field(body: bytes) -> str:
    head, _end, rest = body.partition(b"\r\n\r\n")
    if f'name="{FIELD}"'.encode() not in head or b"filename" in head:
        return ""
    return rest.partition(b"\r\n")[0][:200].decode("latin-1")


async def _begun(receive: Receive, enough: int) -> tuple[bytes, Receive]:
    """Read the beginning of a body; return it with a `receive` that begins anew."""
    read: list[Any] = []
    size = 0
    while size < enough:
        message = await receive()
        read.append(message)
        size += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            break
    given = iter(read)

    async def again() -> Any:
        for message in given:
            return message
        return await receive()

    return b"".join(message.get("body", b"") for message in read), again
