"""Write lists: tables for people, hosts files, response policy zones, and plain lists that firewalls fetch.

Nothing is written that could be read as something else: a value that its list cannot hold is left out, never escaped into it,
and nothing of what people wrote (names, descriptions) goes into a comment.
"""

from __future__ import annotations

import csv
import io
import ipaddress
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from cordiale.desk.views.cells import cell
from cordiale.domains.cyber.writers.line import Head, Line, Rule
from cordiale.domains.cyber.writers.selection import once
from cordiale.platform.clock import Instant, format_instant

ADDRESSES: Final = frozenset(("ipv4-addr", "ipv6-addr", "cidr"))
COLUMNS: Final = ("value", "type", "confidence", "valid_from", "valid_until", "marking", "name", "description", "source", "id")  # fmt: skip

_HOST = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?").fullmatch  # fmt: skip
_PLAIN = re.compile(r"[!-~]{1,2048}").fullmatch
_ODD = re.compile(r"[^!-~]")

TTL: Final = 300
"""Seconds that an answer of a policy zone may be kept, and between two looks for a new one."""


def table(lines: Sequence[Line], rules: Sequence[Rule], head: Head, left: Counter[str]) -> bytes:
    """Return a table of values (RFC 4180, UTF-8), each with what it is marked by; nothing in it is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for one in lines:
        said = (
            one.value,
            one.kind,
            "" if one.confidence is None else str(one.confidence),
            _moment(one.valid_from),
            _moment(one.valid_until),
            " ".join(one.marking),
            one.name,
            one.description,
            one.source,
            one.id,
        )
        writer.writerow([cell(part) for part in said])
    return out.getvalue().encode()


def hosts(lines: Sequence[Line], rules: Sequence[Rule], head: Head, left: Counter[str]) -> bytes:
    """Return a hosts file: each name at an address where nobody answers."""
    return _file(head, (f"0.0.0.0 {name}" for name in _names(lines, left)), "#")


def domain_list(lines: Sequence[Line], rules: Sequence[Rule], head: Head, left: Counter[str]) -> bytes:
    """Return one name a line, for a firewall's external list."""
    return _file(head, _names(lines, left), "#")


def url_list(lines: Sequence[Line], rules: Sequence[Rule], head: Head, left: Counter[str]) -> bytes:
    """Return one URL a line, without scheme, as firewalls compare them."""
    found = dict.fromkeys(_address(one.value) for one in once(lines) if one.kind == "url")
    left["shape"] += sum(not written for written in found)
    return _file(head, sorted(filter(None, found)), "#")


def network_list(lines: Sequence[Line], rules: Sequence[Rule], head: Head, left: Counter[str]) -> bytes:
    """Return one address or network a line, in numeric order (netset)."""
    return _file(head, (str(one) if one.num_addresses > 1 else str(one.network_address) for one in _networks(lines, left)), "#")  # fmt: skip


def policy_zone(lines: Sequence[Line], rules: Sequence[Rule], head: Head, left: Counter[str]) -> bytes:
    """Return a DNS response policy zone that answers NXDOMAIN for names, what lies below them, and answers in networks.

    Triggers as in the draft "DNS Response Policy Zones" (Vixie, Schryver): QNAME, and `rpz-ip` with its prefix length first.
    """
    begin = [
        f"$TTL {TTL}",
        f"@ IN SOA localhost. root.localhost. {head.serial} {TTL} {TTL} 604800 {TTL}",
        "@ IN NS localhost.",
    ]
    records = []
    for name in _names(lines, left):
        # a name of the zone has the zone's own name after it: together they must stay below 255 octets
        if len(name) > 190:
            left["shape"] += 1
            continue
        records += [f"{name} IN CNAME .", f"*.{name} IN CNAME ."]
    records += [f"{_rpz(one)} IN CNAME ." for one in _networks(lines, left)]
    return _file(head, [*begin, *records], ";")


def _rpz(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> str:
    first = network.network_address
    if first.version == 4:
        parts = str(first).split(".")[::-1]
    else:
        words = first.exploded.split(":")[::-1]
        parts = [word.lstrip("0") or "0" for word in words]
        parts = _zipped(parts)
    return f"{network.prefixlen}.{'.'.join(parts)}.rpz-ip"


def _zipped(parts: list[str]) -> list[str]:
    """Write the longest run of zeros of an IPv6 address as `zz`, as its draft asks for."""
    best, at = 0, 0
    for start in range(8):
        size = 0
        while start + size < 8 and parts[start + size] == "0":
            size += 1
        if size > best:
            best, at = size, start
    return [*parts[:at], "zz", *parts[at + best :]] if best > 1 else parts


def _names(lines: Iterable[Line], left: Counter[str]) -> list[str]:
    found = []
    for one in once(lines):
        if one.kind != "domain-name":
            continue
        name = one.value.lower()
        if _HOST(name):
            found.append(name)
        else:
            left["shape"] += 1
    return sorted(set(found))


def _networks(
    lines: Iterable[Line], left: Counter[str]
) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    found = set()
    for one in once(lines):
        if one.kind in ADDRESSES:
            try:
                found.add(ipaddress.ip_network(one.value, strict=False))
            except ValueError:
                left["shape"] += 1
    return sorted(found, key=lambda one: (one.version, int(one.network_address), one.prefixlen))


def _address(url: str) -> str:
    """Return a URL as a list holds it, "" for one that cannot stand on a line of its own."""
    bare = _ODD.sub(
        lambda found: "".join(f"%{octet:02X}" for octet in found[0].encode("utf-8", "replace")), url
    )
    bare = bare.partition("://")[2] or bare
    return bare if _PLAIN(bare) and not bare.startswith(("#", ";")) else ""


def _file(head: Head, lines: Iterable[str], sign: str) -> bytes:
    said = [f"{sign} {words}" for words in opening(head)]
    return ("\n".join([*said, *lines]) + "\n").encode("ascii")


def opening(head: Head) -> list[str]:
    """Return what a file says of itself, in lines of plain ASCII that end no comment."""
    return [_safe(one) for one in (f"{head.node}: {head.title}", head.marking, *head.remarks) if one]


def _safe(words: str) -> str:
    # accents go, since not every tool reads a list as UTF-8
    bare = "".join(c for c in unicodedata.normalize("NFKD", words) if not unicodedata.combining(c))
    plain = "".join(c if c.isprintable() else " " for c in bare).encode("ascii", "replace").decode()
    return plain.replace("*/", "* /")[:300]


def _moment(at: Instant | None) -> str:
    return "" if at is None else format_instant(at)
