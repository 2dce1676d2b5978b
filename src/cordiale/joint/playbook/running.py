"""Take the steps of playbooks for what arrived: each step once for an object, whatever happens in between.

A step is written down before it is taken. After a crash between the two nobody knows whether it was taken; it is left to a
person and not repeated, since a question asked twice cannot be unasked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.accounts import records as accounts
from cordiale.desk.actor import Actor, house
from cordiale.desk.people import acting
from cordiale.desk.reading import in_part
from cordiale.desk.search import matching
from cordiale.desk.visible import visible
from cordiale.joint.playbook import records
from cordiale.joint.playbook.keeping import refused
from cordiale.joint.playbook.model import Entry, Playbook
from cordiale.joint.playbook.steps import EXPORTS, take
from cordiale.platform.clock import HOUR
from cordiale.platform.errors import CordialeError
from cordiale.platform.languages import _
from cordiale.platform.log import logger
from cordiale.store import text, versions

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk

PAGE: Final = 200
MOST: Final = 200
"""Objects for which a playbook acts within an hour; at the next one it stops and waits for a person."""

TOO_MANY: Final = _(
    "It was stopped: it acted for {limit} objects within an hour. Look at its log, and turn it on again."
)
GONE: Final = _("It was stopped: {name}, in whose name it acts, is no longer active here.")

log = logger("joint")


def tick(desk: Desk) -> int:
    """Take the steps that are due; return for how many objects."""
    with desk.store.read() as tx:
        on = records.every(tx, "on")
        upto = text.upto(tx) if desk.settings.store.text_index else versions.last(tx)
    return sum(_run(desk, one, upto) for one in on if one.seen < upto)


def sweep(desk: Desk) -> int:
    """Remove files that playbooks wrote of objects that are no longer held: what was recalled or purged goes there as well."""
    files = list((desk.folder / EXPORTS).glob("*/*--*.json"))
    if not files:
        return 0
    with desk.store.read() as tx:
        gone = [file for file in files if not versions.get(tx, file.stem, None)]
    for file in gone:
        file.unlink(missing_ok=True)
    return len(gone)


def _run(desk: Desk, playbook: Playbook, upto: int) -> int:
    actor = _actor(desk, playbook)
    if actor is None:
        _stop(desk, playbook, GONE)
        return 0
    asked = msgspec.structs.replace(playbook.asked, beyond=playbook.seen)
    taken, start = 0, None
    while True:
        with desk.store.read() as tx:
            page, rows = matching(tx, desk, actor, asked, start, PAGE, visible(tx, desk, actor))
            whole = [row.id for row in rows if not in_part(row)]
            done = records.done(tx, playbook.id, whole)
            recent = records.since(tx, playbook.id, desk.clock() - HOUR)
        for object_id in dict.fromkeys(whole):
            if object_id in done:
                continue
            if recent >= MOST:
                _stop(desk, playbook, TOO_MANY)
                return taken
            _act(desk, actor, playbook, object_id)
            recent, taken = recent + 1, taken + 1
        if page.next is None:
            break
        start = page.next
    with desk.store.write() as tx:
        for now in records.every(tx, "on"):
            # turned off, or on again by somebody else, meanwhile: theirs stands
            if now.id == playbook.id and now.seen == playbook.seen:
                records.change(tx, msgspec.structs.replace(now, seen=upto))
    if taken:
        log.info("playbook acted", playbook=playbook.id, objects=taken)
    return taken


def _act(desk: Desk, actor: Actor, playbook: Playbook, object_id: str) -> None:
    for number, step in enumerate(playbook.steps):
        entry = Entry(
            playbook=playbook.id, object_id=object_id, step=number, at=desk.clock(), outcome="begun"
        )
        with desk.store.write() as tx:
            records.note(tx, entry)
        try:
            outcome, said, facts = take(desk, actor, playbook, step, object_id)
        except CordialeError as error:
            outcome, said, facts = refused(error)
        with desk.store.write() as tx:
            records.note(
                tx, msgspec.structs.replace(entry, at=desk.clock(), outcome=outcome, said=said, facts=facts)
            )


def _actor(desk: Desk, playbook: Playbook) -> Actor | None:
    """Return in whose name a playbook acts, with the rights they have now; None when they are no longer active."""
    if not playbook.person:
        return house(playbook.owner)
    with desk.store.read() as tx:
        person = accounts.person(tx, playbook.person)
    return acting(desk, person) if person is not None and person.state == "active" else None


def _stop(desk: Desk, playbook: Playbook, why: str) -> None:
    with desk.store.write() as tx:
        for now in records.every(tx, "on"):
            if now.id == playbook.id:
                records.change(tx, msgspec.structs.replace(now, state="stopped", why=why))
    log.warning("playbook stopped", playbook=playbook.id)
