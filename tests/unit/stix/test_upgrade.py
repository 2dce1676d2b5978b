"""STIX 2.0 becomes 2.1, and the report says what changed."""

from __future__ import annotations

from typing import Any

import pytest

from cordiale.stix.tlp import IDS_1
from cordiale.stix.upgrade import explain, is_20, read_20, upgrade
from cordiale.stix.validate import validate
from tests.unit.stix.examples import T0, ident

RED = IDS_1["tlp:red"]


def old(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "id": ident(kind), "created": T0, "modified": T0, **more}


def test_how_an_object_of_2_0_is_known() -> None:
    assert is_20(old("campaign", name="x"))
    assert is_20({"type": "bundle", "id": ident("bundle"), "spec_version": "2.0"})
    assert not is_20(old("campaign", name="x", spec_version="2.1"))
    assert not is_20({"type": "ipv4-addr", "id": ident("ipv4-addr"), "value": "192.0.2.1"})
    assert not is_20({"type": "bundle", "id": ident("bundle"), "objects": []})


def test_the_given_value_stays_as_it_is() -> None:
    value = old("tool", name="x", labels=["remote-access"])
    before = repr(value)
    upgrade(value)
    assert repr(value) == before


@pytest.mark.parametrize(
    ("kind", "word", "target"),
    [("indicator", "malicious-activity", "indicator_types"), ("malware", "worm", "malware_types"),
     ("tool", "remote-access", "tool_types"), ("threat-actor", "spy", "threat_actor_types"),
     ("report", "threat-report", "report_types")],
)  # fmt: skip
def test_labels_that_were_types_move_and_others_stay(kind: str, word: str, target: str) -> None:
    (made,) = upgrade(old(kind, labels=[word, "ours"])).objects
    assert (made[target], made["labels"]) == ([word], ["ours"])
    (bare,) = upgrade(old(kind, labels=[word])).objects
    assert "labels" not in bare


def test_an_indicator_says_its_pattern_type_and_malware_whether_it_is_a_family() -> None:
    (indicator,) = upgrade(
        old("indicator", labels=["benign"], pattern="[url:value = 'x']", valid_from=T0)
    ).objects
    assert validate(indicator) == []
    assert indicator["pattern_type"] == "stix"
    (malware,) = upgrade(old("malware", labels=["worm"], name="Worm")).objects
    assert validate(malware) == []
    assert malware["is_family"] is True


def test_every_change_is_reported_in_both_languages() -> None:
    changes = upgrade(old("malware", labels=["worm"], name="Worm", created="2026-01-31T08:30:00Z")).changes
    assert {(one.path, one.code) for one in changes} == {
        ("spec_version", "spec-version"), ("malware_types", "labels-moved"), ("is_family", "is-family"),
        ("created", "timestamp-precision"),
    }  # fmt: skip
    moved = next(one for one in changes if one.code == "labels-moved")
    assert explain(moved) == "Labels became malware_types: worm."
    assert "malware_types" in explain(moved, "fr")
    assert explain(moved, "fr") != explain(moved)


def observed(objects: dict[str, Any], **more: Any) -> dict[str, Any]:
    return old(
        "observed-data", first_observed=T0, last_observed=T0, number_observed=1, objects=objects, **more
    )


def test_observables_inside_observed_data_become_objects_with_ids_of_their_own() -> None:
    value = observed(
        {
            "0": {"type": "domain-name", "value": "a.example", "resolves_to_refs": ["1"]},
            "1": {"type": "ipv4-addr", "value": "198.51.100.3"},
        }
    )
    upgraded = upgrade(value)
    *observables, made = upgraded.objects
    assert [validate(one) for one in upgraded.objects] == [[], [], []]
    address = "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"
    by_type = {one["type"]: one for one in observables}
    assert by_type["ipv4-addr"]["id"] == address
    assert by_type["domain-name"]["resolves_to_refs"] == [address]
    assert made["object_refs"] == [by_type["domain-name"]["id"], address]
    assert "objects" not in made
    assert upgraded == upgrade(value)


def test_observables_keep_every_marking_they_were_under() -> None:
    value = observed(
        {"0": {"type": "url", "value": "https://a.example/"}, "1": {"type": "mutex", "name": "m"}},
        object_marking_refs=[IDS_1["tlp:green"]],
        granular_markings=[{"marking_ref": RED, "selectors": ["objects.0.value", "number_observed"]}],
    )
    url, mutex, made = upgrade(value).objects
    assert url["object_marking_refs"] == [IDS_1["tlp:green"], RED]
    assert mutex["object_marking_refs"] == [IDS_1["tlp:green"]]
    assert made["granular_markings"] == [
        {"marking_ref": RED, "selectors": ["object_refs.[0]", "number_observed"]}
    ]
    assert validate(made) == []


def test_properties_that_were_renamed_are_renamed_and_dropped_ones_kept() -> None:
    value = observed(
        {
            "0": {"type": "process", "pid": 3, "name": "a.exe", "created": T0, "binary_ref": "1", "child_refs": ["2"]},
            "1": {"type": "file", "name": "a.exe", "created": T0},
            "2": {"type": "process", "pid": 4, "parent_ref": "0"},
            "3": {"type": "user-account", "account_login": "x", "account_type": "windows local"},
            "4": {"type": "network-traffic", "protocols": ["http"], "dst_ref": "5", "extensions": {"http-request-ext": {
                "request_method": "get", "request_value": "/", "request_header": {"Host": "a"}}}},
            "5": {"type": "domain-name", "value": "a.example"},
        }
    )  # fmt: skip
    upgraded = upgrade(value)
    assert [one for made in upgraded.objects for one in validate(made) if one.severity == "error"] == []
    process = next(one for one in upgraded.objects if one.get("pid") == 3)
    child = next(one for one in upgraded.objects if one.get("pid") == 4)
    assert (process["created_time"], process["x_name"]) == (T0, "a.exe")
    assert process["image_ref"].startswith("file--")
    assert (process["child_refs"], child["parent_ref"]) == ([child["id"]], process["id"])
    assert {"objects"} == {one.path for one in upgraded.changes if one.code == "observable-renamed"}


def test_a_marking_definition_keeps_its_meaning() -> None:
    value = {"type": "marking-definition", "id": RED, "created": "2017-01-20T00:00:00.000Z",
             "definition_type": "tlp", "definition": {"tlp": "red"}}  # fmt: skip
    ((version, problems),), _changes = read_20(value)
    assert problems == []
    assert version.definition is not None
    assert version.definition.atom == "tlp:red"


def test_what_cannot_be_upgraded_is_left_for_the_validator() -> None:
    ((_version, problems),), _changes = read_20(observed({"0": {"value": "no type"}}))
    assert ("objects.0", "required") in {(one.path, one.code) for one in problems}
