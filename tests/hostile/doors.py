"""The doors through which objects come in. A door takes good and bad objects together and says what became of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

import msgspec
import orjson

from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.set_aside import set_aside
from cordiale.desk.incoming.sources import of_bytes
from cordiale.exchange import records
from cordiale.exchange.message import Request
from cordiale.exchange.receive import apply as applying
from cordiale.exchange.serve.service import respond
from cordiale.exchange.stream.segment import slot_leaf
from cordiale.exchange.taxii.media import TAXII
from cordiale.exchange.taxii.pages import collection_id
from cordiale.rest.app import application
from cordiale.sdk.wire import PREFIX
from cordiale.stix.canonical import content_hash
from cordiale.store import versions
from cordiale.store.backup import check
from cordiale.store.connection import Store
from cordiale.store.types import Filter
from tests.simulation.world import OFFICER, READER, World
from tests.unit.exchange.receive import test_apply as segments
from tests.unit.exchange.world import indicator as good
from tests.unit.web.asgi import ask


class Taken(msgspec.Struct):
    """What became of what came in: bytes held, the reasons of what was set aside, faults of the store.

    `refused`: nothing was taken at all, and who sent it was told so.
    """

    held: set[bytes]
    aside: list[str]
    faults: list[str]
    refused: bool = False


Door = Callable[[Sequence[bytes]], Taken]


def held(store: Store) -> set[bytes]:
    """Return the bytes of everything a store lists."""
    with store.read() as tx:
        return {row.raw for row in versions.current(tx, Filter(), None, 10_000, None).rows if row.raw}


def imported(objects: Sequence[bytes]) -> Taken:
    """Import a bundle that holds them, as a file from anywhere."""
    world = World(1)
    node = world.nodes["can"]
    bundle = b'{"type":"bundle","id":"bundle--0badf00d-0000-4000-8000-000000000000","objects":[' + b",".join(objects) + b"]}"  # fmt: skip
    import_(node.desk, OFFICER, [of_bytes("hostile.json", bundle)])
    aside = [str(one) for one in set_aside(node.desk, OFFICER)]
    taken = Taken(held(node.store), aside, check(node.store))
    world.close()
    return taken


def posted(objects: Sequence[bytes]) -> Taken:
    """Post an envelope that holds them to the inbox, as a plain client does."""
    world = World(1)
    node = world.nodes["can"]
    with node.store.read() as tx:
        number = records.partner(tx, READER).number
    path = f"/taxii2/api/collections/{collection_id(node.desk.home, number, 'in')}/objects/"
    headers = {"authorization": f"Bearer {READER}", "accept": TAXII, "content-type": TAXII}
    body = b'{"objects":[' + b",".join(objects) + b"]}"
    answer = respond(Request("POST", path, "", headers, body), node.service)
    aside = [str(one) for one in set_aside(node.desk, OFFICER)]
    if answer.status >= 400:
        aside.append(answer.body.decode())
    taken = Taken(held(node.store), aside, check(node.store), answer.status >= 400)
    world.close()
    return taken


def signed(objects: Sequence[bytes]) -> Taken:
    """Send a segment that holds them, cut and signed by a confirmed partner that lies as well as it can."""
    here, there, known = segments.pair()
    here.put(*(good(f"place {n}") for n in range(len(objects))))
    here.cut("FRA")
    (data,) = segments.segments(here)
    slots = []
    for slot, one in zip(segments.read(data).slots, objects, strict=True):
        changed = msgspec.structs.replace(slot, raw=one)
        text = segments.read(data).markings[slot.marking]
        slots.append(msgspec.structs.replace(changed, leaf=slot_leaf(changed, text, _hash(one))))
    done = applying.apply(there.store, there.home, known, segments.reslotted(data, slots), there.clock())
    with there.store.read() as tx:
        aside = [f"{row.code} {row.message_id} {row.params}" for row in records.set_aside(tx)]
    assert len(aside) == len(done.set_aside)
    taken = Taken(held(there.store), aside, check(there.store))
    here.store.close()
    there.store.close()
    return taken


def uploaded(objects: Sequence[bytes]) -> Taken:
    """Upload a bundle that holds them, as a person's program does."""
    world = World(1)
    node = world.nodes["can"]
    app = application(node.desk, lambda _token: OFFICER)
    bundle = b'{"type":"bundle","id":"bundle--0badf00d-0000-4000-8000-000000000000","objects":[' + b",".join(objects) + b"]}"  # fmt: skip
    answer = ask(
        app, f"{PREFIX}/imports?name=hostile.json", method="POST", body=bundle, authorization="Bearer x"
    )
    job = orjson.loads(answer.body)["id"]
    while orjson.loads(ask(app, f"{PREFIX}/jobs/{job}", authorization="Bearer x").body)["state"] == "running":
        pass  # each question is a turn of its own for the import beside it
    listed = orjson.loads(ask(app, f"{PREFIX}/set-aside?limit=500", authorization="Bearer x").body)["items"]
    taken = Taken(held(node.store), [str(one) for one in listed], check(node.store))
    world.close()
    return taken


def _hash(raw: bytes) -> bytes:
    try:
        return content_hash(orjson.loads(raw))
    except (ValueError, TypeError):
        return sha256(raw).digest()


DOORS: Final[dict[str, Door]] = {
    "import": imported,
    "inbox": posted,
    "segment": signed,
    "rest": uploaded,
}
"""Every way in; a door added later is tried on the whole list."""
