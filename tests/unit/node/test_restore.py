"""A node that comes back from a copy serves nobody until it knows what happened meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from cordiale.desk.outgoing.recall import recall
from cordiale.desk.partner.partners import partner_add_client, partner_list, partner_rejoin
from cordiale.desk.partner.sync import cut_all, sync
from cordiale.desk.partner.tokens import partner_token
from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.desk.views.search import search
from cordiale.exchange.message import Request
from cordiale.exchange.restore import dates, rejoin
from cordiale.node.backup import backup, restore
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.platform.errors import Conflict, explain
from cordiale.store import versions
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import RULES, Pair, send

ONE, TWO = indicator(1)["id"], indicator(2)["id"]
WITH_CLIENT = (
    RULES
    + """
[partners.client]
nation = "GBR"
organisation = "NCSC"
tlp = "green"
assurance = "taxii"
"""
)


def back(pair: Pair, copy: Path, old: bool = False) -> Node:
    """Put Canada back from a copy in place of the one that was running."""
    path = copy.parent / "back"
    before = pair.canada.path
    pair.canada.close()
    restore(copy, path, before if old else None)
    pair.canada = open_node(path, environ={}, carrier=pair.carry)
    return pair.canada


def has(node: Node, pair: Pair) -> set[str]:
    return {item.id for item in search(node.desk, pair.officer).items}


def test_a_restored_node_serves_nothing_until_a_person_says_so(pair: Pair, tmp_path: Path) -> None:
    pair.take(indicator(1))
    pair.exchange()
    pair.take(indicator(2))
    canada = back(pair, backup(pair.canada, tmp_path / "copy"))
    (link,) = partner_list(canada.desk, pair.officer)
    assert (link.link, link.last_error is not None) == ("rejoin", True)
    done = pair.exchange()
    assert (done.link, done.new) == ("rejoin", 0)
    assert has(pair.france, pair) == {ONE}
    with pytest.raises(Conflict, match="france was not visited") as caught:
        partner_rejoin(canada.desk, pair.officer, "france")
    assert "Pas encore visités" in explain(caught.value, "fr")
    (visited,) = sync(canada.desk, pair.officer)  # France is not restored: it still serves
    assert visited.link == "rejoin"
    pair.exchange()
    assert has(pair.france, pair) == {ONE}  # visited is not yet reopened
    partner_rejoin(canada.desk, pair.officer, "france")
    assert pair.exchange().link == "up"
    assert has(pair.france, pair) == {ONE, TWO}
    with pytest.raises(Conflict, match="nothing to do"):
        partner_rejoin(canada.desk, pair.officer, "france")


def test_a_copy_fills_the_database_that_is_named(pair: Pair, tmp_path: Path) -> None:
    pair.take(indicator(1))
    copy = backup(pair.canada, tmp_path / "copy")
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    path = restore(copy, tmp_path / "back", store=url)
    assert not (path / "cordiale.db").exists()
    with open_node(path, environ={}) as node:
        assert node.settings.store.url == url
        assert has(node, pair) == {ONE}


def test_what_a_partner_took_back_meanwhile_is_gone_before_anything_is_served(
    pair: Pair, tmp_path: Path
) -> None:
    send(pair.france, pair.officer, indicator(1))
    cut_all(pair.france.desk)
    sync(pair.canada.desk, pair.officer)
    assert has(pair.canada, pair) == {ONE}
    copy = backup(pair.canada, tmp_path / "copy")
    recall(pair.france.desk, pair.officer, ids=[ONE], reason="a mistake")
    sync(pair.canada.desk, pair.officer)
    assert has(pair.canada, pair) == set()
    canada = back(pair, copy)
    assert has(canada, pair) == {ONE}  # the copy is older than the recall
    (done,) = sync(canada.desk, pair.officer)
    assert done.recalls == 1
    assert has(canada, pair) == set()
    partner_rejoin(canada.desk, pair.officer, "france")


def test_the_ledger_of_the_node_before_is_replayed(pair: Pair, tmp_path: Path) -> None:
    send(pair.france, pair.officer, indicator(1))
    cut_all(pair.france.desk)
    sync(pair.canada.desk, pair.officer)
    copy = backup(pair.canada, tmp_path / "copy")
    recall(pair.france.desk, pair.officer, ids=[ONE], reason="a mistake")
    sync(pair.canada.desk, pair.officer)
    canada = back(pair, copy, old=True)
    assert has(canada, pair) == set()
    with canada.store.read() as tx:
        assert [tomb.id for tomb in versions.tombstones(tx)] == [ONE]
    assert b"phishing page 1" not in (canada.path / "cordiale.db").read_bytes()
    with canada.store.write() as tx:  # once more changes nothing
        assert versions.replay(tx, versions.tombstones(tx)) == []
        assert len(versions.tombstones(tx)) == 1


def test_what_goes_from_now_on_is_dated_after_what_the_node_before_gave(pair: Pair, tmp_path: Path) -> None:
    copy = backup(pair.canada, tmp_path / "copy")
    pair.take(indicator(1))
    pair.exchange()
    with pair.canada.store.read() as tx:
        before = dates.given(tx)
    assert before["france"] > 0
    with back(pair, copy, old=True).store.read() as tx:
        assert dates.given(tx) == before


def test_plain_clients_wait_as_well(pair: Pair, tmp_path: Path) -> None:
    partner_add_client(pair.canada.desk, pair.officer, "client", nation="GBR", organisation="NCSC")
    token = rules_diff(pair.canada.desk, pair.officer, WITH_CLIENT).token
    rules_apply(pair.canada.desk, pair.officer, WITH_CLIENT, "rules.toml", token)
    secret = partner_token(pair.canada.desk, pair.officer, "client")
    media = "application/taxii+json;version=2.1"
    ask = Request("GET", "/taxii2/", "", {"accept": media, "authorization": f"Bearer {secret}"})
    assert pair.canada.respond(ask).status == 200
    canada = back(pair, backup(pair.canada, tmp_path / "copy"))
    assert canada.respond(ask).status == 503
    with pytest.raises(Conflict):
        partner_rejoin(canada.desk, pair.officer, "client")
    partner_rejoin(canada.desk, pair.officer, "client", unvisited=True)
    assert canada.respond(ask).status == 200
    with canada.store.read() as tx:
        assert rejoin.closed(tx, 1)  # France is still closed
