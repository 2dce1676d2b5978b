"""Say something about an object: a note, or an opinion with its reason, stated by this node and never wider than the object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.incoming import importing
from cordiale.desk.marking.stating import instants, state
from cordiale.desk.visible import passes, unknown, visible
from cordiale.desk.written import marking_of
from cordiale.platform.errors import InputError
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _
from cordiale.store import markings, versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Row

OPINIONS: Final = ("strongly-disagree", "disagree", "neutral", "agree", "strongly-agree")
"""What an opinion says (STIX 2.1 §10.14, opinion-enum)."""

LONGEST: Final = 20_000
"""Characters of a note."""


def say(
    desk: Desk,
    actor: Actor,
    stix_id: str,
    content: str,
    *,
    opinion: str = "",
    marking: str | Iterable[str] | None = None,
    lang: str = "",
) -> str:
    """Write a note about an object, or an opinion where one is given; return the id of what was written.

    It carries all that the object and its parts are marked by, as the actor sees it, and `marking` besides. Raises NotFound for what
    the actor does not see, InputError for nothing to say and for what is no opinion.
    """
    authorise(actor, "say")
    named(actor, "say")
    content = content.strip()
    if opinion and opinion not in OPINIONS:
        raise InputError(
            "opinion",
            _("“{opinion}” is no opinion: {known}."),
            opinion=opinion[:40],
            known=", ".join(OPINIONS),
        ).at("opinion")
    if not (content or opinion) or len(content) > LONGEST:
        raise InputError("note-length", _("Write a note of 1 to {most} characters."), most=LONGEST).at(
            "content"
        )
    own = marking_of(marking) if marking else frozenset()
    created, modified = instants(desk)
    kind = "opinion" if opinion else "note"
    value: dict[str, Any] = {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{uuid4(desk.random)}",
        "created": created,
        "modified": modified,
        **({"lang": lang[:2]} if lang else {}),
        **({"opinion": opinion} if opinion else {}),
        **({"explanation" if opinion else "content": content} if content else {}),
        "authors": [actor.name],
        "object_refs": [stix_id],
    }
    with desk.store.write() as tx:
        rows = versions.get(tx, stix_id, visible(tx, desk, actor))
        if not rows:
            raise unknown(stix_id)
        about = frozenset(atom for row in rows for atom in _read_under(tx, desk, actor, row))
        state(tx, desk, actor, [value], about | own)
        audit.acted(tx, desk, actor, "say", id=value["id"], about=stix_id)
    importing.index_all(desk)
    desk.wake()
    return str(value["id"])


def _read_under(tx: Transaction, desk: Desk, actor: Actor, row: Row) -> Iterator[str]:
    """Yield what governs all that the actor reads of a version: of its parts, those markings they pass."""
    effective = markings.atoms(tx, row.effective_mid)
    yield from effective
    for atom in markings.atoms(tx, row.full_mid):
        # a part that the author does not read they cannot quote, and its marking would hide the note from them
        if passes(tx, desk, actor, effective | {atom}):
            yield atom
