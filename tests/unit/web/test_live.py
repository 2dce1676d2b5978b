"""What open pages are told: how it stands, then what changed for this reader, and no more."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import orjson

from cordiale.accounts import records
from cordiale.desk import verbs
from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.person.people import acting, person_add, person_lock
from cordiale.node import Node, init, open_node
from cordiale.release.recipient import Recipient
from cordiale.web.live import Watch, told
from tests.unit.web.conftest import indicator

PAUL = Actor("paul", frozenset({"analyst"}), Recipient(node="canada", nation="CAN", organisation="LCC", person="paul", tlp="green"))  # fmt: skip


def put(node: Node, number: int, marking: str) -> None:
    given = orjson.dumps([indicator(number)])
    verbs.import_(node.desk, house("marie"), [of_bytes("given", given)], marking=marking)


def test_a_reader_hears_of_what_they_see_and_not_of_what_is_hidden(tmp_path: Path) -> None:
    init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")

    async def listen(node: Node) -> list[dict[str, Any]]:
        watch = Watch(node.desk)
        heard = []
        events = told(watch, PAUL)
        heard.append(await anext(events))
        await asyncio.to_thread(put, node, 1, "tlp:red")
        waiting = asyncio.ensure_future(anext(events))
        before = watch.seen
        while watch.seen == before:  # the commit of what is hidden was noticed, and said to nobody
            await watch.changed(before, 5)
        await asyncio.to_thread(put, node, 2, "tlp:green")
        heard.append(await asyncio.wait_for(waiting, 20))
        assert watch.open == 1
        await events.aclose()
        assert watch.open == 0
        return [msgspec.json.decode(str(event.data)) for event in heard]

    with open_node(tmp_path / "node", environ={}) as node:
        first, second = asyncio.run(listen(node))
    assert first["badges"]["objects"] == 0
    assert second["badges"]["objects"] == 1
    assert first["mark"] != second["mark"]


def test_an_open_page_of_somebody_who_was_kept_out_is_told_nothing_more(tmp_path: Path) -> None:
    init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")

    async def listen(node: Node) -> list[dict[str, Any]]:
        person_add(node.desk, house("marie"), "anna", nationality="CAN", tlp="green", roles=("analyst",))
        with node.desk.store.read() as tx:
            anna = records.person_called(tx, "anna")
        assert anna is not None
        events = told(Watch(node.desk), acting(node.desk, anna))
        heard = [msgspec.json.decode(str((await anext(events)).data))]
        await asyncio.to_thread(person_lock, node.desk, house("marie"), "anna")
        await asyncio.to_thread(put, node, 1, "tlp:green")
        heard += [msgspec.json.decode(str(event.data)) async for event in events]
        return heard

    with open_node(tmp_path / "node", environ={}) as node:
        heard = asyncio.run(listen(node))
    assert [said["badges"]["objects"] for said in heard] == [0]
