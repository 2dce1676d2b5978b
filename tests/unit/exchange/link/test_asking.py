"""Whatever a partner answers or signs is a value or a refusal, never another exception."""

from __future__ import annotations

import pytest

from cordiale.exchange.home import Partner
from cordiale.exchange.link.asking import decoded
from cordiale.exchange.message import Request, Response
from cordiale.exchange.signing import read_body
from cordiale.platform.errors import IntegrityError, ProtocolError
from tests.unit.exchange.world import SECOND, Clock, connect, indicator, make, pull

FRANCE = Partner("FRA", "France", "FRA", "CVMI", "", ())
NONSENSE = {
    "nothing": b"",
    "no JSON": b"{",
    "another type": b'{"a": 1}',
    "no text": b'["\xff\xfe"]',
    "nested for ever": b"[" * 200_000,
    "NaN": b"[NaN]",
}


@pytest.mark.parametrize("what", NONSENSE)
def test_an_answer_that_cannot_be_read_is_refused(what: str) -> None:
    with pytest.raises(ProtocolError, match="FRA"):
        decoded(NONSENSE[what], list[str], FRANCE)


@pytest.mark.parametrize("what", NONSENSE)
def test_a_signed_body_that_cannot_be_read_is_refused(what: str) -> None:
    with pytest.raises(IntegrityError, match="recall"):
        read_body(NONSENSE[what], list[str], "recall")


@pytest.mark.parametrize("difference", [0, 86_400 * SECOND])
def test_a_challenge_is_given_once_a_visit(difference: int) -> None:
    here, there = make("CAN"), make("FRA", Clock(make("X").clock.now + difference))
    connect(here, there)
    here.put(indicator("a"))
    here.cut("FRA")
    statuses: list[int] = []

    def transport(request: Request) -> Response:
        answer = here.answer(request)
        statuses.append(answer.status)
        return answer

    for _visit in range(2):
        statuses.clear()
        assert pull(there, here, transport).link.state == "up"
        assert statuses.count(401) == (1 if difference else 0)
