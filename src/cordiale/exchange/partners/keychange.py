"""Changes of keys: what one node states, what a partner believes of it, and up to where a former key counts.

A change of the signing key names the last entry of the pair's stream that the old key signed and the hash of that
header. It is signed by the new key, and by the old one; where the node has an offline root, the root's certificate of
the new key takes the place of the old one's signature. So the log goes on across the change, and who finds the
old key later can sign nothing that anybody takes.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partner, keys_now
from cordiale.exchange.partners.certificate import PURPOSE as CERTIFICATE
from cordiale.exchange.partners.certificate import Certificate, check_instant, read_certificate
from cordiale.exchange.partners.tls import pin_of
from cordiale.exchange.signing import peek_statement, write_statement
from cordiale.platform.errors import CordialeError, IntegrityError, NotAllowed
from cordiale.platform.languages import _
from cordiale.release.segment import SegmentHeader, header_hash, message
from cordiale.store.connection import Transaction

PURPOSE = "key-change"
_LARGEST = 64 * 1024
#: Changes that one greeting may carry.
_MOST = 64

Sign = Callable[[str, bytes], bytes]
"""Sign a payload under a purpose."""


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """State one change of a node's keys to one partner; keys and hashes in hexadecimal.

    `role` signing replaces `old` by `new` after entry `last_entry` of `generation`, whose header has the hash `head`
    (all zero before the first); `lost` says that the old one may be in other hands. `role` tls replaces the certificates (base64 of DER) by `certificates`.
    """

    node: str
    to: str
    number: int
    role: Literal["signing", "tls"]
    at: int
    old: str = ""
    new: str = ""
    generation: int = 0
    last_entry: int = 0
    head: str = ""
    certificates: tuple[str, ...] = ()
    lost: bool = False


class _Signed(msgspec.Struct):
    purpose: str
    body: str
    signatures: dict[str, str]


def state_change(made: Change, signers: Mapping[bytes, Sign]) -> bytes:
    """Write a change with the signature of each of these public keys."""
    body = msgspec.json.encode(made, order="sorted")
    signatures = {key.hex(): base64.b64encode(sign(PURPOSE, body)).decode() for key, sign in signers.items()}
    return msgspec.json.encode({"purpose": PURPOSE, "body": body.decode(), "signatures": signatures})


def signing_change(tx: Transaction, home: Home, partner: Partner, old: bytes, new: bytes, now: int) -> Change:
    """Return the change of our signing key as it is stated to one partner now."""
    pair = records.pair(tx, partner.number)
    return Change(
        home.node,
        partner.node,
        records.last_change(tx, partner.number) + 1,
        "signing",
        now,
        old.hex(),
        new.hex(),
        pair.generation,
        pair.last,
        pair.head.hex(),
    )


def tls_change(tx: Transaction, home: Home, partner: Partner, shown: Iterable[bytes], now: int) -> Change:
    """Return which TLS keys partners may meet from now on, as it is stated to one partner."""
    number = records.last_change(tx, partner.number) + 1
    packed = tuple(base64.b64encode(one).decode() for one in shown)
    return Change(home.node, partner.node, number, "tls", now, certificates=packed)


def adopt(
    tx: Transaction,
    home: Home,
    partner: Partner,
    statements: Iterable[str],
    now: int,
    *,
    proven: bool,
    vouched: bytes = b"",
) -> Partner:
    """Believe those changes of a partner's keys that are proven, in order; return the partner as it is then.

    `proven` says that the message which carried them was signed with the current key: then the new key may also
    vouch for what came before it, for a partner that met the node later. `vouched` is the key its root certifies now. Raises IntegrityError for a
    statement that is damaged or about somebody else; what is not proven changes nothing.
    """
    waiting = _unknown(home, partner, statements)
    known = partner
    while waiting:
        found = next((one for one in waiting if _holds(known, one[0], one[1], vouched, proven=proven)), None)
        if found is None:
            break
        waiting.remove(found)
        known = _take(tx, known, found[0], found[2])
    if known != partner:
        last = min((one[0].number for one in waiting), default=0) - 1
        taken = max(known.changes, partner.changes) if last < 0 else max(partner.changes, last)
        known = msgspec.structs.replace(known, changes=taken)
        records.save_partner(tx, known, now)
    return known


def _unknown(
    home: Home, partner: Partner, statements: Iterable[str]
) -> list[tuple[Change, frozenset[bytes], bytes]]:
    """Read the changes after the last one that we know, in order."""
    read = [_read(home, partner, statement) for statement in list(statements)[:_MOST]]
    return sorted((one for one in read if one[0].number > partner.changes), key=lambda one: one[0].number)


def _read(home: Home, partner: Partner, statement: str) -> tuple[Change, frozenset[bytes], bytes]:
    """Read one statement; return it with the keys that really signed it, and its bytes."""
    problem = IntegrityError(
        "exchange.keychange.form",
        _("A change of keys of {node} cannot be read, or is about somebody else."),
        node=partner.node,
    )
    if len(statement) > _LARGEST:
        raise problem
    try:
        signed = msgspec.json.decode(statement, type=_Signed)
        change = msgspec.json.decode(signed.body, type=Change)
        signed_bytes = message(PURPOSE, signed.body.encode())
        signers = frozenset(
            bytes.fromhex(key)
            for key, signature in list(signed.signatures.items())[:4]
            if home.verify(bytes.fromhex(key), signed_bytes, base64.b64decode(signature, validate=True))
        )
        new, head = bytes.fromhex(change.new), bytes.fromhex(change.head)
        pins = [pin_of(base64.b64decode(one, validate=True)) for one in change.certificates[:4]]
    except (msgspec.MsgspecError, ValueError) as error:
        raise problem from error
    whole = (len(new), len(head)) == (32, 32) if change.role == "signing" else bool(pins)
    if (signed.purpose, change.node, change.to) != (PURPOSE, partner.node, home.node) or not whole:
        raise problem
    return change, signers, statement.encode()


def _holds(
    known: Partner, change: Change, signers: frozenset[bytes], vouched: bytes, *, proven: bool
) -> bool:
    """Tell whether what we know of a partner proves a change."""
    if change.role == "tls":
        return bool(signers.intersection(known.keys)) or (proven and bool(signers.intersection(known.former)))
    old, new = bytes.fromhex(change.old), bytes.fromhex(change.new)
    if new not in signers or old == new:
        return False
    # with a root, a node key alone names no successor: whoever steals it would stay for good
    if old in known.keys and (new == vouched if known.root else old in signers):
        return True
    return proven and (new in known.keys or new in known.former)


def _take(tx: Transaction, known: Partner, change: Change, statement: bytes) -> Partner:
    changes = max(known.changes, change.number)
    if change.role == "tls":
        certificates = tuple(base64.b64decode(one) for one in change.certificates)
        return msgspec.structs.replace(
            known,
            certificates=certificates,
            pins=tuple(pin_of(one) for one in certificates),
            changes=changes,
        )
    old, new = bytes.fromhex(change.old), bytes.fromhex(change.new)
    records.add_key(
        tx,
        known.number,
        "signing",
        old,
        "former",
        0,
        until_at=change.at,
        generation=change.generation,
        last_entry=change.last_entry,
        head=bytes.fromhex(change.head),
        statement=statement,
    )
    current = new if old in known.keys else known.keys[0]
    former = known.former if old in known.former or change.lost else (*known.former, old)
    return msgspec.structs.replace(known, keys=(current,), former=former, changes=changes)


def signed_by_former(
    tx: Transaction, home: Home, partner: Partner, header: SegmentHeader, signed: bytes, signature: bytes
) -> bool:
    """Tell whether a segment was signed with a key that was the partner's when it was cut.

    A former key counts up to the entry its successor named and no further; the segment that ends there must be
    the one it named.
    """
    for row in records.keys_of(tx, partner.number, "signing"):
        if row.state != "former" or row.last_entry is None or row.generation is None:
            continue
        place, end = (header.generation, header.last), (row.generation, row.last_entry)
        if place > end or (place == end and header_hash(header) != row.head):
            continue
        if home.verify(row.public, signed, signature):
            return True
    return False


def renew(tx: Transaction, home: Home, partner: Partner, certified: str, now: int) -> Partner:
    """Believe what a partner's root says about its current key, when it says more than we know; return the partner."""
    if not certified or not partner.root:
        return partner
    found = read_certificate(certified.encode(), partner.root, partner.node, home.verify)
    check_instant(found, now, home.limits.clock_window)
    if bytes.fromhex(found.key) not in partner.keys or found.until_at <= (partner.certified_until or 0):
        return partner
    renewed = msgspec.structs.replace(partner, certified_until=found.until_at)
    records.save_partner(tx, renewed, now)
    return renewed


def refuse_expired(home: Home, partner: Partner, now: int) -> None:
    """Raise NotAllowed when the root of a partner does not vouch for its key any more."""
    until = partner.certified_until
    if until is not None and now > until + home.limits.clock_window:
        raise NotAllowed(
            "exchange.key.expired",
            _("The certificate of the key of {node} has ended: its root has to certify a key anew."),
            node=partner.node,
        )


def proves(home: Home, partner: Partner, changes: Iterable[str], certified: str, now: int) -> bool:
    """Tell whether what a greeting says of keys is news that is proven by itself, without the greeting's own signature."""
    try:
        vouched = _vouched(home, partner, certified, now)
        if any(
            _holds(partner, one[0], one[1], vouched, proven=False) for one in _unknown(home, partner, changes)
        ):
            return True
        return bool(vouched) and is_newer(partner, certified)
    except CordialeError:
        return False


def is_newer(partner: Partner, certified: str) -> bool:
    """Tell whether a certificate says more than what is known; it is not judged yet."""
    if not partner.root or not certified:
        return False
    try:
        body, _signature = peek_statement(certified.encode(), CERTIFICATE)
        return msgspec.json.decode(body, type=Certificate).until_at > (partner.certified_until or 0)
    except (CordialeError, msgspec.MsgspecError):
        return False


def _vouched(home: Home, partner: Partner, certified: str, now: int) -> bytes:
    """Return the key that a partner's root certifies now, empty without a root."""
    if not certified or not partner.root:
        return b""
    found = read_certificate(certified.encode(), partner.root, partner.node, home.verify)
    check_instant(found, now, home.limits.clock_window)
    return bytes.fromhex(found.key)


def learn(
    tx: Transaction,
    home: Home,
    partner: Partner,
    changes: Iterable[str],
    certified: str,
    now: int,
    *,
    proven: bool,
) -> Partner:
    """Take in what a greeting says about the keys of the node that sent it; what is not proven changes nothing.

    Raises IntegrityError for what is damaged only where the message itself was `proven`.
    """
    try:
        vouched = _vouched(home, partner, certified, now)
        known = adopt(tx, home, partner, changes, now, proven=proven, vouched=vouched)
        return renew(tx, home, known, certified, now)
    except CordialeError:
        if proven:
            raise
        return partner


def announce_signing(
    tx: Transaction, home: Home, old: bytes, new: bytes, sign_old: Sign | None, sign_new: Sign, now: int
) -> int:
    """State a change of our signing key to every partner, each in its own words; return to how many.

    Without `sign_old` the old key is given up as lost. What waits to be fetched or handed over is signed with the new key; nothing that a partner has is signed again.
    """
    told = 0
    for partner in records.partners(tx):
        if not partner.keys:
            continue
        signers = {new: sign_new} | ({old: sign_old} if sign_old is not None else {})
        change = signing_change(tx, home, partner, old, new, now)
        change = msgspec.structs.replace(change, lost=sign_old is None)
        records.add_change(tx, partner.number, change.number, state_change(change, signers), now)
        for kind, name, data, purpose in records.waiting_statements(tx, partner.number):
            body, _signature = peek_statement(data, purpose)
            again = write_statement(purpose, body, sign_new(purpose, body))
            records.replace_statement(tx, partner.number, kind, name, again)
        told += 1
    return told


def announce_tls(tx: Transaction, home: Home, shown: Iterable[bytes], now: int) -> int:
    """State to every partner which TLS keys it may meet from now on; return to how many."""
    certificates = tuple(shown)
    told = 0
    for partner in records.partners(tx):
        if not partner.keys:
            continue
        change = tls_change(tx, home, partner, certificates, now)
        signed = state_change(change, {keys_now(home).keys[0]: home.egress().sign})
        records.add_change(tx, partner.number, change.number, signed, now)
        told += 1
    return told


def untold(tx: Transaction) -> tuple[str, ...]:
    """Return the confirmed partners that do not know our last change of keys yet; one-way ones cannot say."""
    return tuple(
        one.node
        for one in records.partners(tx)
        if one.keys
        and one.state == "confirmed"
        and one.kind != "one-way"
        and one.told < records.last_change(tx, one.number)
    )
