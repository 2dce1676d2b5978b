"""Markings are sets of atoms; joining is union; base and full come from the object's own references."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.release.marking import (
    NOTHING,
    UNMARKED,
    Atom,
    atom_of_definition,
    definition_atoms,
    from_text,
    join,
    marking_hash,
    of_version,
    parse_atom,
    rel,
    text_of,
)
from cordiale.stix import atoms, tlp
from tests.unit.release.given import AMBER, CAMPAIGN, MARKINGS, RED, marked, value, version


@given(MARKINGS, MARKINGS, MARKINGS)
def test_join_is_associative_commutative_idempotent_with_a_neutral_element(a, b, c):
    assert join(a, join(b, c)) == join(join(a, b), c)
    assert join(a, b) == join(b, a)
    assert join(a, a) == a == join(a, NOTHING)


@given(MARKINGS)
def test_the_canonical_text_is_read_back_and_hashes_alike_in_any_order(a):
    plain = frozenset(atom for atom in a if "\n" not in atom and atom)
    assert from_text(text_of(plain)) == plain
    assert marking_hash(sorted(plain)) == marking_hash(sorted(plain, reverse=True))


@pytest.mark.parametrize(
    ("text", "atom"),
    [
        ("tlp:amber+strict", Atom("tlp", "amber+strict")),
        ("level:CAN/TOP SECRET", Atom("level", "CAN/TOP SECRET")),
        ("rel:CAN|FRA", Atom("rel", "CAN|FRA")),
        ("compartment:CAN/ORCHID", Atom("compartment", "CAN/ORCHID")),
        ("orcon:france", Atom("orcon", "france")),
        ("not-after:2026-01-01T00:00:00Z", Atom("not-after", "2026-01-01T00:00:00Z")),
        ("unresolved", Atom("unresolved")),
        ("unmarked", Atom("unmarked")),
    ],
)
def test_an_atom_is_taken_apart(text, atom):
    assert parse_atom(text) == atom


@pytest.mark.parametrize(
    "text",
    ["", "tlp:purple", "tlp", "level:SECRET", "level:/SECRET", "level:A/B/C", "rel:", "rel:CAN||FRA", "rel:|",
     "not-after:tomorrow", "unresolved:x", "TLP:CLEAR", "compartment:", "orcon:", "tlp:clear\n", "freedom:all"],
)  # fmt: skip
def test_what_is_not_an_atom_is_unknown_and_never_an_error(text):
    assert parse_atom(text) == Atom("unknown", text)


@given(st.text(max_size=30))
def test_taking_apart_is_total(text):
    parse_atom(text)


def test_releasable_to_names_are_sorted_so_that_one_clause_has_one_text():
    assert rel(["FRA", "CAN", "FRA"]) == "rel:CAN|FRA"


def test_tlp_1_white_is_clear():
    assert (
        atom_of_definition({"id": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"}) == "tlp:clear"
    )


def test_a_definition_that_only_calls_itself_tlp_is_unknown():
    forged = tlp.definition("tlp:clear") | {"id": "marking-definition--aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"}
    assert atom_of_definition(forged) == f"unknown:{forged['id']}"


def test_an_atom_definition_under_another_id_is_unknown():
    forged = atoms.definition_of("rel:CAN") | {
        "id": "marking-definition--aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
    }
    assert atom_of_definition(forged) == f"unknown:{forged['id']}"


def test_a_statement_restricts_nothing_unless_it_carries_more_than_its_text():
    statement = {
        "id": "marking-definition--1",
        "definition_type": "statement",
        "definition": {"statement": "©"},
    }
    assert atom_of_definition(statement) == ""
    assert atom_of_definition(statement | {"extensions": {"x": {}}}) == "unknown:marking-definition--1"


def test_two_definitions_that_disagree_about_one_id_make_it_unknown():
    one = {"id": "marking-definition--1", "definition_type": "statement", "definition": {"statement": "©"}}
    assert definition_atoms([one, one]) == {"marking-definition--1": ""}
    assert definition_atoms([one, one | {"definition_type": "x"}]) == {
        "marking-definition--1": "unknown:marking-definition--1"
    }


def test_base_is_of_the_object_and_full_joins_every_granular_marking():
    held = version(value(description="seen twice", granular_markings=[marked("description")]))
    assert of_version(held, {}) == (frozenset({"tlp:amber"}), frozenset({"tlp:amber", "tlp:red"}))


def test_a_granular_marking_never_lowers():
    held = version(value(object_marking_refs=[RED], granular_markings=[marked("name", reference=AMBER)]))
    base, full = of_version(held, {})
    assert base == {"tlp:red"}
    assert base <= full


def test_a_language_tag_is_no_marking():
    held = version(value(granular_markings=[{"selectors": ["name"], "lang": "en"}]))
    assert of_version(held, {}) == (frozenset({"tlp:amber"}), frozenset({"tlp:amber"}))


def test_without_a_marking_a_version_is_unmarked_unless_its_source_has_a_profile():
    held = value()
    del held["object_marking_refs"]
    assert of_version(version(held), {}) == (UNMARKED, UNMARKED)
    profile = frozenset({"tlp:green"})
    assert of_version(version(held), {}, profile) == (profile, profile)


def test_a_marking_definition_that_is_not_held_is_unknown():
    missing = "marking-definition--aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
    held = version(value(object_marking_refs=[missing]))
    assert of_version(held, {})[0] == {f"unknown:{missing}"}


def test_a_marking_definition_is_under_the_atom_it_names():
    held = version(atoms.definition_of("compartment:CAN/ORCHID"))
    assert of_version(held, {})[0] == {"compartment:CAN/ORCHID"}
    assert CAMPAIGN not in str(held)
