"""A hundred general patterns tried on observed data, beside stix2-matcher."""

from __future__ import annotations

import importlib.metadata
from typing import Any

from bench import child, measure
from bench.figure import Figure

NAME = "patterns"
TARGET = 100.0
PATTERNS, OBSERVED, OF_PEER = 100, 20_000, 30
WINDOW = 60


def run(quick: bool) -> list[Figure]:
    """Measure both in one process, in turns."""
    peer = f"stix2-matcher {importlib.metadata.version('stix2-matcher')}"
    one = child.call(
        "bench.cases.patterns:single",
        count=1_000 if quick else OBSERVED,
        of_peer=4 if quick else OF_PEER,
        rounds=1 if quick else 3,
    )
    several = child.call(
        "bench.cases.patterns:several",
        windows=2 if quick else 50,
        of_peer=1 if quick else 2,
        rounds=1 if quick else 3,
    )
    return [
        Figure(bench=NAME, metric=f"{PATTERNS} patterns of one observation", unit="pairs/CPU-s", ours=one["ours"], peer=one["peer"],
               peer_name=peer, memory_mb=one["memory_mb"]),
        Figure(bench=NAME, metric="as against stix2-matcher", unit="×", ours=one["ours"] / one["peer"], target=TARGET),
        Figure(bench=NAME, metric=f"{PATTERNS} patterns of several observations, on {WINDOW} observations together", unit="pairs/CPU-s",
               ours=several["ours"], peer=several["peer"], peer_name=peer, memory_mb=several["memory_mb"]),
        Figure(bench=NAME, metric="as against stix2-matcher, several observations", unit="×", ours=several["ours"] / several["peer"]),
        Figure(bench=NAME, metric="answers in which both agree", unit="share", ours=min(one["agree"], several["agree"]), target=1.0),
    ]  # fmt: skip


def single(count: int, of_peer: int, rounds: int) -> dict[str, Any]:
    """Try each pattern on each observation alone."""
    from stix2matcher.matcher import Pattern

    from bench.indicators import bundled, general, observed
    from cordiale.stix.patterns import parse
    from cordiale.stix.patterns.matching import Matcher
    from cordiale.stix.patterns.observations import observations

    said = general(PATTERNS)
    data = [bundled(one) for one in observed(count)]
    read = [parse(one) for one in said]
    compiled = [Pattern(one, "2.1") for one in said]
    found: dict[str, list[list[int]]] = {}

    def ours() -> float:
        matcher = Matcher(read)  # anew in each round: it remembers values it has seen
        with measure.spent() as used:
            found["ours"] = [matcher.single(one) for bundle in data for one in observations([bundle])[0]]
        return count * PATTERNS / used.cpu

    def theirs() -> float:
        with measure.spent() as used:
            found["peer"] = [
                [place for place, one in enumerate(compiled) if one.match([bundle])]
                for bundle in data[:of_peer]
            ]
        return of_peer * PATTERNS / used.cpu

    rates = measure.alternate(rounds, {"ours": ours, "peer": theirs})
    same = sum(one == other for one, other in zip(found["ours"], found["peer"], strict=False))
    return {**rates, "memory_mb": measure.peak_mb(), "agree": same / of_peer}


def several(windows: int, of_peer: int, rounds: int) -> dict[str, Any]:
    """Try each pattern on the observations of an hour together."""
    from stix2matcher.matcher import Pattern

    from bench.indicators import bundled, joined, observed
    from cordiale.stix.patterns import parse
    from cordiale.stix.patterns.matching import Matcher
    from cordiale.stix.patterns.observations import observations

    said = joined(PATTERNS)
    data = [bundled(one) for one in observed(windows * WINDOW)]
    hours = [data[start : start + WINDOW] for start in range(0, len(data), WINDOW)]
    read = [parse(one) for one in said]
    compiled = [Pattern(one, "2.1") for one in said]
    found: dict[str, list[list[bool | None]]] = {}

    def ours() -> float:
        matcher = Matcher(read)  # anew in each round: it remembers values it has seen
        with measure.spent() as used:
            found["ours"] = [
                [one.matched for one in matcher.outcomes(observations(hour)[0])] for hour in hours
            ]
        return len(data) * PATTERNS / used.cpu

    def theirs() -> float:
        with measure.spent() as used:
            found["peer"] = [[bool(one.match(hour)) for one in compiled] for hour in hours[:of_peer]]
        return of_peer * WINDOW * PATTERNS / used.cpu

    rates = measure.alternate(rounds, {"ours": ours, "peer": theirs})
    pairs = [
        same
        for one, other in zip(found["ours"], found["peer"], strict=False)
        for same in map(bool.__eq__, map(bool, one), other)
    ]
    return {**rates, "memory_mb": measure.peak_mb(), "agree": sum(pairs) / len(pairs)}
