"""Which versions are live at a partner: one bit each, in chunks that are read when needed.

A million versions at a hundred partners are 12.5 MB. A chunk covers 32,768 versions (4 KiB), so
that a small cut writes a few kilobytes a partner and not its whole set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

#: Versions covered by one chunk.
SPAN = 32_768
_BYTES = SPAN // 8


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

    def changed(self) -> dict[int, bytes]:
        """Return the chunks to store, by number."""
        return {number: bytes(self._chunks[number]) for number in sorted(self._changed)}

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
