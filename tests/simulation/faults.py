"""Planted faults: real functions made wrong for a while, to see that the simulator finds what it is there for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any
from unittest.mock import patch

from cordiale.desk import partnerships
from cordiale.exchange import records
from cordiale.exchange.carriers import arrival
from cordiale.exchange.cut import owed, planning, verdicts
from cordiale.exchange.recall import narrowing
from cordiale.exchange.receive import apply as applying
from cordiale.exchange.receive import verifying
from cordiale.exchange.restore import position, rejoin
from cordiale.exchange.stream import gate, mandates
from cordiale.release import decide
from cordiale.release.marking import Marking
from cordiale.release.segment import header_hash
from cordiale.store import backup, versions
from tests.simulation.world import DAY, Node

Plant = Callable[[], Any]


@contextmanager
def date_only_cursor() -> Iterator[None]:
    """`added_after` knows days only, as a reference server does."""
    real = records.added_until

    def wrong(tx: Any, number: int, generation: int, instant: int) -> int:
        return real(tx, number, generation, instant // DAY * DAY + DAY - 1)

    with patch.object(records, "added_until", wrong):
        yield


@contextmanager
def cursor_before_apply() -> Iterator[None]:
    """The place in the stream is committed first, the objects afterwards."""

    def wrong(store: Any, home: Any, partner: Any, data: bytes, now: int) -> Any:
        checked = verifying.check(store, home, partner, data)
        header = checked.header
        with store.read() as tx:
            if verifying.place_in_chain(tx, partner, header):
                return applying.Applied(partner.node, header.first, header.last, already=True)
        with store.write() as tx:
            place = {"received": header.last, "head": header_hash(header)}
            records.save_link(tx, partner.number, place)
        with store.write() as tx:
            return applying._write(tx, home, partner, checked, now)

    with patch.object(applying, "apply", wrong):
        yield


@contextmanager
def out_of_order() -> Iterator[None]:
    """A segment becomes visible after the one that follows it, as with a late commit."""
    real = records.page

    def wrong(tx: Any, number: int, generation: int, after: int, count: int, mask: int | None = None) -> Any:
        found = real(tx, number, generation, after, count + 1, mask)
        return [found[0], *found[2:]] if len(found) > 2 else found[:count]

    with patch.object(records, "page", wrong):
        yield


@contextmanager
def rare_leak() -> Iterator[None]:
    """One decision in five hundred is wrong."""
    real = decide.Compiled.decide

    def wrong(self: Any, marking: Marking, now: int, consents: Any = frozenset()) -> Any:
        text = f"{sorted(marking)} {self.recipient.node} {now}"
        if int.from_bytes(sha256(text.encode()).digest()[:4], "big") % 500 == 0:
            return decide.PASSES
        return real(self, marking, now, consents)

    with patch.object(decide.Compiled, "decide", wrong):
        yield


@contextmanager
def tombstone_lost() -> Iterator[None]:
    """A restart forgets what was taken back."""
    real = Node.restart

    def wrong(self: Node) -> None:
        real(self)
        with self.store.write() as tx:
            tx.run("DELETE FROM tombstones")

    with patch.object(Node, "restart", wrong):
        yield


@contextmanager
def stale_rules() -> Iterator[None]:
    """The rules in force are looked up only now and then."""
    real = partnerships.applied
    kept: dict[int, tuple[int, Any]] = {}

    def wrong(tx: Any) -> Any:
        uses, found = kept.get(id(tx.driver), (0, None))
        if uses % 30 == 0:
            found = real(tx)
        kept[id(tx.driver)] = uses + 1, found
        return found

    with patch.object(partnerships, "applied", wrong):
        yield


@contextmanager
def narrowing_sends_on() -> Iterator[None]:
    """What was numbered is served, whatever became of its marking."""

    def wrong(self: Any, vids: Any, tear_lines: Any = ()) -> dict[int, bytes]:
        return {row[0]: row[4] for row in records.served(self._tx, vids)}

    with patch.object(gate.Gate, "open", wrong):
        yield


@contextmanager
def hold_forgotten() -> Iterator[None]:
    """A hold stops what is decided later, and not what is under way."""
    with patch.object(records, "held_back", lambda *_given: set()):
        yield


@contextmanager
def reference_not_mapped() -> Iterator[None]:
    """Every reference is taken to be to something the partner has."""
    with patch.object(planning.Planner, "_has_whole", lambda _self, _identifier: True):
        yield


@contextmanager
def echo() -> Iterator[None]:
    """A partner is sent what it stated itself."""
    with (
        patch.object(owed, "undecided", lambda _tx, _one, _pair, vids, _limit: vids),
        patch.object(verdicts.Verdicts, "theirs", lambda _self, _one: False),
    ):
        yield


@contextmanager
def recall_not_done() -> Iterator[None]:
    """A recall is answered with a receipt and not carried out."""
    with patch.object(versions, "purge_all", lambda *_given: [1]):
        yield


@contextmanager
def recalled_again() -> Iterator[None]:
    """What was asked back goes once more when its marking is looked at again."""
    with patch.object(verdicts.Verdicts, "asked_back", lambda *_given: False):
        yield


@contextmanager
def signed_marking_ignored() -> Iterator[None]:
    """The receiver believes the object alone, and not the marking that was signed with it."""
    with patch.object(applying, "from_text", lambda _text: frozenset()):
        yield


@contextmanager
def mandate_not_asked() -> Iterator[None]:
    """What was numbered is served though its rule was taken away."""
    with patch.object(mandates.Mandates, "missing", lambda _self, _rows: set()):
        yield


@contextmanager
def gone_past() -> Iterator[None]:
    """What a plain client goes past while it is stopped counts as read."""
    with patch.object(narrowing, "go_past", lambda *_given: None):
        yield


@contextmanager
def not_scrubbed() -> Iterator[None]:
    """What is purged stays in older segments of the text index."""
    with patch.object(backup, "scrub_owed", lambda _store: False):
        yield


@contextmanager
def rollback_unseen() -> Iterator[None]:
    """A node that was put back goes on numbering as if nothing had happened."""

    def no(*_given: Any) -> bool:
        return False

    with (
        patch.object(rejoin, "close_all", lambda *_given: 0),
        patch.object(position, "proves_more", no),
        patch.object(position, "shows_less", no),
    ):
        yield


@contextmanager
def recall_passed_over() -> Iterator[None]:
    """A recall on a medium counts as done when another one was done under its number."""
    real = arrival._Reading._recall

    def wrong(self: Any, part: Any, data: bytes) -> None:
        with self.store.read() as tx:
            after = records.link(tx, self.partner.number).recalls
        if part.first > after:
            real(self, part, data)

    with patch.object(arrival._Reading, "_recall", wrong):
        yield


FAULTS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        date_only_cursor,
        cursor_before_apply,
        out_of_order,
        rare_leak,
        tombstone_lost,
        stale_rules,
        narrowing_sends_on,
        hold_forgotten,
        reference_not_mapped,
        echo,
        recall_not_done,
        recalled_again,
        signed_marking_ignored,
        mandate_not_asked,
        gone_past,
        not_scrubbed,
        rollback_unseen,
        recall_passed_over,
    )
}
