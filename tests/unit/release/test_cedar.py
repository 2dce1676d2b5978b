"""An engine nobody here wrote decides the same over generated rules, recipients and markings."""

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cordiale.platform.clock import DAY
from cordiale.platform.errors import ConfigurationError
from cordiale.release.consistency import check
from cordiale.release.decide import decide
from cordiale.release.marking import parse_atom
from cordiale.release.partnership import Equivalence
from cordiale.release.reading import Table
from tests.unit.release.cedar import allows
from tests.unit.release.given import INSTANTS, MARKINGS, NOW, RECIPIENTS, RULES, example, marking

KNOWN = [f"{name}/{level}" for name, s in RULES.scales.items() for axis in s.axes.values() for level in axis]
ROWS = st.lists(
    st.builds(
        Equivalence,
        from_level=st.sampled_from(KNOWN),
        to_level=st.sampled_from(KNOWN),
        since=INSTANTS,
        until=st.none() | INSTANTS,
    ),
    max_size=5,
).map(tuple)
ASSURANCE = st.dictionaries(
    st.sampled_from(
        ["tlp:clear", "tlp:*", "rel:*", "level:AAA/LOW", "level:*", "not-after:*", "pap:*", "orcon:*"]
    ),
    st.sampled_from(["file", "taxii", "node"]),
    max_size=4,
)
CONSENTS = st.frozensets(st.sampled_from(["alpha", "bravo"]), max_size=2)


def plain(found):
    """Cedar is given what the language of markings can say; texts that are no atom have a test of their own."""
    return frozenset(atom for atom in found if parse_atom(atom).axis != "unknown" or atom.isidentifier())


@settings(max_examples=100)
@given(ROWS, ASSURANCE, RECIPIENTS, st.lists(MARKINGS.map(plain), min_size=1, max_size=5), INSTANTS, CONSENTS)
def test_cedar_decides_the_same(rows, assurance, recipient, markings, now, consents):
    rules = msgspec.structs.replace(RULES, equivalences=rows, assurance=assurance, mandates=())
    ours = [decide(found, recipient, now, rules, consents).passes for found in markings]
    assert ours == allows(markings, recipient, now, rules, consents)


@settings(max_examples=100)
@given(ROWS)
def test_rules_that_are_taken_never_lower_a_level_there_and_back(rows):
    rows = tuple(msgspec.structs.replace(row, key=f"equivalences[{n}]") for n, row in enumerate(rows))
    rules = msgspec.structs.replace(RULES, equivalences=rows, mandates=())
    try:
        check(rules, Table({}, "test.toml", ""))
    except ConfigurationError:
        assume(False)
    for there in rows:
        for back in rows:
            together = there.since < (back.until or NOW * 9) and back.since < (there.until or NOW * 9)
            if there.to_level == back.from_level and together:
                scale, level = there.from_level.split("/")
                same, last = back.to_level.split("/")
                if scale == same:
                    one, two = rules.scales[scale].place(level), rules.scales[scale].place(last)
                    assert one[0] != two[0] or two[1] >= one[1]


def test_over_the_shipped_example_as_well():
    rules = example()
    levels = [
        f"{name}/{level}" for name, s in rules.scales.items() for axis in s.axes.values() for level in axis
    ]
    levels += [f"{name}/{level}" for name, s in rules.scales.items() for level in s.national_only]
    markings = [
        marking(f"level:{level}", label)
        for level in levels
        for label in ("tlp:green", "tlp:amber", "tlp:red")
    ]
    for recipient in rules.partners.values():
        for now in (NOW, NOW - 1000 * DAY):
            ours = [decide(found, recipient, now, rules).passes for found in markings]
            assert ours == allows(markings, recipient, now, rules, frozenset())
            assert now != NOW or any(ours)
