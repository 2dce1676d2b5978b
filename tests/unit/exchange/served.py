"""Serve a node of the test world over HTTP, in a process of its own: `python -m tests.unit.exchange.served DB`."""

from __future__ import annotations

import socket
import sys

import uvicorn

from cordiale.exchange.serve.asgi import application
from tests.unit.exchange.world import client, connect, indicator, make, malware, report

OBJECTS = 250


def main(url: str) -> None:
    node = make("CAN", url=url)
    client(node)
    connect(node, make("FRA"))
    hidden = malware("hidden", marking=["tlp:red"])
    shown = [indicator(f"i{n}") for n in range(OBJECTS)]
    node.put(
        *shown, *(indicator(f"i{n}", minute=1) for n in range(50)), hidden, report("r", [shown[0], hidden])
    )
    node.cut("READER", "FRA")
    assert node.service is not None
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(application(node.service), log_level="error", lifespan="off")
    uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main(sys.argv[1])
