"""Text search: what a question costs whatever the reader may not see, at growing stores, and filling the index."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from bench import child, measure
from bench.figure import Figure
from bench.generate import identifier
from bench.serving import filled, scratch

NAME = "search"
FEW, MANY = 10, 1000
"""Objects that the reader of one rare marking sees; and markings that the reader of many has, one object under each."""

COMMON, RARE = "harbour", "amarrage"
"""A word of the generator that stands in a third of the objects; and one that only the objects added here hold."""

FIRST = 30_000_000
"""Number of the first object that is added: beyond any that a store was filled with."""


def run(quick: bool) -> list[Figure]:
    """Ask the same questions of a small and of a large store, each in a process of its own."""
    small, large = (1000, 2000) if quick else (1000, 1_000_000)
    rounds, many = (1, 100) if quick else (9, MANY)
    with scratch("bench-search-") as folder:
        for name in ("small", "large"):
            (folder / name).mkdir()
        jobs = [
            partial(asked, folder / name, held, rounds, many)
            for name, held in (("small", small), ("large", large))
        ]
        first, whole = measure.gathered(jobs, quick)
    label = f"{large:,} held"
    hidden = f"a word in {whole['common']:,} of them, {FEW} visible"
    return [
        timed(f"{label}: {hidden}", whole, "few"),
        Figure(
            bench=NAME,
            metric=f"cost of a question with {FEW} visible answers: {label} as against {small:,}",
            unit="×",
            ours=whole["few"] / first["few"],
            better="less",
        ),
        timed(f"{label}: the same word, {many:,} markings visible", whole, "many"),
        timed(f"{label}: the same word, everything visible, the last 50", whole, "all"),
        timed(f"{label}: two words, everything visible, the last 50", whole, "two"),
        timed(f"{label}: a word in {FEW + many:,} of them, everything visible, the last 50", whole, "rare"),
        timed(f"{label}: a page of 100 listed for the reader of one marking", whole, "page"),
        timed(f"{label}: a page of 100 listed for the reader of all", whole, "pages"),
        Figure(
            bench=NAME,
            metric=f"{label}: the text index",
            unit="bytes an object",
            ours=whole["bytes"],
            better="less",
            memory_mb=whole["memory_mb"],
        ),
    ]


def timed(metric: str, found: dict[str, Any], name: str) -> Figure:
    """Give the milliseconds of one question; the floor is the index alone, without the versions it names."""
    return Figure(bench=NAME, metric=metric, unit="CPU-ms", ours=found[name], floor=found.get(f"{name}_floor"), better="less")  # fmt: skip


def asked(folder: Path, held: int, rounds: int, many: int) -> dict[str, Any]:
    """Take a filled node, add what the readers see, and ask."""
    filled(folder, held)
    found: dict[str, Any] = child.call(
        "bench.cases.search:answers", node=str(folder / "node"), rounds=rounds, markings=many
    )
    return found


def answers(node: str, rounds: int, markings: int) -> dict[str, Any]:
    """Give CPU-milliseconds of each question (median of rounds), how many hold the common word, and the index's cost."""
    from bench.cases.import_objects import prefixed, write_bundle
    from bench.node import definitions, imported_into, marking_refs
    from cordiale.node.opening import open_node
    from cordiale.stix.atoms import definition_of, id_of
    from cordiale.store import listing, search
    from cordiale.store.markings import all_markings
    from cordiale.store.types import Filter

    path = Path(node)
    rare = f"rel:CAN|{'|'.join(f'N{place}' for place in range(3))}"
    seen = [added(FIRST + place, [id_of(rare)]) for place in range(FEW)]
    refs = marking_refs(markings)
    each = [added(FIRST + FEW + place, one) for place, one in enumerate(refs)]
    bundle = path.parent / "added.json"
    write_bundle(
        bundle, prefixed([orjson.dumps(definition_of(rare)), *definitions(markings)], iter([*seen, *each]))
    )
    imported_into(path, [bundle], text=True)
    with open_node(path) as opened, opened.store.read() as tx:
        known = all_markings(tx)
        few = [mid for mid, marking in known.items() if rare in marking]
        newest = tx.row("SELECT max(vid) FROM versions")[0]
        many = [
            mid
            for (mid,) in tx.rows(
                "SELECT DISTINCT effective_mid FROM versions WHERE vid > ?", newest - markings
            )
        ]
        ask: dict[str, Callable[[], Any]] = {
            "few": lambda: search.search(tx, COMMON, few),
            "many": lambda: search.search(tx, COMMON, many),
            "all": lambda: search.search(tx, COMMON, None),
            "two": lambda: search.search(tx, f"{COMMON} courrier", None),
            "rare": lambda: search.search(tx, RARE, None),
            "page": lambda: listing.current(tx, Filter(), None, 100, few),
            "pages": lambda: listing.current(tx, Filter(), None, 100, list(known)),
        }
        assert len(ask["few"]().rows) == FEW
        found: dict[str, Any] = {name: cpu_ms(question, rounds) for name, question in ask.items()}
        terms = search.terms_asked(COMMON)[0]
        words = "(" + " OR ".join(f'"{term}"' for term in terms) + ")"
        marks = " OR ".join(f"_m{mid}" for mid in few)
        bare = "SELECT rowid FROM text_index WHERE text_index MATCH ? ORDER BY rowid DESC LIMIT 102"
        found["few_floor"] = cpu_ms(lambda: tx.rows(bare, f"{words} AND ({marks})"), rounds)
        found["all_floor"] = cpu_ms(lambda: tx.rows(bare, words), rounds)
        found["common"] = tx.row("SELECT count(*) FROM text_index WHERE text_index MATCH ?", words)[0]
        size = tx.row("SELECT sum(length(block)) FROM text_index_data")[0]
        found["bytes"] = size / tx.row("SELECT count(*) FROM versions")[0]
    return found | {"memory_mb": measure.peak_mb()}


def cpu_ms(question: Callable[[], Any], rounds: int) -> float:
    """Give the CPU-milliseconds of a question: each round asks for at least a twentieth of a second; the median counts."""
    question()
    found = []
    for _ in range(rounds):
        start, times = time.process_time(), 0
        while (used := time.process_time() - start) < 0.05:
            question()
            times += 1
        found.append(used / times * 1e3)
    return statistics.median(found)


def added(number: int, refs: list[str]) -> bytes:
    """Make an identity that holds the common and the rare word."""
    when = "2026-01-01T00:00:00.000Z"
    return orjson.dumps(
        {
            "type": "identity", "spec_version": "2.1", "id": identifier("identity", number), "object_marking_refs": refs,
            "created": when, "modified": when, "name": f"{COMMON} {RARE} {number}", "identity_class": "organization",
        }
    )  # fmt: skip
