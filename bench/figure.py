"""One measured figure, and the file that keeps the figures of a benchmark."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"

KEYS = (
    "bench",
    "metric",
    "unit",
    "ours",
    "peer",
    "peer_name",
    "ratio",
    "floor",
    "target",
    "met",
    "memory_mb",
)
"""The keys of a figure as `./dev bench --json` prints it, in order."""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A measured value beside its peer, the floor of the machine and the target.

    `floor` is what the hardware and the C libraries allow for the same work; `better` says which way `target` is read.
    """

    bench: str
    metric: str
    unit: str
    ours: float | None
    peer: float | None = None
    peer_name: str | None = None
    floor: float | None = None
    target: float | None = None
    memory_mb: float | None = None
    better: Literal["more", "less"] = "more"

    @property
    def ratio(self) -> float | None:
        """How many times better than the peer, whichever way the metric is read."""
        if not self.ours or not self.peer:
            return None
        return self.ours / self.peer if self.better == "more" else self.peer / self.ours

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None where there is no target or no value."""
        if self.target is None:
            return None
        if self.ours is None:
            return False
        return self.ours >= self.target if self.better == "more" else self.ours <= self.target


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of one benchmark with what is needed to read them later."""

    bench: str
    date: str
    command: str
    machine: dict[str, str]
    load: str
    figures: list[Figure]


def public(figure: Figure) -> dict[str, Any]:
    """Give the figure as the dictionary that `--json` prints."""
    return {key: rounded(getattr(figure, key)) for key in KEYS}


def rounded(value: Any) -> Any:
    """Keep four significant digits of a number: more would be noise."""
    if isinstance(value, float):
        return float(f"{value:.4g}") if abs(value) < 1000 else float(round(value))
    return value


def write(result: Result, folder: Path = RESULTS) -> Path:
    """Write one benchmark's result as JSON that a diff can be read of."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{**public(figure), "better": figure.better} for figure in result.figures]
    document = {**msgspec.structs.asdict(result), "figures": rows}
    path = folder / f"{result.bench}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
    return path


def read(path: Path) -> Result:
    """Read a result that `write` wrote."""
    return msgspec.json.decode(path.read_bytes(), type=Result)
