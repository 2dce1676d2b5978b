"""An object of which several versions may go in part only: its tear-line shows the newest, and comes to rest."""

from __future__ import annotations

import orjson

from cordiale.exchange import records
from cordiale.exchange.cut import backfill
from cordiale.exchange.cut.why import why
from cordiale.stix import atoms
from tests.unit.exchange.cut.test_release import pair
from tests.unit.exchange.world import (
    SECOND,
    Node,
    connect,
    id_of,
    indicator,
    make,
    malware,
    pull,
    report,
)

SECRET = malware("m", marking=["tlp:red"])
OPEN = indicator("a")


def told(name: str, minute: int, refs: list[bytes] | None = None) -> bytes:
    """Write a version of one report that names something secret."""
    value = {"name": name, "modified": f"2026-03-01T10:{minute:02}:00.000Z"}
    return orjson.dumps({**orjson.loads(report("r", refs or [OPEN, SECRET])), **value})


def shown(there: Node) -> list[tuple[str, str, bool]]:
    """Return (modified, name, whether it is current) of the tear-lines of the report that a node holds."""
    with there.store.read() as tx:
        rows = tx.rows(
            "SELECT b.raw, v.current FROM versions v JOIN bodies b ON b.vid = v.vid ORDER BY v.vid"
        )
    found = [(orjson.loads(raw), bool(current)) for raw, current in rows]
    return [
        (one["modified"], one["name"], current) for one, current in found if one["id"].startswith("report--")
    ]


def look_again(here: Node, there: Node) -> None:
    """Let everything be looked at once more, as after a change of rules, at a later moment."""
    known = here.partnership(there.name)
    assert known is not None
    here.clock.now += SECOND
    with here.store.write() as tx:
        backfill.approve_query(tx, known, here.clock())
    here.cut(there.name)
    assert pull(there, here).link.state == "up"


def test_of_two_versions_stored_at_once_one_tear_line_goes_and_shows_the_newer() -> None:
    can, fra = pair()
    can.put(OPEN, SECRET, told("first", 1), told("second", 2))
    can.cut("FRA")
    pull(fra, can)
    assert [(name, current) for _when, name, current in shown(fra)] == [("second", True)]


def test_an_older_version_that_is_looked_at_again_does_not_become_the_newest_there() -> None:
    can, fra = pair()
    for item in ((OPEN, SECRET, told("first", 1)), (told("second", 2),)):
        can.put(*item)
        can.clock.now += SECOND
        can.cut("FRA")
        pull(fra, can)
    before = shown(fra)
    assert [(name, current) for _when, name, current in before] == [("first", False), ("second", True)]
    for _time in range(3):
        look_again(can, fra)
    assert shown(fra) == before
    known = can.partnership("FRA")
    assert known is not None
    with can.store.read() as tx:
        answers = why(tx, can.home, known, id_of(told("x", 1)), can.clock())
    assert [(one.form, one.reasons[0].code) for one in answers] == [
        ("tear-line", "passes"),
        ("withheld", "newer-shown"),
    ]
    assert [len(one.sent) for one in answers] == [1, 1]


def test_what_goes_without_a_stricter_property_goes_by_its_marking_and_nobody_s_consent() -> None:
    can, _fra = pair()
    part = {"marking_ref": atoms.id_of("tlp:red"), "selectors": ["description"]}
    kept_apart = indicator("k", marking=["tlp:green"], description="d", granular_markings=[part])
    can.put(kept_apart)
    known = can.partnership("FRA")
    assert known is not None
    with can.store.read() as tx:
        (answer,) = why(tx, can.home, known, id_of(kept_apart), can.clock())
    assert (answer.form, answer.reasons[0].code) == ("tear-line", "passes")


def test_what_goes_in_part_goes_though_the_definition_of_its_marking_is_not_held() -> None:
    can, fra = pair()
    named = [atoms.id_of("tlp:green"), atoms.id_of("rel:CAN|FRA")]
    can.put(OPEN, SECRET, orjson.dumps({**orjson.loads(told("only", 1)), "object_marking_refs": named}))
    can.cut("FRA")
    pull(fra, can)
    assert [name for _when, name, _current in shown(fra)] == ["only"]


def test_an_older_version_that_is_stored_late_stays() -> None:
    can, fra = pair()
    for item in ((OPEN, SECRET, told("second", 2)), (told("first", 1),)):
        can.put(*item)
        can.clock.now += SECOND
        can.cut("FRA")
        pull(fra, can)
    assert [(name, current) for _when, name, current in shown(fra)] == [("second", True)]


def test_where_the_newer_version_goes_whole_no_tear_line_of_the_older_one_goes() -> None:
    can, fra = pair()
    can.put(OPEN, SECRET, told("first", 1), told("second", 2, [OPEN]))
    can.cut("FRA")
    pull(fra, can)
    look_again(can, fra)
    assert fra.raws(id_of(told("x", 1))) == [told("second", 2, [OPEN])]
    assert [name for _when, name, _current in shown(fra)] == ["second"]


def test_where_the_newer_version_stays_the_older_one_goes_in_part() -> None:
    can, fra = pair()
    can.put(OPEN, SECRET, told("first", 1), told("second", 2, [SECRET]))  # a report of nothing says nothing
    can.cut("FRA")
    pull(fra, can)
    assert [(name, current) for _when, name, current in shown(fra)] == [("first", True)]


def test_what_another_partner_s_needs_pull_in_is_not_looked_at_for_ever_by_turns() -> None:
    """Two reports name what FRA stated; it is pulled into each cut for GBR, which may have it in part only."""
    can, fra, gbr = (make(name) for name in ("CAN", "FRA", "GBR"))
    for one in (fra, gbr):
        connect(can, one)
    part = {"marking_ref": atoms.id_of("tlp:red"), "selectors": ["description"]}
    theirs = indicator("t", description="d", granular_markings=[part])
    fra.put(theirs)
    fra.cut("CAN")
    pull(can, fra)
    one, two = report("one", [theirs, SECRET]), report("two", [theirs, SECRET])
    can.put(SECRET, one)
    can.cut("FRA", "GBR")
    can.put(two)
    ticks = []
    for _tick in range(4):
        can.clock.now += SECOND
        can.cut("FRA", "GBR")
        with can.store.read() as tx:
            ticks.append(bool(records.owing(tx)))
    assert not ticks[-1]
