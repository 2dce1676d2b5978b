"""Files under objects: an attachment is seen by who passes its marking joined with its object's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import AttachmentView
from cordiale.desk.visible import visible
from cordiale.desk.written import marking_of
from cordiale.evidence import files, records
from cordiale.evidence.records import Attachment
from cordiale.exchange.originator import attached
from cordiale.platform.errors import InputError, NotAllowed
from cordiale.platform.languages import _
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
