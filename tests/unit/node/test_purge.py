"""A mistake of the house is taken away for good: here, at partners, and out of every file; who and why stay."""

from __future__ import annotations

import pytest

from cordiale.desk.outgoing.recall import recall_list
from cordiale.desk.upkeep.inspection import audit_show
from cordiale.desk.upkeep.purge import purge, purge_preview
from cordiale.desk.views.search import search
from cordiale.node.node import Node
from cordiale.platform.errors import Conflict, InputError, NotFound
from cordiale.store import versions
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import Pair

ONE = indicator(1)["id"]
SECRET = "the name of a source"
MISTAKE = indicator(1, name=SECRET)
LATER = "2026-04-01T08:00:00.000Z"


def has(pair: Pair, node: Node) -> set[str]:
    return {item.id for item in search(node.desk, pair.officer).items}


def stands(node: Node) -> bool:
    """Tell whether the words are anywhere in the node's folder."""
    return any(SECRET.encode() in path.read_bytes() for path in node.path.rglob("*") if path.is_file())


def test_an_object_that_was_never_released_is_gone_and_the_reason_stays(pair: Pair) -> None:
    pair.take(MISTAKE, marking="tlp:red")
    pair.take(MISTAKE | {"modified": LATER}, marking="tlp:red")
    plan = purge_preview(pair.canada.desk, pair.officer, ONE)
    assert (plan.name, plan.versions, plan.held_by, plan.done) == (SECRET, 2, (), None)
    assert has(pair, pair.canada) == {ONE}
    with pytest.raises(InputError):
        purge(pair.canada.desk, pair.officer, ONE, " ")
    with pytest.raises(Conflict, match="2 versions"):
        purge(pair.canada.desk, pair.officer, ONE, "names a source", versions_seen=1)
    done = purge(pair.canada.desk, pair.officer, ONE, "names a source", versions_seen=2)
    assert (done.asked_back, done.done is not None) == ({}, True)
    assert has(pair, pair.canada) == set()
    assert not stands(pair.canada)
    act = audit_show(pair.canada.desk, pair.officer).acts[0]
    assert (act.verb, act.actor, act.details["reason"]) == ("purge", "marie", "names a source")
    with pair.canada.store.read() as tx:
        tombs = versions.tombstones(tx, ONE)
    assert [(one.reason, one.salted_hash is not None) for one in tombs] == [("names a source", True)] * 2


def test_what_went_is_asked_back_and_the_same_content_never_comes_back(pair: Pair) -> None:
    pair.take(MISTAKE)
    pair.exchange()
    (holder,) = purge_preview(pair.canada.desk, pair.officer, ONE).held_by
    assert (holder.partner, holder.versions, holder.recallable) == ("france", 1, True)
    assert purge(pair.canada.desk, pair.officer, ONE, "names a source").asked_back == {"france": 1}
    (asked,) = recall_list(pair.canada.desk, pair.officer)
    assert (asked.reason, asked.state, asked.by) == ("names a source", "asked", "marie")
    pair.exchange()
    assert has(pair, pair.france) == set()
    assert not stands(pair.france)
    pair.take(MISTAKE)
    assert has(pair, pair.canada) == set()
    pair.take(indicator(1, modified=LATER, name="a phishing page"))
    pair.exchange()
    assert has(pair, pair.canada) == has(pair, pair.france) == {ONE}


def test_what_others_state_is_not_ours_to_purge(pair: Pair) -> None:
    pair.take(indicator(1))
    pair.exchange()
    with pytest.raises(Conflict, match="stated by canada"):
        purge(pair.france.desk, pair.officer, ONE, "mistake")
    with pytest.raises(NotFound):
        purge_preview(pair.france.desk, pair.officer, indicator(2)["id"])
