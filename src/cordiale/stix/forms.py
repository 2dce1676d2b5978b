"""How certain texts are written: the pattern, the code of the fault and what to say about it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import NamedTuple

from cordiale.platform.languages import _

_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
"""A UUID of a version and variant that RFC 4122 or RFC 9562 defines."""

is_identifier = re.compile(rf"([a-z][a-z0-9-]{{0,248}}[a-z0-9])--{_UUID}").fullmatch
"""An identifier (2.9); its first group is the type."""

is_type_name = re.compile(r"(?=.{3,250}$)[a-z](?:[a-z0-9]|-(?!-))*[a-z0-9]").fullmatch
is_property_name = re.compile(r"[a-z][a-z0-9_]{2,249}").fullmatch
is_dictionary_key = re.compile(r"[A-Za-z0-9_-]{1,250}").fullmatch
is_hash_name = re.compile(r"[A-Za-z0-9_-]{3,250}").fullmatch
is_hexadecimal = re.compile(r"(?:[0-9a-fA-F]{2})+").fullmatch

# RFC 5646 section 2.1, without the grandfathered tags
is_language = re.compile(
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})"
    r"(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
    r"(?:-[0-9A-WY-Za-wy-z](?:-[A-Za-z0-9]{2,8})+)*"
    r"(?:-[xX](?:-[A-Za-z0-9]{1,8})+)?|[xX](?:-[A-Za-z0-9]{1,8})+"
).fullmatch

HASH_FORMS = {
    "MD5": re.compile(r"[0-9a-fA-F]{32}").fullmatch,
    "SHA-1": re.compile(r"[0-9a-fA-F]{40}").fullmatch,
    "SHA-256": re.compile(r"[0-9a-fA-F]{64}").fullmatch,
    "SHA-512": re.compile(r"[0-9a-fA-F]{128}").fullmatch,
    "SHA3-256": re.compile(r"[0-9a-fA-F]{64}").fullmatch,
    "SHA3-512": re.compile(r"[0-9a-fA-F]{128}").fullmatch,
    "SSDEEP": re.compile(r"[0-9]{1,10}:[A-Za-z0-9/+]{0,64}:[A-Za-z0-9/+]{0,64}").fullmatch,
    "TLSH": re.compile(r"(?:T1)?[0-9a-fA-F]{70}").fullmatch,
}
"""How the digests of the known algorithms are written (10.7); TLSH has 35 bytes, with or without its version."""


def _ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Interface(text)
    except ValueError:
        return False
    mask = text.partition("/")[2]
    return not mask or mask.isdigit()  # 10.0.0.0/255.0.0.0 is no CIDR


def _ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Interface(text)
    except ValueError:
        return False
    return True


class Form(NamedTuple):
    """One way of writing: its test, the code of the fault and what to say."""

    fits: Callable[[str], object]
    code: str
    message_id: str


def _form(pattern: str, code: str, message_id: str) -> Form:
    return Form(re.compile(pattern).fullmatch, code, message_id)


FORMS: dict[str, Form] = {
    "spec-version": Form(
        "2.1".__eq__,
        "spec-version",
        _("{found} is not a version of STIX read here. Write 2.1, or import the object as STIX 2.0."),
    ),
    "language": Form(
        is_language, "language", _("{found} is not a language code (RFC 5646). Write fr or fr-CA.")
    ),
    "relationship-type": _form(
        r"[a-z0-9-]{1,250}",
        "relationship-type",
        _("{found} is no relationship type: it has only a–z, 0–9 and hyphens."),
    ),
    "country": _form(
        r"[A-Z]{2}", "country", _("{found} is not a country code of two capitals (ISO 3166-1).")
    ),
    "ipv4-addr": Form(_ipv4, "address", _("{found} is not an IPv4 address or network.")),
    "ipv6-addr": Form(_ipv6, "address", _("{found} is not an IPv6 address or network.")),
    "mac-addr": _form(
        r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}",
        "address",
        _("{found} is not a MAC address: six pairs of lower-case hexadecimal digits between colons."),
    ),
    "domain-name": _form(
        r"(?=.{1,254}$)(?:[^\s.@/:]{1,63}\.)*[^\s.@/:]{1,63}\.?",
        "domain-name",
        _("{found} is not written as a domain name (RFC 1034)."),
    ),
    "email-addr": _form(
        r"[^\s@]+(?:@[^\s@]+)?@[^\s@]+",
        "email-addr",
        _("{found} is not written as an e-mail address (RFC 5322)."),
    ),
    "url": _form(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", "url", _("{found} is not written as a URL (RFC 3986).")),
    "mime-type": _form(
        r"(?:application|audio|font|image|message|model|multipart|text|video)/[A-Za-z0-9.+_-]+(?:\s*;.*)?",
        "mime-type",
        _("{found} is not a registered kind of media type."),
    ),
    "cpe": _form(
        r"cpe:2\.3:[aho*-](?::(?:\\.|[^\s:\\])+){10}", "cpe", _("{found} is not written as CPE 2.3.")
    ),
    "registry-key": _form(
        r"(?!(?i:HKLM|HKCC|HKCR|HKCU|HKU)(?:\\|$))[\s\S]*",
        "registry-hive",
        _("{found} abbreviates the hive. Write it in full, for example HKEY_LOCAL_MACHINE."),
    ),
}
