"""The decision is total, default deny, and a join passes exactly when both parts do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.platform.clock import format_instant
from cordiale.release.decide import compile_rules, decide, explain
from cordiale.release.marking import NOTHING, join
from cordiale.release.reasons import REASONS
from cordiale.release.recipient import Recipient
from tests.unit.release.given import ATOMS, BRAVO, INSTANTS, MARKINGS, NOW, RECIPIENTS, RULES, marking

CONSENTS = st.frozensets(st.sampled_from(["alpha", "bravo"]), max_size=2)


@given(MARKINGS, MARKINGS, RECIPIENTS, INSTANTS, CONSENTS)
def test_a_join_passes_exactly_when_both_parts_pass(a, b, recipient, now, consents):
    both = decide(join(a, b), recipient, now, RULES, consents).passes
    apart = (
        decide(a, recipient, now, RULES, consents).passes
        and decide(b, recipient, now, RULES, consents).passes
    )
    assert both == apart


@given(MARKINGS, ATOMS, RECIPIENTS, INSTANTS)
def test_an_atom_more_never_lets_more_through(a, atom, recipient, now):
    if not decide(a, recipient, now, RULES).passes:
        assert not decide(a | {atom}, recipient, now, RULES).passes


@given(MARKINGS, RECIPIENTS, INSTANTS)
def test_every_refusal_names_an_atom_of_the_marking_and_a_reason_with_a_sentence(a, recipient, now):
    verdict = decide(a, recipient, now, RULES)
    assert verdict.code in REASONS
    if not verdict.passes:
        assert verdict.atom in a
        assert verdict.code != "passes"


@given(st.lists(st.tuples(MARKINGS, INSTANTS), max_size=20), RECIPIENTS)
def test_a_table_used_at_many_instants_answers_as_a_new_one_would(asked, recipient):
    table = compile_rules(RULES, recipient)
    for a, now in asked:
        assert table.decide(a, now) == decide(a, recipient, now, RULES)


@given(MARKINGS, RECIPIENTS, INSTANTS)
def test_the_explanation_and_the_decision_agree(a, recipient, now):
    lines = explain(a, recipient, now, RULES)
    assert {line.atom for line in lines} == a
    assert all(line.passes for line in lines) == decide(a, recipient, now, RULES).passes


def refused(
    *texts: str, recipient: Recipient = BRAVO, now: int = NOW, consents: frozenset[str] = NOTHING
) -> str:
    return decide(marking(*texts), recipient, now, RULES, consents).code


@pytest.mark.parametrize(
    ("atom", "code"),
    [
        ("tlp:clear", "passes"),
        ("tlp:amber", "passes"),
        ("tlp:amber+strict", "tlp-too-narrow"),
        ("tlp:red", "tlp-too-narrow"),
        ("level:BBB/HIGH", "passes"),
        ("level:BBB/HIGHEST", "clearance-too-low"),
        ("level:AAA/LOW", "passes"),
        ("level:AAA/MIDDLE", "equivalence-not-valid"),
        ("level:AAA/TOP", "clearance-too-low"),
        ("level:AAA/ONE", "no-equivalence"),
        ("level:AAA/AAA EYES ONLY", "national-only"),
        ("level:AAA/NOWHERE", "unknown-level"),
        ("level:ZZZ/TOP", "unknown-scale"),
        ("rel:AAA|BBB", "passes"),
        ("rel:B-CERT", "passes"),
        ("rel:FRIENDS", "passes"),
        ("rel:bravo", "passes"),
        ("rel:AAA", "not-releasable-to"),
        ("compartment:AAA/ORCHID", "passes"),
        ("compartment:AAA/LILY", "compartment"),
        ("orcon:alpha", "originator-control"),
        ("orcon:bravo", "passes"),
        ("pap:red", "passes"),
        ("unresolved", "unresolved-reference"),
        ("unmarked", "unmarked"),
        ("unknown:marking-definition--x", "unknown-marking"),
        ("nonsense", "unknown-atom"),
        ("tlp:purple", "unknown-atom"),
    ],
)
def test_each_kind_of_atom_has_its_own_reason(atom, code):
    assert refused(atom) == code


def test_releasable_to_clauses_intersect():
    assert refused("rel:AAA|BBB", "rel:BBB|CCC") == "passes"
    assert refused("rel:AAA|BBB", "rel:AAA|CCC") == "not-releasable-to"


def test_every_compartment_is_needed():
    assert refused("compartment:AAA/ORCHID", "compartment:AAA/LILY") == "compartment"


def test_consent_of_the_originator_lifts_its_own_control_only():
    assert refused("orcon:alpha", consents=marking("alpha")) == "passes"
    assert refused("orcon:alpha", consents=marking("charlie")) == "originator-control"
    assert refused("orcon:alpha", "tlp:red", consents=marking("alpha")) == "tlp-too-narrow"


@pytest.mark.parametrize(("axis", "code"), [("not-after", "expired"), ("retain-until", "retention-over")])
def test_an_expiry_passes_until_its_very_microsecond(axis, code):
    atom = f"{axis}:{format_instant(NOW, 6)}"
    assert refused(atom, now=NOW - 1) == "passes"
    assert refused(atom, now=NOW) == code


def test_a_table_forgets_what_has_expired_and_remembers_again_when_the_clock_steps_back():
    table = compile_rules(RULES, BRAVO)
    until = marking(f"not-after:{format_instant(NOW, 6)}", "tlp:green")
    assert [table.passes(until, at) for at in (NOW - 1, NOW, NOW - 1, NOW + 1)] == [True, False, True, False]


def test_a_link_without_recall_takes_clear_and_green_only():
    charlie = RULES.partners["charlie"]
    assert refused("tlp:green", recipient=charlie) == "passes"
    assert refused("tlp:amber", recipient=charlie) == "assurance-too-low"
    assert refused("level:CCC/TOP", recipient=charlie) == "assurance-too-low"


def test_nobody_is_never_read_as_everybody():
    stranger = Recipient(node="stranger")
    assert refused("rel:", recipient=stranger) == "unknown-atom"
    assert refused("rel:AAA", recipient=stranger) == "not-releasable-to"
    assert refused("tlp:green", recipient=stranger) == "tlp-too-narrow"


def test_a_person_is_asked_the_same_question_as_a_partner():
    ada = Recipient(node="home", nation="AAA", person="ada", tlp="red", clearances=("AAA/MIDDLE",))
    assert refused("level:AAA/MIDDLE", "tlp:red", recipient=ada) == "passes"
    assert refused("level:AAA/TOP", recipient=ada) == "clearance-too-low"
    assert refused("level:AAA/TWO", recipient=ada) == "clearance-too-low"


def test_what_a_node_originated_is_its_own_to_give_and_what_it_may_hold_its_people_may_read():
    ours = compile_rules(RULES, BRAVO, "alpha")
    assert ours.decide(marking("orcon:alpha"), NOW).passes
    assert not ours.decide(marking("orcon:charlie"), NOW).passes
    assert not ours.decide(marking("orcon:alpha", "tlp:red"), NOW).passes
    reader = compile_rules(RULES, BRAVO, "bravo")
    assert reader.decide(marking("orcon:charlie"), NOW).passes
