"""Marking many objects anew: how soon nothing of them goes any more, and when every version is written."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from bench import child
from bench.figure import Figure
from bench.serving import scratch

NAME = "remark"
STOPPED_S, WRITTEN_S = 1.0, 30.0


def run(quick: bool) -> list[Figure]:
    """Re-mark what a partner was given; one process, CPU-seconds."""
    count = 5_000 if quick else 100_000
    with scratch("bench-remark-") as folder:
        found = child.call("bench.cases.remark:measured", folder=str(folder), count=count)
    over = f"{count:,} objects, released to a partner"
    return [
        Figure(
            bench=NAME,
            metric=f"sending stops, {over}",
            unit="CPU-s",
            ours=found["stopped"],
            target=STOPPED_S,
            better="less",
        ),
        Figure(
            bench=NAME,
            metric=f"versions written, {over}",
            unit="CPU-s",
            ours=found["written"],
            target=WRITTEN_S,
            better="less",
            memory_mb=found["memory_mb"],
        ),
        Figure(
            bench=NAME,
            metric=f"the stream follows and the recall is drafted, {over}",
            unit="CPU-s",
            ours=found["followed"],
        ),
    ]


def measured(folder: str, count: int) -> dict[str, Any]:
    """Fill a node, release all of it to a partner, and mark it anew; gives seconds."""
    from bench import measure
    from bench.cases.import_objects import write_bundle
    from bench.generate import objects
    from bench.node import new_node
    from bench.ruleset import rules_text
    from cordiale.desk import verbs
    from cordiale.desk.actor import house
    from cordiale.desk.incoming.sources import of_file
    from cordiale.desk.marking import remark
    from cordiale.desk.partner import partners as desk_partners
    from cordiale.desk.partner.sync import cut_all
    from cordiale.desk.written import marking_of
    from cordiale.exchange.stream.gate import Gate
    from cordiale.node.opening import open_node
    from cordiale.release.rules import parse
    from cordiale.store import versions
    from cordiale.store.types import Filter

    node, bundle = Path(folder) / "node", Path(folder) / "bundle.json"
    new_node(node)
    write_bundle(bundle, objects(count, 0, [[]]))
    actor = house("bench")
    with open_node(node, flags={"store.text_index": False}) as opened:
        desk = opened.desk
        text = rules_text(1)
        ((name, recipient),) = parse(text).partners.items()
        desk_partners.partner_add_client(
            desk, actor, name, title=name, nation=recipient.nation, organisation=recipient.organisation
        )
        verbs.rules_apply(
            desk, actor, text, "bench.toml", verbs.rules_diff(desk, actor, text, "bench.toml").token
        )
        verbs.import_(desk, actor, [of_file(bundle)], marking="tlp:green")
        cut_all(desk)
        with desk.store.read() as tx:
            ids, vids, after = [], [], None
            while True:
                page = versions.current(tx, Filter(), after, 10_000, None, raw=False)
                ids += [row.id for row in page.rows]
                vids += [row.vid for row in page.rows]
                after = page.next
                if after is None:
                    break
        from cordiale.desk.partnerships import partnership

        begun = time.process_time()
        remark.stop_sending(desk, actor, ids, marking_of("tlp:red"))
        with desk.store.read() as tx:
            open_now = Gate(tx, partnership(tx, name, desk.node), desk.clock()).open(vids[:1000])
        stopped = time.process_time() - begun
        if open_now:
            raise RuntimeError("something is still served")
        begun = time.process_time()
        done = remark.finish(desk)
        written = time.process_time() - begun
        if done != len(ids):
            raise RuntimeError(f"{done} of {len(ids)} were marked")
        begun = time.process_time()
        cut_all(desk)
        followed = time.process_time() - begun
    return {"stopped": stopped, "written": written, "followed": followed, "memory_mb": measure.peak_mb()}
