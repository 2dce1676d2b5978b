"""An incident or a set as one file: in OpenCTI's shapes, or in plain STIX for a client without extensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import orjson

from cordiale.desk.answers import Answer
from cordiale.desk.outgoing.exporting import export_chosen
from cordiale.desk.views.graph import neighbours
from cordiale.domains.information.shapes.opencti import is_shaped, original_of, plain
from cordiale.platform.errors import InputError
from cordiale.platform.ids import uuid5
from cordiale.platform.languages import _
from cordiale.stix import atoms

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

SHAPES: Final = ("opencti", "plain")
STEPS: Final = 2
"""How far around an object its file reaches: a set with its incidents, and what those are made of."""

_END: Final = ("source_ref", "target_ref")


class Bundle(Answer, frozen=True, kw_only=True):
    """A file that was made: its bytes, how many objects of which types, and how many the reader sees only in part."""

    data: bytes
    types: dict[str, int]
    in_part: int
    more: bool


def bundle(desk: Desk, actor: Actor, subject: str, shape: str = "opencti") -> Bundle:
    """Return an object and what stands around it, two steps far, as a bundle; raises NotFound, InputError for no such shape.

    `opencti` holds narratives, channels, events and media content as OpenCTI does, without their fallbacks; `plain` holds the
    fallbacks instead, so that nothing in it needs an extension of OpenCTI's.
    """
    if shape not in SHAPES:
        raise InputError("bundle-shape", _("A bundle is {known}, not {shape}."), known=" / ".join(SHAPES), shape=shape[:40])  # fmt: skip
    ids: dict[str, None] = {subject: None}
    edge, more = [subject], False
    for _step in range(STEPS):
        around = neighbours(desk, actor, edge)
        more = more or around.more
        new = [one.id for one in around.nodes if one.id not in ids]
        ids.update(dict.fromkeys([*new, *(line.via for line in around.edges if line.via)]))
        edge = [one for one in new if one.partition("--")[0] in ("incident", "intrusion-set", "campaign", "channel")]  # fmt: skip
        if not edge:
            break
    made = export_chosen(desk, actor, [one for one in ids if not one.startswith("extension-definition--")])
    objects = orjson.loads(made.data)["objects"]
    objects = _opencti(objects) if shape == "opencti" else _plainly(objects)
    counted: dict[str, int] = {}
    for one in objects:
        counted[one["type"]] = counted.get(one["type"], 0) + 1
    name = uuid5(atoms.NAMESPACE, sha256(orjson.dumps(objects)).hexdigest())
    data = orjson.dumps({"type": "bundle", "id": f"bundle--{name}", "objects": objects}, option=orjson.OPT_INDENT_2)  # fmt: skip
    return Bundle(data=data, types=dict(sorted(counted.items())), in_part=made.in_part, more=more)


def _opencti(objects: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Leave fallbacks out where what they stand for is there, and what refers to nothing else."""
    held = {str(one["id"]) for one in objects}
    dropped = {str(one["id"]) for one in objects if original_of(one) in held}
    dropped |= _addresses(objects)
    return [one for one in objects if one["id"] not in dropped and not _leads_to(one, dropped)]


def _plainly(objects: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    shapes = {str(one["id"]): one for one in objects if is_shaped(one)}
    about: dict[str, list[str]] = {}
    for one in objects:
        if one.get("type") == "relationship":
            ends = [str(one.get(end)) for end in _END]
            for here, there in (ends, ends[::-1]):
                if here in shapes and there not in shapes:
                    about.setdefault(here, []).append(there)
    held = {str(one["id"]): one for one in objects}
    made = dict(held)
    for identifier, one in shapes.items():
        del made[identifier]
        value = plain(one, tuple(dict.fromkeys(about.get(identifier, ()))))
        if value["type"] != "note" or value["object_refs"]:
            marked = {"object_marking_refs": one["object_marking_refs"]} if "object_marking_refs" in one else {}  # fmt: skip
            made.setdefault(str(value["id"]), {**value, **marked})
    instead = {identifier: str(plain(one)["id"]) for identifier, one in shapes.items() if one["type"] in ("channel", "media-content")}  # fmt: skip
    return [turned for one in made.values() if (turned := _turned(one, shapes, instead)) is not None]


def _turned(
    one: Mapping[str, Any], shapes: Mapping[str, Any], instead: Mapping[str, str]
) -> Mapping[str, Any] | None:
    """Return an object that names fallbacks where it named shapes; None for a tie that has no end left."""
    if one.get("type") == "relationship":
        ends = {end: instead.get(str(one.get(end)), str(one.get(end))) for end in _END}
        return None if any(end in shapes for end in ends.values()) else {**one, **ends}
    if one.get("type") == "language-content":
        return None if one.get("object_ref") in shapes else one
    refs = one.get("object_refs")
    if isinstance(refs, list) and any(ref in shapes for ref in refs):
        left = [instead.get(ref, ref) for ref in refs if ref not in shapes or ref in instead]
        return {**one, "object_refs": left} if left else None
    return one


def _addresses(objects: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the observables of addresses that stand only for media content that is there."""
    held = [one for one in objects if one.get("type") == "media-content"]
    return {str(plain(one)["id"]) for one in held}


def _leads_to(one: Mapping[str, Any], dropped: set[str]) -> bool:
    if one.get("type") == "language-content":
        return str(one.get("object_ref")) in dropped
    return one.get("type") == "relationship" and any(str(one.get(end)) in dropped for end in _END)
