"""What a galaxy's tag names becomes what is held under that name: a relationship from what is tagged, marked as both are.

A tag names a cluster by the words of its own galaxy. So it is joined to what that galaxy's own authority calls so and to
nothing else: by ATT&CK's code, else by the name, else by an alias where one object alone has it. That two authorities mean
the same by two names is for a person to say (`merging`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from cordiale.desk.incoming.readers import Found, Held, Remark
from cordiale.domains.cyber.attack.objects import code, ended, is_theirs
from cordiale.domains.cyber.misp import frame as framed
from cordiale.domains.cyber.misp.cluster import INDICATED, kind_of
from cordiale.domains.cyber.misp.frame import EXTENSION, Value, extended, said_in
from cordiale.domains.cyber.misp.gone import revoked
from cordiale.domains.cyber.misp.named import PREFIX, Named, named
from cordiale.platform.ids import uuid5
from cordiale.stix import atoms as definitions
from cordiale.stix.ingress import SetAside

TAGGED: Final = ("indicator", "observed-data", "note", "report")
"""Types of what MISP tags."""

_MARK: Final = PREFIX.encode()
_OURS: Final = EXTENSION.encode()
_ID = re.compile(
    rb'\{"type":"(?:indicator|observed-data|note|report)","spec_version":"2\.1","id":"([^"]+)"'
).match
_LINK: Final = b'{"type":"relationship"'
_SIBLINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "malware": ("malware", "tool"),
    "tool": ("tool", "malware"),
}
"""Types under which the same software is held: ATT&CK itself moves some between the two."""


def joined(pieces: Sequence[bytes | SetAside | Remark], held: Held, found: Found) -> Iterator[bytes]:
    """Yield the relationships from what a batch says is tagged to what is held, and revoke those whose tag is gone.

    What its galaxy's own block ties it to already is left: an event that brings the cluster needs no search for it.
    """
    objects = [one for one in pieces if isinstance(one, bytes)]
    carriers = [(match[1].decode(), one) for one in objects if (match := _ID(one))]
    tagged = [orjson.loads(one) for _name, one in carriers if _MARK in one and _OURS in one]
    tagged = [one for one in tagged if names_in(one) and not one.get("revoked")]
    now = [name for name, _one in carriers]
    before = {name: raw for name, raw in held(now).items() if _MARK in raw} if now else {}
    if not tagged and not before:
        return
    look = Lookup(found)
    tied = _tied(objects, tagged)
    for value in tagged:
        for target, atoms in look.targets(names_in(value)):
            if (value["id"], target) not in tied:
                yield from written(value, target, atoms)
    fresh = {one["id"]: one for one in tagged}
    gone = []
    for name, raw in before.items():
        lost = set(names_in(orjson.loads(raw))) - set(names_in(fresh.get(name, {})))
        gone += [_id_of(name, target) for target, _atoms in look.targets(lost)]
    for raw in held(gone).values() if gone else ():
        old = orjson.loads(raw)
        if not old.get("revoked"):
            yield orjson.dumps(revoked(old, old["modified"]))


def names_in(value: Mapping[str, Any]) -> list[Named]:
    """Return what the tags of an object name."""
    labels = value.get("labels")
    given = labels if isinstance(labels, list) else []
    return [one for label in given if isinstance(label, str) and (one := named(label)) is not None]


def written(value: Value, target: str, atoms: frozenset[str]) -> Iterator[bytes]:
    """Yield the relationship to what a tag names, after the definitions of its marking; nothing where that cannot be said.

    What is tagged without a marking of its own gets one when it is taken in, and the relationship with it: so that can be
    joined with nothing that is marked more strictly than TLP:CLEAR.
    """
    marks = list(value.get("object_marking_refs") or ())
    narrower = sorted(atoms - {"tlp:clear"})
    if narrower and not marks:
        return
    for atom in narrower:
        yield framed.written(definitions.definition_of(atom))
    made = link(value, target)
    refs = list(dict.fromkeys([*marks, *map(definitions.id_of, narrower)]))
    yield framed.written({**made, "object_marking_refs": refs} if refs else made)


def link(value: Mapping[str, Any], target: str) -> Value:
    """Return the relationship from what is tagged to what the tag names, without a marking."""
    made: Value = {"type": "relationship", "spec_version": "2.1", "id": _id_of(value["id"], target)}
    if value.get("created_by_ref"):
        made["created_by_ref"] = value["created_by_ref"]
    made |= {"created": value["created"], "modified": value["modified"]}
    kind = target.partition("--")[0]
    verb = "indicates" if value["type"] == "indicator" and kind in INDICATED else "related-to"
    made |= {"relationship_type": verb, "source_ref": value["id"], "target_ref": target}
    return extended(made, "named", {})


class Lookup:
    """What tags name, each looked for once."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self._known: dict[Named, tuple[str, frozenset[str]] | None] = {}

    def targets(self, names: Iterable[Named]) -> list[tuple[str, frozenset[str]]]:
        """Return the ids and markings of what is held under these names, each once, in their order."""
        made: dict[str, frozenset[str]] = {}
        for name in names:
            if name not in self._known:
                self._known[name] = target(name, self._found)
            known = self._known[name]
            if known is not None:
                made.setdefault(*known)
        return list(made.items())


def target(name: Named, found: Found) -> tuple[str, frozenset[str]] | None:
    """Return the id and marking of what a galaxy's authority calls so; None where nothing is, or more than one thing."""
    kind = kind_of(name.galaxy)
    if kind == "note":
        return None
    for words in dict.fromkeys(
        (name.name, name.code or name.name)
    ):  # by the code too: a technique may be called otherwise by now
        best: dict[int, dict[str, frozenset[str]]] = {}
        for one in _SIBLINGS.get(kind, (kind,)):
            for value, marking in found(one, words):
                rank = _rank(name, value)
                if rank is not None:
                    held = best.setdefault(rank, {})
                    # of several statements of one object all govern what refers to it
                    held[value["id"]] = held.get(value["id"], frozenset()) | marking
        if best:
            fitting = best[min(best)]
            return next(iter(fitting.items())) if len(fitting) == 1 else None
    return None


def _rank(name: Named, value: Mapping[str, Any]) -> int | None:
    """Return how well an object fits a tag, less is better; None where its authority does not call it so.

    ATT&CK's own word goes before the copy of it that MISP keeps as a cluster, a name before an alias, what is in force before
    what has ended.
    """
    said = said_in(value) or {}
    own = said.get("kind") == "cluster" and str(said.get("type", "")).lower() == name.galaxy
    theirs = name.galaxy.startswith("mitre-") and is_theirs(value)
    disarm = name.galaxy.startswith("disarm-") and _source(value) == "DISARM"
    if not (own or theirs or disarm):
        return None
    copied, old = 0 if theirs or disarm else 4, 1 if ended(value) else 0
    if name.code:
        return copied + old if code(value) == name.code else None
    wanted = name.name.casefold()
    if wanted in (str(value.get("name", "")).casefold(), str(said.get("value", "")).casefold()):
        return copied + old
    aliases = value.get("aliases") or value.get("x_mitre_aliases") or ()
    return copied + 2 + old if wanted in {str(one).casefold() for one in aliases} else None


def _source(value: Mapping[str, Any]) -> str:
    references = value.get("external_references")
    first = references[0] if isinstance(references, list) and references else None
    return str(first.get("source_name", "")) if isinstance(first, Mapping) else ""


def _id_of(source: str, target: str) -> str:
    return f"relationship--{uuid5(framed.NAMESPACE, f'{source} {target} named')}"


def _tied(objects: Sequence[bytes], tagged: Sequence[Value]) -> set[tuple[str, str]]:
    """Return what the batch itself ties together: galaxies' blocks, and what reports name."""
    wanted = {one["id"].encode() for one in tagged}
    made = {
        (one["id"], ref) for one in tagged for ref in one.get("object_refs", ()) if one["type"] == "report"
    }
    for one in objects:
        if one.startswith(_LINK) and any(name in one for name in _source_of(one) & wanted):
            value = orjson.loads(one)
            made.add((value["source_ref"], value["target_ref"]))
    return made


_SOURCE = re.compile(rb'"source_ref":"([^"]+)"').search


def _source_of(one: bytes) -> set[bytes]:
    match = _SOURCE(one)
    return {match[1]} if match else set()
