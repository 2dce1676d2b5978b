"""What stands beside the pages: other faces, by the path that begins theirs, and how fast who asks them may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from cordiale.platform.asgi import App

if TYPE_CHECKING:
    from cordiale.node.node import Node

"""An application as servers call it (ASGI)."""

Pace = Callable[[bool, bytes], Awaitable[int]]
"""Given whether a caller is known, and who: 0, or in how many seconds they may ask. Counted once for all processes."""

Mounting = Callable[["Node", Pace], Mapping[str, Callable[[], App]]]
"""Gives the faces of an opened node, each made when it is first asked."""
