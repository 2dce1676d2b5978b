"""What a partner sends is believed only as far as it is proved, and is applied once or not at all."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import msgspec
import pytest

from cordiale.exchange import records
from cordiale.exchange.home import Partner
from cordiale.exchange.message import Request, Response
from cordiale.exchange.partners.pairing import partner
from cordiale.exchange.receive import apply as applying
from cordiale.exchange.stream.segment import Resource, Slot, read_header, wire
from cordiale.platform.errors import CordialeError, IntegrityError, ProtocolError
from cordiale.release import merkle
from cordiale.release.keys import keyed_signer
from cordiale.release.segment import header_bytes, message
from cordiale.stix.canonical import content_hash
from tests.unit.exchange.world import Node, connect, id_of, identity, indicator, make, pull


def pair() -> tuple[Node, Node, Partner]:
    here, there = make("CAN"), make("FRA")
    connect(here, there)
    with there.store.read() as tx:
        return here, there, partner(tx, "CAN")


def segments(node: Node, name: str = "FRA") -> list[bytes]:
    """Return every segment of a stream as it goes over the wire."""
    known = node.partnership(name)
    assert known is not None
    with node.store.read() as tx:
        rows = records.segments_with_vids(tx, known.partner.number, 1, 0, 1 << 40)
        return [wire(tx, known, row, node.clock()) for row in rows]


def changed(data: bytes, **values: Any) -> bytes:
    return msgspec.msgpack.encode(msgspec.structs.replace(read(data), **values))


def read(data: bytes) -> Resource:
    return msgspec.msgpack.decode(data, type=Resource)


def resigned(data: bytes, signer: str = "CAN", **values: Any) -> bytes:
    """Change a header and sign it again, as a partner that lies (or a stranger) would."""
    header = msgspec.structs.replace(read_header(read(data).header), **values)
    raw = header_bytes(header)
    return changed(data, header=raw, signature=keyed_signer(signer).sign(message("segment", raw)))


def reslotted(data: bytes, slots: list[Slot]) -> bytes:
    """Replace the slots and sign a header that fits them: what only the partner itself can do."""
    fitting = resigned(data, root=merkle.root([slot.leaf for slot in slots]))
    return changed(fitting, slots=slots)


def one_slot(data: bytes, place: int, **values: Any) -> bytes:
    slots = list(read(data).slots)
    slots[place] = msgspec.structs.replace(slots[place], **values)
    return changed(data, slots=slots)


def state(node: Node, number: int = 1) -> tuple[int, bytes]:
    with node.store.read() as tx:
        link = records.link(tx, number)
    return link.received, link.head


def two_segments(here: Node) -> list[bytes]:
    here.put(indicator("a"), indicator("b"))
    here.cut("FRA")
    here.put(indicator("c"))
    here.cut("FRA")
    return segments(here)


MALFORMED: dict[str, Callable[[list[bytes]], bytes]] = {
    "empty": lambda s: b"",
    "garbage": lambda s: b"\x93garbage",
    "truncated": lambda s: s[0][:-40],
    "nested for ever": lambda s: b"\x91" * 100_000,
    "another format": lambda s: changed(s[0], format=2),
    "unknown field": lambda s: msgspec.msgpack.encode({**msgspec.msgpack.decode(s[0]), "more": 1}),
    "header not canonical": lambda s: changed(s[0], header=read(s[0]).header + b" "),
    "signature of nobody": lambda s: changed(s[0], signature=bytes(64)),
    "signed by a stranger": lambda s: resigned(s[0], "stranger"),
    "header changed after signing": lambda s: changed(
        s[0], header=header_bytes(msgspec.structs.replace(read_header(read(s[0]).header), cut_at=1))
    ),
    "another pair": lambda s: resigned(s[0], pair="CAN>GBR"),
    "another generation": lambda s: resigned(s[0], generation=2),
    "reordered segments": lambda s: s[1],
    "does not follow": lambda s: resigned(s[0], previous=bytes([1] * 32)),
    "a gap": lambda s: resigned(s[0], first=2, last=3),
    "range backwards": lambda s: resigned(s[0], last=0),
    "entry missing": lambda s: changed(s[0], slots=read(s[0]).slots[:1]),
    "entries swapped": lambda s: changed(s[0], slots=read(s[0]).slots[::-1]),
    "leaf too short": lambda s: one_slot(s[0], 0, leaf=b"short"),
    "leaf changed": lambda s: one_slot(s[0], 0, leaf=bytes(32)),
    "content changed": lambda s: one_slot(s[0], 0, raw=indicator("other")),
    "salt changed": lambda s: one_slot(s[0], 0, salt=bytes(16)),
    "salt missing": lambda s: one_slot(s[0], 0, salt=b""),
    "marking lowered": lambda s: changed(s[0], markings=["tlp:clear"]),
    "marking out of range": lambda s: one_slot(s[0], 0, marking=7),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_segment_changes_nothing_and_says_why(case: str) -> None:
    here, there, known = pair()
    sent = two_segments(here)
    before = there.store.snapshot()
    with pytest.raises((ProtocolError, IntegrityError)) as caught:
        applying.apply(there.store, there.home, known, MALFORMED[case](sent), there.clock())
    assert there.store.snapshot() == before
    assert "{" not in str(caught.value)
    for data in sent:
        applying.apply(there.store, there.home, known, data, there.clock())
    assert len(there.ids()) == 3


def test_a_repeated_segment_is_recognised_and_a_second_history_is_refused() -> None:
    here, there, known = pair()
    first, second = two_segments(here)
    applying.apply(there.store, there.home, known, first, there.clock())
    assert applying.apply(there.store, there.home, known, first, there.clock()).already
    applying.apply(there.store, there.home, known, second, there.clock())
    assert applying.apply(there.store, there.home, known, first, there.clock()).already
    with pytest.raises(IntegrityError, match="two different histories"):
        applying.apply(there.store, there.home, known, resigned(first, cut_at=5), there.clock())


def test_poison_is_set_aside_with_its_reason_and_the_rest_goes_on() -> None:
    here, there, known = pair()
    here.put(indicator("good"), indicator("bad"))
    here.cut("FRA")
    (data,) = segments(here)
    slots = list(read(data).slots)
    bad = indicator("bad").replace(b'"pattern_type":"stix",', b"")
    from cordiale.exchange.stream.segment import slot_leaf

    text = read(data).markings[slots[1].marking]
    fixed = msgspec.structs.replace(slots[1], raw=bad)
    import orjson

    leaf = slot_leaf(fixed, text, content_hash(orjson.loads(bad)))
    poisoned = reslotted(data, [slots[0], msgspec.structs.replace(fixed, leaf=leaf)])
    done = applying.apply(there.store, there.home, known, poisoned, there.clock())
    assert (done.new, len(done.set_aside)) == (1, 1)
    assert there.ids() == {id_of(indicator("good"))}
    with there.store.read() as tx:
        (row,) = records.set_aside(tx)
    assert (row.sequence, row.object_id, row.raw) == (2, id_of(indicator("bad")), bad)
    assert "pattern_type" in row.message_id + row.params


def test_duplicate_keys_are_refused_although_their_sender_signed_them() -> None:
    here, there, known = pair()
    here.put(indicator("a"))
    here.cut("FRA")
    (data,) = segments(here)
    (slot,) = read(data).slots
    doubled = (
        slot.raw[:-1] + b',"object_marking_refs":[]}'
        if b"object_marking_refs" in slot.raw
        else (slot.raw[:-1] + b',"name":"again"}')
    )
    done = applying.apply(
        there.store,
        there.home,
        known,
        reslotted(data, [msgspec.structs.replace(slot, raw=doubled)]),
        there.clock(),
    )
    assert (done.new, len(done.set_aside)) == (0, 1)
    assert there.ids() == set()


def test_who_speaks_in_our_name_is_quarantined_and_our_own_coming_back_is_not_news() -> None:
    here, there = make("CAN"), make("FRA")
    connect(here, there)
    ours = indicator("ours", created_by_ref=identity("FRA"))
    there.put(ours)
    here.put(ours, indicator("forged", created_by_ref=identity("FRA")), indicator("fine"))
    changed_by_them = indicator("kept", minute=9)
    there.put(indicator("kept"))
    here.put(changed_by_them)
    here.cut("FRA")
    pulled = pull(there, here)
    assert (pulled.new, pulled.set_aside) == (1, 2)
    with there.store.read() as tx:
        codes = {row.object_id: row.code for row in records.set_aside(tx)}
    assert codes == {
        id_of(indicator("forged")): "exchange.apply.identity",
        id_of(changed_by_them): "exchange.apply.identity",
    }
    assert there.raws(id_of(ours)) == [ours]


class Crash(Exception):
    """Stands for the power going out."""


def lines_of(run: Callable[[], object], module: str) -> int:
    """Count the line events of a module while something runs."""
    count = 0

    def local(frame: FrameType, event: str, _arg: object) -> Any:
        nonlocal count
        count += event == "line"
        return local

    sys.settrace(lambda frame, _event, _arg: local if frame.f_code.co_filename.endswith(module) else None)
    try:
        run()
    finally:
        sys.settrace(None)
    return count


def crash_at(run: Callable[[], object], module: str, line: int) -> bool:
    """Run and raise at the n-th line of a module; tell whether it got that far."""
    left = line

    def local(frame: FrameType, event: str, _arg: object) -> Any:
        nonlocal left
        if event == "line":
            left -= 1
            if left < 0:
                raise Crash
        return local

    sys.settrace(lambda frame, _event, _arg: local if frame.f_code.co_filename.endswith(module) else None)
    try:
        run()
    except Crash:
        return True
    finally:
        sys.settrace(None)
    return False


MODULES = [
    "exchange/receive/apply.py",
    "exchange/receive/verifying.py",
    "exchange/visit/state.py",
    "exchange/visit/sync.py",
    "store/put.py",
]


@pytest.mark.parametrize("module", MODULES)
def test_a_crash_between_two_lines_loses_nothing_and_duplicates_nothing(module: str) -> None:
    crash_everywhere(module, most=40)


@pytest.mark.long
@pytest.mark.parametrize("module", MODULES)
def test_a_crash_between_any_two_lines_loses_nothing_and_duplicates_nothing(module: str) -> None:
    crash_everywhere(module, most=10_000)


def crash_everywhere(module: str, most: int) -> None:
    here, there, _known = pair()
    two_segments(here)
    start, outgoing = there.store.snapshot(), here.store.snapshot()
    lines = lines_of(lambda: pull(there, here), module)
    whole = (there.ids(), state(there))
    for line in range(0, lines, -(-lines // most)):
        there.store.load(start)
        here.store.load(outgoing)
        crash_at(lambda: pull(there, here), module, line)
        received, _head = state(there)
        assert len(there.ids()) == (0, 0, 2, 3)[received]
        assert pull(there, here).link.state == "up"
        assert (there.ids(), state(there)) == whole
    with here.store.read() as tx:
        assert records.pair(tx, 1).acknowledged == 3


def test_a_crash_while_cutting_never_leaves_a_gap_or_an_unsigned_entry() -> None:
    here, there, _known = pair()
    here.put(indicator("a"), indicator("b"))
    start = here.store.snapshot()
    empty = there.store.snapshot()
    module = "exchange/cut/numbering.py"
    lines = lines_of(lambda: here.cut("FRA"), module)
    for line in range(0, lines, -(-lines // 40)):
        here.store.load(start)
        there.store.load(empty)
        crash_at(lambda: here.cut("FRA"), module, line)
        here.cut("FRA")
        assert pull(there, here).new == 2


def tampering(change: Callable[[Request, Response], Response], there: Node) -> Callable[[Request], Response]:
    return lambda request: change(request, there.answer(request))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Response(200, {}, b"garbage"), "garbage"),
        (Response(200, {}, b"\xff" * 1000), "garbage"),
        (Response(500, {}, b""), "down"),
        (Response(302, {"location": "http://elsewhere.example/"}, b""), "garbage"),
        (Response(401, {}, b'{"error":"x","difference":"NaN"}'), "refused"),
        (Response(404, {}, b"[[[["), "refused"),
    ],
)
def test_a_partner_that_answers_nonsense_leaves_a_state_and_no_harm(answer: Response, expected: str) -> None:
    here, there, _known = pair()
    two_segments(here)
    pulled = pull(there, here, lambda request: answer)
    assert (pulled.link.state, pulled.link.failures) == (expected, 1)
    assert pulled.link.message_id
    assert pull(there, here).link.state == "up"
    assert len(there.ids()) == 3


def test_a_truncated_segment_is_asked_for_again() -> None:
    here, there, _known = pair()
    two_segments(here)

    def cut_short(request: Request, answer: Response) -> Response:
        if request.path.endswith("segments"):
            return Response(answer.status, answer.headers, answer.body[:-10])
        return answer

    assert pull(there, here, tampering(cut_short, here)).link.state == "garbage"
    assert there.ids() == set()
    assert pull(there, here).new == 3


def test_a_segment_that_cannot_be_applied_does_not_hold_up_a_recall() -> None:
    from cordiale.exchange.recall import sending

    here, there, _known = pair()
    here.put(indicator("a"))
    here.cut("FRA")
    pull(there, here)
    here.put(indicator("b"))
    here.cut("FRA")
    known = here.partnership("FRA")
    assert known is not None
    with here.store.write() as tx:
        made = sending.draft(
            tx, here.home, known.partner, ids=[id_of(indicator("a"))], reason="r", now=here.clock()
        )
        assert made is not None
        sending.confirm(tx, here.home, known, made.id, "officer", here.clock())

    def broken(request: Request, answer: Response) -> Response:
        return Response(200, {}, b"broken") if request.path.endswith("segments") else answer

    pulled = pull(there, here, tampering(broken, here))
    assert (pulled.link.state, pulled.recalls) == ("garbage", 1)
    assert there.ids() == set()


def test_a_restored_partner_is_not_served_over_its_own_past() -> None:
    here, there, _known = pair()
    here.put(indicator("a"))
    here.cut("FRA")
    old = here.store.snapshot()
    here.put(indicator("b"))
    here.cut("FRA")
    pull(there, here)
    here.store.load(old)
    assert pull(there, here).link.state == "rejoin"


def test_every_error_has_words() -> None:
    here, there, known = pair()
    sent = two_segments(here)
    for make_bad in MALFORMED.values():
        try:
            applying.apply(there.store, there.home, known, make_bad(sent), there.clock())
        except CordialeError as error:
            assert error.code.startswith("exchange.")
            assert str(error) != error.message_id or "{" not in error.message_id
