"""A MISP event of 100,000 attributes into a node and out of it, and made STIX, beside PyMISP and misp-stix."""

from __future__ import annotations

import json
import random
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import child, measure, peer
from bench.figure import Figure

NAME = "misp"
IMPORT, EXPORT, TIMES = 5_000.0, 10_000.0, 25.0
"""Attributes a CPU-second, and how many times misp-stix."""

LARGE, SMALL = 100_000, 10_000
FOR_STIX = 2_000
"""Attributes that misp-stix is given: it takes a CPU-second for some two hundred."""

WHEN = 1_769_817_600


def run(quick: bool) -> list[Figure]:
    """Measure our import, export and conversion of one event; PyMISP and misp-stix on the same attributes."""
    count = SMALL if quick else LARGE
    with tempfile.TemporaryDirectory(prefix="bench-misp-") as name:
        folder = Path(name)
        large, small = folder / "large.json", folder / "small.json"
        large.write_text(json.dumps(event(count)))
        small.write_text(json.dumps(event(200 if quick else FOR_STIX)))
        memory: dict[str, float] = {}

        def ours(what: str) -> float:
            found = child.call(f"bench.cases.misp:{what}", file=str(large), count=count)
            memory[what] = max(memory.get(what, 0.0), found["memory_mb"])
            return float(found["rate"])

        def theirs(what: str, file: Path) -> float:
            return float(peer.run("misp", "measure.py", what, str(file))["rate"])

        rates = measure.alternate(
            1 if quick else 3,
            {
                "import": lambda: ours("imported"),
                "export": lambda: ours("exported"),
                "stix": lambda: ours("converted"),
                "load": lambda: theirs("load", large),
                "dump": lambda: theirs("dump", large),
                "misp-stix": lambda: theirs("stix", small),
            },
        )
    size = f"{count:,} attributes"
    pymisp = f"PyMISP {peer.version('misp', 'pymisp')}"
    converter = f"misp-stix {peer.version('misp', 'misp-stix')}"
    unit = "attributes/CPU-s"
    return [
        Figure(
            bench=NAME, metric=f"event of {size}: imported durably, text index included", unit=unit, ours=rates["import"],
            peer=rates["load"], peer_name=f"{pymisp}, loading into memory alone", target=IMPORT, memory_mb=memory["imported"],
        ),
        Figure(
            bench=NAME, metric=f"event of {size}: exported", unit=unit, ours=rates["export"], peer=rates["dump"],
            peer_name=f"{pymisp}, dumping from memory alone", target=EXPORT, memory_mb=memory["exported"],
        ),
        Figure(
            bench=NAME, metric=f"event of {size}: made STIX 2.1", unit=unit, ours=rates["stix"], peer=rates["misp-stix"],
            peer_name=f"{converter}, on {200 if quick else FOR_STIX:,}", memory_mb=memory["converted"],
        ),
        Figure(
            bench=NAME, metric="made STIX 2.1 as against misp-stix", unit="×", ours=rates["stix"] / rates["misp-stix"], target=TIMES,
        ),
    ]  # fmt: skip


def event(count: int) -> dict[str, Any]:
    """Return an invented event: nine of ten attributes for detection or observed, one a remark; the same each time."""
    source = random.Random(7)
    return {
        "Event": {
            "uuid": "5f0c1b1e-8a52-4c0e-9a5b-1f0a8c1d2e3f", "info": "Measured", "date": "2026-01-30", "threat_level_id": "2", "analysis": "1",
            "published": True, "publish_timestamp": str(WHEN + 60), "timestamp": str(WHEN), "distribution": "3",
            "Orgc": {"name": "An invented team", "uuid": "6a1d2c3b-4e5f-4a6b-8c7d-9e0f1a2b3c4d"},
            "Attribute": [_attribute(source, number) for number in range(count)],
            "Object": [], "Galaxy": [], "Tag": [{"name": "tlp:green"}],
        }
    }  # fmt: skip


def _attribute(source: random.Random, number: int) -> dict[str, Any]:
    turn = number % 10
    value: dict[str, Any]
    if turn < 3:
        value = {
            "type": "ip-dst",
            "value": f"198.{source.randrange(256)}.{source.randrange(256)}.{source.randrange(256)}",
        }
    elif turn < 5:
        value = {"type": "domain", "value": f"h{number}.bad.example"}
    elif turn < 6:
        value = {"type": "url", "value": f"https://h{number}.bad.example/p/{number}?q=1"}
    elif turn < 8:
        value = {"type": "sha256", "value": f"{source.getrandbits(256):064x}", "category": "Payload delivery"}
    elif turn < 9:
        value = {
            "type": "filename|md5", "value": f"f{number}.exe|{source.getrandbits(128):032x}", "category": "Payload delivery", "to_ids": False,
        }  # fmt: skip
    else:
        value = {"type": "text", "value": f"remark {number}", "category": "Other", "to_ids": False}
    return {
        "id": str(number), "event_id": "1", "object_id": "0", "object_relation": None, "category": "Network activity", "to_ids": True,
        "uuid": str(uuid.UUID(int=source.getrandbits(128), version=4)), "timestamp": str(WHEN + number % 5000), "distribution": "5",
        "sharing_group_id": "0", "comment": "" if number % 3 else "seen in the sandbox", "deleted": False, "disable_correlation": False,
        "first_seen": None, "last_seen": None, "ShadowAttribute": [], "Galaxy": [], "Tag": [], **value,
    }  # fmt: skip


def _pieces(file: str) -> Iterator[bytes]:
    with Path(file).open("rb") as stream:
        while chunk := stream.read(1 << 20):
            yield chunk


def converted(file: str, count: int) -> dict[str, float]:
    """Make STIX of an event and drop it; give attributes a CPU-second."""
    from cordiale.domains.cyber.misp import reader
    from cordiale.stix.ingress import DEFAULT_LIMITS

    with measure.spent() as spent:
        made = sum(1 for _one in reader.read_at(_pieces(file), DEFAULT_LIMITS, "can"))
    assert made > count
    return {"rate": count / spent.cpu, "memory_mb": measure.peak_mb()}


def imported(file: str, count: int) -> dict[str, float]:
    """Import an event into a new node by the desk's own verb."""
    with tempfile.TemporaryDirectory(prefix="bench-misp-") as folder:
        return _taken(file, count, Path(folder))[0]


def exported(file: str, count: int) -> dict[str, float]:
    """Write an event that a node holds, from its store to bytes."""
    with tempfile.TemporaryDirectory(prefix="bench-misp-") as folder:
        return _taken(file, count, Path(folder), write=True)[1]


def _taken(
    file: str, count: int, folder: Path, *, write: bool = False
) -> tuple[dict[str, float], dict[str, float]]:
    from cordiale.desk.actor import house
    from cordiale.desk.incoming.importing import import_
    from cordiale.desk.incoming.sources import of_paths
    from cordiale.domains.cyber.misp.export import write_file
    from cordiale.node.initialise import init
    from cordiale.node.opening import open_node

    path = init(folder / "node", name="can", nation="CAN", organisation="LCC")
    with open_node(path, environ={}) as node:
        with measure.spent() as spent:
            report = import_(node.desk, house("bench"), of_paths([Path(file)]))
        assert report.set_aside == 0
        first = {"rate": count / spent.cpu, "memory_mb": measure.peak_mb()}
        if not write:
            return first, {}
        with (folder / "event.json").open("wb") as out, measure.spent() as spent:
            written = write_file(node.desk, house("bench"), out.write)
        assert written.attributes == count
        return first, {"rate": count / spent.cpu, "memory_mb": measure.peak_mb()}
