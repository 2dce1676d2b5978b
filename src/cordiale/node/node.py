"""An opened node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.exchange.message import Request, Response
    from cordiale.exchange.serve.service import Service
    from cordiale.node.ticks import Ticks
    from cordiale.platform.configuration import Settings
    from cordiale.store.connection import Store


@dataclass(frozen=True, slots=True)
class Node:
    """What a face takes: the desk to act on, and the service that answers partners.

    Use as `with open_node(path) as node`. `start()` runs the ticks (sequencer, text index, sync,
    expiry) in background threads until `close()`.
    """

    path: Path
    settings: Settings
    store: Store
    desk: Desk
    service: Service
    ticks: Ticks
    end_egress: Callable[[], None]
    let_go: Callable[[], None]

    def respond(self, request: Request) -> Response:
        """Answer one TAXII or node-to-node request (`exchange.service.respond` on this node)."""
        from cordiale.exchange.serve.service import respond

        return respond(request, self.service)

    def start(self) -> None:
        """Start the ticks; returns at once."""
        self.ticks.start(self.desk)

    def close(self) -> None:
        """Stop the ticks and the egress process and close the store."""
        self.ticks.stop()
        self.end_egress()
        self.store.close()
        self.let_go()

    def __enter__(self) -> Node:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
