"""Ask a partner one signed thing, and read what its refusal means."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from cordiale.exchange.home import Home, Partner
from cordiale.exchange.link.signatures import sign_request
from cordiale.exchange.message import Request, Response, Transport
from cordiale.platform.errors import CordialeError, NotAllowed, ProtocolError, Unavailable
from cordiale.platform.languages import _

T = TypeVar("T")


def decoded(body: bytes, kind: type[T], partner: Partner) -> T:
    """Read what a partner answered as a value of a type; raises ProtocolError for whatever else it is."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise unreadable(partner) from error


def unreadable(partner: Partner) -> ProtocolError:
    """Return the refusal of an answer that says nothing of what was asked."""
    return ProtocolError("exchange.answer.form", _("The answer of {node} cannot be read."), node=partner.node)


class _Refusal(msgspec.Struct, frozen=True):
    error: str = ""
    message: str = ""
    difference: int | None = None
    challenge: str = ""


def ask(home: Home, partner: Partner, transport: Transport, request: Request) -> Response:
    """Send one signed request; when the clocks differ, repeat it once with the partner's challenge.

    Raises Unavailable, NotAllowed when the partner refuses us, ProtocolError for any other error.
    """
    return Asking(home, partner, transport)(request)


class Asking:
    """Ask one partner several things: a challenge that it gave goes with the rest, which is not asked twice then."""

    def __init__(self, home: Home, partner: Partner, transport: Transport) -> None:
        self._home, self._partner, self._transport = home, partner, transport
        self._challenge = ""

    def __call__(self, request: Request) -> Response:
        """Do what `ask` does."""
        return self.signed(request)[0]

    def signed(self, request: Request) -> tuple[Response, Request]:
        """Do what `ask` does; return the answer with the request as it was signed."""
        home, node = self._home, self._partner.node
        signed = sign_request(home, request, node, challenge=self._challenge)
        answer = self._transport(signed)
        if answer.status == 401 and (challenge := challenge_of(answer)):
            self._challenge = challenge
            signed = sign_request(home, request, node, challenge=challenge)
            answer = self._transport(signed)
        if answer.status in (200, 204):
            return answer, signed
        raise refused(self._partner, answer)


def refused(partner: Partner, answer: Response) -> CordialeError:
    """Return what a partner's refusal means: Unavailable, NotAllowed or ProtocolError."""
    refusal = _refusal(answer)
    params: dict[str, Any] = {"node": partner.node, "code": refusal.error[:100] or str(answer.status)}
    if answer.status in (401, 403, 404):
        return NotAllowed("exchange.refused", _("{node} refuses our requests: {code}."), **params)
    if answer.status >= 500:
        return Unavailable("exchange.unavailable", _("{node} cannot answer now: {code}."), **params)
    if refusal.error == "exchange.rejoin":
        return ProtocolError(
            "exchange.rejoin", _("{node} was restored, or we were: the link must rejoin."), **params
        )
    return ProtocolError("exchange.answer", _("{node} does not take what we send: {code}."), **params)


def challenge_of(answer: Response) -> str:
    """Return the challenge in a refusal, with which the same request is accepted once; empty when there is none."""
    return _refusal(answer).challenge


def _refusal(answer: Response) -> _Refusal:
    try:
        return msgspec.json.decode(answer.body[:10_000], type=_Refusal)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _Refusal()
