"""The file of keys follows the store, and never gets ahead of or behind a change that is being made."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from cordiale.desk.actor import Actor
from cordiale.exchange.home import keys_now
from cordiale.node import rotation
from cordiale.node.initialise import init
from cordiale.node.keyring import Keyring, Public, read_public, stored_public, write_public
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.platform.errors import Unavailable
from cordiale.store.connection import Transaction, open_store
from tests import postgresql


@pytest.fixture(params=["sqlite", "postgresql"])
def node(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Node]:
    """A node on each of the two stores."""
    if request.param == "sqlite":
        init(tmp_path / "canada", name="canada", nation="CAN")
        with open_node(tmp_path / "canada", environ={}) as node:
            yield node
        return
    if postgresql.programs() is None:
        pytest.skip(postgresql.INSTALL)
    with postgresql.cluster() as socket:
        postgresql.make_schema(socket, "canada")
        store = postgresql.address(socket, "canada")
        init(tmp_path / "canada", name="canada", nation="CAN", store=store)
        with open_node(tmp_path / "canada", environ={}) as node:
            yield node


def test_a_process_that_opens_the_node_during_a_change_of_keys_does_not_undo_it(
    node: Node, marie: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks between the new file and the commit: what it writes by the old state would bring back a compromised key."""
    other = open_store(node.settings.store.url)
    looked, write, publish = threading.Event(), other.write, rotation._publish

    def waits() -> object:
        looked.set()
        return write()

    def opens() -> None:
        Keyring(node.path, node.settings).reconcile(other)
        looked.set()

    opening = threading.Thread(target=opens)

    def published(tx: Transaction, of: Node) -> Public:
        made = publish(tx, of)
        opening.start()
        assert looked.wait(60)
        return made

    monkeypatch.setattr(other, "write", waits)
    monkeypatch.setattr(rotation, "_publish", published)
    before = read_public(node.path).current
    try:
        made = rotation.rotate_signing(node, marie, lost=True)
        opening.join(60)
    finally:
        other.close()
    with node.store.read() as tx:
        assert read_public(node.path) == stored_public(tx, node.path)
    assert keys_now(node.desk.home).keys[0].hex() == made.key != before


def test_an_interruption_after_the_commit_brings_back_no_key_that_was_lost(
    node: Node, marie: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, write = read_public(node.path).current, node.store.write
    pressed = []

    @contextmanager
    def interrupted() -> Iterator[Transaction]:
        with write() as tx:
            yield tx
        if not pressed:
            pressed.append(True)
            raise KeyboardInterrupt

    monkeypatch.setattr(node.store, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        rotation.rotate_signing(node, marie, lost=True)
    with node.store.read() as tx:
        assert read_public(node.path) == stored_public(tx, node.path)
    assert node.desk.home.egress().public_key.hex() == read_public(node.path).current != before


def test_a_process_of_pages_leaves_the_file_of_keys_alone(tmp_path: Path) -> None:
    init(tmp_path / "canada", name="canada", nation="CAN")
    with open_node(tmp_path / "canada", environ={}) as node:
        other = msgspec.structs.replace(read_public(node.path), former=("00" * 32,))
        write_public(node.path, other)
        with open_node(node.path, settings=node.settings, wake=lambda: None):
            assert read_public(node.path) == other
        with open_node(node.path, environ={}):
            assert read_public(node.path).former == ()


def test_a_closed_node_starts_no_process_that_nobody_would_end(tmp_path: Path) -> None:
    """A link that waited for its partner's answer while the node was closed asks for a signature afterwards."""
    init(tmp_path / "canada", name="canada", nation="CAN")
    with open_node(tmp_path / "canada", environ={}) as node:
        home = node.desk.home
        home.egress()
    with pytest.raises(Unavailable) as told:
        home.egress()
    assert told.value.code == "node-closed"
