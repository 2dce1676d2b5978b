"""Any TAXII 2.1 server outside every partnership: fetch what is new there, send what may go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson

from cordiale.desk import audit
from cordiale.desk.incoming import fetching, outside, outside_taxii
from cordiale.desk.outgoing import sending
from cordiale.desk.outgoing.giving import Given, every, finder
from cordiale.desk.views.search import Question
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _
from cordiale.stix import atoms as definitions
from cordiale.stix import tlp

if TYPE_CHECKING:
    from cordiale.desk import jobs, records
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import ImportReport
    from cordiale.desk.desk import Desk

ENVELOPE: Final = 100
"""Objects of one post: servers of others hold a whole envelope in memory."""


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent to a collection: how many objects, and those the server refused with its words.

    `kept` counts objects without a marking, or under one that no definition says: they go to nobody. `left` counts those that
    are not for anybody and stayed here, where the server is neither a partner's nor the house's own.
    """

    server: str
    collection: str
    sent: int = 0
    kept: int = 0
    left: int = 0
    refused: tuple[tuple[str, str], ...] = ()


def pull(
    desk: Desk,
    actor: Actor,
    name: str,
    *,
    whole: bool = False,
    progress: jobs.Progress | None = None,
    began: Callable[[str], None] | None = None,
) -> ImportReport:
    """Fetch what is new in the collections of a server and take it in; raises as `fetching.pull` does."""
    return fetching.pull(
        desk, actor, "taxii", name, outside_taxii.page, whole=whole, progress=progress, began=began
    )


def taxii_pull(
    desk: Desk, actor: Actor, job: records.Job, *, progress: jobs.Progress | None = None
) -> ImportReport:
    """Go on with a fetch that was stopped or killed, after its last page."""
    return fetching.pull_on(desk, actor, job, "taxii", outside_taxii.page, progress=progress)


def push(
    desk: Desk,
    actor: Actor,
    name: str,
    *,
    ids: Collection[str] = (),
    asked: Question | None = None,
    progress: jobs.Progress | None = None,
) -> Posted:
    """Send objects to the collection that may be written, each after the definitions of its markings.

    What goes is what `sending.bounds` says: to a partner what it may have whole, to the house's own server what the actor may
    read, else what anybody may have; what carries no marking of its own names here what it is marked. The audit has the ids
    before they are sent. Raises NotFound where no collection may be written, and as `sending.bounds` does.
    """
    reached = outside.server(desk, "taxii", name)
    within = sending.bounds(actor, reached)
    target = next(outside_taxii.collections(reached, writing=True), None)
    if target is None:
        raise NotFound(
            "no-collection",
            _("{name} has no collection that may be written to: look at its collection in cordiale.toml."),
            name=name,
        )
    left: set[str] = set()
    bound: Any = {"partner": within.partner, "openly": within.openly, "left": left.update}
    chosen = (
        iter(finder(desk, actor, **bound)(list(ids)).values())
        if ids
        else every(desk, actor, asked or Question(), **bound)
    )
    sent = kept = 0
    refused: list[tuple[str, str]] = []
    told: set[str] = set()
    envelope: list[bytes] = []
    named: list[str] = []

    def posted() -> None:
        nonlocal sent
        sending.sent(desk, actor, reached, "taxii", named)
        named.clear()
        status = outside_taxii.post(reached, target, envelope)
        failed = [(str(one.get("id")), str(one.get("message", ""))) for one in status.get("failures", ())]
        refused.extend(failed)
        sent += len(envelope) - len(failed)
        envelope.clear()
        if progress is not None:
            progress(sent, None)

    for one in chosen:
        if any(atom.startswith(_UNSAYABLE) for atom in one.marking):
            kept += 1
            continue
        envelope += _with_definitions(one, told)
        named.append(one.id)
        if len(envelope) >= ENVELOPE:
            posted()
    if envelope:
        posted()
    audit.read(desk, actor, "export", form="taxii", server=name, found=sent)
    return Posted(
        server=name,
        collection=target.title or target.id,
        sent=sent,
        kept=kept,
        left=len(left),
        refused=tuple(refused),
    )


_UNSAYABLE: Final = ("unmarked", "unresolved", "unknown:")


def _with_definitions(one: Given, told: set[str]) -> Iterator[bytes]:
    """Yield an object that names everything it is marked here, after the definitions that were not sent yet."""
    atoms = sorted(one.marking)
    for atom in atoms:
        if atom not in told and atom not in tlp.IDS:  # those of TLP everybody has, and OpenTAXII takes none
            told.add(atom)
            yield orjson.dumps(definitions.definition_of(atom))
    if one.value["type"] == "marking-definition":
        return
    named = list(one.value.get("object_marking_refs") or ())
    refs = list(dict.fromkeys([*named, *map(definitions.id_of, atoms)]))
    value: dict[str, Any] = one.value | {"object_marking_refs": refs} if refs else one.value
    yield orjson.dumps(value)
