"""A second opinion, written apart from the release room: what of real input may reach a partner.

It knows TLP, statement markings, releasable-to atoms and nothing else: every other marking stops. It says which ids may
go as they are, and which may go only in part; what it does not name may not arrive at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

TLP_LEVEL: Final = {
    "94868c89-83c2-464b-929b-a1a8aa3c8487": 0,  # TLP 2.0 CLEAR
    "bab4a63c-aed9-4cf5-a766-dfca5abac2bb": 1,
    "55d920b0-5e8b-4f79-9ee9-91f868d9b421": 2,
    "939a9414-2ddd-4d32-a0cd-375ea402b003": 3,
    "e828b379-4e03-4974-9ac4-e53a884c97c1": 4,
    "613f2e26-407d-48c7-9eca-b8e91df99dc9": 0,  # TLP 1 WHITE
    "34098fce-860f-48ae-8e50-ebd3cc5e41da": 1,
    "f88d31f6-486f-44da-b317-01333bde0b82": 2,
    "5e57c739-391a-4eb3-b6be-7d15ca92d5ed": 4,
}
LABELS: Final = {"tlp:clear": 0, "tlp:green": 1, "tlp:amber": 2, "tlp:amber+strict": 3, "tlp:red": 4}
INHERENT: Final = {"relationship": ("source_ref", "target_ref"), "sighting": ("sighting_of_ref",), "language-content": ("object_ref",)}  # fmt: skip


class Reader(msgspec.Struct, frozen=True):
    """A partner: the narrowest TLP label it may have, and the names releasable-to clauses call it by."""

    tlp: int
    names: frozenset[str]


class MayGo(msgspec.Struct, frozen=True):
    """Ids that may arrive as they are, and ids of which a part may arrive under another id."""

    verbatim: frozenset[str]
    in_part: frozenset[str]


def may_go(
    objects: Iterable[Mapping[str, Any]], given: Mapping[str, frozenset[str]], reader: Reader
) -> MayGo:
    """Say what of these objects may reach a reader; `given` is the marking of those that carry none of their own."""
    held = {o["id"]: o for o in objects if o.get("type") != "marking-definition"}
    statements = {o["id"] for o in objects if o.get("definition_type") == "statement"}
    base = {
        i: _passes(_own(o, statements) or given.get(i, frozenset({"?"})), reader) for i, o in held.items()
    }
    for _round in held:  # a relationship on a relationship on …: at most one round per object
        lost = [i for i, ok in base.items() if ok and not all(base.get(t, False) for t in _inherent(held[i]))]
        if not lost:
            break
        base.update(dict.fromkeys(lost, False))
    granular = {
        i: _passes(
            {g["marking_ref"] for g in o.get("granular_markings", ()) if "marking_ref" in g} - statements,
            reader,
        )
        for i, o in held.items()
    }
    whole = {i for i, ok in base.items() if ok and granular[i]}
    while gone := {i for i in whole if any(t in held and t not in whole for t in references(held[i]))}:
        whole -= gone
    return MayGo(frozenset(whole), frozenset(i for i, ok in base.items() if ok) - whole)


def references(value: Any, name: str = "") -> Iterator[str]:
    """Yield every id an object refers to, its markings left out."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in ("object_marking_refs", "granular_markings", "id"):
                yield from references(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner, name)
    elif isinstance(value, str) and name.endswith(("_ref", "_refs")):
        yield value


def _own(value: Mapping[str, Any], statements: set[str]) -> set[str]:
    return set(value.get("object_marking_refs", ())) - statements


def _inherent(value: Mapping[str, Any]) -> list[str]:
    return [value[name] for name in INHERENT.get(value["type"], ()) if name in value]


def _passes(marking: Iterable[str], reader: Reader) -> bool:
    return all(_atom_passes(atom, reader) for atom in marking)


def _atom_passes(atom: str, reader: Reader) -> bool:
    if atom.startswith("rel:"):
        return not reader.names.isdisjoint(atom[4:].split("|"))
    level = LABELS.get(atom, TLP_LEVEL.get(atom.rpartition("--")[2]))
    return level is not None and level <= reader.tlp
