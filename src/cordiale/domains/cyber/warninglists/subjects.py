"""What a list is about: MISP's names of attributes, and the kinds of values that they are here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

ALL: Final[tuple[str, ...]] = ()
"""The subjects of a list that names none: it is about everything."""

_ADDRESS: Final = frozenset(("ip-src", "ip-dst", "ip-src|port", "ip-dst|port", "domain|ip"))
_MAILBOX: Final = frozenset(
    (
        "email",
        "email-src",
        "email-dst",
        "target-email",
        "email-reply-to",
        "whois-registrant-email",
        "dns-soa-email",
    )
)
_DIGESTS: Final = (
    "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512/224", "sha512/256", "ssdeep", "tlsh", "imphash",
    "vhash", "telfhash", "authentihash", "pehash",
)  # fmt: skip


def _digest(*names: str) -> frozenset[str]:
    certificates = {f"x509-fingerprint-{name}" for name in names}
    return frozenset({*names, *(f"filename|{name}" for name in names), *certificates, "malware-sample"})


_SUBJECTS: Final[dict[str, frozenset[str]]] = {
    "ipv4-addr": _ADDRESS,
    "ipv6-addr": _ADDRESS,
    "cidr": _ADDRESS,
    "domain-name": frozenset(("domain", "hostname", "domain|ip", "hostname|port")),
    "url": frozenset(("url", "uri", "link")),
    "email-addr": _MAILBOX,
    "hash": _digest(*_DIGESTS),
    **{name: _digest(name) for name in _DIGESTS},
    "file-name": frozenset(("filename", "filename-pattern")),
    "directory-path": frozenset(("filename",)),
    "mac-addr": frozenset(("mac-address", "mac-eui-64")),
    "autonomous-system": frozenset(("AS",)),
    "user-agent": frozenset(("user-agent",)),
    "mutex": frozenset(("mutex",)),
    "windows-registry-key": frozenset(("regkey", "regkey|value")),
    "email-subject": frozenset(("email-subject",)),
    "x509-serial-number": frozenset(("x509-serial-number",)),
    "phone-number": frozenset(("phone-number", "whois-registrant-phone")),
}


def subjects(kind: str) -> frozenset[str]:
    """Return the names under which lists are about a kind of value; the kind itself where it has no other."""
    return _SUBJECTS.get(kind) or frozenset((kind,))


def hosts(kind: str, text: str) -> Iterator[str]:
    """Yield the host of an address (URL), or the domain of a mailbox; nothing for other kinds."""
    if kind == "url":
        try:
            host = urlsplit(text if "//" in text else f"//{text}").hostname
        except ValueError:
            return
        if host:
            yield host.rstrip(".")
    elif kind == "email-addr":
        _local, at, host = text.rpartition("@")
        if at and host:
            yield host.rstrip(".")
