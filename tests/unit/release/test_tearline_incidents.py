"""Of an incident whose events, tasks or impacts are hidden in part, a tear-line does not say that there are more."""

from __future__ import annotations

from typing import Any

import pytest

from cordiale.release.tearline import Redaction, Target, Unredactable, redact, stamp, tearline_id
from cordiale.stix.incident_core import CORE, DEFINITIONS, core_of
from tests.unit.release.given import SECRET, marked, value, version
from tests.unit.release.test_tearline import ALLOW
from tests.unit.stix.test_incident_core import ident, incident, made


def torn(held: dict[str, Any], *hidden: str) -> Redaction | Unredactable:
    """Redact for somebody who may not see some of what is named."""
    return redact(
        version(held),
        new_id=tearline_id(SECRET, held["id"], "bravo"),
        cleared=lambda reference: True,
        targets={one: Target("hidden") for one in hidden}
        | {ident(kind, n): Target("verbatim") for kind in DEFINITIONS for n in (1, 2, 3) if ident(kind, n) not in hidden},
        allow=ALLOW,
    )  # fmt: skip


def step(n: int) -> dict[str, Any]:
    """Return a step that leads to the nth event."""
    return {"event_ref": ident("event", n), "condition_type": "required", "transition_type": "success"}


def whole(**more: Any) -> dict[str, Any]:
    """Return an incident of three events that follow one another, two tasks and two impacts."""
    return incident(
        events=[
            {"event_ref": ident("event", 1), "next_steps": [step(2)]},
            {"event_ref": ident("event", 2), "sequence_start": False, "next_steps": [step(3)]},
            {"event_ref": ident("event", 3), "sequence_start": False},
        ],
        tasks=[{"task_ref": ident("task", 1)}, {"task_ref": ident("task", 2), "sequence_start": False}],
        impact_refs=[ident("impact", 1), ident("impact", 2)],
        **more,
    )


def test_a_hidden_event_leaves_no_entry_no_step_and_no_gap_in_the_order() -> None:
    made_ = torn(whole(), ident("event", 2))
    assert isinstance(made_, Redaction)
    assert core_of(made_.value)["events"] == [
        {"event_ref": ident("event", 1)},
        {"event_ref": ident("event", 3)},
    ]


def test_it_is_the_same_as_if_what_is_hidden_had_never_been() -> None:
    with_more = torn(whole(), ident("event", 1), ident("task", 2), ident("impact", 2))
    less = incident(
        events=[
            {"event_ref": ident("event", 2), "next_steps": [step(3)]},
            {"event_ref": ident("event", 3), "sequence_start": False},
        ],
        tasks=[{"task_ref": ident("task", 1)}],
        impact_refs=[ident("impact", 1)],
    )
    without = torn(less)
    assert isinstance(with_more, Redaction)
    assert isinstance(without, Redaction)
    assert (with_more.value, with_more.digest) == (without.value, without.digest)


def test_where_all_of_it_is_hidden_the_incident_says_nothing_of_it() -> None:
    names = [ident(kind, n) for kind in DEFINITIONS for n in (1, 2, 3)]
    made_ = torn(whole(), *names)
    assert isinstance(made_, Redaction)
    assert set(core_of(made_.value)) == {"extension_type", "determination", "investigation_status"}
    assert not isinstance(stamp(made_, 0, 0), Unredactable)


def test_a_change_that_names_a_hidden_impact_goes_whole() -> None:
    change = {"state_change_type": "caused", "result_ref": ident("impact", 1)}
    worse = {
        "state_change_type": "caused",
        "initial_ref": ident("impact", 1),
        "result_ref": ident("impact", 2),
    }
    made_ = torn(made("event", 1, {}, changed_objects=[change, worse]), ident("impact", 2))
    assert isinstance(made_, Redaction)
    assert made_.value["changed_objects"] == [change]


def test_an_entry_of_any_list_that_names_what_is_hidden_goes_whole() -> None:
    held = value(
        x_mitre_contents=[{"object_ref": ident("task", 1), "object_modified": "2026-01-01T00:00:00.000Z"}]
    )
    made_ = torn(held, ident("task", 1))
    assert isinstance(made_, Redaction)
    assert "x_mitre_contents" not in made_.value


def test_a_marked_order_withholds_the_whole_rather_than_pointing_elsewhere() -> None:
    held = whole() | {"granular_markings": [marked(f"extensions.{CORE}.events.[1].sequence_start")]}
    assert torn(held, ident("event", 1)) == Unredactable(
        "selector-unresolvable", f"extensions.{CORE}.events.[1].sequence_start"
    )


@pytest.mark.parametrize("kind", sorted(DEFINITIONS))
def test_what_the_extension_adds_may_leave_and_what_is_beside_it_may_not(kind: str) -> None:
    made_ = torn(made(kind, 1, x_own_note="ours"))
    assert isinstance(made_, Redaction)
    assert made_.removed == ("x_own_note",)
    stranger = made(kind, 1)
    stranger["extensions"] = {
        "extension-definition--00000000-0000-4000-8000-000000000001": {"extension_type": "new-sdo"}
    }
    assert torn(stranger) == Unredactable("outside-allow-list", "type")
