"""What a sender believes its partner holds, in a form that both sides can compare without naming anything.

Both hold the same signed headers, so what can differ is which entries are live. A segment's state is the
hash of its header and of one byte an entry; a stream's is the hash of those. A difference is found by
halves, and only then are entries spoken of: in a signed statement, for what follows from it is a repair.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

import msgspec

from cordiale.exchange import records
from cordiale.exchange.entry import SIZE, STUB, WITHDRAWN, read_numbers, unpack
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.link.asking import decoded
from cordiale.exchange.link.wire import numbers
from cordiale.exchange.message import JSON, Request, Response
from cordiale.exchange.recall import narrowing
from cordiale.exchange.records import generations, reconciliations
from cordiale.exchange.signing import open_statement, sign_statement
from cordiale.exchange.stream.segment import pair_name
from cordiale.platform.errors import IntegrityError, ProtocolError
from cordiale.platform.languages import _
from cordiale.store.connection import Store, Transaction

STATES = "reconcile-states"
EXTRA = "reconcile-extra"
EXPLAINED = "reconcile-explained"

LIVE: Final = ""
"""State of an entry that the sender believes is held."""

STOPPED: Final = "stopped"
"""State of an entry that was stopped before it was fetched, or that its sender purged: it is not to be held."""

MOST_EXTRA: Final = 500
"""Objects asked about in one request."""

_TO_LIVE = bytes(0 if flags & (WITHDRAWN | STUB) else 1 for flags in range(256))


class Segment(msgspec.Struct, frozen=True):
    """Hold one segment's state: which entries are live (one byte each), and the hash to compare."""

    first: int
    last: int
    live: bytes
    digest: bytes


class Asked(msgspec.Struct, frozen=True):
    """Name a recall that covers an entry; `number` is its number in the pair, `action` what it asks."""

    number: int
    action: str


class States(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Say of every entry of one segment what its sender believes: live, stopped, or asked back."""

    pair: str
    generation: int
    first: int
    nonce: str
    states: list[str | Asked]


class Extra(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Say of objects that the receiver holds apart from the stream which were asked back (None: nothing is known).

    `settled`: everything that may go was sent since the generation was opened.
    """

    pair: str
    nonce: str
    settled: bool
    states: list[Asked | None]


class Explained(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Tell the sender why entries of one segment are held or not, other than it would expect."""

    pair: str
    generation: int
    first: int
    last: int
    at: int
    entries: list[tuple[int, bool, str]]


class Ask(msgspec.Struct, frozen=True):
    """Ask about objects by (id, content hash in hexadecimal)."""

    nonce: str
    objects: list[tuple[str, str]]


def digest(header_hash: bytes, live: bytes) -> bytes:
    """Return the state of a segment: SHA-256 of its header's hash and one byte an entry, 1 where it is live."""
    return sha256(header_hash + live).digest()


def root(segments: Iterable[Segment]) -> str:
    """Return the state of a range of segments in hexadecimal."""
    return sha256(b"".join(one.digest for one in segments)).hexdigest()


def sent(
    tx: Transaction, number: int, generation: int, after: int = 0, until: int = 1 << 40
) -> list[Segment]:
    """Return what we believe a partner holds of our stream, by segment."""
    told = reconciliations.explained(tx, number, generation)
    found = []
    for first, last, header_hash, entries in reconciliations.sent_states(
        tx, number, generation, after, until
    ):
        count = len(entries) // SIZE
        live = bytes(entries[8 * count : 9 * count]).translate(_TO_LIVE)
        if told:
            live = bytes(told.get(first + place, value) for place, value in enumerate(live))
        found.append(Segment(first, last, live, digest(bytes(header_hash), live)))
    return found


def received(
    tx: Transaction, number: int, generation: int, after: int = 0, until: int = 1 << 40
) -> list[Segment]:
    """Return what we hold of a partner's stream by our own records, by segment."""
    gone = reconciliations.purged(tx)
    found = []
    for first, last, header_hash, blob in reconciliations.received_states(
        tx, number, generation, after, until
    ):
        vids = read_numbers(bytes(blob))
        live = bytes(map(bool, vids))
        if gone and not gone.isdisjoint(vids):
            live = bytes(vid > 0 and vid not in gone for vid in vids)
        found.append(Segment(first, last, live, digest(bytes(header_hash), live)))
    return found


# What the sender answers ----------------------------------------------------------------------


def respond(request: Request, name: str, store: Store, home: Home, partner: Partner) -> Response | None:
    """Answer one request about the state of our stream to a partner; None for another path."""
    match (request.method, name):
        case ("GET", "reconcile/root"):
            given = numbers(request, "generation", "after", "until")
            with store.read() as tx:
                found = sent(tx, partner.number, given["generation"], given["after"], given["until"])
            return _json({"root": root(found), "segments": len(found)})
        case ("GET", "reconcile/states"):
            given = numbers(request, "generation", "first")
            nonce = request.headers.get("cordiale-nonce", "")[:64]
            with store.read() as tx:
                made = _states(tx, home, partner, given["generation"], given["first"], nonce)
            return Response(200, JSON, sign_statement(home, STATES, msgspec.to_builtins(made)))
        case ("POST", "reconcile/extra"):
            asked = decoded(request.body, Ask, partner)
            with store.read() as tx:
                answer = _extra(tx, home, partner, asked)
            return Response(200, JSON, sign_statement(home, EXTRA, msgspec.to_builtins(answer)))
        case ("POST", "reconcile/explained"):
            with store.write() as tx:
                take_explained(tx, home, partner, request.body)
            return Response(204)
    return None


def _json(value: object) -> Response:
    return Response(200, JSON, msgspec.json.encode(value))


def _states(tx: Transaction, home: Home, partner: Partner, generation: int, first: int, nonce: str) -> States:
    segment = records.segment_with(tx, partner.number, generation, first)
    if segment is None or segment.first != first:
        raise ProtocolError(
            "exchange.reconcile.segment",
            _("No segment of the stream to {node} begins at entry {number}."),
            node=partner.node,
            number=first,
        )
    packed = unpack(segment.entries)
    asked = asked_back(tx, partner)
    states: list[str | Asked] = []
    for place, vid in enumerate(packed.vids):
        if not packed.flags[place] & (WITHDRAWN | STUB):
            states.append(LIVE)
        else:
            states.append(asked.get(vid, STOPPED) if vid else STOPPED)
    return States(pair_name(home.node, partner.node), generation, first, nonce, states)


def asked_back(tx: Transaction, partner: Partner) -> dict[int, Asked]:
    """Return version → the recall that asked a partner for it back."""
    found: dict[int, Asked] = {}
    for row in records.recalls(tx, number=partner.number):
        if row.number is not None:
            one = Asked(row.number, row.action)
            found.update((vid, one) for vid in read_numbers(row.vids))
    return found


def _extra(tx: Transaction, home: Home, partner: Partner, asked: Ask) -> Extra:
    """Answer from what was asked back alone: whether we hold an object is nobody's to learn."""
    back = asked_back(tx, partner)
    named = records.dated(tx, list(back))
    hashes = records.content_hashes(tx, list(back))
    known = {(named[vid][0], hashes[vid].hex()): one for vid, one in back.items() if vid in hashes}
    states = [known.get((stix_id, content)) for stix_id, content in asked.objects[:MOST_EXTRA]]
    pair = records.pair(tx, partner.number)
    settled = pair.position >= generations.opened_at(tx, partner.number, pair.generation)
    return Extra(pair_name(home.node, partner.node), asked.nonce[:64], settled, states)


def take_explained(tx: Transaction, home: Home, partner: Partner, data: bytes) -> None:
    """Keep a partner's signed word on why it holds entries or does not: what we believe follows it.

    Whether something may be asked back does not: that goes by what was sent. Raises IntegrityError.
    """
    body = open_statement(data, EXPLAINED, partner.keys, home.verify)
    told = decoded(body, Explained, partner)
    if told.pair != pair_name(home.node, partner.node):
        raise _another(partner)
    if any(not told.first <= sequence <= told.last for sequence, _held, _why in told.entries):
        raise _another(partner)
    reconciliations.forget_explained(tx, partner.number, told.generation, told.first, told.last)
    entries = [(sequence, held, why[:100]) for sequence, held, why in told.entries]
    reconciliations.explain(tx, partner.number, told.generation, entries, home.clock())
    bare = [sequence for sequence, held, why in told.entries if not held and why == STOPPED]
    if bare and told.generation == records.pair(tx, partner.number).generation:
        # what went as a bare leaf before we were put back to a state in which it goes: it goes under a new number
        narrowing.let_go(tx, partner, generations.sent_among(tx, partner.number, told.generation, bare))


# What the receiver reads ----------------------------------------------------------------------


def read_states(
    data: bytes, home: Home, partner: Partner, generation: int, first: int, nonce: str, count: int
) -> Sequence[str | Asked]:
    """Read what a partner believes of one segment; raises IntegrityError unless it signed this very answer."""
    found = decoded(open_statement(data, STATES, partner.keys, home.verify), States, partner)
    if (found.pair, found.generation, found.first, found.nonce, len(found.states)) != (
        pair_name(partner.node, home.node),
        generation,
        first,
        nonce,
        count,
    ):
        raise _another(partner)
    states: Sequence[str | Asked] = found.states
    return states


def read_extra(data: bytes, home: Home, partner: Partner, nonce: str, count: int) -> Extra:
    """Read which objects a partner asked back; raises IntegrityError unless it signed this very answer."""
    found = decoded(open_statement(data, EXTRA, partner.keys, home.verify), Extra, partner)
    if (found.pair, found.nonce, len(found.states)) != (pair_name(partner.node, home.node), nonce, count):
        raise _another(partner)
    answer: Extra = found
    return answer


def explain(
    home: Home, partner: Partner, generation: int, segment: Segment, entries: list[tuple[int, bool, str]]
) -> bytes:
    """Write our signed word on entries of one segment for the partner that sent them."""
    name = pair_name(partner.node, home.node)
    told = Explained(name, generation, segment.first, segment.last, home.clock(), entries)
    return sign_statement(home, EXPLAINED, msgspec.to_builtins(told))


def _another(partner: Partner) -> IntegrityError:
    return IntegrityError(
        "exchange.reconcile.other",
        _("{node} signed an answer to another question than ours; nothing was changed."),
        node=partner.node,
    )
