"""Small STIX objects for the store's tests, read by the real reader."""

import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cordiale.platform.clock import format_instant
from cordiale.stix.version import Version, read
from cordiale.store.connection import Store
from cordiale.store.search import index_text
from cordiale.store.types import Marking, Outcome, Put
from cordiale.store.versions import put

GREEN: Marking = frozenset({"tlp:green"})
AMBER: Marking = frozenset({"tlp:amber"})
RED: Marking = frozenset({"tlp:red"})
UNRESOLVED: Marking = frozenset({"unresolved"})
RED_REF = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"

START = 1_700_000_000_000_000
DAY = 86_400_000_000


def named(type_: str, name: str) -> str:
    """Return the id that a name stands for in these tests."""
    return f"{type_}--{uuid5(NAMESPACE_URL, type_ + name)}"


def sdo(type_: str, name: str, *, day: int = 0, **more: Any) -> Version:
    value = {
        "type": type_,
        "spec_version": "2.1",
        "id": named(type_, name),
        "created": format_instant(START),
        "modified": format_instant(START + day * DAY),
        "name": name,
        **more,
    }
    return of(value)


def relationship(name: str, source: str, target: str, *, day: int = 0, **more: Any) -> Version:
    return of(
        {
            "type": "relationship",
            "spec_version": "2.1",
            "id": named("relationship", name),
            "created": format_instant(START),
            "modified": format_instant(START + day * DAY),
            "relationship_type": "related-to",
            "source_ref": source,
            "target_ref": target,
            **more,
        }
    )


def sighting(name: str, target: str, *, day: int = 0, **more: Any) -> Version:
    return of(
        {
            "type": "sighting",
            "spec_version": "2.1",
            "id": named("sighting", name),
            "created": format_instant(START),
            "modified": format_instant(START + day * DAY),
            "sighting_of_ref": target,
            **more,
        }
    )


def address(value: str, **more: Any) -> Version:
    return of(
        {"type": "ipv4-addr", "spec_version": "2.1", "id": named("ipv4-addr", value), "value": value, **more}
    )


def of(value: dict[str, Any]) -> Version:
    return read(json.dumps(value).encode())[0]


def keep(
    store: Store,
    *versions: Version,
    source: str = "can",
    base: Marking = GREEN,
    full: Marking | None = None,
    received: int = START,
    index: bool = True,
    **more: Any,
) -> list[Outcome]:
    """Put versions in a transaction of their own, and their text."""
    with store.write() as tx:
        done = put(
            tx, source, received, [Put(v, base, base if full is None else full) for v in versions], **more
        )
    if index:
        index_all(store)
    return done


def index_all(store: Store) -> None:
    more = 1
    while more:
        with store.write() as tx:
            more = index_text(tx, 1000)
