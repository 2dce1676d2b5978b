"""Both sides sign how far a stream went and what its log holds, so that neither can rewrite it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.signing import open_statement, read_body, sign_statement
from cordiale.exchange.stream.segment import pair_name
from cordiale.platform.errors import IntegrityError
from cordiale.platform.languages import _
from cordiale.release import merkle
from cordiale.store.connection import Transaction

PURPOSE = "checkpoint"


class Checkpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """State a stream's length and the Merkle root (hex) over its segment headers, as `by` knows it."""

    pair: str
    generation: int
    entries: int
    segments: int
    root: str
    by: str
    at: int


def log_root(hashes: list[bytes]) -> str:
    """Return the root (RFC 9162) over header hashes, in hexadecimal."""
    return merkle.root(hashes).hex()


def received(tx: Transaction, home: Home, partner: Partner, now: int) -> Checkpoint:
    """State how far we are in a partner's stream."""
    link = records.link(tx, partner.number)
    hashes = records.received_hashes(tx, partner.number, link.generation)
    name = pair_name(partner.node, home.node)
    return Checkpoint(name, link.generation, link.received, len(hashes), log_root(hashes), home.node, now)


def sent(tx: Transaction, home: Home, partner: Partner, segments: int, now: int) -> Checkpoint:
    """State our stream to a partner as it was after so many segments."""
    pair = records.pair(tx, partner.number)
    rows = records.header_ends(tx, partner.number, pair.generation)[:segments]
    entries = rows[-1][0] if rows else 0
    name = pair_name(home.node, partner.node)
    return Checkpoint(
        name,
        pair.generation,
        entries,
        len(rows),
        log_root([digest for _last, digest in rows]),
        home.node,
        now,
    )


def sign(home: Home, made: Checkpoint) -> bytes:
    """Write a signed checkpoint."""
    return sign_statement(home, PURPOSE, msgspec.to_builtins(made))


def read(data: bytes, home: Home, partner: Partner) -> Checkpoint:
    """Open a partner's signed checkpoint; raises IntegrityError."""
    return read_by(data, home, partner.keys)


def read_by(data: bytes, home: Home, keys: Iterable[bytes]) -> Checkpoint:
    """Open a checkpoint that one of these keys signed; raises IntegrityError."""
    body = open_statement(data, PURPOSE, keys, home.verify)
    found: Checkpoint = read_body(body, Checkpoint, PURPOSE)
    return found


def same_log(one: Checkpoint, other: Checkpoint) -> bool:
    """Tell whether two checkpoints state the same log, whoever signed and when."""
    return (one.pair, one.generation, one.entries, one.segments, one.root) == (
        other.pair,
        other.generation,
        other.entries,
        other.segments,
        other.root,
    )


def countersign(tx: Transaction, home: Home, partner: Partner, data: bytes, now: int) -> bytes:
    """Accept a partner's checkpoint of our stream, record it as its receipt, and sign our own of the same.

    Raises IntegrityError when the partner states another history than ours.
    """
    theirs = read(data, home, partner)
    ours = sent(tx, home, partner, theirs.segments, now)
    if not same_log(theirs, ours) or theirs.by != partner.node:
        raise IntegrityError(
            "exchange.checkpoint.differs",
            _(
                "{node} states another history of our stream than ours: {entries} entries in generation {generation}."
            ),
            node=partner.node,
            entries=theirs.entries,
            generation=theirs.generation,
        )
    pair = records.pair(tx, partner.number)
    if theirs.entries >= pair.acknowledged:
        records.save_pair(
            tx, msgspec.structs.replace(pair, acknowledged=theirs.entries, acknowledged_at=now, receipt=data)
        )
    return sign(home, ours)
