"""A chair gives more time without voiding a position; nobody's silence counts sooner than the text said."""

from __future__ import annotations

import pytest

from cordiale.joint.agreement import agree
from cordiale.joint.case import Framework, open_case
from cordiale.joint.contribution import contribute
from cordiale.joint.dossier import dossier
from cordiale.joint.extension import ROLE, deadline_of, extend
from cordiale.joint.position import take
from cordiale.joint.revision import Parity, Text, propose
from cordiale.joint.words import Words
from cordiale.platform.errors import Conflict, InputError, NotAllowed
from tests.unit.joint.conftest import MARKING, OFFICER, Three

SAID = Words("said", "dit")
PARITY = Parity("Claire", "2027-01-01T00:00:00.000Z", "stated", reason="read")
HOUR = 3_600_000_000


def put(three: Three) -> tuple[str, str]:
    can = three["can"]
    of = open_case(can, OFFICER, title=SAID, members=["fra", "gbr"], marking=MARKING, framework=Framework(silence="assent", joins=1)).id  # fmt: skip
    text = propose(can, OFFICER, of, en=Text("A", "B"), fr=Text("C", "D"), deadline=can.clock() + HOUR)
    three.exchange()
    take(three["fra"], OFFICER, of, "join", text.hash)
    three.exchange()
    return of, text.hash


def test_silence_counts_only_when_the_later_deadline_is_over(three: Three) -> None:
    of, hash = put(three)
    can = three["can"]
    done = extend(can, OFFICER, of, hash, can.clock() + 3 * HOUR)
    assert {one.state for one in done.sent} == {"goes"}
    three.exchange()
    three.pass_time(2 * 3600)
    for node in ("can", "fra", "gbr"):
        stands = {one.node: one.position for one in dossier(three[node], OFFICER, of).tally.stands}
        assert (stands["gbr"], stands["fra"]) == ("waiting", "join")
    with pytest.raises(Conflict, match="not over"):
        agree(can, OFFICER, of, hash, PARITY)
    take(can, OFFICER, of, "join", hash)
    three.pass_time(2 * 3600)
    assert dossier(can, OFFICER, of).tally.silent == ("gbr",)
    agree(can, OFFICER, of, hash, PARITY)
    with pytest.raises(Conflict, match="agreed already"):
        extend(can, OFFICER, of, hash, can.clock() + HOUR)


def test_only_the_chair_gives_time_and_only_more_of_it(three: Three) -> None:
    of, hash = put(three)
    can, fra = three["can"], three["fra"]
    with pytest.raises(NotAllowed, match="chaired by can"):
        extend(fra, OFFICER, of, hash, fra.clock() + 9 * HOUR)
    with pytest.raises(InputError, match="later one"):
        extend(can, OFFICER, of, hash, can.clock() + HOUR // 2)
    # what a member, or the chair of another text, says of the deadline changes nothing
    contribute(fra, OFFICER, of, ROLE, SAID, about=hash, details={"deadline": "2099-01-01T00:00:00.000Z"})
    contribute(can, OFFICER, of, ROLE, SAID, about="0" * 64, details={"deadline": "2099-01-01T00:00:00.000Z"})
    contribute(can, OFFICER, of, ROLE, SAID, about=hash, details={"deadline": "2001-01-01T00:00:00.000Z"})
    contribute(can, OFFICER, of, ROLE, SAID, about=hash, details={"deadline": "soon"})
    three.exchange()
    found = dossier(can, OFFICER, of)
    one = found.texts[0].said
    assert deadline_of(one, "can", found.said) == deadline_of(one, "can", ())


def test_a_text_without_a_deadline_has_none_to_give(three: Three) -> None:
    can = three["can"]
    of = open_case(can, OFFICER, title=SAID, members=["fra"], marking=MARKING).id
    text = propose(can, OFFICER, of, en=Text("A", "B"), fr=Text("C", "D"))
    with pytest.raises(InputError, match="no deadline"):
        extend(can, OFFICER, of, text.hash, can.clock() + HOUR)
