"""Read DISARM from MISP galaxy clusters: techniques become attack patterns; countermeasures and detections, courses of action."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import orjson

from cordiale.desk.incoming.readers import Reader, looks_like_json
from cordiale.domains.information.framework.disarm import PHASES, phase
from cordiale.platform.errors import InputError
from cordiale.platform.ids import uuid5
from cordiale.platform.languages import _
from cordiale.stix.ingress import Limits, SetAside

KINDS: Final = {
    "disarm-techniques": "attack-pattern",
    "disarm-countermeasures": "course-of-action",
    "disarm-detections": "course-of-action",
}
"""Clusters that are read, and what their members become."""

RELATIONS: Final = {
    ("disarm-techniques", "blocked-by"): ("mitigates", True),
    ("disarm-techniques", "detected-by"): ("detects", True),
    ("disarm-countermeasures", "blocks"): ("mitigates", False),
    ("disarm-detections", "detects"): ("detects", False),
}
"""What a relation of a cluster is called here, and whether it is told from its far end."""

NAMESPACE: Final = "3f0d9c2a-6b7e-5a41-9d52-6c1f1b8a7e90"
"""Of ids of relationships: the same pair gets the same one from either cluster."""

EPOCH: Final = "2024-01-01T00:00:{:02}.000Z"
"""A cluster has a version and no date: this instant, its second the version, so that a later version follows an earlier one."""

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TYPE = re.compile(rb'"type"\s*:\s*"disarm-')
_CATEGORY = re.compile(rb'"category"\s*:\s*"disarm"')

SAMPLE = (
    b'{"category": "disarm", "type": "disarm-techniques", "version": 2, "values": [{"uuid": "6d6c2c7e-57a2-5c1c-9b4e-1a2b3c4d5e6f",'
    b' "value": "Invented technique", "meta": {"external_id": "T9999"}}]}'
)


def recognise(head: bytes) -> bool:
    """Tell whether content begins as a DISARM cluster of MISP does."""
    return looks_like_json(head) and bool(_TYPE.search(head) or _CATEGORY.search(head))


def read(chunks: Iterable[bytes], limits: Limits) -> Iterator[bytes | SetAside]:
    """Yield the objects of a cluster, each before the relationships it tells of; a member without id or name is set aside.

    Raises InputError when the cluster cannot be read, or is one of DISARM's that has no place here.
    """
    held = bytearray()
    for chunk in chunks:
        held += chunk
        if len(held) > min(limits.total_bytes, 64 << 20):
            raise InputError("galaxy-too-large", _("It is larger than any DISARM cluster: it is not read."))
    try:
        cluster = orjson.loads(bytes(held))
    except orjson.JSONDecodeError as error:
        raise InputError(
            "galaxy-damaged", _("It is no JSON that can be read: {words}."), words=str(error)
        ) from error
    kind = cluster.get("type") if isinstance(cluster, dict) else None
    values = cluster.get("values") if isinstance(cluster, dict) else None
    if kind not in KINDS or not isinstance(values, list):
        raise InputError(
            "galaxy-kind",
            _("Of DISARM's clusters techniques, countermeasures and detections are read, not {kind}."),
            kind=str(kind)[:60],
        )
    version = cluster.get("version")
    when = EPOCH.format(min(59, max(0, version)) if isinstance(version, int) else 0)
    codes = {_code(one): str(one.get("uuid")) for one in values if isinstance(one, dict)}
    for index, one in enumerate(values):
        if not isinstance(one, dict) or not _UUID.fullmatch(str(one.get("uuid"))) or not one.get("value"):
            problem = _("This member of the cluster has no id or no name.")
            yield SetAside(index, None, f"values[{index}]", "galaxy-member", problem, raw=orjson.dumps(one))
            continue
        yield orjson.dumps(_object(one, str(kind), when))
        yield from map(orjson.dumps, _relationships(one, str(kind), when, codes))


def _code(one: Mapping[str, Any]) -> str:
    meta = one.get("meta")
    return str(meta.get("external_id") or "") if isinstance(meta, Mapping) else ""


def _object(one: Mapping[str, Any], kind: str, when: str) -> dict[str, Any]:
    meta = one["meta"] if isinstance(one.get("meta"), Mapping) else {}
    chain = [str(part).partition(":") for part in _list(meta.get("kill_chain"))]
    links = [str(link) for link in _list(meta.get("refs")) if str(link).startswith("http")]
    reference = {"source_name": "DISARM", "external_id": _code(one), "url": links[0] if links else ""}
    found: dict[str, Any] = {
        "type": KINDS[kind],
        "spec_version": "2.1",
        "id": f"{KINDS[kind]}--{one['uuid']}",
        "created": EPOCH.format(0),
        "modified": when,
        "name": str(one["value"]),
    }
    if one.get("description"):
        found["description"] = str(one["description"])
    if reference["external_id"]:
        found["external_references"] = [{name: value for name, value in reference.items() if value}]
    tactics = [name for what, _colon, name in chain if what == "tactics"]
    if kind == "disarm-techniques" and tactics:
        found["kill_chain_phases"] = [
            {"kill_chain_name": PHASES, "phase_name": phase(name)} for name in tactics
        ]
    labels = [
        f"disarm-{phase(what)}:{phase(name)}" for what, _colon, name in chain if name and what != "tactics"
    ]
    if kind != "disarm-techniques":
        labels += [f"disarm-tactic:{phase(name)}" for name in tactics]
    if labels:
        found["labels"] = labels
    return found


def _relationships(
    one: Mapping[str, Any], kind: str, when: str, codes: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    here = f"{KINDS[kind]}--{one['uuid']}"
    parent = codes.get(_code(one).partition(".")[0])
    if kind == "disarm-techniques" and "." in _code(one) and parent and _UUID.fullmatch(parent):
        yield _relationship(here, "subtechnique-of", f"attack-pattern--{parent}", when)
    for relation in _list(one.get("related")):
        if not isinstance(relation, Mapping):
            continue
        found = RELATIONS.get((kind, str(relation.get("type"))))
        there = str(relation.get("dest-uuid"))
        if found is None or not _UUID.fullmatch(there):
            continue
        name, turned = found
        if turned:
            yield _relationship(f"course-of-action--{there}", name, here, when)
        else:
            yield _relationship(here, name, f"attack-pattern--{there}", when)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _relationship(source: str, name: str, target: str, when: str) -> dict[str, Any]:
    return {
        "type": "relationship",
        "spec_version": "2.1",
        "id": f"relationship--{uuid5(NAMESPACE, f'{source} {name} {target}')}",
        "created": EPOCH.format(0),
        "modified": when,
        "relationship_type": name,
        "source_ref": source,
        "target_ref": target,
    }


reader = Reader("DISARM", recognise, read)
