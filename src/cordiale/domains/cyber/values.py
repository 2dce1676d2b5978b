"""Kinds of values that the field watches for: how each is compared, and how STIX names it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from cordiale.stix.forms import HASH_FORMS
from cordiale.stix.patterns import folded as plainly_folded


class Named(NamedTuple):
    """How STIX names a kind: the type of observable, and the path to the value in it as patterns write it."""

    observable: str
    path: str


KINDS: Final[Mapping[str, Named]] = {
    "ipv4-addr": Named("ipv4-addr", "value"),
    "ipv6-addr": Named("ipv6-addr", "value"),
    "cidr": Named("ipv4-addr", "value"),
    "domain-name": Named("domain-name", "value"),
    "url": Named("url", "value"),
    "email-addr": Named("email-addr", "value"),
    "mac-addr": Named("mac-addr", "value"),
    "md5": Named("file", "hashes.MD5"),
    "sha1": Named("file", "hashes.'SHA-1'"),
    "sha256": Named("file", "hashes.'SHA-256'"),
    "sha512": Named("file", "hashes.'SHA-512'"),
    "ssdeep": Named("file", "hashes.SSDEEP"),
    "tlsh": Named("file", "hashes.TLSH"),
    "file-name": Named("file", "name"),
    "directory-path": Named("directory", "path"),
    "mutex": Named("mutex", "name"),
    "windows-registry-key": Named("windows-registry-key", "key"),
    "user-account": Named("user-account", "account_login"),
    "email-subject": Named("email-message", "subject"),
    "email-message-id": Named("email-message", "message_id"),
    "user-agent": Named("network-traffic", "extensions.'http-request-ext'.request_header.'User-Agent'"),
    "autonomous-system": Named("autonomous-system", "number"),
    "x509-serial-number": Named("x509-certificate", "serial_number"),
}
"""Every kind known here. A `cidr` of IPv6 addresses is named `ipv6-addr:value`."""

HASHES: Final[Mapping[str, str]] = {
    "md5": "MD5",
    "sha1": "SHA-1",
    "sha256": "SHA-256",
    "sha512": "SHA-512",
    "ssdeep": "SSDEEP",
    "tlsh": "TLSH",
}
"""Kinds that are digests, and what STIX calls the algorithm."""

_LENGTHS: Final = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]+").fullmatch
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_DOMAIN = re.compile(rf"(?=.{{4,253}}$){_LABEL}(?:\.{_LABEL})*\.(?:[a-z][a-z0-9-]{{0,61}}[a-z0-9])").fullmatch
_MAIL = re.compile(r"[^\s@<>\"]{1,64}@([^\s@<>\"]{4,253})").fullmatch
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{1,20})://").match
_MAC = re.compile(r"(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}").fullmatch
_PORTS: Final = {"http": 80, "https": 443, "ftp": 21}


def folded(kind: str, value: str) -> str:
    """Return a value as values of its kind are compared; what is no such value comes back without outer spaces.

    Addresses are in their shortest form, a network without host bits (one of a single address is that address), names
    in lower case and ASCII (IDNA) without a last dot, a URL with its scheme and host so and without fragment or a port
    that its scheme implies, digests in lower case, those of ssdeep and TLSH as they are.
    """
    text = value.strip()
    if kind in ("ipv4-addr", "ipv6-addr", "cidr"):
        return _network(text)
    if kind == "domain-name":
        return _host(text)
    if kind == "url":
        return _url(text)
    if kind == "email-addr":
        local, at, host = text.rpartition("@")
        return f"{local.lower()}{at}{_host(host)}" if at else text.lower()
    if kind == "mac-addr":
        return text.lower().replace("-", ":")
    if kind in ("ssdeep", "tlsh"):
        return text
    if kind in HASHES:
        return text.lower()
    return plainly_folded(kind, text)


def kind_of(value: str) -> str | None:
    """Return the kind that a bare text is by its form alone, None where it is none that a form tells."""
    text = value.strip()
    if not text or len(text) > 2048 or any(character.isspace() for character in text):
        return None
    if _SCHEME(text):
        return "url"
    if "/" in text or text[0].isdigit() or ":" in text:
        found = _address(text)
        if found:
            return found
    if _HEXADECIMAL(text) and len(text) in _LENGTHS:
        return _LENGTHS[len(text)]
    mail = _MAIL(text)
    if mail and _DOMAIN(_host(mail[1])):
        return "email-addr"
    if _MAC(text):
        return "mac-addr"
    if HASH_FORMS["SSDEEP"](text):
        return "ssdeep"
    if HASH_FORMS["TLSH"](text):
        return "tlsh"
    return "domain-name" if _DOMAIN(_host(text)) else None


def of_pattern(kind: str, value: str) -> tuple[str, str]:
    """Return the kind and folded value for what `stix.patterns` finds in a pattern: it has one kind for all digests."""
    if kind in ("ipv4-addr", "ipv6-addr"):
        said = _network(value.strip())
        return _address(said) or kind, said
    if kind == "hash":
        other = "ssdeep" if HASH_FORMS["SSDEEP"](value) else "tlsh"
        kind = _LENGTHS.get(len(value), other) if _HEXADECIMAL(value) else other
    return kind, folded(kind, value)


def pattern(kind: str, value: str) -> str:
    """Return the STIX pattern of one value: `[domain-name:value = 'example.org']`; raises KeyError for an unknown kind."""
    observable, path = KINDS[kind]
    if kind == "cidr":
        observable = "ipv6-addr" if ":" in value else "ipv4-addr"
    written = (
        value if kind == "autonomous-system" else "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    )
    operator = "ISSUBSET" if kind == "cidr" else "="
    return f"[{observable}:{path} {operator} {written}]"


def _address(text: str) -> str | None:
    if len(text) > 49 or "%" in text:
        return None
    try:
        found = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    if found.num_addresses > 1:
        return "cidr"
    return "ipv4-addr" if found.version == 4 else "ipv6-addr"


def _network(text: str) -> str:
    try:
        found = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return text.lower()
    return str(found) if found.num_addresses > 1 else str(found.network_address)


def _host(text: str) -> str:
    lowered = text.lower().rstrip(".")
    if lowered.isascii():
        return lowered
    try:
        return lowered.encode("idna").decode("ascii")
    except UnicodeError:
        return lowered


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return text
    if not parts.netloc:
        return text
    scheme = parts.scheme.lower()
    user, at, _rest = parts.netloc.rpartition("@")
    name = parts.hostname or ""
    host = f"[{name}]" if ":" in name else _host(name)
    shown = f":{port}" if port is not None and port != _PORTS.get(scheme) else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{scheme}://{user}{at}{host}{shown}{parts.path or '/'}{query}"
