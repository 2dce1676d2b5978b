"""Patterns of indicators read into a tree, beside stix2-patterns; and the two texts that its parser cannot take."""

from __future__ import annotations

import importlib.metadata
from typing import Any

from bench import child, measure
from bench.figure import Figure

NAME = "pattern-parse"
TARGET = 20.0
MANY, OF_PEER = 20_000, 400


def run(quick: bool) -> list[Figure]:
    """Measure both in one process, in turns."""
    found = child.call(
        "bench.cases.pattern_parse:read",
        count=2_000 if quick else MANY,
        of_peer=100 if quick else OF_PEER,
        rounds=1 if quick else 3,
    )
    peer = f"stix2-patterns {importlib.metadata.version('stix2-patterns')}"
    return [
        Figure(bench=NAME, metric="patterns as feeds have them", unit="patterns/CPU-s", ours=found["ours"], peer=found["peer"],
               peer_name=peer, memory_mb=found["memory_mb"]),
        Figure(bench=NAME, metric="as against stix2-patterns", unit="×", ours=found["ours"] / found["peer"], target=TARGET),
        Figure(bench=NAME, metric="one pattern of 3,000 alternatives", unit="CPU-ms", better="less", ours=found["many"],
               peer=found["peer_many"], peer_name=peer),
        Figure(bench=NAME, metric="one pattern with 400 parentheses, refused (the peer ends in a RecursionError)", unit="CPU-ms",
               better="less", ours=found["deep"]),
        Figure(bench=NAME, metric="characters of one pattern of a million, as against one of ten thousand", unit="×", better="less",
               ours=found["linear"], target=1.5),
    ]  # fmt: skip


def read(count: int, of_peer: int, rounds: int) -> dict[str, Any]:
    """Read patterns with both."""
    from stix2patterns.v21.pattern import Pattern

    from bench.indicators import plain
    from cordiale.stix.patterns import PatternError, parse

    patterns = list(plain(count))
    many = "[" + " OR ".join(f"file:hashes.'SHA-256' = '{number:064x}'" for number in range(3000)) + "]"
    deep = "[" + "(" * 400 + "file:size = 1" + ")" * 400 + "]"
    for one in patterns[:50]:  # warm: the peer keeps what it found out about its grammar
        Pattern(one)
        parse(one)

    def ours() -> float:
        with measure.spent() as used:
            for one in patterns:
                parse(one)
        return count / used.cpu

    def theirs() -> float:
        with measure.spent() as used:
            for one in patterns[:of_peer]:
                Pattern(one)
        return of_peer / used.cpu

    rates = measure.alternate(rounds, {"ours": ours, "peer": theirs})
    try:
        Pattern(deep)
    except RecursionError:
        pass
    else:
        raise AssertionError("the peer has read 400 parentheses: say so in the metric")

    def refused() -> None:
        try:
            parse(deep)
        except PatternError:
            return
        raise AssertionError("400 parentheses were read")

    return {
        **rates,
        "memory_mb": measure.peak_mb(),
        "many": _ms(lambda: parse(many), 10),
        "peer_many": _ms(lambda: Pattern(many), 1),
        "deep": _ms(refused, 1000),
        "linear": _ms(lambda: parse(_long(1_000_000)), 3) / (100 * _ms(lambda: parse(_long(10_000)), 100)),
    }


def _long(length: int) -> str:
    return "[" + "domain-name:value = 'a.example' OR " * (length // 35) + "url:value = 'x']"


def _ms(work: Any, turns: int) -> float:
    with measure.spent() as used:
        for _turn in range(turns):
            work()
    return used.cpu * 1000 / turns
