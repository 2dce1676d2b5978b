"""Learn again from a partner what this node forgot: headers of its own stream, and its own recalls.

Everything taken over was signed by this node itself. Headers keep the log of the stream whole; the
recalls say what must not go to the partner again, though it may be here as if nothing had happened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
import orjson

from cordiale.exchange import entry, records
from cordiale.exchange.entry import WITHDRAWN
from cordiale.exchange.home import Home, Partner, own_keys
from cordiale.exchange.link.asking import decoded, unreadable
from cordiale.exchange.link.wire import Standing
from cordiale.exchange.recall import basis, demand, ledger
from cordiale.exchange.records import concerned, generations
from cordiale.exchange.records.asked_back import block
from cordiale.exchange.restore import position, rejoin
from cordiale.exchange.signing import open_statement, peek_statement, sign_statement
from cordiale.exchange.stream.segment import LEAF, pair_name, read_header
from cordiale.exchange.stream.withdrawal import withdraw_from
from cordiale.release.segment import SegmentHeader, header_hash, message
from cordiale.store import versions
from cordiale.store.connection import Store, Transaction
from cordiale.store.types import Tombstone

HEADERS = 32
"""Headers in one answer: with their leaves about a megabyte."""

RECALLED_BYTES = 4 * 1024 * 1024
"""Bytes of recalls after which an answer is closed."""

SHOWN_BYTES = 2 * 1024 * 1024
"""Bytes of recalls that are shown on one medium: half of what its list may be long."""

MOST_GENERATIONS = 1000
"""Generations that may lie between what we know and what a partner proves; each is a restore."""


class HeldHeader(msgspec.Struct, frozen=True):
    """Show one segment of the other's stream as it was received: what was signed, and its leaves."""

    header: str
    signature: bytes
    leaves: bytes


class HeldRecall(msgspec.Struct, frozen=True):
    """Show one recall of the other that was carried out: its message and basis, our receipt, and what was purged."""

    number: int
    message: str
    receipt: str
    purged: list[tuple[str, bytes, bytes]] = []
    basis: Sequence[tuple[int, str]] = ()


Ask = Callable[[str, str], bytes]
"""Given the last part of a path and a query, return the body of the partner's answer."""


# What the partner answers ---------------------------------------------------------------------


def headers(tx: Transaction, partner: Partner, generation: int, after: int) -> list[HeldHeader]:
    """Show what we received of a partner's stream after an entry number."""
    rows = generations.received_headers(tx, partner.number, generation, after, HEADERS)
    return [HeldHeader(row.header.decode(), row.signature, row.leaves) for row in rows]


def recalled(tx: Transaction, partner: Partner, after: int) -> list[HeldRecall]:
    """Show the partner's recalls that we carried out after a number, and how what they purged is buried."""
    found: list[HeldRecall] = []
    size = 0
    rows = [
        (
            number,
            data,
            receipt,
            told,
            decoded(peek_statement(data, demand.PURPOSE)[0], demand.Message, partner),
        )
        for number, data, receipt, told in generations.carried_out(tx, partner.number, after, 50)
    ]
    apart = generations.buried_apart(tx, [demand.because(said.id) for *_, said in rows])
    for number, data, receipt, told, said in rows:
        of = basis.unpack(told)
        named = basis.sequences(tx, partner, said, of)
        vids = generations.received_among(tx, partner.number, said.generation, named)
        purged = [
            (one.id, one.salt, one.salted_hash)
            for one in (
                *generations.buried_versions(tx, list(vids.values())),
                *apart.get(demand.because(said.id), ()),  # its word alone went: somebody else gave that, too
            )
            if one.salted_hash is not None
        ]
        found.append(HeldRecall(number, data.decode(), receipt.decode(), purged, of))
        size += len(data) + 150 * len(purged)
        if size > RECALLED_BYTES:
            break
    return found


def all_recalled(tx: Transaction, partner: Partner) -> Sequence[HeldRecall]:
    """Show the partner's recalls that we carried out, in order: the last ones that a medium has room for."""
    found: list[HeldRecall] = []
    while page := recalled(tx, partner, found[-1].number if found else 0):
        found += page
    size = 0
    for place in reversed(range(len(found))):
        size += len(msgspec.json.encode(found[place]))
        if size > SHOWN_BYTES:
            return found[place + 1 :]
    return found


# What we take over ----------------------------------------------------------------------------


def learn(store: Store, home: Home, partner: Partner, ask: Ask, theirs: Standing) -> None:
    """Take over what a partner proves of our own stream; repeating it changes nothing.

    Raises ProtocolError or IntegrityError when it shows what we did not sign.
    """
    with store.write() as tx:
        more = position.proves_more(tx, home, partner, theirs)
        position.remember(tx, home, partner, theirs, home.clock())
        ours = records.pair(tx, partner.number).generation
    if more:
        for number in range(ours, min(theirs.generation, ours + MOST_GENERATIONS) + 1):
            _headers(store, home, partner, ask, number)
    _recalls(store, home, partner, _asking(partner, ask), theirs)


def learn_shown(
    store: Store, home: Home, partner: Partner, listed: Sequence[HeldRecall], theirs: Standing
) -> None:
    """Take over the recalls of ours that a partner shows on a medium, where it carried out what we do not know.

    Raises ProtocolError or IntegrityError when it shows what we did not sign.
    """
    with store.read() as tx:
        known = not listed or position.knows_recalls(tx, partner, theirs)
    if not known:
        _recalls(store, home, partner, lambda after: [one for one in listed if one.number > after], theirs)


Shown = Callable[[int], Sequence[HeldRecall]]
"""Given a number, return recalls of ours after it that the partner carried out, in order; none when it has no more."""


def _asking(partner: Partner, ask: Ask) -> Shown:
    def shown(after: int) -> Sequence[HeldRecall]:
        found: list[HeldRecall] = decoded(
            ask("standing/recalled", f"after={after}"), list[HeldRecall], partner
        )
        if found and found[0].number <= after:
            raise unreadable(partner)
        return found

    return shown


def _recalls(store: Store, home: Home, partner: Partner, shown: Shown, theirs: Standing) -> None:
    """Fetch the recalls of ours that the partner carried out and we forgot, and number later ones after them."""
    with store.read() as tx:
        ours = generations.numbered_recalls(tx, partner.number)
        known = position.knows_recalls(tx, partner, theirs)
    common = min(max(ours, default=0), theirs.recalls)
    if common == theirs.recalls and ours.get(common, "") == theirs.last_recall:
        if known:
            return
        # a number was given again, and both went on from there: what comes before that is alike
        common = _alike(home, partner, shown, ours)
    while common and not (
        (there := shown(common - 1))
        and there[0].number == common
        and ours.get(common) == _own(home, partner, there[0]).id
    ):
        common -= 1
    last, taken = common, set[str]()
    while there := shown(last):
        last = there[-1].number
        # in one transaction: were the partner lost half-way, what is known by then would prove nothing any more
        with store.write() as tx:
            taken |= {_take_recall(tx, home, partner, one) for one in there}
            _renumber(tx, home, partner, common, last, taken)
            if not rejoin.closed(tx, partner.number):  # a recall of ours that we did not know: we are behind
                rejoin.close_all(tx, home.clock(), rejoin.ROLLED_BACK, partner.node)
    if theirs.last_recall and last < theirs.recalls:
        raise position.unproven(partner)


def _alike(home: Home, partner: Partner, shown: Shown, ours: Mapping[int, str]) -> int:
    """Return up to which number the partner's recalls are ours, from the first one on."""
    after = 0
    while there := shown(after):
        for one in there:
            if one.number != after + 1 or ours.get(one.number) != _own(home, partner, one).id:
                return after
            after = one.number
    return after


def _headers(store: Store, home: Home, partner: Partner, ask: Ask, generation: int) -> None:
    """Fetch the headers of one generation that we do not have; our own that it never saw give way to them."""

    def shown(after: int) -> list[tuple[SegmentHeader, HeldHeader]]:
        query = f"generation={generation}&after={after}"
        return _read_headers(home, partner, ask("standing/headers", query))

    with store.read() as tx:
        ours = [(0, bytes(32)), *records.header_ends(tx, partner.number, generation)]
    low, high = 0, len(ours) - 1  # the partner has segment `low` as we do; beyond `high` it does not
    while low < high:
        middle = (low + high + 1) // 2
        there = shown(ours[middle - 1][0])
        if there and header_hash(there[0][0]) == ours[middle][1]:
            low = middle
        else:
            high = middle - 1
    after, head = ours[low]
    first = True
    while there := shown(after):
        with store.write() as tx:
            if first:
                generations.forget_segments(tx, partner.number, generation, after)
            after, head = _append(tx, partner, generation, after, head, there)
        first = False


def _read_headers(home: Home, partner: Partner, body: bytes) -> list[tuple[SegmentHeader, HeldHeader]]:
    found = []
    for one in decoded(body, list[HeldHeader], partner):
        header = read_header(one.header.encode())
        signed = message("segment", one.header.encode())
        if (
            header.pair != pair_name(home.node, partner.node)
            or len(one.leaves) != LEAF * (header.last - header.first + 1)
            or not any(home.verify(key, signed, one.signature) for key in own_keys(home))
        ):
            raise position.unproven(partner)
        found.append((header, one))
    return found


def _append(
    tx: Transaction,
    partner: Partner,
    generation: int,
    after: int,
    head: bytes,
    shown: list[tuple[SegmentHeader, HeldHeader]],
) -> tuple[int, bytes]:
    """Store headers that follow one another from `after` on: entries whose content we do not know."""
    rows = []
    for header, one in shown:
        if header.generation != generation or header.first != after + 1 or header.previous != head:
            raise position.unproven(partner)
        count = header.last - header.first + 1
        nothing = [0] * count
        rows.append(
            records.Segment(
                pair=partner.number,
                generation=generation,
                first=header.first,
                last=header.last,
                cut_at=header.cut_at,
                base_us=header.base_us,
                types=0,
                min_vid=0,
                max_vid=0,
                header=one.header.encode(),
                signature=one.signature,
                hash=header_hash(header),
                entries=entry.pack(nothing, nothing, bytes([WITHDRAWN]) * count, bytes(count)),
                leaves=b"".join(
                    place.to_bytes(2, "little") + one.leaves[place * LEAF : place * LEAF + LEAF]
                    for place in range(count)
                ),
            )
        )
        after, head = header.last, header_hash(header)
    records.add_segments(tx, rows)
    pair = records.pair(tx, partner.number)
    if pair.generation == generation:
        last_added = max(pair.last_added, rows[-1].base_us + rows[-1].last - rows[-1].first)
        count = generations.segment_count(tx, partner.number, generation)
        records.save_pair(
            tx, msgspec.structs.replace(pair, last=after, head=head, segments=count, last_added=last_added)
        )
    return after, head


def _own(home: Home, partner: Partner, one: HeldRecall) -> demand.Message:
    """Read a recall that the partner says we sent; raises ProtocolError or IntegrityError when we did not."""
    body = open_statement(one.message.encode(), demand.PURPOSE, own_keys(home), home.verify)
    said: demand.Message = decoded(body, demand.Message, partner)
    if said.pair != pair_name(home.node, partner.node) or said.number != one.number:
        raise position.unproven(partner)
    return said


def _take_recall(tx: Transaction, home: Home, partner: Partner, one: HeldRecall) -> str:
    """Take over one recall that we sent and forgot, and return its id: what it names does not go there again."""
    said = _own(home, partner, one)
    known = records.recall(tx, said.id)
    if known is not None and known.number == one.number:
        return said.id
    named = basis.own_sequences(tx, partner, said, one.basis)
    vids = set(generations.sent_among(tx, partner.number, said.generation, named))
    for stix_id, salt, salted_hash in one.purged:
        tomb = Tombstone(stix_id, None, None, salt, salted_hash, said.reason, said.at)
        vids.update(versions.matching(tx, tomb))
    dated = records.dated(tx, sorted(vids))
    values = {
        "pair": partner.number,
        "number": one.number,
        "action": said.action,
        "reason": said.reason,
        "by": said.by,
        "confirmed_by": said.by,
        "state": "asked",
        "ids": orjson.dumps(sorted({name[0] for name in dated.values()})).decode(),
        "vids": entry.numbers(sorted(vids)),
        "at": said.at,
        "message": one.message.encode(),
        "scope": said.scope,
        "marking": said.marking,
        "due": said.due or None,
        "basis": basis.pack(one.basis),
    }
    whole = said.scope == "object"
    if known is None:
        records.add_recall(tx, {"id": said.id, **values})
    else:
        records.save_recall(tx, said.id, values)
    pair = records.pair(tx, partner.number)
    if said.action == "purge":
        withdraw_from(tx, pair, vids)
        held = records.held(tx, partner.number)
        held.discard(sorted(vids))
        records.save_held(tx, partner.number, held)
        block(tx, partner.number, sorted(vids), concerned.oids_of(tx, sorted(vids)) if whole else ())
    if one.number > pair.recalls:
        records.save_pair(tx, msgspec.structs.replace(pair, recalls=one.number))
    ledger.record_receipt(tx, home, partner, one.receipt.encode(), home.clock())
    return said.id


def _renumber(tx: Transaction, home: Home, partner: Partner, common: int, last: int, taken: set[str]) -> None:
    """Number recalls anew that we sent since under numbers which the partner knows for others."""
    number = last
    for was, recall_id in sorted(generations.numbered_recalls(tx, partner.number, common, taken).items()):
        row = records.recall(tx, recall_id)
        if row is None or row.message is None:
            continue
        number += 1
        if number != was:
            said = decoded(peek_statement(bytes(row.message), demand.PURPOSE)[0], demand.Message, partner)
            again = sign_statement(
                home, demand.PURPOSE, msgspec.to_builtins(msgspec.structs.replace(said, number=number))
            )
            records.save_recall(tx, recall_id, {"number": number, "message": again})
    pair = records.pair(tx, partner.number)
    records.save_pair(tx, msgspec.structs.replace(pair, recalls=number))
