"""Sign the answer to one request: who ends TLS in between can then take nothing out of it, and exchange nothing in it.

What is signed by itself (headers, recalls, receipts) stands whoever carries it. What stands beside it does not:
whether the proof of an object's origin came with it, whose word an object without proof is, and that the bytes of an
entry are there at all. So the answer as a whole is signed, for the nonce of the very request it answers.
"""

from __future__ import annotations

import base64
import binascii
from hashlib import sha256
from typing import Final

import msgspec

from cordiale.exchange.home import Home, Partner
from cordiale.exchange.link import signatures
from cordiale.exchange.message import Request, Response
from cordiale.platform.errors import IntegrityError
from cordiale.platform.languages import _
from cordiale.release.segment import message

PURPOSE: Final = "answer"
HEADER: Final = "cordiale-answer"


def sign(home: Home, request: Request, answer: Response) -> Response:
    """Return an answer with our signature over the request's nonce and the digest of the body."""
    signature = home.egress().sign(PURPOSE, _signed_bytes(request, answer))
    headers = {**answer.headers, HEADER: base64.b64encode(signature).decode()}
    return msgspec.structs.replace(answer, headers=headers)


def check(home: Home, partner: Partner, request: Request, answer: Response) -> None:
    """Raise IntegrityError unless a partner signed this answer to this request; `request` is the signed one."""
    try:
        signature = base64.b64decode(answer.headers.get(HEADER, ""), validate=True)
    except (binascii.Error, ValueError):
        signature = b""
    signed = message(PURPOSE, _signed_bytes(request, answer))
    if not any(home.verify(key, signed, signature) for key in partner.keys):
        raise IntegrityError(
            "exchange.answer.signature",
            _(
                "What came as the answer of {node} is not what it signed: somebody in between took something out or put something in. Nothing of it was taken in."
            ),
            node=partner.node,
        )


def _signed_bytes(request: Request, answer: Response) -> bytes:
    status, nonce = str(answer.status), signatures.nonce_of(request)
    return f"{status}\n{nonce}\n{sha256(answer.body).hexdigest()}".encode()
