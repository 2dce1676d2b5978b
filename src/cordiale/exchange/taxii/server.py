"""The TAXII 2.1 server: one function from request to response, over one partner's own stream."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partnership
from cordiale.exchange.message import Request, Response
from cordiale.exchange.recall import narrowing
from cordiale.exchange.restore import rejoin
from cordiale.exchange.taxii import inbox
from cordiale.exchange.taxii.cursor import Cursor, decode_cursor, encode_cursor
from cordiale.exchange.taxii.filters import Filters, read_filters
from cordiale.exchange.taxii.media import (
    FORBIDDEN,
    NOT_ACCEPTABLE,
    NOT_FOUND,
    STIX,
    TAXII,
    UNAVAILABLE,
    acceptable,
    error,
    ok,
)
from cordiale.exchange.taxii.pages import Item, Slice, collection_id, read_slice
from cordiale.exchange.taxii.wiring import Inbox
from cordiale.platform.clock import format_instant, parse_instant
from cordiale.platform.errors import InputError
from cordiale.store.connection import Store, Transaction

ROOT = "/taxii2/"
API_ROOT = "/taxii2/api/"
_COLLECTIONS = "/taxii2/api/collections/"
_STATUS = "/taxii2/api/status/"
_Dated = tuple[str, int | None, int | None]
_OBJECT_ID = re.compile(r"[a-z0-9-]{1,250}--[0-9a-fA-F-]{36}").fullmatch


class _Behind(Exception):
    """Ends a page: its cursor proves that this node was put back to an earlier state."""


def respond_taxii(
    request: Request, store: Store, home: Home, partnership: Partnership, deliver: Inbox, title: str
) -> Response:
    """Answer one request of an authenticated client below /taxii2/."""
    path = request.path if request.path.endswith("/") else request.path + "/"
    known = path in (ROOT, API_ROOT) or path.startswith((_COLLECTIONS, _STATUS))
    if not known:
        return NOT_FOUND
    if not acceptable(request.headers.get("accept")):
        return NOT_ACCEPTABLE
    if path.startswith(_COLLECTIONS) and path != _COLLECTIONS:
        return _collection(request, path, store, home, partnership, deliver)
    if request.method != "GET":
        return _not_allowed("GET")
    if path == ROOT:
        return ok(msgspec.json.encode({"title": title, "default": API_ROOT, "api_roots": [API_ROOT]}))
    if path == API_ROOT:
        return ok(
            msgspec.json.encode(
                {"title": title, "versions": [TAXII], "max_content_length": home.limits.request_bytes}
            )
        )
    if path == _COLLECTIONS:
        number = partnership.partner.number
        listed = [_outbox(home, number, partnership), _inbox(home, number)]
        return ok(msgspec.json.encode({"collections": listed}))
    with store.read() as tx:
        body = records.status(tx, path[len(_STATUS) : -1], partnership.partner.number)
    return NOT_FOUND if body is None else ok(body)


def _outbox(home: Home, number: int, partnership: Partnership) -> dict[str, object]:
    return {
        "id": collection_id(home, number, "out"),
        "title": f"{home.title} → {partnership.partner.title or partnership.partner.node}",
        "can_read": True,
        "can_write": False,
        "media_types": [STIX],
    }


def _inbox(home: Home, number: int) -> dict[str, object]:
    return {
        "id": collection_id(home, number, "in"),
        "title": f"→ {home.title}",
        "can_read": False,
        "can_write": True,
        "media_types": [STIX],
    }


def _not_allowed(allow: str) -> Response:
    return error(405, "Method Not Allowed", headers={"allow": allow})


def _collection(
    request: Request, path: str, store: Store, home: Home, partnership: Partnership, deliver: Inbox
) -> Response:
    number = partnership.partner.number
    identifier, _slash, rest = path[len(_COLLECTIONS) :].partition("/")
    readable = identifier == collection_id(home, number, "out")
    if not readable and identifier != collection_id(home, number, "in"):
        return NOT_FOUND
    parts = rest.split("/")[:-1]
    method = request.method
    match parts:
        case []:
            if method != "GET":
                return _not_allowed("GET")
            made = _outbox(home, number, partnership) if readable else _inbox(home, number)
            return ok(msgspec.json.encode(made))
        case ["objects"] if method == "POST":
            return FORBIDDEN if readable else inbox.post(request, store, home, partnership, deliver)
        case ["objects"] | ["manifest"]:
            object_id = None
        case ["objects", object_id] if method == "DELETE":
            return FORBIDDEN
        case ["objects", object_id] | ["objects", object_id, "versions"]:
            if not _OBJECT_ID(object_id):
                return NOT_FOUND
        case _:
            return NOT_FOUND
    if method != "GET":
        return _not_allowed("GET, POST" if parts == ["objects"] else "GET")
    if not readable:
        return FORBIDDEN
    return _read(
        request, store, home, partnership, parts[-1] if parts[-1] != object_id else "objects", object_id
    )


def _read(
    request: Request, store: Store, home: Home, partnership: Partnership, shape: str, object_id: str | None
) -> Response:
    number = partnership.partner.number
    try:
        filters = read_filters(request.query)
        if object_id is not None:
            filters = msgspec.structs.replace(
                filters, ids=frozenset({object_id}), types=None, all=filters.all or shape == "versions"
            )
        if shape == "versions":
            filters = msgspec.structs.replace(filters, first=False, last=False, versions=frozenset())
        limit = min(filters.limit or home.limits.page_objects, home.limits.page_objects)
        with store.read() as tx:
            pair = records.pair(tx, number)
            after = _after(tx, home, pair, filters)
            found = read_slice(tx, partnership, pair, filters, after, limit, home.clock(), home.limits)
            if object_id is not None and not found.items and not _known(tx, partnership, pair, filters, home):
                return NOT_FOUND
            body = _body(tx, home, pair, found, shape)
    except _Behind:
        with store.write() as tx:
            rejoin.close_all(tx, home.clock(), rejoin.ROLLED_BACK, partnership.partner.node)
        return UNAVAILABLE
    except InputError as problem:
        return error(400, "Bad Request", str(problem))
    if found.stopped and partnership.partner.assurance != "node":
        narrowing.go_past(store, partnership.partner, found.stopped)
    return ok(body, _dates(found, filters))


def _known(
    tx: Transaction, partnership: Partnership, pair: records.Pair, filters: Filters, home: Home
) -> bool:
    """Tell whether the object is in the stream at all, whatever else was asked about it."""
    anything = Filters(ids=filters.ids, last=False, all=True)
    return bool(read_slice(tx, partnership, pair, anything, 0, 1, home.clock(), home.limits).items)


def _after(tx: Transaction, home: Home, pair: records.Pair, filters: Filters) -> int:
    after = 0
    if filters.added_after is not None:
        after = records.added_until(tx, pair.number, pair.generation, filters.added_after)
    if filters.next is not None:
        cursor = decode_cursor(home.secret, filters.next, pair.number)
        if (cursor.generation, cursor.sequence) > (pair.generation, pair.last):
            raise _Behind  # we made that cursor, so we were further than we know
        if cursor.generation == pair.generation:
            after = max(after, cursor.sequence)
    return after


def _body(tx: Transaction, home: Home, pair: records.Pair, found: Slice, shape: str) -> bytes:
    head = b"{"
    if found.more:
        token = encode_cursor(home.secret, Cursor(pair.number, pair.generation, found.reached))
        head = b'{"more":true,"next":"' + token.encode() + b'"'
    if not found.items:
        return head + b"}"
    comma = b"," if found.more else b""
    if shape == "objects":
        return b"".join((head, comma, b'"objects":[', b",".join([item.raw for item in found.items]), b"]}"))
    dated = _dated(tx, found.items)
    if shape == "versions":
        listed = msgspec.json.encode([_version(item, dated) for item in found.items])
        return b"".join((head, comma, b'"versions":', listed, b"}"))
    rows = [
        {
            "id": dated[item.sequence][0],
            "date_added": format_instant(item.added, 6),
            "version": _version(item, dated),
            "media_type": STIX,
        }
        for item in found.items
    ]
    return b"".join((head, comma, b'"objects":', msgspec.json.encode(rows), b"}"))


def _dated(tx: Transaction, items: Sequence[Item]) -> dict[int, _Dated]:
    """Return (id, modified, created) by number in the stream; what revokes is stored nowhere and says so itself."""
    stored = records.dated(tx, [item.vid for item in items if item.vid])
    return {item.sequence: stored[item.vid] if item.vid else _of_stub(item.raw) for item in items}


def _of_stub(raw: bytes) -> _Dated:
    value = msgspec.json.decode(raw, type=dict[str, object])
    instants = (value.get("modified"), value.get("created"))
    modified, created = (None if text is None else parse_instant(str(text)) for text in instants)
    return str(value["id"]), modified, created


def _version(item: Item, dated: dict[int, _Dated]) -> str:
    _id, modified, created = dated[item.sequence]
    instant = next((t for t in (modified, created) if t is not None), item.added)
    return format_instant(instant, 3 if instant % 1000 == 0 else 6)


def _dates(found: Slice, filters: Filters) -> dict[str, str]:
    """Return the two date headers; on an empty page the instant to go on from, or none.

    That is the one asked after; where more follows, the one up to which nothing was found, or a client that goes by
    dates would ask the same for ever.
    """
    items = found.items
    if items:
        first, last = items[0].added, items[-1].added
    elif found.more and found.added is not None:
        first = last = found.added
    elif filters.added_after is None:
        return {}
    else:
        first = last = filters.added_after
    return {
        "x-taxii-date-added-first": format_instant(first, 6),
        "x-taxii-date-added-last": format_instant(last, 6),
    }
