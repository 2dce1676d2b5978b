"""When a node answers by TLS, and what it refuses to send in the clear."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cordiale.desk.actor import Actor
from cordiale.desk.partner.partners import partner_list
from cordiale.desk.partner.sync import sync
from cordiale.exchange import records
from cordiale.exchange.home import Partner
from cordiale.exchange.partners.pairing import partner
from cordiale.exchange.partners.tls import read_certificate
from cordiale.node.initialise import init
from cordiale.node.opening import open_node
from cordiale.node.tls import by_tls, carrier
from cordiale.platform import configuration
from cordiale.platform.errors import ConfigurationError, InputError
from tests.unit.node.conftest import Pair


def settings(**flags: object) -> configuration.Settings:
    return configuration.load(None, {}, {name.replace("__", "."): value for name, value in flags.items()})


@pytest.mark.parametrize(
    ("host", "tls", "answers"),
    [
        ("127.0.0.1", "auto", False),
        ("::1", "auto", False),
        ("localhost", "auto", False),
        ("0.0.0.0", "auto", True),
        ("192.0.2.7", "auto", True),
        ("node.example", "auto", True),
        ("127.0.0.1", "always", True),
        ("0.0.0.0", "never", False),
    ],
)
def test_a_node_that_others_can_reach_answers_by_tls_without_being_told(
    host: str, tls: str, answers: bool
) -> None:
    assert by_tls(settings(serve__tls=tls), host) is answers


def test_nothing_is_sent_in_the_clear_beyond_this_machine(pair: Pair, marie: Actor, tmp_path: Path) -> None:
    known = Partner("canada", "", "CAN", "", "http://192.0.2.7:8470", (bytes(32),))
    with pair.france.store.write() as tx:
        here = partner(tx, "canada")
        from msgspec import structs

        records.save_partner(tx, structs.replace(here, url=known.url), 0)
    pair.broken = carrier(tmp_path, pair.france.settings, known)
    assert sync(pair.france.desk, marie)[0].link == "plain"
    (shown,) = partner_list(pair.france.desk, marie)
    assert "everybody on the way could read" in str(shown.last_error)


def test_the_address_of_an_invitation_says_how_the_node_answers(tmp_path: Path) -> None:
    init(tmp_path / "one", name="one", nation="CAN", listen="192.0.2.7:8470")
    init(tmp_path / "two", name="two", nation="CAN", listen="127.0.0.1:8470")
    for name, url in (("one", "https://192.0.2.7:8470"), ("two", "http://127.0.0.1:8470")):
        with open_node(tmp_path / name, environ={}) as node:
            assert node.desk.home.url == url


def test_the_tls_key_is_for_its_owner_alone_and_each_node_has_its_own(tmp_path: Path) -> None:
    for name in ("one", "two"):
        init(tmp_path / name, name=name, nation="CAN")
    keys = [tmp_path / name / "keys" / "tls.key" for name in ("one", "two")]
    assert all(stat.S_IMODE(key.stat().st_mode) == 0o600 for key in keys)
    assert keys[0].read_bytes() != keys[1].read_bytes()


def test_a_proxys_certificate_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    init(tmp_path / "one", name="one", nation="CAN")
    with pytest.raises(ConfigurationError, match=r"nowhere\.pem.*serve\.certificate"):
        open_node(tmp_path / "one", environ={}, flags={"serve.certificate": "/nowhere.pem"})


def test_opening_a_node_loads_nothing_that_only_certificates_need(tmp_path: Path) -> None:
    init(tmp_path / "one", name="one", nation="CAN")
    script = "import sys; from pathlib import Path; from cordiale.node.opening import open_node\n"
    script += f"open_node(Path({str(tmp_path / 'one')!r}), environ={{}}).close()\n"
    script += "assert 'cryptography.x509' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("damaged", [b"", b"-----BEGIN CERTIFICATE-----\n\xff", b"nothing"])
def test_what_holds_no_certificate_is_named(damaged: bytes) -> None:
    with pytest.raises(InputError, match="proxy.pem"):
        read_certificate(damaged, "proxy.pem")
