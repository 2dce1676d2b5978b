"""TAXII 2.1 reading over HTTP: CPU-seconds of the whole server process, kernel time included."""

from __future__ import annotations

from bench import floors, measure, shared, traffic
from bench.figure import Figure
from bench.serving import Serving

NAME = "taxii-get"
TARGET, FLAT = 60_000.0, 1.25
"""Objects per CPU-second; and how much dearer an object may be in the largest store, measurement noise included."""


def run(quick: bool) -> list[Figure]:
    """Measure small and large stores, everything visible and nine tenths hidden, OpenTAXII beside the first."""
    small, large = (1000, 2000) if quick else (1000, 1_000_000)
    with shared.nodes((small, large), quick) as (first, whole):
        figures = beside_opentaxii(quick, first, small)
        rates = {name: rate(whole, name, 100, quick) for name in ("wide", "narrow")}
        memory = measure.peak_of_mb(whole.pid)
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


def beside_opentaxii(quick: bool, node: Serving, held: int) -> list[Figure]:
    """Read pages of 100 and of 1,000 from both servers in turn."""
    figures = []
    made = shared.peer_objects(held)
    with shared.beside(held, quick) as other:
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
