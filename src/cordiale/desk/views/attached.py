"""Files under objects, as a person reads them: who reads all of an object may have its files that their rights let them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import AttachmentView
from cordiale.desk.files.attach import view
from cordiale.desk.views.reading import in_part, readable
from cordiale.desk.visible import rules_of_reader, visible
from cordiale.evidence import files, records
from cordiale.evidence.records import Attachment
from cordiale.exchange.originator import attached
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _
from cordiale.release.decide import compile_rules
from cordiale.store import markings, versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction


def attachment(desk: Desk, actor: Actor, stix_id: str, sha256: str) -> tuple[AttachmentView, Path]:
    """Return an attachment of an object and the path of its content.

    Raises NotFound in the same words for a file that is not held, not attached to this object, or
    not for this reader: knowing a digest opens nothing.
    """
    authorise(actor, "show")
    with desk.store.read() as tx:
        found = [one for one in views(tx, desk, actor, stix_id) if one.sha256 == sha256]
    if not found or not found[0].held:
        raise NotFound(
            "no-attachment",
            _("Object {id} has no attachment {sha256}. See: cordiale show {id}"),
            id=stix_id[:200],
            sha256=sha256[:64],
        )
    audit.read(desk, actor, "attachment", id=stix_id, sha256=sha256)
    return found[0], files.held(desk.files, sha256)


def views(tx: Transaction, desk: Desk, actor: Actor, stix_id: str) -> tuple[AttachmentView, ...]:
    """Return the attachments of an object that the actor may see."""
    found = records.of_object(tx, stix_id)
    if not found:
        return ()
    seen = visible(tx, desk, actor)
    rows = readable(tx, desk, actor, versions.get(tx, stix_id, seen), seen)
    # who reads an object in part has no claim to its files, as a partner that has a tear-line: what they hold may be of what
    # is hidden, such as the texts that a report compares
    stated = {row.source: markings.atoms(tx, row.full_mid) for row in rows if row.raw and not in_part(row)}
    joined = [(one, stated[one.source] | one.marking) for one in found if one.source in stated]
    for recipient in (actor.recipient, actor.within):
        if recipient is None:
            continue
        compiled = compile_rules(rules_of_reader(tx, recipient), recipient, desk.node)
        now = desk.clock()
        joined = [(one, marking) for one, marking in joined if compiled.decide(marking, now).passes]
    return tuple(view(one, marking, _vouched(tx, desk, one)) for one, marking in joined)


def _vouched(tx: Transaction, desk: Desk, one: Attachment) -> str:
    """Return the partner by whose word alone a file belongs to another's statement; empty when its originator signed it."""
    if one.origin == "local" or one.added_by == one.source:
        return ""
    verdict = attached.judge(
        tx,
        desk.home,
        one.source,
        one.proof,
        object_id=one.object_id,
        sha256=one.sha256,
        size=one.size,
        marking=one.marking,
    )
    return "" if verdict == "proven" else one.added_by
