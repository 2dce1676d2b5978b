"""Say that a tear-line and the object given whole later are one fact.

The link is a standard relationship, tear-line `superseded-by` object. The tear-line is not revoked: what is revoked
never comes back (STIX 2.1 section 3.6), and it may be all that a partner is cleared for again one day.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

import orjson

from cordiale.exchange.cut.numbering import Outgoing
from cordiale.exchange.held import Held
from cordiale.exchange.home import Home
from cordiale.exchange.records.asked_back import AskedBack
from cordiale.exchange.records.superseded import any_of, lines_of
from cordiale.exchange.stream.superseded import TYPE
from cordiale.platform.clock import format_instant
from cordiale.platform.ids import as_uuid
from cordiale.stix.version import Version, read
from cordiale.store import markings, versions
from cordiale.store.connection import Transaction
from cordiale.store.types import Put

__all__ = ["any_of", "link", "links"]

_UNLINKABLE: Final = ("relationship--", "sighting--")
"""What a relationship may not stand on (STIX 2.1 section 5.1.2)."""


def link(home: Home, line: str, whole: str, now: int) -> Version:
    """Write the relationship from a tear-line to its object, under an id nobody else can work out."""
    name = f"cordiale/superseded-by/1\n{line}\n{whole}".encode()
    instant = format_instant(now // 1000 * 1000)
    value = {
        "type": "relationship",
        "spec_version": "2.1",
        "id": f"relationship--{as_uuid(hmac.digest(home.secret, name, hashlib.sha256), version=4)}",
        "created": instant,
        "modified": instant,
        "relationship_type": TYPE,
        "source_ref": line,
        "target_ref": whole,
    }
    return read(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))[0]


def links(
    tx: Transaction,
    home: Home,
    class_: str,
    held: Held,
    back: AskedBack,
    whole: Mapping[int, int],
    now: int,
) -> list[Outgoing]:
    """Return the links that go with objects given whole to a partner that holds tear-lines of them.

    `whole` maps the objects' numbers to the marking ids under which they go. A tear-line that no relationship may stand on gets none: its ends are linked.
    """
    found: dict[int, Outgoing] = {}
    for vid, line, parent_oid, parent in lines_of(tx, class_, sorted(whole)):
        if vid not in held or line.startswith(_UNLINKABLE) or parent.startswith(_UNLINKABLE):
            continue
        mid = whole[parent_oid]
        marking = markings.atoms(tx, mid)
        version = _stored(tx, home, line, parent, now)
        put = Put(version, marking, marking, "derived")
        (outcome,) = versions.put(tx, home.node, now, [put], markings="replace")
        if outcome.vid and outcome.vid not in held and not back.has(outcome.vid, outcome.oid):
            found[outcome.vid] = Outgoing(
                outcome.vid,
                outcome.oid,
                mid,
                version.hash,
                version.raw,
                version.modified,
                "relationship",
            )
    return list(found.values())


def _stored(tx: Transaction, home: Home, line: str, whole: str, now: int) -> Version:
    """Return the link as it was written before, else a new one."""
    new = link(home, line, whole, now)
    for row in versions.get(tx, new.id, None):
        if row.source == home.node and row.raw is not None:
            return read(row.raw)[0]
    return new
