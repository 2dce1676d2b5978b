"""A case: what partners work on together, who takes part, who only reads, and what counts as agreement.

Those whom a case names may know of one another. A participant that others may not know of is in a case of its own,
with the chair alone; so nothing that is counted or listed in one case depends on the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Answer
from cordiale.desk.incoming.importing import index_all
from cordiale.desk.marking.stating import state
from cordiale.desk.outgoing.release import require_named
from cordiale.desk.written import marking_of
from cordiale.exchange.partners.pairing import partners
from cordiale.joint.held import Held, all_of, of_id
from cordiale.joint.moment import stamp
from cordiale.joint.sending import Sent, pass_on, send
from cordiale.joint.words import NONE, Words
from cordiale.joint.written import label_of, object_of
from cordiale.platform.errors import Conflict, InputError, NotAllowed, NotFound
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

NAME: Final = "joint-case"
SHORTEST: Final = 4
"""Characters of an id that are enough to name a case, where no other begins so."""

_WHOLE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Framework(msgspec.Struct, frozen=True):
    """What the members agreed on beforehand: it decides what silence means and when something is agreed.

    `joins`: members that have to join. `level` and `assessed`: so many members have to assess at least so gravely.
    """

    name: Words = NONE
    silence: Literal["assent", "nothing"] = "nothing"
    joins: int = 1
    level: str = ""
    assessed: int = 0


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What the extension `joint-case` says; instants as STIX writes them."""

    kind: str
    title: Words
    chair: str
    members: tuple[str, ...]
    observers: tuple[str, ...] = ()
    framework: Framework = Framework()
    object_refs: tuple[str, ...] = ()
    owner: str = ""
    due: str | None = None
    state: Literal["open", "closed"] = "open"

    @property
    def everybody(self) -> tuple[str, ...]:
        """Return members and observers."""
        return tuple(dict.fromkeys((*self.members, *self.observers)))


class Opened(Answer, frozen=True, kw_only=True):
    """A case that was opened or changed, and what became of telling those it names."""

    id: str
    sent: tuple[Sent, ...]


def cases(tx: Transaction, desk: Desk, actor: Actor, kind: str = "") -> list[Held[Case]]:
    """Return the cases a reader sees whole, the newest first, each as its own chair states it."""
    return _stated(all_of(tx, desk, actor, Case, NAME), kind)


def _stated(found: Sequence[Held[Case]], kind: str) -> list[Held[Case]]:
    stated = [one for one in found if one.author == one.said.chair and (not kind or one.said.kind == kind)]
    return list({one.id: one for one in reversed(stated)}.values())[::-1]


def find(tx: Transaction, desk: Desk, actor: Actor, written: str, kind: str = "") -> Held[Case]:
    """Return the case an id, or the beginning of its UUID, names; raises NotFound, InputError for several."""
    asked = written.strip().lower().removeprefix("incident--")
    if _WHOLE.fullmatch(asked):  # one case is not looked for among all
        known = _stated(of_id(tx, desk, actor, Case, NAME, f"incident--{asked}"), kind)
    else:
        known = [one for one in cases(tx, desk, actor, kind) if one.id.partition("--")[2].startswith(asked)]
    if len(asked) < SHORTEST or not known:
        raise NotFound("no-case", _("There is no case {id} that you may see."), id=written[:80])
    if len(known) > 1:
        raise InputError("which-case", _("Several cases begin with {id}: write more of it."), id=written[:80])
    return known[0]


def open_case(
    desk: Desk,
    actor: Actor,
    *,
    title: Words,
    members: Sequence[str],
    observers: Sequence[str] = (),
    marking: str | Iterable[str],
    kind: str = "case",
    framework: Framework | None = None,
    objects: Sequence[str] = (),
    due: int | None = None,
    description: str = "",
) -> Opened:
    """Open a case that this node chairs, about objects, and give it with them to those it names.

    Everything that is said in it goes under its marking. Raises InputError for a title that is not in both languages,
    for a member that is no partner, for an object that is not here, and for one that names somebody to whom nobody did.
    """
    authorise(actor, "case")
    named(actor, "case open")
    from cordiale.desk.marking.chosen import summaries

    framework = framework or Framework()
    if not title.both:
        raise InputError(
            "case-title", _("A case has a title in English and in French: both nations read it.")
        ).at("title", "title_en")
    one = Case(
        kind=kind,
        title=title,
        chair=desk.node,
        members=tuple(dict.fromkeys((desk.node, *nodes(desk, members)))),
        observers=tuple(nodes(desk, observers)),
        framework=framework,
        object_refs=tuple(summary.id for summary in summaries(desk, actor, objects)) if objects else (),
        owner=desk.node,
        due=stamp(due) if due is not None else None,
    )
    both = set(one.members) & set(one.observers)
    if both:
        raise InputError(
            "case-both",
            _("{nodes} cannot be a member and an observer at once."),
            nodes=", ".join(sorted(both)),
        ).at("observers")
    if framework.joins > len(one.members):
        raise InputError(
            "case-joins",
            _("{joins} members have to join, and the case has {members}."),
            joins=framework.joins,
            members=len(one.members),
        ).at("joins")
    identifier = f"incident--{uuid4(desk.random)}"
    value = object_of(
        desk, NAME, one, "incident", id=identifier, case=identifier, name=title.en, description=description
    )
    wanted = marking_of(marking)
    with desk.store.write() as tx:
        require_named(tx, desk, one.everybody, one.object_refs)
        state(tx, desk, actor, [value], wanted)
        audit.acted(tx, desk, actor, "case-open", id=identifier, members=list(one.members))
    finish(desk)
    sent = send(desk, actor, one.everybody, [*one.object_refs, identifier], title.en)
    onward = pass_on(desk, actor, one.everybody, label_of(identifier), title.en, wanted)
    return Opened(id=identifier, sent=(*sent, *onward))


def close_case(desk: Desk, actor: Actor, written: str) -> Opened:
    """Close a case as its chair: it is read, and nothing more is said in it."""
    authorise(actor, "case")
    named(actor, "case close")
    with desk.store.write() as tx:
        held = find(tx, desk, actor, written)
        _chairs(desk, held)
        closed = msgspec.structs.replace(held.said, state="closed")
        value = object_of(
            desk,
            NAME,
            closed,
            "incident",
            id=held.id,
            created=held.created,
            after=held.modified,
            case=held.id,
            name=closed.title.en,
        )
        state(tx, desk, actor, [value], held.marking)
        audit.acted(tx, desk, actor, "case-close", id=held.id)
    finish(desk)
    return Opened(id=held.id, sent=())


def chaired(tx: Transaction, desk: Desk, actor: Actor, written: str, kind: str = "") -> Held[Case]:
    """Return an open case that this node chairs; raises NotAllowed where another does, Conflict for a closed one."""
    held = open_for(tx, desk, actor, written, kind)
    _chairs(desk, held)
    return held


def open_for(tx: Transaction, desk: Desk, actor: Actor, written: str, kind: str = "") -> Held[Case]:
    """Return a case in which something can still be said; raises Conflict for one that is closed."""
    held = find(tx, desk, actor, written, kind)
    if held.said.state == "closed":
        raise Conflict("case-closed", _("This case is closed: it is read, and nothing more is said in it."))
    return held


def taking_part(desk: Desk, held: Held[Case]) -> None:
    """Raise NotAllowed unless this node is a member of the case: observers read."""
    if desk.node not in held.said.members:
        raise NotAllowed(
            "case-observer",
            _("{node} is not a member of this case: it reads and takes no position."),
            node=desk.node,
        )


def finish(desk: Desk) -> None:
    """Let what was just stored be found, and the sequencer look at it."""
    index_all(desk)
    desk.wake()


def hears(desk: Desk, held: Held[Case]) -> tuple[str, ...]:
    """Return whom this node gives what it says in a case: everybody as the chair, else the chair, which passes it on."""
    return held.said.everybody if desk.node == held.said.chair else (held.said.chair,)


def _chairs(desk: Desk, held: Held[Case]) -> None:
    if held.said.chair != desk.node:
        raise NotAllowed(
            "case-chair",
            _("This case is chaired by {chair}: only it can do that."),
            chair=held.said.chair,
        )


def nodes(desk: Desk, written: Sequence[str]) -> list[str]:
    """Return the names of nodes as they are written here; raises InputError for one that is no partner."""
    with desk.store.read() as tx:
        known = {one.node.lower(): one.node for one in partners(tx) if one.state == "confirmed" and one.keys}
    known[desk.node.lower()] = desk.node
    missing = [name for name in written if name.lower() not in known]
    if missing:
        raise InputError(
            "case-nodes",
            _("{nodes}: no partner of this node. Known: {known}."),
            nodes=", ".join(missing),
            known=", ".join(sorted(known.values())),
        ).at("members", "to")
    return [known[name.lower()] for name in written]
