"""What may be asked back and how: one version or the object, kept under a marking, in parts, onward, and the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import pytest

from cordiale.exchange import records
from cordiale.exchange.home import Partner
from cordiale.exchange.link.wire import NumberedRecall
from cordiale.exchange.recall import answering, carrying_out, demand, ledger, sending
from cordiale.platform.clock import DAY, HOUR
from cordiale.platform.errors import InputError, IntegrityError, NotFound
from cordiale.store import markings, versions
from cordiale.store.types import Filter
from tests.unit.exchange.world import (
    RULES,
    Clock,
    Node,
    client,
    connect,
    id_of,
    indicator,
    make,
    malware,
    pull,
    report,
)


def pair() -> tuple[Node, Node]:
    here, there = make("CAN"), make("FRA")
    connect(here, there)
    return here, there


def ask(node: Node, to: str, ids: Sequence[str], **more: Any) -> ledger.Recall:
    known = node.partnership(to)
    assert known is not None
    with node.store.write() as tx:
        made = sending.draft(
            tx, node.home, known.partner, ids=ids, reason="a mistake", now=node.clock(), **more
        )
        assert made is not None
        return sending.confirm(tx, node.home, known, made.id, "officer", node.clock())


def known(node: Node, name: str) -> Partner:
    with node.store.read() as tx:
        return next(p for p in records.partners(tx) if p.node == name)


def one(node: Node) -> ledger.Recall:
    with node.store.read() as tx:
        (found,) = ledger.recalls(tx)
    return found


def sent(here: Node, there: Node, *raws: bytes) -> None:
    here.put(*raws)
    here.cut("FRA")
    pull(there, here)


def test_a_version_recall_does_not_block_a_newer_version() -> None:
    here, there = pair()
    sent(here, there, indicator("a"))
    ask(here, "FRA", [id_of(indicator("a"))])
    sent(here, there, indicator("a", minute=1))
    assert there.raws(id_of(indicator("a"))) == [indicator("a", minute=1)]


def test_an_object_recall_takes_every_version_and_refuses_those_to_come() -> None:
    here, there = pair()
    sent(here, there, indicator("a"))
    sent(here, there, indicator("a", minute=1))
    ask(here, "FRA", [id_of(indicator("a"))], scope="object")
    pull(there, here)
    assert there.ids() == set()
    sent(here, there, indicator("a", minute=2))
    assert there.ids() == set()  # it was not even sent
    (cut,) = here.cut("FRA").values()
    assert cut.segments == 0
    with there.store.write() as tx:  # and would have been refused
        from cordiale.stix.version import read
        from cordiale.store.types import Put

        green = frozenset({"tlp:green"})
        put = Put(read(indicator("a", minute=3))[0], green, green, "received")
        assert [o.kind for o in versions.put(tx, "CAN", 1, [put])] == ["tombstoned"]


def test_a_downgrade_puts_the_receiver_s_copy_under_the_marking_it_says() -> None:
    here, there = pair()
    sent(here, there, indicator("a"), malware("m"))
    made = ask(here, "FRA", [id_of(indicator("a"))], action="downgrade", marking="tlp:red")
    pull(there, here)
    with there.store.read() as tx:
        (row,) = versions.get(tx, id_of(indicator("a")), None)
        assert markings.atoms(tx, row.effective_mid) == {"tlp:green", "tlp:red"}
        assert row.raw == indicator("a")
    pull(there, here)
    assert one(here).state == "acknowledged"
    assert (one(here).marking, made.vids) == ("tlp:red", one(here).vids)
    # it stays with the partner: nothing was withdrawn, and a newer version goes under the same overlay
    sent(here, there, indicator("a", minute=1))
    with there.store.read() as tx:
        (row,) = versions.get(tx, id_of(indicator("a")), None)
        assert markings.atoms(tx, row.effective_mid) == {"tlp:green", "tlp:red"}


def test_a_downgrade_never_loosens_what_the_receiver_made_stricter_itself() -> None:
    here, there = pair()
    sent(here, there, indicator("a"))
    with there.store.write() as tx:
        versions.remark(tx, id_of(indicator("a")), "CAN", frozenset({"tlp:red"}))
    ask(here, "FRA", [id_of(indicator("a"))], action="downgrade", marking="tlp:amber")
    pull(there, here)
    with there.store.read() as tx:
        (row,) = versions.get(tx, id_of(indicator("a")), None)
        assert markings.atoms(tx, row.effective_mid) == {"tlp:green", "tlp:amber", "tlp:red"}


def test_what_may_no_longer_be_used_stays_and_nobody_sees_it() -> None:
    can, fra, gbr = make("CAN"), make("FRA"), make("GBR")
    connect(can, fra)
    connect(fra, gbr)
    sent(can, fra, indicator("a"))
    fra.cut("GBR")
    pull(gbr, fra)
    ask(can, "FRA", [id_of(indicator("a"))], action="stop-use")
    pull(fra, can)
    assert fra.raws(id_of(indicator("a"))) == [indicator("a")]
    with fra.store.read() as tx:
        (row,) = versions.get(tx, id_of(indicator("a")), None)
        assert "unmarked" in markings.atoms(tx, row.effective_mid)
    pull(gbr, fra)
    with gbr.store.read() as tx:
        (row,) = versions.get(tx, id_of(indicator("a")), None)
        assert "unmarked" in markings.atoms(tx, row.effective_mid)


def test_a_large_recall_goes_in_parts_and_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "CHUNK", 10)
    here, there = pair()
    items = [indicator(f"i{n}") for n in range(35)]
    sent(here, there, *items)
    made = ask(here, "FRA", [id_of(raw) for raw in items])
    assert (made.parts, made.answered, len(made.ids), made.state) == (4, 0, 35, "asked")
    partner = known(there, "CAN")
    with here.store.read() as tx:
        messages = records.recalls_after(tx, known(here, "FRA").number, 0, 50)
    assert [number for number, _message, _basis in messages] == [1, 2, 3, 4]
    messages = [(number, message) for number, message, _basis in messages]
    # a visit that is interrupted after the second part
    carrying_out.carry_out_all(there.store, there.home, partner, messages[:2], there.clock())
    with there.store.write() as tx:
        records.save_link(tx, partner.number, {"recalls": 2})
    assert len(there.ids()) == 15
    assert pull(there, here).recalls == 2
    assert there.ids() == set()
    done = one(here)
    assert (done.state, done.parts, done.answered, len(done.ids)) == ("acknowledged", 4, 4, 35)


def test_what_comes_before_a_damaged_message_is_carried_out_all_the_same() -> None:
    here, there = pair()
    sent(here, there, indicator("a"), indicator("b"))
    ask(here, "FRA", [id_of(indicator("a"))])
    partner = known(there, "CAN")
    with here.store.read() as tx:
        ((number, message, _basis),) = records.recalls_after(tx, known(here, "FRA").number, 0, 50)
    fetched = [NumberedRecall(number + more, message.decode()) for more in (0, 1)]
    last, problem = carrying_out.in_order(there.store, there.home, partner, fetched, 0)
    assert (last, isinstance(problem, IntegrityError)) == (1, True)
    assert there.ids() == {id_of(indicator("b"))}


def test_a_message_asks_for_a_bounded_number_of_entries() -> None:
    message = demand.Message("r", "CAN>FRA", 1, 1, "purge", "", "o", 1, (demand.Item(1, 10**12),))
    with pytest.raises(IntegrityError, match="4096 is the most"):
        demand.sequences(message)
    assert demand.items_of([3, 1, 2, 7]) == (demand.Item(1, 3), demand.Item(7))


def test_a_partner_beyond_its_deadline_is_unreachable_and_an_answer_still_counts() -> None:
    here, there = pair()
    sent(here, there, indicator("a"))
    made = ask(here, "FRA", [id_of(indicator("a"))])
    assert made.due == here.clock() + 72 * HOUR
    assert one(here).at_instant(made.due) == "asked"
    assert one(here).at_instant(made.due + 1) == "unreachable"
    pull(there, here)
    assert one(here).at_instant(made.due + 1) == "acknowledged"


def test_the_deadline_is_the_rules_and_a_plain_client_has_none() -> None:
    here = make("CAN", rules=RULES + "\n[recall]\nanswer_within_hours = 2\n")
    there = make("FRA")
    connect(here, there)
    client(here)
    here.put(indicator("a"))
    here.cut("FRA", "READER")
    assert ask(here, "FRA", [id_of(indicator("a"))]).due == here.clock() + 2 * HOUR
    assert ask(here, "READER", [id_of(indicator("a"))]).due is None


def test_a_plain_client_cannot_be_told_of_a_downgrade_and_the_list_says_so() -> None:
    here = make("CAN")
    client(here)
    here.put(indicator("a"))
    here.cut("READER")
    made = ask(here, "READER", [id_of(indicator("a"))], action="downgrade", marking="tlp:red")
    assert (made.state, made.outcome) == ("refused", "cannot")


def test_what_is_used_in_what_the_receiver_wrote_is_answered_as_being_corrected_and_then_as_done() -> None:
    here, there = pair()
    sent(here, there, indicator("a"), indicator("b"))
    there.put(report("ours", [indicator("a"), indicator("b")]))
    ask(here, "FRA", [id_of(indicator("a"))])
    pull(there, here)
    answer = one(here)
    assert (answer.state, answer.outcome) == ("in-use", "in-use")
    assert answer.until == there.clock() + 7 * DAY
    assert id_of(report("ours", [])).encode() not in here.store.snapshot()  # the product is not named
    corrected = {**orjson.loads(report("ours", [indicator("b")])), "modified": "2026-03-02T10:00:00.000Z"}
    there.put(orjson.dumps(corrected))
    pull(there, here)
    assert one(here).state == "acknowledged"


def test_a_person_may_answer_name_a_product_and_refuse() -> None:
    here, there = pair()
    sent(here, there, indicator("a"))
    made = ask(here, "FRA", [id_of(indicator("a"))])
    pull(there, here)
    partner = known(there, "CAN")
    with there.store.write() as tx:
        answering.answer(
            tx, there.home, partner, made.id, "in-use", "marie", there.clock(),
            until=there.clock() + DAY, note="in the weekly note", products=["note 12"],
        )  # fmt: skip
    pull(there, here)
    told = one(here)
    assert (told.state, told.note, told.products) == ("in-use", "in the weekly note", ("note 12",))
    assert told.until == there.clock() + DAY
    there.clock.now += HOUR
    with there.store.write() as tx:
        answering.answer(tx, there.home, partner, made.id, "cannot", "marie", there.clock())
        with pytest.raises(InputError):
            answering.answer(tx, there.home, partner, made.id, "maybe", "marie", there.clock())
        with pytest.raises(NotFound):
            answering.answer(tx, there.home, partner, "nothing", "done", "marie", there.clock())
    pull(there, here)
    assert one(here).state == "refused"


def test_an_older_receipt_that_arrives_late_changes_nothing() -> None:
    here, there = pair()
    sent(here, there, indicator("a"))
    made = ask(here, "FRA", [id_of(indicator("a"))])
    pull(there, here)
    partner = known(there, "CAN")
    with there.store.read() as tx:
        held = records.recalled(tx, partner.number, made.id)
        assert held is not None
    there.clock.now += HOUR
    with there.store.write() as tx:
        answering.answer(tx, there.home, partner, made.id, "cannot", "marie", there.clock())
    pull(there, here)
    with here.store.write() as tx:
        ledger.record_receipt(tx, here.home, known(here, "FRA"), held.receipt, here.clock())
    assert one(here).state == "refused"


def test_who_released_onward_answers_for_its_recipients_in_aggregate_and_names_none() -> None:
    can, fra, gbr = make("CAN"), make("FRA"), make("GBR")
    connect(can, fra)
    connect(fra, gbr)
    client(fra)
    sent(can, fra, indicator("a"))
    fra.cut("GBR")
    pull(gbr, fra)
    ask(can, "FRA", [id_of(indicator("a"))])
    pull(fra, can)
    assert (one(can).state, one(can).onward) == ("acknowledged", "asked")
    pull(gbr, fra)
    assert gbr.ids() == set()
    pull(fra, can)
    assert (one(can).state, one(can).onward) == ("acknowledged", "acknowledged")
    assert b"GBR" not in b"".join(row.receipt or b"" for row in stored(can))


def stored(node: Node) -> list[Any]:
    with node.store.read() as tx:
        return list(records.recalls(tx))


def test_what_was_forwarded_is_not_forwarded_again_when_it_is_done_again() -> None:
    can, fra, gbr = make("CAN"), make("FRA"), make("GBR")
    connect(can, fra)
    connect(fra, gbr)
    sent(can, fra, indicator("a"))
    fra.cut("GBR")
    made = ask(can, "FRA", [id_of(indicator("a"))], action="downgrade", marking="tlp:red")
    partner = known(fra, "CAN")
    with can.store.read() as tx:
        ((number, data, _basis),) = records.recalls_after(tx, known(can, "FRA").number, 0, 5)
    message = demand.read_message(fra.home, partner, number, data)
    for _attempt in range(2):  # a crash before the receipt was kept
        with fra.store.write() as tx:
            carrying_out._take_back(tx, fra.home, partner, message, fra.clock())
    assert made.id
    assert [row.action for row in stored(fra)] == ["downgrade"]


def test_a_tear_line_of_a_recalled_object_is_asked_back_with_it() -> None:
    here, there = pair()
    hidden = malware("hidden", marking=["tlp:red"])
    held = report("r", [indicator("a"), hidden])
    sent(here, there, indicator("a"), hidden, held)
    assert len(there.ids()) == 2
    made = ask(here, "FRA", [id_of(held)])
    pull(there, here)
    assert there.ids() == {id_of(indicator("a"))}
    assert len(made.vids) == 1
    here.put(held)  # and it is not made anew
    here.cut("FRA")
    pull(there, here)
    assert there.ids() == {id_of(indicator("a"))}


def test_what_another_source_says_word_for_word_does_not_go_again_either() -> None:
    can, fra, gbr = make("CAN"), make("FRA"), make("GBR")
    connect(can, fra)
    connect(gbr, can)
    can.put(indicator("a"))
    can.cut("FRA")
    pull(fra, can)
    ask(can, "FRA", [id_of(indicator("a"))])
    gbr.put(indicator("a"))
    gbr.cut("CAN")
    pull(can, gbr)
    can.cut("FRA")
    pull(fra, can)
    assert fra.ids() == set()


def test_counting_is_by_object_and_the_clock_decides_nothing_else() -> None:
    here, there = pair()
    sent(here, there, indicator("a"), indicator("a", minute=1))
    made = ask(here, "FRA", [id_of(indicator("a"))])
    assert (len(made.ids), len(made.vids)) == (1, 2)
    with there.store.read() as tx:
        assert len(versions.current(tx, Filter(), None, 10, None).rows) == 1
    assert isinstance(here.clock, Clock)
