"""Synchrony for other tools: GraphML, CSV and STIX 2.1. Nothing of it calls anybody coordinated: that is a person's conclusion."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from cordiale.desk.views.cells import cell
from cordiale.desk.written import written
from cordiale.domains.information.synchrony.view import Synchrony
from cordiale.platform.clock import Instant, format_instant
from cordiale.platform.errors import Conflict
from cordiale.platform.ids import uuid5
from cordiale.platform.languages import _, text
from cordiale.stix import atoms

_GRAPHML: Final = "http://graphml.graphdrawing.org/xmlns"
_SCO: Final = "00abedb4-aa42-466c-9c01-fed23315a9b7"
"""The namespace of ids of cyber-observables (STIX 2.1 §2.9)."""

_SPACE: Final = "b5c1d2c2-1e2a-5f8c-9c53-7d6b63f0a4d1"
"""The namespace of what this export makes: the same finding has the same ids."""

COLUMNS: Final = (
    "network",
    "one",
    "other",
    "occasions",
    "items",
    "expected",
    "probability",
    "rate",
    "apart_s",
    "owner",
    "marking",
)

SAYING: Final = _(
    "{accounts} accounts are synchronised beyond chance: they shared the same {kind} within {window} s of each other more often than their own activity and the popularity of what they shared explain. {edges} pairs are kept of {tested} tested, at a rate of false discoveries of at most {rate} (profile {profile}). Whether they act together by agreement is for a person to conclude."
)

WORDS: Final = {
    "text": _("texts"),
    "link": _("links"),
    "tag": _("hashtags"),
    "image": _("images"),
    "reply": _("reply targets"),
    "repost": _("reposted posts"),
}


def graphml(found: Synchrony) -> bytes:
    """Write all networks as one graph; edges carry their network."""
    ET.register_namespace("", _GRAPHML)
    root = ET.Element(f"{{{_GRAPHML}}}graphml")
    kinds = (
        ("marking", "graph", "string"),
        ("community", "node", "string"),
        ("network", "edge", "string"),
        ("occasions", "edge", "int"),
        ("items", "edge", "int"),
        ("expected", "edge", "double"),
        ("probability", "edge", "double"),
        ("rate", "edge", "double"),
        ("apart_s", "edge", "double"),
        ("owner", "edge", "string"),
    )
    for name, where, kind in kinds:
        ET.SubElement(
            root, f"{{{_GRAPHML}}}key", {"id": name, "for": where, "attr.name": name, "attr.type": kind}
        )
    graph = ET.SubElement(root, f"{{{_GRAPHML}}}graph", {"edgedefault": "undirected"})
    _data(graph, "marking", written(found.marking))
    places: dict[str, list[str]] = {}
    for network in found.networks:
        for number, members in enumerate(network.communities, 1):
            for account in members:
                places.setdefault(account, []).append(f"{network.kind} {number}")
    for account in sorted(places):
        node = ET.SubElement(graph, f"{{{_GRAPHML}}}node", {"id": _plain(account)})
        _data(node, "community", "; ".join(places[account]))
    for row in _rows(found):
        edge = ET.SubElement(
            graph, f"{{{_GRAPHML}}}edge", {"source": _plain(row["one"]), "target": _plain(row["other"])}
        )
        for name in COLUMNS:
            if name not in ("one", "other", "marking"):
                _data(edge, name, str(row[name]))
    whole: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return whole + b"\n"


def table(found: Synchrony) -> bytes:
    """Write the edges as CSV, each with the dataset's marking; what a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    for row in _rows(found):
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return out.getvalue().encode()


def bundle(found: Synchrony, created: Instant) -> bytes:
    """Write each community as a grouping of accounts with a note, in English with its French, under the dataset's marking.

    Raises Conflict for a dataset without a marking: STIX has no word for what is for nobody but the house.
    """
    if "unmarked" in found.marking:
        raise Conflict(
            "synchrony-unmarked",
            _(
                "Dataset {name} has no marking, and STIX cannot say that nobody else may have it: write it as .graphml or .csv."
            ),
            name=found.dataset_name,
        )
    when = format_instant(created)
    marked = {"object_marking_refs": sorted(atoms.id_of(atom) for atom in found.marking)}
    base: dict[str, Any] = {"spec_version": "2.1", "created": when, "modified": when, **marked}
    objects: dict[str, dict[str, Any]] = {}
    for network in found.networks:
        for number, members in enumerate(network.communities, 1):
            own = [_account(account) | marked for account in members]
            objects |= {one["id"]: one for one in own}
            name = f"{found.dataset} {found.seal} {network.kind} {number}"
            inside = set(members)
            values = {
                "accounts": len(members),
                "window": found.profile["window_s"],
                "edges": sum(edge.one in inside and edge.other in inside for edge in network.edges),
                "tested": network.tested,
                "rate": found.profile["rate"],
                "profile": f"{found.profile['name']} {found.profile['version']}",
            }
            said = {
                lang: text(lang, SAYING, kind=text(lang, WORDS[network.kind]), **values)
                for lang in ("en", "fr")
            }
            grouping = {
                **base,
                "type": "grouping",
                "id": f"grouping--{uuid5(_SPACE, name)}",
                "lang": "en",
                "name": f"Synchronised beyond chance: {network.kind} {number}",
                "context": "suspicious-activity",
                "description": said["en"],
                "object_refs": sorted(one["id"] for one in own),
            }
            french = {
                **base,
                "type": "language-content",
                "id": f"language-content--{uuid5(_SPACE, name + ' fr')}",
                "object_ref": grouping["id"],
                "object_modified": when,
                "contents": {"fr": {"description": said["fr"]}},
            }
            objects |= {grouping["id"]: grouping, french["id"]: french}
    whole = {
        "type": "bundle",
        "id": f"bundle--{uuid5(_SPACE, f'{found.dataset} {found.seal}')}",
        "objects": list(objects.values()),
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2) + b"\n"


FORMS: Final[Mapping[str, Callable[[Synchrony, Instant], bytes]]] = {
    "graphml": lambda found, _created: graphml(found),
    "csv": lambda found, _created: table(found),
    "stix": bundle,
}
"""What may be written, by name."""


def _rows(found: Synchrony) -> list[dict[str, Any]]:
    return [
        {
            "network": network.kind,
            "one": edge.one,
            "other": edge.other,
            "occasions": edge.occasions,
            "items": edge.items,
            "expected": edge.expected,
            "probability": edge.probability,
            "rate": edge.rate,
            "apart_s": edge.apart,
            "owner": edge.owner,
            "marking": written(found.marking),
        }
        for network in found.networks
        for edge in network.edges
    ]


def _account(name: str) -> dict[str, Any]:
    network, _slash, login = name.partition("/")
    said = msgspec.json.encode({"account_login": login, "account_type": network}, order="sorted").decode()
    return {
        "type": "user-account",
        "spec_version": "2.1",
        "id": f"user-account--{uuid5(_SCO, said)}",
        "account_login": login,
        "account_type": network,
    }


def _data(parent: ET.Element, key: str, words: str) -> None:
    ET.SubElement(parent, f"{{{_GRAPHML}}}data", {"key": key}).text = _plain(words)


def _plain(words: str) -> str:
    """Return text without the characters that XML 1.0 cannot hold."""
    return "".join(c if c.isprintable() or c == " " else "\ufffd" for c in words)


def _cell(value: Any) -> Any:
    return cell(value) if isinstance(value, str) else value
