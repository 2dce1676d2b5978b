"""Files under objects: an attachment is seen by who passes its marking joined with its object's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import AttachmentView
from cordiale.desk.visible import rules_of_reader, visible
from cordiale.desk.written import marking_of
from cordiale.evidence import files, records
from cordiale.evidence.records import Attachment
from cordiale.exchange.originator import attached
from cordiale.platform.errors import InputError, NotAllowed, NotFound
from cordiale.platform.languages import _
from cordiale.release.decide import compile_rules
from cordiale.release.marking import Marking
from cordiale.store import markings, versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

NAME = 255
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,64}/[a-z0-9!#$&^_.+-]{1,64}")


def attach(
    desk: Desk,
    actor: Actor,
    stix_id: str,
    chunks: Iterable[bytes],
    *,
    name: str,
    media_type: str = "application/octet-stream",
    marking: str | Iterable[str] | None = None,
) -> AttachmentView:
    """Attach a file to our statement about an object, under a marking of its own.

    Its effective marking joins the object's, so `marking` can only narrow. Raises NotFound for an
    object the actor does not see, NotAllowed for one that only others state.
    """
    authorise(actor, "attach")
    own = marking_of(marking) if marking else frozenset()
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise InputError(
            "media-type",
            _("“{media_type}” is not a media type such as application/pdf."),
            media_type=media_type[:80],
        )
    with desk.store.read() as tx:
        _stated(tx, desk, actor, stix_id)
    stored = files.put(desk.files, chunks, desk.random, desk.settings.limits.file_bytes)
    with desk.store.write() as tx:
        effective = _stated(tx, desk, actor, stix_id)
        # The file was written outside the transaction: a purge of its last other holder may have
        # taken it away meanwhile.
        files.held(desk.files, stored.sha256)
        attachment = Attachment(
            object_id=stix_id,
            source=desk.node,
            sha256=stored.sha256,
            name=plain_name(name),
            media_type=media_type,
            size=stored.size,
            marking=own,
            origin="local",
            held=True,
            added=desk.clock(),
            added_by=actor.name,
        )
        records.add(tx, attachment)
        kept = records.one(tx, stix_id, stored.sha256, desk.node) or attachment
        records.prove(tx, kept, attached.sign(desk.home, stix_id, kept.sha256, kept.size, kept.marking))
        audit.acted(tx, desk, actor, "attach", id=stix_id, sha256=stored.sha256)
    desk.wake()
    return view(kept, effective | kept.marking)


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
    rows = versions.get(tx, stix_id, visible(tx, desk, actor))
    # full, not effective: who may only have a redacted object has no claim to its files
    stated = {row.source: markings.atoms(tx, row.full_mid) for row in rows if row.raw}
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


def view(attachment: Attachment, marking: Marking, word_of: str = "") -> AttachmentView:
    """Return an attachment as people see it, under its joined marking."""
    return AttachmentView(
        object_id=attachment.object_id,
        sha256=attachment.sha256,
        name=attachment.name,
        media_type=attachment.media_type,
        size=attachment.size,
        marking=tuple(sorted(marking)),
        held=attachment.held,
        word_of=word_of,
    )


def plain_name(name: str) -> str:
    """Return a file name without folders or control characters; raises InputError when none is left."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if c.isprintable()).strip().strip(".")[:NAME]
    if not kept:
        raise InputError("file-name", _("The file needs a name: give one with --name."))
    return kept


def _stated(tx: Transaction, desk: Desk, actor: Actor, stix_id: str) -> Marking:
    from cordiale.desk.visible import unknown

    rows = versions.get(tx, stix_id, visible(tx, desk, actor))
    if not rows:
        raise unknown(stix_id)
    for row in rows:
        if row.source == desk.node:
            return markings.atoms(tx, row.effective_mid)
    raise NotAllowed(
        "not-ours",
        _("{id} is stated by {sources} alone: attach the file to an object of this node that refers to it."),
        id=stix_id,
        sources=", ".join(row.source for row in rows),
    )
