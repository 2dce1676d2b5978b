"""Do what a program asked once, however often it asks: it repeats a request whose answer it did not get.

An answer may hold what objects say. So it is kept under a seal that only the key of the request opens, which is not kept: nothing
of it can be read in any file, whatever is purged or taken back meanwhile. And it is given again only while whoever asks may
still see what they saw then of all that it names.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from cordiale.desk import jobs
from cordiale.desk.once import records
from cordiale.desk.views.reading import in_part, readable
from cordiale.desk.visible import visible
from cordiale.platform.clock import DAY
from cordiale.platform.errors import Conflict, InputError
from cordiale.platform.languages import _
from cordiale.release.pruning import mentions
from cordiale.store import versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

KEPT: Final = DAY
"""How long an answer is kept."""

Shown = tuple[str, str, bool]
"""A statement that somebody saw: its object, who states it, and whether they saw all of it."""


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    answer: bytes
    shown: frozenset[Shown]


def begin(desk: Desk, actor: Actor, key: str, digest: bytes) -> bytes | None:
    """Return what this very request was answered before; None when it is to be done now, which is written down.

    Raises InputError when the key stood for another request, Conflict while that one is under way, when the node ended in the
    middle of it, so that nobody knows whether it was done, and when it was done and its answer names what is not shown any more.
    """
    now, who = desk.clock(), _who(actor)
    with desk.store.write() as tx:
        records.drop_before(tx, now - KEPT)
        # an answer of before answers were sealed stands under the key itself
        found = records.get(tx, who, _name(desk, who, key)) or records.get(tx, who, key)
        if found is None:
            records.put(tx, who, _name(desk, who, key), digest, now, jobs.process())
            return None
        known, process, answer = found
        kept = None if answer is None or known != digest else _opened(desk, who, key, answer)
        gone = kept is not None and not kept.shown <= _shown(tx, desk, actor, {one[0] for one in kept.shown})
    if known != digest:
        raise InputError(
            "key-reused",
            _("This Idempotency-Key stood for another request: choose a new one for every request."),
        )
    if answer is None and jobs.alive(process):
        raise Conflict("under-way", _("This request is under way already: ask again in a moment."))
    if answer is None:
        raise Conflict(
            "interrupted",
            _(
                "The node ended while it did this: look whether it was done, and if not, ask again with another Idempotency-Key."
            ),
        )
    if kept is None or gone:
        raise Conflict(
            "answer-gone",
            _(
                "This was done already, and its answer names what is not shown any more: look at what it left."
            ),
        )
    return kept.answer


def keep(desk: Desk, actor: Actor, key: str, answer: bytes, about: Iterable[bytes] = ()) -> None:
    """Keep what the request of this key was answered, for a day; `about` are texts that name what it is about."""
    who = _who(actor)
    # ids are ASCII, which no JSON of ours escapes
    named = frozenset().union(*(mentions(one.replace(b"\\u", b" ")) for one in about))
    with desk.store.write() as tx:
        kept = _Kept(answer, _shown(tx, desk, actor, named))
        sealed = _cipher(desk, key).encrypt(msgspec.msgpack.encode(kept), [who.encode()])
        records.answered(tx, who, _name(desk, who, key), sealed)


def forget(desk: Desk, actor: Actor, key: str) -> None:
    """Forget a request that failed here: it may be asked anew."""
    who = _who(actor)
    with desk.store.write() as tx:
        records.drop(tx, who, _name(desk, who, key))


def _who(actor: Actor) -> str:
    return f"{actor.person} {actor.name}"


def _name(desk: Desk, who: str, key: str) -> str:
    """Return under what the request of a key is written down: whoever reads it learns no key."""
    return hmac.digest(desk.home.secret, f"cordiale once name v1\n{who}\n{key}".encode(), "sha256").hex()


def _cipher(desk: Desk, key: str) -> AESSIV:
    return AESSIV(hmac.digest(desk.home.secret, b"cordiale once seal v1\n" + key.encode(), "sha512"))


def _opened(desk: Desk, who: str, key: str, sealed: bytes) -> _Kept | None:
    """Return what was kept; None of an answer that was kept before answers were sealed."""
    try:
        return msgspec.msgpack.decode(_cipher(desk, key).decrypt(sealed, [who.encode()]), type=_Kept)
    except (InvalidTag, ValueError, msgspec.MsgspecError):
        return None


def _shown(tx: Transaction, desk: Desk, actor: Actor, ids: Collection[str]) -> frozenset[Shown]:
    """Return the statements about these objects that the actor sees now."""
    seen = visible(tx, desk, actor)
    held = versions.of_ids(tx, ids, seen, raw=False)
    rows = [row for found in held.values() for row in found]
    return frozenset((row.id, row.source, not in_part(row)) for row in readable(tx, desk, actor, rows, seen))
