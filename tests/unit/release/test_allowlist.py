"""What of an object lies outside STIX 2.1 and outside what the partnership allows, extensions that are known here included."""

from __future__ import annotations

from typing import Any

import pytest

from cordiale.release.allowlist import outside_of, unusual
from cordiale.release.partnership import Allow
from cordiale.stix import tlp
from cordiale.stix.extensions import PUBLISHED
from cordiale.stix.incident_core import CORE, DEFINITIONS

TASK = "task--00000000-0000-4000-8000-000000000001"
SAID = {"extension_type": "property-extension", "determination": "suspected", "investigation_status": "open"}
NEW = {"extension_type": "new-sdo"}


def outside(
    kind: str, extensions: dict[str, Any], allow: Allow | None = None, **more: Any
) -> tuple[str, ...]:
    value = {
        "type": kind,
        "id": f"{kind}--00000000-0000-4000-8000-000000000001",
        "extensions": extensions,
        **more,
    }
    return outside_of(kind, unusual(value), allow or Allow())


def test_a_regular_incident_and_its_pieces_are_within() -> None:
    entry = {
        "task_ref": TASK,
        "sequence_start": True,
        "next_steps": [{"task_ref": TASK, "condition_type": "x"}],
    }
    scores = [{"name": "a", "value": 3}]
    said = {**SAID, "tasks": [entry], "impacted_entity_counts": {"organization": 3}, "scores": scores}
    assert outside("incident", {CORE: said}, name="n") == ()
    for kind, more in (
        ("task", {"outcome": "pending", "impacted_entity_counts": {"organization": 3}, "subtasks": [entry]}),
        ("event", {"status": "occurred", "event_types": ["x"], "sighting_refs": [TASK]}),
    ):
        assert outside(kind, {DEFINITIONS[kind]: NEW}, **more) == ()
    degree = {DEFINITIONS["impact"]: NEW, "availability-ext": {"availability_impact": 3}}
    assert outside("impact", degree, impact_category="availability") == ()


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"x_notes": "A"}, "x_notes"),
        ({"scores": [{"name": "a", "value": 1, "x": "A"}]}, "scores.x"),
        ({"tasks": [{"task_ref": TASK, "note": "A"}]}, "tasks.note"),
        ({"tasks": [{"task_ref": TASK, "next_steps": [{"x": "A"}]}]}, "tasks.next_steps.x"),
        ({"criticality": {"x": "A"}}, "criticality"),
        ({"tasks": {"x": "A"}}, "tasks"),
        ({"impacted_entity_counts": {"a": {"x": "A"}}}, "impacted_entity_counts.a"),
    ],
)
def test_what_is_no_property_of_incident_core_is_outside(more: dict[str, Any], named: str) -> None:
    assert outside("incident", {CORE: {**SAID, **more}}, name="n") == (f"extensions.{CORE}.{named}",)
    assert outside("incident", {CORE: {**SAID, **more}}, Allow(extensions=(CORE,)), name="n") == ()


@pytest.mark.parametrize("identifier", [CORE, *DEFINITIONS.values(), *PUBLISHED.values(), tlp.EXTENSION])
@pytest.mark.parametrize("kind", ["infrastructure", "x-own", "ipv4-addr"])
def test_an_extension_on_a_type_it_is_not_for_is_outside(identifier: str, kind: str) -> None:
    allow = Allow(types=("x-*",))
    assert outside(kind, {identifier: {"x": "A"}}, allow) == (f"extensions.{identifier}",)


@pytest.mark.parametrize("kind", sorted(DEFINITIONS))
def test_a_definition_holds_its_type_alone(kind: str) -> None:
    own = DEFINITIONS[kind]
    assert outside(kind, {own: {**NEW, "x": "A"}}) == (f"extensions.{own}.x",)
    assert outside(kind, {own: {"extension_type": {"x": "A"}}}) == (f"extensions.{own}.extension_type",)
    assert outside(kind, {own: "A"}) == (f"extensions.{own}",)
    assert outside(kind, {own: NEW}, start_time={"x": "A"}) == ("start_time",)
    # without its definition it is nobody's type, whatever else its extensions are called
    assert outside(kind, {f"{own}.extension_type": NEW}) == ("type",)


def test_an_impact_says_of_its_kind_what_is_defined_alone() -> None:
    said = {DEFINITIONS["impact"]: NEW, "availability-ext": {"availability_impact": {"x": "A"}}, "x-ext": {}}
    assert outside("impact", said) == ("extensions.availability-ext.availability_impact", "extensions.x-ext")


@pytest.mark.parametrize(
    ("kind", "name"), [("note", "joint-task"), ("incident", "joint-case"), ("report", "joint-revision"), ("note", "misp")]
)  # fmt: skip
def test_an_extension_of_ours_holds_what_its_schema_says(kind: str, name: str) -> None:
    own = PUBLISHED[name]
    assert outside(kind, {own: {"extension_type": "property-extension"}}) == ()
    assert outside(kind, {own: {"extension_type": "property-extension", "x": "A"}}) == (
        f"extensions.{own}.x",
    )


def test_a_marking_holds_what_says_who_may_have_it_alone() -> None:
    own = PUBLISHED["marking-atom"]
    assert (
        outside("marking-definition", {own: {"extension_type": "property-extension", "atom": "rel:can"}})
        == ()
    )
    assert outside("marking-definition", {own: {"atom": "rel:can", "x": "A"}}) == (f"extensions.{own}.x",)
    assert outside("marking-definition", dict(tlp.definition("tlp:green")["extensions"])) == ()
    assert outside("marking-definition", {tlp.EXTENSION: {"x": "A"}}) == (f"extensions.{tlp.EXTENSION}.x",)
