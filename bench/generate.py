"""Deterministic STIX objects of any number, with many distinct markings.

Object number *i* is always the same bytes, whatever was made before it, so a store can be filled to a million objects
in slices and two servers can be given equal content. The mix is that of a threat-intelligence feed: relationships
(40 %), indicators (20 %), network observables (15 %), malware, attack patterns, identities, campaigns, and notes in
both languages.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
SCO_NAMESPACE = "00abedb4-aa42-466c-9c01-fed23315a9b7"
"""Namespace of deterministic observable ids (STIX 2.1, section 2.9)."""

# Twenty places of the mix; position modulo 20 decides the type, so that any slice has the same proportions.
MIX = (
    "relationship", "indicator", "relationship", "ipv4-addr", "malware", "relationship", "indicator", "domain-name",
    "relationship", "attack-pattern", "identity", "relationship", "indicator", "relationship", "ipv4-addr", "campaign",
    "relationship", "indicator", "note", "relationship",
)  # fmt: skip
ENDS = tuple(
    place for place, kind in enumerate(MIX) if kind in ("indicator", "malware", "attack-pattern", "campaign")
)

CLUSTER = 1000
"""Objects in a row that share a marking."""

WORDS = [
    "harbour",
    "ministry",
    "courrier",
    "pièce",
    "payload",
    "beacon",
    "serveur",
    "relay",
    "amorce",
    "campaign",
    "narratif",
    "tanker",
    "écluse",
    "credential",
    "hameçonnage",
    "loader",
    "registry",
    "transit",
    "northern",
    "faisceau",
    "droite",
    "update",
    "mandate",
    "vitrine",
    "clone",
    "archive",
    "liaison",
    "signal",
    "coast",
    "veille",
    "rotor",
    "embassy",
    "consulate",
    "formulaire",
    "invoice",
    "facture",
    "delta",
    "orage",
    "granite",
    "lantern",
]

LEVELS = ("UNCLASSIFIED", "CONFIDENTIAL", "SECRET", "TOP SECRET")
NATIONS = ("CAN", "FRA", "GBR", "BEL", "NLD", "NOR")


def identifier(kind: str, number: int) -> str:
    """Give the id of object `number`: a UUID version 4 made from a hash, or version 5 for an observable's value."""
    if kind == "ipv4-addr":
        return f"{kind}--{_uuid5(_address(number))}"
    if kind == "domain-name":
        return f"{kind}--{_uuid5(_domain(number))}"
    digest = hashlib.md5(b"%d" % number, usedforsecurity=False).hexdigest()
    return f"{kind}--{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:]}"


def objects(
    count: int, start: int = 0, markings: Sequence[Sequence[str]] = (), cluster: int = CLUSTER
) -> Iterator[bytes]:
    """Make objects `start` to `start + count`.

    `cluster` at a time share a marking, as what one report or feed brings does: `markings[number // cluster % len]` are
    the `object_marking_refs`. References stay under one marking but for one in fifty, so that joined markings are not
    many more than the markings themselves. Objects of one number have the same bytes for the same `markings`.
    """
    refs = [_marking_refs(one) for one in markings] or [""]
    for number in range(start, start + count):
        yield _object(number, refs[number // cluster % len(refs)], len(refs), cluster)


def marking_sets(count: int) -> list[frozenset[str]]:
    """Make `count` distinct markings as sets of atoms: levels, releasable-to clauses, compartments and TLP."""
    releasable = [
        "|".join(sorted(chosen)) for size in (2, 3, 4) for chosen in itertools.combinations(NATIONS, size)
    ]  # 50 clauses
    axes = itertools.product(
        ("", "green", "amber"), ("", *LEVELS), ("", "HARBOUR", "LANTERN", "ORAGE"), ("", *releasable)
    )
    found = []
    for tlp, level, compartment, rel in axes:
        atoms = {
            *([f"tlp:{tlp}"] if tlp else []),
            *([f"level:CAN/{level}"] if level else []),
            *([f"compartment:CAN/{compartment}"] if compartment else []),
            *([f"rel:{rel}"] if rel else []),
        }
        found.append(frozenset(atoms))
    if count > len(found):
        raise ValueError(f"at most {len(found)} distinct markings can be made, {count} asked")
    # Steps through the axes instead of the first `count`, so that few markings are as varied as many.
    step = len(found) / count
    return [found[int(place * step)] for place in range(count)]


def _object(number: int, refs: str, kinds: int, cluster: int) -> bytes:
    kind = MIX[number % 20]
    made = EPOCH + timedelta(seconds=37 * number, milliseconds=number % 1000)
    when = f"{made:%Y-%m-%dT%H:%M:%S}.{made.microsecond // 1000:03d}Z"
    head = f'{{"type":"{kind}","spec_version":"2.1","id":"{identifier(kind, number)}"{refs}'
    dated = f',"created":"{when}","modified":"{when}"'
    if kind == "relationship":
        verb, source, target = _ends(number, kinds, cluster)
        body = (
            f'{dated},"relationship_type":"{verb}","source_ref":"{source}","target_ref":"{target}"'
            f',"description":"{_sentence(number, 14)}"'
        )
    elif kind == "indicator":
        body = (
            f'{dated},"name":"{_sentence(number, 4)}","description":"{_sentence(number + 1, 30)}"'
            f',"indicator_types":["malicious-activity"],"pattern":"[ipv4-addr:value = \'{_address(number)}\']"'
            f',"pattern_type":"stix","valid_from":"{when}","labels":["exercise"]'
        )
    elif kind == "ipv4-addr":
        body = f',"value":"{_address(number)}"'
    elif kind == "domain-name":
        body = f',"value":"{_domain(number)}"'
    elif kind == "malware":
        body = (
            f'{dated},"name":"{_sentence(number, 2)}","description":"{_sentence(number, 50)}","is_family":true'
            f',"malware_types":["trojan"]'
        )
    elif kind == "attack-pattern":
        body = (
            f'{dated},"name":"{_sentence(number, 3)}","description":"{_sentence(number, 120)}"'
            f',"kill_chain_phases":[{{"kill_chain_name":"exercise","phase_name":"delivery"}}]'
            f',"external_references":[{{"source_name":"exercise","url":"https://example.org/t/{number}"}}]'
        )
    elif kind == "identity":
        body = f'{dated},"name":"{_sentence(number, 3)}","identity_class":"organization","sectors":["government"]'
    elif kind == "campaign":
        body = f'{dated},"name":"{_sentence(number, 3)}","description":"{_sentence(number, 40)}","first_seen":"{when}"'
    else:
        ends = _end(number, kinds, cluster)
        body = f'{dated},"abstract":"{_sentence(number, 5)}","content":"{_sentence(number, 60)}","object_refs":["{ends}"]'
    return f"{head}{body}}}".encode()


_VERBS = {
    ("indicator", "malware"): "indicates",
    ("indicator", "attack-pattern"): "indicates",
    ("indicator", "campaign"): "indicates",
    ("malware", "attack-pattern"): "uses",
    ("campaign", "attack-pattern"): "uses",
    ("campaign", "malware"): "uses",
}


def _ends(number: int, markings: int, cluster: int) -> tuple[str, str, str]:
    source, target = _place(number, 1, markings, cluster), _place(number, 2, markings, cluster)
    kinds = (MIX[source % 20], MIX[target % 20])
    return _VERBS.get(kinds, "related-to"), identifier(kinds[0], source), identifier(kinds[1], target)


def _end(number: int, markings: int, cluster: int) -> str:
    place = _place(number, 7, markings, cluster)
    return identifier(MIX[place % 20], place)


def _place(number: int, turn: int, markings: int, size: int) -> int:
    """Choose an object to refer to: half of the time a recent one, else any earlier one under the same marking."""
    chance = hash_of(number, turn)
    cluster, within = divmod(number, size)
    earlier = cluster // markings
    if chance % 50 == 0:
        cluster = cluster // 10 * 10
    elif chance & 1024 and earlier:
        cluster -= markings * (1 + (chance >> 11) % earlier)
        within = size
    blocks = max(1, within // 20)
    return cluster * size + (chance >> 16) % blocks * 20 + ENDS[(chance >> 6) % len(ENDS)]


def hash_of(number: int, turn: int) -> int:
    """Scramble two small numbers into 32 bits (multiplicative hashing, Knuth, TAOCP 3, 6.4)."""
    mixed = (number * 2654435761 + turn * 40503 + 12345) & 0xFFFFFFFF
    return (mixed ^ (mixed >> 15)) * 2246822519 & 0xFFFFFFFF


def _sentence(number: int, length: int) -> str:
    value = hash_of(number, length)
    stride = value % 37 + 1
    size = len(WORDS)
    words = [WORDS[(value + stride * place + place * place % 7) % size] for place in range(length)]
    return " ".join(words) + f" {number}"


def _address(number: int) -> str:
    scrambled = (number * 2654435761) & 0xFFFFFFFF
    return f"{scrambled >> 24}.{scrambled >> 16 & 255}.{scrambled >> 8 & 255}.{scrambled & 255}"


def _domain(number: int) -> str:
    return f"{WORDS[number % len(WORDS)].encode('ascii', 'ignore').decode()}{number}.example.org"


_NAMESPACE = bytes.fromhex(SCO_NAMESPACE.replace("-", ""))


def _uuid5(value: str) -> str:
    digest = hashlib.sha1(_NAMESPACE + b'{"value":"%s"}' % value.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def _marking_refs(refs: Sequence[str]) -> str:
    return ',"object_marking_refs":[' + ",".join(f'"{one}"' for one in refs) + "]" if refs else ""
