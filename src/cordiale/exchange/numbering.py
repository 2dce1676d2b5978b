"""Number what goes without gaps, have each segment signed, and keep it as packed entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from cordiale.exchange import entry, records
from cordiale.exchange.entry import NOT_FIRST, SUPERSEDED, TEAR_LINE
from cordiale.exchange.held import Held
from cordiale.exchange.home import Home, Partnership
from cordiale.exchange.planning import Redacted
from cordiale.exchange.segment import pair_name
from cordiale.exchange.subjects import Subjects
from cordiale.platform.errors import IntegrityError
from cordiale.platform.languages import _
from cordiale.release.egress.client import Entry, RedactionClaim, SegmentRequest, TargetClaim
from cordiale.release.marking import text_of
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
    parent: Version | None = None


class Numbered(msgspec.Struct, frozen=True):
    """Report what was numbered; `refused` counts what the egress did not sign."""

    pair: records.Pair
    segments: int = 0
    refused: int = 0


def number(
    tx: Transaction,
    home: Home,
    partnership: Partnership,
    pair: records.Pair,
    held: Held,
    outgoing: Sequence[Outgoing],
    types: dict[str, int],
    now: int,
    subjects: Subjects,
) -> Numbered:
    """Cut segments of what goes to one partner, at most 1,024 entries each, and record them."""
    segments = refused = 0
    raws = tuple(sorted(raw for rows in subjects.definitions.values() for _vid, raw in rows))
    for batch in _batches(outgoing, home.limits.segment_entries):
        base_us = max(now, pair.last_added + 1)
        seed = home.random(32)
        request = _request(tx, home, partnership, pair, batch, raws, seed, now, base_us)
        signed = home.egress().sign_segment(request)
        dropped = {one.index for one in signed.refused}
        refused += len(dropped)
        kept = [one for place, one in enumerate(batch) if place not in dropped] if dropped else batch
        if signed.header is None or not kept:
            continue
        header = signed.header
        if (header.first, header.last) != (
            pair.last + 1,
            pair.last + len(kept),
        ) or header.previous != pair.head:
            raise IntegrityError(
                "exchange.cut.header",
                _("The egress process signed a header for other entries than it was asked for."),
            )
        _keep(tx, pair, held, kept, header, signed.signature, seed, types, subjects)
        pair = msgspec.structs.replace(
            pair,
            last=header.last,
            segments=pair.segments + 1,
            last_added=base_us + len(kept) - 1,
            head=header_hash(header),
            rules_version=header.rules_version,
        )
        segments += 1
    return Numbered(pair, segments, refused)


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
    tx: Transaction,
    home: Home,
    partnership: Partnership,
    pair: records.Pair,
    batch: Sequence[Outgoing],
    definitions: tuple[bytes, ...],
    seed: bytes,
    now: int,
    base_us: int,
) -> SegmentRequest:
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
        markings=tuple(texts),
        entries=tuple(entries),
        definitions=definitions,
        redactions=tuple(claims),
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
    kept: Sequence[Outgoing],
    header: SegmentHeader,
    signature: bytes,
    seed: bytes,
    types: dict[str, int],
    subjects: Subjects,
) -> None:
    """Store one segment, set which versions supersede which, and add it to what the partner holds."""
    vids = [one.vid for one in kept]
    flags = bytearray(TEAR_LINE if one.redacted else 0 for one in kept)
    numbers = bytes([types.get(one.type, entry.OTHER_TYPE) for one in kept])
    _supersede(tx, pair, held, kept, flags, subjects)
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
                types=entry.type_mask(numbers),
                min_vid=min(vids),
                max_vid=max(vids),
                header=header_bytes(header),
                signature=signature,
                hash=header_hash(header),
                entries=entry.pack(vids, [one.mid for one in kept], bytes(flags), numbers),
                seed=seed,
            )
        ],
    )
    held.add(vids)


def _supersede(
    tx: Transaction,
    pair: records.Pair,
    held: Held,
    kept: Sequence[Outgoing],
    flags: bytearray,
    subjects: Subjects,
) -> None:
    """Flag the newest and the oldest version of each object that has several in this stream."""
    several = [one for one in kept if one.oid in subjects.siblings or one.redacted is not None]
    if not several:
        return
    oids = sorted({one.oid for one in several})
    modified = {vid: instant for _oid, vid, instant, _created, _now in records.versions_of(tx, oids)}
    by_oid: dict[int, list[int]] = {}
    for oid, vid, *_rest in records.versions_of(tx, oids):
        by_oid.setdefault(oid, []).append(vid)
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
