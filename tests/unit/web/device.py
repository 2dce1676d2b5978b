"""A device that keeps passkeys, in software: real CBOR, COSE keys and ES256 signatures, as WebAuthn level 2 asks for."""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

UP, UV, AT = 0x01, 0x04, 0x40


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def cbor(value: Any) -> bytes:
    """Write integers, bytes, text and maps as RFC 8949 does, shortest first."""

    def head(major: int, number: int) -> bytes:
        if number < 24:
            return bytes([major << 5 | number])
        for more, form in ((24, ">B"), (25, ">H"), (26, ">I")):
            if number < 1 << 8 * struct.calcsize(form):
                return bytes([major << 5 | more]) + struct.pack(form, number)
        raise ValueError(number)

    match value:
        case int():
            return head(0, value) if value >= 0 else head(1, -1 - value)
        case bytes():
            return head(2, len(value)) + value
        case str():
            return head(3, len(value.encode())) + value.encode()
        case dict():
            return head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())
    raise TypeError(value)


@dataclass
class Kept:
    """One passkey of a device."""

    id: bytes
    site: str
    user: str
    key: ec.EllipticCurvePrivateKey
    count: int = 0


@dataclass
class Device:
    """`verifies`: whether it asked for a finger; `counts`: whether it counts uses, as security keys do."""

    verifies: bool = True
    counts: bool = True
    kept: list[Kept] = field(default_factory=list)

    def make(self, asked: str, origin: str) -> str:
        """Make a passkey for what a page asks, as `navigator.credentials.create` would."""
        options = json.loads(asked)
        key = ec.generate_private_key(ec.SECP256R1())
        one = Kept(sha256(str(len(self.kept)).encode() + key_bytes(key)).digest(), options["rp"]["id"], options["user"]["id"], key)  # fmt: skip
        self.kept.append(one)
        point = key.public_key().public_numbers()
        cose = cbor({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})
        about = bytes(16) + struct.pack(">H", len(one.id)) + one.id + cose
        data = self._data(one, AT) + about
        client = self._client("webauthn.create", options["challenge"], origin)
        attestation = cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(one, {"clientDataJSON": b64(client), "attestationObject": b64(attestation)})

    def show(self, asked: str, origin: str, *, which: int = -1, challenge: str | None = None) -> str:
        """Answer what a page asks, as `navigator.credentials.get` would."""
        options = json.loads(asked)
        one = self.kept[which]
        if self.counts:
            one.count += 1
        data = self._data(one, 0)
        client = self._client("webauthn.get", challenge or options["challenge"], origin)
        signed = one.key.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": b64(client),
            "authenticatorData": b64(data),
            "signature": b64(signed),
            "userHandle": one.user,
        }
        return self._answer(one, response)

    def _data(self, one: Kept, flags: int) -> bytes:
        flags |= UP | (UV if self.verifies else 0)
        return sha256(one.site.encode()).digest() + bytes([flags]) + struct.pack(">I", one.count)

    def _client(self, kind: str, challenge: str, origin: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()  # fmt: skip

    def _answer(self, one: Kept, response: dict[str, str]) -> str:
        return json.dumps({"id": b64(one.id), "rawId": b64(one.id), "type": "public-key", "response": response, "clientExtensionResults": {}})  # fmt: skip


def key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_numbers().private_value.to_bytes(32, "big")
