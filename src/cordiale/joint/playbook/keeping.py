"""Write, try, turn on and off, and read playbooks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import VERBS, authorise, named
from cordiale.desk.answers import Answer, Summary
from cordiale.desk.summary import summary
from cordiale.desk.views.reading import in_part
from cordiale.desk.views.search import Question, matching
from cordiale.desk.visible import passes, visible
from cordiale.desk.written import marking_of
from cordiale.joint.playbook import records
from cordiale.joint.playbook.model import Ask, Entry, Export, Mark, Outcome, Playbook, Step
from cordiale.joint.playbook.steps import check, whole, would
from cordiale.joint.words import NONE
from cordiale.platform.errors import Conflict, CordialeError, InputError, NotAllowed, NotFound
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _
from cordiale.store import versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.joint.playbook.records import Statement
    from cordiale.store.connection import Transaction

LONGEST: Final = 120
MOST: Final = 100
"""Playbooks of a node, at most."""

_LIKE_AN_ID: Final = re.compile(r"[0-9a-f-]{4,36}", re.IGNORECASE)
"""What may be written for a playbook in place of its name: a name like this could stand before another's id."""

TRIED: Final = 50
"""Objects that a dry run looks at: the newest that the search finds."""


class Trial(Answer, frozen=True, kw_only=True):
    """What a playbook would do for one object: for each of its steps the outcome, a sentence's id and what it names."""

    item: Summary
    steps: tuple[tuple[Outcome, str, dict[str, str]], ...]


class Notice(Answer, frozen=True, kw_only=True):
    """What a playbook found that its reader was to be told of, as far as they may see it now."""

    playbook: str
    name: str
    items: tuple[Summary, ...]


def playbook_add(desk: Desk, actor: Actor, name: str, asked: Question, steps: Sequence[Step]) -> Playbook:
    """Keep a playbook, turned off; raises InputError for a step that can never be taken, Conflict for a name that is taken."""
    authorise(actor, "playbook")
    named(actor, "playbook")
    name, steps = _checked(desk, name, asked, steps)
    with desk.store.write() as tx:
        held = _findable(tx, desk, actor, name, asked)
        if len(held) >= MOST:
            raise Conflict(
                "playbook-many", _("There are {limit} playbooks already: remove one first."), limit=MOST
            )
        made = Playbook(
            id=uuid4(desk.random),
            name=name,
            owner=actor.name,
            person=actor.person,
            asked=asked,
            steps=tuple(steps),
            state="off",
            seen=versions.last(tx),
            at=desk.clock(),
        )
        records.put(tx, made)
        audit.acted(tx, desk, actor, "playbook-add", playbook=made.id, name=name, steps=_said(made))
    return made


def playbook_change(
    desk: Desk, actor: Actor, written: str, name: str, asked: Question, steps: Sequence[Step]
) -> Playbook:
    """Write a playbook anew, turned off: whoever turns it on answers for what it does now. Its log stays.

    Raises NotFound for a playbook that is none, and what `playbook_add` raises.
    """
    authorise(actor, "playbook")
    named(actor, "playbook")
    name, steps = _checked(desk, name, asked, steps)
    with desk.store.write() as tx:
        held = _one(tx, written)
        _findable(tx, desk, actor, name, asked, but=held.id)
        changed = msgspec.structs.replace(
            held, name=name, asked=asked, steps=tuple(steps), state="off", why=""
        )
        records.change(tx, changed)
        audit.acted(tx, desk, actor, "playbook-change", playbook=held.id, name=name, steps=_said(changed))
    return msgspec.structs.replace(changed, seen=0)


def _checked(desk: Desk, name: str, asked: Question, steps: Sequence[Step]) -> tuple[str, list[Step]]:
    """Return a playbook's name as it is kept, and its steps in the order they are taken."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST:
        raise InputError(
            "playbook-name", _("Give the playbook a name of up to {limit} characters."), limit=LONGEST
        ).at("name")
    if _LIKE_AN_ID.fullmatch(name):
        raise InputError(
            "playbook-name-id",
            _("“{name}” looks like the id of a playbook, or its beginning: give another name."),
            name=name,
        ).at("name")
    if asked == Question():
        raise InputError(
            "playbook-search",
            _("A playbook has a search: without one it would act on everything that arrives."),
        ).at("q")
    check(desk, steps)
    # what makes an object stricter comes first: nothing is told or asked of it before
    return name, sorted(steps, key=lambda step: not isinstance(step, Mark))


def _findable(
    tx: Transaction, desk: Desk, actor: Actor, name: str, asked: Question, *, but: str = ""
) -> list[Playbook]:
    """Ask a search once, so that what cannot be looked for is refused now and not when something arrives.

    Returns the playbooks that are kept; raises Conflict where another than `but` has the name.
    """
    matching(tx, desk, actor, asked, None, 1, visible(tx, desk, actor))
    held = records.every(tx)
    if any(one.name == name and one.id != but for one in held):
        raise Conflict("playbook-named", _("There is a playbook “{name}” already."), name=name).at("name")
    return held


def playbooks(desk: Desk, actor: Actor) -> list[Playbook]:
    """Return the playbooks of this node, by name; up to where each looked is not told, for it counts what is hidden too.

    What a playbook asks of partners is told to who passes the marking that it asks under.
    """
    authorise(actor, "playbook-list")
    with desk.store.read() as tx:
        return [_told(tx, desk, actor, one) for one in records.every(tx)]


def playbook_show(desk: Desk, actor: Actor, written: str) -> Playbook:
    """Return one playbook, as `playbooks` tells of it; raises NotFound."""
    authorise(actor, "playbook-list")
    with desk.store.read() as tx:
        return _told(tx, desk, actor, _one(tx, written))


def playbook_turn(desk: Desk, actor: Actor, written: str, state: Literal["on", "off"]) -> Playbook:
    """Turn a playbook on or off. Who turns it on acts by it from now on, for what arrives from now on.

    Raises NotFound for a playbook that is none, NotAllowed for who may not do by themselves what it does, or may not read
    what it asks.
    """
    authorise(actor, "playbook")
    named(actor, "playbook")
    with desk.store.write() as tx:
        held = _one(tx, written)
        if state == "on":
            _answered_for(tx, desk, actor, held)
        changed = msgspec.structs.replace(held, state=state, why="")
        if state == "on":
            changed = msgspec.structs.replace(
                changed, owner=actor.name, person=actor.person, seen=versions.last(tx)
            )
        records.change(tx, changed)
        audit.acted(tx, desk, actor, f"playbook-{state}", playbook=held.id, name=held.name, steps=_said(held))
        return _told(tx, desk, actor, changed)


def playbook_drop(desk: Desk, actor: Actor, written: str) -> None:
    """Remove a playbook; what it did stays in its log and in the audit."""
    authorise(actor, "playbook")
    named(actor, "playbook")
    with desk.store.write() as tx:
        held = _one(tx, written)
        records.drop(tx, held.id)
        audit.acted(tx, desk, actor, "playbook-drop", playbook=held.id, name=held.name)


def playbook_try(desk: Desk, actor: Actor, written: str, *, limit: int = TRIED) -> list[Trial]:
    """Return what a playbook would do, in the actor's name, for the newest objects that its search finds; nothing is done."""
    authorise(actor, "playbook-list")
    with desk.store.read() as tx:
        held = _one(tx, written)
        seen = visible(tx, desk, actor)
        _page, rows = matching(tx, desk, actor, held.asked, None, max(1, min(limit, TRIED)), seen)
        items = [summary(tx, row) for row in rows if not in_part(row)]
    found = []
    for item in items:
        steps: list[tuple[Outcome, str, dict[str, str]]] = []
        for step in held.steps:
            try:
                steps.append(would(desk, actor, step, (item.id, item.source)))
            except CordialeError as error:
                steps.append(refused(error))
        found.append(Trial(item=item, steps=tuple(steps)))
    audit.read(desk, actor, "playbook-try", playbook=held.id, found=len(found))
    return found


def playbook_log(
    desk: Desk, actor: Actor, written: str | None = None, *, limit: int = 200
) -> list[tuple[Entry, Summary]]:
    """Return what playbooks did, newest first, for statements that the reader may see: of others there is no line."""
    authorise(actor, "playbook-list")
    limit = max(1, min(limit, 1000))
    found: list[tuple[Entry, Summary]] = []
    with desk.store.read() as tx:
        items: dict[Statement, Summary | None] = {}
        for entry in records.log(tx, _one(tx, written).id if written else None):
            about = entry.object_id, entry.source
            if about not in items:
                row = whole(tx, desk, actor, about)
                items[about] = None if row is None else summary(tx, row)
            item = items[about]
            if item is not None:
                found.append((entry, item))
                if len(found) == limit:
                    break
    return found


def notices(desk: Desk, actor: Actor) -> list[Notice]:
    """Return what playbooks found that this person was to be told of; nothing that they may not see now."""
    authorise(actor, "search")
    if not actor.person:
        return []
    with desk.store.read() as tx:
        told = records.told(tx, actor.person)
        names = {one.id: one.name for one in records.every(tx)} if told else {}
        found = []
        for playbook, statements in told.items():
            rows = [row for about in statements if (row := whole(tx, desk, actor, about)) is not None]
            if rows:
                items = tuple(summary(tx, row) for row in rows)
                found.append(Notice(playbook=playbook, name=names.get(playbook, ""), items=items))
    return sorted(found, key=lambda one: one.name)


def notices_seen(desk: Desk, actor: Actor, playbook: str) -> None:
    """Note that this person has seen what a playbook found until now."""
    authorise(actor, "search")
    with desk.store.write() as tx:
        records.heard(tx, playbook, actor.person)


def refused(error: CordialeError) -> tuple[Outcome, str, dict[str, str]]:
    """Return an error as the outcome of a step."""
    return "refused", error.message_id, {name: str(value) for name, value in error.params.items()}


def _one(tx: Transaction, written: str) -> Playbook:
    """Return a playbook by its id, else its name, else the first characters of the id; raises NotFound, Conflict for several."""
    every = records.every(tx)
    found = (
        [one for one in every if one.id == written]
        or [one for one in every if one.name == written]
        or [one for one in every if len(written) >= 4 and one.id.startswith(written)]
    )
    if len(found) > 1:
        raise Conflict("playbook-several", _("Several playbooks begin so: write more of the id."))
    if not found:
        raise NotFound(
            "no-playbook", _("There is no playbook {name}. See: cordiale playbook list"), name=written[:200]
        )
    return found[0]


def _told(tx: Transaction, desk: Desk, actor: Actor, held: Playbook) -> Playbook:
    """Return a playbook as a reader knows it: without words under a marking that they do not pass."""
    steps = tuple(
        one
        if not isinstance(one, Ask) or passes(tx, desk, actor, marking_of(one.marking))
        else msgspec.structs.replace(one, words=NONE)
        for one in held.steps
    )
    return msgspec.structs.replace(held, steps=steps, seen=0)


def _answered_for(tx: Transaction, desk: Desk, actor: Actor, held: Playbook) -> None:
    """Raise NotAllowed where somebody could not take these steps now: a token for playbooks is for nothing else.

    What a question gives with it is released where its asker may release, so a token of theirs has to be for that too.
    """
    for step in held.steps:
        for verb in _VERBS.get(type(step), ()):
            if verb != "release" or not actor.roles.isdisjoint(VERBS[verb]):
                authorise(actor, verb)
        if isinstance(step, Ask) and not passes(tx, desk, actor, marking_of(step.marking)):
            raise NotAllowed(
                "playbook-unread",
                _("It asks partners in words under {marking}, which you do not read: somebody who does turns it on."),
                marking=step.marking,
            )  # fmt: skip


_VERBS: Final = {Mark: ("mark",), Export: ("export",), Ask: ("request", "release")}
"""Kind of step → the verbs by which a person does the same."""


def _said(playbook: Playbook) -> list[str]:
    return [str(type(step).__name__).lower() for step in playbook.steps]
