"""Read from and post to any TAXII 2.1 server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from cordiale.exchange.message import Request, Response, Transport
from cordiale.exchange.taxii.media import TAXII
from cordiale.platform.errors import NotAllowed, ProtocolError, Unavailable
from cordiale.platform.languages import _

#: A server that repeats its own cursor for ever is left after so many pages.
_PAGES = 1_000_000


class Collection(msgspec.Struct, frozen=True):
    """Describe one collection of a TAXII server; `path` is its path on the transport's host."""

    id: str
    title: str
    path: str
    can_read: bool
    can_write: bool


class Page(msgspec.Struct, frozen=True):
    """Hold one page: raw objects, and what to ask with next (`next`, else `added_after`)."""

    objects: tuple[bytes, ...]
    next: str | None
    added_last: str | None
    more: bool


class _Envelope(msgspec.Struct):
    more: bool = False
    next: str | None = None
    objects: list[msgspec.Raw] = []


class _Discovery(msgspec.Struct):
    api_roots: list[str] = []


class _Collection(msgspec.Struct):
    id: str
    title: str = ""
    can_read: bool = False
    can_write: bool = False


class _Collections(msgspec.Struct):
    collections: list[_Collection] = []


def api_roots(transport: Transport, headers: Mapping[str, str], path: str = "/taxii2/") -> tuple[str, ...]:
    """Return the paths of the API roots that a discovery document names on its own host.

    Roots on other hosts are left out: credentials for one host are never shown to another.
    """
    found = _read(_get(transport, headers, path), _Discovery)
    return tuple(_own_path(root) for root in found.api_roots if not urlsplit(root).netloc)


def collections(transport: Transport, headers: Mapping[str, str], api_root: str) -> tuple[Collection, ...]:
    """List the collections of an API root."""
    base = api_root.rstrip("/") + "/collections/"
    found = _read(_get(transport, headers, base), _Collections)
    return tuple(
        Collection(one.id, one.title, f"{base}{quote(one.id, safe='')}/", one.can_read, one.can_write)
        for one in found.collections
    )


def pull(
    transport: Transport,
    headers: Mapping[str, str],
    collection: Collection,
    *,
    added_after: str | None = None,
    next: str | None = None,
    limit: int = 1000,
    match: Mapping[str, str] | None = None,
) -> Iterator[Page]:
    """Read pages until the server has no more.

    Resumes by `next` where the server gives one, else by the date of the last object. Raises
    ProtocolError for an answer that is no envelope, NotAllowed or Unavailable when refused.
    """
    for _page in range(_PAGES):
        query: dict[str, str] = {"limit": str(limit)}
        if added_after is not None:
            query["added_after"] = added_after
        if next is not None:
            query["next"] = next
        query |= {f"match[{name}]": value for name, value in (match or {}).items()}
        answer = _get(transport, headers, collection.path + "objects/", urlencode(query))
        envelope = _read(answer, _Envelope)
        last = answer.headers.get("x-taxii-date-added-last")
        yield Page(tuple(bytes(raw) for raw in envelope.objects), envelope.next, last, envelope.more)
        if not envelope.more or (envelope.next is None and last is None):
            return
        if envelope.next is not None:
            if envelope.next == next and not envelope.objects:
                return
            next = envelope.next
        else:
            if last == added_after:
                return
            added_after, next = last, None


def push(
    transport: Transport, headers: Mapping[str, str], collection: Collection, objects: Sequence[bytes]
) -> Mapping[str, Any]:
    """Post raw objects in one envelope and return the server's status resource."""
    body = b'{"objects":[' + b",".join(objects) + b"]}"
    request = Request(
        "POST", collection.path + "objects/", "", {**headers, "accept": TAXII, "content-type": TAXII}, body
    )
    status: dict[str, Any] = _read(_checked(transport(request)), dict[str, Any])
    return status


def _own_path(root: str) -> str:
    return urlsplit(root).path


def _get(transport: Transport, headers: Mapping[str, str], path: str, query: str = "") -> Response:
    return _checked(transport(Request("GET", path, query, {**headers, "accept": TAXII})))


def _checked(answer: Response) -> Response:
    if answer.status in (200, 202):
        return answer
    if answer.status in (401, 403):
        raise NotAllowed(
            "exchange.taxii.refused",
            _("The TAXII server refuses this request ({status})."),
            status=answer.status,
        )
    if answer.status == 429 or answer.status >= 500:
        raise Unavailable(
            "exchange.taxii.unavailable",
            _("The TAXII server cannot answer now ({status})."),
            status=answer.status,
        )
    raise ProtocolError(
        "exchange.taxii.answer",
        _("The TAXII server answers {status}, which was not expected."),
        status=answer.status,
    )


def _read(answer: Response, kind: Any) -> Any:
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(
            "exchange.taxii.form", _("The answer of the TAXII server cannot be read.")
        ) from error
