"""Read from and post to any TAXII 2.1 server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from cordiale.exchange.message import Transport


class Collection(msgspec.Struct, frozen=True):
    """Describe one collection of a TAXII server; `url` is its path below the transport's base."""

    id: str
    title: str
    url: str
    can_read: bool
    can_write: bool


class Page(msgspec.Struct, frozen=True):
    """Hold one page: raw objects, and what to ask with next (`next`, else `added_after`)."""

    objects: tuple[bytes, ...]
    next: str | None
    added_last: str | None
    more: bool


def collections(transport: Transport, headers: Mapping[str, str], api_root: str) -> tuple[Collection, ...]:
    """List the collections of an API root."""
    raise NotImplementedError


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
    """Read pages until the server has no more."""
    raise NotImplementedError


def push(
    transport: Transport, headers: Mapping[str, str], collection: Collection, objects: Sequence[bytes]
) -> Mapping[str, object]:
    """Post raw objects in one envelope and return the server's status resource."""
    raise NotImplementedError
