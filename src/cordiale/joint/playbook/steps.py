"""What a step would do to an object, and doing it: each through the verb that a person would use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from cordiale.accounts import records as accounts
from cordiale.desk.exporting import bundle_of
from cordiale.desk.mark import mark
from cordiale.desk.people import acting
from cordiale.desk.visible import visible
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
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.joint.playbook.model import Playbook
    from cordiale.release.marking import Marking

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


def check(desk: Desk, steps: Sequence[Step]) -> None:
    """Raise InputError for a step that could never be taken: a marking, person, folder or partner that is none."""
    if not steps:
        raise InputError(
            "playbook-steps", _("A playbook does something: --mark, --notify, --export or --ask.")
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
                    )
            case Export(folder):
                if not _FOLDER(folder):
                    raise InputError(
                        "playbook-folder",
                        _("{folder} is no name of a folder: use lower-case letters, digits and hyphens."),
                        folder=folder,
                    )
            case Ask(to, words, marking, _hours):
                marking_of(marking)
                if not nodes(desk, to) or not words.said("en").strip():
                    raise InputError(
                        "playbook-ask", _("Say which partners are asked, and what: --en or --fr.")
                    )


def would(desk: Desk, actor: Actor, step: Step, object_id: str) -> Said:
    """Return what a step would do to an object for this actor, without doing it."""
    return _taken(desk, actor, None, step, object_id)


def take(desk: Desk, actor: Actor, playbook: Playbook, step: Step, object_id: str) -> Said:
    """Take a step; raises what the verb behind it raises."""
    return _taken(desk, actor, playbook, step, object_id)


def _taken(desk: Desk, actor: Actor, playbook: Playbook | None, step: Step, object_id: str) -> Said:
    match step:
        case Mark(marking):
            return _marked(desk, actor, marking, object_id, playbook is not None)
        case Notify(people):
            return _notified(desk, people, object_id, playbook)
        case Export(folder):
            file = desk.folder / EXPORTS / folder / f"{object_id}.json"
            if playbook is not None:
                data = bundle_of(desk, actor, [object_id])
                file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                replace_file(file, data, 0o600)
            return "done", WRITTEN, {"file": f"{EXPORTS}/{folder}/{file.name}"}
        case Ask(to, words, marking, hours):
            if playbook is not None:
                due = desk.clock() + hours * HOUR if hours else None
                ask(desk, actor, to, words, marking=marking, objects=[object_id], due=due)
            return "done", ASKED, {"to": ", ".join(to)}


def _marked(desk: Desk, actor: Actor, wanted: tuple[str, ...], object_id: str, does: bool) -> Said:
    """Make the marking of what this actor sees stricter: what stands is joined with what is wanted, never replaced."""
    with desk.store.read() as tx:
        rows = versions.get(tx, object_id, visible(tx, desk, actor))
        held = [(row.source, markings.atoms(tx, row.effective_mid)) for row in rows]
    added = marking_of(wanted)
    changed = [
        (source, atoms, after) for source, atoms in held if (after := _stricter(atoms, added)) != atoms
    ]
    if not changed:
        return "nothing", MARKED, {}
    if does:
        for source, _atoms, after in changed:
            mark(desk, actor, object_id, sorted(after), source=source)
    _source, before, after = changed[0]
    return "done", WOULD_MARK, {"before": " ".join(sorted(before)), "after": " ".join(sorted(after))}


def _stricter(atoms: Marking, added: Marking) -> Marking:
    """Return both markings as one; of several labels of TLP or PAP the narrowest says it all."""
    both = join(atoms, added)
    for axis, labels in (("tlp", TLP), ("pap", PAP)):
        of_axis = [f"{axis}:{label}" for label in labels if f"{axis}:{label}" in both]
        both -= frozenset(of_axis[:-1])
    return both


def _notified(desk: Desk, people: tuple[str, ...], object_id: str, playbook: Playbook | None) -> Said:
    told = []
    with desk.store.write() if playbook is not None else desk.store.read() as tx:
        for name in people:
            person = accounts.person_called(tx, name)
            if person is None or person.state != "active":
                continue
            # decided again when they read it; who may not see it now is not told later that it came
            if versions.get(tx, object_id, visible(tx, desk, acting(desk, person))):
                told.append(name)
                if playbook is not None:
                    records.tell(tx, playbook.id, object_id, person.id, desk.clock())
    facts = {"people": ", ".join(told or people)}
    return ("done", TOLD, facts) if told else ("nothing", UNTOLD, facts)
