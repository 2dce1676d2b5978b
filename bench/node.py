"""Nodes to measure: made, filled and paired through the product's own functions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from bench import measure
from bench.generate import marking_sets

MARKING = "tlp:green"
"""What unmarked input gets."""


def new_node(path: Path | str, name: str = "can", nation: str = "CAN") -> None:
    """Make a node folder."""
    from cordiale.node.initialise import init

    init(Path(path), name=name, nation=nation, organisation="Benchmark")


def imported_into(path: Path, files: Sequence[Path], text: bool) -> dict[str, Any]:
    """Import files through the desk and give objects per CPU-second, the report's counts and the peak memory."""
    from cordiale.desk import verbs
    from cordiale.desk.actor import house
    from cordiale.desk.incoming.sources import of_file
    from cordiale.node.opening import open_node

    flags = {"store.text_index": text}
    with open_node(path, flags=flags) as node:
        with measure.spent() as used:
            report = verbs.import_(
                node.desk, house("bench"), [of_file(file, file.name) for file in files], marking=MARKING
            )
        count = report.new + report.same
        return {
            "rate": count / used.cpu,
            "cpu": used.cpu,
            "wall": used.wall,
            "new": report.new,
            "set_aside": report.set_aside,
            "reasons": report.reasons,
            "memory_mb": measure.peak_mb(),
        }


def definitions(count: int) -> list[bytes]:
    """Give the marking definitions that the first `count` generated markings use."""
    from cordiale.stix.atoms import definition_of

    atoms = sorted(
        {atom for marking in marking_sets(count) for atom in marking if not atom.startswith("tlp:")}
    )
    return [orjson.dumps(definition_of(atom)) for atom in atoms]


def marking_refs(count: int) -> list[list[str]]:
    """Give the `object_marking_refs` of the first `count` generated markings."""
    from cordiale.stix.atoms import id_of

    return [sorted(id_of(atom) for atom in marking) for marking in marking_sets(count)]
