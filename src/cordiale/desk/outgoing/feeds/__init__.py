"""Feeds: a search and a format under a name, fetched by programs; each reader is given what they may read and no more.

Who made a feed sees what it looks for; others may fetch it where it is shared, and then know its name and its format. A feed
that is not theirs is answered as one that is not there. When a reader's bytes changed is known of that reader's own fetches
alone: what is hidden from them moves no digest, no instant and no number.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, may
from cordiale.desk.answers import Answer
from cordiale.desk.outgoing.feeds import known, records
from cordiale.desk.outgoing.writers import writer_called
from cordiale.desk.views.search import Question
from cordiale.platform.clock import MINUTE, SECOND
from cordiale.platform.errors import Conflict, InputError, NotFound
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.desk.outgoing.feeds.records import Fetch, Kept
    from cordiale.desk.outgoing.writers import Writer
    from cordiale.store.connection import Transaction

MOST: Final = 200
"""Feeds of one node."""

QUIET: Final = MINUTE
"""How long ago a fetch may be noted: a program that asks every second must not make the node write every second."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?").fullmatch


class Fetched(Answer, frozen=True, kw_only=True):
    """One reader's last fetch of a feed. `entries` and `left` are told to that reader and to the house alone."""

    called: str
    at: int
    entries: int | None = None
    left: dict[str, int] | None = None


class Feed(Answer, frozen=True, kw_only=True):
    """One feed; `asked` is told to who made it and to the house, `fetches` are those that the asker may know of."""

    name: str
    format: str
    by: str
    shared: bool
    mine: bool
    confidence: int
    at: int
    asked: Question | None
    fetches: tuple[Fetched, ...] = ()


class Bytes(Answer, frozen=True, kw_only=True):
    """What a program is given: bytes, their type, since when they are the same for this reader, and how many entries.

    `same`: it has them already, and they are not here; `digest` (SHA-256) is theirs.
    """

    data: bytes
    media_type: str
    changed: int
    entries: int
    left: dict[str, int]
    digest: bytes
    same: bool = False


def feed_add(
    desk: Desk,
    actor: Actor,
    name: str,
    format: str,
    asked: Question,
    *,
    shared: bool = False,
    confidence: int = 0,
) -> Feed:
    """Keep a search under a name, to be fetched in a format; raises InputError, Conflict for a name that is taken.

    That a name is taken tells of a feed that is not shared: names are of the node, as those of datasets are.
    """
    authorise(actor, "feed")
    writer_called(format)
    if not _NAME(name):
        raise InputError(
            "feed-name",
            _("A feed's name is up to 60 lower-case letters, digits and hyphens, not {name}."),
            name=repr(name[:80]),
        ).at("name")
    if not 0 <= confidence <= 100:
        raise InputError("feed-confidence", _("A confidence is a number from 0 to 100."))
    kept = records.Kept(
        name=name,
        owner=_key(actor),
        by=actor.name,
        shared=shared,
        format=format,
        question=msgspec.json.encode(asked).decode(),
        confidence=confidence,
        at=desk.clock(),
    )
    with desk.store.write() as tx:
        if records.called(tx, name) is not None:
            raise Conflict("feed-named", _("There is a feed named “{name}” already."), name=name)
        if len(records.every(tx)) >= MOST:
            raise Conflict("feed-many", _("This node has {limit} feeds already: drop one first."), limit=MOST)
        records.put(tx, kept)
        audit.acted(tx, desk, actor, "feed-add", feed=name, format=format, shared=shared)
        return _told(tx, actor, kept)


def feed_list(desk: Desk, actor: Actor) -> tuple[Feed, ...]:
    """Return the feeds that the actor made, and those shared, by name, each with its fetches."""
    authorise(actor, "export")
    with desk.store.read() as tx:
        return tuple(_told(tx, actor, one) for one in records.every(tx) if _open(actor, one))


def feed_drop(desk: Desk, actor: Actor, name: str) -> None:
    """Keep a feed no longer; raises NotFound for one that is another's."""
    authorise(actor, "feed")
    with desk.store.write() as tx:
        kept = records.called(tx, name)
        if kept is None or not _whole(actor, kept):
            raise unknown(name)
        records.drop(tx, name)
        audit.acted(tx, desk, actor, "feed-drop", feed=name)


def feed_fetch(
    desk: Desk,
    actor: Actor,
    name: str,
    format: str | None = None,
    *,
    has: Callable[[bytes, int], bool] | None = None,
) -> Bytes:
    """Return what a feed holds for the actor; raises NotFound for one that is not theirs, not there, or of another format.

    `has` tells of a digest, and since when the bytes are so, whether who asks has them. It is asked where that is known
    without making them.
    """
    authorise(actor, "export")
    reader = _key(actor)
    with desk.store.read() as tx:
        kept = records.called(tx, name)
        before = records.fetch_of(tx, name, reader)
    if kept is None or not _open(actor, kept) or format not in (None, kept.format):
        raise unknown(name)
    writer = writer_called(kept.format)
    asked = msgspec.json.decode(kept.question, type=Question)
    # before anything is read: what changes while it is made is another state
    state = writer.state(desk, actor, asked) if writer.state is not None else None
    known_ = known.given(desk, actor, kept, state)
    if known_ is not None and has is not None and has(known_.digest, known_.changed):
        return _same(desk, actor, kept, writer, known_, before)
    made = writer.write(desk, actor, asked, kept.name, kept.confidence)
    data = made.render(0)
    digest, now = sha256(data).digest(), desk.clock()
    changed = now
    if before is not None:
        # who asks by date does so in whole seconds: what changed twice within one would be taken for the same for ever
        changed = before.changed if before.digest == digest else max(now, before.changed + SECOND)
    if before is None or before.digest != digest or now - before.at >= QUIET:
        left = {reason: count for reason, count in made.left.items() if count}
        _note(desk, actor, kept, made.entries, left, digest, changed)
    audit.read(desk, actor, "feed-fetch", feed=name, format=kept.format, found=made.entries)
    if writer.serial:
        data = made.render(changed // SECOND)
    left = {reason: count for reason, count in made.left.items() if count}
    if state is not None:
        known.remember(desk, actor, kept, state, data, changed, made.entries, left, made.until)
    return Bytes(
        data=data,
        media_type=writer.media_type,
        changed=changed,
        entries=made.entries,
        left=left,
        digest=sha256(data).digest(),
    )


def _same(
    desk: Desk, actor: Actor, kept: Kept, writer: Writer, found: known.Given, before: Fetch | None
) -> Bytes:
    """Note that a reader asked and has it still, as a fetch is noted."""
    if before is not None and desk.clock() - before.at >= QUIET:
        _note(desk, actor, kept, found.entries, found.left, before.digest, before.changed)
    audit.read(desk, actor, "feed-fetch", feed=kept.name, format=kept.format, found=found.entries)
    return Bytes(
        data=b"",
        media_type=writer.media_type,
        changed=found.changed,
        entries=found.entries,
        left=found.left,
        digest=found.digest,
        same=True,
    )


def unknown(name: str) -> NotFound:
    """Return the one answer for a feed that is not there and one that is not this reader's."""
    return NotFound("no-feed", _("There is no feed {name} here for you."), name=name[:80])


def _note(
    desk: Desk, actor: Actor, kept: Kept, entries: int, left: dict[str, int], digest: bytes, changed: int
) -> None:
    fetch = records.Fetch(
        feed=kept.name,
        reader=_key(actor),
        called=actor.name,
        at=desk.clock(),
        entries=entries,
        digest=digest,
        changed=changed,
        left=msgspec.json.encode(left).decode(),
    )
    with desk.store.write() as tx:
        held = records.called(tx, kept.name)
        if held is not None and held.at == kept.at:  # it may have been dropped, or made anew, meanwhile
            records.note(tx, fetch)


def _key(actor: Actor) -> str:
    return actor.person or actor.name


def _whole(actor: Actor, kept: Kept) -> bool:
    """Tell whether the actor sees all there is to a feed: who made it, and the house itself."""
    return actor.recipient is None or kept.owner == _key(actor)


def _open(actor: Actor, kept: Kept) -> bool:
    return kept.shared or _whole(actor, kept)


def _told(tx: Transaction, actor: Actor, kept: Kept) -> Feed:
    """Return a feed as the actor knows it: others' entries would count what they read and the actor does not."""
    whole = _whole(actor, kept)
    known = [one for one in records.fetched(tx, kept.name) if whole or one.reader == _key(actor)]
    return Feed(
        name=kept.name,
        format=kept.format,
        by=kept.by,
        shared=kept.shared,
        mine=kept.owner == _key(actor),
        confidence=kept.confidence,
        at=kept.at,
        asked=msgspec.json.decode(kept.question, type=Question) if whole else None,
        fetches=tuple(_fetched(actor, one) for one in known),
    )


def _fetched(actor: Actor, one: Fetch) -> Fetched:
    if actor.recipient is None or one.reader == _key(actor):
        left = msgspec.json.decode(one.left, type=dict[str, int])
        return Fetched(called=one.called, at=one.at, entries=one.entries, left=left)
    return Fetched(called=one.called, at=one.at)


def manages(actor: Actor) -> bool:
    """Tell whether the actor may make and drop feeds."""
    return may(actor, "feed")
