"""A sketch of a text: keyed hashes of its runs of words, of which the smallest are kept, so that overlap can be told from it.

Bottom-k sampling (Broder 1997; Cohen and Kaplan 2007): the k smallest of the hashes are a fair sample of the text's runs, so the
share of them that another text has too estimates how much of the first stands in it. Who has the key can test guesses: a short
text, or one that is known elsewhere, can be guessed from its sketch.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

import msgspec

from cordiale.domains.information.folding import bare

RUN: Final = 5
"""Words of one run."""

KEPT: Final = 128
"""Hashes of one sketch: a share is then known to about ± 0.09 (two standard errors at a half)."""

FEWEST: Final = 12
"""Words below which a text is not asked about: a sketch of it is no better than the text."""

SHORT: Final = 60
"""Words below which the interface warns that the sketch can be guessed."""

PART: Final = 0.25
"""Share of the asked text's runs from which a held text is said to have a part of it."""

WHOLE: Final = 0.8
HITS: Final = 4
"""Runs that a held text has to share at least: two press releases share a phrase or two by themselves."""

_WORD = re.compile(r"[^\W_]+")
_PURPOSE: Final = b"cordiale fingerprint 1\0"


class Sketch(msgspec.Struct, frozen=True, kw_only=True):
    """What the extension `information-fingerprint` says; `runs` is how many runs the text has, as a power of two.

    `salt` is 32 random bytes in hexadecimal, of this question alone.
    """

    version: int = 1
    salt: str
    asker: str
    asked: str
    sketch: tuple[str, ...]
    runs: int


def key_of(salt: bytes, asker: str, asked: str) -> bytes:
    """Return the key of one question between two nodes: the same sketch says nothing between two others."""
    return hashlib.sha256(_PURPOSE + salt + asker.encode() + b"\0" + asked.encode()).digest()


def runs_of(text: str) -> frozenset[str]:
    """Return the runs of words of a text: accents, capitals, punctuation and how elisions are written make no difference."""
    folded = text.lower() if text.isascii() else bare(text)
    said = _WORD.findall(folded)
    return frozenset(" ".join(said[n : n + RUN]) for n in range(len(said) - RUN + 1))


def hashed(runs: frozenset[str], key: bytes) -> set[bytes]:
    """Return the keyed hash of each run (BLAKE2b, 64 bits)."""
    begun = hashlib.blake2b(digest_size=8, key=key)
    found = set()
    for run in runs:
        one = begun.copy()
        one.update(run.encode())
        found.add(one.digest())
    return found


def sketch_of(text: str, salt: bytes, asker: str, asked: str) -> Sketch:
    """Return the sketch of a text for one question between two nodes."""
    runs = runs_of(text)
    smallest = sorted(hashed(runs, key_of(salt, asker, asked)))[:KEPT]
    return Sketch(
        salt=salt.hex(),
        asker=asker,
        asked=asked,
        sketch=tuple(one.hex() for one in smallest),
        runs=1 << (len(runs) - 1).bit_length() if runs else 1,
    )


class Asked(msgspec.Struct, frozen=True):
    """A sketch prepared for comparing: its key and its hashes."""

    key: bytes
    wanted: frozenset[bytes]

    def share(self, text: str) -> float:
        """Return which share of the asked text's runs a held text has; 0 for too few to say anything."""
        found = self.wanted & hashed(runs_of(text), self.key)
        return len(found) / len(self.wanted) if len(found) >= min(HITS, len(self.wanted)) else 0.0


def prepared(sketch: Sketch) -> Asked:
    """Return a sketch ready to be compared with texts; raises ValueError for what is no sketch."""
    key = key_of(bytes.fromhex(sketch.salt), sketch.asker, sketch.asked)
    return Asked(key, frozenset(bytes.fromhex(one) for one in sketch.sketch))
