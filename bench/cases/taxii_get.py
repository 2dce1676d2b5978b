"""TAXII 2.1 reading over HTTP: CPU-seconds of the whole server process, kernel time included."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bench import floors, measure, traffic
from bench.figure import Figure
from bench.generate import objects
from bench.opentaxii import opentaxii
from bench.serving import Serving, filled, scratch, serving

NAME = "taxii-get"
TARGET, FLAT = 60_000.0, 1.25
"""Objects per CPU-second; and how much dearer an object may be in the largest store, measurement noise included."""


def run(quick: bool) -> list[Figure]:
    """Measure small and large stores, everything visible and nine tenths hidden, OpenTAXII beside the first."""
    small, large = (1000, 3000) if quick else (1000, 1_000_000)
    figures = []
    with scratch("bench-get-") as folder:
        (folder / "small").mkdir()
        (folder / "large").mkdir()
        first, whole = measure.gathered(
            [partial(filled, folder / "small", small), partial(filled, folder / "large", large)], quick
        )
        with serving(folder / "small" / "node", first["tokens"]) as node:
            figures += beside_opentaxii(quick, node, folder, small)
        with serving(folder / "large" / "node", whole["tokens"]) as node:
            rates = {name: rate(node, name, 100, quick) for name in ("wide", "narrow")}
            memory = measure.peak_of_mb(node.pid)
    base = figures[0].ours or 0.0
    labels = {"wide": f"limit 100, {large:,} held", "narrow": f"limit 100, {large:,} held, 90 % hidden"}
    for name, label in labels.items():
        figures.append(
            Figure(
                bench=NAME,
                metric=label,
                unit="objects/CPU-s",
                ours=rates[name],
                target=TARGET,
                memory_mb=memory,
            )
        )
        figures.append(
            Figure(bench=NAME, metric=f"cost of an object: {label} as against {small:,}", unit="×", ours=base / rates[name],
                   target=FLAT, better="less")
        )  # fmt: skip
    return figures


def beside_opentaxii(quick: bool, node: Serving, folder: Path, held: int) -> list[Figure]:
    """Read pages of 100 and of 1,000 from both servers in turn."""
    figures = []
    made = [one for one in objects(2 * held) if b'"modified"' in one][:held]
    with opentaxii(folder / "opentaxii", made[:300] if quick else made) as other:
        client = other.client()
        for limit in (100, 1000):
            contenders = {
                "ours": lambda limit=limit: rate(node, "wide", limit, quick),
                "peer": lambda limit=limit: traffic.read_rate(
                    other.pid, client, other.held + "objects/", limit, 200 if quick else 4000
                ),
                "floor": lambda limit=limit: floors.pages(made, limit, 20_000),
            }
            medians = measure.alternate(1 if quick else 5, contenders)
            figures.append(
                Figure(
                    bench=NAME,
                    metric=f"limit {limit:,}, {held:,} held",
                    unit="objects/CPU-s",
                    ours=medians["ours"],
                    peer=medians["peer"],
                    peer_name=other.name,
                    floor=medians["floor"],
                    target=TARGET,
                    memory_mb=measure.peak_of_mb(node.pid),
                )
            )
    return figures


def rate(node: Serving, reader: str, limit: int, quick: bool) -> float:
    """Read enough pages that the clock of /proc, which counts hundredths of a second, says something."""
    chosen = node.readers[reader]
    client = chosen.client()
    try:
        return traffic.read_rate(
            node.pid, client, chosen.held + "objects/", limit, 20_000 if quick else 300_000
        )
    finally:
        client.close()
