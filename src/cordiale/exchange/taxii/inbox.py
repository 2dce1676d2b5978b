"""The write-only collection of each partner: what is posted goes to the importer, nothing is read back."""

from __future__ import annotations

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partnership
from cordiale.exchange.message import Request, Response
from cordiale.exchange.taxii.media import UNSUPPORTED, error, is_taxii, ok
from cordiale.exchange.taxii.wiring import Delivered, Inbox
from cordiale.platform.clock import format_instant
from cordiale.platform.ids import uuid4
from cordiale.store.connection import Store, Transaction


class _Envelope(msgspec.Struct):
    objects: list[msgspec.Raw] = []


def post(request: Request, store: Store, home: Home, partnership: Partnership, deliver: Inbox) -> Response:
    """Take an envelope in and answer 202 with a complete status resource."""
    if not is_taxii(request.headers.get("content-type")):
        return UNSUPPORTED
    if len(request.body) > home.limits.request_bytes:
        return too_large(home)
    try:
        envelope = msgspec.json.decode(request.body, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return error(422, "Unprocessable Entity", "The body is not a TAXII envelope with a list of objects.")
    now = home.clock()
    bodies = tuple(bytes(raw) for raw in envelope.objects)
    identifier = uuid4(home.random)

    def keep(tx: Transaction, outcomes: tuple[Delivered, ...]) -> bytes:
        body = status(identifier, now, outcomes)
        records.add_status(tx, identifier, partnership.partner.number, now, body)
        return body

    if bodies:
        return ok(deliver(partnership.partner.node, bodies, keep), status=202)
    with store.write() as tx:
        body = keep(tx, ())
    return ok(body, status=202)


def too_large(home: Home) -> Response:
    """Answer 413 with what the server takes."""
    return error(
        413, "Content Too Large", f"At most {home.limits.request_bytes} bytes are taken in one request."
    )


def status(identifier: str, now: int, outcomes: tuple[Delivered, ...]) -> bytes:
    """Write the status resource of section 4.3.1."""
    good = [{"id": o.id, "version": o.version} for o in outcomes if o.problem is None]
    bad = [
        {"id": o.id, "version": o.version, "message": o.problem} for o in outcomes if o.problem is not None
    ]
    value: dict[str, object] = {
        "id": identifier,
        "status": "complete",
        "request_timestamp": format_instant(now, 6),
        "total_count": len(outcomes),
        "success_count": len(good),
        "failure_count": len(bad),
        "pending_count": 0,
    }
    if good:
        value["successes"] = good
    if bad:
        value["failures"] = bad
    return msgspec.json.encode(value)
