"""Open a node from its folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordiale.node.node import Node
    from cordiale.platform.clock import Clock
    from cordiale.platform.ids import Randomness


def open_node(
    path: Path,
    *,
    environ: Mapping[str, str] = os.environ,
    flags: Mapping[str, object] | None = None,
    clock: Clock | None = None,
    random: Randomness | None = None,
) -> Node:
    """Open the node at `path`: settings, store at its newest schema, rules, egress on first use.

    Raises ConfigurationError when the folder holds no node or its configuration is wrong.
    """
    raise NotImplementedError
