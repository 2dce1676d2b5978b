"""Retention removes what its rules name, once a person answers for them, and leaves a log without content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.outgoing.recall import recall_list
from cordiale.desk.partner.sync import sync
from cordiale.desk.upkeep.inspection import audit_show
from cordiale.desk.upkeep.retention import (
    HOUR,
    days_of,
    retention_apply,
    retention_end,
    retention_log,
    retention_preview,
    tick,
)
from cordiale.desk.views.search import search
from cordiale.node.opening import open_node
from cordiale.platform import configuration
from cordiale.platform.clock import SECOND, format_instant
from cordiale.platform.errors import ConfigurationError, NotAllowed
from cordiale.release.recipient import Recipient
from cordiale.store import versions
from cordiale.store.backup import check
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import Pair, send

DAY = 24 * 3600 * SECOND
RULES = """
[purpose.warning]
title = "Early warning"
days = 30

[source.feed]
marking = "tlp:green"
purpose = "warning"

[source.vendor]
marking = "tlp:green"
purpose = "warning"
days = 10

[source.archive]
marking = "tlp:green"
days = -1

[source.france]
days = 20

[retention]
days = 100
"""


class Time:
    def __init__(self) -> None:
        self.now = 1_790_000_000 * SECOND

    def __call__(self) -> int:
        self.now += 1000
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def pair(tmp_path: Path, time: Time) -> Iterator[Pair]:
    pair = Pair(tmp_path, clock=time)
    ruled(pair, RULES, time)
    yield pair
    pair.canada.close()
    pair.france.close()


def ruled(pair: Pair, rules: str, time: Time) -> None:
    """Open Canada with other rules of retention."""
    file = pair.canada.path / configuration.FILE_NAME
    text = file.read_text("utf-8").replace("[retention]", "")
    text = text.partition("# the rules of this test")[0]
    file.write_text(text + "# the rules of this test\n" + rules, "utf-8")
    path = pair.canada.path
    pair.canada.close()
    pair.canada = open_node(path, environ={}, carrier=pair.carry, clock=time)


def take(pair: Pair, source: str | None, *objects: dict[str, object], marking: str | None = None) -> None:
    data = orjson.dumps(list(objects))
    import_(pair.canada.desk, pair.officer, [of_bytes("f", data)], source=source, marking=marking)


def has(pair: Pair, who: str = "canada") -> set[int]:
    node = pair.canada if who == "canada" else pair.france
    return {int(item.id[-12:]) for item in search(node.desk, pair.officer).items}


def due(pair: Pair) -> dict[str, int]:
    plan = retention_preview(pair.canada.desk, pair.officer)
    return {one.source: one.objects for one in plan.due if one.objects}


def test_days_come_from_the_source_then_its_purpose_then_the_rest(pair: Pair) -> None:
    settings = pair.canada.settings
    assert days_of(settings, "vendor") == (10, "warning")
    assert days_of(settings, "feed") == (30, "warning")
    assert days_of(settings, "archive") == (0, "")
    assert days_of(settings, "anything") == (100, "")
    with pytest.raises(ConfigurationError, match="purpose.warning.day"):
        (pair.canada.path / "x.toml").write_text("[purpose.warning]\nday = 1\n")
        configuration.load(pair.canada.path / "x.toml")


def test_what_is_due_is_counted_by_source_and_goes_when_a_person_says_so(pair: Pair, time: Time) -> None:
    take(pair, "feed", indicator(1), indicator(2))
    take(pair, "vendor", indicator(3))
    take(pair, "archive", indicator(4))
    pair.take(indicator(5))
    assert due(pair) == {}
    time.now += 11 * DAY
    assert due(pair) == {"vendor": 1}
    time.now += 20 * DAY
    assert due(pair) == {"vendor": 1, "feed": 2}
    assert has(pair) == {1, 2, 3, 4, 5}  # counting removes nothing
    assert tick(pair.canada.desk) == 0  # nor does the node, before somebody answers for it
    done = retention_apply(pair.canada.desk, house("jeanne"))
    assert (done.removed, done.approved) == (3, "jeanne")
    assert has(pair) == {4, 5}
    assert due(pair) == {}
    time.now += 80 * DAY
    assert due(pair) == {"canada": 1}
    assert check(pair.canada.store) == []


def test_the_node_goes_on_by_itself_until_the_rules_change_or_somebody_ends_it(
    pair: Pair, time: Time
) -> None:
    retention_apply(pair.canada.desk, house("jeanne"))
    take(pair, "vendor", indicator(1))
    time.now += 11 * DAY
    assert tick(pair.canada.desk) == 1
    take(pair, "vendor", indicator(2))
    time.now += 11 * DAY
    ruled(pair, RULES.replace("days = 10", "days = 9"), time)
    assert tick(pair.canada.desk) == 0
    assert retention_preview(pair.canada.desk, pair.officer).approved is None
    retention_apply(pair.canada.desk, house("jeanne"), standing=False)
    assert has(pair) == set()
    assert retention_preview(pair.canada.desk, pair.officer).approved is None
    retention_apply(pair.canada.desk, house("jeanne"))
    assert retention_end(pair.canada.desk, house("paul")).approved is None
    take(pair, "vendor", indicator(3))
    time.now += 11 * DAY + HOUR
    assert tick(pair.canada.desk) == 0


def test_a_last_day_of_its_own_is_kept_over_a_shorter_rule(pair: Pair, time: Time) -> None:
    until = format_instant(time.now + 50 * DAY, 3)
    take(pair, "vendor", indicator(1), marking=f"tlp:green retain-until:{until}")
    take(pair, "vendor", indicator(2))
    time.now += 11 * DAY
    (one,) = retention_preview(pair.canada.desk, pair.officer).due
    assert (one.objects, one.kept) == (1, 1)
    retention_apply(pair.canada.desk, pair.officer)
    assert has(pair) == {1}
    time.now += 40 * DAY
    retention_apply(pair.canada.desk, pair.officer)
    assert has(pair) == set()


def test_what_is_stated_again_counts_anew(pair: Pair, time: Time) -> None:
    take(pair, "vendor", indicator(1))
    time.now += 8 * DAY
    take(pair, "vendor", indicator(1, modified="2026-04-01T08:00:00.000Z"))
    time.now += 8 * DAY
    assert due(pair) == {}
    time.now += 3 * DAY
    retention_apply(pair.canada.desk, pair.officer)
    with pair.canada.store.read() as tx:
        assert versions.get(tx, indicator(1)["id"], None, history=True) == []


def test_who_does_not_see_everything_counts_and_removes_what_they_see(pair: Pair, time: Time) -> None:
    green = Actor("paula", frozenset({"officer"}), Recipient(node="canada", nation="CAN", person="paula", tlp="green"))  # fmt: skip
    desk = pair.canada.desk
    take(pair, "vendor", indicator(1), marking="tlp:green")
    take(pair, "vendor", indicator(2), indicator(3), marking="tlp:red")
    time.now += 11 * DAY
    assert sum(one.objects for one in retention_preview(desk, pair.officer).due) == 3
    assert [one.objects for one in retention_preview(desk, green).due] == [1]
    assert retention_apply(desk, green, standing=False).removed == 1
    assert has(pair) == {2, 3}
    assert retention_apply(desk, pair.officer, standing=False).removed == 2
    assert [one.types for one in retention_log(desk, pair.officer)] == [{"indicator": 2}, {"indicator": 1}]
    assert [one.types for one in retention_log(desk, green)] == [{"indicator": 1}]


def test_what_went_to_partners_is_asked_back_with_its_reason(pair: Pair, time: Time) -> None:
    take(pair, "vendor", indicator(1))
    pair.exchange()
    assert has(pair, "france") == {1}
    time.now += 11 * DAY
    done = retention_apply(pair.canada.desk, pair.officer)
    assert (done.removed, done.asked_back) == (1, 1)
    (asked,) = recall_list(pair.canada.desk, pair.officer)
    assert (asked.reason, asked.partner, asked.state) == ("retention", "france", "asked")
    pair.exchange()
    assert has(pair, "france") == set()
    assert recall_list(pair.canada.desk, pair.officer)[0].state == "acknowledged"
    take(pair, "vendor", indicator(1))  # and the same content is refused from now on
    assert has(pair) == set()


def test_what_a_partner_sent_is_removed_here_and_the_partner_is_told(pair: Pair, time: Time) -> None:
    from cordiale.desk.partner.sync import cut_all

    send(pair.france, pair.officer, indicator(7))
    cut_all(pair.france.desk)
    sync(pair.canada.desk, pair.officer)
    time.now += 21 * DAY
    assert due(pair) == {"france": 1}
    retention_apply(pair.canada.desk, pair.officer)
    assert has(pair) == set()
    assert has(pair, "france") == {7}
    sync(pair.canada.desk, pair.officer)
    (told,) = recall_list(pair.france.desk, pair.officer)
    assert (told.by, told.state) == ("canada", "acknowledged")


def test_nothing_of_what_was_removed_is_left_and_the_log_says_why(pair: Pair, time: Time) -> None:
    take(pair, "vendor", indicator(1, name="halcyon days"))
    time.now += 11 * DAY
    retention_apply(pair.canada.desk, house("jeanne"))
    for file in pair.canada.path.glob("cordiale.db*"):
        assert b"halcyon" not in file.read_bytes()
    (line,) = retention_log(pair.canada.desk, pair.officer)
    assert (line.by, line.source, line.purpose, line.days) == ("jeanne", "vendor", "warning", 10)
    assert line.types == {"indicator": 1}
    with pair.canada.store.read() as tx:
        (tomb,) = versions.tombstones(tx)
        assert tomb.reason == "retention"
    acts = audit_show(pair.canada.desk, pair.officer).acts
    assert {"retention-approve", "retention-remove"} <= {one.verb for one in acts}
    assert indicator(1)["id"] not in str([one.details for one in acts if one.verb == "retention-remove"])


def test_only_an_officer_with_a_name_applies(pair: Pair) -> None:
    for actor in (Actor("paul", frozenset({"analyst"})), Actor(" ", frozenset({"officer"}))):
        with pytest.raises(NotAllowed):
            retention_apply(pair.canada.desk, actor)
