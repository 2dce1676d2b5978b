"""What each type of attribute is in STIX: how its value is compared by a pattern, and which observables it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from cordiale.stix.forms import FORMS
from cordiale.stix.patterns.writing import quoted
from cordiale.stix.scos import deterministic_id

Value = dict[str, Any]


class Shape(NamedTuple):
    """One type of attribute in STIX.

    `pattern` writes the STIX pattern of a value, "" where none can; `observed` makes its observables, the main one first,
    none where it is none; `back` reads the value from those observables again.
    """

    pattern: Callable[[str], str]
    observed: Callable[[str], tuple[Value, ...]]
    back: Callable[[Sequence[Value]], str]


_LITERAL = re.compile(r"(\.type)?\s*(?:=|ISSUBSET)\s*(?:'((?:[^'\\]|\\.)*+)'|([0-9]+))", re.DOTALL).findall
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def literals(pattern: str) -> str:
    """Return the values that a pattern written here compares with, as MISP writes composite values."""
    found = [
        number or (_ESCAPED.sub(r"\1", text) if "\\" in text else text)
        for kind, text, number in _LITERAL(pattern)
        if not kind
    ]
    return "|".join(found)


def observable(value: Value) -> Value:
    """Give an observable the id that its properties make, and return it."""
    identifier = deterministic_id(value)
    assert identifier is not None
    return {"type": value["type"], "spec_version": "2.1", "id": identifier, **value}


def _simple(kind: str, name: str = "value", path: str = "", form: str = "", **others: Any) -> Shape:
    at = f"[{kind}:{path or name} = "
    fits = FORMS[form].fits if form else None

    def observed(value: str) -> tuple[Value, ...]:
        if not value or (fits is not None and not fits(value)):
            return ()
        return (observable({"type": kind, name: value, **others}),)

    return Shape(lambda value: f"{at}{quoted(value)}]", observed, lambda made: str(made[0].get(name, "")))


def _only_pattern(path: str) -> Shape:
    return Shape(lambda value: f"[{path} = {quoted(value)}]", lambda value: (), lambda made: "")


def _hash(algorithm: str, kind: str = "file") -> Shape:
    key = algorithm if algorithm.isalnum() else f"'{algorithm}'"
    at = f"[{kind}:hashes.{key} = "

    def observed(value: str) -> tuple[Value, ...]:
        return (observable({"type": kind, "hashes": {algorithm: value}}),) if value else ()

    return Shape(
        lambda value: f"{at}{quoted(value)}]",
        observed,
        lambda made: str((made[0].get("hashes") or {}).get(algorithm, "")),
    )


def _named_hash(algorithm: str) -> Shape:
    key = algorithm if algorithm.isalnum() else f"'{algorithm}'"

    def pattern(value: str) -> str:
        name, bar, digest = value.rpartition("|")
        if not bar:  # a sample of which nothing but the name is known
            return f"[file:name = {quoted(value)}]"
        return f"[file:name = {quoted(name)} AND file:hashes.{key} = {quoted(digest)}]"

    def observed(value: str) -> tuple[Value, ...]:
        name, bar, digest = value.rpartition("|")
        if not bar:
            return (observable({"type": "file", "name": value}),)
        if not name or not digest:
            return ()
        return (observable({"type": "file", "hashes": {algorithm: digest}, "name": name}),)

    def back(made: Sequence[Value]) -> str:
        digest = (made[0].get("hashes") or {}).get(algorithm, "")
        return f"{made[0].get('name', '')}|{digest}" if digest else str(made[0].get("name", ""))

    return Shape(pattern, observed, back)


def _family(value: str) -> str:
    return "ipv6-addr" if ":" in value else "ipv4-addr"


def address(value: str) -> Value | None:
    """Return the observable of an address or network, None where it is none."""
    kind = _family(value)
    return observable({"type": kind, "value": value}) if FORMS[kind].fits(value) else None


def _address_pattern(value: str) -> str:
    return f"[{_family(value)}:value {'ISSUBSET' if '/' in value else '='} {quoted(value)}]"


def _address_observed(value: str) -> tuple[Value, ...]:
    made = address(value)
    return (made,) if made else ()


_ADDRESS = Shape(_address_pattern, _address_observed, lambda made: str(made[0].get("value", "")))


def _end(name: str, kind: str) -> Shape:
    """Return the shape of an end of traffic with its port: `ip-dst|port`, `hostname|port`."""

    def split(value: str) -> tuple[str, str]:
        host, _bar, port = value.rpartition("|")
        return (host, port) if host and port.isascii() and port.isdigit() and len(port) < 6 else ("", "")

    def type_of(host: str) -> str:
        return kind or _family(host)

    def pattern(value: str) -> str:
        host, port = split(value)
        if not host:
            return ""
        at = f"network-traffic:{name}"
        return f"[{at}_ref.type = '{type_of(host)}' AND {at}_ref.value = {quoted(host)} AND {at}_port = {int(port)}]"

    def observed(value: str) -> tuple[Value, ...]:
        host, port = split(value)
        if not host or int(port) > 65535 or not FORMS[type_of(host)].fits(host):
            return ()
        end = observable({"type": type_of(host), "value": host})
        traffic = {"type": "network-traffic", f"{name}_ref": end["id"], f"{name}_port": int(port)}
        return observable({**traffic, "protocols": ["ipv6" if ":" in host else "ipv4"]}), end

    def back(made: Sequence[Value]) -> str:
        end = next((one for one in made if one["id"] == made[0].get(f"{name}_ref")), {})
        return f"{end.get('value', '')}|{made[0].get(f'{name}_port', '')}"

    return Shape(pattern, observed, back)


def _domain_address() -> Shape:
    def pattern(value: str) -> str:
        domain, bar, host = value.partition("|")
        if not bar:
            return ""
        return f"[domain-name:value = {quoted(domain)} AND domain-name:resolves_to_refs[*].value = {quoted(host)}]"

    def observed(value: str) -> tuple[Value, ...]:
        domain, _bar, host = value.partition("|")
        end = address(host) if host else None
        if not end or not domain:
            return ()
        return observable({"type": "domain-name", "value": domain, "resolves_to_refs": [end["id"]]}), end

    def back(made: Sequence[Value]) -> str:
        end = next((one for one in made[1:] if one["id"] in made[0].get("resolves_to_refs", ())), {})
        return f"{made[0].get('value', '')}|{end.get('value', '')}"

    return Shape(pattern, observed, back)


def _registry_value() -> Shape:
    def pattern(value: str) -> str:
        key, bar, data = value.partition("|")
        if not bar:
            return ""
        at = "windows-registry-key"
        return f"[{at}:key = {quoted(key)} AND {at}:values[*].data = {quoted(data)}]"

    def observed(value: str) -> tuple[Value, ...]:
        key, bar, data = value.partition("|")
        if not bar or not key:
            return ()
        return (observable({"type": "windows-registry-key", "key": key, "values": [{"data": data}]}),)

    def back(made: Sequence[Value]) -> str:
        values = made[0].get("values") or [{}]
        return f"{made[0].get('key', '')}|{values[0].get('data', '')}"

    return Shape(pattern, observed, back)


def _number() -> Shape:
    def number(value: str) -> str:
        text = value[2:] if value[:2] in ("AS", "as") else value
        return text if text.isascii() and text.isdigit() and len(text) < 11 else ""

    def pattern(value: str) -> str:
        return f"[autonomous-system:number = {int(number(value))}]" if number(value) else ""

    def observed(value: str) -> tuple[Value, ...]:
        return (
            (observable({"type": "autonomous-system", "number": int(number(value))}),)
            if number(value)
            else ()
        )

    return Shape(pattern, observed, lambda made: f"AS{made[0].get('number', '')}")


def _mac(value: str) -> str:
    return value.lower().replace("-", ":")


def _mac_shape() -> Shape:
    base = _simple("mac-addr", form="mac-addr")
    return Shape(lambda value: base.pattern(_mac(value)), lambda value: base.observed(_mac(value)), base.back)


def _port() -> Shape:
    def pattern(value: str) -> str:
        fits = value.isascii() and value.isdigit() and len(value) < 6
        return f"[network-traffic:dst_port = {int(value)}]" if fits else ""

    return Shape(pattern, lambda value: (), lambda made: "")


_MAIL = "email-message"
_HTTP = "network-traffic:extensions.'http-request-ext'"
_ALGORITHMS: Final[Mapping[str, str]] = {
    "md5": "MD5",
    "sha1": "SHA-1",
    "sha256": "SHA-256",
    "sha512": "SHA-512",
    "sha3-256": "SHA3-256",
    "sha3-512": "SHA3-512",
    "ssdeep": "SSDEEP",
    "tlsh": "TLSH",
    "sha224": "SHA224",
    "sha384": "SHA384",
    "sha512/224": "SHA512-224",
    "sha512/256": "SHA512-256",
    "sha3-224": "SHA3-224",
    "sha3-384": "SHA3-384",
    "authentihash": "AUTHENTIHASH",
    "vhash": "VHASH",
    "imphash": "IMPHASH",
    "impfuzzy": "IMPFUZZY",
    "pehash": "PEHASH",
    "telfhash": "TELFHASH",
    "cdhash": "CDHASH",
}
_DOMAIN = _simple("domain-name", form="domain-name")
_EMAIL = _simple("email-addr", form="email-addr")
_PLAIN_MAIL: Final[Value] = {"is_multipart": False}


def _mailed(path: str) -> Shape:
    return Shape(lambda value: f"[{_MAIL}:{path} = {quoted(value)}]", _EMAIL.observed, _EMAIL.back)


def _account(kind: str = "") -> Shape:
    others: Value = {"account_type": kind} if kind else {}
    return _simple("user-account", "account_login", **others)


SHAPES: Final[Mapping[str, Shape]] = {
    **{name: _hash(algorithm) for name, algorithm in _ALGORITHMS.items()},
    **{
        f"filename|{name}": _named_hash(algorithm)
        for name, algorithm in _ALGORITHMS.items()
        if name not in ("telfhash", "cdhash")
    },
    "malware-sample": _named_hash("MD5"),
    "x509-fingerprint-md5": _hash("MD5", "x509-certificate"),
    "x509-fingerprint-sha1": _hash("SHA-1", "x509-certificate"),
    "x509-fingerprint-sha256": _hash("SHA-256", "x509-certificate"),
    "filename": _simple("file", "name"),
    "attachment": _simple("file", "name"),
    "ip-src": _ADDRESS,
    "ip-dst": _ADDRESS,
    "domain": _DOMAIN,
    "hostname": _DOMAIN,
    "onion-address": _DOMAIN,
    "domain|ip": _domain_address(),
    "ip-src|port": _end("src", ""),
    "ip-dst|port": _end("dst", ""),
    "hostname|port": _end("dst", "domain-name"),
    "port": _port(),
    "url": _simple("url"),
    "uri": _simple("url"),
    "link": _simple("url", form="url"),
    "AS": _number(),
    "mac-address": _mac_shape(),
    "email": _EMAIL,
    "email-src": _mailed("from_ref.value"),
    "email-dst": _mailed("to_refs[*].value"),
    "target-email": _EMAIL,
    "dns-soa-email": _EMAIL,
    "whois-registrant-email": _EMAIL,
    "email-reply-to": Shape(
        lambda value: f"[{_MAIL}:additional_header_fields.'Reply-To' = {quoted(value)}]",
        _EMAIL.observed,
        _EMAIL.back,
    ),
    "email-subject": _simple(_MAIL, "subject", **_PLAIN_MAIL),
    "email-body": _simple(_MAIL, "body", **_PLAIN_MAIL),
    "email-message-id": _only_pattern(f"{_MAIL}:message_id"),
    "email-x-mailer": _only_pattern(f"{_MAIL}:additional_header_fields.'X-Mailer'"),
    "email-thread-index": _only_pattern(f"{_MAIL}:additional_header_fields.'Thread-Index'"),
    "email-attachment": Shape(
        lambda value: f"[{_MAIL}:body_multipart[*].body_raw_ref.name = {quoted(value)}]",
        _simple("file", "name").observed,
        lambda made: str(made[0].get("name", "")),
    ),
    "user-agent": _only_pattern(f"{_HTTP}.request_header.'User-Agent'"),
    "cookie": _only_pattern(f"{_HTTP}.request_header.'Cookie'"),
    "http-method": _only_pattern(f"{_HTTP}.request_method"),
    "mutex": _simple("mutex", "name"),
    "regkey": _simple("windows-registry-key", "key"),
    "regkey|value": _registry_value(),
    "eppn": _account(),
    "jabber-id": _account(),
    "twitter-id": _account("twitter"),
    "github-username": _account(),
}
"""Every type of MISP's documented list that has a STIX meaning as an observable."""

RULES: Final[Mapping[str, str]] = {"yara": "yara", "sigma": "sigma", "snort": "snort", "suricata": "suricata"}
"""Types that are rules of another language: an indicator's pattern as it is."""

STIX_PATTERN: Final = "stix2-pattern"

BY_HASH: Final[Mapping[str, str]] = {algorithm: name for name, algorithm in _ALGORITHMS.items()}
"""What STIX calls an algorithm → the type of attribute."""

KIND_OF: Final[Mapping[str, tuple[str, str]]] = {
    "ipv4-addr": ("value", "ip-dst"),
    "ipv6-addr": ("value", "ip-dst"),
    "domain-name": ("value", "domain"),
    "url": ("value", "url"),
    "email-addr": ("value", "email"),
    "mac-addr": ("value", "mac-address"),
    "file": ("name", "filename"),
    "mutex": ("name", "mutex"),
    "autonomous-system": ("number", "AS"),
    "windows-registry-key": ("key", "regkey"),
    "user-account": ("account_login", "target-user"),
    "email-message": ("subject", "email-subject"),
    "x509-certificate": ("", ""),
}
"""Observables → the property that MISP has a type for, and that type."""

CATEGORY: Final[Mapping[str, str]] = {
    **dict.fromkeys(("ip-dst", "domain", "url", "mac-address", "AS", "user-agent"), "Network activity"),
    "mutex": "Artifacts dropped",
    "regkey": "Persistence mechanism",
    "target-user": "Targeting data",
    "email": "Payload delivery",
    "vulnerability": "External analysis",
}
"""Categories of attributes that are made of STIX of other sources; Payload delivery for the rest."""

BY_PATH: Final[Mapping[tuple[str, str], str]] = {
    **{(kind, name): attribute for kind, (name, attribute) in KIND_OF.items() if name},
    **{("file", f"hashes.{algorithm}"): name for algorithm, name in BY_HASH.items()},
    **{
        ("x509-certificate", f"hashes.{algorithm}"): f"x509-fingerprint-{name}"
        for algorithm, name in (("MD5", "md5"), ("SHA-1", "sha1"), ("SHA-256", "sha256"))
    },
    ("email-message", "from_ref.value"): "email-src",
    ("email-message", "message_id"): "email-message-id",
    ("network-traffic", "extensions.http-request-ext.request_header.User-Agent"): "user-agent",
    ("network-traffic", "dst_ref.value"): "ip-dst",
}
"""What a pattern compares, its quotes left out → the type of attribute."""
