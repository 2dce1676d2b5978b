"""Patterns of indicators and observed data, invented, the same on every run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

WORDS = (
    "update",
    "mail",
    "login",
    "cdn",
    "static",
    "portal",
    "secure",
    "files",
    "invoice",
    "report",
    "agent",
    "sync",
)
SUFFIXES = ("example", "example.org", "example.net", "test")


def _ipv4(chance: random.Random) -> str:
    return f"198.{chance.randrange(18, 20)}.{chance.randrange(256)}.{chance.randrange(256)}"


def _domain(chance: random.Random) -> str:
    return f"{chance.choice(WORDS)}{chance.randrange(1000)}.{chance.choice(WORDS)}.{chance.choice(SUFFIXES)}"


def _digest(chance: random.Random) -> str:
    return f"{chance.getrandbits(256):064x}"


def plain(count: int, seed: int = 1) -> Iterator[str]:
    """Give patterns as feeds have them: one value, two or three, an address with a port, a file with name and size."""
    chance = random.Random(seed)
    for _number in range(count):
        shape = chance.randrange(8)
        if shape == 0:
            yield f"[file:hashes.'SHA-256' = '{_digest(chance)}']"
        elif shape == 1:
            yield f"[ipv4-addr:value = '{_ipv4(chance)}']"
        elif shape == 2:
            yield f"[domain-name:value = '{_domain(chance)}']"
        elif shape == 3:
            yield f"[url:value = 'https://{_domain(chance)}/{chance.choice(WORDS)}?id={chance.randrange(9999)}']"
        elif shape == 4:
            yield f"[file:hashes.'SHA-256' = '{_digest(chance)}' OR file:hashes.MD5 = '{_digest(chance)[:32]}' OR file:name = '{chance.choice(WORDS)}.exe']"
        elif shape == 5:
            yield f"[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '{_ipv4(chance)}' AND network-traffic:dst_port = {chance.randrange(1, 65536)}]"
        elif shape == 6:
            yield f"[file:name = '{chance.choice(WORDS)}.dll' AND file:size > {chance.randrange(10**6)} AND file:parent_directory_ref.path = 'C:\\\\Users\\\\{chance.choice(WORDS)}']"
        else:
            yield f"([domain-name:value = '{_domain(chance)}'] FOLLOWEDBY [file:name MATCHES '^{chance.choice(WORDS)}[0-9]+\\\\.exe$']) WITHIN {chance.randrange(1, 3600)} SECONDS"


def general(count: int, seed: int = 2) -> list[str]:
    """Give patterns of one observation that no index of values answers: order, LIKE, MATCHES, networks, what stands together."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        word, other = chance.choice(WORDS), chance.choice(WORDS)
        made.append(
            (
                f"[url:value MATCHES '^https?://[a-z0-9.]*{word}[0-9]+\\\\.{other}\\\\.']",
                f"[domain-name:value LIKE '{word}%.{other}.%' OR domain-name:value LIKE '%{chance.randrange(1000)}.{word}.test']",
                f"[network-traffic:dst_ref.value ISSUBSET '198.{chance.randrange(18, 20)}.{chance.randrange(256)}.0/24' AND network-traffic:dst_port IN ({chance.randrange(1000)}, 443, 8443)]",
                f"[file:name LIKE '{word}%.exe' AND file:size > {chance.randrange(10**6)}]",
                f"[process:command_line MATCHES '{word}.*--{other}[= ]' AND process:image_ref.name != '{other}.exe']",
                f"[network-traffic:src_port < 1024 AND network-traffic:dst_port > {chance.randrange(1024, 65536)}]",
                f"[file:hashes.'SHA-256' IN ('{_digest(chance)}', '{_digest(chance)}') OR (file:name = '{word}.dll' AND file:size <= {chance.randrange(10**6)})]",
                f"[email-message:subject LIKE '%{word} {other}%' AND email-message:from_ref.value MATCHES '@.*{other}']",
                f"[ipv4-addr:value ISSUBSET '198.{chance.randrange(18, 20)}.{chance.randrange(0, 256, 16)}.0/28' OR ipv4-addr:value = '{_ipv4(chance)}']",
                f"[(file:name MATCHES '^{word}[0-9]{{3}}' OR process:command_line LIKE '%{other}.exe%{number % 10}')]",
            )[number % 10]
        )
    return made


def joined(count: int, seed: int = 3) -> list[str]:
    """Give patterns of several observations: in order, in number, in a time."""
    chance = random.Random(seed)
    single = general(4 * count, seed)
    made = []
    for number in range(count):
        one, other, third = chance.sample(single, 3)
        made.append(
            (
                f"({one} FOLLOWEDBY {other}) WITHIN {chance.randrange(60, 600)} SECONDS",
                f"{one} REPEATS {chance.randrange(2, 5)} TIMES WITHIN {chance.randrange(60, 600)} SECONDS",
                f"({one} AND {other}) OR {third}",
                f"{one} FOLLOWEDBY ({other} OR {third})",
                f"[network-traffic:dst_port = 443] REPEATS {chance.randrange(2, 6)} TIMES AND {one}",
            )[number % 5]
        )
    return made


def observed(count: int, seed: int = 4) -> list[dict[str, Any]]:
    """Give observed-data objects of STIX 2.0, a minute apart: a connection with its addresses, a name, a page, a file, a process, a message."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        host, word = _domain(chance), chance.choice(WORDS)
        name = f"{word}{chance.randrange(1000)}.exe"
        sender = f"{word}@{_domain(chance)}"
        objects: dict[str, dict[str, Any]] = {
            "0": {"type": "ipv4-addr", "value": _ipv4(chance)},
            "1": {"type": "ipv4-addr", "value": _ipv4(chance)},
            "2": {"type": "network-traffic", "src_ref": "0", "dst_ref": "1", "src_port": chance.randrange(1, 65536),
                  "dst_port": chance.choice((80, 443, 8443, 22)), "protocols": ["ipv4", "tcp"]},
            "3": {"type": "domain-name", "value": host, "resolves_to_refs": ["1"]},
            "4": {"type": "url", "value": f"https://{host}/{chance.choice(WORDS)}"},
            "5": {"type": "file", "name": name, "size": chance.randrange(10**6), "hashes": {"SHA-256": _digest(chance)}},
            "6": {"type": "process", "command_line": f"{word} run --{chance.choice(WORDS)}={name}", "image_ref": "5"},
            "7": {"type": "email-addr", "value": sender},
            "8": {"type": "email-message", "subject": f"{chance.choice(WORDS)} {chance.choice(WORDS)} {number}", "from_ref": "7", "is_multipart": False},
        }  # fmt: skip
        first = f"2026-03-{1 + number // 1440 % 28:02d}T{number // 60 % 24:02d}:{number % 60:02d}:00Z"
        made.append(
            {"type": "observed-data", "id": f"observed-data--{number:08x}-0000-4000-8000-000000000000", "first_observed": first,
             "last_observed": first, "number_observed": 1, "objects": objects}
        )  # fmt: skip
    return made


def bundled(one: dict[str, Any]) -> dict[str, Any]:
    """Give such an object as a bundle of STIX 2.1, its observables beside it."""
    ids = {
        key: f"{value['type']}--{one['id'][15:23]}-0000-4000-8000-{int(key):012d}"
        for key, value in one["objects"].items()
    }
    objects = []
    for key, value in one["objects"].items():
        found = {
            name: [ids[k] for k in v] if name.endswith("_refs") else ids[v] if name.endswith("_ref") else v
            for name, v in value.items()
        }
        objects.append({**found, "id": ids[key]})
    head = {name: value for name, value in one.items() if name != "objects"}
    return {
        "type": "bundle",
        "id": "bundle--" + one["id"][15:],
        "objects": [{**head, "object_refs": list(ids.values())}, *objects],
    }
