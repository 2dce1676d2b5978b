"""Consent beside the object: sent with what it lets go, checked when that comes, and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import orjson

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.originator.waivers import Given, controlled, lifting
from cordiale.exchange.records import consents as kept
from cordiale.exchange.records.consents import ConsentedRow
from cordiale.exchange.signing import peek_statement
from cordiale.platform.errors import CordialeError
from cordiale.release.consent import PURPOSE, Consent, Covered, holds, names
from cordiale.release.mandate import Facts, asks_for
from cordiale.release.marking import NOTHING, UNMARKED, Marking, of_version
from cordiale.release.segment import Verify, message
from cordiale.stix.version import Version
from cordiale.store.connection import Transaction


class Beside(msgspec.Struct, frozen=True, array_like=True):
    """Carry the consent for the object in a slot, with the proof that it names it where it does."""

    slot: int
    statement: bytes
    proof: Covered | None = None


class Judged(msgspec.Struct, frozen=True):
    """Say under which markings a version is taken in; `missing` is an atom for which consent should have come."""

    base: Marking
    full: Marking
    consent: tuple[Beside, bool] | None = None
    missing: str | None = None


def beside(slot: int, given: Given, version: Version) -> Beside:
    """Return what goes with an object that a consent lets go."""
    return Beside(slot, given.statement, given.proof(version))


def read_consent(statement: bytes, verify: Verify) -> Consent | None:
    """Return a consent that the key it names signed; None for anything else."""
    try:
        body, signature = peek_statement(statement, PURPOSE)
        found = msgspec.json.decode(body, type=Consent)
        key = bytes.fromhex(found.key)
    except (CordialeError, msgspec.MsgspecError, ValueError):
        return None
    return found if verify(key, message(PURPOSE, body), signature) else None


def covers(
    consent: Consent, proof: Covered | None, version: Version, originator: str, marking: Marking
) -> bool:
    """Tell whether a consent is about a version: it names it, its query finds it, or it extends to derived text."""
    if consent.originator != originator:
        return False
    if proof is not None and names(consent, proof, version.id, version.hash):
        return True
    if consent.where is not None:
        labels = tuple(orjson.loads(version.raw).get("labels", ()))
        return asks_for(
            consent.where, Facts(version.id, version.type, "", marking, version.created_by, labels)
        )
    return consent.derived and proof is None


def judge(
    tx: Transaction,
    home: Home,
    partner: Partner,
    version: Version,
    known: Mapping[str, str],
    stated: Marking,
    came: Beside | None,
    now: int,
) -> Judged:
    """Say how a version is taken in that others than its sender may control.

    `known` are the atoms of marking definitions. Without a valid consent, standing or delivered, it is not taken.
    """
    base, full = (own | stated for own in of_version(version, known, stated or UNMARKED))
    if not controlled(full, home.node, partner.node):
        return Judged(base, full)
    # what rests on other objects has their markings too: consent to those came with them
    rests = any(ref.inherent for ref in version.refs)
    said = of_version(version, known, NOTHING)[1] if rests else full
    foreign = sorted(controlled(said, home.node, partner.node))
    if not foreign:
        return Judged(base, full)
    called = called_here(home)
    consent = read_consent(came.statement, home.verify) if came is not None else None
    if came is not None and consent is not None and consent.to in called and holds(consent, now):
        theirs = records.find_partner(tx, consent.originator)
        sure = theirs is not None and theirs.state != "invited"
        key = bytes.fromhex(consent.key)
        vouched = theirs is not None and sure and key in (*theirs.keys, *theirs.former)
        atoms = [atom for atom in foreign if atom == f"orcon:{consent.originator}"]
        if (
            (vouched or not sure)
            and atoms
            and covers(consent, came.proof, version, consent.originator, stated)
        ):
            foreign = [atom for atom in foreign if atom not in atoms]
            if not foreign:
                name = (home.node,)
                return Judged(lifting(base, full, name), lifting(full, full, name), (came, vouched))
    clauses = [atom.removeprefix("rel:").split("|") for atom in said if atom.startswith("rel:")]
    if clauses and all(not called.isdisjoint(clause) for clause in clauses):
        return Judged(base, full)
    return Judged(base, full, missing=foreign[0])


def called_here(home: Home) -> frozenset[str]:
    """Return the names by which a consent may mean this node."""
    found = set()
    for kind, name in (("node", home.node), ("nation", home.nation), ("organisation", home.organisation)):
        if name:
            found |= {name, f"{kind}:{name}"}
    return frozenset(found)


def keep(tx: Transaction, stored: Sequence[tuple[int, tuple[Beside, bool]]]) -> None:
    """Keep the consents of versions that were stored."""
    kept.keep_consented(
        tx,
        [
            ConsentedRow(vid, came.statement, msgspec.msgpack.encode(came.proof), int(vouched))
            for vid, (came, vouched) in stored
        ],
    )


def by_slot(given: Sequence[Beside]) -> Mapping[int, Beside]:
    """Return delivered consents by the slot they are for."""
    return {one.slot: one for one in given}
