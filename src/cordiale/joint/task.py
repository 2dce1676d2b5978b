"""A task: what a node of a case takes on, by when; its state is what its owner last said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, get_args

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Answer
from cordiale.desk.marking.stating import state
from cordiale.joint.case import Case, chaired, finish, hears
from cordiale.joint.contribution import Added, Contribution, contribute, contributions
from cordiale.joint.held import Held, all_of
from cordiale.joint.moment import at, stamp
from cordiale.joint.sending import Sent, send
from cordiale.joint.words import NONE, Words
from cordiale.joint.written import object_of
from cordiale.platform.errors import InputError, NotAllowed, NotFound
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

NAME: Final = "joint-task"
PROGRESS: Final = "progress"
"""The role of a contribution that says how far something is; its detail `state` is a `State`."""

State = Literal["open", "under-way", "done", "dropped"]
STATES: Final[tuple[str, ...]] = get_args(State)


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What the extension `joint-task` says."""

    case_ref: str
    owner: str
    words: Words
    kind: str = ""
    due: str | None = None
    at: str


class TaskView(Answer, frozen=True, kw_only=True):
    """A task as it stands; `late` when it is not done and its time is over."""

    id: str
    owner: str
    words: Words
    kind: str
    due: int | None
    state: str
    late: bool
    note: Words = NONE


class Given(Answer, frozen=True, kw_only=True):
    """A task that was given to a node, and what became of telling everybody."""

    id: str
    sent: tuple[Sent, ...]


def tasks(tx: Transaction, desk: Desk, actor: Actor, case: Held[Case]) -> list[TaskView]:
    """Return the tasks of a case as its chair gave them, with what their owners say of them, the next due first."""
    said = contributions(tx, desk, actor, case, PROGRESS)
    found = [
        view(one.id, one.said.owner, one.said.words, one.said.kind, at(one.said.due), said, desk.clock())
        for one in all_of(tx, desk, actor, Task, NAME, case.id)
        if one.author == case.said.chair and one.said.case_ref == case.id
    ]
    return sorted(found, key=lambda one: (one.due is None, one.due, one.id))


def view(
    id: str,
    owner: str,
    words: Words,
    kind: str,
    due: int | None,
    said: Iterable[Held[Contribution]],
    now: int,
) -> TaskView:
    """Return a task as it stands: what its owner said of it last, among the progress of a case."""
    mine = [one for one in said if (one.said.role, one.said.about, one.author) == (PROGRESS, id, owner)]
    state = str(mine[-1].said.details.get("state", "open")) if mine else "open"
    return TaskView(
        id=id,
        owner=owner,
        words=words,
        kind=kind,
        due=due,
        state=state if state in STATES else "open",
        late=due is not None and now > due and state not in ("done", "dropped"),
        note=mine[-1].said.words if mine else NONE,
    )


def give(
    desk: Desk, actor: Actor, case: str, owner: str, words: Words, *, due: int | None = None, kind: str = ""
) -> Given:
    """Give a task to a member of a case as its chair; raises InputError where the owner is no member or nothing is said."""
    authorise(actor, "case")
    named(actor, "task")
    if not words.said("en").strip():
        raise InputError("task-empty", _("Say what is to be done.")).at("en")
    with desk.store.write() as tx:
        held = chaired(tx, desk, actor, case)
        if owner not in held.said.members:
            raise InputError(
                "task-owner",
                _("{owner} is not a member of this case: {members}."),
                owner=owner,
                members=", ".join(held.said.members),
            ).at("owner")
        made = Task(
            case_ref=held.id,
            owner=owner,
            words=words,
            kind=kind,
            due=stamp(due) if due is not None else None,
            at=stamp(desk.clock()),
        )
        value = object_of(
            desk,
            NAME,
            made,
            "note",
            refs=[held.id],
            case=held.id,
            abstract="task",
            content=words.said("en"),
            lang="en" if words.en else "fr",
        )
        state(tx, desk, actor, [value], held.marking)
        audit.acted(tx, desk, actor, "task", id=value["id"], case=held.id, owner=owner)
    finish(desk)
    sent = send(desk, actor, hears(desk, held), [value["id"]], held.said.title.en)
    return Given(id=value["id"], sent=sent)


def report(
    desk: Desk, actor: Actor, case: str, about: str, state: str, words: Words, *, kind: str = ""
) -> Added:
    """Say how far something of a case is, as its owner; raises InputError for another state than those of tasks."""
    if state not in STATES:
        raise InputError(
            "task-state", _("{state} is no state. Use one of: {known}."), state=state, known=", ".join(STATES)
        ).at("state")
    spoken = words if words.said("en").strip() else Words(en=state, fr=state)
    return contribute(desk, actor, case, PROGRESS, spoken, about=about, details={"state": state}, kind=kind)


def report_on(
    desk: Desk, actor: Actor, case: str, written: str, state: str, words: Words, *, kind: str = ""
) -> Added:
    """Say how far a task is, named by the beginning of its UUID; raises NotFound for none, NotAllowed for another's."""
    from cordiale.joint.case import SHORTEST, find

    authorise(actor, "case")
    asked = written.strip().lower().removeprefix("note--")
    with desk.store.read() as tx:
        found = [
            one
            for one in tasks(tx, desk, actor, find(tx, desk, actor, case, kind))
            if len(asked) >= SHORTEST and one.id.partition("--")[2].startswith(asked)
        ]
    if len(found) != 1:
        raise NotFound("no-task", _("There is no task {id} in this case."), id=written[:80])
    if found[0].owner != desk.node:
        raise NotAllowed(
            "task-other", _("This task is for {owner}: only it can say how far it is."), owner=found[0].owner
        )
    return report(desk, actor, case, found[0].id, state, words, kind=kind)
