"""Where the server listens, and where it refuses to."""

import dataclasses
import socket
from typing import cast

import msgspec
import pytest

from cordiale.node import Node
from cordiale.platform.errors import ConfigurationError
from cordiale.web.serve import bind, is_loopback, is_safe, serve


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "localhost"])
def test_loopback_is_told(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "node.example"])
def test_pages_in_the_clear_on_an_open_address_are_refused_and_say_what_to_do(node: Node, host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(ConfigurationError, match="--no-pages"):
        serve(with_serve(node, tls="never"), host=host, port=0)


def test_pages_on_an_open_address_need_tls_or_a_declared_proxy(node: Node) -> None:
    assert is_safe(with_serve(node, tls="auto").settings, "0.0.0.0")
    assert is_safe(with_serve(node, tls="never", public_url="https://node.example.org").settings, "0.0.0.0")
    assert is_safe(with_serve(node, tls="never", certificate="/etc/proxy/fullchain.pem").settings, "0.0.0.0")
    assert not is_safe(
        with_serve(node, tls="never", public_url="http://node.example.org").settings, "0.0.0.0"
    )


def with_serve(node: Node, **settings: str) -> Node:
    """Return a node with other settings of [serve]."""
    changed = msgspec.structs.replace(node.settings.serve, **settings)
    return dataclasses.replace(node, settings=msgspec.structs.replace(node.settings, serve=changed))


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
