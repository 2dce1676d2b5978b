"""A plain client that pages by date misses nothing of a node that was put back, though that node's clock is behind."""

from __future__ import annotations

import orjson

from cordiale.exchange import records
from cordiale.exchange.message import Request
from cordiale.exchange.restore import dates, rejoin
from cordiale.exchange.taxii.pages import collection_id
from tests.unit.exchange.restore.test_rejoin import number, reopen, restore, three
from tests.unit.exchange.world import SECOND, Node, client, id_of, indicator, pull

A, B, C = (indicator(name) for name in "abc")
DAY = 86_400 * SECOND


def read(node: Node, after: str = "") -> tuple[set[str], str]:
    """Read what a plain client gets after a date: the ids, and the date of the last."""
    with node.store.read() as tx:
        collection = collection_id(node.home, records.partner(tx, "READER").number, "out")
    token = {"authorization": "Bearer token-READER", "accept": "application/taxii+json;version=2.1"}
    path = f"/taxii2/api/collections/{collection}/objects/"
    answer = node.answer(Request("GET", path, f"added_after={after}" if after else "", token))
    assert answer.status == 200
    found = {one["id"] for one in orjson.loads(answer.body).get("objects", [])}
    return found, answer.headers.get("x-taxii-date-added-last", after)


def reopen_client(node: Node) -> None:
    with node.store.write() as tx:
        rejoin.reopen(tx, node.home, records.partner(tx, "READER"), node.clock(), unvisited=True)


def test_what_goes_anew_is_dated_after_what_the_node_before_gave() -> None:
    can, fra, _gbr = three()
    client(can)
    can.put(A)
    can.cut("READER")
    copy = can.store.snapshot()
    can.clock.now += 10 * SECOND
    can.put(B)
    can.cut("READER")
    _read, last = read(can)
    with can.store.read() as tx:
        before = dates.given(tx)
    restore(can, copy)
    with can.store.write() as tx:
        dates.go_on_after(tx, before)
    can.clock.now -= DAY
    reopen(can, fra, unvisited=True)
    reopen_client(can)
    can.put(C)
    can.cut("READER")
    again, later = read(can, last)
    assert again == {id_of(A), id_of(C)}
    assert later > last


def test_what_a_partner_proves_of_its_own_stream_dates_that_of_a_client_too() -> None:
    can, fra, gbr = three()
    client(can)
    copy = can.store.snapshot()
    can.put(A)
    can.cut("READER")
    _read, last = read(can)
    can.clock.now += SECOND
    can.put(B)
    can.cut("FRA")
    assert pull(fra, can).link.state == "up"
    restore(can, copy)  # nothing of the node before can be read
    can.clock.now -= DAY
    pull(can, fra)
    pull(can, gbr)
    reopen_client(can)
    can.put(A)
    can.cut("READER")
    assert read(can, last)[0] == {id_of(A)}
    with can.store.read() as tx:
        assert records.pair(tx, number(can, fra)).last_added > 0


def test_what_was_stored_before_a_roll_back_was_noticed_dates_what_goes_anew() -> None:
    """The client read on until then, and the clock was set back between: what the node stored is all that it knows of the time."""
    can, fra, _gbr = three()
    client(can)
    copy = can.store.snapshot()
    can.put(A)
    can.cut("FRA")
    assert pull(fra, can).link.state == "up"
    can.clock.now += SECOND
    can.put(B)
    can.cut("READER")
    _read, last = read(can)
    can.store.load(copy)
    can.clock.now += SECOND
    can.put(C)
    can.clock.now -= DAY
    pull(can, fra)
    reopen(can, fra, unvisited=True)
    reopen_client(can)
    can.put(B)
    can.cut("READER")
    assert read(can, last)[0] == {id_of(B), id_of(C)}
