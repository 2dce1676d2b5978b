"""Incident Core 2.1: what is right passes without a word, what is wrong is said and kept, and another's `event` stays theirs."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from cordiale.stix.incident_core import CORE, DEFINITIONS, begun_anew, core_of, described
from cordiale.stix.validate import validate
from cordiale.stix.version import read
from tests.unit.stix.examples import T0, T1

OTHERS = "extension-definition--ea279b3e-5c71-4632-ac08-831c66a786ba"


def ident(kind: str, n: int = 1) -> str:
    """Return the id of the nth object of a type."""
    return f"{kind}--{n:08d}-0000-4000-8000-000000000000"


def made(kind: str, n: int = 1, *details: dict[str, Any], **said: Any) -> dict[str, Any]:
    """Return an object of the extension with what it has to say at least."""
    least: dict[str, dict[str, Any]] = {
        "event": {"status": "occurred"},
        "impact": {"impact_category": "availability"},
        "task": {"outcome": "pending"},
    }
    extensions: dict[str, Any] = {DEFINITIONS[kind]: {"extension_type": "new-sdo"}}
    if kind == "impact" and not details:
        extensions["availability-ext"] = {"availability_impact": 70}
    for one in details:
        extensions |= one
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": ident(kind, n),
        "created": T0,
        "modified": T0,
        **least[kind],
        **said,
        "extensions": extensions,
    }


def incident(**said: Any) -> dict[str, Any]:
    """Return an incident with what the extension asks of it, and more."""
    core = {
        "extension_type": "property-extension",
        "determination": "suspected",
        "investigation_status": "open",
    }
    return {
        "type": "incident",
        "spec_version": "2.1",
        "id": ident("incident"),
        "created": T0,
        "modified": T0,
        "name": "Harbour",
        "extensions": {CORE: core | said},
    }


def said_of(value: dict[str, Any]) -> set[tuple[str, str]]:
    """Return what is remarked in a value; nothing of the extension sets an object aside."""
    found = validate(value)
    assert not [one for one in found if one.severity == "error"], found
    return {(one.path.removeprefix(f"extensions.{CORE}."), one.code) for one in found}


@pytest.mark.parametrize("kind", sorted(DEFINITIONS))
def test_the_smallest_object_of_each_type_is_right(kind: str) -> None:
    assert said_of(made(kind)) == set()
    assert said_of(incident()) == set()


def test_a_whole_incident_is_right() -> None:
    first, second = ident("event", 1), ident("event", 2)
    step = {"event_ref": second, "condition_type": "required", "transition_type": "success"}
    value = incident(
        criticality=70,
        detection_methods=["human-review"],
        incident_types=["ransomware"],
        impacted_entity_counts={"organization": 3, "individual": 0},
        impact_refs=[ident("impact")],
        events=[{"event_ref": first, "next_steps": [step]}, {"event_ref": second, "sequence_start": False}],
        tasks=[{"task_ref": ident("task")}],
        recoverability="regular",
        scores=[{"name": "Exposure", "value": 7.5}],
    )
    assert said_of(value) == set()
    version, _problems = read(orjson.dumps(value))
    assert {one.target for one in version.refs} == {first, second, ident("impact"), ident("task")}


@pytest.mark.parametrize(
    ("wrong", "path", "code"),
    [
        ({"determination": "perhaps"}, "determination", "enumeration"),
        ({"criticality": 101}, "criticality", "range"),
        ({"impact_refs": [ident("indicator")]}, "impact_refs.[0]", "reference-type"),
        ({"activity": [{}]}, "activity", "custom-property"),
        ({"incident_types": ["piracy"]}, "incident_types.[0]", "vocabulary"),
        ({"events": [{"sequence_start": True}]}, "events.[0].event_ref", "required"),
        ({"impacted_entity_counts": {"system": -1}}, "impacted_entity_counts.system", "range"),
    ],
)
def test_what_is_wrong_in_an_incident_is_said_and_kept(wrong: Any, path: str, code: str) -> None:
    assert (path, code) in said_of(incident(**wrong))


def test_a_step_that_leads_nowhere_is_said() -> None:
    step = {"task_ref": ident("task", 9), "condition_type": "unknown", "transition_type": "unknown"}
    value = incident(tasks=[{"task_ref": ident("task", 1), "next_steps": [step]}])
    assert ("tasks.[0].next_steps.[0].task_ref", "sequence") in said_of(value)


def test_a_type_of_extension_is_asked_for_as_the_standard_does() -> None:
    value = made("event")
    value["extensions"] = {DEFINITIONS["event"]: {"name": "x"}}
    assert [(one.severity, one.code) for one in validate(value)] == [("error", "required")]


@pytest.mark.parametrize(
    ("value", "path", "code"),
    [
        (made("event", status="maybe"), "status", "enumeration"),
        (made("event", start_time=T1, end_time=T0), "end_time", "order"),
        (made("event", changed_objects=[{"state_change_type": "caused"}]), "changed_objects.[0]", "at-least-one"),
        (made("task", priority=-1), "priority", "range"),
        (made("task", color="red"), "color", "custom-property"),
        (made("impact", impact_category="monetary"), "impact_category", "impact-category"),
        (made("impact", superseded_by_ref=ident("impact", 2)), "superseded_by_ref", "needs"),
        (
            made("impact", 1, {"confidentiality-ext": {"loss_type": "confirmed-loss"}}, impact_category="confidentiality"),
            "extensions.confidentiality-ext.information_type",
            "required",
        ),
        (
            made("impact", 1, {"monetary-ext": {"variety": "ransom-demand", "min_amount": 9, "max_amount": 1, "currency": "EUR"}}, impact_category="monetary"),
            "extensions.monetary-ext.max_amount",
            "amounts",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_in_an_event_an_impact_or_a_task_is_said_and_kept(value: Any, path: str, code: str) -> None:  # fmt: skip
    assert (path, code) in said_of(value)


def test_an_event_of_somebody_elses_is_taken_as_it_is() -> None:
    value = made("event", start_time="when it was", status=7)
    value["extensions"] = {OTHERS: {"extension_type": "new-sdo"}}
    assert described(value) is None
    assert validate(value) == []


def test_an_event_is_found_by_its_name_its_words_and_its_goal() -> None:
    version, _problems = read(orjson.dumps(made("event", name="Crane stops", description="At night", goal="Delay")))  # fmt: skip
    assert [one.text for one in version.texts] == ["Crane stops", "At night", "Delay"]


def test_what_is_left_of_a_sequence_begins_where_nothing_leads() -> None:
    value = incident(
        events=[{"event_ref": ident("event", 2), "sequence_start": False}],
        tasks=[{"task_ref": ident("task")}],
    )
    begun_anew(value)
    assert core_of(value)["events"] == [{"event_ref": ident("event", 2)}]
    step = {"event_ref": ident("event", 2), "condition_type": "unknown", "transition_type": "unknown"}
    kept = incident(
        events=[
            {"event_ref": ident("event", 1), "next_steps": [step]},
            {"event_ref": ident("event", 2), "sequence_start": False},
        ]
    )
    begun_anew(kept)
    assert core_of(kept)["events"][1]["sequence_start"] is False
