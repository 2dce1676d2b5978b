"""Read one partner's own stream: pages of what it may have, in the order it was numbered."""

from __future__ import annotations

import hashlib
import hmac
from array import array
from collections.abc import Sequence

import msgspec

from cordiale.exchange import entry, records
from cordiale.exchange.entry import NOT_FIRST, STUB, SUPERSEDED, TEAR_LINE, WITHDRAWN
from cordiale.exchange.home import Home, Limits, Partnership
from cordiale.exchange.stream.gate import Gate
from cordiale.exchange.taxii.filters import Filters
from cordiale.platform.ids import as_uuid
from cordiale.store import versions
from cordiale.store.connection import Transaction

#: Entries looked at together after some were stopped, so that a small page over many of them stays cheap.
_ROOM = 128


class Item(msgspec.Struct, frozen=True, gc=False):
    """Hold one entry as it is served: its number, the instant it was added, version id and bytes."""

    sequence: int
    added: int
    vid: int
    raw: bytes


class Slice(msgspec.Struct, frozen=True):
    """Hold one page; `reached` is the entry number to go on after, `more` whether there is more.

    `added` is the instant at which the entry reached was added, where a page that holds nothing says that there is
    more; `stopped` are the versions left out because the recipient may not have them now.
    """

    items: list[Item]
    reached: int
    more: bool
    added: int | None = None
    stopped: Sequence[int] = ()


def collection_id(home: Home, number: int, kind: str) -> str:
    """Return the id of a partner's collection: a version 4 UUID nobody else can work out."""
    name = f"cordiale collection v1\0{kind}\0{number}".encode()
    return as_uuid(hmac.digest(home.secret, name, hashlib.sha256), version=4)


def read_slice(
    tx: Transaction,
    partnership: Partnership,
    pair: records.Pair,
    filters: Filters,
    after: int,
    limit: int,
    now: int,
    limits: Limits,
) -> Slice:
    """Read up to `limit` entries after an entry number that match and that the recipient passes now."""
    if filters.spec_versions is not None and "2.1" not in filters.spec_versions:
        return Slice([], pair.last, False)
    search = _Search(tx, partnership, pair, filters, now, limits)
    return search.by_id(after, limit) if filters.ids is not None else search.in_order(after, limit)


class _Search:
    """Keep what one page needs while it is put together."""

    def __init__(
        self,
        tx: Transaction,
        partnership: Partnership,
        pair: records.Pair,
        filters: Filters,
        now: int,
        limits: Limits,
    ) -> None:
        self.tx = tx
        self.pair = pair
        self.filters = filters
        self.limits = limits
        self.gate = Gate(tx, partnership, now)
        self.skip = WITHDRAWN
        if filters.last and not filters.first and not filters.versions:
            self.skip |= SUPERSEDED
        elif filters.first and not filters.last and not filters.versions:
            self.skip |= NOT_FIRST
        self.stopped: list[tuple[int, int]] = []
        self.types: frozenset[int] | None = None
        self.mask: int | None = None
        if filters.types is not None:
            known = records.type_numbers(tx)
            numbers = {known.get(name, entry.OTHER_TYPE) for name in filters.types}
            self.types = frozenset(numbers)
            self.mask = entry.type_mask(bytes(numbers))

    def in_order(self, after: int, limit: int) -> Slice:
        """Walk the segments; a rare type or a narrow version filter is looked for within bounds."""
        found = self._walk(after, limit)
        if not self.stopped:
            return found
        passed = [vid for sequence, vid in self.stopped if sequence <= found.reached]
        return msgspec.structs.replace(found, stopped=passed)

    def _walk(self, after: int, limit: int) -> Slice:
        items: list[Item] = []
        size = 0
        reached, scanned = after, 0
        added: int | None = None
        pair = self.pair
        while reached < pair.last and len(items) < limit:
            if scanned >= self.limits.scanned_segments:
                return Slice(items, reached, True, added)
            wanted = min((limit - len(items)) // self.limits.segment_entries + 2, 16)
            found = records.page(self.tx, pair.number, pair.generation, reached, wanted, self.mask)
            if not found:
                return Slice(items, pair.last, False)
            scanned += len(found)
            for first, base_us, blob in found:
                if first > pair.last:
                    return Slice(items, pair.last, False)
                packed = entry.unpack(blob)
                start, room = max(reached + 1 - first, 0), limit - len(items)
                # a segment is read to its end or to a full page: what was stopped in it leaves room for what follows
                while start < len(packed) and len(items) < limit:
                    flags, places, start = self._choose(packed, start, room)
                    for item in self._open(first, base_us, packed.vids, flags, places):
                        size += len(item.raw)
                        if len(items) == limit or (size > self.limits.page_bytes and items):
                            return Slice(items, item.sequence - 1, True)
                        items.append(item)
                    reached, added = first + start - 1, base_us + start - 1
                    room = max(limit - len(items), _ROOM)
                if len(items) >= limit:
                    break
        return Slice(items, reached, self._more(reached))

    def _more(self, after: int) -> bool:
        """Tell whether entries follow, of the types asked for as far as their segments say."""
        pair = self.pair
        if after >= pair.last or self.mask is None:
            return after < pair.last
        return bool(records.page(self.tx, pair.number, pair.generation, after, 1, self.mask))

    def _choose(self, packed: entry.Entries, start: int, room: int) -> tuple[bytes, range | list[int], int]:
        """Return the flags, up to `room` places chosen, and the place after the last one looked at."""
        count = len(packed)
        flags = bytes(packed.flags)
        if self.types is None and not any(flags[start : start + room]):
            end = min(start + room, count)
            return flags, range(start, end), end
        skip, types = self.skip, self.types
        places: list[int] = []
        end = count
        for place in range(start, count):
            if flags[place] & skip or (types is not None and packed.types[place] not in types):
                continue
            if len(places) == room:
                end = place
                break
            places.append(place)
        return flags, places, end

    def _open(
        self, first: int, base_us: int, vids: array[int], flags: bytes, places: range | list[int]
    ) -> list[Item]:
        chosen = (
            vids[places.start : places.stop].tolist()
            if isinstance(places, range)
            else [vids[p] for p in places]
        )
        if any(flags):
            if flags[0] & STUB:
                return self._stubs(first, base_us, places)
            tear_lines = [vids[p] for p in places if flags[p] & TEAR_LINE]
        else:
            tear_lines = []
        bodies = self.gate.open(chosen, tear_lines)
        if len(bodies) < len(chosen):
            self.stopped += [
                (first + p, vid) for p, vid in zip(places, chosen, strict=True) if vid not in bodies
            ]
        if self.filters.versions or (self.filters.first and self.filters.last) or self.types is not None:
            self._narrow(bodies, dict(zip(chosen, places, strict=True)), flags, first, base_us)
        get = bodies.get
        return [
            Item(first + place, base_us + place, vid, raw)
            for place, vid in zip(places, chosen, strict=True)
            if (raw := get(vid)) is not None
        ]

    def _stubs(self, first: int, base_us: int, places: range | list[int]) -> list[Item]:
        """Return revoked versions of a segment that holds nothing else."""
        if not places:
            return []
        pair = self.pair
        raws = records.stubs(self.tx, pair.number, pair.generation, first + places[0], first + places[-1])
        return [
            Item(first + place, base_us + place, 0, raws[first + place])
            for place in places
            if first + place in raws
        ]

    def _narrow(
        self, bodies: dict[int, bytes], places: dict[int, int], flags: bytes, first: int, base_us: int
    ) -> None:
        """Drop what a filter on version instants, on both keywords, or on an uncommon type leaves out."""
        filters = self.filters
        dated = records.dated(self.tx, list(bodies)) if bodies else {}
        for vid, place in places.items():
            if vid not in bodies:
                continue
            stix_id, modified, created = dated[vid]
            if filters.types is not None and stix_id.partition("--")[0] not in filters.types:
                del bodies[vid]
                continue
            if filters.all:
                continue
            version = next((t for t in (modified, created) if t is not None), base_us + place)
            if not (
                (filters.last and not flags[place] & SUPERSEDED)
                or (filters.first and not flags[place] & NOT_FIRST)
                or version in filters.versions
            ):
                del bodies[vid]

    def by_id(self, after: int, limit: int) -> Slice:
        """Look up named objects: their versions that are in this stream, in stream order."""
        oids = versions.oids(self.tx, self.filters.ids or ())
        held = records.held(self.tx, self.pair.number)
        vids = held.of([vid for _oid, vid, *_rest in records.versions_of(self.tx, list(oids.values()))])
        if not vids:
            return Slice([], self.pair.last, False)
        wanted = set(vids)
        items: list[Item] = []
        pair = self.pair
        for segment in records.segments_with_vids(
            self.tx, pair.number, pair.generation, min(vids), max(vids)
        ):
            if segment.last <= after:
                continue
            packed = entry.unpack(segment.entries)
            flags = bytes(packed.flags)
            places = [
                place
                for place, vid in enumerate(packed.vids)
                if vid in wanted
                and segment.first + place > after
                and not flags[place] & self.skip
                and (self.types is None or packed.types[place] in self.types)
            ]
            if places:
                items += self._open(segment.first, segment.base_us, packed.vids, flags, places)
            if len(items) > limit:
                return Slice(items[:limit], items[limit - 1].sequence, True)
        return Slice(items, pair.last, False)
