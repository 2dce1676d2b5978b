"""Which versions are live at a partner: one bit each, in chunks that are read when needed.

A million versions at a hundred partners are 12.5 MB. A chunk covers 32,768 versions (4 KiB), so
that a small cut writes a few kilobytes a partner and not its whole set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

#: Versions covered by one chunk.
SPAN = 32_768
_BYTES = SPAN // 8

_SPARSE = 64
"""Versions from one to the next, beyond which each is looked up by itself instead of all between them."""


def vids_of(chunk: int, bits: bytes) -> list[int]:
    """Return the versions that a stored chunk says are held, in order."""
    base = chunk * SPAN
    return [
        base + place * 8 + bit
        for place, octet in enumerate(bits)
        if octet
        for bit in range(8)
        if octet >> bit & 1
    ]


class Held:
    """Read and change one partner's set within one transaction.

    `load(chunk)` returns the stored bytes of a chunk or None; `changed()` gives what to store.
    """

    def __init__(self, load: Callable[[int], bytes | None]) -> None:
        self._load = load
        self._chunks: dict[int, bytearray] = {}
        self._changed: set[int] = set()

    def __contains__(self, vid: int) -> bool:
        chunk = self._chunk(vid // SPAN)
        bit = vid % SPAN
        return bool(chunk[bit >> 3] >> (bit & 7) & 1)

    def add(self, vids: Iterable[int]) -> None:
        """Record that the partner holds these versions."""
        for vid in vids:
            number, bit = divmod(vid, SPAN)
            self._chunk(number)[bit >> 3] |= 1 << (bit & 7)
            self._changed.add(number)

    def discard(self, vids: Iterable[int]) -> None:
        """Record that the partner no longer holds these versions, or no longer should."""
        for vid in vids:
            number, bit = divmod(vid, SPAN)
            self._chunk(number)[bit >> 3] &= ~(1 << (bit & 7)) & 0xFF
            self._changed.add(number)

    def of(self, vids: Iterable[int]) -> list[int]:
        """Return which of these versions the partner holds, in the order given."""
        found = []
        for vid in vids:
            chunk = self._chunks.get(vid // SPAN)
            if chunk is None:
                chunk = self._chunk(vid // SPAN)
            bit = vid % SPAN
            if chunk[bit >> 3] >> (bit & 7) & 1:
                found.append(vid)
        return found

    def any_of(self, vids: Sequence[int]) -> bool:
        """Tell whether any of these versions is held; where they lie close together, one between them counts as well."""
        if vids and vids[-1] - vids[0] > _SPARSE * len(vids):
            return bool(self.of(vids))
        return self.any_of_span(vids)

    def any_of_span(self, vids: Sequence[int]) -> bool:
        """Tell whether any version from the first to the last of these is held."""
        if not vids:
            return False
        for number in range(vids[0] // SPAN, vids[-1] // SPAN + 1):
            chunk = self._chunk(number)
            low = max(vids[0] - number * SPAN, 0)
            high = min(vids[-1] - number * SPAN, SPAN - 1)
            # A neighbour in the same byte does not count: what was cut last always stands beside what is cut now.
            bits = int.from_bytes(chunk[low >> 3 : (high >> 3) + 1], "little") >> (low & 7)
            if bits & ((1 << (high - low + 1)) - 1):
                return True
        return False

    def add_bits(self, bits: Mapping[int, int]) -> None:
        """Record versions given as bits by chunk, as `bits_of` makes them."""
        for number, mask in bits.items():
            chunk = self._chunk(number)
            chunk[:] = (int.from_bytes(chunk, "little") | mask).to_bytes(_BYTES, "little")
            self._changed.add(number)

    def changed(self) -> dict[int, bytes]:
        """Return the chunks to store, by number."""
        return {number: bytes(self._chunks[number]) for number in sorted(self._changed)}

    def lacking(self, vids: Iterable[int]) -> set[int]:
        """Return the chunks of these versions that were not read yet."""
        return {vid // SPAN for vid in vids} - self._chunks.keys()

    def give(self, chunks: Iterable[int], stored: Mapping[int, bytes]) -> None:
        """Take chunks as they are stored, those that are not there as empty; what was read or changed before stays."""
        for number in chunks:
            if number not in self._chunks:
                bits = stored.get(number)
                self._chunks[number] = bytearray(_BYTES) if bits is None else bytearray(bits)

    def _chunk(self, number: int) -> bytearray:
        chunk = self._chunks.get(number)
        if chunk is None:
            stored = self._load(number)
            chunk = bytearray(stored) if stored is not None else bytearray(_BYTES)
            self._chunks[number] = chunk
        return chunk


def count(chunks: Iterable[bytes]) -> int:
    """Count the versions in stored chunks."""
    return sum(int.from_bytes(chunk, "little").bit_count() for chunk in chunks)


def bits_of(vids: Iterable[int]) -> dict[int, int]:
    """Return versions as bits by chunk, to be added for many partners."""
    chunks: dict[int, bytearray] = {}
    chunk, base = bytearray(), -SPAN
    for vid in vids:
        place = vid - base
        if not 0 <= place < SPAN:  # most follow one another
            number = vid // SPAN
            base = number * SPAN
            place = vid - base
            chunk = chunks.get(number) or chunks.setdefault(number, bytearray(_BYTES))
        chunk[place >> 3] |= 1 << (place & 7)
    return {number: int.from_bytes(chunk, "little") for number, chunk in chunks.items()}
