"""Open a node from its folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cordiale.desk.desk import Desk
from cordiale.exchange.home import Home, Limits
from cordiale.exchange.records import asked_back, stopped
from cordiale.node import layout
from cordiale.node.holding import hold
from cordiale.node.keyring import Keyring
from cordiale.node.node import Node
from cordiale.node.service import service
from cordiale.node.ticks import Ticks
from cordiale.node.tls import by_tls
from cordiale.node.tls import carrier as carry
from cordiale.platform import configuration
from cordiale.platform.clock import SECOND, system_clock
from cordiale.platform.ids import system_randomness, uuid5
from cordiale.release.records import rules
from cordiale.store import changes, counting, markings
from cordiale.store.connection import open_store
from cordiale.store.migrations import migrate

if TYPE_CHECKING:
    from cordiale.exchange.home import Partner
    from cordiale.exchange.message import Transport
    from cordiale.platform.clock import Clock
    from cordiale.platform.configuration import Settings
    from cordiale.platform.ids import Randomness

FIRST = (rules.LAST, markings.LAST, counting.LAST, changes.LAST, asked_back.SOME, stopped.ANY)
"""What nearly every page asks of small tables, asked together."""

IDENTITIES = "5e0b5a2c-2b7e-5d0e-9f0c-6a9a4e2f7c11"
"""Namespace of the identity each node speaks as: uuid5 of its name."""


def open_node(
    path: Path,
    *,
    environ: Mapping[str, str] = os.environ,
    flags: Mapping[str, object] | None = None,
    clock: Clock | None = None,
    random: Randomness | None = None,
    carrier: Callable[[Partner], Transport] | None = None,
    settings: Settings | None = None,
    wake: Callable[[], None] | None = None,
) -> Node:
    """Open the node at `path`: settings, store at its newest schema, egress on first use.

    `carrier` opens the way to a partner (TLS to its pinned key by default). A process beside the one that serves the node is
    given that one's `settings`, and its way to `wake` it; the file of keys is that one's to mend. Nothing runs until `Node.start`.
    Raises ConfigurationError when the folder holds no node or its configuration is wrong.
    """
    path = Path(path).resolve()
    settings = settings or configuration.load(path, environ, flags)
    clock, random = clock or system_clock, random or system_randomness
    let_go = hold(path)
    try:
        store = open_store(settings.store.url)
    except BaseException:
        let_go()
        raise
    try:
        migrate(store, layout.ROOMS)
        store.first = FIRST
        keyring = Keyring(path, settings)
        if wake is None:
            keyring.reconcile(store)
        home = _home(path, settings, keyring, clock, random)
        ticks = Ticks()
        desk = Desk(
            folder=path,
            store=store,
            settings=settings,
            home=home,
            carrier=carrier or (lambda partner: carry(path, settings, partner)),
            clock=clock,
            random=random,
            wake=wake or ticks.wake,
        )
    except BaseException:
        store.close()
        let_go()
        raise
    return Node(
        path=path,
        settings=settings,
        store=store,
        desk=desk,
        service=service(desk, ticks.bell),
        ticks=ticks,
        end_egress=keyring.close,
        let_go=let_go,
    )


def _home(path: Path, settings: Settings, keyring: Keyring, clock: Clock, random: Randomness) -> Home:
    serve = settings.serve
    host = f"[{serve.host}]" if ":" in serve.host else serve.host
    node = settings.node
    exchange = settings.exchange
    return Home(
        node=node.name,
        title=node.title or node.organisation or node.name,
        nation=node.nation,
        organisation=node.organisation,
        url=serve.public_url
        or f"{'https' if by_tls(settings, serve.host) else 'http'}://{host}:{serve.port}",
        secret=layout.read_key(layout.node_secret(path)),
        keys=keyring.own().keys,
        own=keyring.own,
        egress=keyring.egress,
        clock=clock,
        random=random,
        identities=frozenset({identity_of(node.name)}),
        limits=Limits(
            page_objects=settings.limits.page_objects,
            request_bytes=settings.limits.request_bytes,
            clock_window=exchange.clock_skew_s * SECOND,
        ),
    )


def identity_of(name: str) -> str:
    """Return the STIX identity a node speaks as."""
    return f"identity--{uuid5(IDENTITIES, name)}"
