"""Millions of posts: what a post costs as they grow tenfold, and what memory that takes."""

from __future__ import annotations

import gzip
import random
import re
import string
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Final

from bench import child, measure
from bench.figure import Figure
from bench.posts import SLICE

NAME = "copies-many"
TIMES: Final = 10
"""So many times the slice of 300,000 posts."""
TARGET: Final = 1.5
_LINK: Final = re.compile(r"(https?://\S+)")
_ALPHABETS: Final = (string.ascii_lowercase, "абвгдежзийклмнопрстуфхцчшщъыьэюя")


def run(quick: bool) -> list[Figure]:
    """Measure in processes of their own; the slice is public posts that are not part of the project."""
    if not SLICE.exists():
        raise RuntimeError(f"{SLICE} is needed: the posts are third-party data and not part of the project")
    times = 2 if quick else TIMES
    with tempfile.TemporaryDirectory(prefix="bench-copies-many-") as folder:
        child.call("bench.cases.copies_many:written", folder=folder, times=times)
        child.call("bench.cases.copies:warm", folder=folder)
        once = child.call("bench.cases.copies_many:found", folder=folder, times=1)
        many = child.call("bench.cases.copies_many:found", folder=folder, times=times)
    return [
        Figure(
            bench=NAME, metric=f"cost of a post: {many['posts']:,} as against {once['posts']:,}", unit="×", better="less",
            ours=many["cpu"] / many["posts"] / (once["cpu"] / once["posts"]), target=TARGET, memory_mb=many["memory_mb"],
        ),
        Figure(
            bench=NAME, metric=f"{many['posts']:,} posts, {many['texts']:,} distinct texts: CSV to clusters and their members", unit="posts/CPU-s",
            ours=many["posts"] / many["cpu"], memory_mb=many["memory_mb"],
        ),
    ]  # fmt: skip


@cache
def _exchange(number: int) -> dict[int, int]:
    swap: dict[int, int] = {}
    for letters in _ALPHABETS:
        others = list(letters)
        random.Random(number).shuffle(others)
        swap |= str.maketrans(letters + letters.upper(), "".join(others) + "".join(others).upper())
    return swap


def disguised(text: str, number: int) -> str:
    """Return a text with its letters exchanged, links apart: as like its neighbours as before, and like none of another number."""
    swap = _exchange(number)
    return "".join(
        part if place % 2 else part.translate(swap) for place, part in enumerate(_LINK.split(text))
    )


def written(folder: str, times: int) -> None:
    """Write the slice as CSV so many times, each time in letters of its own."""
    import pyarrow as pa
    import pyarrow.csv as pv

    with gzip.open(SLICE, "rb") as packed:
        table = pv.read_csv(packed, parse_options=pv.ParseOptions(newlines_in_values=True))
    for number in range(times):
        out = table
        if number:
            texts = [disguised(text or "", number) for text in table["content"].to_pylist()]
            ids = [f"{number}-{one}" for one in table["message_id"].to_pylist()]
            for name, column in (("content", texts), ("message_id", ids)):
                out = out.set_column(out.schema.get_field_index(name), name, pa.array(column, pa.string()))
        pv.write_csv(out, Path(folder) / f"posts-{number}.csv")


def found(folder: str, times: int) -> dict[str, Any]:
    """Find copies from so many CSV files, a part of a dataset each."""
    import pyarrow.parquet as pq

    from bench.posts import posts
    from cordiale.domains.information.copies.stages import COPIES
    from cordiale.evidence.engines.analysis import Rows
    from cordiale.evidence.engines.local import LocalEngine

    work = Path(folder) / f"work-{times}"
    work.mkdir()
    with measure.spent() as used:
        parts, count = [], 0
        for number in range(times):
            table = posts(Path(folder) / f"posts-{number}.csv", tags=False)
            parts.append(work / f"rows-{number}")
            pq.write_table(table, parts[-1], compression="zstd")
            count += table.num_rows
            del table
        rows = Rows(tuple(parts), count)
        before = {f"before:{name}": schema.empty_table() for name, schema in COPIES.results.items()}
        results = LocalEngine().run(COPIES, {"rows": rows, "fresh": rows, **before}, work / "work")
    return {
        "cpu": used.cpu,
        "posts": count,
        "texts": results["texts"].num_rows,
        "memory_mb": measure.peak_mb(),
    }
