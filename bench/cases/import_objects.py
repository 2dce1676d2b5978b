"""Import through the desk's own verb: strict ingress, full validation, durable indexed insert."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench import attack, child, floors, measure, peer
from bench.figure import Figure
from bench.generate import objects as made_objects

NAME = "import"
WITHOUT_TEXT, WITH_TEXT, TIMES_STIX2, GROWTH, MEMORY = 8000.0, 4500.0, 3.0, 1.5, 600.0
SLICE = 50_000
"""Objects in one generated file of the growing store."""

MILLION, SMALL = 1_000_000, 25_000


def run(quick: bool) -> list[Figure]:
    """Measure ATT&CK beside stix2, then how the cost of an object grows with the store."""
    corpus, objects = attack.corpus(1000 if quick else None)
    with tempfile.TemporaryDirectory(prefix="bench-import-") as name:
        folder = Path(name)
        lines = folder / "objects.jsonl"
        lines.write_bytes(b"\n".join(objects))
        bundle = folder / "bundle.json"
        write_bundle(bundle, objects)
        figures = beside_stix2(quick, corpus, objects, bundle, lines)
    return [*figures, *growing(quick)]


def beside_stix2(
    quick: bool, corpus: str, objects: Sequence[bytes], bundle: Path, lines: Path
) -> list[Figure]:
    """Import one bundle without and with the text index, stix2 parsing beside it."""
    sample = 200 if quick else 4000
    memory: dict[str, float] = {}

    def ours(text: bool) -> float:
        found = child.call("bench.cases.import_objects:imported", files=[str(bundle)], text=text)
        memory[str(text)] = max(memory.get(str(text), 0.0), found["memory_mb"])
        return float(found["rate"])

    contenders = {
        "without": lambda: ours(False),
        "with": lambda: ours(True),
        "stix2": lambda: float(peer.run("stix2", "parse.py", str(lines), str(sample))["rate"]),
        "floor": lambda: floors.insertion(objects),
    }
    medians = measure.alternate(1 if quick else 3, contenders)
    stix2 = f"stix2 {peer.version('stix2', 'stix2')}, parsing alone"
    times = medians["without"] / medians["stix2"]
    return [
        Figure(
            bench=NAME, metric=f"{corpus}, without the text index", unit="objects/CPU-s", ours=medians["without"],
            peer=medians["stix2"], peer_name=stix2, floor=medians["floor"], target=WITHOUT_TEXT, memory_mb=memory["False"],
        ),
        Figure(
            bench=NAME, metric=f"{corpus}, with the text index", unit="objects/CPU-s", ours=medians["with"],
            peer=medians["stix2"], peer_name=stix2, floor=medians["floor"], target=WITH_TEXT, memory_mb=memory["True"],
        ),
        Figure(bench=NAME, metric="import as against stix2 parsing alone", unit="×", ours=times, target=TIMES_STIX2),
    ]  # fmt: skip


def growing(quick: bool) -> list[Figure]:
    """Compare the cost of an object in a store that grows to a million with that in one of 25,000."""
    small, large = (500, 2000) if quick else (SMALL, MILLION)
    with tempfile.TemporaryDirectory(prefix="bench-growing-") as name:
        folder = Path(name)
        jobs = [partial(child.call, "bench.cases.import_objects:imported", files=generated(folder, count), text=False)
                for count in (small, large)]  # fmt: skip
        first, whole = measure.gathered(jobs, quick)
    growth = first["rate"] / whole["rate"]
    return [
        Figure(bench=NAME, metric=f"generated, {small:,} objects", unit="objects/CPU-s", ours=first["rate"], memory_mb=first["memory_mb"]),
        Figure(bench=NAME, metric=f"generated, {large:,} objects", unit="objects/CPU-s", ours=whole["rate"], memory_mb=whole["memory_mb"]),
        Figure(
            bench=NAME, metric=f"cost of an object, {large:,} as against {small:,}", unit="×", ours=growth, target=GROWTH,
            better="less",
        ),
        Figure(
            bench=NAME, metric=f"peak memory, {large:,} objects", unit="MB", ours=whole["memory_mb"], target=MEMORY,
            better="less", memory_mb=whole["memory_mb"],
        ),
    ]  # fmt: skip


def imported(files: list[str], text: bool, node: str | None = None) -> dict[str, Any]:
    """Import files into a new node and give objects per CPU-second and the peak memory (MB).

    The CPU-seconds are those of this process from opening the files to the last commit; making the node is not in them.
    """
    from bench.node import imported_into, new_node

    with tempfile.TemporaryDirectory(prefix="bench-node-") as name:
        path = Path(node) if node else Path(name) / "node"
        new_node(path)
        return imported_into(path, [Path(file) for file in files], text)


def generated(folder: Path, count: int) -> list[str]:
    """Write bundles of generated objects, with the definitions of their markings before them; give the paths."""
    from bench.node import definitions, marking_refs

    refs = marking_refs(200)
    paths = []
    for start in range(0, count, SLICE):
        path = folder / f"{count}-{start:09d}.json"
        made = made_objects(min(SLICE, count - start), start, refs)
        write_bundle(path, prefixed(definitions(200), made) if start == 0 else made)
        paths.append(str(path))
    return paths


def prefixed(first: Iterable[bytes], rest: Iterable[bytes]) -> Iterator[bytes]:
    """Give the objects of both, in order."""
    yield from first
    yield from rest


def write_bundle(path: Path, objects: Iterable[bytes]) -> None:
    """Write objects as one bundle without holding them."""
    with path.open("wb") as file:
        file.write(b'{"type":"bundle","id":"bundle--9c0c2b6e-6e0a-4b8e-8d3c-5f1f0a6b7c8d","objects":[')
        separator = b""
        for one in objects:
            file.write(separator + one)
            separator = b",\n"
        file.write(b"]}")
