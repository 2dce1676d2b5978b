"""The desk: what every verb is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordiale.platform.clock import Clock
    from cordiale.platform.configuration import Settings
    from cordiale.platform.ids import Randomness
    from cordiale.release.egress.client import Egress
    from cordiale.release.rules import Rules
    from cordiale.store.connection import Store


@dataclass(frozen=True, slots=True)
class Desk:
    """A node's rooms as the verbs need them; opened by `cordiale.node`, never by a face.

    `rules` returns the applied rules by partnership; `egress` returns the signing process,
    started on first use; `wake` asks the sequencer for a cut at once.
    """

    folder: Path
    node: str
    store: Store
    settings: Settings
    clock: Clock
    random: Randomness
    rules: Callable[[], Mapping[str, Rules]]
    egress: Callable[[], Egress]
    wake: Callable[[], None]
