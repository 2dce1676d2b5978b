"""Two nodes that reach each other by media, and what is carried between them."""

from __future__ import annotations

from pathlib import Path

from cordiale.exchange import records
from cordiale.exchange.carriers import carry
from cordiale.exchange.carriers.arrival import Taken, take_in
from cordiale.exchange.records import carried
from tests.unit.exchange.reconcile.test_reconcile import SMALL
from tests.unit.exchange.restore.test_rejoin import number
from tests.unit.exchange.world import Node, connect, indicator, make

ITEMS = [indicator(f"i{n}") for n in range(10)]


def two(kind: str = "delayed") -> tuple[Node, Node]:
    can, fra = make("CAN", limits=SMALL), make("FRA", limits=SMALL)
    connect(can, fra)
    for here, there in ((can, fra), (fra, can)):
        with here.store.write() as tx:
            carried.save_kind(tx, number(here, there), kind)
    return can, fra


def put(here: Node, there: Node, *items: bytes) -> None:
    here.put(*items)
    here.cut(there.name)


def out(here: Node, there: Node, folder: Path, since: int | None = None) -> list[Path]:
    here.clock.now += 1_000_000
    partnership = here.partnership(there.name)
    assert partnership is not None
    folder.mkdir(parents=True, exist_ok=True)
    return [Path(one.file) for one in carry.out(here.store, here.home, partnership, folder, since=since)]


def take(here: Node, *files: Path) -> list[Taken]:
    return take_in(here.store, here.home, files)


def reasons(taken: list[Taken]) -> list[str]:
    return [one.code for one in taken]


def there_and_back(here: Node, there: Node, folder: Path) -> list[Taken]:
    """Carry once in each direction."""
    first = take(there, *out(here, there, folder / "there"))
    return first + take(here, *out(there, here, folder / "back"))


def sent(here: Node, there: Node) -> tuple[int, int]:
    """Return (entries sent, entries acknowledged)."""
    with here.store.read() as tx:
        pair = records.pair(tx, number(here, there))
    return pair.last, pair.acknowledged
