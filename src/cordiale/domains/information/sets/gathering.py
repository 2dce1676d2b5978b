"""Describe an information manipulation set, and gather incidents, channels and sites into it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cordiale.desk.answers import Answer
from cordiale.desk.marking.chosen import summaries
from cordiale.desk.marking.stating import instants, stated
from cordiale.desk.written import marking_of
from cordiale.domains.information.captures import stated_here
from cordiale.domains.information.kinship.kept import opened
from cordiale.domains.information.shapes.describing import VERB, marked_as, tie
from cordiale.joint.words import NONE, Words
from cordiale.platform.errors import InputError
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _
from cordiale.stix.extensions import PUBLISHED
from cordiale.stix.scos import deterministic_id

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

NAME: Final = "information-set"
KIND: Final = "intrusion-set"


class Set(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the extension `information-set` says: the habits seen, why it is one set, and what speaks against that."""

    habits: tuple[Words, ...] = ()
    because: Words = NONE
    doubt: Words = NONE


class Gathered(Answer, frozen=True, kw_only=True):
    """What was gathered into a set: the ties that were written, and those that stood already."""

    id: str
    ties: tuple[str, ...]
    stood: int
    marking: tuple[str, ...]


def set_add(
    desk: Desk,
    actor: Actor,
    name: str,
    *,
    marking: str,
    words: Words = NONE,
    habits: Sequence[Words] = (),
    because: Words = NONE,
    doubt: Words = NONE,
    aliases: Sequence[str] = (),
) -> str:
    """Describe a set and return its id; raises InputError for no name and no marking."""
    name = " ".join(name.split())
    if not name:
        raise InputError("set-name", _("Say what the set is called.")).at("name")
    first, modified = instants(desk)
    definition = PUBLISHED[NAME]
    said = Set(habits=tuple(habits), because=because, doubt=doubt)
    value: dict[str, Any] = {
        "type": KIND,
        "spec_version": "2.1",
        "id": f"{KIND}--{uuid4(desk.random)}",
        "created": first,
        "modified": modified,
        "name": name,
        **({"description": words.said("en"), "lang": "en" if words.en else "fr"} if words != NONE else {}),
        **({"aliases": list(aliases)} if aliases else {}),
        "labels": ["information-manipulation-set"],
        "extensions": {
            definition: {
                "extension_type": "property-extension",
                "definition_ref": definition,
                **msgspec.to_builtins(said),
            }
        },
    }
    values = [value]
    if words.both:
        values.append(
            {
                "type": "language-content",
                "spec_version": "2.1",
                "id": f"language-content--{uuid4(desk.random)}",
                "created": first,
                "modified": modified,
                "object_ref": value["id"],
                "object_modified": modified,
                "contents": {"fr": {"description": words.fr}},
            }
        )
    return stated(desk, actor, VERB, values, sorted(marking_of(marking)), kind=KIND)[0]


def gather(
    desk: Desk,
    actor: Actor,
    set_id: str,
    ids: Sequence[str] = (),
    *,
    sites: str = "",
    group: int = 1,
    marking: str = "",
) -> Gathered:
    """Tie objects to a set: incidents are attributed to it, channels and narratives used by it, all else related to it.

    `sites` is a kinship kept here, of which the sites of one group become domain names of the set, each tie with its reasons.
    Every tie carries what both its ends, and the kinship, are marked by. Raises NotFound for what is not seen.
    """
    if not set_id.startswith(f"{KIND}--"):
        raise InputError("set-kind", _("{id} is no set: give the id of an intrusion set."), id=set_id[:80])
    named = [one.id for one in summaries(desk, actor, ids)] if ids else []
    first, _modified = instants(desk)
    values = [_member(desk, set_id, one, first) for one in named]
    atoms = marked_as(desk, actor, [set_id, *named], marking)
    if sites:
        found = opened(desk, actor, sites)
        atoms |= {atom for one in found.markings for atom in one}
        groups = found.kept.found.groups
        if not 1 <= group <= len(groups):
            raise InputError("set-group", _("This kinship has no group {n}."), n=group)
        for site in groups[group - 1]:
            reasons = [one for one in found.kept.found.ties if site in (one.one, one.other) and one.grade == "strong"]  # fmt: skip
            domain = {"type": "domain-name", "value": site}
            domain = {"spec_version": "2.1", "id": str(deterministic_id(domain)), **domain}
            words = "; ".join(dict.fromkeys(f"{one.because.en} ({one.grade})" for one in reasons))
            values += [domain, tie(desk, set_id, domain["id"], first, words=words)]
    fresh = [one for one in values if stated_here(desk, actor, one["id"]) is None]
    ties = [one for one in fresh if one["type"] == "relationship"]
    if not values:
        raise InputError("set-nothing", _("Say what is gathered into the set.")).at("ids")
    if fresh:
        stated(desk, actor, VERB, fresh, sorted(atoms), set=set_id)
    every = [one for one in values if one["type"] == "relationship"]
    return Gathered(
        id=set_id,
        ties=tuple(one["id"] for one in ties),
        stood=len(every) - len(ties),
        marking=tuple(sorted(atoms)),
    )


def _member(desk: Desk, set_id: str, one: str, when: str) -> dict[str, Any]:
    if one.startswith(("incident--", "campaign--")):
        return tie(desk, one, set_id, when, kind="attributed-to")
    return tie(desk, set_id, one, when)
