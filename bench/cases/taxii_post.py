"""TAXII 2.1 posting over HTTP, 100 objects a request: CPU-seconds of the whole server process."""

from __future__ import annotations

from pathlib import Path

from bench import child, floors, measure, shared, traffic
from bench.figure import Figure
from bench.generate import objects
from bench.opentaxii import OpenTaxii
from bench.serving import Serving, scratch

NAME = "taxii-post"
SHARE, FLAT = 0.6, 1.25
BEYOND = 20_000_000
"""Number of the first object that is posted: beyond any that a store was filled with."""


def run(quick: bool) -> list[Figure]:
    """Post into a small and a large store; the import of equal objects is measured in the same run."""
    small, large = (1000, 2000) if quick else (1000, 1_000_000)
    posted, rounds = (500, 1) if quick else (5000, 7)
    with (
        shared.nodes((small, large), quick) as (first, whole),
        shared.beside(0, quick) as other,
        scratch("bench-post-") as folder,
    ):
        numbers = iter(range(BEYOND, BEYOND * 2, posted))
        # In turning order with the import they are compared with: on a shared machine minutes apart are another machine.
        medians = measure.alternate(
            rounds,
            {
                "ours": lambda: rate(first, next(numbers), posted),
                "import": lambda: import_rate(folder, next(numbers), posted),
                "late": lambda: rate(whole, next(numbers), posted),
                "peer": lambda: peer_rate(other, next(numbers), 100 if quick else 500),
                "floor": lambda: floors.insertion(list(objects(posted, next(numbers)))),
            },
        )
        memory = measure.peak_of_mb(first.pid)
    ours, imported, late, name = medians["ours"], medians["import"], medians["late"], other.name
    return [
        Figure(
            bench=NAME, metric=f"100 a request, {small:,} held", unit="objects/CPU-s", ours=ours, peer=medians["peer"],
            peer_name=name, floor=medians["floor"], memory_mb=memory,
        ),
        Figure(bench=NAME, metric="import of equal objects, text index included", unit="objects/CPU-s", ours=imported),
        Figure(bench=NAME, metric="posting as a share of importing", unit="×", ours=ours / imported, target=SHARE),
        Figure(
            bench=NAME, metric=f"cost of an object, {large:,} held as against {small:,}", unit="×", ours=ours / late,
            target=FLAT, better="less",
        ),
    ]  # fmt: skip


def rate(node: Serving, start: int, count: int) -> float:
    """Post new objects; what the server does afterwards for them (text index, cut) is counted too."""
    reader = node.readers["wide"]
    client = reader.client()
    batches = traffic.envelopes(list(objects(count, start)), 100)
    begun = measure.tree_cpu(node.pid)
    traffic.post_rate(node.pid, client, reader.inbox + "objects/", batches, count)
    measure.settled(node.pid)
    client.close()
    return count / (measure.tree_cpu(node.pid) - begun)


def peer_rate(other: OpenTaxii, start: int, count: int) -> float:
    """Post to OpenTAXII, which takes only objects that have `modified`."""
    made = [one for one in objects(2 * count, start) if b'"modified"' in one][:count]
    return traffic.post_rate(
        other.pid, other.client(), other.inbox + "objects/", traffic.envelopes(made, 100), len(made)
    )


def import_rate(folder: Path, start: int, count: int) -> float:
    """Import as many new objects, with the text index, as a served node has it."""
    from bench.cases.import_objects import write_bundle

    bundle = folder / "bundle.json"
    write_bundle(bundle, objects(count, start))
    return float(child.call("bench.cases.import_objects:imported", files=[str(bundle)], text=True)["rate"])
