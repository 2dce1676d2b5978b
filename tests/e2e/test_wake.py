"""News between real processes: the stream over TLS stays open, and tells of what another process of the node committed."""

from __future__ import annotations

from cordiale.desk.partner.sync import sync
from cordiale.exchange import records
from cordiale.exchange.visit.listening import Ear
from cordiale.node.node import Node
from tests.e2e.test_tls import MARIE, two
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import send

__all__ = ["two"]


def test_news_come_on_a_stream_to_the_pinned_key(two: tuple[Node, Node]) -> None:
    canada, france = two
    with france.store.read() as tx:
        partner = records.partner(tx, "canada")
    ear = Ear(france.store, france.desk.home, partner, france.desk.carrier(partner))
    ear.wait(0)
    for number in (1, 2):
        assert ear.way == "events"
        send(canada, MARIE, indicator(number))  # this process commits; the served one cuts and tells
        ear.wait(30)
        assert sync(france.desk, MARIE)[0].new == 1
    ear.close()
