"""The desk: what every verb is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cordiale.exchange.home import Home, Partner
    from cordiale.exchange.message import Transport
    from cordiale.platform.clock import Clock
    from cordiale.platform.configuration import Settings
    from cordiale.platform.ids import Randomness
    from cordiale.release.egress.client import Egress
    from cordiale.store.connection import Store


def _nothing() -> None:
    """Wake nobody: another process serves this node, and sees the change by itself."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A node's rooms as the verbs need them; opened by `cordiale.node`, never by a face.

    `home` signs through the egress process, which starts when it is first needed; `carrier`
    opens the way to a partner; `wake` asks the sequencer for a cut at once. `cache` holds what
    was decided, by rules version, and nothing else.
    """

    folder: Path
    store: Store
    settings: Settings
    home: Home
    carrier: Callable[[Partner], Transport]
    clock: Clock
    random: Randomness
    wake: Callable[[], None] = _nothing
    cache: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def node(self) -> str:
        """Return the name partners know this node by."""
        return self.home.node

    def egress(self) -> Egress:
        """Return the signing process, starting it when it does not run."""
        return self.home.egress()

    @property
    def files(self) -> Path:
        """Return the folder of content-addressed files."""
        return self.folder / "files"
