"""Signed statements between nodes: one envelope for invitations, recalls, receipts and checkpoints."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from cordiale.exchange.home import Home
from cordiale.platform.errors import IntegrityError
from cordiale.platform.languages import _
from cordiale.release.segment import Verify, message

T = TypeVar("T")

#: A recall of a hundred thousand versions stays below this.
_LARGEST = 16 * 1024 * 1024


def sign_statement(home: Home, purpose: str, value: Any) -> bytes:
    """Write a value as a signed JSON statement; the signature covers purpose and bytes."""
    body = msgspec.json.encode(value, order="sorted")
    return write_statement(purpose, body, home.egress().sign(purpose, body))


def write_statement(purpose: str, body: bytes, signature: bytes) -> bytes:
    """Write the envelope around a signed body, whose bytes stay as they are."""
    return msgspec.json.encode(
        {"purpose": purpose, "body": body.decode(), "signature": base64.b64encode(signature).decode()}
    )


class _Statement(msgspec.Struct):
    purpose: str
    body: str
    signature: str


def open_statement(data: bytes, purpose: str, keys: Iterable[bytes], verify: Verify) -> bytes:
    """Return the body of a statement that one of `keys` signed for `purpose`.

    Raises IntegrityError when it is damaged, too large, for another purpose, or not theirs.
    """
    body, signature = peek_statement(data, purpose)
    signed = message(purpose, body)
    if not any(verify(key, signed, signature) for key in keys):
        raise IntegrityError(
            "exchange.signature",
            _("The {purpose} is not signed with a key of the partner it should come from."),
            purpose=purpose,
        )
    return body


def read_body(body: bytes, kind: type[T], purpose: str) -> T:
    """Read the body of a statement as a value of a type; raises IntegrityError for whatever else it is."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise damaged(purpose) from error


def damaged(purpose: str) -> IntegrityError:
    """Return the refusal of a statement that says nothing that could be read."""
    return IntegrityError(
        "exchange.statement.form",
        _("The {purpose} cannot be read: it is damaged or something else."),
        purpose=purpose,
    )


def peek_statement(data: bytes, purpose: str) -> tuple[bytes, bytes]:
    """Return body and signature without verifying; for invitations, which name their own keys."""
    if len(data) > _LARGEST:
        raise IntegrityError(
            "exchange.statement.size",
            _("The {purpose} is larger than {limit} bytes."),
            purpose=purpose,
            limit=_LARGEST,
        )
    try:
        statement = msgspec.json.decode(data, type=_Statement)
        signature = base64.b64decode(statement.signature, validate=True)
        body = statement.body.encode()
    except (msgspec.MsgspecError, binascii.Error, ValueError, UnicodeError):
        raise damaged(purpose) from None
    if statement.purpose != purpose:
        raise IntegrityError(
            "exchange.statement.purpose",
            _("A statement for “{found}” was given where a {purpose} is expected."),
            found=statement.purpose[:40],
            purpose=purpose,
        )
    return body, signature
