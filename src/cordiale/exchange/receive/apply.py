"""Take in one partner's segment: verify all of it, then write objects and cursor at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from cordiale.exchange import records
from cordiale.exchange.entry import numbers as packed_numbers
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.originator import consented, origins
from cordiale.exchange.partners.keychange import signed_by_former
from cordiale.exchange.receive import quarantine
from cordiale.exchange.receive.claims import speaking_for_us
from cordiale.exchange.receive.quarantine import SetAside
from cordiale.exchange.stream import definitions, superseded
from cordiale.exchange.stream.segment import (
    KINDS,
    Resource,
    Slot,
    pair_name,
    read_header,
    read_resource,
    slot_leaf,
)
from cordiale.platform.collector import held_back
from cordiale.platform.errors import InputError, IntegrityError, ProtocolError
from cordiale.platform.languages import _
from cordiale.release import merkle
from cordiale.release.marking import from_text
from cordiale.release.segment import SALT, SegmentHeader, header_hash, message
from cordiale.stix import atoms as stix_atoms
from cordiale.stix import version as stix
from cordiale.stix.version import Version
from cordiale.store import markings, versions
from cordiale.store.connection import Store, Transaction
from cordiale.store.types import Outcome, Put


class Applied(msgspec.Struct, frozen=True):
    """Report what one segment did; `same` counts what was already held, `already` a repeated segment."""

    partner: str
    first: int
    last: int
    new: int = 0
    same: int = 0
    withdrawn: int = 0
    set_aside: tuple[SetAside, ...] = ()
    already: bool = False


class Checked(msgspec.Struct, frozen=True):
    """Hold a segment whose header, chain position, leaves and contents were verified."""

    header: SegmentHeader
    resource: Resource
    read: tuple[Version | SetAside | None, ...]


def apply(store: Store, home: Home, partner: Partner, data: bytes, now: int) -> Applied:
    """Verify and apply one segment as received.

    Raises ProtocolError or IntegrityError with the reason; nothing is written then. One entry that
    cannot be taken is set aside with its reason and the rest is applied.
    """
    with held_back():
        return _apply(store, home, partner, data, now)


def _apply(store: Store, home: Home, partner: Partner, data: bytes, now: int) -> Applied:
    resource = read_resource(data, home.limits.response_bytes)
    header = read_header(resource.header)
    _check_header(store, home, partner, header, resource)
    with store.read() as tx:
        repeated = _place_in_chain(tx, partner, header)
    if repeated:
        return Applied(partner.node, header.first, header.last, already=True)
    checked = Checked(header, resource, _read_slots(partner, header, resource))
    with store.write() as tx:
        if _place_in_chain(tx, partner, header):
            return Applied(partner.node, header.first, header.last, already=True)
        return _write(tx, home, partner, checked, now)


def check(store: Store, home: Home, partner: Partner, data: bytes) -> Checked:
    """Verify one segment by itself, as received: signature, root, leaves and contents.

    Raises ProtocolError or IntegrityError. Whether it follows the last one is not asked.
    """
    resource = read_resource(data, home.limits.response_bytes)
    header = read_header(resource.header)
    _check_header(store, home, partner, header, resource)
    return Checked(header, resource, _read_slots(partner, header, resource))


def _check_header(
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
    _check_signature(store, home, partner, header, resource)
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


def _check_signature(
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


def _place_in_chain(tx: Transaction, partner: Partner, header: SegmentHeader) -> bool:
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


def _read_slots(
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


class Taken(msgspec.Struct, frozen=True):
    """Report what became of verified entries: their versions by place (0 where none), and what was set aside."""

    vids: list[int]
    new: int
    same: int
    aside: list[SetAside]


def take(tx: Transaction, home: Home, partner: Partner, checked: Checked, now: int) -> Taken:
    """Store the versions of a verified segment as the statements they are, each under what its sender signed."""
    header, resource = checked.header, checked.resource
    read = [v for v in checked.read if isinstance(v, Version)]
    left = [v for v in checked.read if isinstance(v, SetAside)]
    atoms = _definitions(tx, read, resource)
    claimed = speaking_for_us(tx, home, read)
    whose, back = _whose(tx, home, partner, checked)
    puts: dict[int, Put] = {}
    consents, agreed = consented.by_slot(resource.consents), {}
    for place, found in enumerate(checked.read):
        if not isinstance(found, Version):
            continue
        raw = resource.slots[place].raw
        if place in back:
            left.append(quarantine.refused(partner, header.first + place, found, "tombstoned", raw))
            continue
        if found.hash in claimed:
            if claimed[found.hash]:
                left.append(quarantine.quarantined(partner, header.first + place, found, raw))
            continue
        if whose[place].lowered is not None:
            left.append(quarantine.lowered(partner, header.first + place, found, whose[place], raw))
            continue
        stated = from_text(resource.markings[resource.slots[place].marking]) | whose[place].since
        judged = consented.judge(tx, home, partner, found, atoms, stated, consents.get(place), now)
        if judged.missing is not None:
            left.append(quarantine.unconsented(partner, header.first + place, found, judged.missing, raw))
            continue
        if judged.consent is not None:
            agreed[place] = judged.consent
        puts[place] = Put(found, judged.base, judged.full, "received")
    vids = [0] * len(checked.read)
    counts = {"new": 0, "same": 0}
    proofs = []
    for place, outcome in _put(tx, puts, whose, now):
        if outcome.kind in counts:
            counts[outcome.kind] += 1
            vids[place] = outcome.vid
            proof = whose[place].proof
            if proof is not None:
                proofs.append((outcome.vid, proof))
        else:
            version = puts[place].version
            raw = resource.slots[place].raw
            left.append(quarantine.refused(partner, header.first + place, version, outcome.kind, raw))
    origins.keep(tx, resource.markings, proofs)
    consented.keep(tx, [(vids[place], one) for place, one in agreed.items() if vids[place]])
    if superseded.concerns(read):
        superseded.show_as_one(tx, [vid for vid in vids if vid])
    return Taken(vids, counts["new"], counts["same"], left)


def _write(tx: Transaction, home: Home, partner: Partner, checked: Checked, now: int) -> Applied:
    header, resource = checked.header, checked.resource
    taken = take(tx, home, partner, checked, now)
    vids = taken.vids
    records.add_received(
        tx,
        {
            "pair": partner.number,
            "generation": header.generation,
            "first": header.first,
            "last": header.last,
            "header": resource.header,
            "signature": resource.signature,
            "hash": header_hash(header),
            "leaves": b"".join(slot.leaf for slot in resource.slots),
            "vids": packed_numbers(vids),
            "received_at": now,
            "salts": b"".join(
                slot.salt if vid else bytes(SALT) for slot, vid in zip(resource.slots, vids, strict=True)
            ),
            "mids": packed_numbers(_stated(tx, resource, vids)),
        },
    )
    records.add_set_aside(tx, [quarantine.row(partner, header, one, now) for one in taken.aside])
    records.save_link(
        tx, partner.number, {"received": header.last, "head": header_hash(header), "last_contact": now}
    )
    return Applied(
        partner.node,
        header.first,
        header.last,
        new=taken.new,
        same=taken.same,
        withdrawn=sum(1 for found in checked.read if found is None),
        set_aside=tuple(taken.aside),
    )


def _whose(
    tx: Transaction, home: Home, partner: Partner, checked: Checked
) -> tuple[dict[int, origins.Whose], set[int]]:
    """Say of each version that was read whose statement it is, and which ones their forwarder took back before."""
    resource = checked.resource
    read = {
        place: (found, resource.markings[resource.slots[place].marking])
        for place, found in enumerate(checked.read)
        if isinstance(found, Version)
    }
    whose = origins.judge(tx, home, partner, resource.origins, resource.markings, read)
    return whose, origins.taken_back(tx, partner, whose, {place: one for place, (one, _text) in read.items()})


def _put(
    tx: Transaction, puts: Mapping[int, Put], whose: Mapping[int, origins.Whose], now: int
) -> Iterator[tuple[int, Outcome]]:
    """Store each version as the statement of whose it is; yield what became of it, by place.

    What the sender itself states takes the marking it signed now. What it forwards is joined with what is held:
    nobody lowers the marking of another's statement.
    """
    by_source: dict[tuple[str, frozenset[str], bool], list[int]] = {}
    for place in puts:
        one = whose[place]
        by_source.setdefault((one.source, one.own, one.forwarded), []).append(place)
    for (source, own, forwarded), places in by_source.items():
        marking: Literal["join", "replace"] = "join" if forwarded else "replace"
        outcomes = versions.put(tx, source, now, [puts[p] for p in places], own=own, markings=marking)
        yield from zip(places, outcomes, strict=True)


def _stated(tx: Transaction, resource: Resource, vids: Sequence[int]) -> list[int]:
    """Return the id of the marking in each entry's leaf, 0 where nothing was stored."""
    mids: dict[int, int] = {}
    found = []
    for slot, vid in zip(resource.slots, vids, strict=True):
        if vid and slot.marking not in mids:
            mids[slot.marking] = markings.intern(tx, from_text(resource.markings[slot.marking]))
        found.append(mids[slot.marking] if vid else 0)
    return found


def _definitions(tx: Transaction, read: Sequence[Version], resource: Resource) -> dict[str, str]:
    """Return atoms by definition id: those the signed markings name, those that came along, those held.

    Atoms of ours have ids that follow from their text, so the signed marking is enough for them;
    what two sources define differently is unknown, and nobody passes it.
    """
    named = definitions.references(read)
    raws = [raw for rows in definitions.held(tx, named).values() for _vid, raw in rows]
    raws += [version.raw for version in read if version.type == "marking-definition" and version.id in named]
    atoms = definitions.atoms(raws)
    for text in resource.markings:
        for atom in from_text(text):
            atoms.setdefault(stix_atoms.id_of(atom), atom)
    return atoms
