"""A node that was put back to an earlier state notices, learns what it forgot, and begins its streams again."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import msgspec
import orjson

from cordiale.exchange import records
from cordiale.exchange.link.signatures import sign_request
from cordiale.exchange.link.wire import BASE, Hello, NumberedRecall, Standing
from cordiale.exchange.message import Request, Response, Transport
from cordiale.exchange.partners import pairing as partners
from cordiale.exchange.recall import answering, carrying_out, demand, expired, ledger, sending
from cordiale.exchange.recall.narrowing import BY_MARKING, NARROWED
from cordiale.exchange.records import generations
from cordiale.exchange.restore import rejoin
from cordiale.exchange.signing import sign_statement
from cordiale.exchange.stream.segment import pair_name
from cordiale.exchange.taxii.pages import collection_id
from cordiale.platform.errors import Unavailable
from cordiale.platform.ids import uuid4
from cordiale.release.mandate import Exemption
from cordiale.release.records import record_exception
from cordiale.store import versions
from tests.unit.exchange.world import Node, client, connect, id_of, indicator, make, pull

A, B, C, D = (indicator(name) for name in "abcd")


def three() -> tuple[Node, Node, Node]:
    can, fra, gbr = make("CAN"), make("FRA"), make("GBR")
    connect(can, fra)
    connect(can, gbr)
    return can, fra, gbr


def send(here: Node, there: Node, *items: bytes) -> None:
    here.put(*items)
    here.cut(there.name)
    assert pull(there, here).link.state == "up"


def number(here: Node, there: Node) -> int:
    with here.store.read() as tx:
        return partners.partner(tx, there.name).number


def stream(here: Node, there: Node) -> tuple[int, int]:
    """Return (generation, last entry) of the stream from one node to another."""
    with here.store.read() as tx:
        pair = records.pair(tx, number(here, there))
    return pair.generation, pair.last


def closed(here: Node, there: Node) -> bool:
    with here.store.read() as tx:
        return rejoin.closed(tx, number(here, there))


def restore(here: Node, state: bytes) -> None:
    """Put a node back from a copy, as `cordiale restore` does."""
    here.store.load(state)
    with here.store.write() as tx:
        rejoin.close_all(tx, here.clock())


def reopen(here: Node, *others: Node, unvisited: bool = False) -> None:
    for other in others:
        with here.store.write() as tx:
            known = partners.partner(tx, other.name)
            rejoin.reopen(tx, here.home, known, here.clock(), unvisited=unvisited)


def ask_back(here: Node, there: Node, items: Sequence[bytes]) -> str:
    partnership = here.partnership(there.name)
    assert partnership is not None
    with here.store.write() as tx:
        ids = [id_of(item) for item in items]
        made = sending.draft(tx, here.home, partnership.partner, ids=ids, reason="r", now=here.clock())
        assert made is not None
        sending.confirm(tx, here.home, partnership, made.id, "officer", here.clock())
    return made.id


def quiet(*nodes: Node) -> None:
    """Let everything that is open go where it may."""
    for _round in range(3):
        for here in nodes:
            here.cut(*(node.name for node in nodes if node is not here))
            for there in nodes:
                with here.store.read() as tx:
                    known = {p.node for p in partners.partners(tx)}
                if there.name in known:
                    pull(here, there)


def names(here: Node) -> set[str]:
    found = set()
    for stix_id in here.ids():
        found |= {orjson.loads(raw)["name"] for raw in here.raws(stix_id)}
    return found


def test_a_sender_that_was_rolled_back_closes_every_link_when_a_partner_proves_it() -> None:
    can, fra, gbr = three()
    send(can, fra, A)
    old = can.store.snapshot()
    send(can, fra, B)
    can.store.load(old)
    pulled = pull(fra, can)
    assert (pulled.link.state, closed(can, fra), closed(can, gbr), closed(fra, can)) == (
        "rejoin",
        True,
        True,
        False,
    )
    assert pull(gbr, can).link.state == "rejoin"
    quiet(can, fra, gbr)
    assert stream(can, fra) == (1, 2)  # the header that it forgot is back, without content
    reopen(can, fra, gbr)
    can.put(C)
    quiet(can, fra, gbr)
    assert pull(fra, can).link.state == pull(gbr, can).link.state == "up"
    assert stream(can, fra)[0] == stream(can, gbr)[0] == 2
    # France keeps what Canada lost as Canada's word, and does not give it back as its own (0095)
    assert (names(can), names(fra), names(gbr)) == ({"a", "c"}, {"a", "b", "c"}, {"a", "c"})


def test_what_a_partner_only_claims_closes_nothing() -> None:
    can, fra, _gbr = three()
    send(can, fra, A)
    for standing in (
        Standing(),
        Standing(generation=1, received=9),
        Standing(generation=9, received=9, header="{}", signature=b"x"),
        Standing(generation=9, received=0, opening="{}"),
    ):
        hello = Hello("FRA", (1,), (), 1, 9, "00", standing)
        request = Request("POST", BASE + "hello", "", {}, msgspec.json.encode(hello))
        answer = can.answer(sign_request(fra.home, request, "CAN"))
        assert answer.status >= 400, standing
    assert not closed(can, fra)
    assert pull(fra, can).link.state == "up"


def test_a_receiver_that_was_rolled_back_finds_out_from_its_own_receipt() -> None:
    can, fra, _gbr = three()
    send(can, fra, A)
    old = fra.store.snapshot()
    send(can, fra, B)
    send(fra, can, C)
    fra.store.load(old)
    assert pull(fra, can).link.state == "rejoin"
    assert closed(fra, can)
    assert names(fra) == {"a", "b"}  # it is served, and learns again what it had
    assert pull(can, fra).link.state == "rejoin"
    reopen(fra, can)
    quiet(can, fra)
    assert pull(can, fra).link.state == pull(fra, can).link.state == "up"
    # its own word is not given back to France (0095)
    assert (names(fra), names(can)) == ({"a", "b"}, {"a", "b", "c"})


def test_both_restored_find_each_other_again() -> None:
    can, fra, gbr = three()
    send(can, fra, A)
    send(fra, can, C)
    old_can, old_fra = can.store.snapshot(), fra.store.snapshot()
    send(can, fra, B)
    send(fra, can, D)
    restore(can, old_can)
    restore(fra, old_fra)
    quiet(can, fra, gbr)
    assert closed(can, fra)
    assert closed(fra, can)
    reopen(can, fra, gbr)
    reopen(fra, can)
    can.put(B)
    quiet(can, fra, gbr)
    assert pull(can, fra).link.state == pull(fra, can).link.state == "up"
    assert names(can) == names(fra) == {"a", "b", "c"}
    assert stream(can, fra)[0] == stream(fra, can)[0] == 2


def test_a_recall_by_numbers_of_a_lost_history_takes_nothing_else_with_it() -> None:
    can, fra, _gbr = three()
    send(can, fra, A)
    old = can.store.snapshot()
    send(can, fra, B)
    can.store.load(old)  # and does not know it yet
    can.put(C)
    can.cut("FRA")
    made = ask_back(can, fra, [C])  # entry 2, which is B there
    assert pull(fra, can).recalls == 1
    assert names(fra) == {"a", "b"}
    pull(can, fra)
    with can.store.read() as tx:
        assert ledger.get(tx, made).state == "refused"  # nobody says that it is done


def test_a_forgotten_recall_of_a_lost_history_keeps_nothing_else_back() -> None:
    can, fra, _gbr = three()
    send(can, fra, A)
    old = can.store.snapshot()
    send(can, fra, B)
    known = can.store.snapshot()
    can.store.load(old)
    can.put(C)
    can.cut("FRA")
    ask_back(can, fra, [C])
    pull(fra, can)
    can.store.load(known)  # entry 2 is B again, and of the recall of entry 2 nothing is known
    quiet(can, fra)
    with can.store.read() as tx:
        assert records.recalled_vids(tx, number(can, fra)) == set()
    reopen(can, fra, unvisited=True)
    quiet(can, fra)
    assert stream(can, fra) == (2, 2)
    assert names(fra) == {"a", "b"}


def test_a_recall_that_was_forgotten_is_learnt_again_and_what_it_named_does_not_come_back() -> None:
    can, fra, _gbr = three()
    send(can, fra, A)
    old = can.store.snapshot()
    send(can, fra, B)
    before = ask_back(can, fra, [A])
    assert pull(fra, can).recalls == 1
    restore(can, old)
    can.put(B)
    pull(can, fra)
    with can.store.read() as tx:
        known = ledger.get(tx, before)
        assert records.recalled_vids(tx, number(can, fra)) == set(known.vids)
    assert (known.state, known.ids) == ("acknowledged", (id_of(A),))
    reopen(can, fra, unvisited=True)
    quiet(can, fra)
    assert names(fra) == {"b"}
    assert stream(can, fra) == (2, 1)


def test_a_forgotten_recall_alone_shows_that_a_node_was_rolled_back() -> None:
    can, fra, gbr = three()
    send(can, fra, A)
    old = can.store.snapshot()
    ask_back(can, fra, [A])
    pull(fra, can)
    can.store.load(old)
    pull(can, fra)
    assert closed(can, fra)
    assert closed(can, gbr)


def test_who_carried_out_a_recall_that_was_forgotten_is_served_nothing_until_it_was_visited() -> None:
    can, fra, _gbr = three()
    send(can, fra, A)
    old = can.store.snapshot()
    ask_back(can, fra, [A])
    pull(fra, can)
    can.store.load(old)  # A counts as held there, and would go again to whoever asks for it
    assert pull(fra, can).link.state == "rejoin"
    assert not closed(can, fra)  # France only says so
    pull(can, fra)
    assert closed(can, fra)


def losing(there: Node, path: str, times: int) -> Transport:
    """Carry requests until a path was asked for so often; then the line is dead."""
    asked = 0

    def carry(request: Request) -> Response:
        nonlocal asked
        asked += request.path.endswith(path)
        if asked > times:
            raise Unavailable("exchange.unreachable", "{node} cannot be reached.", node=there.name)
        return there.answer(request)

    return carry


def test_a_partner_lost_while_it_shows_a_forgotten_recall_leaves_the_node_closed_all_the_same() -> None:
    can, fra, gbr = three()
    send(can, fra, A, B)
    old = can.store.snapshot()
    ask_back(can, fra, [A])
    pull(fra, can)
    can.store.load(old)
    later = ask_back(can, fra, [B])  # number 1 again
    # what proved that Canada is behind is known to it from here on, and would not prove it a second time
    assert pull(can, fra, losing(fra, "standing/recalled", 2)).link.state == "rejoin"
    assert closed(can, fra)
    assert closed(can, gbr)
    pull(can, fra)
    assert pull(fra, can).recalls == 1
    with can.store.read() as tx:
        assert ledger.get(tx, later).state == "acknowledged"
    reopen(can, fra, gbr, unvisited=True)
    quiet(can, fra)
    assert stream(can, fra)[0] == 2


def test_a_recall_that_is_claimed_and_not_shown_closes_nothing() -> None:
    can, fra, gbr = three()
    send(can, fra, A)
    old = can.store.snapshot()
    ask_back(can, fra, [A])
    pull(fra, can)
    can.store.load(old)

    def silent(request: Request) -> Response:
        answer = fra.answer(request)
        return Response(200, answer.headers, b"[]") if request.path.endswith("recalled") else answer

    pulled = pull(can, fra, silent)
    assert (pulled.link.state, pulled.link.code) == ("garbage", "exchange.rejoin.unproven")
    assert not closed(can, fra)
    assert not closed(can, gbr)


def test_a_recall_under_a_number_that_was_used_gets_the_next_one() -> None:
    can, fra, _gbr = three()
    send(can, fra, A, B)
    old = can.store.snapshot()
    ask_back(can, fra, [A])
    pull(fra, can)
    can.store.load(old)
    later = ask_back(can, fra, [B])  # number 1 again: France carried out another number 1
    assert pull(fra, can).recalls == 0
    pull(can, fra)
    assert pull(fra, can).recalls == 1
    with can.store.read() as tx:
        assert ledger.get(tx, later).state == "acknowledged"
        assert len(ledger.recalls(tx, partner="FRA")) == 2
    assert names(fra) == set()


def behind() -> tuple[Node, Node, str, list[str]]:
    """Return a node that was put back to before a recall, closed, and who did it; the forgotten recall, and two made since."""
    can, fra, _gbr = three()
    send(can, fra, A, B, C)
    old = can.store.snapshot()
    forgotten = ask_back(can, fra, [A])
    assert pull(fra, can).recalls == 1
    restore(can, old)
    return can, fra, forgotten, [ask_back(can, fra, [item]) for item in (B, C)]


def answered(here: Node, there: Node) -> dict[str, str]:
    with here.store.read() as tx:
        return {one.id: one.state for one in ledger.recalls(tx, partner=there.name)}


def test_who_forgot_a_recall_has_none_passed_over_that_it_numbered_the_same() -> None:
    can, fra, forgotten, later = behind()
    pulled = pull(fra, can)  # number 2 comes next, and number 1 is another one here
    assert (pulled.recalls, pulled.link.state) == (0, "rejoin")
    assert names(fra) == {"b", "c"}
    with fra.store.write() as tx:  # what it answers anew is of a recall that nobody remembers but itself
        known = partners.partner(tx, "CAN")
        answering.answer(tx, fra.home, known, forgotten, "in-use", "officer", fra.clock())
    assert pull(fra, can).link.state == "rejoin"
    assert answered(can, fra) == dict.fromkeys(later, "asked")
    pull(can, fra)
    assert answered(can, fra) == {forgotten: "in-use", **dict.fromkeys(later, "asked")}
    pulled = pull(fra, can)
    assert (pulled.recalls, pulled.link.code) == (
        2,
        "exchange.rejoin",
    )  # it waits for a person there, and for nothing else
    assert answered(can, fra) == {forgotten: "in-use", **dict.fromkeys(later, "acknowledged")}
    assert names(fra) == set()
    reopen(can, fra, unvisited=True)
    quiet(can, fra)
    assert pull(fra, can).link.state == pull(can, fra).link.state == "up"


def test_logs_of_recalls_that_parted_under_an_older_release_are_found_and_joined() -> None:
    can, fra, forgotten, later = behind()
    with can.store.read() as tx:
        rows = records.recalls_after(tx, number(can, fra), 1, 10)
    with fra.store.read() as tx:
        known = partners.partner(tx, "CAN")
    shown = [NumberedRecall(row[0], row[1].decode()) for row in rows]
    # it asked for what comes after number 1 and passed over the one that Canada gave that number to
    assert carrying_out.in_order(fra.store, fra.home, known, shown, 1) == (2, None)
    assert names(fra) == {"b"}
    pull(can, fra)
    reopen(can, fra, unvisited=True)
    quiet(can, fra)
    assert pull(fra, can).link.state == pull(can, fra).link.state == "up"
    assert answered(can, fra) == dict.fromkeys((forgotten, *later), "acknowledged")
    assert names(fra) == set()


def test_a_recall_that_is_answered_is_counted_at_once_so_that_who_forgets_it_learns_it_again() -> None:
    can, fra, _gbr = three()
    send(can, fra, A, B)
    old = can.store.snapshot()
    forgotten = ask_back(can, fra, [A])
    with can.store.read() as tx:
        ((place, message, _basis),) = records.recalls_after(tx, number(can, fra), 0, 10)
    with fra.store.read() as tx:
        known = partners.partner(tx, "CAN")
    # the power goes out before the visit goes on, and Canada is put back meanwhile
    carrying_out.carry_out_all(fra.store, fra.home, known, [(place, message)], fra.clock())
    can.store.load(old)
    assert pull(fra, can).link.state == "rejoin"
    pull(can, fra)
    assert answered(can, fra) == {forgotten: "acknowledged"}


def test_a_receipt_for_a_recall_that_nobody_signed_is_refused() -> None:
    can, fra, forgotten, later = behind()
    pull(can, fra)
    made = demand.Receipt(uuid4(fra.home.random), pair_name("CAN", "FRA"), "done", 1, fra.clock())
    request = Request("POST", BASE + "receipts", "", {}, demand.sign(fra.home, made))
    assert can.answer(sign_request(fra.home, request, "CAN")).status >= 400
    assert answered(can, fra) == {forgotten: "acknowledged", **dict.fromkeys(later, "asked")}


def test_a_number_is_never_reused_with_other_content() -> None:
    can, fra, _gbr = three()
    send(can, fra, A)
    old = can.store.snapshot()
    send(can, fra, B)
    can.store.load(old)
    can.put(C)
    can.cut("FRA")  # signed before anybody could tell: entry 2 of generation 1 is another one here
    served: list[bytes] = []

    def watching(request: Request) -> Response:
        answer = can.answer(request)
        if request.path.endswith("segments") and answer.body:
            served.append(answer.body)
        return answer

    assert pull(fra, can, watching).link.state == "rejoin"
    assert served == []
    pull(can, fra)
    with can.store.read() as tx, fra.store.read() as there:
        theirs = records.received_hashes(there, number(fra, can), 1)
        assert [digest for _last, digest in records.header_ends(tx, number(can, fra), 1)] == theirs
    reopen(can, fra, unvisited=True)
    quiet(can, fra)
    assert stream(can, fra)[0] == 2
    assert names(fra) == {"a", "b", "c"}


def test_what_is_stopped_in_a_new_generation_is_asked_back_from_who_has_it_of_the_one_before() -> None:
    can, fra, _gbr = three()
    send(can, fra, A, B)
    restore(can, can.store.snapshot())
    reopen(can, fra, unvisited=True)
    can.cut("FRA")
    partnership = can.partnership("FRA")
    assert partnership is not None
    with can.store.write() as tx:  # narrowed rules would take it back, and more than go without a person
        drafted = sending.draft(
            tx, can.home, partnership.partner, ids=[id_of(A)], reason=NARROWED, by=BY_MARKING, now=can.clock()
        )
        hold = Exemption(id_of(A), "FRA", "hold", "officer", can.clock())
        record_exception(tx, hold)
    assert pull(fra, can).withdrawn == 1
    assert names(fra) == {"a", "b"}
    assert drafted is not None
    with can.store.write() as tx:
        sending.confirm(tx, can.home, partnership, drafted.id, "officer", can.clock())
    assert pull(fra, can).recalls == 1
    assert names(fra) == {"b"}


def test_restoring_the_same_copy_twice_does_not_open_a_generation_twice() -> None:
    can, fra, _gbr = three()
    send(can, fra, A)
    old = can.store.snapshot()
    for generation in (2, 3, 4):
        restore(can, old)
        pull(can, fra)
        reopen(can, fra, unvisited=True)
        assert stream(can, fra)[0] == generation
        can.cut("FRA")
        assert pull(fra, can).link.state == "up"
    with fra.store.read() as tx:
        assert generations.highest_generation(tx, number(fra, can), generations.RECEIVED) == 4


def test_a_generation_that_nobody_saw_yet_is_not_opened_twice_unvisited() -> None:
    can, fra, _gbr = three()
    send(can, fra, A)
    old = can.store.snapshot()
    restore(can, old)
    reopen(can, fra, unvisited=True)
    can.cut("FRA")
    assert pull(fra, can).link.state == "up"
    restore(can, old)
    reopen(can, fra, unvisited=True)  # generation 2 a second time: France can tell
    can.put(B)
    can.cut("FRA")
    assert pull(fra, can).link.state == "rejoin"
    assert closed(can, fra)
    pull(can, fra)
    reopen(can, fra, unvisited=True)
    quiet(can, fra)
    assert stream(can, fra) == (3, 2)
    assert names(fra) == {"a", "b"}


def test_a_plain_client_shows_by_its_cursor_that_a_node_was_rolled_back_and_reads_all_again() -> None:
    can = make("CAN")
    client(can)
    can.put(*(indicator(f"i{n}", marking=("tlp:green",)) for n in range(2)))
    can.cut("READER")
    old = can.store.snapshot()
    can.put(*(indicator(f"j{n}", marking=("tlp:green",)) for n in range(3)))
    can.cut("READER")
    with can.store.read() as tx:
        reader = partners.partner(tx, "READER")
    path = f"/taxii2/api/collections/{collection_id(can.home, reader.number, 'out')}/objects/"
    token = "Basic " + base64.b64encode(b"x:token-READER").decode()
    headers = {"authorization": token, "accept": "application/taxii+json;version=2.1"}

    def page(query: str) -> Response:
        return can.answer(Request("GET", path, query, headers))

    first = orjson.loads(page("limit=4").body)
    can.store.load(old)
    assert page(f"limit=4&next={first['next']}").status == 503
    assert page("limit=4").status == 503
    with can.store.write() as tx:
        rejoin.reopen(tx, can.home, reader, can.clock())
    can.put(indicator("k", marking=("tlp:green",)))
    can.cut("READER")
    again = orjson.loads(page(f"limit=4&next={first['next']}").body)
    assert {one["name"] for one in again["objects"]} == {"i0", "i1", "k"}


def expire(here: Node, there: Node, item: bytes) -> None:
    """Let what a partner sent end here by itself: a receipt is signed that the next visit hands over."""
    with here.store.write() as tx:
        (row,) = versions.get(tx, id_of(item), None)
        assert expired.issue(tx, here.home, partners.partner(tx, there.name), [row.vid], here.clock()) == 1


def ended(here: Node) -> list[tuple[str, ...]]:
    with here.store.read() as tx:
        return sorted(one.ids for one in ledger.recalls(tx) if one.reason == "expired")


def test_a_receipt_of_before_a_restore_counts_for_nothing_of_the_stream_that_began_again() -> None:
    can, fra, _gbr = three()
    send(can, fra, A, B)
    expire(fra, can, B)  # entry 2 of generation 1
    with can.store.write() as tx:
        rejoin.close_all(tx, can.clock())
    pull(can, fra)
    reopen(can, fra, unvisited=True)
    can.put(C)
    can.cut("FRA")
    assert pull(fra, can).link.state == "up"
    assert stream(can, fra)[0] == 2
    assert ended(can) == [(id_of(B),)]
    expire(fra, can, C)  # in generation 2, under whatever number
    pull(fra, can)
    assert ended(can) == sorted([(id_of(B),), (id_of(C),)])


def test_a_receipt_of_an_older_release_is_read_and_names_nothing_once_the_stream_began_again() -> None:
    can, fra, _gbr = three()
    send(can, fra, A)
    for n, (generation, named) in enumerate([(1, [(id_of(A),)]), (2, [(), (id_of(A),)])]):
        made = expired.Receipt(f"expired-{uuid4(fra.home.random)}", "CAN>FRA", "done", 1, fra.clock(), (1,))
        made = msgspec.structs.replace(made, pair=pair_name("CAN", "FRA"))
        data = sign_statement(fra.home, expired.PURPOSE, msgspec.to_builtins(made))
        with can.store.write() as tx:
            ledger.record_receipt(tx, can.home, partners.partner(tx, "FRA"), data, can.clock() + n)
        assert stream(can, fra)[0] == generation
        assert ended(can) == named
        with can.store.write() as tx:
            rejoin.close_all(tx, can.clock())
        reopen(can, fra, unvisited=True)


def test_a_forwarder_that_was_put_back_offers_no_more_what_it_took_back_though_its_originator_gave_that_too() -> (
    None
):
    can, fra, gbr = three()
    connect(gbr, fra)
    old = gbr.store.snapshot()
    theirs = indicator("theirs")
    can.put(theirs)
    can.cut("FRA", "GBR")
    pull(fra, can)
    pull(gbr, can)
    gbr.cut("FRA")
    pull(fra, gbr)
    ask_back(gbr, fra, [theirs])
    pull(fra, gbr)
    assert fra.raws(id_of(theirs)) == [theirs]  # its originator gave it
    gbr.store.load(old)
    pull(gbr, can)  # has it again, and knows nothing of having taken it back
    gbr.cut("FRA")
    pull(gbr, fra)
    assert closed(gbr, fra)
    reopen(gbr, fra, unvisited=True)
    gbr.cut("FRA")
    assert stream(gbr, fra) == (2, 0)
