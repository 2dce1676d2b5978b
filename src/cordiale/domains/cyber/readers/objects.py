"""Write what was found as STIX: an indicator for each value, and the report that they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import orjson

from cordiale.desk.incoming.readers import Remark
from cordiale.domains.cyber.readers.found import Found, Left, Taken
from cordiale.domains.cyber.values import pattern
from cordiale.platform.clock import Instant, format_instant
from cordiale.platform.ids import uuid5
from cordiale.stix.tlp import IDS

NAMESPACE: Final = "5b1f4f0e-3a86-5d0b-9a51-7c2f0a4e9d13"
"""Of ids of what is read here. They are made of the file's own digest: who does not have the file cannot guess them."""

NAMED: Final = 20
"""Values that a remark names of those that were left."""

GATHERED: Final = 2_000
"""Values of a text that its report names; a longer list is a table and has no report."""


def objects(taken: Taken, digest: str, at: Instant) -> Iterator[bytes]:
    """Yield the objects of a text or a table; `digest` is the SHA-256 of its bytes, `at` when it was written."""
    when = format_instant(at)
    made = [_object(one, digest, when) for one in taken.found]
    yield from map(orjson.dumps, made)
    if taken.title and 0 < len(made) <= GATHERED:
        yield orjson.dumps(
            {
                "type": "report",
                "spec_version": "2.1",
                "id": f"report--{uuid5(NAMESPACE, digest)}",
                "created": when,
                "modified": when,
                "name": taken.title,
                "report_types": ["indicator"],
                "published": when,
                "object_refs": [one["id"] for one in made],
            }
        )


def remarks(taken: Taken) -> Iterator[Remark]:
    """Yield what was left, one remark for each reason: a report holds many values that are no indicators."""
    by_reason: dict[str, list[Left]] = {}
    for one in taken.left:
        by_reason.setdefault(one.reason, []).append(one)
    for reason, held in by_reason.items():
        said, params = _words(reason)
        first = ", ".join(f"{one.value} ({one.line})" for one in held[:NAMED])
        yield Remark(
            f"left-{reason.partition(':')[0]}",
            said,
            {**params, "count": str(len(held)), "values": first + ("…" if len(held) > NAMED else "")},
        )


def _words(reason: str) -> tuple[str, dict[str, str]]:
    from cordiale.domains.cyber.readers.left import SENTENCES

    name, _colon, held = reason.partition(":")
    return SENTENCES[name], ({"list": held} if held else {})


def _object(one: Found, digest: str, when: str) -> dict[str, Any]:
    name = f"{digest} {one.kind} {one.value}"
    made: dict[str, Any] = {
        "spec_version": "2.1",
        "created": when,
        "modified": when,
        "confidence": one.confidence,
        "labels": list(dict.fromkeys([*(f"taken:{reason}" for reason in one.reasons), *one.labels])),
    }
    if one.tlp:
        made["object_marking_refs"] = [IDS[one.tlp]]
    words = one.description or (f"{one.line}: {one.context}" if one.context else "")
    if words:
        made["description"] = words
    if one.kind == "cve":
        return {
            "type": "vulnerability",
            "id": f"vulnerability--{uuid5(NAMESPACE, name)}",
            "name": one.value,
            "external_references": [{"source_name": "cve", "external_id": one.value}],
            **made,
        }
    from_ = one.valid_from or when
    made |= {
        "type": "indicator",
        "id": f"indicator--{uuid5(NAMESPACE, name)}",
        "name": one.name or one.value[:250],
        "pattern": pattern(one.kind, one.value),
        "pattern_type": "stix",
        "valid_from": from_,
    }
    if one.valid_until and one.valid_until > from_:
        made["valid_until"] = one.valid_until
    return made
