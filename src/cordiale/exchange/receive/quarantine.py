"""Entries that could not be taken in: kept with the reason that a person can act on."""

from __future__ import annotations

from typing import Any

import msgspec

from cordiale.exchange.home import Partner
from cordiale.exchange.originator import origins
from cordiale.exchange.records.quarantined import CONFLICT, TOMBSTONED, TOMBSTONED_TEXT
from cordiale.platform.languages import _
from cordiale.release.segment import SegmentHeader
from cordiale.stix.version import Version


class SetAside(msgspec.Struct, frozen=True):
    """Keep one entry that could not be applied, with the reason a person can act on."""

    partner: str
    sequence: int
    object_id: str | None
    code: str
    message_id: str
    params: dict[str, str] = {}
    raw: bytes | None = None


def quarantined(partner: Partner, sequence: int, version: Version, raw: bytes) -> SetAside:
    """Say that a partner speaks in the name of this node."""
    return SetAside(
        partner.node,
        sequence,
        version.id,
        "exchange.apply.identity",
        _("{node} sent {id} in the name of this node; it is kept in quarantine."),
        {"node": partner.node, "id": version.id},
        raw,
    )


def lowered(partner: Partner, sequence: int, version: Version, whose: origins.Whose, raw: bytes) -> SetAside:
    """Say that a forwarder leaves out part of the marking that the originator signed."""
    return SetAside(
        partner.node,
        sequence,
        version.id,
        "exchange.apply.lowered",
        _(
            "{node} forwards {id} of {source} without {atom} of the marking its originator signed; it is kept in quarantine."
        ),
        {"node": partner.node, "id": version.id, "source": whose.source, "atom": whose.lowered or ""},
        raw,
    )


def unconsented(
    partner: Partner, sequence: int, version: Version, source: str, atom: str, raw: bytes
) -> SetAside:
    """Say that a forwarder sends what another controls, without its consent."""
    return SetAside(
        partner.node,
        sequence,
        version.id,
        "exchange.apply.no-consent",
        _(
            "{node} forwards {id}, which {originator} controls, without its consent; it is kept in quarantine."
        ),
        {"node": partner.node, "id": version.id, "source": source, "originator": atom.removeprefix("orcon:")},
        raw,
    )


def refused(
    partner: Partner, sequence: int, version: Version, source: str, kind: str, raw: bytes
) -> SetAside:
    """Say that the store does not take a version: it was purged here, or its sender contradicts itself."""
    if kind == "tombstoned":
        return SetAside(
            partner.node,
            sequence,
            version.id,
            TOMBSTONED,
            TOMBSTONED_TEXT,
            {"node": partner.node, "id": version.id},
        )
    return SetAside(
        partner.node,
        sequence,
        version.id,
        CONFLICT,
        _("{node} sent two different contents of one version of {id}; the second is kept in quarantine."),
        {"node": partner.node, "id": version.id, "source": source},
        raw,
    )


def row(partner: Partner, header: SegmentHeader, one: SetAside, now: int) -> dict[str, Any]:
    """Return what is stored of an entry set aside."""
    return {
        "pair": partner.number,
        "generation": header.generation,
        "sequence": one.sequence,
        "object_id": one.object_id,
        "code": one.code,
        "message_id": one.message_id,
        "params": msgspec.json.encode(one.params).decode(),
        "at": now,
        "raw": one.raw,
    }
