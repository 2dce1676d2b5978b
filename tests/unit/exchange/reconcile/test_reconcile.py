"""State is compared, not logs: what is lost, altered, asked back or in no stream is found and repaired."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import pytest

from cordiale.exchange import records
from cordiale.exchange.home import Limits
from cordiale.exchange.message import Request, Response
from cordiale.exchange.partners import pairing as partners
from cordiale.exchange.recall import ledger, narrowing, sending
from cordiale.exchange.reconcile.comparing import Report, reconcile
from cordiale.exchange.records import reconciliations
from cordiale.platform.errors import IntegrityError, Unavailable
from cordiale.release.mandate import Exemption
from cordiale.release.marking import of_version
from cordiale.release.records import record_exception
from cordiale.stix.version import read
from cordiale.store import purge, versions
from cordiale.store.types import Put
from tests.unit.exchange.restore.test_rejoin import ask_back, names, number, quiet, reopen, restore, send
from tests.unit.exchange.world import SECOND, Node, connect, id_of, indicator, make, pull, report

ITEMS = [indicator(f"i{n}") for n in range(12)]
SMALL = Limits(segment_entries=4)


def two(items: Sequence[bytes] = ITEMS) -> tuple[Node, Node]:
    can, fra = make("CAN", limits=SMALL), make("FRA", limits=SMALL)
    connect(can, fra)
    send(can, fra, *items)
    return can, fra


def compare(
    here: Node, there: Node, *, full: bool = False, transport: Callable[[Request], Response] | None = None
) -> Report:
    with here.store.read() as tx:
        known = partners.partner(tx, there.name)
    return reconcile(here.store, here.home, known, transport or there.answer, full=full)


def vid(here: Node, item: bytes) -> int:
    with here.store.read() as tx:
        (row,) = versions.get(tx, id_of(item), None, history=True)
    return row.vid


def found(report: Report) -> list[tuple[str, str, str]]:
    return [(one.kind, one.repair, one.object_id) for one in report.differences]


def agree(here: Node, there: Node) -> bool:
    quick, full = compare(here, there), compare(here, there, full=True)
    return not quick.differences and not full.differences


def test_what_was_asked_back_by_numbers_of_a_lost_history_is_found_by_its_content() -> None:
    can, fra = two(ITEMS[:1])
    old = can.store.snapshot()
    send(can, fra, *ITEMS[1:4])
    can.store.load(old)  # and does not know it yet
    can.put(ITEMS[3])
    can.cut("FRA")
    made = ask_back(can, fra, [ITEMS[3]])  # entry 2, which is another object there
    quiet(can, fra)
    assert len(fra.ids()) == 4
    reopen(can, fra)
    quiet(can, fra)
    with can.store.read() as tx:
        assert ledger.get(tx, made).outcome == "cannot"
    assert ("recalled", "purged", id_of(ITEMS[3])) in found(compare(fra, can, full=True))
    assert id_of(ITEMS[3]) not in fra.ids()
    pull(fra, can)
    with can.store.read() as tx:
        assert ledger.get(tx, made).outcome == "done"


def test_what_is_set_aside_is_not_named_as_if_nobody_knew_of_it() -> None:
    can, fra, gbr = make("CAN"), make("FRA"), make("GBR")
    connect(can, fra)
    connect(fra, gbr)
    send(can, fra, ITEMS[1])
    hidden = frozenset({"tlp:red"})
    with fra.store.write() as tx:  # in Canada's name, and in no stream
        versions.put(tx, "CAN", fra.clock(), [Put(read(ITEMS[2])[0], hidden, hidden, "received")])
    assert ("extra", "set-aside", id_of(ITEMS[2])) in found(compare(fra, can, full=True))
    fra.put(ITEMS[0], report("seen", [ITEMS[0], ITEMS[2]]))
    fra.cut("GBR")
    assert pull(gbr, fra).new >= 1
    assert id_of(ITEMS[0]) in gbr.ids()
    assert id_of(ITEMS[2]).encode() not in gbr.store.snapshot()


@pytest.mark.parametrize("asked", [True, False])
def test_what_was_given_before_a_roll_back_and_is_forwarded_too_goes_only_if_it_was_asked_back(
    asked: bool,
) -> None:
    can, fra, gbr = make("CAN"), make("FRA"), make("GBR")
    connect(can, fra)
    connect(can, gbr)
    connect(gbr, fra)
    send(can, gbr, ITEMS[0])
    old = can.store.snapshot()
    for here in (can, gbr):
        here.cut("FRA")
        assert pull(fra, here).link.state == "up"
    can.store.load(old)
    can.cut("FRA")  # under the same number, in another segment
    pull(fra, can)
    pull(can, fra)
    if asked:
        made = ask_back(can, fra, ITEMS[:1])
        pull(fra, can)
        with can.store.read() as tx:
            assert ledger.get(tx, made).outcome == "cannot"  # it has no number any more
    else:
        with can.store.write() as tx:  # so that it does not go in the new generation
            record_exception(
                tx, Exemption(id_of(ITEMS[0]), "FRA", "hold", "officer", can.clock(), can.clock() + 10**12)
            )
    reopen(can, fra, gbr, unvisited=True)
    can.put(ITEMS[1])
    quiet(can, fra)
    differences = found(compare(fra, can, full=True))
    assert differences == ([("recalled", "purged", id_of(ITEMS[0]))] if asked else [])
    assert (id_of(ITEMS[0]) in fra.ids()) is not asked


def hold_again(fra: Node, item: bytes, source: str = "CAN") -> int:
    """Put a version in the store behind the exchange's back, as damage or a person with a database tool would."""
    version, _problems = read(item)
    base, full = of_version(version, {}, frozenset({"tlp:green"}))
    with fra.store.write() as tx:
        tx.run("DELETE FROM tombstones")
        (outcome,) = versions.put(tx, source, fra.clock(), [Put(version, base, full, "received")])
    return outcome.vid


def test_two_nodes_that_hold_the_same_agree() -> None:
    can, fra = two()
    report = compare(fra, can, full=True)
    assert (report.objects, report.entries, report.differences, report.finished) == (12, 12, (), True)
    assert compare(fra, can).differences == ()


def test_a_lost_body_is_fetched_again() -> None:
    can, fra = two()
    with fra.store.write() as tx:
        tx.run("DELETE FROM bodies WHERE vid = ?", vid(fra, ITEMS[5]))
    assert compare(fra, can).differences == ()  # our records say that it is here
    assert found(compare(fra, can, full=True)) == [("missing", "refetched", id_of(ITEMS[5]))]
    assert fra.raws(id_of(ITEMS[5])) == [ITEMS[5]]
    assert agree(fra, can)


def test_what_was_repaired_is_logged_and_scrubbed_though_the_partner_stops_answering_half_way() -> None:
    can, fra = two()
    ask_back(can, fra, [ITEMS[2]])
    pull(fra, can)
    again = hold_again(fra, ITEMS[2])
    with fra.store.write() as tx:
        tx.run("DELETE FROM bodies WHERE vid = ?", vid(fra, ITEMS[5]))
        tx.run("DELETE FROM bodies WHERE vid = ?", vid(fra, ITEMS[9]))
        row = records.received_with(tx, number(fra, can), 1, 3)
        assert row is not None
        vids = records_with(row.vids, 2, again)
        reconciliations.replace_entries(tx, row.pair, 1, row.first, vids, row.salts or b"")

    def failing(request: Request) -> Response:
        last = request.path.endswith("segments") and "after=8" in request.query
        return Response(503) if last else can.answer(request)

    with pytest.raises(Unavailable):
        compare(fra, can, full=True, transport=failing)
    with fra.store.read() as tx:
        logged = reconciliations.differences(tx, number(fra, can), 10)
        assert not purge.owed(tx)
    assert [(one.repair, one.object_id) for one in reversed(logged)] == [
        ("purged", id_of(ITEMS[2])),
        ("refetched", id_of(ITEMS[5])),
    ]
    assert found(compare(fra, can, full=True)) == [("missing", "refetched", id_of(ITEMS[9]))]


def test_a_lost_version_is_fetched_again() -> None:
    can, fra = two()
    lost = vid(fra, ITEMS[5])
    with fra.store.write() as tx:
        versions.take_out(tx, lost)
    assert found(compare(fra, can, full=True)) == [("missing", "refetched", id_of(ITEMS[5]))]
    assert fra.raws(id_of(ITEMS[5])) == [ITEMS[5]]
    assert agree(fra, can)


def test_a_flipped_byte_is_found_and_the_body_fetched_again() -> None:
    can, fra = two()
    with fra.store.write() as tx:
        altered = ITEMS[7].replace(b"i7", b"j7")
        tx.run("UPDATE bodies SET raw = ? WHERE vid = ?", altered, vid(fra, ITEMS[7]))
        tx.run("UPDATE bodies SET raw = ? WHERE vid = ?", b"\xff\x00", vid(fra, ITEMS[8]))
    assert sorted(found(compare(fra, can, full=True))) == sorted(
        ("flipped", "refetched", id_of(item)) for item in (ITEMS[7], ITEMS[8])
    )
    assert fra.raws(id_of(ITEMS[7])) == [ITEMS[7]]
    assert agree(fra, can)


def test_a_content_hash_that_was_altered_with_the_content_is_found_by_the_signed_leaf() -> None:
    can, fra = two()
    altered, _problems = read(ITEMS[7].replace(b"i7", b"j7"))
    with fra.store.write() as tx:
        tx.run("UPDATE bodies SET raw = ? WHERE vid = ?", altered.raw, vid(fra, ITEMS[7]))
        tx.run("UPDATE versions SET hash = ? WHERE vid = ?", altered.hash, vid(fra, ITEMS[7]))
    assert [one[:2] for one in found(compare(fra, can, full=True))] == [("flipped", "refetched")]
    assert fra.raws(id_of(ITEMS[7])) == [ITEMS[7]]
    assert agree(fra, can)


def test_what_was_asked_back_and_is_still_held_is_purged() -> None:
    can, fra = two()
    ask_back(can, fra, [ITEMS[2]])
    pull(fra, can)
    again = hold_again(fra, ITEMS[2])
    with fra.store.write() as tx:  # the records of the stream say that it is here, too
        row = records.received_with(tx, number(fra, can), 1, 3)
        assert row is not None
        vids = records_with(row.vids, 2, again)
        reconciliations.replace_entries(tx, row.pair, 1, row.first, vids, row.salts or b"")
    assert found(compare(fra, can)) == [("recalled", "purged", id_of(ITEMS[2]))]
    assert id_of(ITEMS[2]) not in fra.ids()
    assert agree(fra, can)


def records_with(blob: bytes, place: int, value: int) -> bytes:
    from cordiale.exchange.entry import numbers, read_numbers

    vids = read_numbers(blob)
    vids[place] = value
    return numbers(vids)


def test_what_was_asked_back_and_stands_beside_the_stream_is_purged() -> None:
    can, fra = two()
    ask_back(can, fra, [ITEMS[2]])
    pull(fra, can)
    hold_again(fra, ITEMS[2])
    assert found(compare(fra, can, full=True)) == [("recalled", "purged", id_of(ITEMS[2]))]
    assert id_of(ITEMS[2]) not in fra.ids()


def test_what_is_in_no_stream_is_set_aside_with_its_content() -> None:
    can, fra = two()
    extra = indicator("extra")
    hold_again(fra, extra)
    assert found(compare(fra, can, full=True)) == [("extra", "set-aside", id_of(extra))]
    assert id_of(extra) not in fra.ids()
    with fra.store.read() as tx:
        (kept,) = records.set_aside(tx, number(fra, can))
    assert (kept.object_id, kept.code, kept.raw) == (id_of(extra), "exchange.reconcile.extra", extra)
    assert agree(fra, can)
    send(can, fra, extra)  # it is not refused when it really comes
    assert fra.raws(id_of(extra)) == [extra]


def test_a_second_content_kept_aside_is_taken_in_once_the_first_is_in_no_stream() -> None:
    """Both were put back: the first was sent in a history that neither knows of any more."""
    can, fra = two()
    theirs = next(iter(can.home.identities))
    first, second = (
        indicator("twice", created_by_ref=theirs, description=one) for one in ("first", "second")
    )
    hold_again(fra, first)
    send(can, fra, second)
    assert fra.raws(id_of(first)) == [first]
    assert found(compare(fra, can, full=True)) == [
        ("extra", "set-aside", id_of(first)),
        ("missing", "refetched", id_of(second)),
    ]
    assert fra.raws(id_of(second)) == [second]
    with fra.store.read() as tx:
        assert [row.code for row in records.set_aside(tx, number(fra, can))] == ["exchange.reconcile.extra"]
    assert agree(fra, can)


def test_what_could_not_be_taken_is_explained_once_and_no_difference() -> None:
    can, fra = two()
    own = indicator("own", created_by_ref=next(iter(fra.home.identities)))
    send(can, fra, own)
    report = compare(fra, can)
    assert (report.differences, report.explained) == ((), 1)
    with can.store.read() as tx:
        ((generation, sequence, held, reason, _at),) = reconciliations.explanations(tx, number(can, fra), 9)
    assert (generation, sequence, held, reason) == (1, 13, False, "exchange.apply.identity")
    assert compare(fra, can).explained == 0  # both count alike now


def test_a_recall_that_only_stops_the_use_leaves_no_difference() -> None:
    can, fra = two()
    partnership = can.partnership("FRA")
    assert partnership is not None
    with can.store.write() as tx:
        made = sending.draft(
            tx,
            can.home,
            partnership.partner,
            ids=[id_of(ITEMS[0])],
            reason="r",
            action="stop-use",
            now=can.clock(),
        )
        assert made is not None
        sending.confirm(tx, can.home, partnership, made.id, "officer", can.clock())
    pull(fra, can)
    assert compare(fra, can, full=True).differences == ()
    assert id_of(ITEMS[0]) in fra.ids()


def test_a_whole_comparison_goes_on_where_it_was_stopped() -> None:
    can, fra = two()
    with fra.store.read() as tx:
        known = partners.partner(tx, "CAN")
    with fra.store.write() as tx:
        tx.run("DELETE FROM bodies WHERE vid IN (?, ?)", vid(fra, ITEMS[1]), vid(fra, ITEMS[11]))
    looks: list[int] = []

    def once(done: int, _of: int) -> bool:
        looks.append(done)
        return False

    first = reconcile(fra.store, fra.home, known, can.answer, full=True, progress=once)
    assert (first.finished, found(first)) == (False, [("missing", "refetched", id_of(ITEMS[1]))])
    rest = compare(fra, can, full=True)
    assert (rest.finished, rest.objects) == (True, 7)
    assert found(rest) == [("missing", "refetched", id_of(ITEMS[11]))]
    assert agree(fra, can)


@pytest.mark.parametrize("path", ["reconcile/states", "reconcile/extra"])
def test_an_answer_that_the_partner_did_not_sign_for_this_question_repairs_nothing(path: str) -> None:
    can, fra = two()
    extra = indicator("extra")
    hold_again(fra, extra)
    with fra.store.write() as tx:
        tx.run("DELETE FROM bodies WHERE vid = ?", vid(fra, ITEMS[5]))
    kept: list[Response] = []

    def replaying(request: Request) -> Response:
        answer = can.answer(request)
        if request.path.endswith(path):
            kept.append(answer)
            return kept[0] if len(kept) > 1 else msgspec.structs.replace(answer, body=b"{}")
        return answer

    for _again in range(2):
        with pytest.raises(IntegrityError):
            compare(fra, can, full=True, transport=replaying)
    assert id_of(extra) in fra.ids()


def test_after_a_restore_of_the_sender_what_it_forgot_is_set_aside_and_the_rest_agrees() -> None:
    can, fra = two(ITEMS[:4])
    old = can.store.snapshot()
    send(can, fra, ITEMS[4])
    restore(can, old)
    pull(can, fra)
    reopen(can, fra, unvisited=True)
    pull(fra, can)
    assert (
        compare(fra, can, full=True).differences == ()
    )  # nothing was cut yet: no word on what is not counted
    can.cut("FRA")
    pull(fra, can)
    assert found(compare(fra, can, full=True)) == [("extra", "set-aside", id_of(ITEMS[4]))]
    quiet(can, fra)
    assert names(fra) == names(can) == {"i0", "i1", "i2", "i3"}
    assert agree(fra, can)


def test_what_went_as_a_bare_leaf_before_its_sender_was_rolled_back_goes_once_it_may() -> None:
    can, fra = two(())
    can.put(*ITEMS[:2])
    can.cut("FRA")
    old = can.store.snapshot()
    hold(can, "FRA", ITEMS[1])
    assert pull(fra, can).new == 1  # and the other as a bare leaf, which Canada took note of
    can.store.load(old)  # nothing proves that: both know the same headers
    hold(can, "FRA", ITEMS[1])
    pull(fra, can)
    assert compare(fra, can).explained == 1
    assert compare(fra, can).explained == 0
    can.clock.now += 2 * SECOND
    quiet(can, fra)
    assert names(fra) == {"i0", "i1"}
    ask_back(can, fra, ITEMS[1:2])
    quiet(can, fra)
    assert names(fra) == {"i0"}


def hold(here: Node, to: str, item: bytes) -> None:
    """Keep an object back for a second."""
    now = here.clock()
    with here.store.write() as tx:
        record_exception(tx, Exemption(id_of(item), to, "hold", "officer", now, now + SECOND))


def test_only_the_halves_that_differ_are_asked_about() -> None:
    many = [indicator(f"m{n}") for n in range(400)]
    can, fra = two(many)
    with fra.store.write() as tx:
        versions.take_out(tx, vid(fra, many[200]))
        tx.run("DELETE FROM exchange_status")
    asked: list[str] = []

    def counting(request: Request) -> Response:
        asked.append(request.path.rpartition("/")[2])
        return can.answer(request)

    assert len(found(compare(fra, can, full=True, transport=counting))) == 1
    assert asked.count("states") == 1
    assert asked.count("root") < 60


def test_what_went_in_an_earlier_generation_can_still_be_asked_back() -> None:
    can, fra = two(ITEMS[:4])
    partnership = can.partnership("FRA")
    assert partnership is not None
    with can.store.write() as tx:  # drafted before the restore, confirmed after it
        made = sending.draft(
            tx, can.home, partnership.partner, ids=[id_of(ITEMS[0])], reason="r", now=can.clock()
        )
        assert made is not None
    restore(can, can.store.snapshot())
    pull(can, fra)
    reopen(can, fra, unvisited=True)
    pull(fra, can)
    with can.store.write() as tx:
        sending.confirm(tx, can.home, partnership, made.id, "officer", can.clock())
    assert pull(fra, can).recalls == 1
    assert id_of(ITEMS[0]) not in fra.ids()
    can.cut("FRA")
    pull(fra, can)
    assert fra.ids() == {id_of(item) for item in ITEMS[1:4]}
    assert agree(fra, can)


def test_what_somebody_else_gave_as_well_stays_when_one_sender_stops_counting_it() -> None:
    can, fra = two(ITEMS[:1])
    gbr = make("GBR", limits=SMALL)
    connect(can, gbr)
    connect(fra, gbr)
    for here, there in ((fra, gbr), (gbr, fra)):  # and back again to who had it first
        here.cut(there.name)
        pull(there, here)
    ask_back(fra, gbr, [ITEMS[0]])
    pull(gbr, fra)
    assert gbr.ids() == set()
    assert compare(fra, gbr, full=True).differences == ()
    assert fra.ids() == {id_of(ITEMS[0])}
    assert agree(fra, can)
    assert agree(fra, gbr)


def test_what_went_again_under_another_number_stays_when_the_first_is_not_counted() -> None:
    can, fra = two(ITEMS[:2])
    with (
        can.store.write() as tx
    ):  # as a medium does that says it may not go now, while the receipt of a visit is awaited
        narrowing.let_go(tx, partners.partner(tx, "FRA"), [vid(can, ITEMS[0])])
    can.cut("FRA")
    assert pull(fra, can).new == 0, "it is there already"
    report = compare(fra, can)
    assert found(report) == []
    assert fra.ids() == {id_of(one) for one in ITEMS[:2]}
    assert agree(fra, can)
    with can.store.write() as tx:  # and where it is counted under no number any more, it goes
        narrowing.let_go(tx, partners.partner(tx, "FRA"), [vid(can, ITEMS[0])])
    assert found(compare(fra, can)) == [("extra", "set-aside", id_of(ITEMS[0]))]


def test_a_recall_goes_onward_although_a_draft_about_the_same_waits_for_a_person() -> None:
    can, gbr, fra = make("CAN"), make("GBR"), make("FRA")
    connect(can, gbr)
    connect(gbr, fra)
    send(can, gbr, ITEMS[0])
    gbr.cut("FRA")
    pull(fra, gbr)
    partnership = gbr.partnership("FRA")
    assert partnership is not None
    with gbr.store.write() as tx:
        assert sending.draft(
            tx, gbr.home, partnership.partner, ids=[id_of(ITEMS[0])], reason="r", now=gbr.clock()
        )
    ask_back(can, gbr, [ITEMS[0]])
    pull(gbr, can)
    assert pull(fra, gbr).recalls == 1
    assert gbr.ids() == fra.ids() == set()
