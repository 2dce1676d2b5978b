"""TLS between nodes, with real servers: the pinned key and nobody else, and a proxy in between that can only delay."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from cordiale.demo.process import Server, free_ports, serving, start
from cordiale.desk.actor import house
from cordiale.desk.partner.partners import (
    own_words,
    partner_add,
    partner_confirm,
    partner_invite,
    partner_list,
)
from cordiale.desk.partner.sync import cut_all, sync
from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.exchange.link.http import http_transport
from cordiale.exchange.message import Request
from cordiale.exchange.partners import tls
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.platform.errors import IntegrityError, Unavailable
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import RULES, send

MARIE = house("marie")
ROOT = Path(__file__).parents[2]


def configure(folder: Path, **values: str) -> None:
    """Set settings of [serve] in a node's file."""
    file = folder / "cordiale.toml"
    text = file.read_text()
    for name, value in values.items():
        default = {"tls": '"auto"', "partners_only": "false"}.get(name, '""')
        assert f"# {name} = {default}" in text
        text = text.replace(f"# {name} = {default}", f"{name} = {value}")
    file.write_text(text)


@contextmanager
def served(folder: Path, port: int) -> Iterator[Server]:
    """Run `cordiale serve` on a folder until the block is left."""
    with serving([start(folder.name, folder, f"https://127.0.0.1:{port}/")]) as servers:
        wait_for(port)
        yield servers[0]
    assert servers[0].process.stdin is not None
    servers[0].process.stdin.close()


def wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing answers on port {port}")


def introduce(here: Node, there: Node) -> None:
    partner_add(here.desk, MARIE, partner_invite(there.desk, MARIE))
    partner_confirm(here.desk, MARIE, there.desk.node, own_words(there.desk, "en"))


def agree(*nodes: Node) -> None:
    for node in nodes:
        rules_apply(node.desk, MARIE, RULES, "rules.toml", rules_diff(node.desk, MARIE, RULES).token)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    """Canada answers by TLS in a process of its own; France is here and visits it."""
    (port,) = free_ports(1)
    init(tmp_path / "canada", name="canada", nation="CAN", listen=f"127.0.0.1:{port}")
    init(tmp_path / "france", name="france", nation="FRA")
    configure(tmp_path / "canada", tls='"always"')
    with (
        open_node(tmp_path / "canada", environ={}) as canada,
        open_node(tmp_path / "france", environ={}) as france,
    ):
        assert canada.desk.home.url == f"https://127.0.0.1:{port}"
        introduce(canada, france)
        introduce(france, canada)
        agree(canada, france)
        with served(tmp_path / "canada", port):
            yield canada, france


def test_the_pinned_key_is_met_by_tls_1_3_and_another_key_is_sent_nothing(two: tuple[Node, Node]) -> None:
    canada, france = two
    send(canada, MARIE, indicator(1))
    cut_all(canada.desk)
    assert sync(france.desk, MARIE)[0].new == 1

    url = canada.desk.home.url
    pin = tls.pin_of(tls.read_certificate((canada.path / "keys" / "tls.crt").read_bytes(), "tls.crt"))
    port = int(url.rpartition(":")[2])
    context = tls.client_context("canada", [pin])
    with socket.create_connection(("127.0.0.1", port)) as plain, context.wrap_socket(plain) as safe:
        assert safe.version() == "TLSv1.3"
    older = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    older.check_hostname, older.verify_mode = False, ssl.CERT_NONE
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    with socket.create_connection(("127.0.0.1", port)) as plain, pytest.raises(ssl.SSLError):
        older.wrap_socket(plain)

    # a certificate of the same name, signed by itself, is another key and nothing else matters
    swapped = http_transport(url, verify=tls.client_context("canada", [bytes(32)]))
    with pytest.raises(IntegrityError) as refused:
        swapped(Request("GET", "/taxii2/"))
    assert refused.value.code == tls.PIN_REFUSED
    # and who does not pin believes authorities, of which none has vouched for it
    with pytest.raises(Unavailable):
        http_transport(url)(Request("GET", "/taxii2/"))


def test_only_partners_are_let_in_where_the_node_says_so(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    init(tmp_path / "canada", name="canada", nation="CAN", listen=f"127.0.0.1:{port}")
    configure(tmp_path / "canada", tls='"always"', partners_only="true")
    init(tmp_path / "france", name="france", nation="FRA")
    with (
        open_node(tmp_path / "canada", environ={}) as canada,
        open_node(tmp_path / "france", environ={}) as france,
        served(tmp_path / "canada", port),
    ):
        introduce(france, canada)
        agree(canada, france)
        assert sync(france.desk, MARIE)[0].link == "down"
        introduce(canada, france)  # while it serves: the next connection is judged anew
        sync(france.desk, MARIE)
        assert sync(france.desk, MARIE)[0].link == "up"
        with pytest.raises(httpx.HTTPError):
            httpx.get(canada.desk.home.url, verify=False, trust_env=False)


@pytest.fixture
def meddled(tmp_path: Path) -> Iterator[tuple[Node, Node, Path]]:
    """A proxy with a key of its own ends TLS before Canada, and says so in Canada's invitation."""
    (port,) = free_ports(1)
    key, certificate = tls.make_certificate("proxy")
    (tmp_path / "proxy.key").write_bytes(key)
    (tmp_path / "proxy.crt").write_bytes(certificate)
    mode = tmp_path / "mode"
    mode.write_text("relay")
    proxy = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.meddler", str(tmp_path), f"127.0.0.1:{port}"],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        assert proxy.stdout is not None
        outside = int(proxy.stdout.readline())
        init(
            tmp_path / "canada",
            name="canada",
            nation="CAN",
            listen=f"127.0.0.1:{port}",
            url=f"https://127.0.0.1:{outside}",
        )
        configure(tmp_path / "canada", certificate=f'"{tmp_path}/proxy.crt"')
        init(tmp_path / "france", name="france", nation="FRA")
        with (
            open_node(tmp_path / "canada", environ={}) as canada,
            open_node(tmp_path / "france", environ={}) as france,
        ):
            introduce(canada, france)
            introduce(france, canada)
            agree(canada, france)
            with served(tmp_path / "canada", port):
                yield canada, france, mode
    finally:
        proxy.terminate()
        proxy.communicate()


def test_a_proxy_that_ends_tls_can_delay_and_not_alter_drop_repeat_or_downgrade(
    meddled: tuple[Node, Node, Path],
) -> None:
    canada, france, mode = meddled
    send(canada, MARIE, indicator(1))
    cut_all(canada.desk)

    def visit(how: str) -> tuple[str, int, str]:
        mode.write_text(how)
        sync(france.desk, MARIE)
        (known,) = partner_list(france.desk, MARIE)
        return known.link, known.received, str(known.last_error or "")

    assert visit("alter")[:2] == ("garbage", 0)
    assert visit("drop")[:2] == ("garbage", 0)
    link, received, why = visit("downgrade")
    assert (link, received) == ("garbage", 0)
    assert "somebody may be in between" in why
    assert visit("replay-request")[:2] == ("refused", 0)
    assert visit("relay")[:2] == ("up", 1)
    send(canada, MARIE, indicator(2))
    cut_all(canada.desk)
    link, received, why = visit("replay-answer")
    assert (link, received) == ("garbage", 1)
    assert visit("relay")[:2] == ("up", 2)
