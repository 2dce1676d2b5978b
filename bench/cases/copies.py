"""Near-duplicate posts: from CSV to clusters, beside datasketch and rensa on the same texts, against exact similarity."""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path
from typing import Any

from bench import child, measure, peer
from bench.figure import Figure
from bench.posts import SLICE

NAME = "copies"
SEVERAL = 100_000
MANY = 300_000
PROBES = 2_000
"""Texts that are compared with every other one to know what there was to find."""

TARGET_RECALL = 0.98
TARGET_TIMES = 8.0
TARGET_RENSA = 1 / 1.3


def run(quick: bool) -> list[Figure]:
    """Measure in processes of their own; posts are public ones that are not part of the project."""
    if not SLICE.exists():
        raise RuntimeError(f"{SLICE} is needed: the posts are third-party data and not part of the project")
    count = 10_000 if quick else SEVERAL
    with tempfile.TemporaryDirectory(prefix="bench-copies-") as name:
        folder = Path(name)
        child.call("bench.cases.copies:warm", folder=name)
        ours = child.call("bench.cases.copies:found", folder=name, count=count)
        others = {}
        for tool in ("datasketch", "rensa"):
            others[tool] = peer.run(
                "copies", "near.py", tool, str(folder / "texts"), str(folder / tool), timeout=3600
            )
        judged = child.call("bench.cases.copies:judged", folder=name)
        larger = None if quick else child.call("bench.cases.copies:found", folder=name, count=MANY)
    label = f"{count:,} posts"
    figures = [
        Figure(
            bench=NAME, metric=f"{label}: CSV to clusters and their members", unit="posts/CPU-s",
            ours=count / ours["cpu"], peer=count / others[tool]["cpu"], peer_name=f"{tool} {peer.version('copies', tool)}, candidates only",
            target=target * count / others[tool]["cpu"], memory_mb=ours["memory_mb"],
        )
        for tool, target in (("datasketch", TARGET_TIMES), ("rensa", TARGET_RENSA))
    ]  # fmt: skip
    for tool in ("datasketch", "rensa"):
        for what in ("precision", "recall"):
            figures.append(
                Figure(
                    bench=NAME, metric=f"{label}: {what} of pairs at a similarity of 0.7", unit="",
                    ours=judged["ours"][what], peer=judged[tool][what], peer_name=tool,
                    target=1.0 if what == "precision" else TARGET_RECALL,
                )
            )  # fmt: skip
    figures.append(
        Figure(bench=NAME, metric=f"{label}: similar pairs that are in one cluster", unit="", ours=judged["together"], target=TARGET_RECALL)
    )  # fmt: skip
    if larger:
        figures.append(
            Figure(
                bench=NAME, metric=f"cost of a post: {MANY:,} as against {SEVERAL:,}", unit="×", better="less",
                ours=larger["cpu"] / MANY / (ours["cpu"] / count), target=1.5, memory_mb=larger["memory_mb"],
            )
        )  # fmt: skip
    return figures


def warm(folder: str) -> None:
    """Compile the loops once, as an installed node has them."""
    from cordiale.domains.information.copies.stages import SAMPLE

    _clusters(Path(folder) / "warm", SAMPLE())


def found(folder: str, count: int) -> dict[str, Any]:
    """Find copies from CSV; keep every distinct text that was compared, and its cluster, for the others and the judge."""
    from bench.posts import posts, unpacked

    source = unpacked(Path(folder), count)
    with measure.spent() as used:
        results = _clusters(Path(folder) / f"work-{count}", posts(source, tags=False))
    result = {"cpu": used.cpu, "memory_mb": measure.peak_mb()}
    texts = results["texts"]
    clusters = dict(
        zip(
            results["clusters"]["text_id"].to_pylist(),
            results["clusters"]["cluster"].to_pylist(),
            strict=True,
        )
    )
    if not (Path(folder) / "texts").exists():
        with (Path(folder) / "texts").open("w") as out:
            out.writelines(json.dumps(text) + "\n" for text in texts["compared"].to_pylist())
        numbers = [clusters.get(one, "") for one in texts["text_id"].to_pylist()]
        (Path(folder) / "clusters").write_text(json.dumps(numbers))
        _pairs(Path(folder), texts)
    return result


def judged(folder: str) -> dict[str, Any]:
    """Compare what each found with exact similarity: all pairs of some texts with every other, drawn at random."""
    import numpy as np
    import pyarrow as pa

    from cordiale.desk.analysis.kernels import texts as bytes_of
    from cordiale.domains.information.copies.similarity import grams, jaccard

    place = Path(folder)
    said = [json.loads(line) for line in (place / "texts").open()]
    clusters = json.loads((place / "clusters").read_text())
    ends, every = grams(*bytes_of(pa.array(said)), 5)
    probes = random.Random(1).sample(range(len(said)), min(PROBES, len(said)))
    there = _similar(np.array(probes), ends, every)
    chosen = set(probes)
    answer: dict[str, Any] = {
        "together": sum(clusters[a] == clusters[b] != "" for a, b in there) / max(1, len(there))
    }
    for tool in ("ours", "datasketch", "rensa"):
        pairs = [(min(a, b), max(a, b)) for a, b in json.loads((place / tool).read_text())]
        right = sum(jaccard(ends, every, a, b, 0.7) >= 0.7 for a, b in pairs)
        seen = {pair for pair in pairs if pair[0] in chosen or pair[1] in chosen}
        answer[tool] = {
            "precision": right / max(1, len(pairs)),
            "recall": len(seen & there) / max(1, len(there)),
        }
    return answer


def _similar(probes: Any, ends: Any, every: Any) -> set[tuple[int, int]]:
    import numba
    import numpy as np

    from cordiale.domains.information.copies.similarity import jaccard

    @numba.njit
    def near(probes: Any, ends: Any, every: Any) -> Any:
        out = [(0, 0)]
        for a in probes:
            size = ends[a + 1] - ends[a]
            for b in range(len(ends) - 1):
                other = ends[b + 1] - ends[b]
                if (
                    a != b
                    and min(size, other) >= 0.7 * max(size, other)
                    and jaccard(ends, every, a, b, 0.7) >= 0.7
                ):
                    out.append((min(a, b), max(a, b)))
        return out

    return {(int(a), int(b)) for a, b in near(np.asarray(probes), ends, every)[1:]}


def _clusters(folder: Path, table: Any) -> Any:
    import pyarrow.parquet as pq

    from cordiale.domains.information.copies.stages import COPIES
    from cordiale.evidence.engines.analysis import Rows
    from cordiale.evidence.engines.local import LocalEngine

    folder.mkdir(parents=True)
    pq.write_table(table, folder / "rows", compression="zstd")
    rows = Rows((folder / "rows",), table.num_rows)
    before = {f"before:{name}": schema.empty_table() for name, schema in COPIES.results.items()}
    return LocalEngine().run(COPIES, {"rows": rows, "fresh": rows, **before}, folder / "work")


def _pairs(folder: Path, texts: Any) -> None:
    """Write every pair that the signatures bring together and the comparison keeps, not only those that make clusters."""
    from cordiale.domains.information.copies.profile import POSTS_1
    from cordiale.domains.information.copies.stages import banded, linked

    beside = {"texts": texts}
    rows = banded(texts, beside).sort_by([("band", "ascending"), ("text_id", "ascending")])
    pairs = linked(rows, beside, profile=POSTS_1, every=True)
    place = {one: number for number, one in enumerate(texts["text_id"].to_pylist())}
    left, right = (pairs[name].to_pylist() for name in ("left", "right"))
    (folder / "ours").write_text(json.dumps([(place[a], place[b]) for a, b in zip(left, right, strict=True)]))
