"""Supervisors are told whether the node lives and is ready, monitors the numbers of its links, and nobody more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families

from cordiale.desk.actor import Actor, house
from cordiale.desk.partner.partners import partner_add_client
from cordiale.exchange import records
from cordiale.exchange.message import Request
from cordiale.exchange.records import carried
from cordiale.exchange.restore import rejoin
from cordiale.node.heartbeat import Heartbeat
from cordiale.node.links import examined
from cordiale.node.node import Node
from cordiale.node.ticks import turn
from cordiale.node.work import Work
from cordiale.platform import tracing
from cordiale.platform.clock import SECOND, system_clock
from cordiale.platform.errors import Unavailable
from cordiale.web.app import app
from cordiale.web.monitor import reads
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import Pair
from tests.unit.web.asgi import ask

WORDS = (b"lantern", b"indicator--", b"harbour")


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(tmp_path)
    yield pair
    pair.canada.close()
    pair.france.close()


@pytest.fixture
def marie() -> Actor:
    return house("marie")


def scraped(node: Node) -> dict[tuple[str, ...], float]:
    """Return a scrape's samples by name and its labels in order."""
    answer = ask(app(node, pages=False), "/metrics")
    assert answer.status == 200
    families = text_string_to_metric_families(answer.text)
    return {(s.name, *sorted(s.labels.values())): s.value for family in families for s in family.samples}


def monitored(node: Node, **values: str) -> Any:
    """Return a node with settings of [monitor] and [serve] as these."""
    serve = {k: v for k, v in values.items() if k in ("public_url", "certificate")}
    settings = msgspec.structs.replace(
        node.settings,
        monitor=msgspec.structs.replace(node.settings.monitor, token=values.get("token", "")),
        serve=msgspec.structs.replace(node.settings.serve, **serve),
    )

    class Set:
        desk, store, ticks = node.desk, node.store, node.ticks

    Set.settings = settings  # type: ignore[attr-defined]
    return Set


def test_metrics_hold_the_numbers_of_each_link_and_the_delays(pair: Pair) -> None:
    here, there = Work(pair.canada.desk), Work(pair.france.desk)
    here.step(True)
    there.step(True)
    pair.take(indicator(1, name="lantern"), indicator(2))
    pair.exchange()
    for work in (here, there):
        work.step(True)
        work.write_measured()
    sent, came = scraped(pair.canada), scraped(pair.france)
    assert sent["cordiale_link_sent_entries", "france"] == 2
    assert sent["cordiale_link_queue_entries", "france"] == 0
    assert came["cordiale_link_up", "canada"] == 1
    assert came["cordiale_link_received_entries", "canada"] == 2
    assert sent["cordiale_release_latency_seconds_count", "acknowledged", "france"] == 2
    assert came["cordiale_release_latency_seconds_bucket", "+Inf", "canada", "visible"] == 2
    body = ask(app(pair.canada, pages=False), "/metrics").body
    assert not [word for word in WORDS if word in body]


def test_only_partners_that_are_visited_are_up_or_down(pair: Pair, marie: Actor) -> None:
    partner_add_client(pair.canada.desk, marie, "reader", nation="FRA", organisation="Reader")

    def told() -> set[str]:
        return {label[0] for name, *label in scraped(pair.canada) if name == "cordiale_link_up"}

    assert told() == {"france"}
    with pair.canada.store.write() as tx:
        number = records.partner(tx, "france").number
        carried.save_kind(tx, number, "delayed")
    assert told() == set()
    with pair.canada.store.write() as tx:
        carried.save_kind(tx, number, "two-way")
        tx.run("UPDATE exchange_partner SET state = 'left' WHERE number = ?", number)
    assert told() == set()


def test_metrics_are_the_same_whatever_is_hidden(pair: Pair) -> None:
    work = Work(pair.canada.desk)
    work.step(True)
    before = ask(app(pair.canada, pages=False), "/metrics").body
    pair.take(indicator(1), indicator(2), marking="tlp:red")
    work.step(True)
    work.write_measured()
    assert ask(app(pair.canada, pages=False), "/metrics").body == before


def test_metrics_are_for_this_machine_or_for_who_has_the_token(pair: Pair) -> None:
    here = {"client": ("127.0.0.1", 1), "headers": []}
    elsewhere = {"client": ("192.0.2.7", 1), "headers": []}
    assert reads(monitored(pair.canada), here)
    assert not reads(monitored(pair.canada), elsewhere)
    proxied = monitored(pair.canada, public_url="https://node.example.org")
    assert not reads(proxied, here)
    guarded = monitored(pair.canada, token="swordfish", public_url="https://node.example.org")
    assert not reads(guarded, here)
    assert reads(guarded, elsewhere | {"headers": [(b"authorization", b"Bearer swordfish")]})
    assert not reads(guarded, elsewhere | {"headers": [(b"authorization", b"Bearer guess")]})
    assert ask(app(guarded, pages=False), "/metrics").status == 404


def test_without_the_extra_the_answer_names_it(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "prometheus_client", None)
    answer = ask(app(pair.canada, pages=False), "/metrics")
    assert (answer.status, "cordiale[metrics]" in answer.text) == (501, True)


def test_a_node_is_ready_when_it_can_do_its_work(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    served = app(pair.canada, pages=False)
    assert ask(served, "/healthz").text == "ok\n"
    assert (ask(served, "/readyz").status, ask(served, "/readyz").text) == (200, "ready\n")
    with pair.canada.store.write() as tx:
        rejoin.close_all(tx, system_clock())
    answer = ask(served, "/readyz")
    assert (answer.status, answer.text) == (503, "not ready: links\n")
    proxied = app(monitored(pair.canada, public_url="https://node.example.org"), pages=False)
    assert ask(proxied, "/readyz").text == "not ready\n"


def test_a_node_whose_egress_is_gone_is_not_ready(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(self: object, purpose: str, payload: bytes) -> bytes:
        raise Unavailable("egress-down", "gone")

    monkeypatch.setattr(type(pair.canada.desk.egress()), "sign", gone)
    assert ask(app(pair.canada, pages=False), "/readyz").text == "not ready: egress\n"


def test_a_node_whose_work_is_stuck_is_not_ready_and_the_answer_says_since_when(pair: Pair) -> None:
    now, ticks, said = [1000.0], pair.canada.ticks, []
    ticks.heartbeat = Heartbeat(lambda: now[0])
    served = app(pair.canada, pages=False)

    def hangs() -> None:
        now[0] += 75
        said.append(ask(served, "/readyz").text)

    ticks.heartbeat.beat()
    pair.take(indicator(1))
    assert turn(Work(pair.canada.desk, cut=hangs), ticks, True, 0.02) is not None
    assert said == ["not ready: work\nlast step of work: 75.0 s ago\n"]
    assert ask(served, "/readyz").text == "ready\nlast step of work: 0.0 s ago\n"


def test_work_that_fails_again_and_again_is_stuck_and_work_that_rests_is_not(pair: Pair) -> None:
    now, ticks = [1000.0], pair.canada.ticks
    ticks.heartbeat = Heartbeat(lambda: now[0])
    served = app(pair.canada, pages=False)

    def fails() -> None:
        raise Unavailable("egress-down", "gone")

    work = Work(pair.canada.desk, lambda: now[0])
    for woken in (True, False):  # what is new is looked after at once, and what that changed soon afterwards
        assert turn(work, ticks, woken, 3600.0) != 3600.0
        now[0] += 60
    assert turn(work, ticks, False, 3600.0) == 3600.0
    now[0] += 3000
    assert ask(served, "/readyz").status == 200
    for n in range(2):
        pair.take(indicator(n))
        assert turn(Work(pair.canada.desk, cut=fails), ticks, True, 0.02) is None
        now[0] += 40
    answer = ask(served, "/readyz")
    assert (answer.status, answer.text.splitlines()[0]) == (503, "not ready: work")
    ticks.stop()
    assert ask(served, "/readyz").text == "ready\n"


def test_spans_say_what_was_done_and_nothing_of_what_with(pair: Pair) -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracing.install(provider.get_tracer("test"))
    try:
        work = Work(pair.canada.desk)
        pair.take(indicator(1, name="lantern in the harbour"))
        work.step(True)
        pair.canada.respond(Request("GET", f"/taxii2/{indicator(1)['id']}/"))
        with pytest.raises(Unavailable), tracing.span("visit", partner="france", secret="lantern"):
            raise Unavailable("exchange.unreachable", "the harbour cannot be reached")
    finally:
        tracing.install(None)
    done = {one.name: dict(one.attributes or {}) for one in kept.get_finished_spans()}
    assert done["cut"] == {"cordiale.n": 1}
    assert done["answer"] == {"cordiale.way": "taxii", "cordiale.status": 401}
    assert done["visit"] == {"cordiale.partner": "france", "error.type": "exchange.unreachable"}
    written = b"".join(one.to_json().encode() for one in kept.get_finished_spans())
    assert not [word for word in WORDS if word in written]


def test_the_doctor_says_what_waits_for_a_partner_and_why_a_link_is_closed(pair: Pair) -> None:
    pair.take(indicator(1))
    pair.exchange()
    pair.take(indicator(2))
    Work(pair.canada.desk).step(True)
    now = system_clock()
    with pair.canada.store.read() as tx:
        said = [one for one in examined(tx, now) if "n" in one.params]
        later = [one for one in examined(tx, now + 3600 * SECOND) if "n" in one.params]
    assert [(one.grade, one.params["n"]) for one in said] == [("well", 1)]
    assert [one.grade for one in later] == ["look"]
    with pair.canada.store.write() as tx:
        records.save_link(
            tx,
            records.partner(tx, "france").number,
            {"state": "down", "code": "exchange.unreachable", "message_id": "{url} cannot be reached: {problem}.", "params": '{"url":"https://france.example","problem":"ConnectError"}', "failures": 3},
        )  # fmt: skip
    with pair.canada.store.read() as tx:
        down = [one for one in examined(tx, now) if one.grade == "look"]
    assert [one.params.get("failures", one.params.get("problem")) for one in down] == [3, "ConnectError"]
    with pair.canada.store.write() as tx:
        rejoin.close_all(tx, system_clock())
    with pair.canada.store.read() as tx:
        closed = [one for one in examined(tx, now) if one.grade == "wrong"]
    assert "restored" in closed[0].message_id
