"""The taxonomies of a node: somebody gives them, each with its version and digest; one of a namespace follows another.

They lie in the node's folder, in `taxonomies`, and go into its backups. They are words for tags and decide nothing: which tags
restrict who may have something is not read from them.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.domains.cyber import keeping
from cordiale.domains.cyber.keeping import Added, Entry, Refused
from cordiale.domains.cyber.taxonomies.format import FILE, Written, files, of_bytes, read
from cordiale.domains.cyber.taxonomies.meaning import Known, known
from cordiale.platform.errors import CordialeError, InputError, NotFound
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

FOLDER: Final = "taxonomies"
VERB: Final = "warninglist"
"""Who may give the node lists may give it taxonomies."""


def add(desk: Desk, actor: Actor, given: Path, *, called: str = "") -> Added:
    """Keep the taxonomies of a folder or file; raises NotAllowed, and InputError where there is none that can be read.

    `called` is what messages call a file that lies somewhere for a moment only.
    """
    authorise(actor, VERB)
    named(actor, VERB)
    folder = desk.folder / FOLDER
    became: dict[str, list[str]] = {"new": [], "renewed": [], "same": []}
    refused: list[Refused] = []
    with keeping.alone(folder):
        held = {one.name: one for one in register(desk)}
        for file in files(given):
            try:
                one, digest = read(file)
            except CordialeError as error:
                params = {name: str(value) for name, value in error.params.items()}
                refused.append(
                    Refused(
                        called or str(file),
                        error.code,
                        error.message_id,
                        params | ({"file": called} if called else {}),
                    )
                )
                continue
            before = held.get(one.namespace)
            if before is not None and before.sha256 == digest:
                became["same"].append(one.namespace)
                continue
            keeping.keep(folder, digest, msgspec.json.encode(one))
            held[one.namespace] = Entry(one.namespace, str(one.version), digest, actor.name, desk.clock())
            became["renewed" if before else "new"].append(one.namespace)
        done = Added(**{name: tuple(found) for name, found in became.items()}, refused=tuple(refused))
        if done.new or done.renewed:
            count = keeping.settle(folder, held.values())
            with desk.store.write() as tx:
                audit.acted(
                    tx, desk, actor, "taxonomy", kept=count, added=len(done.new), renewed=len(done.renewed)
                )
    if not (done.new or done.renewed or done.same):
        for first in refused:
            raise InputError(first.code, first.message_id, **first.params)
        raise InputError(
            "taxonomies-none",
            _("{folder} holds no taxonomy: give a {file} of MISP's form, or a folder of them."),
            folder=called or str(given),
            file=FILE,
        )
    return done


def remove(desk: Desk, actor: Actor, namespace: str) -> None:
    """Keep a taxonomy no longer; raises NotAllowed, NotFound."""
    authorise(actor, VERB)
    named(actor, VERB)
    folder = desk.folder / FOLDER
    if folder.is_dir():
        with keeping.alone(folder):
            before = register(desk)
            left = [one for one in before if one.name != namespace]
            if len(left) < len(before):
                count = keeping.settle(folder, left)
                with desk.store.write() as tx:
                    audit.acted(tx, desk, actor, "taxonomy", kept=count, removed=namespace)
                return
    raise NotFound(
        "no-taxonomy",
        _("There is no taxonomy {name}: see cordiale cyber misp taxonomies list."),
        name=namespace[:200],
    )


def kept(desk: Desk, actor: Actor) -> tuple[tuple[Entry, Written], ...]:
    """Return the taxonomies that are kept, by namespace, each with what it says."""
    authorise(actor, "search")
    written = {one.namespace: one for one in held(desk).taxonomies.values()}
    return tuple((one, written[one.name]) for one in register(desk) if one.name in written)


def register(desk: Desk) -> tuple[Entry, ...]:
    """Return what taxonomies this node keeps, without opening them."""
    return keeping.register(desk.folder / FOLDER)


_loaded: dict[Path, tuple[str, Known]] = {}


def held(desk: Desk) -> Known:
    """Return the taxonomies of a node, loaded when they are first asked for and again when they changed; empty where it has none."""
    folder, entries = desk.folder / FOLDER, register(desk)
    state = sha256("".join(one.sha256 for one in entries).encode()).hexdigest()
    before = _loaded.get(folder)
    if before is not None and before[0] == state:
        return before[1]
    found = ((one, keeping.content(folder, one)) for one in entries)
    made = known(of_bytes(data, one.name) for one, data in found if data is not None)
    if len(_loaded) > 8:  # nodes of one process
        _loaded.clear()
    _loaded[folder] = state, made
    return made
