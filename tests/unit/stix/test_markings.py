"""TLP and Cordiale's own marking atoms as marking definitions."""

from __future__ import annotations

import jsonschema
import pytest

from cordiale.stix import tlp
from cordiale.stix.atoms import EXTENSION, atom_of, definition_of, id_of
from cordiale.stix.extensions import PUBLISHED, definitions, schema
from cordiale.stix.validate import validate

ATOMS = (
    "level:CAN/SECRET",
    "level:FRA/TRÈS SECRET",
    "rel:CAN|FRA",
    "compartment:CAN/BRUME",
    "orcon:node-ca",
    "pap:amber",
    "not-after:2027-01-01T00:00:00Z",
    "retain-until:2027-01-01T00:00:00.000Z",
)


@pytest.mark.parametrize("atom", ATOMS)
def test_an_atom_becomes_a_valid_definition_and_comes_back(atom: str) -> None:
    made = definition_of(atom)
    assert validate(made) == []
    assert atom_of(made) == atom
    assert made == definition_of(atom)
    jsonschema.validate(made, schema("marking-atom"), cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("atom", tlp.IDS)
def test_tlp_keeps_the_published_ids(atom: str) -> None:
    assert validate(definition_of(atom)) == []
    assert definition_of(atom)["id"] == id_of(atom) == tlp.IDS[atom]
    assert atom_of(definition_of(atom)) == atom


def test_nobody_can_redefine_an_atom() -> None:
    secret, public = definition_of("level:CAN/SECRET"), definition_of("rel:CAN|FRA|GBR")
    forged = public | {"id": secret["id"]}
    assert atom_of(forged) is None
    assert [(one.severity, one.path, one.code) for one in validate(forged)] == [("error", "id", "atom-id")]


def test_an_atom_of_ours_may_not_speak_for_tlp() -> None:
    extension = {EXTENSION: {"extension_type": "property-extension", "atom": "tlp:clear"}}
    claimed = definition_of("rel:CAN") | {"extensions": extension}
    assert atom_of(claimed) is None
    assert ("id", "atom-id") in {(one.path, one.code) for one in validate(claimed)}


def test_the_ids_are_those_of_the_first_release() -> None:
    assert id_of("level:CAN/SECRET") == "marking-definition--0ff55485-bb15-52cc-a239-951bcb4b51eb"
    assert EXTENSION == "extension-definition--89973945-43a5-5154-a05c-50d8e1e710f7"


def test_our_extension_definitions_are_valid_and_have_a_schema_each() -> None:
    identity, *extensions = definitions()
    assert [validate(one) for one in (identity, *extensions)] == [[] for _ in range(len(extensions) + 1)]
    assert {one["id"] for one in extensions} == set(PUBLISHED.values())
    for name, identifier in PUBLISHED.items():
        jsonschema.Draft202012Validator.check_schema(schema(name))
        assert identifier in schema(name)["properties"]["extensions"]["required"]
