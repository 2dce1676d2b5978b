"""Write rules for what watches networks: Suricata (5 and later) and Snort (2.9), and carry the rules of others.

A value reaches a rule only as hexadecimal where it is anything but plain letters, digits and the signs of names; what people
wrote is cut down to letters. So nothing that was imported can end a rule, a line or a comment.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final
from urllib.parse import quote, urlsplit

from cordiale.domains.cyber.readers.endings import words
from cordiale.domains.cyber.readers.ruleset import Parsed, parsed
from cordiale.domains.cyber.writers.line import Head, Line, Rule
from cordiale.domains.cyber.writers.lists import opening
from cordiale.domains.cyber.writers.selection import once
from cordiale.platform.clock import MINUTE

FIRST_SID: Final = 1_500_000_000
SIDS: Final = 600_000_000
"""Numbers of our rules: above those that publishers use, below what a signed number holds. Made of the value alone."""

LIMIT: Final = "threshold:type limit, track by_src, count 1, seconds 3600"
"""One alert an hour for each machine: a rule says that something is there, logs say how often."""

_SAFE = re.compile(r"[^A-Za-z0-9 ._/@=+-]")
_LITERAL: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/=&%+~@,")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]").search
_SENT: Final = "!#$%&'()*+,/:;=?@[]~|\\\"<>^`{}-._"
"""Signs of a path and query that are left as they were written: who encodes what of them differs from client to client."""
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}").fullmatch
_HOST = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_-]{1,63}\.)+[a-z0-9-]{2,63}").fullmatch
UNSAFE: Final = words(
    "lua luajit dataset datarep filemd5 filesha1 filesha256 iprep replace react resp activates activated_by "
    "session logto tag fileext_store filestore sd_pattern so appid rule_file so_rule"
)
"""Options that read or write files of the sensor, run programs or change traffic: rules of others that have one are left out."""

Variant = tuple[str, str, str]
"""Which of several rules for one value it is, the header of the rule, and its options."""


def suricata(lines: Sequence[Line], rules: Sequence[Rule], head: Head, left: Counter[str]) -> bytes:
    """Return rules of Suricata: addresses both ways, names in DNS, TLS and HTTP, URLs, user agents; rules of others as they are."""
    return _rules(lines, rules, head, left, "suricata")


def snort(lines: Sequence[Line], rules: Sequence[Rule], head: Head, left: Counter[str]) -> bytes:
    """Return rules of Snort 2.9: addresses both ways, names as they stand in DNS, URLs; rules of others as they are."""
    return _rules(lines, rules, head, left, "snort")


def content(value: str) -> str:
    """Return a text as a `content` holds it: what is not plain stands as hexadecimal between bars."""
    out: list[str] = []
    hexadecimal: list[str] = []
    for octet in value.encode("utf-8", "replace"):
        if octet in _LITERAL:
            if hexadecimal:
                out.append(f"|{' '.join(hexadecimal)}|")
                hexadecimal = []
            out.append(chr(octet))
        else:
            hexadecimal.append(f"{octet:02X}")
    if hexadecimal:
        out.append(f"|{' '.join(hexadecimal)}|")
    return "".join(out)


def sid(kind: str, value: str, variant: str) -> int:
    """Return the number of a rule: of the value alone, so that it stays the same from file to file."""
    digest = sha256(f"{kind} {value} {variant}".encode()).digest()
    return FIRST_SID + int.from_bytes(digest[:8], "big") % SIDS


def _rules(
    lines: Sequence[Line], rules: Sequence[Rule], head: Head, left: Counter[str], language: str
) -> bytes:
    written: list[str] = [f"# {said}" for said in opening(head)]
    taken: set[int] = set()
    for rule in rules:
        one = carried(rule, left)
        if one is None:
            continue
        if one.sid in taken:
            left["twice"] += 1
            continue
        taken.add(one.sid)
        written.append(one.text)
    for line in once(lines):
        made = list(_suricata(line) if language == "suricata" else _snort(line))
        if not made:
            left["shape"] += 1
        for variant, header, options in made:
            number = sid(line.kind, line.value, variant)
            while number in taken:  # two values of one number: the one that sorts later moves on
                number = FIRST_SID + (number + 1 - FIRST_SID) % SIDS
            taken.add(number)
            written.append(f"alert {header} ({options} {_rest(line)} sid:{number}; rev:{_revision(line)};)")
    return ("\n".join(written) + "\n").encode("ascii", "replace")


def carried(rule: Rule, left: Counter[str]) -> Parsed | None:
    """Return a rule of somebody else as it may be carried on: exactly one, that alerts and does nothing else."""
    found = parsed(rule.text)
    if len(found) != 1 or not rule.text.isascii():
        left["shape"] += 1
        return None
    one = found[0]
    if one.action != "alert" or not UNSAFE.isdisjoint(name for name, _value in one.options):
        left["unsafe"] += 1
        return None
    return one


def _message(line: Line) -> str:
    return _SAFE.sub(" ", f"Cordiale {line.kind} {line.value}")[:120].strip()


def _rest(line: Line) -> str:
    made = [f"{LIMIT};", "classtype:bad-unknown;"]
    marks = [_SAFE.sub("_", atom.replace(":", "_")) for atom in line.marking][:6]
    said = [
        f"cordiale_id {_SAFE.sub('_', line.id)}",
        *(f"marking {mark.replace(' ', '_')}" for mark in marks),
    ]
    said += [f"mitre_technique_id {code.replace('.', '_')}" for code in line.techniques]
    if line.confidence is not None:
        said.append(f"confidence {line.confidence}")
    return " ".join([*made, f"metadata:{', '.join(said)};"])


def _revision(line: Line) -> int:
    return max(1, line.modified // MINUTE)


def _suricata(line: Line) -> Iterator[Variant]:
    said = f'msg:"{_message(line)}";'
    if line.kind in ("ipv4-addr", "ipv6-addr", "cidr"):
        network = _network(line.value)
        if network:
            yield "ip", f"ip $HOME_NET any <> {network} any", said
    elif line.kind == "domain-name" and _HOST(line.value):
        dotted = f'content:".{content(line.value)}";'
        yield (
            "dns",
            "dns $HOME_NET any -> any any",
            f"{said} dns.query; dotprefix; {dotted} nocase; endswith;",
        )
        yield "tls", "tls $HOME_NET any -> any any", f"{said} flow:established,to_server; tls.sni; dotprefix; {dotted} nocase; endswith;"  # fmt: skip
        yield "http", "http $HOME_NET any -> any any", f"{said} flow:established,to_server; http.host; dotprefix; {dotted} endswith;"  # fmt: skip
    elif line.kind == "url":
        host, path = _parts(line.value)
        if host:
            uri = f' http.uri.raw; content:"{content(path)}"; startswith;'
            yield "http", "http $HOME_NET any -> any any", f'{said} flow:established,to_server; http.host; content:"{content(host)}"; bsize:{len(host)};{uri}'  # fmt: skip
    elif line.kind == "user-agent" and line.value:
        size = len(line.value.encode("utf-8", "replace"))
        yield "agent", "http $HOME_NET any -> any any", f'{said} flow:established,to_server; http.user_agent; content:"{content(line.value)}"; bsize:{size};'  # fmt: skip


def _snort(line: Line) -> Iterator[Variant]:
    said = f'msg:"{_message(line)}";'
    if line.kind in ("ipv4-addr", "ipv6-addr", "cidr"):
        network = _network(line.value)
        if network:
            yield "ip", f"ip $HOME_NET any <> {network} any", said
    elif (
        line.kind == "domain-name"
        and _HOST(line.value)
        and all(len(part) < 64 for part in line.value.split("."))
    ):
        wire = "".join(f"|{len(part):02X}|{part}" for part in line.value.split(".")) + "|00|"
        yield "dns", "udp $HOME_NET any -> any 53", f'{said} content:"{wire}"; nocase; fast_pattern;'
    elif line.kind == "url":
        host, path = _parts(line.value)
        if host:
            yield "http", "tcp $HOME_NET any -> $EXTERNAL_NET $HTTP_PORTS", f'{said} flow:to_server,established; content:"Host|3A 20|{content(host)}"; http_header; nocase; content:"{content(path)}"; http_raw_uri;'  # fmt: skip


def _network(value: str) -> str:
    try:
        found = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return ""
    return str(found.network_address) if found.num_addresses == 1 else str(found)


def _parts(url: str) -> tuple[str, str]:
    """Return the host and the path with its query as they stand in a request, "" for a URL that stands in none.

    What a request cannot hold as it is stands in it percent-encoded (RFC 3986, 2.1), as every client sends it.
    """
    if _CONTROL(url):
        return "", ""  # a parser of URLs takes line breaks out: what is left would be another URL
    try:
        found = urlsplit(url)
        host = (found.hostname or "").lower()
    except ValueError:
        return "", ""
    if not (_HOST(host) or _ADDRESS(host)):
        return "", ""
    path = (found.path or "/") + (f"?{found.query}" if found.query else "")
    return host, quote(path, safe=_SENT)[:500]
