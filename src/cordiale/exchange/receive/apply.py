"""Take in one partner's segment: once all of it is verified, write objects and cursor at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from cordiale.exchange import records
from cordiale.exchange.entry import numbers as packed_numbers
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.originator import consented, origins
from cordiale.exchange.receive import quarantine
from cordiale.exchange.receive.claims import speaking_for_us
from cordiale.exchange.receive.quarantine import SetAside
from cordiale.exchange.receive.verifying import Checked, check_header, place_in_chain, read_slots
from cordiale.exchange.stream import definitions, superseded
from cordiale.exchange.stream.segment import Resource, read_header, read_resource
from cordiale.platform.collector import held_back
from cordiale.release.marking import from_text
from cordiale.release.segment import SALT, header_hash
from cordiale.stix import atoms as stix_atoms
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
    check_header(store, home, partner, header, resource)
    with store.read() as tx:
        repeated = place_in_chain(tx, partner, header)
    if repeated:
        return Applied(partner.node, header.first, header.last, already=True)
    checked = Checked(header, resource, read_slots(partner, header, resource))
    with store.write() as tx:
        if place_in_chain(tx, partner, header):
            return Applied(partner.node, header.first, header.last, already=True)
        return _write(tx, home, partner, checked, now)


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
        raw, source = resource.slots[place].raw, whose[place].source
        if place in back:
            refused = quarantine.refused(partner, header.first + place, found, source, "tombstoned", raw)
            left.append(refused)
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
            missing = judged.missing
            left.append(quarantine.unconsented(partner, header.first + place, found, source, missing, raw))
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
            version, source = puts[place].version, whose[place].source
            raw, sequence = resource.slots[place].raw, header.first + place
            left.append(quarantine.refused(partner, sequence, version, source, outcome.kind, raw))
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
    found = {place: one for place, (one, _text) in read.items()}
    whose = origins.judge(tx, home, partner, resource.origins, resource.markings, read)
    whose = origins.said_before(tx, partner, whose, found)
    return whose, origins.taken_back(tx, partner, whose, found)


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
