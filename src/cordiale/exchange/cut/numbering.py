"""Number what goes without gaps, have each segment signed, and keep it as packed entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from cordiale.exchange import entry, records
from cordiale.exchange.cut.planning import Redacted
from cordiale.exchange.cut.subjects import Subjects
from cordiale.exchange.entry import NOT_FIRST, SUPERSEDED, TEAR_LINE
from cordiale.exchange.held import Held, bits_of
from cordiale.exchange.home import Home, Partnership
from cordiale.exchange.originator import origins
from cordiale.exchange.stream.segment import pair_name
from cordiale.platform.errors import IntegrityError
from cordiale.platform.languages import _
from cordiale.release.egress.client import (
    Entry,
    RedactionClaim,
    SegmentRequest,
    SignedSegment,
    TargetClaim,
)
from cordiale.release.marking import NOTHING, Marking, text_of
from cordiale.release.segment import SegmentHeader, header_bytes, header_hash
from cordiale.stix.version import Version
from cordiale.store import markings
from cordiale.store.connection import Transaction

#: Bytes of bodies in one segment, beyond which it is closed: a segment is fetched in one piece.
SEGMENT_BYTES = 8 * 1024 * 1024


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    """One version on its way: its marking in the leaf, its bytes, and for a tear-line how it was made."""

    vid: int
    oid: int
    mid: int
    hash: bytes
    raw: bytes
    modified: int | None
    type: str
    redacted: Redacted | None = None
    redacted_vid: int = 0
    parent: Version | None = None
    lifted: Marking = NOTHING
    named: str = ""


class Numbered(msgspec.Struct, frozen=True):
    """Report what was numbered; `refused` counts what the egress did not sign."""

    pair: records.Pair
    segments: int = 0
    refused: int = 0


class Batch(msgspec.Struct, frozen=True):
    """One segment's worth of outgoing versions, made ready once for every partner it goes to.

    `unsealed` are the places of our own that carry no origin signature yet; the first segment signed seals them.
    """

    all: Sequence[Outgoing]
    entries: tuple[Entry, ...]
    markings: tuple[str, ...]
    redactions: tuple[RedactionClaim, ...]
    vids: bytes
    mids: bytes
    types: bytes
    mask: int
    low: int
    high: int
    bits: Mapping[int, int]
    several: bool
    unsealed: set[int]
    consents: dict[int, tuple[str, ...]]
    named: dict[int, str]


def prepare(
    tx: Transaction, home: Home, outgoing: Sequence[Outgoing], types: Mapping[str, int], subjects: Subjects
) -> list[Batch]:
    """Divide what goes into segments of at most 1,024 entries, with all that no partner changes."""
    return [_batch(tx, one, types, subjects) for one in _batches(outgoing, home.limits.segment_entries)]


def _batch(tx: Transaction, batch: Sequence[Outgoing], types: Mapping[str, int], subjects: Subjects) -> Batch:
    places: dict[int, int] = {}
    texts: list[str] = []
    entries: list[Entry] = []
    claims: list[RedactionClaim] = []
    for one in batch:
        marking = places.get(one.mid)
        if marking is None:
            marking = places[one.mid] = len(texts)
            texts.append(text_of(markings.atoms(tx, one.mid)))
        if one.redacted is None:
            entries.append(Entry(one.hash, marking, one.raw))
        else:
            entries.append(Entry(one.hash, marking, b"", len(claims)))
            claims.append(_claim(one, one.redacted))
    vids = [one.vid for one in batch]
    numbers = bytes([types.get(one.type, entry.OTHER_TYPE) for one in batch])
    return Batch(
        all=batch,
        entries=tuple(entries),
        markings=tuple(texts),
        redactions=tuple(claims),
        vids=entry.numbers(vids),
        mids=entry.numbers([one.mid for one in batch]),
        types=numbers,
        mask=entry.type_mask(numbers),
        low=min(vids),
        high=max(vids),
        bits=bits_of(vids),
        several=any(one.oid in subjects.siblings or one.redacted is not None for one in batch),
        unsealed=origins.unsealed(tx, [(one.vid, one.mid) for one in batch]),
        consents={place: tuple(sorted(one.lifted)) for place, one in enumerate(batch) if one.lifted},
        named={place: one.named for place, one in enumerate(batch) if one.named},
    )


def number(
    tx: Transaction,
    home: Home,
    partnership: Partnership,
    pair: records.Pair,
    held: Held,
    batches: Sequence[Batch],
    types: Mapping[str, int],
    now: int,
    subjects: Subjects,
) -> Numbered:
    """Have each batch signed for one partner, number it on from the last entry, and record it."""
    segments = refused = 0
    for batch in batches:
        base_us = max(now, pair.last_added + 1)
        seed = home.random(32)
        asked = _request(home, partnership, pair, batch, subjects, seed, now, base_us)
        signed = home.egress().sign_segment(asked)
        if signed.origin:
            _seal(tx, home, batch, asked, signed)
        if signed.refused:
            refused += len(signed.refused)
            dropped = {one.index for one in signed.refused}
            kept = [one for place, one in enumerate(batch.all) if place not in dropped]
            if signed.header is None or not kept:
                continue
            batch = _batch(tx, kept, types, subjects)
        header = signed.header
        if (
            header is None
            or (header.first, header.last) != (pair.last + 1, pair.last + len(batch.all))
            or header.previous != pair.head
        ):
            raise IntegrityError(
                "exchange.cut.header",
                _("The egress process signed a header for other entries than it was asked for."),
            )
        _keep(tx, pair, held, batch, header, signed.signature, seed)
        pair = msgspec.structs.replace(
            pair,
            last=header.last,
            segments=pair.segments + 1,
            last_added=base_us + len(batch.all) - 1,
            head=header_hash(header),
            rules_version=header.rules_version,
        )
        segments += 1
    return Numbered(pair, segments, refused)


def _seal(tx: Transaction, home: Home, batch: Batch, asked: SegmentRequest, signed: SignedSegment) -> None:
    """Keep the origin signature over those of our own that the egress let pass."""
    refused = {one.index for one in signed.refused}
    places = [place for place in sorted(asked.mine) if place not in refused]
    sealed = [(batch.all[place].vid, batch.all[place].mid, batch.all[place].hash) for place in places]
    origins.seal(tx, home.node, home.egress().public_key, asked.origin, signed.origin, sealed)
    batch.unsealed.difference_update(places)


def _batches(outgoing: Sequence[Outgoing], most: int) -> Iterator[Sequence[Outgoing]]:
    start = size = 0
    for place, one in enumerate(outgoing):
        if place > start and (place - start == most or size + len(one.raw) > SEGMENT_BYTES):
            yield outgoing[start:place]
            start, size = place, 0
        size += len(one.raw)
    if start < len(outgoing):
        yield outgoing[start:]


def _request(
    home: Home,
    partnership: Partnership,
    pair: records.Pair,
    batch: Batch,
    subjects: Subjects,
    seed: bytes,
    now: int,
    base_us: int,
) -> SegmentRequest:
    return SegmentRequest(
        pair=pair_name(home.node, partnership.partner.node),
        generation=pair.generation,
        first=pair.last + 1,
        previous=pair.head,
        cut_at=now,
        base_us=base_us,
        recipient=partnership.recipient,
        rules=partnership.rules.text,
        seed=seed,
        markings=batch.markings,
        entries=batch.entries,
        definitions=subjects.definition_raws,
        redactions=batch.redactions,
        consents=batch.consents,
        mine=tuple(mine := sorted(batch.unsealed)[: origins.MOST]),
        origin=home.random(32) if mine else b"",
        named=batch.named,
    )


def _claim(one: Outgoing, redacted: Redacted) -> RedactionClaim:
    assert one.parent is not None
    return RedactionClaim(
        parent=one.parent.raw,
        id=redacted.made.version.id,
        created=redacted.made.created,
        modified=redacted.made.modified,
        targets={i: TargetClaim(t.state, t.as_id, t.words) for i, t in redacted.targets.items()},
        original=redacted.original.raw if redacted.original else None,
    )


def _keep(
    tx: Transaction,
    pair: records.Pair,
    held: Held,
    batch: Batch,
    header: SegmentHeader,
    signature: bytes,
    seed: bytes,
) -> None:
    """Store one segment, set which versions supersede which, and add it to what the partner holds."""
    flags = bytearray(len(batch.all))
    if batch.several:
        flags = bytearray(TEAR_LINE if one.redacted else 0 for one in batch.all)
        _supersede(tx, pair, held, batch.all, flags)
    records.add_segments(
        tx,
        [
            records.Segment(
                pair=pair.number,
                generation=pair.generation,
                first=header.first,
                last=header.last,
                cut_at=header.cut_at,
                base_us=header.base_us,
                types=batch.mask,
                min_vid=batch.low,
                max_vid=batch.high,
                header=header_bytes(header),
                signature=signature,
                hash=header_hash(header),
                entries=b"".join((batch.vids, batch.mids, flags, batch.types)),
                seed=seed,
            )
        ],
    )
    held.add_bits(batch.bits)


def _supersede(
    tx: Transaction, pair: records.Pair, held: Held, kept: Sequence[Outgoing], flags: bytearray
) -> None:
    """Flag the newest and the oldest version of each object that has several in this stream."""
    by_oid: dict[int, list[int]] = {}
    modified: dict[int, int | None] = {}
    for oid, vid, instant, _created, _now in records.versions_of(tx, sorted({one.oid for one in kept})):
        by_oid.setdefault(oid, []).append(vid)
        modified[vid] = instant
    here = {one.vid: place for place, one in enumerate(kept)}
    changed: dict[int, int] = {}
    for vids in by_oid.values():
        live = [vid for vid in vids if vid in here or vid in held]
        if len(live) < 2:
            continue
        live.sort(key=lambda vid: (modified.get(vid) or 0, vid))
        for place, vid in enumerate(live):
            flag = (SUPERSEDED if place < len(live) - 1 else 0) | (NOT_FIRST if place else 0)
            if vid in here:
                flags[here[vid]] |= flag
            else:
                changed[vid] = flag
    if changed:
        flag_earlier(tx, pair, changed)


def flag_earlier(tx: Transaction, pair: records.Pair, changed: dict[int, int]) -> None:
    """Set the superseded and not-first flags of versions in earlier segments."""
    mask = 0xFF ^ (SUPERSEDED | NOT_FIRST)
    for segment in records.segments_with_vids(tx, pair.number, pair.generation, min(changed), max(changed)):
        packed = entry.unpack(segment.entries)
        found = [place for place, vid in enumerate(packed.vids) if vid in changed]
        for place in found:
            packed.flags[place] = packed.flags[place] & mask | changed[packed.vids[place]]
        if found:
            records.save_segment(tx, msgspec.structs.replace(segment, entries=entry.repack(packed)))
