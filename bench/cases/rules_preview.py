"""The exact preview of a rules change, from a store of a million objects under 2,000 markings to 100 partners."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench import child
from bench.figure import Figure
from bench.serving import scratch

NAME = "rules-preview"
SECONDS = 3.0


def run(quick: bool) -> list[Figure]:
    """Fill a store, apply rules, and preview others; quick has fewer objects under fewer markings."""
    count, markings = (4000, 200) if quick else (1_000_000, 2000)
    with scratch("bench-rules-") as folder:
        found = child.call(
            "bench.cases.rules_preview:previewed", folder=str(folder), count=count, markings=markings
        )
    label = f"{count:,} objects, {found['markings']:,} effective markings, 100 partners"
    return [
        Figure(bench=NAME, metric=f"preview: {label}", unit="CPU-s", ours=found["seconds"], target=SECONDS, better="less",
               memory_mb=found["memory_mb"]),
    ]  # fmt: skip


def previewed(folder: str, count: int, markings: int) -> dict[str, Any]:
    """Make the store and give the CPU-seconds of the desk's preview; the change widens a third of the partners."""
    from bench import measure
    from bench.cases.import_objects import SLICE, prefixed, write_bundle
    from bench.generate import objects
    from bench.node import definitions, imported_into, marking_refs, new_node
    from bench.ruleset import rules_text
    from cordiale.desk import verbs
    from cordiale.desk.actor import house
    from cordiale.node.opening import open_node
    from cordiale.store.markings import all_markings

    node = Path(folder) / "node"
    new_node(node)
    refs = marking_refs(markings)
    files = []
    for start in range(0, count, SLICE):
        made = objects(min(SLICE, count - start), start, refs, cluster=min(1000, count // markings))
        path = Path(folder) / f"{start:09d}.json"
        write_bundle(path, prefixed(definitions(markings), made) if start == 0 else made)
        files.append(path)
    imported_into(node, files, text=False)
    actor = house("bench")
    with open_node(node) as opened:
        desk = opened.desk
        before, after = rules_text(100), rules_text(100, raised=True)
        verbs.rules_apply(
            desk, actor, before, "bench.toml", verbs.rules_diff(desk, actor, before, "bench.toml").token
        )
        with measure.spent() as used:
            verbs.rules_diff(desk, actor, after, "bench.toml")
        with opened.store.read() as tx:
            kinds = len(all_markings(tx))
    return {"seconds": used.cpu, "markings": kinds, "memory_mb": measure.peak_mb()}
