"""A log in blocks of whole lines: valid UTF-8, each with the number of its first line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

SIZE: Final = 8 << 20
"""Bytes of a block, about."""

LONGEST: Final = 16 << 20
"""Bytes of one line; a longer one is cut there."""


class Block(NamedTuple):
    """Whole lines; `line` is the number of the first, from 1. The last may lack its line feed."""

    line: int
    data: bytes

    @property
    def lines(self) -> int:
        """Return how many lines it holds."""
        return self.data.count(b"\n") + (not self.data.endswith(b"\n"))


def blocks(chunks: Iterable[bytes], size: int = SIZE) -> Iterator[Block]:
    """Yield the lines of a file; bytes that are no UTF-8 are replaced, a UTF-8 mark at its beginning is left out."""
    held: list[bytes] = []
    waiting = 0
    number = 1
    first = True
    for given in chunks:
        chunk = given.removeprefix(b"\xef\xbb\xbf") if first else given
        first = False
        held.append(chunk)
        waiting += len(chunk)
        if waiting < size:
            continue
        whole = b"".join(held)
        cut = whole.rfind(b"\n") + 1
        if not cut and waiting < LONGEST:
            held = [whole]
            continue
        cut = cut or len(whole)
        found = Block(number, _text(whole[:cut]))
        number += found.data.count(b"\n")
        held, waiting = [whole[cut:]], len(whole) - cut
        yield found
    rest = b"".join(held)
    if rest:
        yield Block(number, _text(rest))


def _text(data: bytes) -> bytes:
    if data.isascii():
        return data
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace").encode()
    return data
