"""The node a command works on, opened when the command runs."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cordiale.cli.session import current

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.node.node import Node


@contextmanager
def opened() -> Iterator[tuple[Node, Actor]]:
    """Open the node of this session as the person who runs the command; raises ConfigurationError for one elsewhere."""
    if current().at:
        from cordiale.cli.reach import elsewhere

        raise elsewhere()
    from cordiale.desk.actor import house
    from cordiale.node.opening import open_node
    from cordiale.platform import log

    with open_node(current().node) as node:
        log.prepare(node.settings.log.level, node.settings.log.format)
        yield node, house(person())


def person() -> str:
    """Return who acts: the login name of the person at the keyboard."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"
