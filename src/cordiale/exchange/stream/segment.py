"""The segment as a resource: its signed header, and beside it one slot for each entry.

A slot carries its leaf, and while the content may be had also salt, marking and raw bytes. After
a recall or expiry only the leaf is left: the chain of headers and every Merkle root still verify.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256

import msgspec

from cordiale.exchange import entry, records
from cordiale.exchange.entry import TEAR_LINE, WITHDRAWN
from cordiale.exchange.home import LEAVING, Partnership
from cordiale.exchange.originator import origins
from cordiale.exchange.originator.consented import Beside, beside
from cordiale.exchange.stream.gate import Gate
from cordiale.platform.errors import IntegrityError, ProtocolError
from cordiale.platform.languages import _
from cordiale.release.marking import marking_hash, text_of
from cordiale.release.segment import SALT, SegmentHeader, header_bytes, leaf, salts
from cordiale.stix.version import read
from cordiale.store import markings
from cordiale.store.connection import Transaction

FORMAT = 1
#: What an entry may be: 0 is a version of an object. A later protocol adds others; who does not know one stops there.
KINDS = frozenset({0})
LEAF = 32
_GONE = bytes(SALT)


class Slot(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Hold one entry on the wire; a withdrawn one has its leaf only (`marking` is then -1); `kind` is one of `KINDS`."""

    leaf: bytes
    marking: int = -1
    salt: bytes = b""
    raw: bytes = b""
    kind: int = 0


class Resource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Hold one segment on the wire; `header` are the signed bytes, `markings` canonical texts.

    `origins` prove whose the objects are; they are sent to those who ask for them, so that a node of before can read.
    """

    format: int
    header: bytes
    signature: bytes
    markings: list[str]
    slots: list[Slot]
    origins: list[origins.Part] = []
    consents: list[Beside] = []


_REMEMBERED = 2048
"""Bytes of a header that is remembered as read; a partner cannot fill our memory with longer ones."""


class _Header(msgspec.Struct, forbid_unknown_fields=True):
    pair: str
    generation: int
    first: int
    last: int
    previous: str
    root: str
    cut_at: int
    base_us: int
    rules_version: str


def pair_name(sender: str, receiver: str) -> str:
    """Return the name of the stream from one node to another, as signed headers carry it."""
    return f"{sender}>{receiver}"


def read_header(data: bytes) -> SegmentHeader:
    """Read the signed bytes of a header; raises ProtocolError unless they are exactly canonical."""
    return _remembered(data) if len(data) <= _REMEMBERED else _read_header(data)


def _read_header(data: bytes) -> SegmentHeader:
    try:
        found = msgspec.json.decode(data, type=_Header)
        header = SegmentHeader(
            pair=found.pair,
            generation=found.generation,
            first=found.first,
            last=found.last,
            previous=bytes.fromhex(found.previous),
            root=bytes.fromhex(found.root),
            cut_at=found.cut_at,
            base_us=found.base_us,
            rules_version=found.rules_version,
        )
    except (msgspec.MsgspecError, ValueError) as error:
        raise ProtocolError(
            "exchange.segment.header",
            _("The header of a segment cannot be read: {problem}."),
            problem=str(error)[:200],
        ) from None
    if header_bytes(header) != data:
        raise ProtocolError(
            "exchange.segment.header",
            _("The header of a segment cannot be read: {problem}."),
            problem="not canonical",
        )
    return header


# what one visit shows, takes in and proves is the same header again and again
_remembered = lru_cache(maxsize=256)(_read_header)


def read_resource(data: bytes, limit: int) -> Resource:
    """Read a segment as it came over the wire, bounded; raises ProtocolError."""
    if len(data) > limit:
        raise ProtocolError(
            "exchange.segment.size", _("A segment is larger than {limit} bytes."), limit=limit
        )
    try:
        found = msgspec.msgpack.decode(data, type=Resource)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ProtocolError(
            "exchange.segment.form",
            _("What the partner sent is not a segment, or only part of one: {problem}."),
            problem=str(error)[:200],
        ) from None
    if found.format != FORMAT:
        raise ProtocolError(
            "exchange.segment.version",
            _(
                "The partner sends segments in format {found}, this node reads {known}; upgrade the older side."
            ),
            found=found.format,
            known=FORMAT,
        )
    if max(len(found.origins), len(found.consents)) > len(found.slots) or sum(
        len(p.claims) for p in found.origins
    ) > len(found.slots):
        raise ProtocolError(
            "exchange.segment.origins", _("A segment proves the origin of more objects than it holds.")
        )
    return found


def salt_column(segment: records.Segment) -> bytes:
    """Return the salts of a segment, 16 bytes an entry; zeros where one was destroyed."""
    if segment.seed is not None:
        return salts(segment.seed, segment.last - segment.first + 1)
    return segment.salts or bytes(SALT * (segment.last - segment.first + 1))


def kept_leaves(segment: records.Segment) -> dict[int, bytes]:
    """Return the leaves that were kept because their content is gone, by place in the segment."""
    blob = segment.leaves or b""
    size = 2 + LEAF
    return {
        int.from_bytes(blob[i : i + 2], "little"): blob[i + 2 : i + size] for i in range(0, len(blob), size)
    }


def leaves_of(
    tx: Transaction,
    segment: records.Segment,
    packed: entry.Entries,
    places: Sequence[int],
    hashes: Callable[[Sequence[int]], Mapping[int, bytes]] | None = None,
) -> dict[int, bytes]:
    """Return the leaves of these places: kept ones as they are, the others made again.

    `hashes` gives the content hashes of versions, where the caller has read them.
    Raises IntegrityError when a content hash is gone without its leaf having been kept.
    """
    kept = kept_leaves(segment)
    column = salt_column(segment)
    wanted = [place for place in places if place not in kept]
    vids = [packed.vids[place] for place in wanted]
    contents = records.content_hashes(tx, vids) if hashes is None else hashes(vids)
    by_mid: dict[int, bytes] = {}
    found = {place: kept[place] for place in places if place in kept}
    for place in wanted:
        mid = packed.mids[place]
        if mid not in by_mid:
            by_mid[mid] = marking_hash(markings.atoms(tx, mid))
        content = contents.get(packed.vids[place])
        if content is None:
            raise IntegrityError(
                "exchange.segment.leaf",
                _(
                    "Entry {number} of a stream was purged without keeping its leaf; restore the store from its backup."
                ),
                number=segment.first + place,
            )
        found[place] = leaf(column[place * SALT : place * SALT + SALT], content, by_mid[mid])
    return found


def wire(tx: Transaction, partnership: Partnership, segment: records.Segment, now: int) -> bytes:
    """Write a stored segment for its partner: what it may not have now goes as a bare leaf."""
    return serve(tx, partnership, segment, now)[0]


def serve(
    tx: Transaction,
    partnership: Partnership,
    segment: records.Segment,
    now: int,
    secret: bytes | None = b"",
) -> tuple[bytes, list[int]]:
    """Write a stored segment for its partner; return it with the versions that the partner may not have now.

    `secret` labels the statements of others that carry no proof; None leaves all origins out.
    """
    packed = entry.unpack(segment.entries)
    live = [place for place in range(len(packed)) if not packed.flags[place] & WITHDRAWN]
    tear_lines = [packed.vids[place] for place in live if packed.flags[place] & TEAR_LINE]
    gone = partnership.partner.state == LEAVING
    gate = Gate(tx, partnership, now)
    bodies = {} if gone else gate.open([packed.vids[place] for place in live], tear_lines)
    signed = origins.signed(tx, bodies) if secret is not None else {}
    if signed:
        # whoever passes on less than the originator signed meanwhile lowers it: it goes anew, under all of that
        for vid in origins.outgrown(
            tx, signed, {packed.vids[p]: packed.mids[p] for p in live if packed.vids[p] in bodies}
        ):
            del bodies[vid]
    leaves = leaves_of(tx, segment, packed, range(len(packed)), gate.hashes)
    column = salt_column(segment)
    texts: dict[int, int] = {}
    listed: list[str] = []
    slots: list[Slot] = []
    stopped = []
    open_: dict[int, int] = {}
    for place in range(len(packed)):
        raw = None if packed.flags[place] & WITHDRAWN else bodies.get(packed.vids[place])
        salt = column[place * SALT : place * SALT + SALT]
        if raw is None or salt == _GONE:
            if not packed.flags[place] & WITHDRAWN:
                stopped.append(packed.vids[place])
            slots.append(Slot(leaves[place]))
            continue
        mid = packed.mids[place]
        if mid not in texts:
            texts[mid] = len(listed)
            listed.append(text_of(markings.atoms(tx, mid)))
        open_[packed.vids[place]] = place
        slots.append(Slot(leaves[place], texts[mid], salt, raw))
    named = {text: number for number, text in enumerate(listed)}
    proofs = [] if secret is None else origins.parts(tx, signed, open_, named, secret)
    given = {} if secret is None else gate.consents(open_)
    consents = [beside(open_[vid], one, read(bodies[vid])[0]) for vid, one in given.items()]
    made = Resource(FORMAT, segment.header, segment.signature, list(named), slots, proofs, consents)
    return msgspec.msgpack.encode(made), stopped


def withdraw(tx: Transaction, segment: records.Segment, places: Sequence[int]) -> records.Segment:
    """Keep the leaves of these places and destroy their salts, so that nothing leads back to the content."""
    packed = entry.unpack(segment.entries)
    column = bytearray(salt_column(segment))
    leaves = {**kept_leaves(segment), **leaves_of(tx, segment, packed, places)}
    for place in places:
        packed.flags[place] |= WITHDRAWN
        column[place * SALT : place * SALT + SALT] = _GONE
    blob = b"".join(place.to_bytes(2, "little") + leaves[place] for place in sorted(leaves))
    changed = msgspec.structs.replace(
        segment, entries=entry.repack(packed), seed=None, salts=bytes(column), leaves=blob
    )
    records.save_segment(tx, changed)
    return changed


def slot_leaf(slot: Slot, text: str, content_hash: bytes) -> bytes:
    """Return the leaf that a slot's salt, marking and content make."""
    return leaf(slot.salt, content_hash, sha256(text.encode()).digest())
