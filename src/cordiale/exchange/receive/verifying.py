"""Verify one partner's segment as received: who signed it, where it stands, and that each entry is what was signed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.partners.keychange import signed_by_former
from cordiale.exchange.receive.quarantine import SetAside
from cordiale.exchange.stream.segment import (
    KINDS,
    Resource,
    Slot,
    pair_name,
    read_header,
    read_resource,
    slot_leaf,
)
from cordiale.platform.errors import InputError, IntegrityError, ProtocolError
from cordiale.platform.languages import _
from cordiale.release import merkle
from cordiale.release.segment import SALT, SegmentHeader, header_hash, message
from cordiale.stix import version as stix
from cordiale.stix.version import Version
from cordiale.store.connection import Store, Transaction


class Checked(msgspec.Struct, frozen=True):
    """Hold a segment whose header, chain position, leaves and contents were verified."""

    header: SegmentHeader
    resource: Resource
    read: tuple[Version | SetAside | None, ...]


def check(store: Store, home: Home, partner: Partner, data: bytes) -> Checked:
    """Verify one segment by itself, as received: signature, root, leaves and contents.

    Raises ProtocolError or IntegrityError. Whether it follows the last one is not asked.
    """
    resource = read_resource(data, home.limits.response_bytes)
    header = read_header(resource.header)
    check_header(store, home, partner, header, resource)
    return Checked(header, resource, read_slots(partner, header, resource))


def check_header(
    store: Store, home: Home, partner: Partner, header: SegmentHeader, resource: Resource
) -> None:
    """Check everything a header says, apart from its place in the chain."""
    if header.pair != pair_name(partner.node, home.node):
        raise IntegrityError(
            "exchange.segment.pair",
            _("The segment belongs to the stream {found}, not to {expected}."),
            found=header.pair[:200],
            expected=pair_name(partner.node, home.node),
        )
    _signed_by_partner(store, home, partner, header, resource)
    count = header.last - header.first + 1
    if not 1 <= count <= home.limits.segment_entries or header.first < 1 or header.generation < 1:
        raise ProtocolError(
            "exchange.segment.range",
            _("A segment says it goes from {first} to {last}."),
            first=header.first,
            last=header.last,
        )
    if len(resource.slots) != count:
        raise ProtocolError(
            "exchange.segment.count",
            _("A segment of {expected} entries came with {found}; part of it is missing."),
            expected=count,
            found=len(resource.slots),
        )
    if any(len(slot.leaf) != 32 for slot in resource.slots):
        raise ProtocolError("exchange.segment.leaves", _("A leaf of a segment is not 32 bytes long."))
    if merkle.root([slot.leaf for slot in resource.slots]) != header.root:
        raise IntegrityError(
            "exchange.segment.root",
            _("The entries of a segment are not those that {node} signed."),
            node=partner.node,
        )


def _signed_by_partner(
    store: Store, home: Home, partner: Partner, header: SegmentHeader, resource: Resource
) -> None:
    """Check that a key of the partner signed a header: the current one, or the one that was when it was cut."""
    signed = message("segment", resource.header)
    if any(home.verify(key, signed, resource.signature) for key in partner.keys):
        return
    if partner.changes:
        with store.read() as tx:
            if signed_by_former(tx, home, partner, header, signed, resource.signature):
                return
    raise IntegrityError(
        "exchange.segment.signature",
        _("The segment is not signed with a key of {node}."),
        node=partner.node,
    )


def place_in_chain(tx: Transaction, partner: Partner, header: SegmentHeader) -> bool:
    """Tell whether the segment was applied before; raises when it does not follow the last one."""
    link = records.link(tx, partner.number)
    if header.generation != link.generation:
        raise ProtocolError(
            "exchange.segment.generation",
            _("{node} sends generation {found} of its stream, {expected} is expected; the link must rejoin."),
            node=partner.node,
            found=header.generation,
            expected=link.generation,
        )
    if header.first <= link.received:
        stored = records.received_with(tx, partner.number, header.generation, header.first)
        if stored is None or stored.hash != header_hash(header):
            raise IntegrityError(
                "exchange.segment.fork",
                _("{node} signed two different histories of its stream at entry {number}."),
                node=partner.node,
                number=header.first,
            )
        return True
    if header.first != link.received + 1:
        raise ProtocolError(
            "exchange.segment.gap",
            _("Entry {expected} is expected next from {node}, and the segment starts at {found}."),
            node=partner.node,
            expected=link.received + 1,
            found=header.first,
        )
    if header.previous != link.head:
        raise IntegrityError(
            "exchange.segment.chain",
            _("The segment from entry {number} of {node} does not continue the one before it."),
            node=partner.node,
            number=header.first,
        )
    return False


def read_slots(
    partner: Partner, header: SegmentHeader, resource: Resource
) -> tuple[Version | SetAside | None, ...]:
    """Read every body again; None for a withdrawn slot, SetAside for one that cannot be taken."""
    return tuple(
        _read_slot(partner, header.first + place, slot, resource.markings)
        for place, slot in enumerate(resource.slots)
    )


def _read_slot(
    partner: Partner, sequence: int, slot: Slot, texts: Sequence[str]
) -> Version | SetAside | None:
    if slot.kind not in KINDS:
        raise ProtocolError(
            "exchange.segment.kind",
            _(
                "Entry {number} of {node} is of a kind ({kind}) that this node does not know. Nothing is skipped: the link stands still until this node is upgraded."
            ),
            number=sequence,
            node=partner.node,
            kind=slot.kind,
        )
    if slot.marking == -1 and not slot.salt and not slot.raw:
        return None
    if not 0 <= slot.marking < len(texts) or len(slot.salt) != SALT or not slot.raw:
        raise ProtocolError(
            "exchange.segment.slot", _("Entry {number} of a segment is incomplete."), number=sequence
        )
    try:
        version, problems = stix.read(slot.raw)
    except InputError as error:
        params = {name: str(value) for name, value in error.params.items()}
        return SetAside(partner.node, sequence, None, error.code, error.message_id, params, slot.raw)
    if slot_leaf(slot, texts[slot.marking], version.hash) != slot.leaf:
        raise IntegrityError(
            "exchange.segment.content",
            _("Entry {number} is not what {node} signed: its content or its marking was changed."),
            number=sequence,
            node=partner.node,
        )
    for problem in problems:
        if problem.severity == "error":
            return SetAside(
                partner.node,
                sequence,
                version.id,
                problem.code,
                problem.message_id,
                dict(problem.params),
                slot.raw,
            )
    return version
