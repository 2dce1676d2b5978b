"""An opened node."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.platform.configuration import Settings
    from cordiale.store.connection import Store


@dataclass(frozen=True, slots=True)
class Node:
    """What a face takes: the desk to act on, and the exchange view that answers partners.

    Use as `with open_node(path) as node`. `start()` runs the ticks (sequencer, text index, sync,
    expiry) in background threads until `close()`.
    """

    path: Path
    settings: Settings
    store: Store
    desk: Desk

    def respond(self, request: Any) -> Any:
        """Answer one TAXII or node-to-node request (`exchange.taxii.respond` on this node)."""
        raise NotImplementedError

    def start(self) -> None:
        """Start the ticks; returns at once."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop the ticks and the egress process and close the store."""
        raise NotImplementedError

    def __enter__(self) -> Node:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
