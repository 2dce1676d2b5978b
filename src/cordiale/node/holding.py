"""Hold a node's folder: by many at once while it is used, by one alone while its store is moved."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from cordiale.platform.errors import Unavailable
from cordiale.platform.languages import _


def hold(path: Path, *, alone: bool = False) -> Callable[[], None]:
    """Take hold of a node's folder until the returned function is called, or this process ends.

    Raises Unavailable when it is being moved, or with `alone` when anybody uses it. A file system that knows no locks is not
    guarded.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        if error.errno not in (errno.EWOULDBLOCK, errno.EAGAIN):
            return lambda: None
        if alone:
            raise Unavailable(
                "node.in-use",
                _(
                    "The node in {path} is in use: stop what serves it and wait for other commands, then repeat."
                ),
                path=str(path),
            ) from None
        raise Unavailable(
            "node.moving",
            _("The store of the node in {path} is being moved: try again when that is done."),
            path=str(path),
        ) from None
    held = [handle]
    return lambda: os.close(held.pop()) if held else None
