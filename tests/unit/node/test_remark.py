"""Many objects are marked anew: nothing of them goes from the first moment on, and what is interrupted is finished."""

from __future__ import annotations

import pytest

from cordiale.desk.marking import remark
from cordiale.desk.marking.mark import mark
from cordiale.desk.outgoing.recall import recall_list
from cordiale.desk.partner.sync import cut_all
from cordiale.desk.views.search import search
from cordiale.desk.views.show import show
from cordiale.desk.written import marking_of
from cordiale.node.work import Work
from cordiale.platform.errors import NotFound
from cordiale.stix import atoms
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import Pair

IDS = [indicator(n)["id"] for n in range(1, 8)]


def has(pair: Pair) -> set[str]:
    return {item.id for item in search(pair.france.desk, pair.officer).items}


def test_what_is_marked_anew_stops_at_once_and_before_any_version_is_written(pair: Pair) -> None:
    pair.take(*(indicator(n) for n in range(1, 10)))
    cut_all(pair.canada.desk)
    remark.stop_sending(pair.canada.desk, pair.officer, IDS, marking_of("tlp:red"))
    pair.exchange()
    assert has(pair) == {indicator(8)["id"], indicator(9)["id"]}
    assert show(pair.canada.desk, pair.officer, IDS[0]).statements[0].effective_marking == ("tlp:green",)


def test_the_versions_follow_and_what_went_is_asked_back(pair: Pair) -> None:
    pair.take(*(indicator(n) for n in range(1, 10)))
    pair.exchange()
    done = remark.mark_all(pair.canada.desk, pair.officer, IDS, "tlp:red")
    assert (done.objects, done.done) == (7, 7)
    pair.exchange()
    assert has(pair) == {indicator(8)["id"], indicator(9)["id"]}
    (asked,) = recall_list(pair.canada.desk, pair.officer)
    assert asked.objects == 7


def test_an_interrupted_one_is_finished_by_the_node_itself(pair: Pair) -> None:
    pair.take(*(indicator(n) for n in range(1, 8)))
    remark.stop_sending(pair.canada.desk, pair.officer, IDS, marking_of("tlp:amber"))
    assert remark.carry_on(pair.canada.desk, limit=3) == 3
    work = Work(pair.canada.desk)
    while work.step(True):
        pass
    marked = {show(pair.canada.desk, pair.officer, i).statements[0].effective_marking for i in IDS}
    assert marked == {("tlp:amber",)}
    assert remark.carry_on(pair.canada.desk) == 0


def test_what_may_still_go_under_its_new_marking_goes(pair: Pair) -> None:
    ours = [indicator(n, object_marking_refs=[atoms.id_of("tlp:green")]) for n in range(1, 8)]
    pair.take(*ours)
    remark.stop_sending(pair.canada.desk, pair.officer, IDS, marking_of("tlp:clear"))
    pair.exchange()
    assert has(pair) == set()
    remark.finish(pair.canada.desk)
    pair.exchange()
    assert set(IDS) <= has(pair)
    assert show(pair.france.desk, pair.officer, IDS[0]).statements[0].effective_marking == ("tlp:clear",)


def test_what_partners_stated_becomes_stricter_here_and_goes_on_being_theirs(pair: Pair) -> None:
    pair.take(indicator(1), indicator(2))
    pair.exchange()
    remark.mark_all(pair.france.desk, pair.officer, IDS[:2], "tlp:amber")
    shown = show(pair.france.desk, pair.officer, IDS[0]).statements[0]
    assert set(shown.effective_marking) == {"tlp:green", "tlp:amber"}
    assert mark(pair.france.desk, pair.officer, IDS[1], "tlp:red").how == "overlay"


def test_an_object_that_is_not_there_refuses_all(pair: Pair) -> None:
    pair.take(indicator(1))
    with pytest.raises(NotFound):
        remark.mark_all(pair.canada.desk, pair.officer, [IDS[0], indicator(99)["id"]], "tlp:red")
    pair.exchange()
    assert has(pair) == {IDS[0]}
