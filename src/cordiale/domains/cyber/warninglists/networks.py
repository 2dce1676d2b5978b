"""Which lists hold the network that an address lies in: sorted pieces of the address space in compact arrays."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import Final, NamedTuple

BITS: Final = {4: 32, 6: 128}

SCANNED: Final = 512
"""Pieces that are looked at for a wide network: past so many it is said of those only."""


_NONE: Final[list[tuple[int, Network]]] = []


class Network(NamedTuple):
    """A network: its version (4 or 6), its first address as a number, and its length in bits."""

    version: int
    first: int
    length: int

    @property
    def last(self) -> int:
        """Return the network's last address as a number."""
        return self.first | ((1 << (BITS[self.version] - self.length)) - 1)

    def __str__(self) -> str:
        return written(self)


def network_of(text: str) -> Network | None:
    """Return what an address or network (CIDR) means, bits past its length left out; None for anything else."""
    if "/" not in text and ":" not in text:  # by far most of them
        try:
            return Network(4, int.from_bytes(inet_pton(AF_INET, text), "big"), 32)
        except (OSError, ValueError):
            return None
    address, slash, length = text.partition("/")
    version = 6 if ":" in address else 4
    try:
        first = int.from_bytes(inet_pton(AF_INET6 if version == 6 else AF_INET, address), "big")
    except (OSError, ValueError):
        return None
    bits = BITS[version]
    if not slash:
        return Network(version, first, bits)
    if not (length.isascii() and length.isdigit()) or len(length) > 3 or int(length) > bits:
        return None
    wanted = int(length)
    return Network(version, first >> (bits - wanted) << (bits - wanted), wanted)


def written(network: Network) -> str:
    """Return a network as people write it; one of a single address is that address."""
    version, first, length = network
    bits = BITS[version]
    address = inet_ntop(AF_INET6 if version == 6 else AF_INET, first.to_bytes(bits // 8, "big"))
    return address if length == bits else f"{address}/{length}"


class Pieces(NamedTuple):
    """An address space cut where the networks that cover it change.

    Piece n begins at `starts[n]`; the networks over it are entries `offsets[n]` to `offsets[n + 1]` of `lists` (the number
    of the list) and `lengths` (bits), the narrowest first.
    """

    bits: int
    starts: Sequence[int]
    offsets: array[int]
    lists: array[int]
    lengths: array[int]

    def around(self, network: Network) -> list[tuple[int, Network]]:
        """Return (list, a network of it) for every network that holds all of another, the narrowest first."""
        at = bisect_right(self.starts, network.first) - 1
        if at < 0 or self.offsets[at] == self.offsets[at + 1]:
            return _NONE
        found = []
        for n in range(self.offsets[at], self.offsets[at + 1]):
            length = self.lengths[n]
            if length <= network.length:
                gone = self.bits - length
                found.append((self.lists[n], Network(network.version, network.first >> gone << gone, length)))
        return found

    def inside(self, network: Network) -> Iterator[tuple[int, Network]]:
        """Yield (list, a network of it) for every list that holds a part of a network and no more than that part."""
        if network.length == self.bits:
            return
        at = max(0, bisect_right(self.starts, network.first) - 1)
        seen: set[int] = set()
        last = network.last
        for piece in range(at, min(at + SCANNED, len(self.starts))):
            start = self.starts[piece]
            if start > last:
                return
            for n in range(self.offsets[piece], self.offsets[piece + 1]):
                length = self.lengths[n]
                if length > network.length and self.lists[n] not in seen:
                    seen.add(self.lists[n])
                    gone = self.bits - length
                    first = max(start, network.first)
                    yield self.lists[n], Network(network.version, first >> gone << gone, length)


def pieces(version: int, networks: Iterable[tuple[Network, int]]) -> Pieces:
    """Cut the address space by (network, number of its list): networks lie in one another or apart, never across."""
    bits = BITS[version]
    starts: array[int] | list[int] = array("I") if version == 4 else []
    offsets, lists, lengths = array("I"), array("H"), array("B")
    open_: list[tuple[int, int, int]] = []  # (last address, length, list), the narrowest last

    def cut(at: int) -> None:
        if starts and starts[-1] == at:
            del lists[offsets[-1] :], lengths[offsets[-1] :]
        else:
            starts.append(at)
            offsets.append(len(lists))
        for _last, length, number in reversed(open_):
            lists.append(number)
            lengths.append(length)

    def close(before: int | None) -> None:
        while open_ and (before is None or open_[-1][0] < before):
            last = open_[-1][0]
            while open_ and open_[-1][0] == last:
                open_.pop()
            if last + 1 < 1 << bits:
                cut(last + 1)

    for first, length, number in sorted({(one.first, one.length, number) for one, number in networks}):
        close(first)
        open_.append((first | ((1 << (bits - length)) - 1), length, number))
        cut(first)
    close(None)
    offsets.append(len(lists))
    return Pieces(bits, starts, offsets, lists, lengths)
