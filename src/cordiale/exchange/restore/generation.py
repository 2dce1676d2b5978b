"""A stream begins again: a new generation, opened with a signed statement of where the one before ended.

After a restore nobody knows for certain which numbers were given to what. So no number is ever given
again: the stream goes on in the next generation, from entry 1, and everything that may go is sent in
it. What the partner holds already is not stored twice there.
"""

from __future__ import annotations

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partner, own_keys
from cordiale.exchange.records import generations
from cordiale.exchange.restore import dates
from cordiale.exchange.signing import (
    open_statement,
    peek_statement,
    read_body,
    sign_statement,
    write_statement,
)
from cordiale.exchange.stream import stubs
from cordiale.exchange.stream.segment import pair_name
from cordiale.platform.errors import IntegrityError
from cordiale.platform.languages import _
from cordiale.release.segment import NO_PREVIOUS
from cordiale.store import changes
from cordiale.store.connection import Transaction

PURPOSE = "generation"


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Open a generation of a stream; `previous`, `entries` and `head` (hex) say where its sender knows it ended."""

    pair: str
    generation: int
    previous: int
    entries: int
    head: str
    at: int


def open_next(tx: Transaction, home: Home, partner: Partner, now: int) -> Opening:
    """Begin the stream to a partner again, above every generation that it may have seen.

    Whatever it may have goes again under new numbers; for a plain client, what was asked back as well.
    """
    pair = records.pair(tx, partner.number)
    proven = generations.highest_generation(tx, partner.number, generations.PROVEN)
    made = Opening(
        pair=pair_name(home.node, partner.node),
        generation=max(pair.generation, proven) + 1,
        previous=pair.generation,
        entries=pair.last,
        head=pair.head.hex(),
        at=now,
    )
    statement = sign_statement(home, PURPOSE, msgspec.to_builtins(made))
    generations.add_generation(tx, partner.number, generations.SENT, made.generation, statement, now)
    until = str(changes.last(tx)).encode()
    generations.add_generation(tx, partner.number, generations.FROM, made.generation, until, now)
    generations.forget_held(tx, partner.number)
    records.save_pair(
        tx,
        msgspec.structs.replace(
            pair,
            generation=made.generation,
            last=0,
            segments=0,
            position=0,
            head=NO_PREVIOUS,
            # a clock that is behind dates nothing before what partners were given, in whatever stream that is known of
            last_added=dates.latest(tx),
            acknowledged=0,
            acknowledged_at=None,
            receipt=None,
        ),
    )
    if partner.assurance != "node":
        _revoke_again(tx, home, partner, now)
    return made


def shown(tx: Transaction, home: Home, partner: Partner) -> str:
    """Return the opening of the present generation, signed with the key of today; empty for the first."""
    number = records.pair(tx, partner.number).generation
    statement = generations.generation_statement(tx, partner.number, generations.SENT, number)
    if statement is None:
        return ""
    body, _signature = peek_statement(statement, PURPOSE)
    return write_statement(PURPOSE, body, home.egress().sign(PURPOSE, body)).decode()


def accept(tx: Transaction, home: Home, partner: Partner, generation: int, data: bytes, now: int) -> None:
    """Follow a partner's stream into the generation that it opened, from its first entry.

    Raises IntegrityError when the partner did not sign that it opened this one.
    """
    opening = read(data, home, partner)
    if opening.generation != generation:
        raise IntegrityError(
            "exchange.generation.other",
            _("{node} is in generation {found} of its stream and signed the opening of {signed}."),
            node=partner.node,
            found=generation,
            signed=opening.generation,
        )
    generations.add_generation(tx, partner.number, generations.RECEIVED, generation, data, now)
    records.save_link(
        tx,
        partner.number,
        {
            "generation": generation,
            "received": 0,
            "head": NO_PREVIOUS,
            "acknowledged": 0,
            "checkpoint": None,
        },
    )


def read(data: bytes, home: Home, partner: Partner) -> Opening:
    """Open the statement by which a partner began its stream to us again; raises IntegrityError."""
    return _opened(data, (*partner.keys, *partner.former), pair_name(partner.node, home.node), home, partner)


def read_own(data: bytes, home: Home, partner: Partner) -> Opening:
    """Open the statement by which we began our stream to a partner again; raises IntegrityError."""
    return _opened(data, own_keys(home), pair_name(home.node, partner.node), home, partner)


def _opened(data: bytes, keys: tuple[bytes, ...], name: str, home: Home, partner: Partner) -> Opening:
    body = open_statement(data, PURPOSE, keys, home.verify)
    opening: Opening = read_body(body, Opening, PURPOSE)
    if opening.pair != name:
        raise IntegrityError(
            "exchange.generation.pair",
            _("{node} shows the opening of a generation of another stream."),
            node=partner.node,
        )
    return opening


def _revoke_again(tx: Transaction, home: Home, partner: Partner, now: int) -> None:
    """Say once more to a plain client what was asked back: it may not have read the earlier word."""
    vids = sorted(records.recalled_vids(tx, partner.number))
    named = records.dated(tx, vids)
    objects = sorted({(one[0], one[2]) for one in named.values()}, key=str)
    if objects:
        stubs.revoke(tx, home, partner, objects, now)
