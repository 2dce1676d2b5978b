"""What becomes of what a partner has when it may have less, or again more, of it."""

from __future__ import annotations

from cordiale.exchange import records
from cordiale.exchange.recall import ledger, sending
from cordiale.release.rules import parse
from cordiale.stix import atoms
from tests.unit.exchange.cut.test_release import change_rules, pair
from tests.unit.exchange.world import RULES, Node, id_of, indicator, pull

RED = RULES.replace('tlp = "amber"', 'tlp = "red"')


def partly_red(name: str, description: str = "kept apart", minute: int = 0) -> bytes:
    apart = {"marking_ref": atoms.id_of("tlp:red"), "selectors": ["description"]}
    return indicator(
        name, marking=["tlp:green"], description=description, granular_markings=[apart], minute=minute
    )


def test_the_tear_line_goes_beside_the_recall_of_the_whole() -> None:
    here, there = pair(RED)
    here.put(partly_red("a"))
    here.cut("FRA")
    pull(there, here)
    assert b"kept apart" in there.raws(id_of(partly_red("a")))[0]
    wide, here.rules = here.rules[0], [parse(RULES)]
    change_rules(here, wide)
    here.cut("FRA")
    pull(there, here)
    (line,) = there.ids() - {id_of(partly_red("a"))}
    assert b"kept apart" not in there.raws(line)[0]
    with here.store.read() as tx:
        (drafted,) = ledger.recalls(tx, partner="FRA")
    assert (drafted.state, drafted.ids) == ("draft", (id_of(partly_red("a")),))


def test_what_was_never_fetched_is_not_asked_back_and_goes_when_it_may_again() -> None:
    here, there = pair(RED)
    fetched, waiting = indicator("a"), indicator("b")
    here.put((fetched, ("tlp:red",)), indicator("c"))
    here.cut("FRA")
    pull(there, here)
    here.put((waiting, ("tlp:red",)))
    here.cut("FRA")
    wide, here.rules = here.rules[0], [parse(RULES)]
    change_rules(here, wide)
    here.cut("FRA")
    assert drafts(here) == [tuple(sorted((id_of(fetched), id_of(waiting))))]
    assert pull(there, here).withdrawn == 1
    assert drafts(here) == [(id_of(fetched),)]
    known = here.partnership("FRA")
    assert known is not None
    with here.store.write() as tx:
        (drafted,) = ledger.recalls(tx, partner="FRA")
        sending.confirm(tx, here.home, known, drafted.id, "officer", here.clock())
    narrow, here.rules = here.rules[0], [wide]
    change_rules(here, narrow)
    here.cut("FRA")
    pull(there, here)
    assert there.ids() == {id_of(waiting), id_of(indicator("c"))}


def test_a_tear_line_that_is_taken_back_takes_back_every_version_it_stood_for() -> None:
    here, there = pair()
    stix_id = id_of(partly_red("a"))
    vids = here.put(partly_red("a"))
    here.cut("FRA")
    pull(there, here)
    vids += here.put(partly_red("a", "kept apart still", minute=1))
    assert here.cut("FRA")["FRA"].segments == 0  # what they have of it shows the same
    known = here.partnership("FRA")
    assert known is not None
    with here.store.write() as tx:
        made = sending.draft(tx, here.home, known.partner, ids=[stix_id], reason="wrong", now=here.clock())
        assert made is not None
        sending.confirm(tx, here.home, known, made.id, "officer", here.clock())
        records.owe_versions(tx, known.partner.number, vids)
    assert here.cut("FRA")["FRA"].segments == 0
    pull(there, here)
    assert there.ids() == set()
    here.put(partly_red("a", "kept apart at last", minute=2))  # what is written after that may go
    here.cut("FRA")
    assert pull(there, here).new == 1


def drafts(node: Node) -> list[tuple[str, ...]]:
    with node.store.read() as tx:
        return [one.ids for one in ledger.recalls(tx, partner="FRA", state="draft")]
