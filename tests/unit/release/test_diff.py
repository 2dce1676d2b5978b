"""The preview of a rules change is exact, and only what was previewed can be applied."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordiale.platform.errors import Conflict
from cordiale.release.decide import decide
from cordiale.release.diff import Group, check_token, diff, token
from cordiale.release.mandate import Act, Exemption, Facts, mandated
from cordiale.release.marking import join
from cordiale.release.partnership import Query
from tests.unit.release.given import MARKINGS, NOW, RULES, TEXT, marking, rules

WIDER = rules(TEXT.replace('tlp = "amber"', 'tlp = "red"'))
OTHER = rules(TEXT.replace('type = ["indicator", "campaign", "relationship"]', 'type = ["report"]'))
AUTOMATIC = marking("tlp:green")


def partner(found, name):
    return next(p for p in found.partners if p.partner == name)


def test_a_wider_rule_says_what_would_start_to_go():
    groups = [
        Group(marking("tlp:red"), marking("tlp:red"), "indicator", "home", 7),
        Group(AUTOMATIC, AUTOMATIC, "indicator", "home", 5),
        Group(AUTOMATIC, marking("tlp:green", "tlp:red"), "campaign", "home", 2),
    ]
    found = partner(diff(RULES, WIDER, groups, NOW), "bravo")
    assert (found.before.goes, found.before.tear_lines) == (7, 2)
    assert (found.after.goes, found.after.tear_lines) == (14, 0)
    assert (found.widened, found.narrowed) == (7, 0)
    assert found.before.withheld == {"tlp-too-narrow": 7}
    assert found.after.withheld == {}


def test_a_changed_mandate_says_what_would_stop_and_what_would_wait():
    groups = [
        Group(AUTOMATIC, AUTOMATIC, "indicator", "home", 5),
        Group(AUTOMATIC, AUTOMATIC, "report", "home", 3),
    ]
    found = diff(RULES, OTHER, groups, NOW)
    bravo = partner(found, "bravo")
    assert (bravo.widened, bravo.narrowed, bravo.after.waits) == (3, 5, 5)
    assert {(c.mandates, c.count, c.starts, c.stops) for c in found.changes} == {
        (("officer",), 5, (), ("bravo", "charlie")),
        (("feed", "officer"), 3, ("bravo", "charlie"), ()),
    }


def test_what_a_partner_holds_and_no_longer_passes_is_counted_as_recalls():
    narrower = rules(TEXT.replace('tlp = "amber"', 'tlp = "clear"'))
    sent = {("bravo", AUTOMATIC): 4, ("bravo", marking("tlp:clear")): 9, ("gone", AUTOMATIC): 1}
    assert partner(diff(RULES, narrower, [], NOW, sent=sent), "bravo").recalls == 4


def test_the_first_rules_are_compared_with_nothing():
    found = partner(diff(None, RULES, [Group(AUTOMATIC, AUTOMATIC, "indicator", "home", 5)], NOW), "bravo")
    assert (found.before.goes, found.after.goes, found.widened) == (0, 5, 5)
    assert found.before.withheld == {"no-partner": 5}


def test_what_is_held_back_does_not_go_and_is_counted_as_held():
    groups = [Group(AUTOMATIC, AUTOMATIC, "indicator", "home", 5, held=frozenset({"bravo"}))]
    found = diff(RULES, WIDER, groups, NOW)
    assert (partner(found, "bravo").after.goes, partner(found, "charlie").after.goes) == (0, 5)
    assert partner(found, "bravo").after.withheld == {"held": 5}


PASSING = st.sampled_from(
    [AUTOMATIC, marking("tlp:amber"), marking("tlp:clear", "rel:BBB"), marking("level:AAA/LOW")]
)

ACT = Act("a", ("bravo",), "ada", NOW, where=Query(type=("report",)))
GROUPS = st.lists(
    st.builds(
        Group,
        effective=PASSING | MARKINGS,
        full=PASSING | MARKINGS,
        type=st.sampled_from(["indicator", "campaign", "report"]),
        source=st.sampled_from(["home", "feed"]),
        count=st.integers(1, 9),
        approved=st.frozensets(st.sampled_from(["bravo", "charlie"]), max_size=2),
        approved_twice=st.frozensets(st.sampled_from(["bravo"]), max_size=1),
        held=st.frozensets(st.sampled_from(["bravo", "charlie", "stranger"]), max_size=1),
    ),
    max_size=6,
)


@settings(max_examples=60)
@given(GROUPS, st.sampled_from([WIDER, OTHER]), st.sampled_from([(), (ACT,)]))
def test_the_counts_are_those_of_asking_object_by_object(groups, after, acts):
    found = diff(RULES, after, groups, NOW, acts=acts)
    for side, of in (("before", RULES), ("after", after)):
        for name, recipient in of.partners.items():
            expected = Counter()
            for group in groups:
                approvals = [*acts]
                if name in group.approved:
                    approvals.append(Act("1", (name,), "ada", NOW, ids=frozenset({"x"})))
                if name in group.approved_twice:
                    approvals.append(Act("2", (name,), "ada", NOW, ids=frozenset({"x"}), second="grace"))
                holds = [Exemption("x", name, "hold", "ada", NOW)] if name in group.held else []
                facts = Facts("x", group.type, group.source, group.effective)
                verdict = mandated(facts, recipient, of, approvals, holds, NOW)
                if not group.effective or not decide(group.effective, recipient, NOW, of).passes:
                    code = decide(group.effective, recipient, NOW, of).code if group.effective else "unmarked"
                elif not verdict.allowed:
                    code = verdict.code if verdict.code in ("held", "no-mandate") else "waits"
                else:
                    code = "goes"
                    whole = decide(join(group.full, group.effective), recipient, NOW, of).passes
                    expected["tear"] += 0 if whole else group.count
                expected[code] += group.count
            tally = getattr(partner(found, name), side)
            counted = Counter(tally.withheld) + Counter(
                goes=tally.goes, waits=tally.waits, tear=tally.tear_lines
            )
            assert counted == +expected


def test_only_what_was_previewed_can_be_applied():
    found = diff(RULES, WIDER, [], NOW, state="7")
    check_token(found.token, RULES.version, WIDER.version, "7")
    for before, after, state in (
        (RULES.version, OTHER.version, "7"),
        (None, WIDER.version, "7"),
        (RULES.version, WIDER.version, "8"),
    ):
        with pytest.raises(Conflict):
            check_token(found.token, before, after, state)
    assert token(None, "a", "b") != token("a", "", "b")
