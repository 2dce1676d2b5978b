"""Tell a waiting partner “news up to n” without saying anything else."""

from __future__ import annotations

from cordiale.exchange.message import Request, Response
from cordiale.exchange.service import Service


def waiting(request: Request, service: Service) -> float | None:
    """Return how many seconds the request may wait for news, or None when it is to be answered now.

    A server awaits `asyncio.sleep` in small steps (or its own wake event) while this returns a
    number, then calls `service.respond` as for any other request.
    """
    raise NotImplementedError


def long_poll(request: Request, service: Service) -> Response:
    """Answer “news up to n” with what there is now."""
    raise NotImplementedError
