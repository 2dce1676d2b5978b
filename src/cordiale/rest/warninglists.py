"""`/cyber/warninglists`: lists of values that are harmless or common, and what they say of a value."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from litestar import HttpMethod, Response, get, post, route
from litestar.params import JSONBody

from cordiale.desk.actor import authorise
from cordiale.domains.cyber.warninglists import kept
from cordiale.rest.asking import Asked, Asking, Key, act, answer, asking, options, refusals
from cordiale.rest.indicators import Kind, Value, known_kind, warned
from cordiale.rest.release import ACT
from cordiale.rest.spooling import spooled
from cordiale.rest.told import moment
from cordiale.sdk import warninglists as wire

if TYPE_CHECKING:
    from pathlib import Path

LARGEST: Final = 128 << 20
"""Bytes of one list: the largest that are published have a million names."""


@get("/cyber/warninglists", responses=refusals(), sync_to_thread=True, tags=["cyber"])
def warninglists(request: Asked) -> Response[wire.WarningLists]:
    """List the warning lists that the node keeps, with their versions and digests."""
    return answer(request, _all(asking(request)))


@get("/cyber/warninglists/look", responses=refusals(), sync_to_thread=True, tags=["cyber"])
def look_up(request: Asked, value: Value, kind: Kind = None) -> Response[wire.Looked]:
    """Say which warning lists hold a value, and by which entry."""
    asked = asking(request)
    authorise(asked.actor, "search")
    known = known_kind(kind, value)
    return answer(request, wire.Looked(kind=known, value=value, lists=warned(asked, known, value)))


@post("/cyber/warninglists", status_code=200, responses=refusals(*ACT), request_max_body_size=None, tags=["cyber"])  # fmt: skip
async def add_warninglist(request: Asked, idempotency_key: Key = None) -> Response[wire.ListsAdded]:
    """Keep a warning list, which is the body, as MISP's `list.json`; a newer version takes the place of the one before."""
    authorise(asking(request).actor, "warninglist")
    async with spooled(request, "list.json", LARGEST) as came:
        return await asyncio.to_thread(
            lambda: act(request, idempotency_key, came.digest, lambda asked: _added(asked, came.path))
        )


@post("/cyber/warninglists/remove", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["cyber"])  # fmt: skip
def remove_warninglist(
    request: Asked, data: JSONBody[wire.ListRemoved], idempotency_key: Key = None
) -> Response[wire.WarningLists]:
    """Keep a warning list no longer."""

    def do(asked: Asking) -> wire.WarningLists:
        kept.remove(asked.desk, asked.actor, data.name)
        return _all(asked)

    return act(request, idempotency_key, data, do)


@route("/cyber/warninglists", http_method=HttpMethod.OPTIONS, include_in_schema=False, sync_to_thread=False)
def warninglists_options(request: Asked) -> Response[None]:
    """Say what is done to this address."""
    return options(request)


def _all(asked: Asking) -> wire.WarningLists:
    return wire.WarningLists(
        items=tuple(
            asked.tell(one, wire.WarningList, by=entry.by, at=moment(entry.at))
            for entry, one in kept.kept(asked.desk, asked.actor)
        )
    )


def _added(asked: Asking, file: Path) -> wire.ListsAdded:
    done = kept.add(asked.desk, asked.actor, file, called="list.json")
    refused = tuple(asked.tell(one, wire.Refused) for one in done.refused)
    return wire.ListsAdded(new=done.new, renewed=done.renewed, same=done.same, refused=refused)


HANDLERS: Final = (
    warninglists_options,
    warninglists,
    look_up,
    add_warninglist,
    remove_warninglist,
)
