"""A person compares with a partner, and the node does so by itself in its time."""

from __future__ import annotations

import pytest

from cordiale.desk.partner.partners import partner_rejoin
from cordiale.desk.partner.quarantine import partner_put_aside, partner_put_aside_bytes
from cordiale.desk.partner.reconcile import in_turn, partner_reconcile
from cordiale.desk.partner.sync import cut_all, sync
from cordiale.desk.upkeep.inspection import audit_show
from cordiale.exchange import records
from cordiale.exchange.partners import pairing as partners
from cordiale.exchange.records import reconciliations
from cordiale.exchange.restore import rejoin
from cordiale.platform.clock import DAY, system_clock
from cordiale.platform.errors import NotFound, Unavailable
from cordiale.stix.version import read
from cordiale.store import versions
from cordiale.store.types import Put
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import Pair

ONE = indicator(1)["id"]


def lose(pair: Pair) -> None:
    """Lose the body of what France holds, as a damaged disk does."""
    with pair.france.store.write() as tx:
        (row,) = versions.get(tx, ONE, None, history=True)
        tx.run("DELETE FROM bodies WHERE vid = ?", row.vid)


def test_a_person_compares_and_reads_what_was_repaired(pair: Pair) -> None:
    pair.take(indicator(1))
    pair.exchange()
    lose(pair)
    assert partner_reconcile(pair.france.desk, pair.officer, "canada").differences == ()
    done = partner_reconcile(pair.france.desk, pair.officer, "canada", full=True)
    assert [(one.kind, one.repair, one.object_id) for one in done.differences] == [
        ("missing", "refetched", ONE)
    ]
    again = partner_reconcile(pair.france.desk, pair.officer, "canada", full=True)
    assert (again.differences, again.objects) == ((), 1)
    assert [one.object_id for one in again.log] == [ONE]
    assert audit_show(pair.france.desk, pair.officer).acts[0].verb == "partner-reconcile"
    with pytest.raises(NotFound):
        partner_reconcile(pair.france.desk, pair.officer, "atlantis")


def test_a_partner_that_is_closed_is_not_compared_with(pair: Pair) -> None:
    pair.take(indicator(1))
    pair.exchange()
    with pair.canada.store.write() as tx:
        rejoin.close_all(tx, system_clock())
    with pytest.raises(Unavailable, match="partner list"):
        partner_reconcile(pair.france.desk, pair.officer, "canada")


def test_the_node_compares_by_itself_when_it_is_time_and_after_a_new_generation(pair: Pair) -> None:
    pair.take(indicator(1))
    pair.exchange()
    desk = pair.france.desk
    with pair.france.store.read() as tx:
        canada = partners.partner(tx, "canada")

    def turn() -> set[str]:
        with pair.france.store.read() as tx:
            before = {
                kind: reconciliations.reconciliation(tx, canada.number, kind) for kind in ("quick", "full")
            }
        assert in_turn(desk, canada, pair.carry(canada)) is False
        with pair.france.store.read() as tx:
            return {
                kind
                for kind, was in before.items()
                if reconciliations.reconciliation(tx, canada.number, kind) != was
            }

    assert turn() == {"full", "quick"}  # what has only just come is read again in a week
    assert turn() == set()
    with pair.france.store.write() as tx:
        tx.run("UPDATE exchange_reconciliation SET at = at - ?", 8 * DAY)
    assert turn() == {"full"}
    with pair.canada.store.write() as tx:
        rejoin.close_all(tx, system_clock())
    sync(pair.canada.desk, pair.officer)
    partner_rejoin(pair.canada.desk, pair.officer, "france")
    cut_all(pair.canada.desk)
    sync(desk, pair.officer)
    with pair.france.store.read() as tx:
        assert records.link(tx, canada.number).generation == 2
    assert turn() == {"full"}


def test_what_is_kept_aside_of_a_stream_is_listed_and_can_be_read(pair: Pair) -> None:
    pair.take(indicator(1))
    pair.exchange()
    with pair.france.store.write() as tx:  # as if somebody had put it there
        (row,) = versions.get(tx, ONE, None, history=True)
        version = read(row.raw.replace(b"page 1", b"page X").replace(ONE[-12:].encode(), b"0123456789ab"))[0]
        versions.put(
            tx, "canada", 1, [Put(version, frozenset({"tlp:green"}), frozenset({"tlp:green"}), "received")]
        )
    done = partner_reconcile(pair.france.desk, pair.officer, "canada", full=True)
    assert [(one.kind, one.repair) for one in done.differences] == [("extra", "set-aside")]
    (kept,) = partner_put_aside(pair.france.desk, pair.officer, "canada")
    assert (kept.object_id, kept.code, kept.kept) == (version.id, "exchange.reconcile.extra", True)
    assert partner_put_aside_bytes(pair.france.desk, pair.officer, "canada", kept.number) == version.raw
    assert partner_put_aside_bytes(pair.france.desk, pair.officer, "canada", kept.number + 1) == b""
