"""What a recall says and what is answered, as both sides sign it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal

import msgspec

from cordiale.exchange.home import Home, Partner
from cordiale.exchange.signing import open_statement, read_body, sign_statement
from cordiale.exchange.stream.segment import pair_name
from cordiale.platform.errors import Conflict, IntegrityError
from cordiale.platform.languages import _

PURPOSE: Final = "recall"
RECEIPT: Final = "recall-receipt"

ACTIONS: Final = ("purge", "stop-use", "downgrade")
"""What may be asked: take it away; keep it and use it no more; hold it under a stricter marking."""

OUTCOMES: Final = ("done", "in-use", "cannot")
"""What may be answered: done; in use in what we wrote and being corrected; it cannot be done here."""

ERASURE: Final = "erasure"
"""Begins the reason of a recall that somebody's right to erasure demands: nothing but taking it all away answers it."""

CHUNK: Final = 4096
"""Entries one message asks back at most: what a receiver does in one transaction, and answers at once."""

Scope = Literal["version", "object"]


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """Name one entry that is asked back by its number alone, or all from `sequence` to `last`.

    Whoever fetched it knows what it was; of what was withdrawn before it was fetched, an id or a
    content hash would tell.
    """

    sequence: int
    last: int = 0


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Ask for entries of one stream back; signed by the node that sent them.

    `scope` is `version` (these and no others) or `object` (every version of theirs, those to come as well). `marking`
    are the atoms to hold it under, for a downgrade. `due` is the instant by which an answer is asked, 0 for none.
    """

    id: str
    pair: str
    generation: int
    number: int
    action: str
    reason: str
    by: str
    at: int
    items: tuple[Item, ...]
    scope: Scope = "version"
    marking: str = ""
    due: int = 0


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Answer a recall: what became of it, and how many versions it concerned here.

    `until` is when what is in use will be corrected. `products` are named only if a person chose to. `onward` says how
    far those are to whom we gave it, in aggregate: asked, acknowledged or refused; empty when there are none.
    """

    recall: str
    pair: str
    outcome: str
    purged: int
    at: int
    until: int = 0
    note: str = ""
    onward: str = ""
    products: tuple[str, ...] = ()


def items_of(sequences: Iterable[int]) -> tuple[Item, ...]:
    """Return entry numbers as items, those that follow each other as one range."""
    found: list[Item] = []
    for sequence in sorted(sequences):
        if found and (found[-1].last or found[-1].sequence) == sequence - 1:
            found[-1] = Item(found[-1].sequence, sequence)
        else:
            found.append(Item(sequence))
    return tuple(found)


def because(recall_id: str) -> str:
    """Return the reason by which the ledger of what was purged names a recall."""
    return f"recall {recall_id}"


def sequences(message: Message) -> list[int]:
    """Return the entry numbers a message asks back, each once; raises IntegrityError beyond what one may ask."""
    count = sum(max(0, item.last - item.sequence) + 1 for item in message.items)
    if count > CHUNK or any(item.sequence < 1 or item.last < 0 for item in message.items):
        raise IntegrityError(
            "exchange.recall.size",
            _("A recall asks for {count} entries in one message; {most} is the most."),
            count=count,
            most=CHUNK,
        )
    return sorted(set(_each(message.items)))


def _each(items: Iterable[Item]) -> Iterator[int]:
    for item in items:
        yield from range(item.sequence, max(item.last, item.sequence) + 1)


def sign(home: Home, statement: Message | Receipt) -> bytes:
    """Sign a recall or a receipt."""
    purpose = PURPOSE if isinstance(statement, Message) else RECEIPT
    return sign_statement(home, purpose, msgspec.to_builtins(statement))


def read_message(home: Home, partner: Partner, number: int, data: bytes) -> Message:
    """Verify and read a partner's recall; raises IntegrityError when it is not theirs, or of another stream."""
    message: Message = read_body(open_statement(data, PURPOSE, partner.keys, home.verify), Message, PURPOSE)
    if message.pair != pair_name(partner.node, home.node) or message.number != number:
        raise IntegrityError(
            "exchange.recall.pair", _("A recall of {node} is not about what it sent us."), node=partner.node
        )
    return message


def nothing_there(recall_id: str, node: str) -> Conflict:
    """Say that a recall would ask for nothing: a receipt for it would tell of what nobody looked for."""
    return Conflict(
        "exchange.recall.nothing",
        _(
            "{node} has nothing of what the recall {id} asks back: it never got there, or was asked back before."
            " Nothing was sent."
        ),
        node=node,
        id=recall_id,
    )
