"""Objects whose ids say what they are marked with, and people of whom a plain rule says what they may see.

So whoever reads a page can tell, without asking the node, whether a row on it was for its reader. Object number *n* is always the
same bytes. The mix of types is that of `bench.generate`; markings are as unequal as those of real stores: a few hold most of what
there is (by rank, as Zipf's law has it), and each report brings twenty objects under one.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from bench.generate import ENDS, MIX, WORDS, hash_of

CLUSTER = 20
"""Objects in a row that share a marking."""

MARKINGS = 200
RARE = MARKINGS
"""Number of the marking under which `FEW` objects lie, whatever the size of the store."""

FEW = 10
EVERYWHERE = "constante"
"""A word of every object: of its name, its description or its value. Labels are not looked through."""

LEVELS = ("CONFIDENTIAL", "SECRET", "TOP SECRET")
TLP = ("clear", "green", "amber", "amber+strict", "red")
AROUND = 200
"""Relationships of each hub: as many neighbours as a graph draws."""

HUBS = 20
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
ID = re.compile(rb"--[0-9a-f]{8}-([0-9a-f]{4})-4([0-9a-f]{3})-abe5-([0-9a-f]{12})")
"""What an id of these objects looks like in a page: its own marking, another one it is joined with, its number."""


@dataclass(frozen=True)
class Reader:
    """Somebody who signs in: the fields of a person."""

    name: str
    nationality: str = "CAN"
    tlp: str = "red"
    level: str = "TOP SECRET"
    compartments: tuple[str, ...] = ("HARBOUR", "LANTERN", "ORAGE")
    roles: tuple[str, ...] = ("analyst",)
    language: str = "en"
    fields: dict[str, object] = field(default_factory=dict)

    def given(self) -> dict[str, object]:
        """Return what `person_add` is given."""
        return {
            "nationality": self.nationality,
            "organisation": "Bench",
            "tlp": self.tlp,
            "clearances": (f"CAN/{self.level}",) if self.level else (),
            "compartments": tuple(f"CAN/{one}" for one in self.compartments),
            "roles": self.roles,
            "language": self.language,
        }

    def passes(self, number: int) -> bool:
        """Say whether this reader may see what lies under a marking; written apart from the product on purpose."""
        return all(self._passes(atom) for atom in markings()[number])

    def _passes(self, atom: str) -> bool:
        axis, _colon, value = atom.partition(":")
        if axis == "tlp":
            return TLP.index(value) <= TLP.index(self.tlp)
        name = value.rpartition("/")[2]
        if axis == "level":
            return bool(self.level) and LEVELS.index(name) <= LEVELS.index(self.level)
        if axis == "compartment":
            return name in self.compartments
        return self.nationality in value.split("|")


WIDE = Reader("wide", roles=("analyst", "officer"))
MIDDLING = Reader("middling", tlp="amber", level="CONFIDENTIAL", compartments=("HARBOUR",), language="fr")
NARROW = Reader("narrow", nationality="JPN", tlp="clear", level="", compartments=("AMARRAGE",))
"""Of a whole store this reader sees `FEW` objects."""


KEEPER = Reader("keeper", roles=("analyst", "officer", "operations", "liaison", "operator"))
"""Somebody for whom every page opens."""


def crowd(count: int) -> list[Reader]:
    """Make readers with mixed rights: no two of the first hundred are the same."""
    axes = list(
        itertools.product(
            ("CAN", "FRA", "GBR", "BEL", "NOR"),
            ("green", "amber", "red"),
            ("", *LEVELS),
            ((), ("HARBOUR",), ("LANTERN", "ORAGE"), ("HARBOUR", "LANTERN", "ORAGE")),
        )
    )
    random.Random(20261122).shuffle(axes)
    return [
        Reader(
            f"reader-{place:03d}",
            *axes[place % len(axes)],
            roles=("analyst", "officer") if place % 5 == 0 else ("analyst",),
            language=("en", "fr")[place % 2],
        )
        for place in range(count)
    ]


@cache
def markings() -> tuple[frozenset[str], ...]:
    """Return the markings by number, the most used first, and the rare one last."""
    clauses = ("", "CAN|FRA", "BEL|CAN|FRA|GBR", "CAN|GBR", "CAN|FRA|NOR", "CAN", "FRA|GBR|NOR")
    axes = itertools.product(("green", "amber"), ("", *LEVELS), ("", "HARBOUR", "LANTERN", "ORAGE"), clauses)
    found = sorted(axes, key=lambda one: (sum(map(bool, one)), one[0] == "amber", one))[:MARKINGS]
    return (*(_atoms(*one) for one in found), frozenset({"tlp:clear", "compartment:CAN/AMARRAGE"}))


def _atoms(tlp: str, level: str, compartment: str, clause: str) -> frozenset[str]:
    return frozenset(
        {
            f"tlp:{tlp}",
            *([f"level:CAN/{level}"] if level else []),
            *([f"compartment:CAN/{compartment}"] if compartment else []),
            *([f"rel:{clause}"] if clause else []),
        }
    )


@cache
def turns() -> tuple[int, ...]:
    """Return the marking of each cluster; after the last it begins anew."""
    harmonic = sum(1 / rank for rank in range(1, MARKINGS + 1))
    found = [m for m in range(MARKINGS) for _ in range(max(1, round(1000 / harmonic / (m + 1))))]
    random.Random(7).shuffle(found)
    return tuple(found)


@cache
def _places() -> dict[int, tuple[int, ...]]:
    found: dict[int, list[int]] = {}
    for place, marking in enumerate(turns()):
        found.setdefault(marking, []).append(place)
    return {marking: tuple(places) for marking, places in found.items()}


def kind_of(number: int) -> str:
    """Return the type of an object; every observable is a name, since an address has no word in it."""
    kind = MIX[number % 20]
    return "domain-name" if kind == "ipv4-addr" else kind


def marking_of(number: int) -> int:
    """Return the number of the marking that an object carries."""
    return turns()[number // CLUSTER % len(turns())]


def identifier(number: int, kind: str, own: int, other: int | None = None) -> str:
    """Return the id of an object: a version 4 in which its markings stand."""
    joined = own if other is None else other
    return f"{kind}--{hash_of(number, 3):08x}-{own:04x}-4{joined:03x}-abe5-{number:012x}"


def objects(count: int, start: int = 0) -> Iterator[bytes]:
    """Make objects `start` to `start + count`."""
    for number in range(start, start + count):
        yield _object(number)


def extras(count: int) -> Iterator[bytes]:
    """Make what is looked for in a store of `count`: the few of the rare marking, and hubs of `AROUND` neighbours each.

    They are numbered beyond the others; hubs lie under the five markings that hold most.
    """
    for place in range(FEW):
        number = count + place
        yield _written(
            number, "identity", RARE, None, f'"name":"{EVERYWHERE} amarrage {place}","identity_class":"group"'
        )
    number = count + FEW
    for hub in range(HUBS):
        own = hub % 5
        centre = number
        yield _written(centre, "malware", own, None, f'"name":"{EVERYWHERE} moyeu {hub}","is_family":true')
        number += 1
        for _place in range(AROUND):
            name = _sentence(number, 3)
            yield _written(
                number, "campaign", own, None, f'"name":"{name}","description":"{_sentence(number, 20)}"'
            )
            ends = f'"source_ref":"{identifier(number, "campaign", own)}","target_ref":"{identifier(centre, "malware", own)}"'
            body = f'"relationship_type":"uses",{ends},"description":"{name}"'
            yield _written(number + 1, "relationship", own, None, body)
            number += 2


def new(number: int, own: int) -> bytes:
    """Make an indicator of any number under any marking, as a partner sends it."""
    name = _sentence(number, 4)
    pattern = f"[url:value = 'https://{EVERYWHERE}.example.org/{number}']"
    body = f'"name":"{name}","description":"{_sentence(number + 1, 40)}","pattern":"{pattern}","pattern_type":"stix"'
    return _written(number, "indicator", own, None, f'{body},"valid_from":"{_when(number)}"')


def hub(count: int, place: int) -> tuple[int, str]:
    """Return the marking and the id of a hub in a store of `count`."""
    own = place % 5
    return own, identifier(count + FEW + place * (1 + 2 * AROUND), "malware", own)


def popular(held: int, place: int) -> tuple[int, str]:
    """Return the marking and the id of an object that three relationships in ten of its marking name.

    `place` chooses among the markings that hold most; where a store is too small for the one meant, the first report's is taken.
    """
    number = _first(place)
    own = place if number < held else marking_of(0)
    return own, _popular(own)


def _first(marking: int) -> int:
    return _places()[marking][0] * CLUSTER + ENDS[0]


def _popular(marking: int) -> str:
    number = _first(marking)
    return identifier(number, kind_of(number), marking)


def existing(number: int) -> tuple[str, int, int]:
    """Return the id of object `number`, and the two markings it is joined of."""
    kind, own = kind_of(number), marking_of(number)
    other = own
    if kind == "relationship":
        other = _ends(number, own)[2]
    return identifier(number, kind, own, other), own, other


def _object(number: int) -> bytes:
    kind, own = kind_of(number), marking_of(number)
    if kind == "relationship":
        source, target, other = _ends(number, own)
        body = (
            f'"relationship_type":"related-to","source_ref":"{source}","target_ref":"{target}"'
            f',"description":"{_sentence(number, 14)}"'
        )
        return _written(number, kind, own, other, body)
    if kind == "domain-name":
        return _observable(number, own)
    name, long = _sentence(number, 4), _sentence(number + 1, 40)
    body = f'"name":"{name}","description":"{long}"'
    if kind == "indicator":
        pattern = f"[url:value = 'https://{EVERYWHERE}.example.org/{number}']"
        when = _when(number)
        body += f',"pattern":"{pattern}","pattern_type":"stix","valid_from":"{when}"'
    elif kind == "malware":
        body += ',"is_family":true,"malware_types":["trojan"]'
    elif kind == "identity":
        body = f'"name":"{name}","identity_class":"organization"'
    elif kind == "note":
        named, _own = _end(number, own, 5)
        body = f'"abstract":"{name}","content":"{long}","object_refs":["{named}"]'
    return _written(number, kind, own, None, body)


def _written(number: int, kind: str, own: int, other: int | None, body: str) -> bytes:
    when = _when(number)
    return (
        f'{{"type":"{kind}","spec_version":"2.1","id":"{identifier(number, kind, own, other)}"{_refs()[own]}'
        f',"created":"{when}","modified":"{when}",{body}}}'
    ).encode()


def _observable(number: int, own: int) -> bytes:
    return (
        f'{{"type":"domain-name","spec_version":"2.1","id":"{identifier(number, "domain-name", own)}"{_refs()[own]}'
        f',"value":"{EVERYWHERE}-{number}.example.org"}}'
    ).encode()


def _ends(number: int, own: int) -> tuple[str, str, int]:
    """Choose both ends of a relationship, and the marking it is joined with: in one of fifty cases that of the most used."""
    source, _own = _end(number, own, 1)
    chance = hash_of(number, 9)
    if chance % 10 < 3:
        return source, _popular(own), own
    if chance % 50 == 49 and number > 20_000:
        target, other = _end(number, chance >> 8 & 1, 2)
        return source, target, other
    target, _own = _end(number, own, 2)
    return source, target, own


def _end(number: int, marking: int, turn: int) -> tuple[str, int]:
    """Choose an earlier object of a marking: half of the time a recent one; its own report where there is no earlier."""
    chance = hash_of(number, turn)
    places, length = _places()[marking], len(turns())
    rounds, place = divmod(number // CLUSTER, length)
    cluster = number // CLUSTER
    if rounds:
        chosen = rounds - 1 if chance & 64 else (chance >> 12) % rounds
        cluster = chosen * length + places[(chance >> 20) % len(places)]
    elif turns()[place] != marking:
        cluster = places[0]
    at = cluster * CLUSTER + ENDS[(chance >> 3) % len(ENDS)]
    kind = MIX[at % 20]
    return identifier(at, kind, marking), marking


@cache
def _refs() -> tuple[str, ...]:
    from cordiale.stix.atoms import id_of

    return tuple(
        ',"object_marking_refs":[' + ",".join(f'"{id_of(atom)}"' for atom in sorted(one)) + "]"
        for one in markings()
    )


def definitions() -> list[bytes]:
    """Return the marking definitions that these objects name."""
    import orjson

    from cordiale.stix.atoms import definition_of

    atoms = sorted({atom for one in markings() for atom in one if not atom.startswith("tlp:")})
    return [orjson.dumps(definition_of(atom)) for atom in atoms]


def allowed(reader: Reader) -> frozenset[bytes]:
    """Return the markings a reader passes, as they stand in ids."""
    return frozenset(b"%04x" % m for m in range(len(markings())) if reader.passes(m))


def outside(page: bytes, passed: frozenset[bytes]) -> list[bytes]:
    """Return the ids on a page that its reader must not see."""
    return [
        found[0] for found in ID.finditer(page) if found[1] not in passed or b"0" + found[2] not in passed
    ]


def _when(number: int) -> str:
    made = EPOCH + timedelta(seconds=37 * number, milliseconds=number % 1000)
    return f"{made:%Y-%m-%dT%H:%M:%S}.{made.microsecond // 1000:03d}Z"


def _sentence(number: int, length: int) -> str:
    value = hash_of(number, length)
    stride = value % 37 + 1
    size = len(WORDS)
    words = [WORDS[(value + stride * place + place * place % 7) % size] for place in range(length)]
    return " ".join(words) + f" {EVERYWHERE} {number}"


def words_of(number: int) -> Sequence[str]:
    """Return what may be looked for: a word of everything, of much, of little, of one object, and of none."""
    size = len(WORDS)
    return (
        EVERYWHERE,
        WORDS[number % size],
        f"{WORDS[number % size]} {WORDS[(number * 7 + 3) % size]}",
        str(number),
        f"{EVERYWHERE} {number}",
        "absente",
    )
