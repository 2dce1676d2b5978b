"""Networks of accounts that share the same within a minute, beside coordination-network-toolkit."""

from __future__ import annotations

import csv
import resource
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from bench import child, measure, peer
from bench.figure import Figure
from bench.posts import SLICE

NAME = "coordination"
MANY, NEAR = 300_000, 100_000
WINDOW = 60
TARGET = 20.0


def run(quick: bool) -> list[Figure]:
    """Measure both from the same CSV, each in processes of its own."""
    if not SLICE.exists():
        raise RuntimeError(f"{SLICE} is needed: the posts are third-party data and not part of the project")
    many, near = (5_000, 2_000) if quick else (MANY, NEAR)
    with tempfile.TemporaryDirectory(prefix="bench-coordination-") as name:
        child.call("bench.cases.coordination:ours", folder=f"{name}/warm", count=1_000, near=True)
        equal = child.call("bench.cases.coordination:ours", folder=f"{name}/equal", count=many, near=False)
        alike = child.call("bench.cases.coordination:ours", folder=f"{name}/near", count=near, near=True)
        theirs = toolkit(Path(name), many, ("co_tweet", "co_link"))
        similar = toolkit(Path(name), near, ("co_similar_tweet",))
    label = f"coordination-network-toolkit {peer.version('coordination', 'coordination-network-toolkit')}"
    rows = [
        (f"{many:,} posts: preprocess, same text and same link", many, equal, theirs),
        (f"{near:,} posts: preprocess and similar text", near, alike, similar),
    ]
    return [
        Figure(
            bench=NAME, metric=metric, unit="posts/CPU-s", ours=count / mine["cpu"], peer=count / other, peer_name=label,
            target=TARGET * count / other, memory_mb=mine["memory_mb"],
        )
        for metric, count, mine, other in rows
    ]  # fmt: skip


def ours(folder: str, count: int, near: bool) -> dict[str, Any]:
    """Make and test the networks from CSV: over equal texts and links, or over clusters of near-duplicates."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from bench.posts import posts, unpacked
    from cordiale.domains.information.copies.stages import COPIES
    from cordiale.domains.information.copies.texts import compared, numbered
    from cordiale.domains.information.synchrony.stages import SYNCHRONY
    from cordiale.evidence.engines.analysis import Rows
    from cordiale.evidence.engines.local import LocalEngine

    place = Path(folder)
    place.mkdir()
    source = unpacked(place, count)
    with measure.spent() as used:
        table = posts(source, tags=False)
        n = table.num_rows
        # the toolkit knows no marked repeats without their target: every text counts as one
        table = table.set_column(table.column_names.index("repost_of"), "repost_of", pa.nulls(n, pa.string()))
        if near:
            empty = pa.ListArray.from_arrays(pa.array([0] * (n + 1), pa.int32()), pa.array([], pa.string()))
            table = table.set_column(table.column_names.index("links"), "links", empty)
        pq.write_table(table, place / "rows", compression="zstd")
        rows = Rows((place / "rows",), n)
        if near:
            before = {f"before:{name}": schema.empty_table() for name, schema in COPIES.results.items()}
            given = {"rows": rows, "fresh": rows, **before}
            clusters = LocalEngine().run(COPIES, given, place / "copies")["clusters"]
        else:
            ids = pa.array(np.unique(numbered(compared(table["text"]))))
            clusters = pa.table({"text_id": ids, "cluster": ids.cast(pa.string())})
        inputs = {"rows": rows, "fresh": rows, "copies:clusters": clusters}
        found = LocalEngine().run(SYNCHRONY, inputs, place / "synchrony")
    return {"cpu": used.cpu, "memory_mb": measure.peak_mb(), "edges": found["edges"].num_rows}


def toolkit(folder: Path, count: int, networks: tuple[str, ...]) -> float:
    """Run the toolkit's own commands as its guide does; CPU-seconds of all of them."""
    from bench.posts import unpacked

    table = folder / f"toolkit-{count}.csv"
    with unpacked(folder, count).open(newline="") as source, table.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(
            ["message_id", "user_id", "username", "repost_id", "reply_id", "message", "timestamp", "urls"]
        )
        for row in csv.DictReader(source):
            writer.writerow(
                [
                    row["message_id"],
                    row["author_id"],
                    row["author_id"],
                    "",
                    "",
                    row["content"],
                    row["epoch"],
                    row["urls"],
                ]
            )
    program = str(peer.environment("coordination") / "compute_networks")
    database = str(folder / f"toolkit-{count}-{networks[0]}.db")
    steps = [["preprocess", str(table)]]
    steps += [["compute", network, "--time_window", str(WINDOW), "--n_cpus", "1"] for network in networks]
    used = 0.0
    for step in steps:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([program, database, *step], check=True, capture_output=True, timeout=1500)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used += after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used
