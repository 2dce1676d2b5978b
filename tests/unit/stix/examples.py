"""One smallest valid object of every type, made by hand."""

from __future__ import annotations

from typing import Any

T0 = "2026-01-31T08:30:00.000Z"
T1 = "2026-02-01T08:30:00.000Z"
UUID = "0f1c7d7b-9d53-4c4c-8d0e-8a2cf9a17d0e"
OTHER = "9d53a1c0-1c7d-4b4c-9d0e-8a2cf9a17d0f"


def ident(kind: str, uuid: str = UUID) -> str:
    return f"{kind}--{uuid}"


_OWN: dict[str, dict[str, Any]] = {
    "attack-pattern": {"name": "Spear phishing"},
    "campaign": {"name": "Brume"},
    "course-of-action": {"name": "Block the domain"},
    "grouping": {"context": "suspicious-activity", "object_refs": [ident("indicator")]},
    "identity": {"name": "Ministère"},
    "incident": {"name": "Intrusion"},
    "indicator": {"pattern": "[url:value = 'http://a.example/']", "pattern_type": "stix", "valid_from": T0},
    "infrastructure": {"name": "Relay"},
    "intrusion-set": {"name": "Set"},
    "location": {"country": "CA"},
    "malware": {"is_family": False},
    "malware-analysis": {"product": "sandbox", "result": "malicious"},
    "note": {"content": "Seen twice.", "object_refs": [ident("campaign")]},
    "observed-data": {
        "first_observed": T0,
        "last_observed": T1,
        "number_observed": 1,
        "object_refs": [ident("ipv4-addr")],
    },
    "opinion": {"opinion": "agree", "object_refs": [ident("campaign")]},
    "report": {"name": "Report", "published": T0, "object_refs": [ident("campaign")]},
    "threat-actor": {"name": "Actor"},
    "tool": {"name": "Tool"},
    "vulnerability": {"name": "CVE-2026-0001"},
    "relationship": {
        "relationship_type": "indicates",
        "source_ref": ident("indicator"),
        "target_ref": ident("campaign"),
    },
    "sighting": {"sighting_of_ref": ident("indicator")},
    "language-content": {"object_ref": ident("campaign"), "contents": {"fr": {"name": "Brume"}}},
    "extension-definition": {
        "name": "More",
        "schema": "https://example.org/more.json",
        "version": "1.0.0",
        "extension_types": ["property-extension"],
        "created_by_ref": ident("identity"),
    },
    "marking-definition": {"definition_type": "statement", "definition": {"statement": "© 2026"}},
}

_OBSERVABLES: dict[str, dict[str, Any]] = {
    "artifact": {"payload_bin": "VGVzdA=="},
    "autonomous-system": {"number": 64496},
    "directory": {"path": "/tmp"},
    "domain-name": {"value": "a.example"},
    "email-addr": {"value": "jean@a.example"},
    "email-message": {"is_multipart": False},
    "file": {"name": "a.exe"},
    "ipv4-addr": {"value": "192.0.2.1"},
    "ipv6-addr": {"value": "2001:db8::1"},
    "mac-addr": {"value": "00:00:5e:00:53:01"},
    "mutex": {"name": "m"},
    "network-traffic": {"protocols": ["tcp"], "src_ref": ident("ipv4-addr")},
    "process": {"pid": 7},
    "software": {"name": "Editor"},
    "url": {"value": "https://a.example/"},
    "user-account": {"user_id": "1001"},
    "windows-registry-key": {"key": "HKEY_LOCAL_MACHINE\\System"},
    "x509-certificate": {"serial_number": "02:08"},
}


def smallest(kind: str, **more: Any) -> dict[str, Any]:
    """Return the smallest valid object of a type, with more properties or (None) fewer."""
    if kind in _OBSERVABLES:
        value = {"type": kind, "id": ident(kind), **_OBSERVABLES[kind]}
    else:
        value = {"type": kind, "spec_version": "2.1", "id": ident(kind), "created": T0, "modified": T0}
        value |= _OWN[kind]
        if kind == "marking-definition":
            del value["modified"]
    value |= more
    return {name: item for name, item in value.items() if item is not None}


KINDS = tuple({**_OWN, **_OBSERVABLES})
OBSERVABLE_KINDS = tuple(_OBSERVABLES)
