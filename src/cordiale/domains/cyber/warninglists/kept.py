"""The warning lists of a node: its operator gives them, each with its version and digest; one of a name follows another.

They lie in the node's folder, in `warninglists`, and go into its backups. A list is the house's: no partner gets it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Answer
from cordiale.domains.cyber.warninglists.answers import Listed, Refused
from cordiale.domains.cyber.warninglists.format import files, of_bytes, read
from cordiale.domains.cyber.warninglists.lists import Lists
from cordiale.platform.clock import Instant
from cordiale.platform.errors import CordialeError, InputError, NotFound
from cordiale.platform.languages import _
from cordiale.platform.replacing import replace_file

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

FOLDER: Final = "warninglists"
_REGISTER: Final = "lists.json"


class Entry(msgspec.Struct, frozen=True):
    """One list that is kept: its name, version and digest, who gave it and when."""

    name: str
    version: str
    sha256: str
    by: str
    at: Instant


class Added(Answer, frozen=True, kw_only=True):
    """What became of lists that were given: names that are new, that follow an earlier version, and that were here already."""

    new: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()


def add(desk: Desk, actor: Actor, given: Path, *, called: str = "") -> Added:
    """Keep the lists of a folder or file; raises NotAllowed, and InputError where there is none that can be read.

    Only what the lists say is kept, written anew; entries that cannot be compared with anything are named. `called` is what
    messages call a file that lies somewhere for a moment only.
    """
    authorise(actor, "warninglist")
    named(actor, "warninglist")
    folder = desk.folder / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    with _alone(folder):
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
        replace_file(folder / f"{digest}.json", msgspec.json.encode(one), 0o600)
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
        with _alone(folder):
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


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let nobody else change the lists meanwhile: another process that read before would write what is gone.

    Whoever reads does not wait. A file system that knows no locks is not guarded.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def kept(desk: Desk, actor: Actor) -> tuple[tuple[Entry, Listed], ...]:
    """Return the lists that are kept, by name, each with what it says of itself."""
    authorise(actor, "search")
    entries = {one.sha256: one for one in register(desk)}
    found = [(entries[one.sha256], one) for one in held(desk).listed if one.sha256 in entries]
    return tuple(sorted(found, key=lambda pair: pair[0].name))


def register(desk: Desk) -> tuple[Entry, ...]:
    """Return what lists this node keeps, without opening them."""
    try:
        data = (desk.folder / FOLDER / _REGISTER).read_bytes()
    except FileNotFoundError:
        return ()
    return msgspec.json.decode(data, type=tuple[Entry, ...])


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
            if (data := _content(folder / f"{one.sha256}.json")) is not None
        ),
        refused,
    )
    if len(_loaded) > 8:  # nodes of one process
        _loaded.clear()
    _loaded[folder] = state, lists
    return lists


def _content(file: Path) -> bytes | None:
    """Return what a list says; None where another process took it away since the register was read."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


def _write(desk: Desk, actor: Actor, entries: Iterable[Entry], **details: object) -> None:
    listed = sorted(entries, key=lambda one: one.name)
    folder = desk.folder / FOLDER
    replace_file(folder / _REGISTER, msgspec.json.encode(listed), 0o600)
    wanted = {f"{one.sha256}.json" for one in listed} | {_REGISTER}
    for file in folder.iterdir():
        if file.name not in wanted:
            file.unlink()
    with desk.store.write() as tx:
        audit.acted(tx, desk, actor, "warninglist", lists=len(listed), **details)


def _none(given: str, refused: Sequence[Refused]) -> InputError:
    for first in refused:
        return InputError(first.code, first.message_id, **first.params)
    return InputError(
        "warninglists-none",
        _("{folder} holds no warning list: give a list.json of MISP's form, or a folder of them."),
        folder=given,
    )
