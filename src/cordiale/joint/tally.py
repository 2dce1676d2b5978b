"""Who stands where on one text, and what still keeps it from being agreed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

import msgspec

from cordiale.desk.answers import Reason
from cordiale.joint.case import Case
from cordiale.joint.footnote import Footnote, numbered
from cordiale.joint.words import NONE, Words
from cordiale.platform.languages import _

Standing = Literal[
    "join", "join-with-footnote", "no-objection", "abstain", "object", "silence", "waiting", "unanswered"
]
"""A position; or `silence` that counts as no objection, `waiting` until the deadline, `unanswered` after it."""

JOINS = ("join", "join-with-footnote")


class Given(msgspec.Struct, frozen=True):
    """One member's position as the tally takes it; `for_all` says that everybody of the case may read it."""

    node: str
    position: Standing
    footnote: Words = NONE
    at: int | None = None
    proof: str = ""
    for_all: bool = True
    id: str = ""


class Tally(msgspec.Struct, frozen=True):
    """Every member with where it stands, in the order of the case, and what is in the way of an agreement."""

    stands: tuple[Given, ...]
    joined: int
    reserves: tuple[Footnote, ...]
    blocking: tuple[Reason, ...]

    @property
    def silent(self) -> tuple[str, ...]:
        """Return the members whose silence counts."""
        return tuple(one.node for one in self.stands if one.position == "silence")

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Return the members who said nothing, and whose silence says nothing."""
        return tuple(one.node for one in self.stands if one.position in ("unanswered", "waiting"))


def tally(
    case: Case, given: Sequence[Given], deadline: int | None, now: int, printed: Collection[str] = ()
) -> Tally:
    """Count the positions on one hash; `printed` are objectors whose objection is printed as a reserve.

    Only members of the case are counted, and only what all of them may read: a position under a stricter marking shows
    to those who pass it, and counts for nobody.
    """
    by_node = {one.node: one for one in given}
    over = deadline is not None and now >= deadline
    stands = tuple(by_node.get(node) or Given(node, _silence(case, deadline, now)) for node in case.members)
    counted = [one for one in stands if one.for_all]
    joined = sum(one.position in JOINS for one in counted)
    reserves = numbered(
        [
            (one.node, one.footnote)
            for one in counted
            if one.footnote.both
            and (one.position == "join-with-footnote" or (one.position == "object" and one.node in printed))
        ]
    )
    blocking = []
    for one in stands:
        if one.position == "object" and not (one.node in printed and one.footnote.both and one.for_all):
            blocking.append(_objection(one))
        elif not one.for_all:
            blocking.append(_reason("position-hidden", _HIDDEN, node=one.node))
    waiting = [one.node for one in stands if one.position == "waiting"]
    if waiting and not over:
        blocking.append(_reason("waiting", _WAITING, nodes=", ".join(waiting)))
    if joined < case.framework.joins:
        blocking.append(_reason("joins", _JOINS, joined=joined, needed=case.framework.joins))
    return Tally(stands, joined, reserves, tuple(blocking))


def _silence(case: Case, deadline: int | None, now: int) -> Standing:
    if deadline is None or now < deadline:
        return "waiting"
    return "silence" if case.framework.silence == "assent" else "unanswered"


def _objection(one: Given) -> Reason:
    words = _OBJECTS if one.footnote.both else _OBJECTS_UNWRITTEN
    return _reason("objection", words, node=one.node)


def _reason(code: str, message_id: str, **params: str | int) -> Reason:
    return Reason(code=code, message_id=message_id, params=params)


_OBJECTS = _("{node} objects: its objection has to be withdrawn, or printed as a reserve.")
_OBJECTS_UNWRITTEN = _(
    "{node} objects, and wrote nothing in both languages that could be printed: it has to withdraw or to write it."
)
_HIDDEN = _(
    "The position of {node} is marked more strictly than the case: not everybody may read it, so it cannot be recorded."
)
_WAITING = _("Still awaited: {nodes}. Their time is not over.")
_JOINS = _("{joined} of the {needed} members that have to join do so.")
