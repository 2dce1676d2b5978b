"""A stream on media: the same entries, the same checks, and no way to lose, repeat or smuggle one."""

from __future__ import annotations

import itertools
from pathlib import Path

import msgspec
import pytest

from cordiale.exchange import records
from cordiale.exchange.carriers import carry
from cordiale.exchange.home import Own, Partner
from cordiale.exchange.partners import pairing as partners
from cordiale.exchange.partners.keychange import announce_signing
from cordiale.exchange.recall import demand
from cordiale.exchange.restore import rejoin
from cordiale.exchange.stream.withdrawal import withdraw_everywhere
from cordiale.platform.errors import Conflict, ProtocolError
from cordiale.release.egress.client import local_egress
from cordiale.release.keys import keyed_signer
from cordiale.release.mandate import Exemption
from cordiale.release.records import record_exception
from tests.unit.exchange.carriers.media import ITEMS, out, put, reasons, sent, take, there_and_back, two
from tests.unit.exchange.reconcile.test_reconcile import compare
from tests.unit.exchange.restore.test_rejoin import ask_back, closed, names, number, reopen, restore
from tests.unit.exchange.world import Node, id_of, indicator, pull


def test_media_both_ways_carry_segments_recalls_and_receipts(tmp_path: Path) -> None:
    can, fra = two()
    put(can, fra, *ITEMS)
    first, second = there_and_back(can, fra, tmp_path)
    assert (first.new, first.code, first.missing, second.code) == (10, "", None, "")
    assert names(fra) == {f"i{n}" for n in range(10)}
    assert sent(can, fra) == (10, 10)
    again = ask_back(can, fra, [ITEMS[3]])
    (there, back) = there_and_back(can, fra, tmp_path)
    assert (there.recalls, there.new, back.receipts) == (1, 0, 1)
    assert id_of(ITEMS[3]) not in fra.ids()
    with can.store.read() as tx:
        from cordiale.exchange.recall import ledger

        assert ledger.get(tx, again).state == "acknowledged"
    put(can, fra, indicator("later"))
    (file,) = out(can, fra, tmp_path / "third")
    assert take(fra, file)[0].new == 1  # what was acknowledged is not carried again


@pytest.mark.parametrize("kind", ["delayed", "one-way"])
def test_the_stream_changes_between_network_and_media_without_loss_or_repetition(
    tmp_path: Path, kind: str
) -> None:
    can, fra = two(kind)
    put(can, fra, *ITEMS[:3])
    assert pull(fra, can).new == 3
    put(can, fra, *ITEMS[3:6])
    (taken,) = take(fra, *out(can, fra, tmp_path / "a"))
    assert (taken.new, taken.same) == (3, 0)
    put(can, fra, *ITEMS[6:8])
    late = out(can, fra, tmp_path / "b")  # under way while the network takes over
    put(can, fra, *ITEMS[8:])
    assert pull(fra, can).new == 4
    (repeated,) = take(fra, *late)
    assert (repeated.new, repeated.code) == (0, "")
    assert repeated.repeated > 0
    put(fra, can, indicator("back"))
    assert take(can, *out(fra, can, tmp_path / "c"))[0].new == 1
    put(fra, can, indicator("again"))
    assert pull(can, fra).new == 1
    assert names(fra) >= {f"i{n}" for n in range(10)}
    assert compare(fra, can, full=True).differences == compare(can, fra, full=True).differences == ()
    with fra.store.read() as tx:
        assert records.link(tx, number(fra, can)).received == sent(can, fra)[0]


def test_one_way_repeats_itself_and_the_receiver_sees_what_was_lost(tmp_path: Path) -> None:
    can, fra = two("one-way")
    runs = []
    for n in range(5):
        put(can, fra, ITEMS[n])
        runs.append(out(can, fra, tmp_path / f"run{n}")[0])
    (later,) = take(fra, runs[4])  # the first four were lost: entries 3 to 5 are in it
    assert (later.code, names(fra)) == ("exchange.segment.gap", set())
    assert take(fra, runs[2])[0].new == 3  # carried three times each: 1 to 3
    (last,) = take(fra, runs[4])
    assert (last.new, last.missing) == (2, None)
    ask_back(can, fra, [ITEMS[0]])
    (file,) = out(can, fra, tmp_path / "recall")
    assert take(fra, file)[0].recalls == 1
    with can.store.read() as tx:
        (row,) = records.recalls(tx, number=number(can, fra))
    assert row.state == "asked"  # until a receipt comes back by any way
    assert take(can, *out(fra, can, tmp_path / "by-hand"))[0].receipts == 1
    with can.store.read() as tx:
        assert records.recalls(tx, number=number(can, fra))[0].state == "acknowledged"


def test_one_way_carries_each_entry_in_three_runs_however_many_files_a_run_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    can, fra = two("one-way")
    put(can, fra, *ITEMS)
    monkeypatch.setattr(carry, "BUNDLE_BYTES", 1)
    ticking = itertools.count(can.clock())
    can.home = msgspec.structs.replace(can.home, clock=lambda: next(ticking))
    partnership = can.partnership("FRA")
    assert partnership is not None
    runs = [carry.out(can.store, can.home, partnership, tmp_path) for _run in range(4)]
    assert [[(one.first, one.last) for one in run] for run in runs] == [
        *[[(1, 4), (5, 8), (9, 10)]] * 3,
        [(0, 0)],
    ]


def test_loss_is_named_with_what_to_ask_for(tmp_path: Path) -> None:
    can, fra = two("one-way")
    put(can, fra, *ITEMS[:4])
    out(can, fra, tmp_path / "lost")
    put(can, fra, *ITEMS[4:])
    (kept,) = out(can, fra, tmp_path / "kept", since=5)
    (taken,) = take(fra, kept)
    assert taken.code == "exchange.segment.gap"
    assert taken.params["expected"] == "1"
    (again,) = out(can, fra, tmp_path / "again", since=1)
    assert take(fra, again)[0].new == 10


def test_files_are_taken_in_the_order_of_the_stream_whatever_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carry, "BUNDLE_BYTES", 2000)
    can, fra = two()
    put(can, fra, *ITEMS)
    files = out(can, fra, tmp_path)
    assert len(files) > 1
    taken = take(fra, *reversed(files))
    assert sum(one.new for one in taken) == 10
    assert taken[-1].missing is None
    assert taken[0].missing == (5, 10)


def test_what_was_asked_back_while_the_medium_was_under_way_does_not_arrive(tmp_path: Path) -> None:
    can, fra = two()
    put(can, fra, *ITEMS[:2])
    files = out(can, fra, tmp_path)
    ask_back(can, fra, [ITEMS[0]])
    with fra.store.read() as tx:
        known = partners.partner(tx, "CAN")

    def only_recalls(request):  # type: ignore[no-untyped-def]
        from cordiale.exchange.message import Response

        return Response(204) if request.path.endswith("segments") else can.answer(request)

    from cordiale.exchange.visit.sync import visit

    visit(fra.store, fra.home, known, only_recalls)
    with fra.store.read() as tx:
        assert records.link(tx, number(fra, can)).recalls == 1
    (taken,) = take(fra, *files)
    assert (taken.new, taken.withdrawn) == (1, 1)
    assert id_of(ITEMS[0]) not in fra.ids()
    assert ITEMS[0] not in fra.store.snapshot()


def test_a_closed_link_carries_nothing_and_a_new_generation_is_carried_as_well(tmp_path: Path) -> None:
    can, fra = two()
    put(can, fra, *ITEMS[:3])
    there_and_back(can, fra, tmp_path / "a")
    old = can.store.snapshot()
    put(can, fra, ITEMS[3])
    there_and_back(can, fra, tmp_path / "b")
    restore(can, old)
    with pytest.raises(ProtocolError):
        out(can, fra, tmp_path / "c")
    reopen(can, fra, unvisited=True)
    can.cut("FRA")
    first, _back = there_and_back(can, fra, tmp_path / "d")
    assert (first.code, first.same) == ("", 3)


def test_after_a_restore_the_next_medium_with_every_recall_counts_as_a_visit(tmp_path: Path) -> None:
    can, fra = two()
    put(fra, can, *ITEMS[:3])
    there_and_back(fra, can, tmp_path / "a")
    old = can.store.snapshot()
    put(fra, can, ITEMS[3])
    early = out(fra, can, tmp_path / "early")  # under way while Canada is put back
    ask_back(fra, can, [ITEMS[0]])
    there_and_back(fra, can, tmp_path / "b")
    restore(can, old)
    hour = 3_600_000_000
    for written in (early, None):
        taken = take(can, *(written or out(fra, can, tmp_path / "c")))
        assert reasons(taken) == [""]
        with pytest.raises(Conflict, match="carry out CAN FOLDER --from 1"):
            reopen(can, fra)
        can.clock.now, fra.clock.now = can.clock.now + hour, fra.clock.now + hour
    # the recall was acknowledged, so that it is not repeated by itself
    assert id_of(ITEMS[0]) in can.ids()
    assert take(can, *out(fra, can, tmp_path / "d", since=1))[0].recalls == 1
    assert id_of(ITEMS[0]) not in can.ids()
    reopen(can, fra)
    assert not closed(can, fra)


def test_a_medium_of_before_the_restore_does_not_count_whatever_it_holds(tmp_path: Path) -> None:
    can, fra = two()
    put(fra, can, ITEMS[0])
    ask_back(fra, can, [ITEMS[0]])
    early = out(fra, can, tmp_path / "early")
    restore(can, can.store.snapshot())
    assert take(can, *early)[0].recalls == 1
    with pytest.raises(Conflict):
        reopen(can, fra)


def test_a_medium_shows_that_a_node_was_rolled_back(tmp_path: Path) -> None:
    can, fra = two()
    put(can, fra, *ITEMS[:3])
    there_and_back(can, fra, tmp_path / "a")
    old = can.store.snapshot()
    put(can, fra, ITEMS[3])
    take(fra, *out(can, fra, tmp_path / "b"))
    can.store.load(old)
    take(can, *out(fra, can, tmp_path / "c"))
    assert closed(can, fra)
    with can.store.read() as tx:
        assert rejoin.closed(tx, number(can, fra))


@pytest.mark.parametrize("kind", ["delayed", "one-way"])
def test_what_is_held_back_while_its_medium_is_repeated_goes_once_it_may(tmp_path: Path, kind: str) -> None:
    can, fra = two(kind)
    put(can, fra, *ITEMS[:2])
    lost = out(can, fra, tmp_path / "lost")
    held = Exemption(id_of(ITEMS[0]), "FRA", "hold", "officer", can.clock(), can.clock() + 60_000_000)
    with can.store.write() as tx:
        record_exception(tx, held)
    assert take(fra, *out(can, fra, tmp_path / "held"))[0].withdrawn == 1
    take(can, *out(fra, can, tmp_path / "back"))
    assert names(fra) == {"i1"}
    can.clock.now += 120_000_000
    can.cut("FRA")
    assert take(fra, *out(can, fra, tmp_path / "free"))[0].new == 1
    assert names(fra) == {"i0", "i1"}
    assert take(fra, *lost)[0].repeated > 0
    # it may have come under either number: both are asked back
    ask_back(can, fra, [ITEMS[0]])
    with can.store.read() as tx:
        (recall,) = records.recalls(tx, number=number(can, fra))
    assert recall.message is not None
    asked_for = demand.sequences(
        demand.read_message(fra.home, partner_of(fra, "CAN"), 1, bytes(recall.message))
    )
    assert asked_for == [1, 3]
    take(fra, *out(can, fra, tmp_path / "recall"))
    assert names(fra) == {"i1"}


def test_what_may_be_on_a_lost_medium_keeps_its_leaf_when_it_is_purged(tmp_path: Path) -> None:
    can, fra = two()
    vids = can.put(ITEMS[0])
    can.cut("FRA")
    out(can, fra, tmp_path / "lost")
    with can.store.write() as tx:
        record_exception(tx, Exemption(id_of(ITEMS[0]), "FRA", "hold", "officer", can.clock()))
    out(can, fra, tmp_path / "held")
    with can.store.write() as tx:
        assert withdraw_everywhere(tx, vids) == 1


def partner_of(here: Node, name: str) -> Partner:
    with here.store.read() as tx:
        return partners.partner(tx, name)


def test_a_change_of_keys_travels_on_the_medium_and_the_old_key_signs_no_bundle_of_later(
    tmp_path: Path,
) -> None:
    can, fra = two()
    put(can, fra, *ITEMS[:3])
    there_and_back(can, fra, tmp_path)
    put(can, fra, *ITEMS[3:6])  # signed with the old key, not carried yet
    before = can.home
    renew_key(can)
    put(can, fra, *ITEMS[6:])
    (taken, _back) = there_and_back(can, fra, tmp_path)
    assert (taken.code, taken.new) == ("", 7)
    with fra.store.read() as tx:
        assert partners.partner(tx, "CAN").keys == can.home.keys
    with can.store.read() as tx:
        assert partners.partner(tx, "FRA").told == 1

    # who found the old key carries a bundle: what it lists is of no use, since nothing in it is signed anew
    can.home = before
    can.clock.now += 1
    forged = out(can, fra, tmp_path / "forged")
    with fra.store.read() as tx:
        known = partners.partner(tx, "CAN")
    take(fra, *forged)
    with fra.store.read() as tx:
        assert partners.partner(tx, "CAN") == known


def renew_key(node: Node) -> None:
    """Change a node's signing key as `key rotate` does."""
    new = keyed_signer(node.name + "-2")
    egress = local_egress(new)
    with node.store.write() as tx:
        old = node.home.keys[0]
        announce_signing(
            tx, node.home, old, new.public_key, node.home.egress().sign, egress.sign, node.clock()
        )
    node.home = msgspec.structs.replace(
        node.home, keys=(new.public_key,), egress=lambda: egress, own=lambda: Own((new.public_key,), (old,))
    )
