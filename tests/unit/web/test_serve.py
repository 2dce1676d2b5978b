"""Where the server listens, and where it refuses to."""

import socket
from typing import cast

import pytest

from cordiale.node import Node
from cordiale.platform.errors import ConfigurationError
from cordiale.web.serve import bind, is_loopback, serve


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "localhost"])
def test_loopback_is_told(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "node.example"])
def test_an_open_address_is_refused_and_says_what_to_do(node: Node, host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(ConfigurationError, match="--no-pages"):
        serve(node, host=host, port=0)


def test_a_busy_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = cast("int", taken.getsockname()[1])
        with pytest.raises(ConfigurationError, match=str(port)):
            bind("127.0.0.1", port)


def test_answers_do_not_wait_to_be_joined_with_more() -> None:
    """asyncio turns Nagle's algorithm off only where the socket names its protocol; else an answer takes 40 ms."""
    with bind("127.0.0.1", 0) as opened:
        assert opened.proto == socket.IPPROTO_TCP
