"""MISP events made for tests: every kind of thing an event holds, all of it invented."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import orjson

EVENT = "5f0c1b1e-8a52-4c0e-9a5b-1f0a8c1d2e3f"
ORG = "6a1d2c3b-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
OTHER = "8b2d3c4e-5f6a-4b7c-8d9e-0f1a2b3c4d5e"
GROUP = "9c3e4d5f-6a7b-4c8d-9e0f-1a2b3c4d5e6f"
WHEN = 1_769_817_600
"""2026-01-31T00:00:00Z."""


def uuid(number: int) -> str:
    """Return a UUID that a test can name again."""
    return f"00000000-0000-4000-8000-{number:012d}"


def attribute(number: int, kind: str, value: Any, **more: Any) -> dict[str, Any]:
    """Return an attribute as MISP writes it."""
    return {
        "uuid": uuid(number),
        "type": kind,
        "category": more.pop("category", "Network activity"),
        "to_ids": more.pop("to_ids", False),
        "value": value,
        "timestamp": str(more.pop("timestamp", WHEN)),
        "comment": more.pop("comment", ""),
        "deleted": more.pop("deleted", False),
        "distribution": str(more.pop("distribution", 5)),
        **more,
    }


def event(*attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return an event with these attributes; `more` adds or replaces what it says."""
    return {
        "Event": {
            "uuid": EVENT,
            "info": "An invented campaign",
            "date": "2026-01-30",
            "threat_level_id": "2",
            "analysis": "1",
            "published": True,
            "publish_timestamp": str(WHEN + 60),
            "timestamp": str(WHEN),
            "distribution": "3",
            "Orgc": {"name": "An invented team", "uuid": ORG},
            "Tag": [{"name": "tlp:green"}, {"name": 'invented:kind="phishing"'}],
            "Attribute": list(attributes),
            **more,
        }
    }


def written(value: Any) -> bytes:
    """Return it as a file holds it."""
    return orjson.dumps(value)


CLUSTER = {
    "uuid": uuid(900),
    "type": "threat-actor",
    "value": "INVENTED BEAR",
    "tag_name": 'misp-galaxy:threat-actor="INVENTED BEAR"',
    "description": "Nobody.",
    "version": "7",
    "meta": {"synonyms": ["Bear of none"], "refs": ["https://bear.example/"], "external_id": "X0001"},
}
GALAXY = {"uuid": uuid(901), "type": "threat-actor", "name": "Threat Actor", "GalaxyCluster": [CLUSTER]}


def whole() -> dict[str, Any]:
    """Return an event in which everything that MISP knows is there once; whoever gets it may change it."""
    return deepcopy(_whole())


def _whole() -> dict[str, Any]:
    return event(
        attribute(1, "ip-dst", "198.51.100.7", to_ids=True, comment="C2", first_seen="2026-01-02T03:04:05.000000+00:00"),
        attribute(2, "domain|ip", "bad.example|198.51.100.8"),
        attribute(3, "text", "seen in spring", category="Other", Tag=[{"name": "PAP:AMBER"}]),
        attribute(4, "btc", "1Invented", category="Financial fraud", to_ids=True),
        attribute(5, "vulnerability", "CVE-2026-0001", category="External analysis"),
        attribute(6, "yara", 'rule r { condition: true }', category="Payload delivery", to_ids=True),
        attribute(7, "malware-sample", "a.exe|" + "0" * 32, category="Payload delivery", to_ids=True, data="UEsDBAAA"),
        attribute(8, "md5", "1" * 32, category="Payload delivery", deleted=True, to_ids=True),
        attribute(9, "AS", "64496"),
        attribute(
            10,
            "url",
            "https://bad.example/x'y\\z",
            to_ids=True,
            Galaxy=[GALAXY],
            Sighting=[
                {"uuid": uuid(101), "type": "0", "date_sighting": str(WHEN + 5), "source": "sensor", "Organisation": {"name": "Else", "uuid": OTHER}},
                {"uuid": uuid(102), "type": "1", "date_sighting": str(WHEN + 6)},
                {"uuid": uuid(103), "type": "2", "date_sighting": str(WHEN + 7)},
            ],
            ShadowAttribute=[{"uuid": uuid(10), "type": "url", "category": "Network activity", "value": "https://worse.example/", "to_ids": True,
                              "timestamp": str(WHEN + 8), "Org": {"name": "Else", "uuid": OTHER}}],
        ),
        attribute(11, "email-src", "who@bad.example", category="Payload delivery", to_ids=True, distribution=0),
        attribute(12, "filename|sha256", "b.exe|" + "a" * 64, category="Payload delivery", distribution=4, sharing_group_id="3",
                  SharingGroup={"uuid": GROUP, "name": "Secret circle"}),
        Galaxy=[GALAXY],
        ShadowAttribute=[{"uuid": uuid(201), "type": "domain", "category": "Network activity", "value": "new.example", "timestamp": str(WHEN)}],
        Object=[
            {
                "uuid": uuid(300), "name": "file", "meta-category": "file", "template_uuid": uuid(301), "template_version": "24",
                "description": "A file", "timestamp": str(WHEN), "distribution": "5", "comment": "dropped",
                "Attribute": [
                    attribute(302, "filename", "c.dll", category="Payload delivery", object_relation="filename", to_ids=True),
                    attribute(303, "sha256", "b" * 64, category="Payload delivery", object_relation="sha256", to_ids=True),
                    attribute(304, "size-in-bytes", "42", category="Other", object_relation="size-in-bytes", disable_correlation=True),
                ],
                "ObjectReference": [
                    {"uuid": uuid(305), "referenced_uuid": uuid(1), "relationship_type": "communicates-with", "timestamp": str(WHEN), "comment": "beacon"}
                ],
            }
        ],
        EventReport=[{"uuid": uuid(400), "name": "What happened", "content": "# It began", "distribution": "5", "timestamp": str(WHEN)}],
    )  # fmt: skip
