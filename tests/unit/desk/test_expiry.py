"""What was received until a day goes when that day has come, whichever version it was."""

from __future__ import annotations

import orjson

from cordiale.desk.upkeep.expiry import expire
from cordiale.node.node import Node
from cordiale.platform.clock import format_instant
from cordiale.stix.version import read
from cordiale.store import backup, versions
from cordiale.store.types import Put
from tests.unit.desk.conftest import indicator


def test_an_older_version_ends_although_the_current_one_does_not(node: Node) -> None:
    past = "not-after:" + format_instant(node.desk.clock() - 1)
    older = read(orjson.dumps(indicator(1)))[0]
    newer = read(orjson.dumps(indicator(1, modified="2026-03-02T08:00:00.000Z")))[0]
    ends, stays = frozenset({"tlp:green", past}), frozenset({"tlp:green"})
    with node.store.write() as tx:
        puts = [Put(older, ends, ends), Put(newer, stays, stays)]
        versions.put(tx, "partner", node.desk.clock(), puts)
    assert expire(node.desk) == 1
    with node.store.read() as tx:
        assert [row.hash for row in versions.get(tx, older.id, None, history=True)] == [newer.hash]
    assert expire(node.desk) == 0


def test_housekeeping_clears_what_a_purge_left_before_the_power_went_out(node: Node) -> None:
    """Nothing ends in this store, and no later purge comes: who else would."""
    version = read(orjson.dumps(indicator(1)))[0]
    stays = frozenset({"tlp:green"})
    with node.store.write() as tx:
        (outcome,) = versions.put(tx, "partner", node.desk.clock(), [Put(version, stays, stays)])
    with node.store.write() as tx:
        assert versions.purge(tx, outcome.vid, "recall 1", node.desk.clock(), b"salt")
    assert expire(node.desk) == 0
    assert not backup.scrub_owed(node.store)
