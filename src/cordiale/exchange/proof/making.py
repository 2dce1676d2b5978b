"""Put together the proof that one object was released to a partner, or received from one."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import msgspec

from cordiale.exchange import entry, records
from cordiale.exchange.entry import STUB, WITHDRAWN
from cordiale.exchange.home import Home, Partner, keys_now
from cordiale.exchange.originator import origins
from cordiale.exchange.originator.consented import covers
from cordiale.exchange.originator.waivers import read_given
from cordiale.exchange.partners.fingerprint import bound_to
from cordiale.exchange.partners.tls import pin_of
from cordiale.exchange.proof.checking import FORMAT, Agreed, Earlier, Entry, Keys, Log, Origin, Proof, Signed
from cordiale.exchange.records import consents
from cordiale.exchange.records import origins as kept
from cordiale.exchange.signing import open_statement, peek_statement
from cordiale.exchange.stream import checkpoint
from cordiale.exchange.stream.checkpoint import Checkpoint
from cordiale.exchange.stream.segment import leaves_of, pair_name, salt_column
from cordiale.platform.errors import Conflict, IntegrityError, NotFound, Unavailable
from cordiale.platform.languages import _
from cordiale.release import merkle, multiproof, origin
from cordiale.release.consent import PURPOSE, Consent, Covered
from cordiale.release.marking import text_of
from cordiale.release.segment import SALT
from cordiale.stix.version import read
from cordiale.store import markings, versions
from cordiale.store.connection import Transaction
from cordiale.store.types import Row


class _Place(msgspec.Struct, frozen=True):
    """Where an object stands in a stream, and all that leads from there to the log."""

    vid: int
    mid: int
    sequence: int
    first: int
    header: bytes
    signature: bytes
    salt: bytes
    path: tuple[bytes, ...]
    hash: bytes


def prove(
    tx: Transaction,
    home: Home,
    partner: Partner,
    stix_id: str | None,
    now: int,
    *,
    received: bool | None = None,
    since: Proof | None = None,
) -> Proof:
    """Prove that an object was released to a partner, or else received from it; without an object, the log alone.

    `received` chooses which of the two; None takes what was released of our own, and what was received of others'. With `since`, an
    earlier proof of the same stream, it also shows that the log only grew. Raises NotFound, Unavailable while the
    partner has not signed for it, Conflict when it was taken back.
    """
    found: tuple[_Place, Row] | None = None
    ours = received is not True
    if stix_id is not None:
        rows = {row.vid: row for row in versions.get(tx, stix_id, None, history=True)}
        rows |= versions.by_vid(tx, _lines(tx, partner, stix_id), None)
        if received is None:  # what others stated came to us first, and may have gone back to whoever gave it
            received = all(row.origin == "received" for row in rows.values()) or None
            found = _received(tx, partner, rows) if received else None
            ours = found is None
        if found is None:
            found = _sent(tx, partner, rows) if ours else None
        if found is None and received is not False:
            found, ours = _received(tx, partner, rows), False
        if found is None:
            raise NotFound(
                "proof.nothing",
                _(
                    "{id} is in no stream with {node} that can be proven: it was neither released nor received."
                ),
                id=stix_id,
                node=partner.node,
            )
    both, statements = _agreed(tx, home, partner, ours, now)
    hashes = (records.header_hashes if ours else records.received_hashes)(tx, partner.number, both.generation)
    sender, receiver = (home.node, partner.node) if ours else (partner.node, home.node)
    keys = {home.node: _our_keys(home), partner.node: _their_keys(partner)}
    made = Proof(
        cordiale_proof=FORMAT,
        sender=sender,
        receiver=receiver,
        made_by=home.node,
        made_at=now,
        checkpoints=statements,
        earlier=_grown(hashes, both, since) if since is not None else None,
        keys=keys,
    )
    if found is None:
        return made
    place, row = found
    index = hashes.index(place.hash)
    if index >= both.segments:
        raise Unavailable(
            "proof.unsigned",
            _("{node} has not signed for entry {number} yet: run cordiale sync {node}, and try again."),
            node=partner.node,
            number=place.sequence,
        )
    proven = _origin(tx, place.vid)
    if proven is not None:
        _add_keys(tx, keys, proven)
    agreed = _consent(tx, partner, place.vid, row, ours)
    if agreed is not None:
        _add_consenting(tx, keys, agreed)
    assert row.raw is not None
    return msgspec.structs.replace(
        made,
        content=row.raw.decode(),
        marking=text_of(markings.atoms(tx, place.mid)),
        entry=Entry(place.sequence, place.salt.hex(), tuple(node.hex() for node in place.path)),
        segment=Signed(place.header.decode(), base64.b64encode(place.signature).decode()),
        log=Log(index, tuple(n.hex() for n in merkle.inclusion_proof(hashes[: both.segments], index))),
        origin=proven,
        consent=agreed,
        keys=keys,
    )


def _lines(tx: Transaction, partner: Partner, stix_id: str) -> list[int]:
    """Return the tear-lines made of an object for a partner."""
    return records.tear_line_vids(tx, partner.node, sorted(versions.oids(tx, [stix_id]).values()))


def _sent(tx: Transaction, partner: Partner, rows: dict[int, Row]) -> tuple[_Place, Row] | None:
    """Find the last entry of our stream that holds one of these versions; raises Conflict when it was taken back."""
    if not rows:
        return None
    pair = records.pair(tx, partner.number)
    gone = False
    for segment in reversed(
        records.segments_with_vids(tx, pair.number, pair.generation, min(rows), max(rows))
    ):
        packed = entry.unpack(segment.entries)
        for place in range(len(packed) - 1, -1, -1):
            row = rows.get(packed.vids[place])
            if row is None or packed.flags[place] & STUB:
                continue
            if packed.flags[place] & WITHDRAWN or row.raw is None:
                gone = True
                continue
            leaves = leaves_of(tx, segment, packed, range(len(packed)))
            column = salt_column(segment)
            return _Place(
                row.vid,
                packed.mids[place],
                segment.first + place,
                segment.first,
                segment.header,
                segment.signature,
                column[place * SALT : place * SALT + SALT],
                merkle.inclusion_proof([leaves[n] for n in range(len(packed))], place),
                segment.hash,
            ), row
    if gone:
        raise Conflict(
            "proof.withdrawn",
            _("It was taken back from {node}: what is left in the log proves no content any more."),
            node=partner.node,
        )
    return None


def _received(tx: Transaction, partner: Partner, rows: dict[int, Row]) -> tuple[_Place, Row] | None:
    """Find the last entry of a partner's stream that became one of these versions."""
    link = records.link(tx, partner.number)
    for first, blob in reversed(records.received_vids(tx, partner.number, link.generation)):
        vids = entry.read_numbers(blob)
        for place in range(len(vids) - 1, -1, -1):
            row = rows.get(vids[place])
            if row is None or row.raw is None:
                continue
            segment = records.received_with(tx, partner.number, link.generation, first)
            if segment is None or segment.salts is None or segment.mids is None:
                continue  # received by a version that did not keep what proves it
            leaves = [segment.leaves[i : i + 32] for i in range(0, len(segment.leaves), 32)]
            return _Place(
                row.vid,
                entry.read_numbers(segment.mids)[place],
                first + place,
                first,
                segment.header,
                segment.signature,
                segment.salts[place * SALT : place * SALT + SALT],
                merkle.inclusion_proof(leaves, place),
                segment.hash,
            ), row
    return None


def _agreed(
    tx: Transaction, home: Home, partner: Partner, ours: bool, now: int
) -> tuple[Checkpoint, tuple[str, ...]]:
    """Return the last checkpoint the partner signed of a stream, with its statement and our own of the same."""
    theirs = records.pair(tx, partner.number).receipt if ours else records.link(tx, partner.number).checkpoint
    if theirs is None:
        raise Unavailable(
            "proof.no-checkpoint",
            _("{node} has signed no checkpoint of this stream yet: run cordiale sync {node}, and try again."),
            node=partner.node,
        )
    body = open_statement(theirs, checkpoint.PURPOSE, (*partner.keys, *partner.former), home.verify)
    signed = msgspec.json.decode(body, type=Checkpoint)
    name = pair_name(home.node, partner.node) if ours else pair_name(partner.node, home.node)
    log = (records.header_hashes if ours else records.received_hashes)(tx, partner.number, signed.generation)
    if signed.pair != name or checkpoint.log_root(log[: signed.segments]) != signed.root:
        raise IntegrityError(
            "proof.log-differs",
            _("The checkpoint of {node} is of another log than the one kept here. Run: cordiale doctor"),
            node=partner.node,
        )
    mine = msgspec.structs.replace(signed, by=home.node, at=now)
    return signed, (theirs.decode().strip(), checkpoint.sign(home, mine).decode().strip())


def _grown(hashes: Sequence[bytes], both: Checkpoint, since: Proof) -> Earlier:
    """Return the proof that the log only grew since an earlier one; raises Conflict when it is of another stream."""
    body, _signature = peek_statement(since.checkpoints[0].encode(), checkpoint.PURPOSE)
    before = msgspec.json.decode(body, type=Checkpoint)
    if (before.pair, before.generation) != (both.pair, both.generation) or before.segments > both.segments:
        raise Conflict(
            "proof.other-stream",
            _("The earlier proof is of {pair}, generation {generation}: it is not of this stream."),
            pair=before.pair,
            generation=before.generation,
        )
    path = merkle.consistency_proof(hashes[: both.segments], before.segments)
    return Earlier(since.checkpoints, tuple(node.hex() for node in path))


def _origin(tx: Transaction, vid: int) -> Origin | None:
    """Return the origin proof of a version as a file holds it."""
    row = kept.origins(tx, [vid]).get(vid)
    batch = kept.batches(tx, [row.batch]).get(row.batch) if row is not None else None
    if row is None or batch is None:
        return None
    header, tree = origin.read_header(batch.header), origins.known_tree(batch)
    if header is None or tree is None:
        return None
    path = multiproof.prove(origin.HEIGHTS[header.size], tree, [row.place])
    return Origin(
        batch.header.decode(),
        base64.b64encode(batch.signature).decode(),
        row.place,
        row.salt.hex(),
        text_of(markings.atoms(tx, row.mid)),
        tuple(node.hex() for node in path),
    )


def _consent(tx: Transaction, partner: Partner, vid: int, row: Row, ours: bool) -> Agreed | None:
    """Return the consent by which a version went: the one that came with it, or the one it was sent with."""
    if not ours:
        came = consents.consented(tx, [vid]).get(vid)
        if came is None:
            return None
        proof = msgspec.msgpack.decode(came.proof, type=Covered | None)
        return _agreed_as(came.statement, proof)
    assert row.raw is not None
    version = read(row.raw)[0]
    called = {partner.node, partner.nation, partner.organisation}
    for given in map(read_given, consents.consents(tx, role=consents.ASKED, states=("granted",))):
        if given.consent.originator != row.source or given.consent.to.rpartition(":")[2] not in called:
            continue
        marking = markings.atoms(tx, row.effective_mid)
        named = given.proof(version)
        if covers(given.consent, named, version, row.source, marking):
            return _agreed_as(given.statement, named)
    return None


def _agreed_as(statement: bytes, proof: Covered | None) -> Agreed:
    text = statement.decode().strip()
    if proof is None:
        return Agreed(text)
    path = tuple(node.hex() for node in proof.path)
    return Agreed(text, proof.place, proof.salt.hex(), proof.content.hex(), path)


def _add_consenting(tx: Transaction, keys: dict[str, Keys], agreed: Agreed) -> None:
    body, _signature = peek_statement(agreed.statement.encode(), PURPOSE)
    found = msgspec.json.decode(body, type=Consent)
    if found.originator not in keys:
        known = records.find_partner(tx, found.originator)
        sure = known is not None and known.state != "invited"
        keys[found.originator] = _their_keys(known) if known is not None and sure else Keys((found.key,))


def _add_keys(tx: Transaction, keys: dict[str, Keys], proven: Origin) -> None:
    """Name the keys of an originator that is neither of the two: those known here, else the one in the batch."""
    header = origin.read_header(proven.header.encode())
    if header is None or header.node in keys:
        return
    known = records.find_partner(tx, header.node)
    confirmed = known is not None and known.state != "invited"
    keys[header.node] = _their_keys(known) if known is not None and confirmed else Keys((header.key,))


def _our_keys(home: Home) -> Keys:
    own = keys_now(home)
    bound = bound_to(tuple(pin_of(one) for one in own.certificates), own.root)
    return Keys(_hex(own.keys), _hex(own.former), _hex(bound))


def _their_keys(partner: Partner) -> Keys:
    return Keys(_hex(partner.keys), _hex(partner.former), _hex(bound_to(partner.pins, partner.root)))


def _hex(values: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(value.hex() for value in values)
