"""What a step would do to an object, and doing it: each through the verb that a person would use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from cordiale.accounts import records as accounts
from cordiale.desk.marking.mark import mark
from cordiale.desk.outgoing.exporting import bundle_of
from cordiale.desk.person.people import acting
from cordiale.desk.views.reading import in_part, readable
from cordiale.desk.visible import unknown, visible
from cordiale.desk.written import marking_of
from cordiale.joint.case import nodes
from cordiale.joint.playbook import records
from cordiale.joint.playbook.model import Ask, Export, Mark, Notify, Outcome, Step
from cordiale.joint.request import ask
from cordiale.platform.clock import HOUR
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.platform.replacing import replace_file
from cordiale.release.marking import PAP, TLP, join
from cordiale.store import markings, versions

if TYPE_CHECKING:
    from pathlib import Path

    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.joint.playbook.model import Playbook
    from cordiale.joint.playbook.records import Statement
    from cordiale.release.marking import Marking
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Row, Visible

EXPORTS: Final = "exports"
"""Folder of a node in which playbooks leave what other programs take."""

_FOLDER = re.compile(r"[a-z0-9][a-z0-9-]{0,60}").fullmatch

Said = tuple[Outcome, str, dict[str, str]]
"""What became of a step: outcome, a sentence's id, what the sentence names."""

WOULD_MARK = _("marked {after}; it was {before}")
MARKED = _("it is marked so already")
TOLD = _("told to {people}")
UNTOLD = _("none of {people} may see it")
WRITTEN = _("written to {file}")
ASKED = _("asked of {to}")
ASKED_BEFORE = _("asked of {to} before, about what somebody else states of it")


def check(desk: Desk, steps: Sequence[Step]) -> None:
    """Raise InputError for a step that could never be taken: a marking, person, folder or partner that is none."""
    if not steps:
        raise InputError(
            "playbook-steps",
            _(
                "A playbook does something: it marks, tells people, writes for a program or asks partners (--mark, --notify, --export, --ask)."
            ),
        )
    for step in steps:
        match step:
            case Mark(marking):
                marking_of(marking)
            case Notify(people):
                with desk.store.read() as tx:
                    missing = [name for name in people if accounts.person_called(tx, name) is None]
                if missing:
                    raise InputError(
                        "playbook-person",
                        _("There is nobody called {name} here. See: cordiale person list"),
                        name=missing[0],
                    ).at("people")
            case Export(folder):
                if not _FOLDER(folder):
                    raise InputError(
                        "playbook-folder",
                        _("{folder} is no name of a folder: use lower-case letters, digits and hyphens."),
                        folder=folder,
                    ).at("folder")
            case Ask(to, words, marking, _hours):
                marking_of(marking)
                if not nodes(desk, to) or not words.said("en").strip():
                    raise InputError(
                        "playbook-ask", _("Say which partners are asked, and what: --en or --fr.")
                    ).at("en")


def would(desk: Desk, actor: Actor, step: Step, about: Statement) -> Said:
    """Return what a step would do to a statement for this actor, without doing it."""
    return _taken(desk, actor, None, step, about)


def take(desk: Desk, actor: Actor, playbook: Playbook, step: Step, about: Statement) -> Said:
    """Take a step; raises what the verb behind it raises, and OSError where a file cannot be written."""
    return _taken(desk, actor, playbook, step, about)


def file_of(desk: Desk, folder: str, about: Statement) -> Path:
    """Return where a statement is written for other programs; of a forwarded one (`GBR/FRA`) no part is a folder."""
    return desk.folder / EXPORTS / folder / f"{about[0]}--{about[1].replace('/', '+')}.json"


def _taken(desk: Desk, actor: Actor, playbook: Playbook | None, step: Step, about: Statement) -> Said:
    match step:
        case Mark(marking):
            return _marked(desk, actor, marking, about, playbook is not None)
        case Notify(people):
            return _notified(desk, people, about, playbook)
        case Export(folder):
            return _exported(desk, actor, folder, about, playbook is not None)
        case Ask(to, words, marking, hours):
            if playbook is not None:
                with desk.store.read() as tx:
                    before = records.says(tx, playbook.id, about[0], ASKED)
                if before:
                    return "nothing", ASKED_BEFORE, {"to": ", ".join(to)}
                due = desk.clock() + hours * HOUR if hours else None
                ask(desk, actor, to, words, marking=marking, objects=[about[0]], due=due)
            return "done", ASKED, {"to": ", ".join(to)}


def _marked(desk: Desk, actor: Actor, wanted: tuple[str, ...], about: Statement, does: bool) -> Said:
    """Make the marking of the statement stricter: what stands is joined with what is wanted, never replaced."""
    object_id, source = about
    with desk.store.read() as tx:
        row = statement(tx, object_id, source, visible(tx, desk, actor))
        before = markings.atoms(tx, row.effective_mid)
    after = _stricter(before, marking_of(wanted))
    if after == before:
        return "nothing", MARKED, {}
    if does:
        mark(desk, actor, object_id, sorted(after), source=source)
    return "done", WOULD_MARK, {"before": " ".join(sorted(before)), "after": " ".join(sorted(after))}


def _exported(desk: Desk, actor: Actor, folder: str, about: Statement, does: bool) -> Said:
    """Write the statement; with its content and marking as they were, so that `sweep` knows when it is out of date."""
    file = file_of(desk, folder, about)
    with desk.store.read() as tx:
        row = statement(tx, *about, visible(tx, desk, actor))
        atoms = " ".join(sorted(markings.atoms(tx, row.effective_mid)))
    if does:
        data = bundle_of(desk, actor, [about[0]], source=about[1])
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_file(file, data, 0o600)
    facts = {"file": f"{EXPORTS}/{folder}/{file.name}", "hash": row.hash.hex(), "marking": atoms}
    return "done", WRITTEN, facts


def _notified(desk: Desk, people: tuple[str, ...], about: Statement, playbook: Playbook | None) -> Said:
    told = []
    with desk.store.write() if playbook is not None else desk.store.read() as tx:
        for name in people:
            person = accounts.person_called(tx, name)
            if person is None or person.state != "active":
                continue
            # decided again when they read it; who may not see it now is not told later that it came
            if whole(tx, desk, acting(desk, person), about) is not None:
                told.append(name)
                if playbook is not None:
                    records.tell(tx, playbook.id, about, person.id, desk.clock())
    facts = {"people": ", ".join(told or people)}
    return ("done", TOLD, facts) if told else ("nothing", UNTOLD, facts)


def statement(tx: Transaction, object_id: str, source: str, seen: Visible) -> Row:
    """Return whose current statement of an object; raises NotFound for one that is not held or not seen."""
    found = next((row for row in versions.get(tx, object_id, seen) if row.source == source), None)
    if found is None:
        raise unknown(object_id)
    return found


def whole(tx: Transaction, desk: Desk, actor: Actor, about: Statement) -> Row | None:
    """Return a current statement where this actor may read all of it, else None."""
    seen = visible(tx, desk, actor)
    rows = [row for row in versions.get(tx, about[0], seen) if row.source == about[1]]
    return next((row for row in readable(tx, desk, actor, rows, seen) if not in_part(row)), None)


def _stricter(atoms: Marking, added: Marking) -> Marking:
    """Return both markings as one; of several labels of TLP or PAP the narrowest says it all."""
    both = join(atoms, added)
    for axis, labels in (("tlp", TLP), ("pap", PAP)):
        of_axis = [f"{axis}:{label}" for label in labels if f"{axis}:{label}" in both]
        both -= frozenset(of_axis[:-1])
    return both
