"""What each side knows of the two streams between them, exchanged when a connection starts.

Nothing is claimed without proof: how far a partner came in our stream it shows with what we signed
ourselves. So a node that was put back to an earlier state finds out, and nobody can make it believe so.
"""

from __future__ import annotations

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partner, own_keys
from cordiale.exchange.link.wire import Standing
from cordiale.exchange.records import generations
from cordiale.exchange.restore import generation
from cordiale.exchange.stream import checkpoint
from cordiale.exchange.stream.segment import pair_name, read_header
from cordiale.platform.errors import IntegrityError, ProtocolError
from cordiale.platform.languages import _
from cordiale.release.segment import SegmentHeader, header_hash, message
from cordiale.store.connection import Transaction


def of(tx: Transaction, partner: Partner) -> Standing:
    """Say how far we are in a partner's stream, with what it signed."""
    link, pair = records.link(tx, partner.number), records.pair(tx, partner.number)
    row = None
    if link.received:
        row = records.received_with(tx, partner.number, link.generation, link.received)
    opening = generations.generation_statement(tx, partner.number, generations.RECEIVED, link.generation)
    return Standing(
        generation=link.generation,
        received=link.received,
        recalls=link.recalls,
        last_recall=generations.carried_out_as(tx, partner.number, link.recalls),
        recall_log=generations.carried_out_log(tx, partner.number, link.recalls),
        header=bytes(row.header).decode() if row is not None else "",
        signature=bytes(row.signature) if row is not None else b"",
        opening=opening.decode() if opening is not None else "",
        receipt=pair.receipt.decode() if pair.receipt is not None else "",
    )


def proves_more(tx: Transaction, home: Home, partner: Partner, theirs: Standing) -> bool:
    """Tell whether a partner proves that our stream to it went on beyond what we know, or otherwise.

    Raises ProtocolError when it claims so and proves nothing.
    """
    pair = records.pair(tx, partner.number)
    if theirs.generation < pair.generation or (theirs.generation == pair.generation and not theirs.received):
        return False
    if theirs.header:
        header = read_header(theirs.header.encode())
        if not _shows(home, partner, theirs, header):
            raise unproven(partner)
        if _knows(tx, pair, header):
            return False
        signed = message("segment", theirs.header.encode())
        if not any(home.verify(key, signed, theirs.signature) for key in own_keys(home)):
            raise unproven(partner)
        return True
    if theirs.opening and not theirs.received:
        opening = generation.read_own(theirs.opening.encode(), home, partner)
        if opening.generation == theirs.generation:
            return True
    raise unproven(partner)


def put_back(tx: Transaction, home: Home, partner: Partner, theirs: Standing) -> bool:
    """Tell whether a partner proves that this node was put back to an earlier state.

    It sent or received more than it knows. Raises ProtocolError when the partner claims so and proves nothing.
    """
    return proves_more(tx, home, partner, theirs) or shows_less(tx, home, partner, theirs.receipt)


def remember(tx: Transaction, home: Home, partner: Partner, theirs: Standing, now: int) -> None:
    """Keep the generation that a partner has proven, so that it is never opened again with other content."""
    pair = records.pair(tx, partner.number)
    if theirs.generation > pair.generation and proves_more(tx, home, partner, theirs):
        proof = (theirs.header or theirs.opening).encode()
        generations.add_generation(tx, partner.number, generations.PROVEN, theirs.generation, proof, now)


def shows_less(tx: Transaction, home: Home, partner: Partner, receipt: str) -> bool:
    """Tell whether a checkpoint that we signed says that we had received more of a partner's stream than we have."""
    if not receipt:
        return False
    try:
        signed = checkpoint.read_by(receipt.encode(), home, own_keys(home))
    except IntegrityError:
        return False  # not ours, or of a key that is no longer ours: it proves nothing
    if signed.by != home.node or signed.pair != pair_name(partner.node, home.node):
        return False
    link = records.link(tx, partner.number)
    return (signed.generation, signed.entries) > (link.generation, link.received)


def knows_recalls(tx: Transaction, partner: Partner, theirs: Standing) -> bool:
    """Tell whether the recalls that a partner carried out are ours as we know them.

    An older release names the last one alone. That both know that one does not say that neither forgot one before it.
    """
    if not theirs.recalls or not theirs.last_recall:
        return True
    if generations.recall_numbered(tx, partner.number, theirs.recalls) != theirs.last_recall:
        return False
    return theirs.recall_log in ("", generations.sent_log(tx, partner.number, theirs.recalls))


def unproven(partner: Partner) -> ProtocolError:
    """Return the refusal of a partner that claims more of our stream than it proves."""
    return ProtocolError(
        "exchange.rejoin.unproven",
        _("{node} says that it holds more of our stream than we sent, and shows nothing that we signed."),
        node=partner.node,
    )


def _shows(home: Home, partner: Partner, theirs: Standing, header: SegmentHeader) -> bool:
    """Tell whether a header is of our stream and of the place that the partner says it has reached."""
    name = pair_name(home.node, partner.node)
    return (header.pair, header.generation, header.last) == (name, theirs.generation, theirs.received)


def _knows(tx: Transaction, pair: records.Pair, header: SegmentHeader) -> bool:
    shown = header_hash(header)
    if (header.generation, header.last, shown) == (pair.generation, pair.last, pair.head):
        return True  # the last one, as most visits find it
    held = records.segment_with(tx, pair.number, header.generation, header.last)
    return held is not None and held.last == header.last and held.hash == shown
