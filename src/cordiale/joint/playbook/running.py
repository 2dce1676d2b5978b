"""Take the steps of playbooks for what arrived: each step once for a statement, whatever happens in between.

All steps are written down before the first is taken, and each again when it begins. After a crash, those that were not begun
are taken; of one that was begun nobody knows whether it was taken, and it is left to a person: a question asked twice cannot
be unasked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.accounts import records as accounts
from cordiale.desk.actor import Actor, house
from cordiale.desk.outgoing.exporting import bundle_of
from cordiale.desk.person.people import acting
from cordiale.desk.views.reading import in_part
from cordiale.desk.views.search import matching
from cordiale.desk.visible import visible
from cordiale.joint.playbook import records
from cordiale.joint.playbook.keeping import refused
from cordiale.joint.playbook.model import Entry, Playbook
from cordiale.joint.playbook.steps import WRITTEN, take
from cordiale.platform.clock import HOUR
from cordiale.platform.errors import CordialeError
from cordiale.platform.languages import _
from cordiale.platform.log import logger
from cordiale.platform.replacing import replace_file
from cordiale.store import markings, text, versions

if TYPE_CHECKING:
    from pathlib import Path

    from cordiale.desk.desk import Desk
    from cordiale.joint.playbook.records import Statement

PAGE: Final = 200
MOST: Final = 200
"""Objects for which a playbook acts within an hour; at the next one it stops and waits for a person."""

TOO_MANY: Final = _(
    "It was stopped: it acted for {limit} objects within an hour. Look at its log, and turn it on again."
)
GONE: Final = _("It was stopped: {name}, in whose name it acts, is no longer active here.")
UNWRITTEN: Final = _("It could not be written: {words}.")

log = logger("joint")


def tick(desk: Desk) -> int:
    """Take the steps that are due; return for how many statements."""
    with desk.store.read() as tx:
        on = records.every(tx, "on")
        upto = text.upto(tx) if desk.settings.store.text_index else versions.last(tx)
    return sum(_run(desk, one, upto) for one in on if one.seen < upto)


def sweep(desk: Desk) -> int:
    """Bring the files that playbooks wrote up to date: gone with what was recalled or purged, or marked otherwise since.

    Of a statement that has a newer version under the same marking, the file holds that one, while the playbook is on and as
    far as the person in whose name it acts reads all of it; else it is gone. Returns how many were removed.
    """
    gone = 0
    with desk.store.read() as tx:
        written = records.said(tx, WRITTEN)
        on = {one.id: one for one in records.every(tx, "on")} if written else {}
    for entry in written:
        file = _file(desk, entry)
        if not file.exists():
            continue
        with desk.store.read() as tx:
            rows = versions.get(tx, entry.object_id, None)
            row = next((one for one in rows if one.source == entry.source), None)
            atoms = "" if row is None else " ".join(sorted(markings.atoms(tx, row.effective_mid)))
        if row is not None and atoms == entry.facts["marking"]:
            if row.hash.hex() == entry.facts["hash"]:
                continue
            if _written_anew(desk, on.get(entry.playbook), entry, file, row.hash):
                continue
        file.unlink(missing_ok=True)
        gone += 1
    return gone


def _written_anew(desk: Desk, playbook: Playbook | None, entry: Entry, file: Path, digest: bytes) -> bool:
    """Write what a statement says now, in the name of who turned the playbook on; tell whether that could be done."""
    actor = None if playbook is None else _actor(desk, playbook)
    if actor is None:
        return False
    try:
        data = bundle_of(desk, actor, [entry.object_id], source=entry.source)
    except CordialeError:  # it may be theirs in part, or not at all, by now
        return False
    replace_file(file, data, 0o600)
    with desk.store.write() as tx:
        records.note(tx, msgspec.structs.replace(entry, facts=entry.facts | {"hash": digest.hex()}))
    return True


def _file(desk: Desk, entry: Entry) -> Path:
    """Return where the file of a line of the log lies."""
    file = desk.folder / entry.facts["file"]
    if "/" in entry.source and not file.name.startswith(entry.object_id):
        # as files of forwarded statements were written at first: in a folder of their own, and under half of their name
        return file.parent / f"{entry.object_id}--{entry.source}.json"
    return file


def _run(desk: Desk, playbook: Playbook, upto: int) -> int:
    actor = _actor(desk, playbook)
    if actor is None:
        _stop(desk, playbook, GONE)
        return 0
    with desk.store.read() as tx:
        left = records.waiting(tx, playbook.id)
    for entry in left:
        _take(desk, actor, playbook, entry)
    asked = msgspec.structs.replace(playbook.asked, beyond=playbook.seen)
    taken, start = 0, None
    while True:
        with desk.store.read() as tx:
            page, rows = matching(tx, desk, actor, asked, start, PAGE, visible(tx, desk, actor))
            found = list(dict.fromkeys((row.id, row.source) for row in rows if not in_part(row)))
            done = records.done(tx, playbook.id, [object_id for object_id, _source in found])
            recent = records.since(tx, playbook.id, desk.clock() - HOUR)
        for about in found:
            if about in done:
                continue
            if recent >= MOST:
                _stop(desk, playbook, TOO_MANY)
                return taken
            _act(desk, actor, playbook, about)
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


def _act(desk: Desk, actor: Actor, playbook: Playbook, about: Statement) -> None:
    now = desk.clock()
    given = [
        Entry(
            playbook=playbook.id, object_id=about[0], source=about[1], step=number, at=now, outcome="waiting"
        )
        for number in range(len(playbook.steps))
    ]
    with desk.store.write() as tx:
        for entry in given:
            records.note(tx, entry)
    for entry in given:
        _take(desk, actor, playbook, entry)


def _take(desk: Desk, actor: Actor, playbook: Playbook, entry: Entry) -> None:
    with desk.store.write() as tx:
        records.note(tx, msgspec.structs.replace(entry, at=desk.clock(), outcome="begun"))
    about = entry.object_id, entry.source
    try:
        outcome, said, facts = take(desk, actor, playbook, playbook.steps[entry.step], about)
    except CordialeError as error:
        outcome, said, facts = refused(error)
    except OSError as error:
        outcome, said, facts = "refused", UNWRITTEN, {"words": error.strerror or str(error)}
    after = msgspec.structs.replace(entry, at=desk.clock(), outcome=outcome, said=said, facts=facts)
    with desk.store.write() as tx:
        records.note(tx, after)


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
