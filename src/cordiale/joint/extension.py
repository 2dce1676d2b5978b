"""More time: a chair lets a deadline come later without putting the text anew; it can never make it come sooner.

The deadline that members signed stays under the hash. What is said here counts only where it is later, so that nobody's silence
becomes an assent before the instant that it read (0111).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from cordiale.desk.actor import authorise, named
from cordiale.joint.case import Case, chaired
from cordiale.joint.contribution import Added, Contribution, contribute, contributions
from cordiale.joint.held import Held
from cordiale.joint.moment import at, stamp
from cordiale.joint.revision import Revision, read_text
from cordiale.joint.words import NONE, Words
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _, text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

ROLE: Final = "more-time"
"""The role of a contribution by which the chair gives more time; `about` is the hash, its detail `deadline` an instant."""


def deadline_of(revision: Revision, chair: str, said: Iterable[Held[Contribution]]) -> int | None:
    """Return until when members may take a position on a text: what its hash holds, or later where its chair says so."""
    signed = at(revision.deadline)
    if signed is None:
        return None
    given = [
        at(str(one.said.details.get("deadline", "")))
        for one in said
        if one.said.role == ROLE and one.author == chair and one.said.about == revision.hash
    ]
    return max([signed, *(one for one in given if one is not None)])


def standing_deadline(tx: Transaction, desk: Desk, actor: Actor, case: Held[Case], one: Held[Revision]) -> int | None:  # fmt: skip
    """Return the deadline of a revision of a case, as `deadline_of` does, of what the reader sees."""
    return deadline_of(one.said, case.said.chair, contributions(tx, desk, actor, case, ROLE))


def extend(
    desk: Desk, actor: Actor, case: str, hash: str, until: int, words: Words = NONE, *, kind: str = ""
) -> Added:
    """Give the members more time for the text whose hash begins so, as its chair, without voiding any position.

    Raises InputError where it has no deadline, or the new one is not later; Conflict where it is agreed already.
    """
    authorise(actor, "case")
    named(actor, ROLE)
    from cordiale.joint.agreement import not_agreed_yet

    with desk.store.read() as tx:
        held = chaired(tx, desk, actor, case, kind)
        one = read_text(tx, desk, actor, held, hash)
        not_agreed_yet(tx, desk, actor, held, one)
        before = standing_deadline(tx, desk, actor, held, one)
    if before is None:
        raise InputError("extend-none", _("This text has no deadline that could come later."))
    if until <= before or until <= desk.clock():
        raise InputError(
            "extend-sooner",
            _("The deadline is {before}: more time means a later one that is still to come."),
            before=stamp(before),
        ).at("until")
    said = words if words.said("en").strip() else _said(until)
    details = {"deadline": stamp(until)}
    return contribute(desk, actor, held.id, ROLE, said, about=one.said.hash, details=details, kind=kind)


def _said(until: int) -> Words:
    sentence = _("More time is given: until {until}.")
    return Words(text("en", sentence, until=stamp(until)), text("fr", sentence, until=stamp(until)))
