"""What an event no longer holds is withdrawn: an event that comes again is compared with what it held before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from cordiale.desk.incoming.readers import Held, Remark
from cordiale.domains.cyber.misp.frame import EXTENSION, said_in
from cordiale.platform.clock import format_instant, parse_instant
from cordiale.stix.ingress import SetAside

_WHOLES: Final = (b'{"type":"report"', b'{"type":"grouping"')
_OURS: Final = frozenset(
    ("attribute", "object", "sighting", "proposal", "reference", "report", "part", "galaxy", "file", "link", "local-tags", "analyst-data")
)  # fmt: skip
_PAGE: Final = 2_000

Value = dict[str, Any]


def settle(pieces: Sequence[bytes | SetAside | Remark], held: Held) -> Iterator[bytes]:
    """Yield the revocation of everything that an event, or an object in it, held when it came last and does not hold now.

    A large event names its members in parts that have new ids each time, so that those of before still say what it held.
    """
    mark = EXTENSION.encode()
    ours = [one for one in pieces if isinstance(one, bytes) and one.startswith(_WHOLES) and mark in one]
    fresh = {value["id"]: value for value in map(orjson.loads, ours)}
    named = {
        name: value
        for name, value in fresh.items()
        if (said_in(value) or {}).get("kind") in ("event", "object")
    }
    before = _held(held, list(named))
    for name, value in named.items():
        old = before.get(name)
        if (
            old is None
            or old["modified"] > value["modified"]
            or old.get("object_refs") == value["object_refs"]
        ):
            continue
        now = set(_members(value, held, fresh))
        gone = [one for one in _members(old, held, {}) if one not in now]
        while gone:
            page, gone = gone[:_PAGE], gone[_PAGE:]
            for one in _held(held, page).values():
                of = (said_in(one) or {}).get("kind")
                if of == "object":
                    gone += [inner for inner in one["object_refs"] if inner not in now]
                if of in _OURS and not one.get("revoked"):
                    yield orjson.dumps(revoked(one, value["modified"]))


def _members(value: Value, held: Held, fresh: Mapping[str, Value]) -> Iterator[str]:
    """Yield what an event or object names, the parts of a large one and what they name included."""
    yield from value.get("object_refs", ())
    if not (said_in(value) or {}).get("parts"):
        return
    parts = [one for one in value["object_refs"] if one.startswith("grouping--")]
    for part in parts:
        found = fresh.get(part) or _held(held, [part]).get(part)
        if found is not None and (said_in(found) or {}).get("kind") == "part":
            yield from found["object_refs"]


def _held(held: Held, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    return {identifier: orjson.loads(raw) for identifier, raw in held(ids).items()}


def revoked(value: dict[str, Any], when: str) -> dict[str, Any]:
    """Return an object withdrawn at an instant, later in any case than what it was."""
    later = format_instant(parse_instant(value["modified"]) + 1_000)
    return {**value, "modified": max(when, later), "revoked": True}
