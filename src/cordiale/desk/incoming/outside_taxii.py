"""TAXII 2.1 servers outside: their collections, one page of them, and what is posted there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import orjson

from cordiale.desk.incoming.fetching import Place
from cordiale.desk.incoming.outside import Server
from cordiale.platform.replacing import replace_file


def collections(reached: Server, *, writing: bool = False) -> Iterator[Any]:
    """Yield the collections of a TAXII server that may be read (or written), the one of the configuration alone where it names one."""
    from cordiale.exchange.taxii import client

    base = reached.base + "/"
    roots = (
        client.api_roots(reached.transport, reached.headers, base) if base.endswith("taxii2/") else (base,)
    )
    for root in roots:
        for one in client.collections(reached.transport, reached.headers, root):
            if reached.section.collection in ("", one.id) and (one.can_write if writing else one.can_read):
                yield one


def page(reached: Server, place: Place, since: str, file: Path) -> Place:
    """Fetch one page of a TAXII 2.1 server: collection after collection, each from where it ended the last time.

    `since` and `until` hold the date of the last object of each collection; `next` the collection and its place.
    """
    from cordiale.exchange.taxii import client

    dates: dict[str, str] = msgspec.json.decode(since, type=dict[str, str]) if since else {}
    dates |= msgspec.json.decode(place.until, type=dict[str, str]) if place.until else {}
    held = list(collections(reached))
    here, _space, position = place.next.partition(" ")
    index = next((i for i, one in enumerate(held) if one.id == here), 0)
    if index >= len(held):
        return msgspec.structs.replace(place, over=True, until=_dated(dates))
    one = held[index]
    got = next(
        client.pull(
            reached.transport, reached.headers, one, added_after=dates.get(one.id), next=position or None
        )
    )
    pages = place.pages
    if got.objects:
        replace_file(file, b'{"objects":[' + b",".join(map(_mended, got.objects)) + b"]}", 0o600)
        pages += 1
    if got.more and got.next:
        return Place(pages=pages, next=f"{one.id} {got.next}", until=_dated(dates))
    if got.added_last and got.added_last != dates.get(one.id):
        dates[one.id] = got.added_last
        if got.more:
            return Place(pages=pages, next=one.id, until=_dated(dates))
    after = held[index + 1].id if index + 1 < len(held) else ""
    return Place(pages=pages, next=after, over=not after, until=_dated(dates))


def _mended(raw: bytes) -> bytes:
    """Return an object with its version of STIX where a server wrote its type in that place, as OpenTAXII 0.9.3 does of all."""
    if b'"2.1"' in raw:
        return raw
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return raw
    if (
        not isinstance(value, dict)
        or value.get("spec_version") is None
        or value["spec_version"] != value.get("type")
    ):
        return raw
    return orjson.dumps(value | {"spec_version": "2.1"})


def _dated(dates: Mapping[str, str]) -> str:
    return msgspec.json.encode(dates).decode()


def post(reached: Server, collection: Any, objects: Sequence[bytes]) -> Mapping[str, Any]:
    """Post objects to a collection of a TAXII server and return what the server says of them."""
    from cordiale.exchange.taxii import client

    return client.push(reached.transport, reached.headers, collection, objects)
