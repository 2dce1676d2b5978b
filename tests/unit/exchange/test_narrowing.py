"""What becomes of what a partner has when it may have less, or again more, of it."""

from __future__ import annotations

from cordiale.exchange import recall
from cordiale.release.rules import parse
from cordiale.stix import atoms
from tests.unit.exchange.test_stream import change_rules, pair
from tests.unit.exchange.world import RULES, Node, id_of, indicator, pull

RED = RULES.replace('tlp = "amber"', 'tlp = "red"')


def partly_red(name: str) -> bytes:
    apart = {"marking_ref": atoms.id_of("tlp:red"), "selectors": ["description"]}
    return indicator(name, marking=["tlp:green"], description="kept apart", granular_markings=[apart])


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
        (drafted,) = recall.recalls(tx, partner="FRA")
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
        (drafted,) = recall.recalls(tx, partner="FRA")
        recall.confirm(tx, here.home, known, drafted.id, "officer", here.clock())
    narrow, here.rules = here.rules[0], [wide]
    change_rules(here, narrow)
    here.cut("FRA")
    pull(there, here)
    assert there.ids() == {id_of(waiting), id_of(indicator("c"))}


def drafts(node: Node) -> list[tuple[str, ...]]:
    with node.store.read() as tx:
        return [one.ids for one in recall.recalls(tx, partner="FRA", state="draft")]
