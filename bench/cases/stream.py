"""The streams of 100 partners: what an entry costs to cut, signature included, and what it takes on disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson

from bench import child
from bench.figure import Figure
from bench.serving import scratch

NAME = "stream"
MICROSECONDS, GIGABYTES = 5.0, 2.0
WHOLE = 1_000_000 * 100
"""Entries that the state is given for: a million objects to each of 100 partners."""


def run(quick: bool) -> list[Figure]:
    """Cut a part of the whole and give the state of the whole in proportion; the metric says so."""
    count, partners = (1000, 20) if quick else (20_000, 100)
    with scratch("bench-stream-") as folder:
        found = child.call("bench.cases.stream:cut_all", folder=str(folder), count=count, partners=partners)
    entries = found["entries"]
    part = f"{count:,} objects × {partners} partners ({entries:,} entries)"
    state = found["bytes"] / entries * WHOLE / 1e9
    return [
        Figure(
            bench=NAME,
            metric=f"cutting an entry, sequencer and egress, measured over {part}",
            unit="CPU-µs",
            ours=found["cpu"] / entries * 1e6,
            target=MICROSECONDS,
            better="less",
            memory_mb=found["memory_mb"],
        ),
        Figure(
            bench=NAME,
            metric=f"of it the egress, which decides again and signs, over {part}",
            unit="CPU-µs",
            ours=found["egress_cpu"] / entries * 1e6,
        ),
        Figure(
            bench=NAME,
            metric=f"state of 1,000,000 objects × 100 partners, extrapolated from {part}",
            unit="GB",
            ours=state,
            target=GIGABYTES,
            better="less",
        ),
    ]


def cut_all(folder: str, count: int, partners: int) -> dict[str, Any]:
    """Fill a node, pair it with many partners and cut everything; gives CPU-seconds, entries and bytes."""
    from bench import measure
    from bench.cases.import_objects import prefixed, write_bundle
    from bench.generate import NATIONS, objects
    from bench.node import new_node
    from bench.ruleset import rules_text
    from cordiale.desk import verbs
    from cordiale.desk.actor import house
    from cordiale.desk.incoming.sources import of_file
    from cordiale.desk.partner import partners as desk_partners
    from cordiale.desk.partnerships import partnerships
    from cordiale.exchange.cut.sequencer import cut
    from cordiale.node.opening import open_node
    from cordiale.stix.atoms import definition_of, id_of

    node = Path(folder) / "node"
    new_node(node)
    bundle = Path(folder) / "bundle.json"
    # Twenty markings that everybody passes: what is not cut would make an entry look dearer or cheaper than it is.
    clauses = ["rel:" + "|".join(sorted({*NATIONS, f"GROUP-{number:02d}"})) for number in range(20)]
    first = [orjson.dumps(definition_of(clause)) for clause in clauses]
    write_bundle(bundle, prefixed(first, objects(count, 0, [[id_of(clause)] for clause in clauses])))
    actor = house("bench")
    with open_node(node, flags={"store.text_index": False}) as opened:
        desk = opened.desk
        text = rules_text(partners)
        for name, recipient in _recipients(text).items():
            desk_partners.partner_add_client(
                desk,
                actor,
                name,
                title=name,
                nation=recipient.nation,
                organisation=recipient.organisation,
            )
        token = verbs.rules_diff(desk, actor, text, "bench.toml").token
        verbs.rules_apply(desk, actor, text, "bench.toml", token)
        # Paired first: what comes in afterwards is what a running node cuts, tick by tick.
        verbs.import_(desk, actor, [of_file(bundle)], marking="tlp:green")
        before = size(opened.store)
        start, own = measure.tree_cpu(os.getpid()), measure.process_cpu(os.getpid())
        entries, behind = 0, True
        while behind:
            with opened.store.write() as tx:
                done = cut(tx, desk.home, tuple(partnerships(tx).values()), desk.clock())
            behind = any(one.behind for one in done)
            entries += sum(one.last - one.first + 1 for one in done if one.segments)
        cpu, own = measure.tree_cpu(os.getpid()) - start, measure.process_cpu(os.getpid()) - own
        grown = size(opened.store) - before
    return {
        "cpu": cpu,
        "egress_cpu": cpu - own,
        "entries": entries,
        "bytes": grown,
        "memory_mb": measure.peak_mb(),
    }


def _recipients(text: str) -> Any:
    from cordiale.release.rules import parse

    return parse(text).partners


def size(store: Any) -> int:
    """Give the bytes of the database that are in use."""
    with store.read() as tx:
        pages, free, page = (
            tx.row(f"PRAGMA {name}")[0] for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * page)
