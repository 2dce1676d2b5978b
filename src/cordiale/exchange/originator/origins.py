"""Whose an object is: proofs made when it first goes, sent beside it, checked when it comes, and kept to go onward.

The originator of a version is the node whose origin signature covers its content and marking (`release.origin`).
What a partner forwards with such a proof is stored as the originator's own statement. Without one, or under a key
that nobody here confirmed, it is the forwarder's word: `FRA/CAN` is what FRA says CAN said. So the statements of two
partners about one id stay two, however they arrive.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Final

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.records import origins as kept
from cordiale.exchange.records.origins import BatchRow, OriginRow
from cordiale.release import multiproof, origin
from cordiale.release.marking import NOTHING, Marking, from_text, marking_hash, text_of
from cordiale.release.segment import SALT, leaf
from cordiale.stix.version import Version
from cordiale.store import markings, versions
from cordiale.store.connection import Transaction

LEAF: Final = 32
MOST: Final = origin.SIZES[-1]
"""Objects in one batch."""

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}").fullmatch
LABEL: Final = re.compile(r"~[0-9a-f]{12}").fullmatch


class Claim(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Say where the object in a slot stands in a batch: leaf, salt, and its marking there (a place in `markings`)."""

    slot: int
    place: int
    marking: int
    leaf: bytes
    salt: bytes


class Part(msgspec.Struct, frozen=True, array_like=True):
    """Carry the proof of the objects of one batch; without a header, `label` tells apart whose word it is."""

    header: bytes
    signature: bytes
    nodes: bytes
    claims: list[Claim]
    label: str = ""


class Whose(msgspec.Struct, frozen=True):
    """Say whose statement a received version is; `proof` is what was proven, by part and claim.

    `forwarded` is true when the one who sent it is not the one who stated it; `lowered` is then an atom of the
    originator's marking that the forwarder left out. `since` are the atoms its originator signed after it numbered the
    version for us: it was marked anew meanwhile, and what goes onward goes under both.
    """

    source: str
    own: frozenset[str]
    forwarded: bool = False
    proof: tuple[Part, Claim] | None = None
    lowered: str | None = None
    since: Marking = NOTHING


def unsealed(tx: Transaction, going: Sequence[tuple[int, int]]) -> set[int]:
    """Return the places of (version, marking id) that are this node's own and under no origin signature yet."""
    found = kept.standing(tx, [vid for vid, _mid in going])
    foreign = {vid for vid, received, _mid in found if received}
    signed = {vid: mid for vid, _received, mid in found}
    return {place for place, (vid, mid) in enumerate(going) if vid not in foreign and signed.get(vid) != mid}


def seal(
    tx: Transaction,
    node: str,
    key: bytes,
    seed: bytes,
    signature: bytes,
    sealed: Sequence[tuple[int, int, bytes]],
) -> None:
    """Keep the batch that the egress signed over (version, marking id, content hash), in that order."""
    hashes = {mid: marking_hash(markings.atoms(tx, mid)) for _vid, mid, _hash in sealed}
    made = origin.seal(
        node, key, seed, [content for _v, _m, content in sealed], [hashes[mid] for _v, mid, _h in sealed]
    )
    order = sorted(range(len(sealed)), key=made.places.__getitem__)
    number = kept.add_batch(
        tx,
        made.header,
        signature,
        _packed([made.places[i] for i in order]),
        b"".join(made.leaves[i] for i in order),
        b"".join(multiproof.prove(made.height, made.tree, made.places)),
    )
    kept.save_origins(
        tx,
        [
            OriginRow(vid, number, place, mid, salt)
            for (vid, mid, _hash), place, salt in zip(sealed, made.places, made.salts, strict=True)
        ],
    )


def signed(tx: Transaction, vids: Collection[int]) -> Mapping[int, OriginRow]:
    """Return where each of these versions stands in what its originator signed, of those that have a proof."""
    return kept.origins(tx, vids) if vids else {}


def outgrown(tx: Transaction, rows: Mapping[int, OriginRow], numbered: Mapping[int, int]) -> set[int]:
    """Return which of these versions (version → marking id it was numbered under) their originators signed under more since.

    `rows` is what `signed` returns for them.
    Only what goes under all of that when it is numbered anew: it is held under it here.
    """
    more = {
        vid: atoms
        for vid, row in rows.items()
        if vid in numbered
        and row.mid != numbered[vid]
        and (atoms := markings.atoms(tx, row.mid) - markings.atoms(tx, numbered[vid]))
    }
    found = versions.by_vid(tx, more, None).values() if more else ()
    return {
        row.vid
        for row in found
        if row.origin == "received"
        and row.type != "marking-definition"  # which goes under the marking of what names it
        and more[row.vid] <= markings.atoms(tx, row.effective_mid)
    }


def parts(
    tx: Transaction,
    rows: Mapping[int, OriginRow],
    slots: Mapping[int, int],
    places: dict[str, int],
    secret: bytes,
) -> list[Part]:
    """Return the proofs of the versions in these slots (version → slot), as they go onto the wire.

    `rows` is what `signed` returns for them, and maybe for more.
    `places` maps marking texts to their place in the segment's list and grows. Versions that others stated and that
    carry no proof are labelled by their statement, in a way that names nobody (keyed with `secret`).
    """
    by_batch: dict[int, list[OriginRow]] = {}
    for row in rows.values():
        if row.vid in slots:
            by_batch.setdefault(row.batch, []).append(row)
    known = kept.batches(tx, by_batch)
    found = []
    for number, members in sorted(by_batch.items()):
        batch = known[number]
        header = origin.read_header(batch.header)
        tree = known_tree(batch)
        if header is None or tree is None:
            continue
        members.sort(key=lambda row: slots[row.vid])
        nodes = multiproof.prove(origin.HEIGHTS[header.size], tree, [row.place for row in members])
        claims = [
            Claim(slots[row.vid], row.place, _text(tx, row.mid, places), tree[0, row.place], row.salt)
            for row in members
        ]
        found.append(Part(batch.header, batch.signature, b"".join(nodes), claims))
    without = [vid for vid in slots if vid not in rows]
    if secret and without:
        by_label: dict[str, list[Claim]] = {}
        for vid, source in kept.received_from(tx, without):
            by_label.setdefault(label(secret, source), []).append(Claim(slots[vid], 0, 0, b"", b""))
        found += [Part(b"", b"", b"", claims, name) for name, claims in sorted(by_label.items())]
    return found


def label(secret: bytes, source: str) -> str:
    """Return what stands for a source that is not proven: stable, and nobody's name."""
    return "~" + hmac.digest(secret, b"cordiale statement v1\0" + source.encode(), hashlib.sha256)[:6].hex()


def known_tree(batch: BatchRow) -> multiproof.Tree | None:
    """Return what is kept of a batch's tree; None when the row is damaged."""
    header = origin.read_header(batch.header)
    if header is None:
        return None
    leaves = dict(zip(_unpacked(batch.places), _cut(batch.leaves), strict=True))
    return origin.proven(header, leaves, _cut(batch.nodes))


def judge(
    tx: Transaction,
    home: Home,
    partner: Partner,
    given: Sequence[Part],
    texts: Sequence[str],
    read: Mapping[int, tuple[Version, str]],
) -> dict[int, Whose]:
    """Say of each received version (slot → version and the marking its leaf states) whose statement it is."""
    direct = Whose(partner.node, partner.identities)
    found = dict.fromkeys(read, direct)
    for part in given:
        header = origin.read_header(part.header)
        if header is None:
            if LABEL(part.label):
                unproven = Whose(f"{partner.node}/{part.label}", frozenset(), True)
                found.update((claim.slot, unproven) for claim in part.claims if claim.slot in read)
            continue
        if not NAME(header.node):
            continue
        sound = _sound(part, header, home)
        key = bytes.fromhex(header.key)
        known = partner if header.node == partner.node else records.find_partner(tx, header.node)
        vouched = (
            sound and known is not None and known.state != "invited" and key in (*known.keys, *known.former)
        )
        for claim in part.claims:
            if claim.slot not in read or not 0 <= claim.marking < len(texts):
                continue
            version, stated = read[claim.slot]
            text = texts[claim.marking]
            fits = sound and claim.leaf == leaf(claim.salt, version.hash, marking_hash(from_text(text)))
            proof = (part, claim) if fits else None
            more = NOTHING
            if fits and version.type != "marking-definition":  # which goes under the marking of what names it
                more = from_text(text) - from_text(stated)
            if header.node == partner.node:
                theirs = Whose(partner.node, partner.identities)
                if vouched:
                    theirs = msgspec.structs.replace(theirs, proof=proof, since=more)
                found[claim.slot] = theirs
                continue
            lowered = min(more, default=None)
            if fits and vouched and known is not None:
                found[claim.slot] = Whose(known.node, known.identities, True, proof, lowered)
            else:
                said = f"{partner.node}/{header.node}"
                found[claim.slot] = Whose(said, frozenset(), True, proof, lowered)
    return found


def said_before(
    tx: Transaction, partner: Partner, whose: Mapping[int, Whose], read: Mapping[int, Version]
) -> dict[int, Whose]:
    """Take what a partner says under a label for what it said before of the very same content, where that is held.

    A label stands for nobody, and follows from what its forwarder calls the statement. Were each a statement of its own,
    one without a proof would come back to every node under ever new labels, and never rest.
    """
    begin = f"{partner.node}/~"
    labelled = [place for place in read if whose[place].source.startswith(begin)]
    if not labelled:
        return dict(whose)
    oids = versions.oids(tx, [read[place].id for place in labelled])
    held = kept.under_labels(tx, begin, oids.values())
    found, first = dict(whose), dict[tuple[str, bytes], str]()
    for place in sorted(labelled):
        version = read[place]
        before = held.get((oids.get(version.id, 0), version.hash), whose[place].source)
        source = first.setdefault((version.id, version.hash), before)
        found[place] = msgspec.structs.replace(whose[place], source=source)
    return found


def keep(tx: Transaction, texts: Sequence[str], stored: Sequence[tuple[int, tuple[Part, Claim]]]) -> None:
    """Keep the proofs of versions that were stored, so that they can go onward."""
    by_part: dict[int, tuple[Part, list[tuple[int, Claim]]]] = {}
    for vid, (part, claim) in stored:
        by_part.setdefault(id(part), (part, []))[1].append((vid, claim))
    for part, members in by_part.values():
        claims = sorted(part.claims, key=lambda claim: claim.place)
        number = kept.add_batch(
            tx,
            part.header,
            part.signature,
            _packed([claim.place for claim in claims]),
            b"".join(claim.leaf for claim in claims),
            part.nodes,
        )
        mids = {m: markings.intern(tx, from_text(texts[m])) for m in {c.marking for _v, c in members}}
        kept.save_origins(
            tx, [OriginRow(vid, number, c.place, mids[c.marking], c.salt) for vid, c in members]
        )


def offered(partner: Partner, source: str) -> str:
    """Return the name under which is remembered what a forwarder took back of another's statements."""
    return f"{partner.node}/{source}"


def taken_back(
    tx: Transaction, partner: Partner, whose: Mapping[int, Whose], read: Mapping[int, Version]
) -> set[int]:
    """Return the slots of what this partner forwards although it asked for it back before, or its originator did.

    What the originator took back is looked for here as well as where it would be stored: it may be set aside before that,
    and then nothing of it is kept either.
    """
    by_source: dict[str, list[int]] = {}
    for slot in read:
        if whose[slot].forwarded:
            by_source.setdefault(whose[slot].source, []).append(slot)
    found = set()
    for source, slots in by_source.items():
        oids = versions.oids(tx, [read[slot].id for slot in slots])
        tombs = kept.tombs_under(tx, (offered(partner, source), source), oids)
        for slot in slots:
            content = read[slot].hash
            if any(
                salted in (None, sha256(salt + content).digest())
                for salt, salted in tombs.get(read[slot].id, ())
            ):
                found.add(slot)
    return found


def _sound(part: Part, header: origin.OriginHeader, home: Home) -> bool:
    """Tell whether the leaves make the root and the key in the header signed it, whoever's key that is."""
    leaves = {claim.place: claim.leaf for claim in part.claims}
    if len(leaves) != len(part.claims) or len(part.nodes) % LEAF:
        return False
    if any(len(c.leaf) != LEAF or len(c.salt) != SALT for c in part.claims):
        return False
    if origin.proven(header, leaves, _cut(part.nodes)) is None:
        return False
    return origin.signed(part.header, part.signature, bytes.fromhex(header.key), home.verify)


def _text(tx: Transaction, mid: int, places: dict[str, int]) -> int:
    return places.setdefault(text_of(markings.atoms(tx, mid)), len(places))


def _packed(values: Sequence[int]) -> bytes:
    return b"".join(value.to_bytes(2, "little") for value in values)


def _unpacked(blob: bytes) -> list[int]:
    return [int.from_bytes(blob[i : i + 2], "little") for i in range(0, len(blob), 2)]


def _cut(blob: bytes) -> list[bytes]:
    return [blob[i : i + LEAF] for i in range(0, len(blob), LEAF)]
