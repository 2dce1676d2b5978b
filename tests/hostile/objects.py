"""Objects that somebody hostile, or careless, sends: one list for every door through which objects come in.

`POISON` must be set aside with a reason; `STRANGE` is odd and whole, and must be taken as it is. Doors are in doors.py.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from cordiale.stix import tlp

WHEN: Final = "2026-03-01T08:00:00.000Z"
GREEN: Final = tlp.IDS["tlp:green"]
RED: Final = tlp.IDS["tlp:red"]


def indicator(n: int, **more: Any) -> dict[str, Any]:
    """Write a whole indicator, green."""
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--0badf00d-0000-4000-8000-{n:012}",
        "created": WHEN,
        "modified": WHEN,
        "name": f"number {n}",
        "pattern": "[domain-name:value = 'a.example']",
        "pattern_type": "stix",
        "valid_from": WHEN,
        "object_marking_refs": [GREEN],
    } | more


def raw(n: int = 666, **more: Any) -> bytes:
    """Write an indicator as bytes."""
    return orjson.dumps(indicator(n, **more))


def put_in(text: bytes, n: int = 666) -> bytes:
    """Write an indicator whose first property is given as it stands, however wrong it is."""
    return b"{" + text + b"," + raw(n)[1:]


def without(name: str) -> bytes:
    """Write an indicator that lacks a property."""
    return orjson.dumps({key: value for key, value in indicator(666).items() if key != name})


DEEP: Final = b"[" * 65 + b"]" * 65
LONG_PATTERN: Final = "[" + " OR ".join("a:b = 'x'" for _ in range(40_000)) + "]"

POISON: Final[dict[str, bytes]] = {
    "a second list of markings": raw()[:-1]
    + b',"object_marking_refs":["'
    + tlp.IDS["tlp:clear"].encode()
    + b'"]}',
    "a second id": put_in(b'"id":"indicator--0badf00d-0000-4000-8000-000000000001"'),
    "a doubled key below": put_in(b'"x_more":{"a":1,"a":2}'),
    "not a number": put_in(b'"x_n":NaN'),
    "infinity": put_in(b'"x_n":-Infinity'),
    "a number no double holds": put_in(b'"x_n":1e999'),
    "an integer beyond 2^53": put_in(b'"x_n":9007199254740993'),
    "a lone surrogate": put_in(b'"x_n":"\\ud800"'),
    "bytes that are no text": put_in(b'"x_n":"\xff\xfe"'),
    "65 levels": put_in(b'"x_n":' + DEEP),
    "100,000 levels": put_in(b'"x_n":' + b"[" * 100_000 + b"]" * 100_000),
    "no id": without("id"),
    "no type": without("type"),
    "no pattern type": without("pattern_type"),
    "an id of another type": raw().replace(b'"indicator--', b'"malware--'),
    "an id that is a path": put_in(b'"x":1').replace(
        b"indicator--0badf00d-0000-4000-8000-000000000666", b"../../../../etc/passwd"
    ),
    "a type that is a path": raw(type="../indicator"),
    "a marking that is no list": raw(object_marking_refs="none"),
    "a marking that is no reference": raw(object_marking_refs=["tlp:clear"]),
    "a marking list of numbers": raw(object_marking_refs=[0]),
    "a selector that leads nowhere": raw(granular_markings=[{"marking_ref": RED, "selectors": ["nowhere"]}]),
    "a selector that is no selector": raw(granular_markings=[{"marking_ref": RED, "selectors": ["a..b[x]"]}]),
    "a time that is none": raw(modified="yesterday"),
    "the 30th of February": raw(modified="2026-02-30T08:00:00.000Z"),
    "changed before it was made": raw(created="2026-03-02T08:00:00.000Z"),
    "a time with an offset": raw(modified="2026-03-01T08:00:00.000+01:00"),
    "a pattern of 400 parentheses": raw(pattern="[" + "(" * 400 + "a:b = 'x'" + ")" * 400 + "]"),
    "a creator that is no identity": raw(created_by_ref="indicator--0badf00d-0000-4000-8000-000000000001"),
    "a relationship of a relationship": orjson.dumps(
        {
            "type": "relationship",
            "spec_version": "2.1",
            "id": "relationship--0badf00d-0000-4000-8000-000000000666",
            "created": WHEN,
            "modified": WHEN,
            "relationship_type": "related-to",
            "source_ref": "relationship--0badf00d-0000-4000-8000-000000000666",
            "target_ref": "relationship--0badf00d-0000-4000-8000-000000000666",
            "object_marking_refs": [GREEN],
        }
    ),
    "properties that are a list": b'["type","indicator"]',
    "a number": b"42",
    "nothing": b"null",
}
"""Set aside, with a reason that names what is wrong."""

SCRIPT: Final = "<script>alert(1)</script>"
STRANGE: Final[dict[str, bytes]] = {
    "a pattern of 400 kilobytes": raw(pattern=LONG_PATTERN),
    "a stored script in every text": raw(
        name=SCRIPT,
        description=f'"><img src=x onerror=alert(2)>{SCRIPT}',
        labels=[SCRIPT, "javascript:alert(3)"],
    ),
    "a script as a link": raw(
        external_references=[
            {"source_name": SCRIPT, "url": "javascript:alert(4)", "description": "<svg onload=alert(5)>"}
        ]
    ),
    "control characters and direction marks": raw(name="a\u0000b\u001b[31m\u202egnp.exe\u2028"),
    "an entity that expands": raw(
        description='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
    ),
    "words of the search's own language": raw(name='" OR 1=1 -- NEAR( * ) AND NOT text_index:'),
    "words of a template": raw(name="{{ 7*7 }} {% raw %} ${x} {0} %s %(x)s"),
    "microsecond zero": raw(created="1970-01-01T00:00:00.000Z", modified="1970-01-01T00:00:00.000Z"),
    "the last year": raw(modified="9999-12-31T23:59:59.999Z"),
    "a date far ahead": raw(modified="2199-01-01T00:00:00.000Z", valid_from="2199-01-01T00:00:00Z"),
    "a name of 200,000 characters": raw(name="n" * 200_000),
    "3,000 granular selectors": raw(
        labels=[f"l{n}" for n in range(3000)],
        granular_markings=[{"marking_ref": RED, "selectors": [f"labels.[{n}]" for n in range(3000)]}],
    ),
    "10,000 references": orjson.dumps(
        {
            "type": "report",
            "spec_version": "2.1",
            "id": "report--0badf00d-0000-4000-8000-000000000666",
            "created": WHEN,
            "modified": WHEN,
            "name": "many",
            "published": WHEN,
            "object_refs": [f"indicator--0badf00d-0000-4000-8000-{n:012}" for n in range(10_000)],
            "object_marking_refs": [GREEN],
        }
    ),
    "a custom property of every kind": raw(
        x_a={"b": [1, 2.5, None, True, {"c": "é😀"}]}, **{"x_" + "k" * 247: 1}
    ),
    "a property that names another owner": raw(
        source="canada", owner="officer", x_marking="tlp:clear", collection="fra"
    ),
}
"""Odd and whole: taken as it is, byte for byte, harming nothing."""


def ring() -> list[bytes]:
    """Write reports that refer to one another in a ring, one of them red."""
    ids = [f"report--0badf00d-0000-4000-8000-{n:012}" for n in range(700, 712)]
    return [
        orjson.dumps(
            {
                "type": "report",
                "spec_version": "2.1",
                "id": one,
                "created": WHEN,
                "modified": WHEN,
                "name": one,
                "published": WHEN,
                "object_refs": [following, one],
                "object_marking_refs": [RED if n == 5 else GREEN],
            }
        )
        for n, (one, following) in enumerate(zip(ids, ids[1:] + ids[:1], strict=True))
    ]
