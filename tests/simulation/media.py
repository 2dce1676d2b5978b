"""Media under way between nodes: they arrive late, in any order, twice or never, and what is on them passes the judge."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cordiale.exchange import records
from cordiale.exchange.carriers import bundle, carry
from cordiale.exchange.carriers.arrival import Taken, take_in
from cordiale.exchange.message import Response
from cordiale.exchange.recall import demand
from cordiale.exchange.signing import peek_statement
from cordiale.exchange.stream.segment import read_header
from tests.simulation.judge import Judge, Violation, opened
from tests.simulation.world import Node, World, folder

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

LOST = 0.1
"""How likely a medium is lost on the way."""

COPIED = 0.15
"""How likely somebody puts a medium in once more."""

EXPECTED = frozenset(
    {
        "",
        "exchange.carry.again",
        "exchange.carry.sender",
        "exchange.recall.gap",
        "exchange.segment.gap",
    }
)
"""How taking a medium in may end where no node was put back: what is neither done nor one of these is a fault."""


@dataclass(frozen=True)
class Medium:
    """One bundle on its way, and how it is called on the trace."""

    sender: str
    receiver: str
    file: Path
    name: int


class Media:
    """Write bundles, and let them arrive."""

    def __init__(
        self, world: World, judge: Judge, coverage: Counter[str], trace: Callable[..., None], pid: int
    ) -> None:
        self.world, self.judge, self.coverage, self.trace = world, judge, coverage, trace
        self.place = Path(tempfile.mkdtemp(dir=folder(pid)))
        self.written = 0
        self.waiting: list[Medium] = []

    def close(self) -> None:
        """Throw away every medium."""
        shutil.rmtree(self.place, ignore_errors=True)

    def write(self, here: Node, there: str, *, since: int | None = None) -> list[Medium]:
        """Write what a partner has not acknowledged; everything on it is checked as if it had arrived."""
        partnership = here.joined(there)
        if partnership is None:
            return []
        self.written += 1
        place = self.place / str(self.written)
        place.mkdir()
        done = carry.out(here.store, here.home, partnership, place, since=since)
        made = [Medium(here.name, there, Path(one.file), self.written) for one in done]
        for one in made:
            for kind, data in _parts(one.file):
                path = f"/{kind}s" if kind == "segment" else f"medium: {kind}"
                self.judge.crossed(one.sender, there, path, Response(200, {}, data))
        self.coverage["medium written"] += len(made)
        self.trace("carry out", there, [(one.first, one.last, one.recalls, one.receipts) for one in done])
        return made

    def take(self, here: Node, *media: Medium) -> list[Taken]:
        """Put media in at a node; what of them it took in becomes known to the judge."""
        before = {one.sender: self._place(here, one.sender) for one in media}
        noted = [opened(data) for one in media for kind, data in _parts(one.file) if kind == "segment"]
        held = self.judge.held_by(here.name)
        self.judge.stale.add(here.name)
        try:
            taken = take_in(here.store, here.home, [one.file for one in media])
        finally:
            for resource in noted:
                header = read_header(resource.header)
                sender = header.pair.split(">")[0]
                now = self._place(here, sender)
                if before[sender] < (header.generation, header.last) <= now:
                    self.judge.reached(sender, here.name, resource, held)
            self.judge.stale.add(here.name)
        for one in taken:
            self.coverage["medium taken in" if not one.code else f"medium refused {one.code}"] += 1
            for name in ("recalls", "receipts", "repeated", "new"):
                self.coverage[f"medium {name}"] += getattr(one, name)
        said = [(one.partner, one.code, one.new, one.recalls, one.repeated, one.missing) for one in taken]
        self.trace("carry in", said)
        done = {one.file for one in taken if not one.code}
        self._carried_out(here, [one for one in media if str(one.file) in done])
        return taken

    def _carried_out(self, here: Node, media: list[Medium]) -> None:
        """Check that every recall on a medium that was taken in was carried out, whatever its number."""
        with here.store.read() as tx:
            for one in media:
                number = records.partner(tx, one.sender).number
                for kind, data in _parts(one.file):
                    if kind != "recall":
                        continue
                    said = msgspec.json.decode(peek_statement(data, demand.PURPOSE)[0], type=demand.Message)
                    held = records.recalled(tx, number, said.id)
                    self.coverage["medium recall beside the order"] += held is not None and held.number < 0
                    self.judge.done_after_all(said.id)
                    if held is None:
                        raise Violation(
                            "passed over", f"{here.name} took no recall {said.id} of {one.sender}"
                        )

    def expected(self, taken: list[Taken]) -> None:
        """Check that nothing was refused but for being early, late or repeated."""
        for one in taken:
            if one.code not in EXPECTED:
                raise Violation("state", f"a medium of {one.partner} is refused: {one.code} {one.params}")

    def _place(self, here: Node, sender: str) -> tuple[int, int]:
        with here.store.read() as tx:
            link = records.link(tx, records.partner(tx, sender).number)
        return link.generation, link.received


def _parts(file: Path) -> list[tuple[str, bytes]]:
    """Return kind and bytes of all that is in a bundle, its list first."""
    with file.open("rb") as opened_file:
        statement, _sender, _receiver = bundle.sender_named(opened_file, file.name)
        listing = msgspec.json.decode(msgspec.json.decode(statement)["body"], type=bundle.Listing)
        return [
            ("list", statement),
            *((part.kind, data) for part, data in bundle.read_parts(opened_file, listing, file.name)),
        ]
