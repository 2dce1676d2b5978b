"""What a desk of cyber defence holds in tests: an indicator that two sources state, its sightings, and what has to do with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import orjson

from cordiale.desk import verbs
from cordiale.desk.actor import house
from cordiale.desk.incoming.sources import of_bytes
from cordiale.domains.cyber.warninglists.kept import add
from cordiale.node.node import Node
from cordiale.platform.clock import format_instant
from cordiale.release.marking import of_version
from cordiale.stix import atoms
from cordiale.stix.version import read
from cordiale.store import versions
from cordiale.store.types import Put

MARIE: Final = house("marie")
DAY: Final = 86_400_000_000
GREEN: Final = atoms.id_of("tlp:green")


def numbered(kind: str, number: int) -> str:
    return f"{kind}--00000000-0000-4000-8000-{number:012d}"


BEACON: Final = numbered("indicator", 700)
TWIN: Final = numbered("indicator", 701)
ACTOR: Final = numbered("intrusion-set", 700)
ALIAS: Final = numbered("intrusion-set", 701)


def objects(now: int) -> list[dict[str, Any]]:
    """Return what this node imports; instants are days before now."""

    def at(days: float) -> str:
        return format_instant(now - int(days * DAY))[:23] + "Z"

    def sdo(kind: str, number: int, days: float, **more: Any) -> dict[str, Any]:
        return {"type": kind, "spec_version": "2.1", "id": numbered(kind, number), "created": at(days), "modified": at(days), **more}  # fmt: skip

    def stix(number: int, name: str, pattern: str, days: float, **more: Any) -> dict[str, Any]:
        return sdo("indicator", number, days, name=name, pattern=pattern, pattern_type="stix", valid_from=at(days), **more)  # fmt: skip

    def sighting(number: int, days: float, count: int) -> dict[str, Any]:
        return sdo("sighting", number, days, sighting_of_ref=BEACON, first_seen=at(days), last_seen=at(days), count=count)  # fmt: skip

    address = {
        "type": "ipv4-addr",
        "spec_version": "2.1",
        "id": numbered("ipv4-addr", 700),
        "value": "198.51.100.23",
    }
    name = {"type": "domain-name", "spec_version": "2.1", "value": "login.evil.example", "resolves_to_refs": [address["id"]]}  # fmt: skip
    return [
        stix(700, "Beacon of the ministry look-alike", "[domain-name:value = 'login.evil.example' OR ipv4-addr:value = '198.51.100.23']", 40,
             confidence=80, labels=["sector:energy"], indicator_types=["malicious-activity"]),
        stix(701, "login.evil.example", "[domain-name:value = 'login.evil.example']", 20),
        stix(702, "Panel", "[url:value = 'https://panel.evil.example/a']", 3),
        stix(703, "Their network", "[ipv4-addr:value ISSUBSET '198.51.100.0/24']", 3),
        stix(704, "Old page", "[url:value = 'http://old.example/']", 300),
        address,
        {**name, "id": numbered("domain-name", 700)},
        {**name, "id": numbered("domain-name", 701), "value": "mail.other.example"},
        sdo("attack-pattern", 700, 300, name="Application Layer Protocol", external_references=[{"source_name": "mitre-attack", "external_id": "T1071"}],
            kill_chain_phases=[{"kill_chain_name": "mitre-attack", "phase_name": "command-and-control"}]),
        sdo("relationship", 700, 30, relationship_type="indicates", source_ref=BEACON, target_ref=numbered("attack-pattern", 700)),
        sdo("intrusion-set", 700, 90, name="APT-28", aliases=["Grey Heron"]),
        sdo("intrusion-set", 701, 80, name="grey heron"),
        *(sighting(800 + n, days, 1 + n % 5) for n, days in enumerate((1, 2, 2, 5, 9, 12, 12, 13, 20))),
        sighting(850, 0.5, 0),
    ]  # fmt: skip


def fill(node: Node, folder: Path) -> None:
    """Import it, let France state the indicator in other words, and keep a warning list."""
    now = node.desk.clock()
    given = objects(now)
    bundle = {"type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d", "objects": given}
    done = verbs.import_(node.desk, MARIE, [of_bytes("a", orjson.dumps(bundle))], marking="tlp:green")
    assert done.set_aside == 0, done.first_set_aside
    theirs = {
        **given[0],
        "name": "Balise du sosie du ministère",
        "confidence": 40,
        "object_marking_refs": [GREEN],
    }
    version, _problems = read(orjson.dumps(theirs))
    with node.desk.store.write() as tx:
        put = Put(version, *of_version(version, {GREEN: "tlp:green"}), "received")
        versions.put(tx, "france", now, [put])
    lists = folder / "lists"
    lists.mkdir()
    (lists / "a.json").write_text(json.dumps({"name": "Shared hosters", "version": 4, "type": "cidr", "list": ["198.51.100.16/28"]}))  # fmt: skip
    add(node.desk, MARIE, lists)
