"""The file that carries a stream on a medium: one signed list of parts, then the parts.

A bundle is one file without names in it, so nothing in it can name a place to write to. The list says of each part its
kind, its size and its SHA-256; each part is the very statement or segment that would have gone over the network.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from cordiale.exchange.home import Home, Partner
from cordiale.exchange.link.wire import Standing
from cordiale.exchange.restore.recovery import HeldRecall
from cordiale.exchange.signing import open_statement, peek_statement, sign_statement
from cordiale.platform.errors import Conflict, InputError, IntegrityError
from cordiale.platform.languages import _

MAGIC: Final = b"cordiale-carry/1\n"
PURPOSE: Final = "carry"
SUFFIX: Final = ".cordiale"

LIST_BYTES: Final = 4 * 1024 * 1024
"""Most bytes of the list of parts: some ten thousand parts."""

KINDS: Final = ("opening", "recall", "segment", "checkpoint", "countersigned", "receipt")
"""Kinds of parts, in the order in which they are taken in."""


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """Name one part; `first` and `last` are the entries of a segment, or the number of a recall; `basis` is a recall's.

    `shown`, beside a checkpoint, are recalls of the receiver's that were carried out and that it seems to have forgotten.
    """

    kind: str
    size: int
    sha256: str
    first: int = 0
    last: int = 0
    basis: Sequence[tuple[int, str]] = ()
    shown: Sequence[HeldRecall] = ()


class Listing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Say what a bundle holds and how far its sender is; signed.

    `number` counts the bundles of this pair. `last` and `recalls` are how long the sender's stream is and how many recalls
    there are: what the receiver lacks after taking everything in was lost on the way. `standing` is how far
    the sender is in the other stream. `changes`, `certified` and `known` tell of keys as a greeting does.
    """

    sender: str
    receiver: str
    number: int
    at: int
    generation: int
    last: int
    recalls: int
    standing: Standing
    parts: tuple[Part, ...]
    known: int = 0
    changes: tuple[str, ...] = ()
    certified: str = ""


def write(home: Home, path: Path, listing: Listing, parts: Sequence[bytes]) -> None:
    """Write one bundle, whole or not at all. Raises Conflict when the file exists."""
    statement = sign_statement(home, PURPOSE, msgspec.to_builtins(listing))
    if path.exists():
        raise Conflict(
            "exchange.carry.exists", _("{file} exists. Name another folder, or move it away."), file=str(path)
        )
    part = path.with_name(path.name + ".part")
    try:
        with part.open("xb") as file:
            file.write(MAGIC + len(statement).to_bytes(8, "big") + statement)
            for data in parts:
                file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def sender_named(file: BinaryIO, name: str) -> tuple[bytes, str, str]:
    """Read the list of a bundle; return its statement with who it says it is from and for, unproven.

    Raises InputError saying what is wrong with the file.
    """
    begin = file.read(len(MAGIC) + 8)
    if not begin.startswith(MAGIC):
        raise InputError(
            "exchange.carry.foreign", _("{file} is not a bundle that cordiale carry out wrote."), file=name
        )
    size = int.from_bytes(begin[len(MAGIC) :], "big")
    if size > LIST_BYTES:
        raise InputError(
            "exchange.carry.list", _("{file} lists more parts than a bundle may have."), file=name
        )
    statement = file.read(size)
    if len(begin) != len(MAGIC) + 8 or len(statement) != size:
        raise truncated(name)
    try:
        body, _signature = peek_statement(statement, PURPOSE)
        found = msgspec.json.decode(body, type=Listing)
    except (msgspec.MsgspecError, IntegrityError) as error:
        raise InputError(
            "exchange.carry.foreign", _("{file} is not a bundle that cordiale carry out wrote."), file=name
        ) from error
    return statement, found.sender, found.receiver


def open_listing(home: Home, partner: Partner, statement: bytes, name: str, size: int, limit: int) -> Listing:
    """Open a bundle's list: signed by the partner, for us, and of a file of exactly this size.

    Raises IntegrityError or InputError.
    """
    keys = (*partner.keys, *partner.former)
    listing = msgspec.json.decode(open_statement(statement, PURPOSE, keys, home.verify), type=Listing)
    if listing.receiver != home.node:
        raise InputError(
            "exchange.carry.receiver",
            _("{file} is for {receiver}, and this node is {node}."),
            file=name,
            receiver=listing.receiver[:80],
            node=home.node,
        )
    for part in listing.parts:
        if part.kind not in KINDS:
            raise InputError(
                "exchange.carry.kind",
                _(
                    "{file} holds a part of a kind that this version does not know ({kind}); upgrade this node."
                ),
                file=name,
                kind=part.kind[:40],
            )
        if not 0 < part.size <= limit:
            raise InputError(
                "exchange.carry.size",
                _("A part of {file} says it is {size} bytes; at most {limit} are taken."),
                file=name,
                size=part.size,
                limit=limit,
            )
    expected = len(MAGIC) + 8 + len(statement) + sum(part.size for part in listing.parts)
    if size < expected:
        raise truncated(name)
    if size > expected:
        raise IntegrityError(
            "exchange.carry.longer",
            _("{file} is longer than its list says: something was added to it."),
            file=name,
        )
    return listing


def read_parts(file: BinaryIO, listing: Listing, name: str) -> Iterator[tuple[Part, bytes]]:
    """Read the parts one by one, each checked against the list; raises IntegrityError."""
    for part in listing.parts:
        data = file.read(part.size)
        if len(data) != part.size:
            raise truncated(name)
        if hashlib.sha256(data).hexdigest() != part.sha256:
            raise IntegrityError(
                "exchange.carry.altered",
                _(
                    "{file} was altered or damaged on the way: a {kind} is not what its list says. Carry it again."
                ),
                file=name,
                kind=part.kind,
            )
        yield part, data


def listed(kind: str, data: bytes, first: int = 0, last: int = 0) -> Part:
    """Return the line of the list for a part."""
    return Part(kind, len(data), hashlib.sha256(data).hexdigest(), first, last)


def truncated(name: str) -> InputError:
    """Return the refusal of a file that is cut short."""
    return InputError(
        "exchange.carry.truncated",
        _("{file} is cut short: part of it is missing. Carry it again."),
        file=name,
    )
