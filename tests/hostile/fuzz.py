"""Fuzz what comes in: mutated bytes at ingress and mutated segments, for a time or a number of rounds.

`python -m tests.hostile.fuzz --seconds 60 --seed 1` prints the seed of the round that failed; `--rounds 1 --seed N`
replays it. The daily run takes a fixed number of rounds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

import msgspec
import orjson

from cordiale.exchange.receive import apply as applying
from cordiale.platform.errors import CordialeError
from cordiale.stix.ingress import split
from cordiale.stix.version import read
from cordiale.store.backup import check
from tests.hostile.objects import POISON, STRANGE, raw
from tests.unit.exchange.receive import test_apply as segments
from tests.unit.exchange.world import indicator as good

TOKENS: Final = (
    b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"null", b"NaN", b"1e400", b"-0", b"\\ud800", b"\\u0000", b"\xff", b"\x00",
    b'"id":"x"', b'"type":"bundle"', b'"objects":[', b"9007199254740993", b"/*", b"\xef\xbb\xbf", b"\xc0\xaf",
)  # fmt: skip
"""What a mutation puts in: what parsers disagree about."""

SMALL: Final = tuple(one for one in (*POISON.values(), *STRANGE.values()) if len(one) < 5000)


def mutated(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """Change a few places: flip, cut, double, put in, splice."""
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(data) + 1)
        upto = min(len(data), at + random.choice((1, 1, 2, 8, 40)))
        match random.randrange(6):
            case 0:
                data = data[:at] + bytes([random.getrandbits(8)]) + data[at + 1 :]
            case 1:
                data = data[:at] + data[upto:]
            case 2:
                data = data[:upto] + data[at:upto] + data[upto:]
            case 3:
                data = data[:at] + random.choice(TOKENS) + data[at:]
            case 4:
                other = random.choice(others)
                data = data[:at] + other[random.randrange(len(other) + 1) :]
            case _:
                data = data[:at]
    return data


def ingress(seed: int) -> None:
    """Split and read mutated bytes: whatever they are, each piece is read, or refused with a reason."""
    random = Random(seed)
    bundle = b'{"type":"bundle","objects":[' + b",".join(random.choices(SMALL, k=3)) + b"]}"
    data = mutated(random.choice((*SMALL, bundle, raw())), random, SMALL)
    try:
        pieces = list(split(data))
    except CordialeError as refused:
        assert refused.code, data
        return
    for piece in pieces:
        if not isinstance(piece, bytes):
            continue
        try:
            version, problems = read(piece)
        except CordialeError as refused:
            assert refused.code, piece
            continue
        assert version.raw == piece
        if not [one for one in problems if one.severity == "error"]:
            again = orjson.loads(piece)
            assert (again["id"], again["type"]) == (version.id, version.type)
            assert sorted(again.get("object_marking_refs", [])) == sorted(version.markings), piece


class Partner:
    """A pair whose sender was taken over: it sends mutated segments, some of them signed anew."""

    def __init__(self) -> None:
        self.here, self.there, self.known = segments.pair()
        self.here.put(good("a"), good("b", description="more"))
        self.here.cut("FRA")
        (self.segment,) = segments.segments(self.here)

    def apply(self, seed: int) -> None:
        """Apply one mutated segment: it changes nothing or is applied; nothing else comes of it."""
        random = Random(seed)
        data = self.segment
        if random.random() < 0.6:
            slots = list(segments.read(data).slots)
            n = random.randrange(len(slots))
            slots[n] = msgspec.structs.replace(
                slots[n], raw=mutated(slots[n].raw or b"", random, SMALL), salt=slots[n].salt
            )
            data = segments.reslotted(data, slots)
        data = mutated(data, random, (self.segment, *SMALL)) if random.random() < 0.7 else data
        before = self.there.store.snapshot()
        try:
            applying.apply(self.there.store, self.there.home, self.known, data, self.there.clock())
        except CordialeError as refused:
            assert refused.code
            assert self.there.store.snapshot() == before, "what was refused changed something"
            return
        assert check(self.there.store) == []
        self.there.store.load(before)

    def close(self) -> None:
        """See that the honest segment is still applied, and let go."""
        applying.apply(self.there.store, self.there.home, self.known, self.segment, self.there.clock())
        assert len(self.there.ids()) == 2
        self.here.store.close()
        self.there.store.close()


def run(seeds: Iterator[int], until: float | None = None) -> int:
    """Run rounds until the seeds or the time (of `time.monotonic`) end; return how many; raises with the seed named."""
    partner, done = Partner(), 0
    for seed in seeds:
        if until is not None and time.monotonic() >= until:
            break
        try:
            ingress(seed)
            if seed % 10 == 0:
                partner.apply(seed)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {error!r}") from error
        done += 1
    partner.close()
    return done


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=None)
    parser.add_argument("--rounds", type=int, default=1_000_000_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    until = None if asked.seconds is None else time.monotonic() + asked.seconds
    print(f"{run(iter(range(asked.seed, asked.seed + asked.rounds)), until)} rounds")


if __name__ == "__main__":
    main()
