"""Carry a stream on media: the same segments, recalls and receipts as over the network, with the same checks.

What is on the medium is what would have been answered to a request, so a stream may change between network and media at
any entry. Nothing is assumed to have arrived until a receipt says so, by whatever way it comes back.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from cordiale.exchange import records
from cordiale.exchange.carriers import bundle
from cordiale.exchange.carriers.bundle import Listing, Part
from cordiale.exchange.home import Home, Partner, Partnership
from cordiale.exchange.link import greeting
from cordiale.exchange.recall import basis, narrowing
from cordiale.exchange.records import carried
from cordiale.exchange.records.carried import OUT, CarriedRow
from cordiale.exchange.restore import generation, position, recovery, rejoin
from cordiale.exchange.stream import checkpoint
from cordiale.exchange.stream import segment as segments
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _
from cordiale.store.connection import Store, Transaction

KINDS: Final = ("two-way", "delayed", "one-way")

REPEATS: Final = 3
"""How many runs in a row carry an entry where no receipt can come back."""

BUNDLE_BYTES: Final = 256 * 1024 * 1024
"""Bytes of parts after which a further bundle is begun: what an old medium or a slow gate still takes."""


class Written(msgspec.Struct, frozen=True):
    """Report one bundle that was written."""

    file: str
    number: int
    first: int = 0
    last: int = 0
    segments: int = 0
    recalls: int = 0
    receipts: int = 0
    bytes: int = 0


def out(
    store: Store, home: Home, partnership: Partnership, folder: Path, *, since: int | None = None
) -> list[Written]:
    """Write for a partner what it has not acknowledged: segments, recalls, receipts; in files of bounded size.

    Where no receipt can come back (`one-way`) each entry goes in three runs in a row. `since` repeats from an
    entry on, and every recall. Raises NotFound for a folder that is not there, Conflict for files that are, ProtocolError
    while the link is closed.
    """
    if not folder.is_dir():
        raise NotFound("exchange.carry.folder", _("{folder} is not a folder."), folder=str(folder))
    partner, now = partnership.partner, home.clock()  # one time for all files: it tells this run from others
    with store.read() as tx:
        rejoin.refuse_closed(tx, partner)
        number = carried.last_carried(tx, partner.number, OUT)
        begin = _begin(tx, partner, since)
        fixed = _statements(tx, home, partner, whole=since is not None)
    done: list[Written] = []
    for parts in _bundles(store, home, partnership, begin, fixed):
        number += 1
        done.append(_write(store, home, partner, folder, number, parts, now))
    return done


def _begin(tx: Transaction, partner: Partner, since: int | None) -> int:
    """Return the entry after which segments are carried."""
    if since is not None:
        return max(0, since - 1)
    pair = records.pair(tx, partner.number)
    if partner.kind != "one-way":
        return pair.acknowledged
    earlier = carried.carried(tx, partner.number, OUT, pair.generation)
    runs = sorted({row.at for row in earlier if row.last})
    if len(runs) < REPEATS:
        return 0
    return max(row.last for row in earlier if row.at <= runs[-REPEATS])


def _statements(tx: Transaction, home: Home, partner: Partner, *, whole: bool) -> list[tuple[Part, bytes]]:
    """Return the parts that are statements: opening, recalls (`whole`: from the first on), checkpoints, receipts.

    Who asks for the whole was put back, or who is seen to have forgotten recalls: it is shown those that were carried out.
    """
    now, number = home.clock(), partner.number
    found = []
    opening = generation.shown(tx, home, partner).encode()
    if opening:
        found.append((bundle.listed("opening", opening), opening))
    # all from the first without a receipt on: the partner takes them in one after another
    asked = [row.number for row in records.recalls(tx, number=number, state="asked") if row.number]
    known = 0 if whole or partner.kind == "one-way" else min(asked, default=1 << 30) - 1
    for recall_number, message, kept in records.recalls_after(tx, number, known, 1 << 30):
        data = bytes(message)
        part = bundle.listed("recall", data, recall_number, recall_number)
        found.append((msgspec.structs.replace(part, basis=basis.unpack(kept)), data))
    link, pair = records.link(tx, number), records.pair(tx, number)
    ours = checkpoint.sign(home, checkpoint.sent(tx, home, partner, pair.segments, now))
    part = bundle.listed("checkpoint", ours)
    if whole or rejoin.forgot(link):
        part = msgspec.structs.replace(part, shown=recovery.all_recalled(tx, partner))
    found.append((part, ours))
    if link.received:
        theirs = checkpoint.sign(home, checkpoint.received(tx, home, partner, now))
        found.append((bundle.listed("countersigned", theirs), theirs))
    for _recall_id, receipt in records.undelivered_receipts(tx, number):
        found.append((bundle.listed("receipt", bytes(receipt)), bytes(receipt)))
    return found


def _bundles(
    store: Store, home: Home, partnership: Partnership, begin: int, fixed: list[tuple[Part, bytes]]
) -> Iterator[list[tuple[Part, bytes]]]:
    """Yield the parts of one bundle after another; the statements go with the first."""
    parts, size, after = list(fixed), sum(part.size for part, _data in fixed), begin
    while True:
        with store.read() as tx:
            pair = records.pair(tx, partnership.partner.number)
            held = records.segment_with(tx, pair.number, pair.generation, after + 1)
            if held is None:
                break
            data, stopped = segments.serve(tx, partnership, held, home.clock(), home.secret)
            before = carried.carried(tx, pair.number, OUT, pair.generation)
        fresh = not any(row.first <= held.last and held.first <= row.last for row in before)
        if stopped and held.last > pair.acknowledged:
            # A bare leaf may be all the partner will ever have of it. What was on a medium before may have arrived with its content.
            with store.write() as tx:
                (narrowing.let_go if fresh else narrowing.owe_again)(tx, partnership.partner, stopped)
        if size + len(data) > BUNDLE_BYTES and any(part.kind == "segment" for part, _data in parts):
            yield parts
            parts, size = [], 0
        parts.append((bundle.listed("segment", data, held.first, held.last), data))
        size, after = size + len(data), held.last
    yield parts


def _write(
    store: Store,
    home: Home,
    partner: Partner,
    folder: Path,
    number: int,
    parts: list[tuple[Part, bytes]],
    now: int,
) -> Written:
    with store.read() as tx:
        pair = records.pair(tx, partner.number)
        shown = position.of(tx, partner)
        told = greeting.telling(tx, home, partner)
    ordered = sorted(parts, key=lambda one: (bundle.KINDS.index(one[0].kind), one[0].first))
    listing = Listing(
        sender=home.node,
        receiver=partner.node,
        number=number,
        at=now,
        generation=pair.generation,
        last=pair.last,
        recalls=pair.recalls,
        standing=shown,
        parts=tuple(part for part, _data in ordered),
        **told,
    )
    path = folder / f"{home.node}-{partner.node}-{number:06}{bundle.SUFFIX}"
    bundle.write(home, path, listing, [data for _part, data in ordered])
    sent = [part for part, _data in ordered if part.kind == "segment"]
    first, last = (sent[0].first, sent[-1].last) if sent else (0, 0)
    with store.write() as tx:
        row = CarriedRow(partner.number, OUT, number, now, b"", pair.generation, first, last)
        carried.add_carried(tx, row)
    kinds = [part.kind for part, _data in ordered]
    return Written(
        str(path),
        number,
        first,
        last,
        kinds.count("segment"),
        kinds.count("recall"),
        kinds.count("receipt"),
        path.stat().st_size,
    )
