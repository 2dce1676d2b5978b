"""A case is looked up by its id, and no partner makes a list read without end."""

from __future__ import annotations

import pytest

from cordiale.joint import case, held
from cordiale.joint.words import Words
from cordiale.platform.errors import NotFound
from tests.unit.joint.conftest import MARKING, OFFICER, Three


def test_one_partner_s_objects_are_bounded_and_push_out_no_others(
    three: Three, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(node: str, *, title: str) -> str:
        words = Words(title, title)
        return case.open_case(three[node], OFFICER, title=words, members=["gbr"], marking=MARKING).id

    first = opened("fra", title="The one of France")
    flood = [opened("can", title=f"Case {n}") for n in range(4)]
    own = case.open_case(
        three["gbr"], OFFICER, title=Words("Own", "Propre"), members=["can"], marking=MARKING
    ).id
    three.exchange()
    monkeypatch.setattr(held, "MOST", 2)
    gbr = three["gbr"]
    with gbr.store.read() as tx:
        found = [one.id for one in case.cases(tx, gbr, OFFICER)]
        assert set(found) == {first, own, *flood[2:]}
        assert case.find(tx, gbr, OFFICER, flood[0]).said.title.en == "Case 0"
        assert case.find(tx, gbr, OFFICER, flood[3][:20]).id == flood[3]
        assert case.find(tx, gbr, OFFICER, flood[0], "case").id == flood[0]
        for other in (flood[0][:20], f"incident--{'0' * 8}-0000-4000-8000-{'0' * 12}"):
            with pytest.raises(NotFound):
                case.find(tx, gbr, OFFICER, other)
        with pytest.raises(NotFound):
            case.find(tx, gbr, OFFICER, flood[0], "response")


def test_a_case_is_found_by_its_id_without_reading_the_others(
    three: Three, monkeypatch: pytest.MonkeyPatch
) -> None:
    can = three["can"]
    of = case.open_case(can, OFFICER, title=Words("a", "b"), members=["fra"], marking=MARKING).id
    monkeypatch.setattr(case, "all_of", lambda *_asked: pytest.fail("all cases were read"))
    with can.store.read() as tx:
        assert case.find(tx, can, OFFICER, of).id == of
