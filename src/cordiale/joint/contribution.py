"""A contribution: what a participant adds to a case, in one of the roles that the field of work knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Answer
from cordiale.desk.marking.stating import state
from cordiale.joint.case import Case, finish, hears, open_for, taking_part
from cordiale.joint.held import Held, all_of
from cordiale.joint.moment import stamp
from cordiale.joint.sending import Sent, send
from cordiale.joint.words import Words
from cordiale.joint.written import object_of
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

NAME: Final = "joint-contribution"
Detail = str | int | float | bool


class Contribution(msgspec.Struct, frozen=True, kw_only=True):
    """What the extension `joint-contribution` says; `about` is what of the case it speaks of, `details` are the role's."""

    case_ref: str
    role: str
    words: Words
    about: str = ""
    details: dict[str, Detail] = {}
    at: str


class Added(Answer, frozen=True, kw_only=True):
    """A contribution that was made, and what became of giving it to whom the case is."""

    id: str
    role: str
    sent: tuple[Sent, ...]


def contributions(
    tx: Transaction, desk: Desk, actor: Actor, case: Held[Case], role: str = ""
) -> list[Held[Contribution]]:
    """Return what the members added to a case, oldest first; what others say in it is in no list."""
    found = [
        one
        for one in all_of(tx, desk, actor, Contribution, NAME, case.id)
        if one.said.case_ref == case.id
        and one.author in case.said.members
        and (not role or one.said.role == role)
    ]
    return sorted(found, key=lambda one: (one.said.at, one.id))


def contribute(
    desk: Desk,
    actor: Actor,
    case: str,
    role: str,
    words: Words,
    *,
    about: str = "",
    details: Mapping[str, Detail] | None = None,
    objects: Sequence[str] = (),
    kind: str = "",
) -> Added:
    """Add something to a case as one of its members; raises InputError where nothing is said, NotAllowed for an observer."""
    authorise(actor, "case")
    named(actor, role)
    if not words.said("en").strip():
        raise InputError("contribution-empty", _("Say something, in English, in French or in both.")).at("en")
    with desk.store.write() as tx:
        held = open_for(tx, desk, actor, case, kind)
        taking_part(desk, held)
        made = Contribution(
            case_ref=held.id,
            role=role,
            words=words,
            about=about,
            details=dict(details or {}),
            at=stamp(desk.clock()),
        )
        value = object_of(
            desk,
            NAME,
            made,
            "note",
            refs=[held.id, *objects],
            case=held.id,
            abstract=role,
            content=words.said("en"),
            lang="en" if words.en else "fr",
        )
        state(tx, desk, actor, [value], held.marking)
        audit.acted(tx, desk, actor, "contribute", id=value["id"], case=held.id, role=role)
    finish(desk)
    sent = send(desk, actor, hears(desk, held), [value["id"]], held.said.title.en)
    return Added(id=value["id"], role=role, sent=sent)
