"""Tear-lines: a redacted release is an object of its own, under an id nobody can guess."""

from __future__ import annotations

import hmac
from hashlib import sha256


def tearline_id(secret: bytes, original_id: str, recipient_class: str) -> str:
    """Return the tear-line's id: type and a v4-formatted HMAC-SHA-256 of (original id, recipient class)."""
    kind = original_id.split("--", 1)[0]
    message = b"cordiale/tear-line/1\n" + original_id.encode() + b"\n" + recipient_class.encode()
    digest = bytearray(hmac.digest(secret, message, sha256)[:16])
    digest[6] = digest[6] & 0x0F | 0x40
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{kind}--{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
