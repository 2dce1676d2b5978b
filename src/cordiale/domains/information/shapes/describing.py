"""Describe what an incident or a set is made of: narratives told, channels used, events fed on, single pieces of media."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer
from cordiale.desk.marking.stating import instants, own_identity, stated
from cordiale.desk.views.show import show
from cordiale.desk.written import marking_of
from cordiale.domains.information.captures import stated_here
from cordiale.domains.information.shapes.opencti import KINDS, TYPES_OF, plain, shaped
from cordiale.joint.incident.writing import translation
from cordiale.joint.words import NONE, Words
from cordiale.platform.errors import InputError
from cordiale.platform.ids import uuid5
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

VERB: Final = "describe"
_SPACE: Final = "7a9e1d33-0c52-5e1b-8a64-9d0f3b7c5e12"
"""The namespace of ids of relationships: the same tie stated again is the same one."""

USES: Final = ("narrative", "channel", "infrastructure", "attack-pattern", "tool")
"""What an incident or a set uses; with all else it is `related-to`."""


class Described(Answer, frozen=True, kw_only=True):
    """What was written: the object, its plain fallback, and the ties to what it was said of."""

    id: str
    fallback: str
    ties: tuple[str, ...]
    marking: tuple[str, ...]


def describe(
    desk: Desk,
    actor: Actor,
    kind: str,
    name: str,
    *,
    about: Sequence[str] = (),
    words: Words = NONE,
    types: Sequence[str] = (),
    url: str = "",
    at: str = "",
    until: str = "",
    marking: str = "",
) -> Described:
    """Write a narrative, channel, event or piece of media with its fallback, tied to incidents or sets.

    It carries what `about` is marked by, and `marking` besides. `at` and `until` are instants as STIX writes them. Raises
    InputError for another kind, no name, no address of media, or no marking at all; NotFound for what is not seen.
    """
    authorise(actor, VERB)
    if kind not in KINDS:
        raise InputError(
            "describe-kind", _("{kind} is none of: {known}."), kind=kind[:40], known=", ".join(KINDS)
        ).at("kind")
    name = " ".join(name.split())
    if not name or (kind == "media-content" and not url.startswith(("http://", "https://"))):
        raise InputError(
            "describe-name", _("Say what it is called; a piece of media has an address (--url) as well.")
        ).at("name")
    atoms = marked_as(desk, actor, about, marking)
    first, modified = instants(desk)
    said: dict[str, Any] = {"description": words.said("en"), "lang": "en" if words.en else "fr" if words.fr else ""}  # fmt: skip
    if kind == "media-content":
        said = {"title": name, "url": url, "publication_date": at, "description": words.said("en"), "media_category": next(iter(types), "")}  # fmt: skip
    else:
        said |= {"name": name, TYPES_OF[kind]: list(types)}
        if kind == "event":
            said |= {"start_time": at, "stop_time": until}
    value = shaped(kind, first, said)
    before = stated_here(desk, actor, value["id"])
    if before is not None:  # what was said of it before stays as narrow as it was
        atoms |= marked_as(desk, actor, [value["id"]], "")
    if before is not None and "created" in before:
        value |= {"created": before["created"], "modified": max(modified, str(before["modified"]))}
    instead = plain(value, tuple(about))
    if instead["type"] == "note":
        earlier = (stated_here(desk, actor, instead["id"]) or {}).get("object_refs", ())
        who = own_identity(desk)
        named = [*(one for one in earlier if one != who), *about]
        instead["object_refs"] = list(dict.fromkeys(named)) or [who]
    ties = [tie(desk, one, value["id"], first) for one in about]
    if kind in ("channel", "media-content"):
        ties += [tie(desk, one, instead["id"], first) for one in about]
    fresh = [one for one in ties if stated_here(desk, actor, one["id"]) is None]
    # an address has no versions: where this node states it already, its statement stands
    stands = instead["type"] == "url" and stated_here(desk, actor, instead["id"]) is not None
    french = translation(desk, value, NONE, words) if words.both and "modified" in value else []
    values = [value, *([] if stands else [instead]), *fresh, *french]
    if before is not None and kind == "media-content":
        values = fresh
    if values:
        stated(desk, actor, VERB, values, sorted(atoms), kind=kind)
    return Described(
        id=value["id"],
        fallback=str(instead["id"]),
        ties=tuple(one["id"] for one in ties),
        marking=tuple(sorted(atoms)),
    )


def marked_as(desk: Desk, actor: Actor, about: Iterable[str], marking: str) -> frozenset[str]:
    """Return what is said of some objects has to be marked by: all that they are, and `marking`; raises InputError for nothing."""
    atoms = marking_of(marking) if marking else frozenset()
    for one in about:
        atoms |= {atom for said in show(desk, actor, one).statements for atom in said.effective_marking}
    if not atoms:
        raise InputError(
            "describe-marking", _("Say under which marking it is (-m), or of what it is said.")
        ).at("marking")
    return atoms


def tie(desk: Desk, one: str, other: str, when: str, *, kind: str = "", words: str = "") -> dict[str, Any]:
    """Return the relationship between an incident or set and what it is made of; the same two have the same one."""
    of = other.partition("--")[0]
    named = kind or ("uses" if of in USES else "related-to")
    return {
        "type": "relationship",
        "spec_version": "2.1",
        "id": f"relationship--{uuid5(_SPACE, f'{desk.node} {one} {named} {other}')}",
        "created": when,
        "modified": when,
        "relationship_type": named,
        "source_ref": one,
        "target_ref": other,
        **({"description": words} if words else {}),
    }
