"""Attachments between nodes: a partner fetches those of the objects it was sent, under them.

`GET /cordiale/v1/attachments` answers a signed list of what this partner may have now; `GET
/cordiale/v1/attachments/OBJECT/SHA256?from=N` answers bytes. The list is the whole state, so what
is no longer in it is withdrawn; the digest in the signed list is what proves the bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import msgspec

from cordiale.evidence import files, records
from cordiale.evidence.records import Attachment
from cordiale.exchange.cut.why import why
from cordiale.exchange.link.signatures import sign_request
from cordiale.exchange.message import Request, Response
from cordiale.exchange.originator import attached
from cordiale.exchange.signing import open_statement, sign_statement
from cordiale.platform.clock import HOUR
from cordiale.platform.errors import CordialeError, ProtocolError
from cordiale.platform.languages import _
from cordiale.platform.log import logger
from cordiale.store import markings, versions

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.exchange.home import Partner, Partnership
    from cordiale.exchange.message import Transport
    from cordiale.store.connection import Transaction

PATH = "/cordiale/v1/attachments"
PURPOSE = "attachments"
PIECE = 4 << 20
"""Bytes of a file one response carries."""

MOST = 20_000
"""Most attachments of one list."""

log = logger("desk")


class Offer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One attachment a partner may fetch, under the marking it must be kept under.

    `content` is the content hash (hexadecimal) of the statement it belongs to, where that is not the sender's own. `proof`
    is what its originator signed of it, for those who ask for that.
    """

    object_id: str
    sha256: str
    name: str
    media_type: str
    size: int
    marking: tuple[str, ...]
    content: str = ""
    proof: str = ""


def respond(desk: Desk, request: Request, partnership: Partnership) -> Response | None:
    """Answer a partner's signed request for attachments; None for any other path."""
    if request.method != "GET" or not request.path.startswith(PATH):
        return None
    rest = request.path.removeprefix(PATH).strip("/").split("/")
    with desk.store.read() as tx:
        offers = _offers(tx, desk, partnership, rest[0] or None)
        if rest == [""]:
            if not parse_qs(request.query).get("proofs"):  # a node of the release before cannot read them
                offers = [msgspec.structs.replace(o, proof="") for o in offers]
            body = sign_statement(desk.home, PURPOSE, [msgspec.to_builtins(o) for o in offers])
            return Response(200, {"content-type": "application/json"}, body)
    found = [o for o in offers if len(rest) == 2 and o.sha256 == rest[1]]
    start = parse_qs(request.query).get("from", ["0"])[0]
    if not found or not start.isdecimal() or len(start) > 15:
        return Response(404, {"content-type": "application/json"}, b'{"error":"not-found"}')
    try:
        with files.held(desk.files, found[0].sha256).open("rb") as stream:
            stream.seek(int(start))
            piece = stream.read(PIECE)
    except CordialeError:
        return Response(404, {"content-type": "application/json"}, b'{"error":"not-found"}')
    return Response(200, {"content-type": "application/octet-stream"}, piece)


def _offers(tx: Transaction, desk: Desk, partnership: Partnership, only: str | None) -> list[Offer]:
    now = desk.clock()
    compiled = partnership.compiled
    found: list[Offer] = []
    every = records.of_object(tx, only) if only else records.every(tx, held=True)
    verbatim: dict[str, set[int]] = {}
    for one in every:
        if not one.held or one.source == partnership.partner.node or len(found) >= MOST:
            continue
        rows = [r for r in versions.get(tx, one.object_id, None) if r.source == one.source]
        if not rows:
            continue
        marking = markings.atoms(tx, rows[0].full_mid) | one.marking
        if not compiled.decide(marking, now).passes:
            continue
        if one.object_id not in verbatim:
            verbatim[one.object_id] = _sent(tx, desk, partnership, one.object_id, now)
        if rows[0].vid in verbatim[one.object_id]:
            found.append(
                Offer(
                    one.object_id,
                    one.sha256,
                    one.name,
                    one.media_type,
                    one.size,
                    tuple(sorted(marking)),
                    "" if rows[0].source == desk.node else rows[0].hash.hex(),
                    one.proof,
                )
            )
    return found


def _sent(tx: Transaction, desk: Desk, partnership: Partnership, stix_id: str, now: int) -> set[int]:
    """Return the versions of an object that the partner holds verbatim.

    A tear-line says less than its object; a file attached to the object stays at home with it.
    """
    answers = why(tx, desk.home, partnership, stix_id, now)
    return {
        answer.vid
        for answer in answers
        for sent in answer.sent
        if sent.form == "verbatim" and sent.withdrawn is None and sent.vid == answer.vid
    }


def fetch(desk: Desk, partner: Partner, transport: Transport) -> int:
    """Bring attachments from a partner into line with its list; return how many files came.

    Raises CordialeError for an answer that is not one; what came before it is kept.
    """
    response = _get(desk, partner, transport, Request("GET", PATH, "proofs=1"))
    if response.status == 404:
        return 0  # a node that has none to offer, or does not know of them
    body = open_statement(response.body, PURPOSE, partner.keys, desk.home.verify)
    try:
        offers = msgspec.json.decode(body, type=list[Offer])
    except msgspec.MsgspecError as error:
        raise _garbage(partner) from error
    if len(offers) > MOST:
        raise _garbage(partner)
    _record(desk, partner, offers)
    count = 0
    with desk.store.read() as tx:
        missing = [a for a in records.every(tx, "received", held=False) if a.added_by == partner.node]
    for one in missing:
        if one.size > desk.settings.limits.file_bytes:
            log.warning("an attachment is too large", partner=partner.node, size=one.size)
            continue
        stored = files.put(desk.files, _pieces(desk, partner, transport, one), desk.random, one.size)
        if stored.sha256 != one.sha256:
            with desk.store.write() as tx:
                if not records.referenced(tx, stored.sha256):
                    files.remove(desk.files, stored.sha256)
            raise _garbage(partner)
        with desk.store.write() as tx:
            records.arrived(tx, one)
        count += 1
    return count


def _record(desk: Desk, partner: Partner, offers: list[Offer]) -> None:
    """Record new offers under objects held from this partner; forget what it no longer offers."""
    offered = {(o.object_id, o.sha256): o for o in offers}
    with desk.store.read() as tx:
        known = {
            (a.object_id, a.sha256): a for a in records.every(tx, "received") if a.added_by == partner.node
        }
    gone = [a for key, a in known.items() if key not in offered]
    changed = [
        offer
        for key, offer in offered.items()
        if key not in known
        or known[key].marking != frozenset(offer.marking)
        or (offer.proof and not known[key].proof)
    ]
    if not gone and not changed:
        return
    with desk.store.write() as tx:
        for one in gone:
            if records.forget_one(tx, one.object_id, one.source, one.sha256):
                files.remove(desk.files, one.sha256)
        for offer in changed:
            held = versions.get(tx, offer.object_id, None)
            stated = [
                row.source
                for row in held
                if (row.source == partner.node and not offer.content)
                or (offer.content and row.hash.hex() == offer.content and row.origin == "received")
            ]
            if not stated:
                continue
            files.address(desk.files, offer.sha256)  # refuses what is not a digest
            verdict = attached.judge(
                tx,
                desk.home,
                stated[0],
                offer.proof,
                object_id=offer.object_id,
                sha256=offer.sha256,
                size=offer.size,
                marking=offer.marking,
            )
            if verdict == "false":
                log.warning("an attachment is not what its originator signed", partner=partner.node)
                continue
            attachment = Attachment(
                object_id=offer.object_id,
                source=stated[0],
                sha256=offer.sha256,
                name=offer.name.replace("/", "_")[:255],
                media_type=offer.media_type[:129],
                size=offer.size,
                marking=frozenset(offer.marking),
                origin="received",
                held=False,
                added=desk.clock(),
                added_by=partner.node,
                proof=offer.proof,
            )
            if not records.add(tx, attachment):
                records.mark(tx, attachment, attachment.marking)
                records.prove(tx, attachment, offer.proof)


def _pieces(desk: Desk, partner: Partner, transport: Transport, one: Attachment) -> Iterator[bytes]:
    done = 0
    while done < one.size:
        request = Request("GET", f"{PATH}/{one.object_id}/{one.sha256}", f"from={done}")
        piece = _get(desk, partner, transport, request).body
        if not piece:
            return
        done += len(piece)
        yield piece


def _get(desk: Desk, partner: Partner, transport: Transport, request: Request) -> Response:
    response = transport(sign_request(desk.home, request, partner.node))
    if response.status == 401:
        # our clock is off: the partner gives a challenge that makes the same request good once
        challenge = _challenge(response.body)
        signed = sign_request(desk.home, request, partner.node, challenge=challenge)
        response = transport(signed)
    if response.status not in (200, 404):
        raise _garbage(partner)
    return response


def _challenge(body: bytes) -> str:
    try:
        found = msgspec.json.decode(body, type=dict[str, object]).get("challenge", "")
    except msgspec.MsgspecError:
        return ""
    return found if isinstance(found, str) else ""


def _garbage(partner: Partner) -> ProtocolError:
    return ProtocolError(
        "attachments-garbage",
        _("{node} answered a request for attachments with something else: ask its operator."),
        node=partner.node,
    )


def collect(desk: Desk) -> int:
    """Remove attachments whose object is gone, with the files nothing else refers to."""
    removed = 0
    with desk.store.read() as tx:
        gone = [
            (object_id, source)
            for object_id, source in records.objects(tx)
            if not any(row.source == source for row in versions.get(tx, object_id, None))
        ]
    if not gone:
        return 0
    with desk.store.write() as tx:
        for object_id, source in gone:
            for sha256 in records.forget(tx, object_id, source):
                removed += files.remove(desk.files, sha256)
    return removed


def sweep(desk: Desk) -> tuple[str, ...]:
    """Remove attachments of purged objects and files that nothing refers to for an hour."""
    collect(desk)
    with desk.store.write() as tx:
        return files.sweep(desk.files, lambda sha256: records.referenced(tx, sha256), desk.clock(), HOUR)
