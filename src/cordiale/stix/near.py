"""Under which values an object is found besides those it carries: the networks around an address, names above a name, parts of fuzzy digests.

They are indexed like the values themselves (`contents.values_of`), so that whoever looks for a network finds what lies in
it, and for a name what is under it, by a few exact look-ups.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import Final
from urllib.parse import urlsplit

KINDS: Final = ("network", "cidr", "host", "under", "ssdeep-part", "tlsh-part")
"""What an object is found under: a wider network, a network as such, a host, a name above, a part of a fuzzy digest."""

NETWORKS: Final = {4: (24, 16), 6: (64, 48, 32)}
"""Lengths of the networks under which an address is found, in bits, by version."""

LEVELS: Final = 6
"""Labels of the longest name above another under which it is found; deeper names are made by machines."""

GRAM: Final = 7
"""Characters that two ssdeep digests must have in common to be alike at all (the window of its rolling hash)."""

WINDOW: Final = 4
"""Of so many parts that follow one another the least is indexed: two digests with 10 characters in common share one."""

TLSH_PART: Final = 4
"""Hexadecimal digits of a part of a TLSH digest: 16 bits, eight of its 128 quarters."""

_TLSH: Final = re.compile(r"(?:t1)?([0-9a-f]{70})").fullmatch
_SSDEEP: Final = re.compile(r"([0-9]{1,10}):([a-z0-9+/]{1,128}):([a-z0-9+/]{1,128})").match
_DIGESTS: Final = re.compile(
    r"(?<![0-9A-Za-z+/:])(?:[0-9]{1,10}:[A-Za-z0-9+/]{7,128}:[A-Za-z0-9+/]{3,128}|(?:T1)?[0-9A-Fa-f]{70})(?![0-9A-Za-z+/:])"
)
_RUN: Final = re.compile(r"(.)\1{3,}")
_BITS: Final = {4: 32, 6: 128}


def near_of(values: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the (kind, value) pairs under which an object with these folded values is found besides."""
    found: dict[tuple[str, str], None] = {}
    for kind, value in values:
        for one in near(kind, value):
            found[one] = None
    return tuple(found)


def near(kind: str, value: str) -> Iterator[tuple[str, str]]:
    """Yield the (kind, value) pairs under which one folded value is found besides."""
    if kind in ("ipv4-addr", "ipv6-addr"):
        yield from _address(value)
    elif kind == "domain-name":
        yield from _above(value)
    elif kind == "email-addr":
        yield from _host(value.rpartition("@")[2])
    elif kind == "url":
        yield from _host(host_of(value))
    elif kind == "hash" and len(value) not in (32, 40, 64, 128):
        yield from (("ssdeep-part", part) for part in ssdeep_parts(value))
        yield from (("tlsh-part", part) for part in tlsh_parts(value))


def host_of(url: str) -> str:
    """Return the host of an address (URL) in lower case, "" where it has none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def network(value: str) -> tuple[int, int, int] | None:
    """Return the version, first address and length (bits) of an address or network; None for anything else."""
    address, slash, length = value.partition("/")
    version = 6 if ":" in address else 4
    bits = _BITS[version]
    try:
        first = int.from_bytes(inet_pton(AF_INET6 if version == 6 else AF_INET, address), "big")
    except (OSError, ValueError):
        return None
    if not slash:
        return version, first, bits
    if not (length.isascii() and length.isdigit()) or len(length) > 3 or int(length) > bits:
        return None
    wanted = int(length)
    return version, first >> (bits - wanted) << (bits - wanted), wanted


def written(version: int, first: int, length: int) -> str:
    """Return a network in its shortest form, bits past its length left out; one of a single address is that address."""
    bits = _BITS[version]
    kept = first >> (bits - length) << (bits - length)
    address = inet_ntop(AF_INET6 if version == 6 else AF_INET, kept.to_bytes(bits // 8, "big"))
    return address if length == bits else f"{address}/{length}"


def above(name: str) -> list[str]:
    """Return the names above a name, the closest first, down to two labels; of deep ones the shorter."""
    labels = name.split(".")
    return [".".join(labels[at:]) for at in range(max(1, len(labels) - LEVELS), len(labels) - 1)]


def ssdeep_parts(digest: str) -> list[str]:
    """Return the parts under which an ssdeep digest (in any case) is found, with their block size; none for another."""
    match = _SSDEEP(digest.lower())
    if match is None:
        return []
    size = int(match[1])
    found: dict[str, None] = {}
    for block, text in ((size, match[2]), (2 * size, match[3])):
        short = _RUN.sub(r"\1\1\1", text)
        grams = [short[at : at + GRAM] for at in range(len(short) - GRAM + 1)]
        for at in range(max(1, len(grams) - WINDOW + 1) if grams else 0):
            found[f"{block}:{min(grams[at : at + WINDOW])}"] = None
    return list(found)


def digests(text: str) -> list[str]:
    """Return the ssdeep and TLSH digests that a text holds, as they are written: case tells, and folded values have none."""
    return [found[0] for found in _DIGESTS.finditer(text)]


def tlsh_parts(digest: str) -> list[str]:
    """Return the sixteen parts of a TLSH digest's body with their places; none for another digest."""
    match = _TLSH(digest.lower())
    if match is None:
        return []
    body = match[1][6:]
    return [f"{at // TLSH_PART}:{body[at : at + TLSH_PART]}" for at in range(0, len(body), TLSH_PART)]


def _address(value: str) -> Iterator[tuple[str, str]]:
    found = network(value)
    if found is None:
        return
    version, first, length = found
    plain = written(version, first, length)
    if length < _BITS[version]:
        yield "cidr", plain
    elif plain != value:
        yield f"ipv{version}-addr", plain
    for wider in NETWORKS[version]:
        if wider <= length:
            yield "network", written(version, first, wider)


def _host(host: str) -> Iterator[tuple[str, str]]:
    if not host or len(host) > 253:
        return
    yield "host", host
    yield from _address(host) if ":" in host or host[-1].isdigit() else _above(host)


def _above(name: str) -> Iterator[tuple[str, str]]:
    for one in above(name):
        yield "under", one
