"""Ask an originator for consent, answer when asked, and take in what it answers.

Requests and answers travel over the link of the two. An answer says nothing of other requests: everybody who asks gets
an acknowledgement, whatever is held here, and later the one answer to what they asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.link.asking import decoded
from cordiale.exchange.message import JSON, Request, Response
from cordiale.exchange.records import consents as kept
from cordiale.exchange.records.consents import ANSWERING, ASKED, ConsentRow
from cordiale.exchange.signing import damaged, open_statement, read_body, sign_statement
from cordiale.platform.errors import Conflict, InputError, IntegrityError, NotFound
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _
from cordiale.release import consent
from cordiale.release.consent import MOST, PURPOSE, Consent, Item
from cordiale.release.partnership import Query
from cordiale.store import markings, versions
from cordiale.store.connection import Store, Transaction

ASK = "consent-request"
ANSWER = "consent-answer"
PATH = "/cordiale/v1/consents"
_ANSWERS = 50
#: Versions under one originator's control that are looked at again when it consents to a query.
MANY = 1 << 20
#: What an originator may answer.
_ANSWERED = ("granted", "refused", "withdrawn")


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Ask an originator to let what it controls go to one more recipient; signed by the node that asks."""

    id: str
    asker: str
    originator: str
    to: str
    items: tuple[Item, ...] = ()
    where: Query | None = None
    derived: bool = False
    until: int | None = None
    reason: str
    by: str
    at: int


class Answered(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Answer one request: granted (with the consent and the seed of its tree), refused or withdrawn."""

    id: str
    number: int
    state: str
    at: int
    consent: str = ""
    seed: str = ""


def ask(
    tx: Transaction,
    home: Home,
    partner: Partner,
    *,
    to: str,
    items: Sequence[Item] = (),
    where: Query | None = None,
    derived: bool = False,
    until: int | None = None,
    reason: str,
    by: str,
    now: int,
) -> tuple[ConsentRow, ...]:
    """Ask a partner, as the originator, for consent; the next visit carries the request. Many objects make several."""
    if bool(items) == (where is not None and where != Query()):
        raise InputError(
            "consent.scope",
            _("Ask for objects by their ids, or for a query: one of the two, and not for nothing."),
        )
    made = []
    for start in range(0, len(items) or 1, MOST):
        part = tuple(items[start : start + MOST])
        asked = Asked(
            id=uuid4(home.random),
            asker=home.node,
            originator=partner.node,
            to=to,
            items=part,
            where=where,
            derived=derived,
            until=until,
            reason=reason,
            by=by,
            at=now,
        )
        row = _row(asked, ASKED, partner, "waiting", sign_statement(home, ASK, msgspec.to_builtins(asked)))
        kept.add_consent(tx, row)
        made.append(row)
    return tuple(made)


def receive(tx: Transaction, home: Home, partner: Partner, data: bytes) -> None:
    """Keep what a partner asks; raises IntegrityError when it is not the partner's own request to us."""
    # the request that carries it is signed with the key of today; what waited may be signed with the one before
    asked = read_body(open_statement(data, ASK, (*partner.keys, *partner.former), home.verify), Asked, ASK)
    if asked.asker != partner.node or asked.originator != home.node or len(asked.items) > MOST:
        raise IntegrityError(
            "consent.request",
            _("A request for consent of {node} is not its own, or not to us."),
            node=partner.node,
        )
    known = kept.consent(tx, asked.id)
    if known is None:
        kept.add_consent(tx, _row(asked, ANSWERING, partner, "asked", data))


def answer(
    tx: Transaction, home: Home, consent_id: str, state: str, by: str, now: int, until: int | None = None
) -> ConsentRow:
    """Grant, refuse or withdraw a consent we were asked for, as a named person; the partner hears of it at its next visit.

    A grant may end sooner than asked (`until`), never later. Raises NotFound, or Conflict when it was answered before.
    """
    row = kept.consent(tx, consent_id)
    if row is None or row.role != ANSWERING:
        raise NotFound("consent.unknown", _("Nobody asked for the consent {id}."), id=consent_id)
    allowed = {"granted": ("asked",), "refused": ("asked",), "withdrawn": ("granted",)}
    if row.state not in allowed[state]:
        raise Conflict(
            "consent.state", _("The consent {id} is {state} already."), id=consent_id, state=row.state
        )
    values: dict[str, object] = {
        "state": state,
        "answered_by": by,
        "answered_at": now,
        "number": kept.last_number(tx, ANSWERING, row.pair) + 1,
    }
    if state == "granted":
        ends = [end for end in (row.until, until) if end is not None]
        seed = home.random(32)
        values |= {
            "until": min(ends, default=None),
            "seed": seed,
            "statement": sign_statement(
                home, PURPOSE, msgspec.to_builtins(_consent(home, row, seed, min(ends, default=None), now))
            ),
        }
    kept.save_consent(tx, consent_id, ANSWERING, values)
    found = kept.consent(tx, consent_id)
    assert found is not None
    return found


def _consent(home: Home, row: ConsentRow, seed: bytes, until: int | None, now: int) -> Consent:
    items = msgspec.json.decode(row.items, type=tuple[Item, ...])
    where = None if row.where is None else msgspec.json.decode(row.where, type=Query)
    tree = consent.tree_of(items, seed) if items else None
    return Consent(
        id=row.id,
        originator=home.node,
        key=home.egress().public_key.hex(),
        to=row.to,
        at=now,
        until=until,
        derived=bool(row.derived),
        root=tree.tree[tree.height, 0].hex() if tree is not None else "",
        size=1 << tree.height if tree is not None else 0,
        where=where,
    )


def respond(request: Request, store: Store, home: Home, partner: Partner) -> Response:
    """Answer a partner's signed request under PATH: take in what it asks, or tell it what was answered."""
    if request.method == "POST":
        with store.write() as tx:
            receive(tx, home, partner, request.body)
        return Response(204)
    text = request.query.removeprefix("after=")
    after = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
    with store.read() as tx:
        rows = [
            row
            for row in kept.consents(tx, role=ANSWERING, pair=partner.number)
            if row.number > after and row.state != "asked"
        ]
    rows.sort(key=lambda row: row.number)
    told = [
        sign_statement(
            home,
            ANSWER,
            msgspec.to_builtins(
                Answered(
                    id=row.id,
                    number=row.number,
                    state=row.state,
                    at=row.answered_at or 0,
                    consent=(row.statement or b"").decode() if row.state == "granted" else "",
                    seed=(row.seed or b"").hex() if row.state == "granted" else "",
                )
            ),
        ).decode()
        for row in rows[:_ANSWERS]
    ]
    return Response(200, JSON, msgspec.json.encode(told))


def carry(store: Store, home: Home, partner: Partner, ask_of: Callable[[Request], Response]) -> int:
    """Hand over what we ask of a partner and fetch what it answered; return how many answers came.

    Nothing is sent to a partner of whom nothing was ever asked.
    """
    with store.read() as tx:
        if not kept.any_asked(tx, partner.number):
            return 0
        ours = kept.consents(tx, role=ASKED, pair=partner.number)
    for row in ours:
        if row.state == "waiting":
            ask_of(Request("POST", PATH, "", JSON, row.request))
            with store.write() as tx:
                kept.save_consent(tx, row.id, ASKED, {"state": "asked"})
    if not any(row.state not in ("refused", "withdrawn", "ended") for row in ours):
        return 0
    after = max(row.number for row in ours)
    body = ask_of(Request("GET", PATH, f"after={after}")).body
    told: list[str] = decoded(body, list[str], partner)
    for statement in told:
        with store.write() as tx:
            learn(tx, home, partner, statement.encode())
    return len(told)


def learn(tx: Transaction, home: Home, partner: Partner, data: bytes) -> None:
    """Take in an originator's answer; what it lets go is looked at again, what it withdraws is narrowed at once."""
    told = read_body(open_statement(data, ANSWER, partner.keys, home.verify), Answered, ANSWER)
    if told.state not in _ANSWERED:
        raise damaged(ANSWER)
    row = kept.consent(tx, told.id)
    if row is None or row.role != ASKED or row.pair != partner.number:
        raise IntegrityError(
            "consent.answer",
            _("{node} answers a request for consent that was never made."),
            node=partner.node,
        )
    values: dict[str, object] = {"state": told.state, "number": told.number, "answered_at": told.at}
    if told.state == "granted":
        seed = _seed(told)
        granted = _granted(home, partner, row, told, seed)
        values |= {
            "statement": told.consent.encode(),
            "seed": seed,
            "until": granted.until,
        }
    kept.save_consent(tx, row.id, ASKED, values)
    for other in meant(tx, row):
        records.owe_versions(tx, other.number, _vids(tx, row))


def _seed(told: Answered) -> bytes:
    try:
        return bytes.fromhex(told.seed)
    except ValueError as error:
        raise damaged(ANSWER) from error


def _granted(home: Home, partner: Partner, row: ConsentRow, told: Answered, seed: bytes) -> Consent:
    """Return the consent in an answer; raises IntegrityError when it is not what was asked for."""
    keys = (*partner.keys, *partner.former)
    body = open_statement(told.consent.encode(), PURPOSE, keys, home.verify)
    found: Consent = read_body(body, Consent, PURPOSE)
    items = msgspec.json.decode(row.items, type=tuple[Item, ...])
    where = None if row.where is None else msgspec.json.decode(row.where, type=Query)
    tree = consent.tree_of(items, seed) if items else None
    root = tree.tree[tree.height, 0].hex() if tree is not None else ""
    if (found.id, found.originator, found.to, found.root, found.where) != (
        row.id, partner.node, row.to, root, where,
    ):  # fmt: skip
        raise IntegrityError(
            "consent.other", _("The consent of {node} is not to what was asked for."), node=partner.node
        )
    return found


def versions_under(tx: Transaction, row: ConsentRow) -> list[tuple[int, int]]:
    """Return (object number, version) of what a consent is about, and of what refers to it."""
    items = msgspec.json.decode(row.items, type=tuple[Item, ...])
    if items:
        oids = sorted(versions.oids(tx, [item.id for item in items]).values())
        found = [(oid, vid) for oid, vid, *_rest in records.versions_of(tx, oids)]
        more = records.referring(tx, oids)
        return found + [(one.oid, vid) for vid, one in versions.by_vid(tx, more, None).items()]
    originator = records.partner_numbered(tx, row.pair)
    atom = f"orcon:{originator.node}" if originator is not None else ""
    mids = [mid for mid, marking in markings.all_markings(tx).items() if atom in marking]
    vids = [vid for vid, _mid in versions.with_markings(tx, mids, 0, MANY)]
    return [(one.oid, vid) for vid, one in versions.by_vid(tx, vids, None).items()]


def _vids(tx: Transaction, row: ConsentRow) -> list[int]:
    return [vid for _oid, vid in versions_under(tx, row)]


def meant(tx: Transaction, row: ConsentRow) -> list[Partner]:
    """Return the partners to whom a consent may apply; the rules say later whether it does."""
    name = row.to.rpartition(":")[2]
    return [one for one in records.partners(tx) if name in (one.node, one.nation, one.organisation)]


def _row(asked: Asked, role: str, partner: Partner, state: str, request: bytes) -> ConsentRow:
    return ConsentRow(
        id=asked.id,
        role=role,
        pair=partner.number,
        number=0,
        to=asked.to,
        items=msgspec.json.encode(asked.items).decode(),
        where=None if asked.where is None else msgspec.json.encode(asked.where).decode(),
        derived=int(asked.derived),
        until=asked.until,
        reason=asked.reason,
        by=asked.by,
        at=asked.at,
        state=state,
        request=request,
    )
