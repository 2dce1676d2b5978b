"""Which values are looked up for one value, and what finding each of them would mean. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from cordiale.domains.cyber.correlation.registered import registered
from cordiale.domains.cyber.values import HASHES
from cordiale.domains.cyber.values import folded as folded_here
from cordiale.stix.near import NETWORKS, host_of, network, ssdeep_parts, tlsh_parts, written
from cordiale.stix.patterns import folded

Reason = Literal[
    "same", "certificate", "host", "within", "holds", "under", "above", "registered", "alike", "shared"
]
"""Same value; same certificate; an address (URL) or mailbox on the host; in a network that is held; a network that holds it;
a name under it; a name above it; a name registered together with it; a file alike; something both stand on."""

STRENGTH: Final[tuple[Reason, ...]] = (
    "same", "certificate", "alike", "host", "within", "holds", "under", "above", "registered", "shared",
)  # fmt: skip
"""Reasons, the most telling first: an object is listed once, by that one."""

WIDEST: Final = {4: 8, 6: 16}
"""Bits of the widest network that is looked for around an address: a wider one says nothing about it."""

PIECES: Final = 32
"""Networks that a wide one is looked up as; where it would be more, the wider one that is indexed is looked through."""

SINGLE: Final = 28
"""Bits of an IPv4 network from which every address of it is looked up by itself."""

_ADDRESSES: Final = ("ipv4-addr", "ipv6-addr", "cidr")
_BITS: Final = {4: 32, 6: 128}

Pair = tuple[str, str]


class Look(NamedTuple):
    """One value to look up, and why what carries it would have to do with the value asked for."""

    pair: Pair
    reason: Reason


def stored(kind: str, value: str) -> Pair:
    """Return a value of any kind that is named here as the store indexes it: it has one kind for all digests."""
    text = value.strip()
    if kind in HASHES or kind == "hash":
        return "hash", text.lower()
    if kind == "cidr":
        text = folded_here("cidr", text)
        return ("ipv6-addr" if ":" in text else "ipv4-addr"), text
    return kind, folded(kind, text)


def looks(kind: str, value: str) -> list[Look]:
    """Return what is looked up for a value; the same value first. A value of no meaning in its kind is looked up as it is."""
    kind, text = stored(kind, value)
    found = dict.fromkeys(_looks(kind, text))
    kept: dict[Pair, Look] = {}
    for look in sorted(found, key=lambda one: STRENGTH.index(one.reason)):
        kept.setdefault(look.pair, look)
    return list(kept.values())


def _looks(kind: str, value: str) -> Iterator[Look]:
    yield Look((kind, value), "certificate" if kind == "x509-serial-number" else "same")
    if kind in _ADDRESSES:
        yield from _of_network(value)
    elif kind == "domain-name":
        yield Look(("host", value), "host")
        yield from _of_name(value)
    elif kind == "url":
        yield from _of_host(host_of(value))
    elif kind == "email-addr":
        yield from _of_host(value.rpartition("@")[2])
    elif kind == "hash":
        yield from (Look(("ssdeep-part", part), "alike") for part in ssdeep_parts(value))
        yield from (Look(("tlsh-part", part), "alike") for part in tlsh_parts(value))


def _of_host(host: str) -> Iterator[Look]:
    found = network(host) if host else None
    if found is not None:
        version, first, length = found
        yield Look((f"ipv{version}-addr", written(version, first, length)), "host")
        yield from (look for look in _of_network(host) if look.reason in ("within", "host"))
    elif host:
        yield Look(("domain-name", host), "host")
        yield Look(("host", host), "host")
        yield from _of_name(host)


def _of_name(name: str) -> Iterator[Look]:
    top = registered(name)
    yield from (Look(("under", name), "under") for _once in (1,) if top is not None)
    if top is None or top == name:
        return
    above = name
    while above != top:
        _label, _dot, above = above.partition(".")
        yield Look(("domain-name", above), "above")
        yield Look(("host", above), "registered")
    yield Look(("under", top), "registered")


def _of_network(value: str) -> Iterator[Look]:
    found = network(value)
    if found is None:
        return
    version, first, length = found
    plain, bits = written(version, first, length), _BITS[version]
    yield Look((f"ipv{version}-addr", plain), "same")
    if length == bits:
        yield Look(("host", plain), "host")
    else:
        yield Look(("cidr", plain), "same")
        yield from (Look(pair, "holds") for pair in _inside(version, first, length))
    for wider in range(min(length, bits) - 1, WIDEST[version] - 1, -1):
        yield Look(("cidr", written(version, first, wider)), "within")


def _inside(version: int, first: int, length: int) -> Iterator[Pair]:
    """Yield what is looked up for what lies in a network: its addresses, or the networks that those are found under."""
    if version == 4 and length >= SINGLE:
        for narrower in range(length + 1, 32):
            for at in range(1 << (narrower - length)):
                yield "cidr", written(4, first | at << (32 - narrower), narrower)
        for at in range(1 << (32 - length)):
            yield "ipv4-addr", written(4, first | at, 32)
            yield "host", written(4, first | at, 32)
        return
    for wide in reversed(NETWORKS[version]):
        if wide >= length and 1 << (wide - length) <= PIECES:
            gone = _BITS[version] - wide
            for at in range(1 << (wide - length)):
                yield "network", written(version, first | at << gone, wide)
            for narrower in range(length + 1, wide):
                for at in range(1 << (narrower - length)):
                    yield "cidr", written(version, first | at << (_BITS[version] - narrower), narrower)
            return
    around = next((wide for wide in NETWORKS[version] if wide <= length), None)
    if around is not None:
        yield "network", written(version, first, around)
