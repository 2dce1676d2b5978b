"""What the attributes of one MISP object are together: one file with its name and digests, one certificate, one message."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from cordiale.domains.cyber.misp import types
from cordiale.domains.cyber.misp.types import Value, observable
from cordiale.stix.forms import FORMS, HASH_FORMS

Given = Sequence[Mapping[str, Any]]


def observables(name: str, attributes: Given) -> list[Value]:
    """Return one observable of an object of MISP, those it refers to behind it; none where its template has no STIX meaning."""
    made = _MADE.get(name)
    live = [one for one in attributes if one.get("deleted") not in (True, 1, "1") and one.get("value")]
    return made(live) if made is not None and len(live) > 1 else []


def _first(given: Given, *relations: str) -> str:
    for one in given:
        if one.get("object_relation") in relations:
            return str(one["value"])
    return ""


def _every(given: Given, *relations: str) -> list[str]:
    return [str(one["value"]) for one in given if one.get("object_relation") in relations]


def _hashes(given: Given, prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for one in given:
        algorithm = _ALGORITHMS.get(str(one.get("object_relation") or "").removeprefix(prefix))
        text = str(one["value"])
        if algorithm and algorithm not in found and HASH_FORMS[algorithm](text):
            found[algorithm] = text
    return found


_ALGORITHMS: Final = {
    "md5": "MD5",
    "sha1": "SHA-1",
    "sha256": "SHA-256",
    "sha512": "SHA-512",
    "ssdeep": "SSDEEP",
    "tlsh": "TLSH",
}


def _file(given: Given) -> list[Value]:
    value: Value = {"type": "file"}
    hashes = _hashes(given)
    name = _first(given, "filename")
    size = _first(given, "size-in-bytes")
    if hashes:
        value["hashes"] = hashes
    if size.isascii() and size.isdigit() and len(size) < 16:
        value["size"] = int(size)
    if name:
        value["name"] = name
    mime = _first(given, "mimetype")
    if mime:
        value["mime_type"] = mime
    return [observable(value)] if hashes and len(value) > 2 else []


def _domain(given: Given) -> list[Value]:
    domain = _first(given, "domain", "hostname")
    ends = [made for one in _every(given, "ip") if (made := types.address(one)) is not None]
    if not domain or not ends or not FORMS["domain-name"].fits(domain):
        return []
    refs = [one["id"] for one in ends]
    return [observable({"type": "domain-name", "value": domain, "resolves_to_refs": refs}), *ends]


def _traffic(given: Given) -> list[Value]:
    source = types.address(_first(given, "ip-src"))
    target = types.address(_first(given, "ip-dst", "ip"))
    if source is None and target is None:
        return []
    value: Value = {"type": "network-traffic"}
    for name, end, port in (
        ("src", source, _first(given, "src-port")),
        ("dst", target, _first(given, "dst-port")),
    ):
        if end is not None:
            value[f"{name}_ref"] = end["id"]
        if port.isascii() and port.isdigit() and len(port) < 6 and int(port) < 65_536:
            value[f"{name}_port"] = int(port)
    layers = _every(given, "layer3-protocol", "layer4-protocol", "layer7-protocol", "protocol")
    value["protocols"] = list(dict.fromkeys(one.lower() for one in layers)) or ["ipv4"]
    return [observable(value), *(end for end in (source, target) if end is not None)]


def _registry(given: Given) -> list[Value]:
    key = _first(given, "key")
    if not key:
        return []
    held = {"name": _first(given, "name"), "data": _first(given, "data")}
    values = {name: text for name, text in held.items() if text}
    kind = _first(given, "data-type")
    if kind.startswith("REG_"):
        values["data_type"] = kind
    value: Value = {"type": "windows-registry-key", "key": key}
    return [observable({**value, "values": [values]} if values else value)]


def _certificate(given: Given) -> list[Value]:
    value: Value = {"type": "x509-certificate"}
    hashes = _hashes(given, "x509-fingerprint-")
    if hashes:
        value["hashes"] = hashes
    for name, relation in (("serial_number", "serial-number"), ("issuer", "issuer"), ("subject", "subject")):
        if _first(given, relation):
            value[name] = _first(given, relation)
    return [observable(value)] if hashes or "serial_number" in value else []


def _mail(given: Given) -> list[Value]:
    value: Value = {"type": "email-message", "is_multipart": False}
    ends: list[Value] = []

    def ends_of(*relations: str) -> list[str]:
        made = [m for one in _every(given, *relations) for m in types.SHAPES["email"].observed(one)]
        ends.extend(made)
        return [one["id"] for one in made]

    senders, to, copied = ends_of("from"), ends_of("to"), ends_of("cc")
    if senders:
        value["from_ref"] = senders[0]
    for name, refs in (("to_refs", to), ("cc_refs", copied)):
        if refs:
            value[name] = refs
    for name, relation in (("subject", "subject"), ("message_id", "message-id"), ("body", "email-body")):
        if _first(given, relation):
            value[name] = _first(given, relation)
    return [observable(value), *ends] if "subject" in value or senders else []


_MADE: Final[Mapping[str, Callable[[Given], list[Value]]]] = {
    "file": _file,
    "pe": _file,
    "elf": _file,
    "domain-ip": _domain,
    "ip-port": _traffic,
    "network-connection": _traffic,
    "network-socket": _traffic,
    "registry-key": _registry,
    "x509": _certificate,
    "email": _mail,
}
"""Templates of MISP objects whose attributes together are one observable."""
