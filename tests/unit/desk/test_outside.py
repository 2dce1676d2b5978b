"""A server outside every partnership that never ends, or leads round, fills no disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import orjson
import pytest

from cordiale.desk import records
from cordiale.desk.actor import house
from cordiale.desk.incoming import fetching, outside_taxii
from cordiale.desk.incoming.fetching import Place
from cordiale.desk.incoming.outside import Server
from cordiale.exchange.message import Request, Response
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.platform.errors import ProtocolError
from cordiale.platform.settings import OutsideSection

MARIE = house("marie")


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    with (path / "cordiale.toml").open("a") as file:
        file.write('\n[taxii.feed]\nurl = "http://127.0.0.1:9/"\n')
    with open_node(path, environ={}) as found:
        yield found


def leading(*cursors: str, size: int = 10) -> fetching.Page:
    """Return what fetches pages from a server that leads to these places in turn, for ever."""
    asked = [0]

    def page(reached: Server, place: Place, since: str, file: Path) -> Place:
        asked[0] += 1
        file.write_bytes(b" " * size)
        cursor = cursors[asked[0] % len(cursors)] if cursors else str(asked[0])
        return Place(pages=place.pages + 1, next=cursor)

    return page


@pytest.mark.parametrize("cursors", [("same",), ("a", "b", "c")])
def test_a_server_that_leads_round_is_left(node: Node, cursors: tuple[str, ...]) -> None:
    with pytest.raises(ProtocolError, match="feed leads back"):
        fetching.pull(node.desk, MARIE, "taxii", "feed", leading(*cursors))
    assert len(list((node.desk.folder / "runs").glob("*/0*.json"))) <= len(cursors) + 1


def test_a_fetch_that_goes_on_is_not_led_round_once_more(node: Node) -> None:
    begun: list[str] = []
    with pytest.raises(ProtocolError):
        fetching.pull(node.desk, MARIE, "taxii", "feed", leading("same"), began=begun.append)
    with node.desk.store.read() as tx:
        job = next(one for one in records.all_jobs(tx) if one.id == begun[0])
    for _again in range(3):
        with pytest.raises(ProtocolError, match="leads back"):
            fetching.pull_on(node.desk, MARIE, job, "taxii", leading("same"))
    assert len(list((node.desk.folder / "runs").glob("*/0*.json"))) <= 2


def test_a_server_that_never_ends_is_left_after_so_many_answers(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "PAGES", 7)
    with pytest.raises(ProtocolError, match="still more after 7 pages"):
        fetching.pull(node.desk, MARIE, "taxii", "feed", leading())
    assert len(list((node.desk.folder / "runs").glob("*/0*.json"))) == 7


def test_a_server_that_never_ends_is_left_after_so_many_bytes(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "BYTES", 1000)
    with pytest.raises(ProtocolError, match="still more"):
        fetching.pull(node.desk, MARIE, "taxii", "feed", leading(size=300))
    assert len(list((node.desk.folder / "runs").glob("*/0*.json"))) == 4


def test_answers_without_anything_in_them_count_too(
    node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "PAGES", 5)
    asked: list[str] = []

    def transport(request: Request) -> Response:
        kind = {"content-type": "application/taxii+json;version=2.1"}
        if request.path.endswith("/collections/"):
            return Response(
                200, kind, orjson.dumps({"collections": [{"id": "c", "title": "", "can_read": True}]})
            )
        asked.append(request.query)
        return Response(200, kind, orjson.dumps({"more": True, "next": str(len(asked)), "objects": []}))

    def page(reached: Server, place: Place, since: str, file: Path) -> Place:
        hostile = msgspec.structs.replace(
            reached, transport=transport, section=OutsideSection(url="https://x.example/")
        )
        return outside_taxii.page(hostile, place, since, file)

    with pytest.raises(ProtocolError, match="still more"):
        fetching.pull(node.desk, MARIE, "taxii", "feed", page)
    assert len(asked) == 5
