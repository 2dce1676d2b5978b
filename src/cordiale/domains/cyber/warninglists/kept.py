"""The warning lists of a node: its operator gives them, each with its version and digest; one of a name follows another.

They lie in the node's folder, in `warninglists`, and go into its backups. A list is the house's: no partner gets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.domains.cyber import keeping
from cordiale.domains.cyber.keeping import Added, Entry, Refused
from cordiale.domains.cyber.warninglists.answers import Listed
from cordiale.domains.cyber.warninglists.format import files, of_bytes, read
from cordiale.domains.cyber.warninglists.lists import Lists
from cordiale.platform.errors import CordialeError, InputError, NotFound
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

FOLDER: Final = "warninglists"


def add(desk: Desk, actor: Actor, given: Path, *, called: str = "") -> Added:
    """Keep the lists of a folder or file; raises NotAllowed, and InputError where there is none that can be read.

    Only what the lists say is kept, written anew; entries that cannot be compared with anything are named. `called` is what
    messages call a file that lies somewhere for a moment only.
    """
    authorise(actor, "warninglist")
    named(actor, "warninglist")
    folder = desk.folder / FOLDER
    with keeping.alone(folder):
        return _added(desk, actor, given, called)


def _added(desk: Desk, actor: Actor, given: Path, called: str) -> Added:
    folder = desk.folder / FOLDER
    held = {one.name: one for one in register(desk)}
    became: dict[str, list[str]] = {"new": [], "renewed": [], "same": []}
    refused: list[Refused] = []
    for file in files(given):
        try:
            one, digest = read(file)
        except CordialeError as error:
            params = {name: str(value) for name, value in error.params.items()}
            if called and "file" in params:
                params["file"] = called
            refused.append(Refused(called or str(file), error.code, error.message_id, params))
            continue
        before = held.get(one.name)
        if before is not None and before.sha256 == digest:
            became["same"].append(one.name)
            continue
        refused += Lists([(one, digest)]).refused
        keeping.keep(folder, digest, msgspec.json.encode(one))
        held[one.name] = Entry(one.name, str(one.version), digest, actor.name, desk.clock())
        became["renewed" if before else "new"].append(one.name)
    done = Added(**{name: tuple(found) for name, found in became.items()}, refused=tuple(refused))
    if not (done.new or done.renewed or done.same):
        raise _none(called or str(given), refused)
    if done.new or done.renewed:
        _write(desk, actor, held.values(), added=len(done.new), renewed=len(done.renewed))
    return done


def remove(desk: Desk, actor: Actor, name: str) -> None:
    """Keep a list no longer; raises NotAllowed, NotFound."""
    authorise(actor, "warninglist")
    named(actor, "warninglist")
    folder = desk.folder / FOLDER
    if any(one.name == name for one in register(desk)):
        with keeping.alone(folder):
            before = register(desk)
            left = [one for one in before if one.name != name]
            if len(left) < len(before):
                _write(desk, actor, left, removed=name)
                return
    raise NotFound(
        "no-warninglist",
        _("There is no warning list {name}: see cordiale cyber warninglists list."),
        name=name[:200],
    )


def kept(desk: Desk, actor: Actor) -> tuple[tuple[Entry, Listed], ...]:
    """Return the lists that are kept, by name, each with what it says of itself."""
    authorise(actor, "search")
    entries = {one.sha256: one for one in register(desk)}
    found = [(entries[one.sha256], one) for one in held(desk).listed if one.sha256 in entries]
    return tuple(sorted(found, key=lambda pair: pair[0].name))


def register(desk: Desk) -> tuple[Entry, ...]:
    """Return what lists this node keeps, without opening them."""
    return keeping.register(desk.folder / FOLDER)


_loaded: dict[Path, tuple[str, Lists]] = {}


def held(desk: Desk) -> Lists:
    """Return the lists of a node, loaded when they are first asked for and again when they changed; empty where it has none."""
    entries = register(desk)
    state = sha256("".join(sorted(one.sha256 for one in entries)).encode()).hexdigest()
    folder = desk.folder / FOLDER
    before = _loaded.get(folder)
    if before is not None and before[0] == state:
        return before[1]
    refused: list[Refused] = []
    lists = Lists(
        (
            (of_bytes(data, one.name), one.sha256)
            for one in entries
            if (data := keeping.content(folder, one)) is not None
        ),
        refused,
    )
    if len(_loaded) > 8:  # nodes of one process
        _loaded.clear()
    _loaded[folder] = state, lists
    return lists


def _write(desk: Desk, actor: Actor, entries: Iterable[Entry], **details: object) -> None:
    count = keeping.settle(desk.folder / FOLDER, entries)
    with desk.store.write() as tx:
        audit.acted(tx, desk, actor, "warninglist", lists=count, **details)


def _none(given: str, refused: Sequence[Refused]) -> InputError:
    for first in refused:
        return InputError(first.code, first.message_id, **first.params)
    return InputError(
        "warninglists-none",
        _("{folder} holds no warning list: give a list.json of MISP's form, or a folder of them."),
        folder=given,
    )
