"""Incident Core 2.1, the extension of STIX 2.1 for incidents, as data: events, impacts, tasks, and what an incident says of them.

Section numbers are those of the extension's specification (OASIS CTI TC, 2024). Its objects are new types, so they count as such
only where they carry its definition: OpenCTI has an `event` of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cordiale.stix.incident_rules import LISTS
from cordiale.stix.kinds import (
    ANY_REF,
    ANY_REFS,
    BOOLEAN,
    NATURAL,
    TEXT,
    TIME,
    Dictionary,
    Integer,
    Items,
    Kind,
    Number,
    ObjectType,
    Record,
    ref,
    refs,
    term,
    terms,
)

CORE: Final = "extension-definition--ef765651-680c-498d-9894-99799f2fa126"
"""What an incident says beyond STIX 2.1 (2.1)."""

DEFINITIONS: Final[Mapping[str, str]] = {
    "event": "extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e",
    "impact": "extension-definition--7cc33dd6-f6a1-489b-98ea-522d351d71b9",
    "task": "extension-definition--2074a052-8be4-4932-849e-f5e7798e0030",
}
"""Type → the definition that an object of it carries (2.2, 2.3, 2.4)."""

_SCORE = Integer(0, 100)
_COUNTS = Dictionary(NATURAL)
_FIDELITY = term("timestamp-fidelity-enum")
_WHEN: dict[str, Kind] = {
    "start_time": TIME,
    "start_time_fidelity": _FIDELITY,
    "end_time": TIME,
    "end_time_fidelity": _FIDELITY,
}
_IN_ORDER = (("start_time", "end_time", True),)
_RECOVERY = term("recoverability-enum")


def _entries(name: str) -> Items:
    """Return the kind of a list of events or tasks in their order (3.2, 3.3, 3.6, 3.7)."""
    target = ref(name.removesuffix("_ref"))
    step = Record(
        {name: target, "condition_type": term("activity-condition-enum"), "transition_type": term("activity-transition-enum")},
        (name, "condition_type", "transition_type"),
        closed=True,
    )  # fmt: skip
    return Items(Record({name: target, "next_steps": Items(step), "sequence_start": BOOLEAN}, (name,), closed=True))  # fmt: skip


_CHANGES = Items(
    Record(
        {"state_change_type": term("state-change-type-ov"), "initial_ref": ANY_REF, "result_ref": ANY_REF},
        ("state_change_type",),
        at_least_one=("initial_ref", "result_ref"),
        closed=True,
    )
)
_RECORDS: dict[str, Kind] = {
    "information_type": term("information-type-ov"),
    "record_count": NATURAL,
    "record_size": NATURAL,
}

IMPACTS: Final[Mapping[str, Record]] = {
    "availability-ext": Record({"availability_impact": _SCORE}, ("availability_impact",), closed=True),
    "confidentiality-ext": Record(
        _RECORDS | {"loss_type": term("incident-confidentiality-loss-enum")},
        ("loss_type",),
        rules=("loss_of_something",),
        closed=True,
    ),
    "external-ext": Record({"impact_type": term("external-impact-ov")}, ("impact_type",), closed=True),
    "integrity-ext": Record(
        _RECORDS | {"alteration": term("integrity-alteration-enum")},
        ("alteration",),
        rules=("alteration_of_something",),
        closed=True,
    ),
    "monetary-ext": Record(
        {
            "variety": term("monetary-impact-type-ov"),
            "conversion_rate": Number(0),
            "conversion_time": TIME,
            "currency": TEXT,
            "currency_actual": TEXT,
            "max_amount": Number(0),
            "min_amount": Number(0),
        },
        ("variety",),
        rules=("amounts_whole",),
        closed=True,
    ),
    "physical-ext": Record(
        {"impact_type": term("physical-impact-enum"), "asset_type": term("asset-type-ov")},
        ("impact_type",),
        rules=("damage_of_something",),
        closed=True,
    ),
    "traceability-ext": Record(
        {"traceability_impact": term("traceability-enum")}, ("traceability_impact",), closed=True
    ),
}
"""Kinds of impact, each with what it says (2.3.2)."""

TYPES: Final[Mapping[str, ObjectType]] = {
    "event": ObjectType(
        "sdo",
        _WHEN
        | {
            "name": TEXT,
            "description": TEXT,
            "status": term("event-status-enum"),
            "event_types": terms("event-type-ov"),
            "goal": TEXT,
            "sighting_refs": refs("sighting"),
            "changed_objects": _CHANGES,
            "subevents": _entries("event_ref"),
        },
        required=("status",),
        orders=_IN_ORDER,
        rules=("sequences",),
        texts=("name", "description", "goal"),
    ),
    "impact": ObjectType(
        "sdo",
        _WHEN
        | {
            "impact_category": TEXT,
            "criticality": _SCORE,
            "description": TEXT,
            "impacted_entity_counts": _COUNTS,
            "impacted_refs": ANY_REFS,
            "recoverability": _RECOVERY,
            "superseded_by_ref": ref("impact"),
        },
        required=("impact_category",),
        orders=_IN_ORDER,
        rules=("impact_of_a_kind",),
        texts=("description",),
        extensions=IMPACTS,
    ),
    "task": ObjectType(
        "sdo",
        _WHEN
        | {
            "name": TEXT,
            "description": TEXT,
            "outcome": term("task-outcome-enum"),
            "task_types": terms("task-type-ov"),
            "priority": _SCORE,
            "error": TEXT,
            "impacted_entity_counts": _COUNTS,
            "changed_objects": _CHANGES,
            "subtasks": _entries("task_ref"),
            "template_refs": ANY_REFS,
        },
        required=("outcome",),
        orders=_IN_ORDER,
        rules=("sequences",),
        texts=("name", "description", "error"),
    ),
}
"""The types that the extension adds."""

INCIDENT: Final = Record(
    {
        "extension_type": TEXT,
        "determination": term("incident-determination-enum"),
        "investigation_status": term("incident-investigation-ov"),
        "criticality": _SCORE,
        "detection_methods": terms("detection-methods-ov"),
        "events": _entries("event_ref"),
        "impact_refs": refs("impact"),
        "impacted_entity_counts": _COUNTS,
        "incident_types": terms("event-type-ov"),
        "recoverability": _RECOVERY,
        "scores": Items(Record({"name": TEXT, "value": Number(), "description": TEXT}, ("name", "value"), closed=True)),
        "tasks": _entries("task_ref"),
    },
    ("determination", "investigation_status"),
    rules=("sequences",),
    closed=True,
)  # fmt: skip
"""What the extension adds to an incident (2.1)."""


def described(value: Mapping[str, Any]) -> ObjectType | None:
    """Return the type of an event, impact or task of the extension; None for anything else that is called so."""
    kind = value.get("type")
    found = TYPES.get(kind) if type(kind) is str else None
    extensions = value.get("extensions") if found is not None else None
    return found if type(extensions) is dict and DEFINITIONS[str(kind)] in extensions else None


def core_of(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what an incident says by the extension, empty where it says nothing."""
    extensions = value.get("extensions")
    found = extensions.get(CORE) if type(extensions) is dict and value.get("type") == "incident" else None
    return found if type(found) is dict else {}


def begun_anew(value: dict[str, Any]) -> None:
    """Let sequences from which something was taken out begin where nothing leads any more, in place.

    Else an entry that is no start, and that nothing leads to, would say that something before it is not shown (3.3).
    """
    said = core_of(value)
    for holder in (value, said) if said else (value,):
        for name, ref_name in LISTS.items():
            entries = holder.get(name)
            if type(entries) is not list:
                continue
            led = {
                step.get(ref_name)
                for entry in entries
                if type(entry) is dict
                for step in entry.get("next_steps") or ()
                if type(step) is dict
            }
            for entry in entries:
                if (
                    type(entry) is dict
                    and entry.get("sequence_start") is False
                    and entry.get(ref_name) not in led
                ):
                    del entry["sequence_start"]
