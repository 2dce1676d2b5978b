"""Requests signed with the link key: who asks, for what exactly, when, and only once.

`Authorization: Cordiale node="FRA", at="…", nonce="…", signature="…"` signs method, path and
query, audience, instant, nonce and body digest. Instants are judged by the receiver's clock. A
sender whose clock is off is told by how much and is given a challenge; the same request with the
challenge is accepted once, so a link works whatever the partner's clock says.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import msgspec

from cordiale.exchange.home import Home, Partner
from cordiale.exchange.message import Request, Response
from cordiale.platform.errors import NotAllowed
from cordiale.platform.languages import _
from cordiale.release.segment import message

SCHEME = "Cordiale"
NOT_SIGNED = _("The request is not signed with the link key of {node}.")
_FIELD = re.compile(r'([a-z]+)="([^"]{0,600})"')
_LARGEST = 2048


class ClockRefused(NotAllowed):
    """Report an instant outside the window; `difference` is the sender's clock minus ours, in µs."""


class Nonces:
    """Remember the nonces of the last minutes, bounded, and since when anything is remembered.

    What was signed before `since` (when this process heard its first request) needs a challenge, and one that this
    process made: nothing of before a restart can be replayed, and no nonce is ever written to disk.
    """

    def __init__(self, size: int = 100_000) -> None:
        self.since: int | None = None
        self._size = size
        self._seen: OrderedDict[tuple[str, str], int] = OrderedDict()

    def fresh(self, node: str, nonce: str, now: int, window: int) -> bool:
        """Record a nonce; False when it was used or when the sender floods the memory."""
        while self._seen:
            oldest, at = next(iter(self._seen.items()))
            if now - at <= 2 * window:
                break
            del self._seen[oldest]
        if (node, nonce) in self._seen or len(self._seen) >= self._size:
            return False
        self._seen[node, nonce] = now
        return True


def target_of(request: Request) -> str:
    """Return path and query as they are signed."""
    return f"{request.path}?{request.query}" if request.query else request.path


def _signed_bytes(
    method: str, target: str, audience: str, node: str, at: str, nonce: str, challenge: str, body: bytes
) -> bytes:
    digest = hashlib.sha256(body).hexdigest()
    return "\n".join((method, target, audience, node, at, nonce, challenge, digest)).encode()


def sign_request(home: Home, request: Request, audience: str, *, challenge: str = "") -> Request:
    """Return the request with its signature for the node `audience`."""
    at = str(home.clock())
    nonce = base64.urlsafe_b64encode(home.random(18)).decode()
    target = target_of(request)
    payload = _signed_bytes(request.method, target, audience, home.node, at, nonce, challenge, request.body)
    signature = base64.b64encode(home.egress().sign("request", payload)).decode()
    fields = {"node": home.node, "at": at, "nonce": nonce, "signature": signature}
    if challenge:
        fields["challenge"] = challenge
    value = SCHEME + " " + ", ".join(f'{name}="{text}"' for name, text in fields.items())
    return msgspec.structs.replace(request, headers={**request.headers, "authorization": value})


@lru_cache(maxsize=64)
def _fields(value: str) -> Mapping[str, str]:
    """Read the fields of a signature: each side asks for them several times a request."""
    return MappingProxyType(dict(_FIELD.findall(value)))


def signer_named(request: Request) -> str | None:
    """Return the node a link signature claims to come from, None when there is no such signature."""
    value = request.headers.get("authorization", "")
    if not value.startswith(SCHEME + " ") or len(value) > _LARGEST:
        return None
    return _fields(value).get("node")


def nonce_of(request: Request) -> str:
    """Return the nonce of a signed request, empty when it has none."""
    value = request.headers.get("authorization", "")
    return _fields(value).get("nonce", "") if len(value) <= _LARGEST else ""


def verify_request(home: Home, request: Request, partner: Partner, nonces: Nonces, now: int) -> None:
    """Check the link signature of one request.

    Raises NotAllowed; `ClockRefused` when only the instant is wrong, with the difference.
    """
    fields = _fields(request.headers.get("authorization", ""))
    refusal = NotAllowed("exchange.link.signature", NOT_SIGNED, node=partner.node)
    try:
        signature = base64.b64decode(fields["signature"], validate=True)
        at_text, nonce = fields["at"], fields["nonce"]
        at = int(at_text)
    except (KeyError, ValueError, binascii.Error):
        raise refusal from None
    challenge = fields.get("challenge", "")
    payload = _signed_bytes(
        request.method, target_of(request), home.node, partner.node, at_text, nonce, challenge, request.body
    )
    signed = message("request", payload)
    if len(nonce) < 16 or not any(home.verify(key, signed, signature) for key in partner.keys):
        raise refusal
    window = home.limits.clock_window
    if nonces.since is None:
        nonces.since = now
    earliest = max(now - window, nonces.since)
    if not earliest <= at <= now + window and not _challenge_holds(
        home, partner.node, challenge, now, nonces
    ):
        raise ClockRefused(
            "exchange.link.clock",
            _("The clock of {node} differs from ours by {seconds} seconds."),
            node=partner.node,
            seconds=round((at - now) / 1_000_000),
            difference=at - now,
        )
    if not nonces.fresh(partner.node, nonce, now, window):
        raise NotAllowed(
            "exchange.link.replay", _("The request of {node} was received before."), node=partner.node
        )


def challenge_for(home: Home, node: str, now: int, nonces: Nonces) -> str:
    """Make a challenge that lets `node` repeat a request whatever its clock says, for a few minutes of this process."""
    stamp = str(now)
    text = f"cordiale challenge v2\0{node}\0{stamp}\0{nonces.since}"
    mac = hmac.digest(home.secret, text.encode(), hashlib.sha256)
    return f"{stamp}.{mac[:16].hex()}"


def _challenge_holds(home: Home, node: str, challenge: str, now: int, nonces: Nonces) -> bool:
    stamp, dot, _mac = challenge.partition(".")
    if not dot or not stamp.isascii() or not stamp.isdigit() or len(stamp) > 20:
        return False
    made = int(stamp)
    if not now - home.limits.clock_window <= made <= now:
        return False
    return hmac.compare_digest(challenge, challenge_for(home, node, made, nonces))


def refusal_response(home: Home, error: NotAllowed, node: str, now: int, nonces: Nonces) -> Response:
    """Answer 401 with the reason; a clock refusal carries the difference and a challenge."""
    body: dict[str, object] = {"error": error.code, "message": str(error)}
    if isinstance(error, ClockRefused):
        body["difference"] = error.params["difference"]
        body["challenge"] = challenge_for(home, node, now, nonces)
    return Response(401, {"content-type": "application/json"}, msgspec.json.encode(body))
