"""Write rules of other languages as STIX: the rule stays as it is, what it says of itself becomes properties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import orjson

from cordiale.domains.cyber.readers.objects import NAMESPACE
from cordiale.domains.cyber.readers.ruleset import Parsed
from cordiale.domains.cyber.readers.sigma import Document
from cordiale.domains.cyber.readers.yara import YaraRule
from cordiale.platform.clock import Instant, format_instant, parse_instant
from cordiale.platform.ids import uuid5

REFERENCES: Final = 20
TACTICS: Final = frozenset(
    (
        "reconnaissance", "resource-development", "initial-access", "execution", "persistence", "privilege-escalation", "defense-evasion",
        "credential-access", "discovery", "lateral-movement", "collection", "command-and-control", "exfiltration", "impact",
    )
)  # fmt: skip
"""Tactics of ATT&CK for enterprises, as their phases are written."""

LEVELS: Final = {"informational": 10, "low": 30, "medium": 50, "high": 75, "critical": 90}
"""Confidence by how severe a rule calls what it finds (Sigma `level`): how little it is expected to be wrong."""
STATUSES: Final = {"stable": 5, "test": 0, "experimental": -10, "deprecated": -30, "unsupported": -30}
SEVERITIES: Final = {
    "informational": 10,
    "minor": 30,
    "low": 30,
    "major": 60,
    "medium": 50,
    "high": 75,
    "critical": 90,
}
PRIORITIES: Final = {"1": 75, "2": 50, "3": 30, "4": 10}

_CODE = re.compile(r"t\d{4}(?:\.\d{3})?", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}").fullmatch
_DAY = re.compile(r"(\d{4})[-/_.]?(\d\d)[-/_.]?(\d\d)")
_CVE = re.compile(r"CVE[-_]\d{4}[-_]\d{4,7}", re.IGNORECASE)


def of_sigma(one: Document, at: Instant) -> bytes:
    """Return the indicator of a Sigma rule: title, description, references, tags, level and dates."""
    value = one.value
    tags = [str(tag).lower() for tag in _listed(value.get("tags"))]
    said = str(value.get("id") or "").lower()
    level = str(value.get("level") or "medium").lower()
    confidence = LEVELS.get(level, 50) + STATUSES.get(str(value.get("status") or "").lower(), 0)
    references = _references(map(str, _listed(value.get("references"))))
    created = _day(value.get("date"), at)
    return _indicator(
        said if _UUID(said) else uuid5(NAMESPACE, f"sigma {value['title']} {value.get('author')}"),
        "sigma",
        one.text.strip("\n") + "\n",
        name=str(value["title"]),
        description=_described(value.get("description"), value.get("falsepositives")),
        created=created,
        modified=max(created, _day(value.get("modified"), created)),
        confidence=max(5, min(95, confidence)),
        references=references,
        techniques=[tag[7:] for tag in tags if tag.startswith("attack.") and _CODE.fullmatch(tag[7:])],
        tactics=[tag[7:].replace("_", "-") for tag in tags if tag.startswith("attack.")],
        cves=[tag for tag in tags if tag.startswith("cve")],
        labels=[*tags, f"level:{level}", f"author:{value['author']}"[:200] if value.get("author") else ""],
    )


def of_yara(one: YaraRule, at: Instant) -> bytes:
    """Return the indicator of a YARA rule: its imports before it, its meta as properties."""
    imports = "".join(f'import "{name}"\n' for name in one.imports)
    score = one.said("score", "confidence")
    severity = one.said("severity", "threat_level", "level").lower()
    said = one.said("id", "uuid", "rule_id").lower()
    links = [value for name, value in one.meta if name.lower().startswith(("ref", "url", "source"))]
    created = _day(one.said("date", "created", "creation_date"), at)
    words = " ".join([*one.tags, *(value for _name, value in one.meta)])
    return _indicator(
        said if _UUID(said) else uuid5(NAMESPACE, f"yara {one.name} {one.said('author')}"),
        "yara",
        imports + one.text + "\n",
        name=one.name,
        description=one.said("description", "desc"),
        created=created,
        modified=max(created, _day(one.said("modified", "last_modified", "updated"), created)),
        confidence=min(100, int(score))
        if score.isdigit() and len(score) < 4
        else SEVERITIES.get(severity, 60),
        references=_references(links),
        techniques=_CODE.findall(words),
        tactics=[],
        cves=_CVE.findall(words),
        labels=[*one.tags, f"author:{one.said('author')}"[:200] if one.said("author") else ""],
    )


def of_rule(one: Parsed, language: str, at: Instant) -> bytes:
    """Return the indicator of a rule of Suricata or Snort: message, references, metadata, priority."""
    metadata = _metadata(one)
    links = []
    cves = []
    for reference in one.all("reference"):
        kind, _comma, rest = reference.partition(",")
        if kind.strip() == "url":
            links.append(f"https://{rest.strip()}" if "://" not in rest else rest.strip())
        elif kind.strip() == "cve":
            cves.append(f"CVE-{rest.strip().removeprefix('CVE-')}")
    severity = metadata.get("signature_severity", metadata.get("confidence", "")).lower()
    created = _day(metadata.get("created_at"), at)
    generator = one.first("gid") or "1"
    techniques = [code for name, code in metadata.items() if "technique" in name]
    return _indicator(
        uuid5(NAMESPACE, f"{language} {generator}:{one.sid} {one.first('msg').split(' ')[0]}"),
        language,
        one.text,
        name=one.first("msg") or f"sid {one.sid}",
        description="",
        created=created,
        modified=max(created, _day(metadata.get("updated_at"), created)),
        confidence=SEVERITIES.get(severity, PRIORITIES.get(one.first("priority"), 50)),
        references=_references(links),
        techniques=[match[0] for code in techniques if (match := _CODE.match(code))],
        tactics=[
            code.lower().replace("_", "-")
            for name, code in metadata.items()
            if "tactic" in name and "id" not in name
        ],
        cves=[*cves, *_CVE.findall(one.first("msg"))],
        labels=[f"sid:{one.sid}", f"classtype:{one.first('classtype')}" if one.first("classtype") else ""],
        version=one.first("rev"),
    )


def _indicator(
    identifier: str,
    language: str,
    pattern: str,
    *,
    name: str,
    description: str,
    created: Instant,
    modified: Instant,
    confidence: int,
    references: Sequence[Mapping[str, str]],
    techniques: Iterable[str],
    tactics: Iterable[str],
    cves: Iterable[str],
    labels: Iterable[str],
    version: str = "",
) -> bytes:
    when = format_instant(created)
    codes = dict.fromkeys(code.upper() for code in techniques)
    known = dict.fromkeys(one.upper().replace("_", "-").replace(".", "-") for one in cves)
    external = [
        *references,
        *({"source_name": "mitre-attack", "external_id": code} for code in codes),
        *({"source_name": "cve", "external_id": one} for one in known if _CVE.fullmatch(one)),
    ]
    phases = [one for one in dict.fromkeys(tactics) if one in TACTICS]
    made: dict[str, Any] = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{identifier}",
        "created": when,
        "modified": format_instant(modified),
        "name": name[:250],
        "pattern": pattern,
        "pattern_type": language,
        "valid_from": when,
        "confidence": confidence,
    }
    if description.strip():
        made["description"] = description.strip()[:4000]
    if version:
        made["pattern_version"] = version[:20]
    if external:
        made["external_references"] = external
    if phases:
        made["kill_chain_phases"] = [{"kill_chain_name": "mitre-attack", "phase_name": one} for one in phases]
    named = list(dict.fromkeys(label.strip() for label in labels if label.strip()))[:40]
    if named:
        made["labels"] = named
    return orjson.dumps(made)


def _metadata(one: Parsed) -> dict[str, str]:
    pairs = (pair.strip().partition(" ") for said in one.all("metadata") for pair in said.split(","))
    return {name.lower(): value.strip() for name, _space, value in pairs if name}


def _references(links: Iterable[str]) -> list[dict[str, str]]:
    found = dict.fromkeys(link.strip() for link in links)
    return [
        {"source_name": link.split("/")[2][:100] or "url", "url": link[:2000]}
        for link in found
        if link.startswith(("http://", "https://")) and not re.search(r"\s", link)
    ][:REFERENCES]


def _described(description: Any, mistaken: Any) -> str:
    words = str(description or "").strip()
    known = [str(one) for one in _listed(mistaken) if str(one).lower() not in ("unknown", "none", "unlikely")]
    return words + ("\n\nFalse positives: " + "; ".join(known) if known else "")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) and value else []


def _day(written: Any, otherwise: Instant) -> Instant:
    """Return a day as an instant, what stands in its place for none: rules write 2024-01-31, 2024/01/31 and 20240131."""
    found = _DAY.match(str(written or ""))
    try:
        return parse_instant(f"{found[1]}-{found[2]}-{found[3]}T00:00:00Z") if found else otherwise
    except ValueError:
        return otherwise
