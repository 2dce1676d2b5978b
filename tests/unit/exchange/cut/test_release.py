"""A stream reaches its partner whole, in order, and holds only what the rules let pass."""

from __future__ import annotations

import orjson

from cordiale.exchange import records
from cordiale.exchange.cut import backfill
from cordiale.exchange.cut.why import overview, why
from cordiale.exchange.entry import unpack
from cordiale.exchange.recall import ledger, sending
from cordiale.exchange.stream import withdrawal
from cordiale.exchange.stream.segment import leaves_of, read_header, read_resource, wire
from cordiale.release import merkle
from cordiale.release import records as rulings
from cordiale.release.mandate import Act, Exemption
from cordiale.release.rules import Rules, parse
from cordiale.store import versions
from tests.unit.exchange.world import (
    RULES,
    SECOND,
    Node,
    connect,
    id_of,
    indicator,
    make,
    malware,
    pull,
    relationship,
    report,
)

APPROVAL = RULES.replace('mode = "automatic"', 'mode = "on_approval"')


def pair(rules: str = RULES) -> tuple[Node, Node]:
    here, there = make("CAN", rules=rules), make("FRA", rules=rules)
    connect(here, there)
    return here, there


def entries(node: Node, partner: str) -> list[tuple[int, int, int]]:
    """Return (number, vid, flags) of everything in a stream."""
    known = node.partnership(partner)
    assert known is not None
    found = []
    with node.store.read() as tx:
        state = records.pair(tx, known.partner.number)
        for first, _base, blob in records.page(tx, state.number, state.generation, 0, 1000):
            packed = unpack(blob)
            found += [(first + n, vid, packed.flags[n]) for n, vid in enumerate(packed.vids)]
    return found


def test_what_passes_arrives_and_what_does_not_leaves_no_number_behind() -> None:
    here, there = pair()
    here.put(indicator("a"), indicator("b", marking=["tlp:red"]), indicator("c"))
    assert here.cut("FRA")["FRA"].last == 2
    assert [number for number, _vid, _flags in entries(here, "FRA")] == [1, 2]
    pulled = pull(there, here)
    assert (pulled.link.state, pulled.new, pulled.set_aside) == ("up", 2, 0)
    assert there.ids() == {id_of(indicator("a")), id_of(indicator("c"))}


def test_bytes_arrive_unchanged_and_under_the_senders_marking() -> None:
    here, there = pair()
    raw = orjson.dumps({**orjson.loads(indicator("a", marking=["tlp:green"])), "x_any": 1})
    here.put((raw, ["rel:CAN|FRA"]), indicator("b", marking=["tlp:green"]))
    here.rules = [parse(RULES + '[allow]\nproperties = ["x_any"]\n')]
    here.cut("FRA")
    pull(there, here)
    assert there.raws(id_of(raw)) == [raw]
    with there.store.read() as tx:
        (row,) = versions.get(tx, id_of(raw), None)
        from cordiale.store import markings

        assert markings.atoms(tx, row.effective_mid) == {"tlp:green", "rel:CAN|FRA"}


def test_numbers_are_gapless_over_many_segments_and_dates_strictly_increase() -> None:
    here, there = pair()
    for start in range(0, 3000, 1000):
        here.put(
            *(
                indicator(f"i{n}", marking=["tlp:red"] if n % 3 == 0 else [])
                for n in range(start, start + 1000)
            )
        )
        here.cut("FRA")
    numbers = [number for number, _vid, _flags in entries(here, "FRA")]
    assert numbers == list(range(1, len(numbers) + 1))
    with here.store.read() as tx:
        rows = list(records.segments_with_vids(tx, 1, 1, 0, 1 << 40))
    dates = [row.base_us + n for row in rows for n in range(row.last - row.first + 1)]
    assert dates == sorted(set(dates))
    pulled = pull(there, here)
    assert pulled.link.received == len(numbers)
    assert len(there.ids()) == len(numbers)


def test_bilateral_rules_never_leak_across_three_nodes() -> None:
    can, fra, gbr = (make(name) for name in ("CAN", "FRA", "GBR"))
    for one, other in ((can, fra), (can, gbr), (fra, gbr)):
        connect(one, other)
    for_france, for_britain, for_both = indicator("f"), indicator("g"), indicator("both")
    can.put((for_france, ["rel:CAN|FRA"]), (for_britain, ["rel:CAN|GBR"]), for_both)
    for _round in range(3):
        can.cut("FRA", "GBR")
        fra.cut("CAN", "GBR")
        gbr.cut("CAN", "FRA")
        for one, other in ((fra, can), (gbr, can), (fra, gbr), (gbr, fra), (can, fra), (can, gbr)):
            assert pull(one, other).link.state == "up"
    assert fra.ids() == {id_of(for_france), id_of(for_both)}
    assert gbr.ids() == {id_of(for_britain), id_of(for_both)}
    assert id_of(for_france).encode() not in gbr.store.snapshot()
    assert id_of(for_britain).encode() not in fra.store.snapshot()


def test_nothing_leaves_before_an_officer_acts_and_then_only_what_the_act_names() -> None:
    here, there = pair(APPROVAL)
    here.put(indicator("a"), indicator("b"))
    assert here.cut("FRA")["FRA"].segments == 0
    act = Act("act-1", ("FRA",), "officer", here.clock(), ids=frozenset({id_of(indicator("a"))}))
    with here.store.write() as tx:
        rulings.record_act(tx, act)
        backfill.approve(tx, "FRA", ids=act.ids)
    here.cut("FRA")
    pull(there, here)
    assert there.ids() == {id_of(indicator("a"))}
    with here.store.read() as tx:
        known = here.partnership("FRA")
        assert known is not None
        seen = overview(tx, here.home, known, here.clock())
    assert (seen.verbatim, [(w.reason.code, w.count) for w in seen.withheld]) == (1, [("approval-needed", 1)])


def test_a_hold_keeps_one_object_back() -> None:
    here, _there = pair()
    with here.store.write() as tx:
        rulings.record_exception(tx, Exemption(id_of(indicator("a")), "FRA", "hold", "officer", here.clock()))
    here.put(indicator("a"), indicator("b"))
    assert here.cut("FRA")["FRA"].verbatim == 1


def test_an_approved_end_brings_the_relationship_that_waited_for_it() -> None:
    here, there = pair(APPROVAL)
    one, two = indicator("a"), malware("m")
    link = relationship(one, two)
    here.put(one, two, link)
    here.cut("FRA")
    for number, raw in enumerate((link, one, two)):
        with here.store.write() as tx:
            act = Act(f"act-{number}", ("FRA",), "officer", here.clock(), ids=frozenset({id_of(raw)}))
            rulings.record_act(tx, act)
            backfill.approve(tx, "FRA", ids=act.ids)
        here.cut("FRA")
        pull(there, here)
        assert (id_of(link) in there.ids()) == (number == 2)


def translation(original: bytes) -> bytes:
    one = id_of(original)
    return orjson.dumps(
        {
            "type": "language-content",
            "spec_version": "2.1",
            "id": one.replace(one.partition("--")[0], "language-content"),
            "created": "2026-03-01T10:00:00.000Z",
            "modified": "2026-03-01T10:00:00.000Z",
            "object_ref": one,
            "contents": {"fr": {"name": "en français"}},
        }
    )


def test_a_translation_goes_with_its_original_and_stays_with_it() -> None:
    here, there = pair(RULES.replace("type = [", 'type = ["language-content", '))
    shown, hidden = indicator("shown"), malware("hidden name", marking=["tlp:red"])
    here.put(shown, hidden, translation(shown), translation(hidden))
    assert here.cut("FRA")["FRA"].verbatim == 2
    pull(there, here)
    assert there.ids() == {id_of(shown), id_of(translation(shown))}


def test_a_report_loses_its_hidden_reference_and_its_own_id() -> None:
    here, there = pair()
    shown, hidden = indicator("shown"), malware("hidden name", marking=["tlp:red"])
    whole = report("r", [shown, hidden])
    here.put(shown, hidden, whole)
    assert here.cut("FRA")["FRA"].tear_lines == 1
    pull(there, here)
    (got,) = (i for i in there.ids() if i.startswith("report--"))
    assert got != id_of(whole)
    assert orjson.loads(there.raws(got)[0])["object_refs"] == [id_of(shown)]
    for secret in (id_of(hidden), id_of(whole), "hidden name"):
        assert secret.encode() not in there.store.snapshot()


def test_a_tear_line_is_made_anew_only_when_what_it_shows_changes() -> None:
    here, there = pair()
    shown, hidden = indicator("shown"), malware("m", marking=["tlp:red"])
    here.put(shown, hidden, report("r", [shown, hidden]))
    here.cut("FRA")
    changed = {**orjson.loads(hidden), "modified": "2026-03-01T11:00:00.000Z", "description": "more"}
    here.put(orjson.dumps(changed))
    with here.store.write() as tx:
        backfill.approve(tx, "FRA", ids=[id_of(report("r", []))])
    assert here.cut("FRA")["FRA"].segments == 0
    pull(there, here)
    assert len(there.ids()) == 2


def test_new_rules_backfill_by_marking() -> None:
    here, there = pair()
    here.put(indicator("a", marking=["tlp:red"]), indicator("b"))
    here.cut("FRA")
    before = here.rules[0]
    here.rules = [parse(RULES.replace('tlp = "amber"', 'tlp = "red"'))]
    known = here.partnership("FRA")
    assert known is not None
    with here.store.write() as tx:
        done = backfill.rules_changed(tx, here.home, known, before, here.clock())
    assert done["narrowed"] == 0
    here.cut("FRA")
    pull(there, here)
    assert there.ids() == {id_of(indicator("a")), id_of(indicator("b"))}


def test_narrower_rules_stop_sending_at_once_and_draft_a_recall_of_what_went() -> None:
    here, there = pair()
    here.put(indicator("went", marking=["tlp:amber"]))
    here.cut("FRA")
    assert pull(there, here).new == 1
    here.put(indicator("waits", marking=["tlp:amber"]), indicator("b"))
    here.cut("FRA")
    wide = here.rules[0]
    here.rules = [parse(RULES.replace('tlp = "amber"', 'tlp = "green"'))]
    pulled = pull(there, here)
    assert (pulled.new, pulled.withdrawn, pulled.link.state) == (1, 1, "up")
    change_rules(here, wide)
    with here.store.read() as tx:
        (made,) = ledger.recalls(tx, partner="FRA")
    assert (made.state, made.ids) == ("draft", (id_of(indicator("went", marking=["tlp:amber"])),))
    # what was stopped on its way never counted as sent: it goes when it may again
    narrow, here.rules = here.rules[0], [wide]
    change_rules(here, narrow)
    here.cut("FRA")
    assert pull(there, here).new == 1


def change_rules(node: Node, before: Rules) -> None:
    known = node.partnership("FRA")
    assert known is not None
    with node.store.write() as tx:
        assert backfill.rules_changed(tx, node.home, known, before, node.clock())["queued"] >= 1


def test_a_hold_stops_what_was_numbered_and_its_end_lets_it_go() -> None:
    here, there = pair()
    here.put(indicator("a"))
    here.cut("FRA")
    hold(here, id_of(indicator("a")), here.clock.now + 60 * SECOND)
    assert (pull(there, here).withdrawn, there.ids()) == (1, set())
    here.cut("FRA")
    assert (pull(there, here).new, there.ids()) == (0, set())
    here.clock.now += 60 * SECOND
    here.cut("FRA")
    assert (pull(there, here).new, there.ids()) == (1, {id_of(indicator("a"))})


def hold(node: Node, stix_id: str, until: int | None) -> None:
    with node.store.write() as tx:
        rulings.record_exception(tx, Exemption(stix_id, "FRA", "hold", "officer", node.clock(), until))


def test_what_names_an_object_stops_with_it_and_goes_on_without_it() -> None:
    here, there = pair()
    secret, other = indicator("secret"), indicator("other")
    about = report("r", [secret, other])
    here.put(secret, other, about)
    here.cut("FRA")
    here.put(indicator("secret", marking=["tlp:red"], minute=1))
    pulled = pull(there, here)
    assert (pulled.new, pulled.withdrawn) == (1, 2)
    here.cut("FRA")
    pull(there, here)
    kept = [raw for stix_id in there.ids() for raw in there.raws(stix_id)]
    assert len(kept) == 2  # the other indicator, and a tear-line of the report
    assert not any(id_of(secret).encode() in raw for raw in kept)


def test_a_recall_names_nothing() -> None:
    here, there = pair()
    here.put(indicator("never fetched"))
    here.cut("FRA")
    known = here.partnership("FRA")
    assert known is not None
    with here.store.write() as tx:
        ids = [id_of(indicator("never fetched"))]
        made = sending.draft(tx, here.home, known.partner, ids=ids, reason="r", now=here.clock())
        assert made is not None
        sending.confirm(tx, here.home, known, made.id, "officer", here.clock())
        ((_number, message, _basis),) = records.recalls_after(tx, known.partner.number, 0, 10)
    assert id_of(indicator("never fetched")).encode() not in message
    assert pull(there, here).recalls == 1


def test_what_was_asked_back_does_not_go_again_and_a_newer_version_does() -> None:
    here, there = pair()
    here.put(indicator("a"))
    here.cut("FRA")
    pull(there, here)
    known = here.partnership("FRA")
    assert known is not None
    with here.store.write() as tx:
        ids = [id_of(indicator("a"))]
        made = sending.draft(tx, here.home, known.partner, ids=ids, reason="r", now=here.clock())
        assert made is not None
        sending.confirm(tx, here.home, known, made.id, "officer", here.clock())
    pull(there, here)
    change_rules(here, here.rules[0])  # every marking is looked at again
    assert here.cut("FRA")["FRA"].verbatim == 0
    here.put(indicator("a", minute=1))
    assert here.cut("FRA")["FRA"].verbatim == 1
    assert pull(there, here).new == 1


def test_raising_a_marking_stops_the_earlier_version_and_asks_it_back() -> None:
    here, there = pair()
    here.put(indicator("a"))
    here.cut("FRA")
    pull(there, here)
    here.put(indicator("a", marking=["tlp:red"], minute=1))
    assert here.cut("FRA")["FRA"].withdrawn == 1
    assert pull(there, here).recalls == 1
    assert there.ids() == set()
    pull(there, here)
    with here.store.read() as tx:
        (made,) = ledger.recalls(tx)
    assert (made.state, made.outcome) == ("acknowledged", "done")


def test_recall_leaves_no_trace_and_the_log_still_verifies(tmp_path) -> None:  # type: ignore[no-untyped-def]
    here = make("CAN", url=f"sqlite:///{tmp_path / 'can.db'}")
    there = make("FRA", url=f"sqlite:///{tmp_path / 'fra.db'}")
    connect(here, there)
    secret = indicator("canary-to-recall", description="canary-in-the-text")
    here.put(indicator("kept"), secret, indicator("also kept"))
    here.cut("FRA")
    pull(there, here)
    known = here.partnership("FRA")
    assert known is not None
    with here.store.write() as tx:
        made = sending.draft(
            tx,
            here.home,
            known.partner,
            ids=[id_of(secret)],
            reason="mistake",
            by="officer",
            now=here.clock(),
        )
        assert made is not None
        sending.confirm(tx, here.home, known, made.id, "officer", here.clock())
    assert pull(there, here).recalls == 1
    assert there.ids() == {id_of(indicator("kept")), id_of(indicator("also kept"))}
    for file in tmp_path.glob("fra.db*"):
        content = file.read_bytes()
        assert b"canary-to-recall" not in content
        assert b"canary-in-the-text" not in content
    with here.store.read() as tx:
        state = records.pair(tx, known.partner.number)
        held = records.segment_with(tx, state.number, 1, 1)
        assert held is not None
        assert held.seed is None
        packed = unpack(held.entries)
        leaves = leaves_of(tx, held, packed, range(3))
        header = read_header(held.header)
        assert merkle.root([leaves[n] for n in range(3)]) == header.root
        resource = read_resource(wire(tx, known, held, here.clock()), 1 << 20)
    assert [bool(slot.raw) for slot in resource.slots] == [True, False, True]
    assert id_of(secret).encode() not in wire_bytes(here, known.partner.number)
    third = make("FRA", seed="anew")
    connect(here, third)
    assert pull(third, here).withdrawn == 1
    with here.store.read() as tx:
        (made,) = ledger.recalls(tx)
        (answer,) = why(tx, here.home, known, id_of(secret), here.clock())
    assert made.state == "acknowledged"
    assert answer.sent[0].withdrawn == "acknowledged"


def wire_bytes(node: Node, number: int) -> bytes:
    with node.store.read() as tx:
        found = records.segment_with(tx, number, 1, 1)
        assert found is not None
        known = node.partnership("FRA")
        assert known is not None
        return wire(tx, known, found, node.clock())


def test_a_recalled_object_does_not_come_back_by_itself_or_by_repetition() -> None:
    here, there = pair()
    here.put(indicator("a"))
    here.cut("FRA")
    pull(there, here)
    known = here.partnership("FRA")
    assert known is not None
    with here.store.write() as tx:
        made = sending.draft(
            tx, here.home, known.partner, ids=[id_of(indicator("a"))], reason="r", now=here.clock()
        )
        assert made is not None
        sending.confirm(tx, here.home, known, made.id, "officer", here.clock())
    here.cut("FRA")
    pull(there, here)
    assert there.ids() == set()
    newer = indicator("a", minute=5)
    here.put(newer)
    here.cut("FRA")
    pull(there, here)
    assert there.raws(id_of(newer)) == [newer]


def test_a_recall_is_forwarded_to_whom_the_receiver_released_onward() -> None:
    can, fra, gbr = (make(name) for name in ("CAN", "FRA", "GBR"))
    for one, other in ((can, fra), (can, gbr), (fra, gbr)):
        connect(one, other)
    can.put(indicator("a"))
    can.cut("FRA")
    pull(fra, can)
    fra.cut("GBR")
    pull(gbr, fra)
    assert gbr.ids() == {id_of(indicator("a"))}
    known = can.partnership("FRA")
    assert known is not None
    with can.store.write() as tx:
        made = sending.draft(
            tx, can.home, known.partner, ids=[id_of(indicator("a"))], reason="r", now=can.clock()
        )
        assert made is not None
        sending.confirm(tx, can.home, known, made.id, "officer", can.clock())
    pull(fra, can)
    pull(gbr, fra)
    assert (fra.ids(), gbr.ids()) == (set(), set())


def test_a_purge_at_home_keeps_the_leaf_and_the_log_verifiable() -> None:
    here, there = pair()
    first, second = here.put(indicator("a"), indicator("b"))
    here.cut("FRA")
    with here.store.write() as tx:
        assert withdrawal.withdraw_everywhere(tx, [first]) == 1
        versions.purge(tx, first, "test", here.clock(), bytes(16))
    assert second > first
    pulled = pull(there, here)
    assert (pulled.link.state, pulled.new, pulled.withdrawn) == ("up", 1, 1)


def test_the_packed_stream_of_one_entry_is_ten_bytes() -> None:
    here, _there = pair()
    here.put(*(indicator(f"i{n}") for n in range(100)))
    here.cut("FRA")
    with here.store.read() as tx:
        ((_first, _base, blob),) = records.page(tx, 1, 1, 0, 10)
    assert len(blob) == 1000


def test_a_statement_marking_travels_before_what_uses_it_and_restricts_nothing() -> None:
    here, there = pair()
    definition = orjson.dumps(
        {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": "marking-definition--11111111-2222-4333-8444-555555555555",
            "created": "2026-03-01T10:00:00.000Z",
            "definition_type": "statement",
            "definition": {"statement": "Copyright somebody"},
        }
    )
    marked = {**orjson.loads(indicator("a")), "object_marking_refs": [id_of(definition)]}
    mandate = RULES.replace('"marking-definition", ', "")
    here.rules = there.rules = [parse(mandate)]
    from cordiale.stix.version import read
    from cordiale.store.types import Put

    green = frozenset({"tlp:green"})
    with here.store.write() as tx:
        puts = [Put(read(raw)[0], green, green, "local") for raw in (definition, orjson.dumps(marked))]
        versions.put(tx, "CAN", here.clock(), puts)
    here.cut("FRA")
    assert pull(there, here).new == 2
    with there.store.read() as tx:
        from cordiale.store import markings

        (row,) = versions.get(tx, id_of(indicator("a")), None)
        assert markings.atoms(tx, row.full_mid) == green
