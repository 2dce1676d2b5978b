"""A recall names what its partner has, whatever was served meanwhile; one that would name nothing is not sent."""

from __future__ import annotations

import pytest

from cordiale.exchange.partners import pairing as partners
from cordiale.exchange.recall import ledger, sending
from cordiale.exchange.reconcile.comparing import reconcile
from cordiale.platform.errors import Conflict
from cordiale.release.rules import parse
from cordiale.store import versions
from tests.unit.exchange.cut.test_release import change_rules, pair
from tests.unit.exchange.world import RULES, Node, id_of, indicator, pull

RED = RULES.replace('tlp = "amber"', 'tlp = "red"')


def test_what_is_asked_back_is_asked_back_though_its_segment_was_fetched_again_for_another_entry() -> None:
    here, there = pair(RED)
    narrowed, damaged = indicator("a"), indicator("b")
    here.put((narrowed, ("tlp:red",)), damaged)
    here.cut("FRA")
    pull(there, here)
    wide, here.rules = here.rules[0], [parse(RULES)]
    change_rules(here, wide)
    with there.store.write() as tx:
        (row,) = versions.get(tx, id_of(damaged), None)
        tx.run("DELETE FROM bodies WHERE vid = ?", row.vid)
        known = partners.partner(tx, "CAN")
    report = reconcile(there.store, there.home, known, here.answer, full=True)
    assert [one.repair for one in report.differences] == ["refetched"]
    assert drafts(here) == [(id_of(narrowed),)]
    send_draft(here)
    pull(there, here)
    assert there.ids() == {id_of(damaged)}
    with here.store.read() as tx:
        assert [one.state for one in ledger.recalls(tx, partner="FRA")] == ["acknowledged"]


def test_a_recall_of_what_never_got_there_is_refused_and_not_answered_as_done() -> None:
    here, there = pair(RED)
    here.put((indicator("a"), ("tlp:red",)))
    here.cut("FRA")
    known = here.partnership("FRA")
    assert known is not None
    with here.store.write() as tx:
        assert sending.draft(
            tx,
            here.home,
            known.partner,
            ids=[id_of(indicator("a"))],
            reason="error",
            by="officer",
            now=here.clock(),
        )
    here.rules = [parse(RULES)]
    assert pull(there, here).withdrawn == 1
    with pytest.raises(Conflict, match="never got there"):
        send_draft(here)


def send_draft(node: Node) -> None:
    known = node.partnership("FRA")
    assert known is not None
    with node.store.write() as tx:
        (drafted,) = ledger.recalls(tx, partner="FRA", state="draft")
        sending.confirm(tx, node.home, known, drafted.id, "officer", node.clock())


def drafts(node: Node) -> list[tuple[str, ...]]:
    with node.store.read() as tx:
        return [one.ids for one in ledger.recalls(tx, partner="FRA", state="draft")]
