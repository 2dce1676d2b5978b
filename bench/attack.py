"""MITRE ATT&CK enterprise when it lies beside the project, else generated objects; says which."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path

import msgspec

from bench.figure import ROOT
from bench.generate import objects

FILE = ROOT.parent / "shared" / "data" / "attack" / "enterprise-attack-21.json.gz"


class _Bundle(msgspec.Struct):
    objects: list[msgspec.Raw]


def corpus(count: int | None = None, file: Path = FILE) -> tuple[str, list[bytes]]:
    """Give the name of the corpus and its objects' bytes; `count` evenly chosen ones when given."""
    if not file.exists():
        return "generated objects", list(objects(count or 25_000))
    found = [
        bytes(raw) for raw in msgspec.json.decode(gzip.decompress(file.read_bytes()), type=_Bundle).objects
    ]
    if count is None or count >= len(found):
        return "ATT&CK enterprise", found
    step = len(found) / count
    chosen = itertools.islice((found[int(place * step)] for place in itertools.count()), count)
    return "ATT&CK enterprise", list(chosen)
