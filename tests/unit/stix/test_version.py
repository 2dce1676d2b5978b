"""The typed view beside the bytes."""

from __future__ import annotations

import tracemalloc
from typing import Any

import orjson
import pytest

from cordiale.platform.clock import parse_instant
from cordiale.platform.errors import InputError
from cordiale.stix.atoms import definition_of
from cordiale.stix.tlp import IDS, IDS_1, definition
from cordiale.stix.version import Version, read
from tests.unit.stix.examples import KINDS, OTHER, T0, T1, ident, smallest

RED = IDS["tlp:red"]


def seen(value: dict[str, Any]) -> Version:
    return read(orjson.dumps(value))[0]


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_is_read_without_a_finding(kind: str) -> None:
    raw = orjson.dumps(smallest(kind))
    version, problems = read(raw)
    assert problems == []
    assert (version.raw, version.id, version.type) == (raw, ident(kind), kind)
    assert len(version.hash) == 32


def test_the_bytes_are_kept_as_they_came_and_unknown_properties_with_them() -> None:
    raw = b'{ "x_own" : {"deep":[1, 2]}, ' + orjson.dumps(smallest("tool"))[1:]
    version, problems = read(raw)
    assert version.raw is raw
    assert orjson.loads(version.raw)["x_own"] == {"deep": [1, 2]}
    assert [one.code for one in problems] == ["custom-property"]


def test_time_creator_markings_language_and_revocation() -> None:
    version = seen(
        smallest(
            "campaign",
            modified=T1,
            created_by_ref=ident("identity"),
            revoked=True,
            lang="fr-CA",
            object_marking_refs=[RED],
        )
    )
    assert (version.created, version.modified) == (parse_instant(T0), parse_instant(T1))
    assert (version.created_by, version.revoked, version.lang) == (ident("identity"), True, "fr-CA")
    assert version.markings == (RED,)


def test_observables_have_no_time() -> None:
    version = seen(smallest("url"))
    assert (version.created, version.modified, version.created_by) == (None, None, None)


def test_the_ends_of_a_relationship_are_inherent_and_its_creator_is_not() -> None:
    version = seen(smallest("relationship", created_by_ref=ident("identity"), object_marking_refs=[RED]))
    assert {(one.path, one.target, one.inherent) for one in version.refs} == {
        ("source_ref", ident("indicator"), True),
        ("target_ref", ident("campaign"), True),
        ("created_by_ref", ident("identity"), False),
    }


@pytest.mark.parametrize(
    ("kind", "inherent"),
    [
        ("sighting", {"sighting_of_ref"}),
        ("language-content", {"object_ref"}),
        ("note", set()),
        ("report", set()),
    ],
)
def test_which_references_are_inherent(kind: str, inherent: set[str]) -> None:
    assert {one.path for one in seen(smallest(kind)).refs if one.inherent} == inherent


def test_references_in_extensions_custom_properties_and_lists_are_found() -> None:
    version = seen(
        smallest(
            "file",
            contains_refs=[ident("url"), ident("url", OTHER)],
            extensions={"archive-ext": {"contains_refs": [ident("file", OTHER)]}},
            x_own_ref=ident("tool"),
            x_list=[{"deep": [{"source_ref": ident("malware")}]}],
            x_text_ref="no identifier",
        )
    )
    assert {one.path: one.target for one in version.refs} == {
        "contains_refs.[0]": ident("url"),
        "contains_refs.[1]": ident("url", OTHER),
        "extensions.archive-ext.contains_refs.[0]": ident("file", OTHER),
        "x_own_ref": ident("tool"),
        "x_list.[0].deep.[0].source_ref": ident("malware"),
    }


def test_texts_carry_the_path_that_a_granular_marking_selects() -> None:
    version = seen(
        smallest("threat-actor", description="Texte", aliases=["A", "B"], goals=["Gain"], labels=["x"])
    )
    assert [(one.path, one.text) for one in version.texts] == [
        ("name", "Actor"), ("description", "Texte"), ("aliases.[0]", "A"), ("aliases.[1]", "B"), ("goals.[0]", "Gain"),
    ]  # fmt: skip


def test_texts_of_a_translation_name_language_and_property() -> None:
    version = seen(smallest("language-content", contents={"fr": {"name": "Brume", "goals": ["Voler", ""]}}))
    assert [(one.path, one.text) for one in version.texts] == [
        ("contents.fr.name", "Brume"),
        ("contents.fr.goals.[0]", "Voler"),
    ]


def test_values_of_observables_are_folded_where_case_means_nothing() -> None:
    assert seen(smallest("domain-name", value="A.Example.")).values == (("domain-name", "a.example"),)
    assert seen(smallest("file", name="A.exe", hashes={"MD5": "AB" * 16})).values == (
        ("file-name", "A.exe"),
        ("hash", "ab" * 16),
    )
    assert seen(smallest("autonomous-system")).values == (("autonomous-system", "64496"),)
    assert seen(smallest("windows-registry-key")).values == (
        ("windows-registry-key", "HKEY_LOCAL_MACHINE\\System"),
    )


def test_values_of_an_indicator_are_its_literals() -> None:
    assert seen(smallest("indicator")).values == (("url", "http://a.example/"),)
    assert seen(smallest("indicator", pattern_type="yara", pattern="rule x {}")).values == ()


def test_granular_markings_are_kept_with_their_selectors() -> None:
    version = seen(smallest("campaign", granular_markings=[{"marking_ref": RED, "selectors": ["name"]}]))
    assert [(one.selectors, one.marking_ref, one.lang) for one in version.granular] == [
        (("name",), RED, None)
    ]


@pytest.mark.parametrize(("atom", "identifier"), [*IDS.items(), *IDS_1.items()])
def test_tlp_of_both_generations_is_understood_from_its_genuine_definition(
    atom: str, identifier: str
) -> None:
    if identifier in IDS.values():
        value = definition(atom)
    else:
        level = atom.removeprefix("tlp:").replace("clear", "white")
        value = smallest(
            "marking-definition", id=identifier, definition_type="tlp", definition={"tlp": level}
        )
    version, problems = read(orjson.dumps(value))
    assert problems == []
    assert version.definition is not None
    assert (version.definition.kind, version.definition.atom) == ("tlp", atom)


def test_what_a_marking_definition_means() -> None:
    def meaning(value: dict[str, Any]) -> tuple[str, str | None]:
        found = seen(value).definition
        assert found is not None
        return found.kind, found.atom

    statement = smallest("marking-definition")
    assert meaning(statement) == ("statement", None)
    assert meaning(definition_of("level:CAN/SECRET")) == ("atom", "level:CAN/SECRET")
    own = smallest("marking-definition", definition_type="iep", definition={"iep": 1})
    assert meaning(own) == ("unknown", f"unknown:{own['id']}")
    # A statement that sits on the id of an atom would undo the atom: it is an atom nobody passes.
    over = smallest("marking-definition", id=definition_of("level:CAN/SECRET")["id"])
    assert meaning(over) == ("unknown", f"unknown:{over['id']}")
    forged = definition("tlp:clear") | {"id": RED}
    assert meaning(forged) == ("unknown", f"unknown:{RED}")
    assert seen(smallest("campaign")).definition is None


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"{}", "unidentified"), (b'{"id":"x"}', "unidentified"), (b'{"id":1,"type":"x"}', "unidentified"),
     (b'{"id":"bundle--1","type":"bundle"}', "bundle-within"), (b"[1]", "not-an-object")],
)  # fmt: skip
def test_what_cannot_be_kept_at_all_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read(raw)
    assert caught.value.code == code


def test_an_object_with_errors_is_still_seen() -> None:
    version, problems = read(orjson.dumps(smallest("malware", is_family=None, name="X")))
    assert [(one.path, one.code) for one in problems] == [("is_family", "required")]
    assert ("name", "X") in [(text.path, text.text) for text in version.texts]


WILD: list[Any] = [None, 1, 1.5, "", "x", [], [None], {}, {"a": None}, [[]], {"": {"_ref": 3}}, True]


@pytest.mark.parametrize("kind", KINDS)
def test_no_value_anywhere_makes_reading_fail(kind: str) -> None:
    whole = smallest(kind)
    names = {*whole, "granular_markings", "extensions", "object_marking_refs", "labels", "external_references",
             "objects", "hashes", "created_by_ref", "x_refs", "x_ref", "kill_chain_phases", "first_seen"} - {"type", "id"}  # fmt: skip
    for name in names:
        for wild in WILD:
            read(orjson.dumps(whole | {name: wild}))


def test_what_is_remembered_between_objects_stays_small_whatever_comes_in() -> None:
    tracemalloc.start()
    try:
        for number in range(200):
            wide = smallest(
                "campaign",
                created_by_ref="x" * 100_000 + str(number),
                first_seen=f"2026-01-31T08:30:00.{'0' * 100_000}{number}Z",
                object_marking_refs=["y" * 100_000 + str(number)],
                **{f"x_{number}_{index}" * 100: 1 for index in range(100)},
            )
            read(orjson.dumps(wide))
        assert tracemalloc.get_traced_memory()[0] < 5 << 20
    finally:
        tracemalloc.stop()
