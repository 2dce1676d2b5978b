"""What a plain TAXII client gets for a recalled object: a revoked version that adds no content.

Such a client has no signed segments, so the entry is not signed either; a node gets the recall
itself and never one of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import msgspec

from cordiale.exchange import entry, records
from cordiale.exchange.entry import STUB
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.stream.segment import pair_name
from cordiale.platform.clock import format_instant
from cordiale.release import merkle
from cordiale.release.segment import SegmentHeader, header_bytes, header_hash
from cordiale.store.connection import Transaction

#: Stands for a creation time the object does not have (observables).
_EPOCH = 0


def revoke(
    tx: Transaction, home: Home, partner: Partner, objects: Sequence[tuple[str, int | None]], now: int
) -> None:
    """Append a revoked version of each (id, created) to a partner's stream."""
    size = home.limits.segment_entries
    for start in range(0, len(objects), size):
        _append(tx, home, partner, objects[start : start + size], now)


def _append(
    tx: Transaction, home: Home, partner: Partner, objects: Sequence[tuple[str, int | None]], now: int
) -> None:
    pair = records.pair(tx, partner.number)
    types = records.number_types(tx, {stix_id.partition("--")[0] for stix_id, _created in objects})
    raws = [_stub(stix_id, created, now) for stix_id, created in objects]
    base_us = max(now, pair.last_added + 1)
    header = SegmentHeader(
        pair=pair_name(home.node, partner.node),
        generation=pair.generation,
        first=pair.last + 1,
        last=pair.last + len(raws),
        previous=pair.head,
        root=merkle.root([sha256(b"\x00" + raw).digest() for raw in raws]),
        cut_at=now,
        base_us=base_us,
        rules_version=pair.rules_version or "",
    )
    numbers = bytes(types.get(stix_id.partition("--")[0], entry.OTHER_TYPE) for stix_id, _created in objects)
    nothing = [0] * len(raws)
    records.add_segments(
        tx,
        [
            records.Segment(
                pair=pair.number,
                generation=pair.generation,
                first=header.first,
                last=header.last,
                cut_at=now,
                base_us=base_us,
                types=entry.type_mask(numbers),
                min_vid=0,
                max_vid=0,
                header=header_bytes(header),
                signature=b"",
                hash=header_hash(header),
                entries=entry.pack(nothing, nothing, bytes([STUB]) * len(raws), numbers),
            )
        ],
    )
    records.add_stubs(tx, pair.number, pair.generation, header.first, raws)
    records.save_pair(
        tx,
        msgspec.structs.replace(
            pair,
            last=header.last,
            segments=pair.segments + 1,
            last_added=base_us + len(raws) - 1,
            head=header_hash(header),
        ),
    )


def _stub(stix_id: str, created: int | None, now: int) -> bytes:
    value = {
        "type": stix_id.partition("--")[0],
        "spec_version": "2.1",
        "id": stix_id,
        "created": format_instant(_EPOCH if created is None else created),
        "modified": format_instant(now),
        "revoked": True,
    }
    return msgspec.json.encode(value)
