"""What `cordiale serve` starts beside itself to answer pages and REST; nobody else has a reason to."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cordiale.node.node import Node
    from cordiale.platform.asgi import App
    from cordiale.web.mounting import Pace

COMMAND: Final = (sys.executable, "-m", "cordiale.cli.answering")
"""The command line; the numbers of the two sockets that a process is given follow."""

NO_API: Final = "--no-api"


def faces(node: Node, pace: Pace) -> Mapping[str, Callable[[], App]]:
    """Return the faces that stand beside the pages, by the path that begins theirs; each is made when it is first asked."""

    def rest() -> App:
        from cordiale.rest.app import application

        return application(node.desk, pace=pace)

    return {"/api/v1/": rest}


def _no_faces(node: Node, pace: Pace) -> Mapping[str, Callable[[], App]]:
    return {}


def main() -> None:
    """Answer what is handed on, until who started this process is gone."""
    from cordiale.web.processes.answering import answer

    *flags, talk, given = sys.argv[1:]
    answer(
        socket.socket(fileno=int(talk)),
        socket.socket(fileno=int(given)),
        _no_faces if NO_API in flags else faces,
    )


if __name__ == "__main__":
    main()
