"""The validator: what is valid passes, and every rule is broken once."""

from __future__ import annotations

from typing import Any

import pytest

from cordiale.stix.atoms import EXTENSION as ATOM_EXTENSION
from cordiale.stix.tlp import EXTENSION as TLP_EXTENSION
from cordiale.stix.tlp import IDS, IDS_1
from cordiale.stix.validate import TYPES, validate
from tests.unit.stix.examples import KINDS, OBSERVABLE_KINDS, OTHER, T0, T1, ident, smallest

EXT = ident("extension-definition")


def findings(value: dict[str, Any], severity: str) -> set[tuple[str, str]]:
    return {(one.path, one.code) for one in validate(value) if one.severity == severity}


def errors(value: dict[str, Any]) -> set[tuple[str, str]]:
    return findings(value, "error")


def warnings(value: dict[str, Any]) -> set[tuple[str, str]]:
    return findings(value, "warning")


def test_every_type_of_the_standard_has_an_example() -> None:
    assert set(KINDS) == set(TYPES)


@pytest.mark.parametrize("kind", KINDS)
def test_the_smallest_object_of_every_type_is_valid(kind: str) -> None:
    assert validate(smallest(kind)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_required_property_is_missed(kind: str) -> None:
    whole = smallest(kind)
    required = {"id", *TYPES[kind].required, *TYPES[kind].extra_required}
    if kind not in OBSERVABLE_KINDS:
        required |= {"spec_version", "created"}
    for name in required:
        assert (name, "required") in errors({k: v for k, v in whole.items() if k != name}), name


@pytest.mark.parametrize("kind", KINDS)
def test_every_known_property_refuses_another_type(kind: str) -> None:
    for name in TYPES[kind].properties:
        wrong = smallest(kind, **{name: {"not": [{"this": 1}]}})
        if name not in ("definition", "objects", "contents", "ipfix", "additional_header_fields",
                        "environment_variables", "hashes", "x509_v3_extensions"):  # fmt: skip
            assert (name, "type") in errors(wrong), name
        assert any(path.split(".")[0] == name for path, _ in errors(smallest(kind, **{name: 1.5}))) or name in (
            "latitude", "longitude", "precision"
        ), name  # fmt: skip


def test_all_errors_are_listed_at_once_with_id_path_code_and_words_in_both_languages() -> None:
    value = smallest(
        "campaign", name=3, confidence=101, created="yesterday", aliases=["a", 1], lang="not a lang"
    )
    found = validate(value)
    assert {(one.path, one.code) for one in found} == {
        ("name", "type"), ("confidence", "range"), ("created", "timestamp"), ("aliases.[1]", "type"), ("lang", "language"),
    }  # fmt: skip
    assert all(one.object_id == ident("campaign") for one in found)
    wrong = next(one for one in found if one.path == "confidence")
    assert wrong.explain("en") == "101 is out of range: from 0 to 100."
    assert wrong.explain("fr") == "101 est hors limites\u00a0: de 0 à 100."


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    # identifiers
    ("campaign", {"id": "campaign--1"}, "id", "identifier"),
    ("campaign", {"id": "campaign--0f1c7d7b-9d53-4c4c-1d0e-8a2cf9a17d0e"}, "id", "identifier"),
    ("campaign", {"id": ident("malware")}, "id", "id-prefix"),
    ("campaign", {"id": 1}, "id", "type"),
    ("campaign", {"spec_version": "2.0"}, "spec_version", "spec-version"),
    ("campaign", {"created_by_ref": ident("campaign")}, "created_by_ref", "reference-type"),
    ("campaign", {"object_marking_refs": [ident("identity")]}, "object_marking_refs.[0]", "reference-type"),
    ("campaign", {"object_marking_refs": []}, "object_marking_refs", "empty"),
    ("campaign", {"labels": []}, "labels", "empty"),
    ("campaign", {"defanged": True}, "defanged", "not-applicable"),
    # time
    ("campaign", {"created": "2026-01-31T08:30:00Z"}, "created", "timestamp-precision"),
    ("campaign", {"created": "2026-02-30T08:30:00.000Z"}, "created", "timestamp"),
    ("campaign", {"created": "2026-01-31T08:30:00.000+01:00"}, "created", "timestamp"),
    ("campaign", {"created": T1}, "modified", "order"),
    ("campaign", {"first_seen": T1, "last_seen": T0}, "last_seen", "order"),
    ("indicator", {"valid_until": T0}, "valid_until", "order"),
    ("relationship", {"start_time": T0, "stop_time": T0}, "stop_time", "order"),
    ("observed-data", {"last_observed": "2020-01-01T00:00:00Z"}, "last_observed", "order"),
    ("malware-analysis", {"analysis_started": T1, "analysis_ended": T0}, "analysis_ended", "order"),
    ("network-traffic", {"start": T1, "end": T0}, "end", "order"),
    ("x509-certificate", {"validity_not_before": T1, "validity_not_after": T0}, "validity_not_after", "order"),
    ("user-account", {"account_first_login": T1, "account_last_login": T0}, "account_last_login", "order"),
    # vocabularies and ranges
    ("opinion", {"opinion": "maybe"}, "opinion", "enumeration"),
    ("artifact", {"encryption_algorithm": "ROT13"}, "encryption_algorithm", "enumeration"),
    ("observed-data", {"number_observed": 0}, "number_observed", "range"),
    ("sighting", {"count": -1}, "count", "range"),
    ("location", {"latitude": 91, "longitude": 0.5}, "latitude", "range"),
    ("network-traffic", {"src_port": 65536}, "src_port", "range"),
    ("network-traffic", {"dst_byte_count": -1}, "dst_byte_count", "range"),
    ("campaign", {"confidence": True}, "confidence", "type"),
    # references
    ("relationship", {"source_ref": ident("relationship")}, "source_ref", "reference-type"),
    ("relationship", {"target_ref": ident("marking-definition")}, "target_ref", "reference-type"),
    ("relationship", {"relationship_type": "Related To"}, "relationship_type", "relationship-type"),
    ("sighting", {"sighting_of_ref": ident("sighting")}, "sighting_of_ref", "reference-type"),
    ("sighting", {"where_sighted_refs": [ident("tool")]}, "where_sighted_refs.[0]", "reference-type"),
    ("malware", {"sample_refs": [ident("url")]}, "sample_refs.[0]", "reference-type"),
    ("malware-analysis", {"analysis_sco_refs": [ident("tool")]}, "analysis_sco_refs.[0]", "reference-type"),
    ("observed-data", {"object_refs": [ident("campaign")]}, "object_refs.[0]", "reference-type"),
    ("file", {"parent_directory_ref": ident("file")}, "parent_directory_ref", "reference-type"),
    ("language-content", {"object_ref": ident("bundle")}, "object_ref", "reference-type"),
    # several properties together
    ("location", {"country": None}, "", "at-least-one"),
    ("location", {"latitude": 1}, "latitude", "needs"),
    ("location", {"precision": 10}, "precision", "needs"),
    ("malware", {"is_family": True}, "name", "required"),
    ("malware-analysis", {"result": None}, "", "at-least-one"),
    ("observed-data", {"object_refs": None}, "", "at-least-one"),
    ("observed-data", {"objects": {"0": {"type": "url", "value": "a:b"}}}, "objects", "excludes"),
    ("observed-data", {"object_refs": None, "objects": {"0": {}}}, "objects.0", "required"),
    ("artifact", {"url": "https://a.example/"}, "payload_bin", "excludes"),
    ("artifact", {"payload_bin": None, "url": "https://a.example/"}, "url", "needs"),
    ("artifact", {"decryption_key": "k"}, "decryption_key", "needs"),
    ("artifact", {"payload_bin": "####"}, "payload_bin", "base64"),
    ("directory", {"path": None, "path_enc": "cp1252"}, "path_enc", "needs"),
    ("email-message", {"is_multipart": True, "body": "x"}, "body", "excludes"),
    ("email-message", {"body_multipart": [{"body": "x"}]}, "body_multipart", "excludes"),
    ("email-message", {"is_multipart": True, "body_multipart": [{}]}, "body_multipart.[0]", "empty"),
    ("email-message", {"is_multipart": True, "body_multipart": [{"content_type": "a/b"}]}, "body_multipart.[0]", "at-least-one"),
    ("network-traffic", {"src_ref": None}, "", "at-least-one"),
    ("network-traffic", {"is_active": True, "end": T0}, "end", "excludes"),
    ("file", {"name": None, "size": 1}, "", "at-least-one"),
    ("process", {"pid": None}, "", "at-least-one"),
    ("extension-definition", {"extension_properties": ["rank"]}, "extension_properties", "needs"),
    # forms
    ("ipv4-addr", {"value": "192.0.2.256"}, "value", "address"),
    ("ipv4-addr", {"value": "10.0.0.0/255.0.0.0"}, "value", "address"),
    ("ipv6-addr", {"value": "2001:db8::/129"}, "value", "address"),
    ("mac-addr", {"value": "00-00-5E-00-53-01"}, "value", "address"),
    ("windows-registry-key", {"key": "HKLM\\System"}, "key", "registry-hive"),
    ("file", {"magic_number_hex": "abc"}, "magic_number_hex", "hexadecimal"),
    ("indicator", {"pattern": "url:value = 'x'"}, "pattern", "pattern"),
    ("file", {"hashes": {"MD5": "00"}}, "hashes.MD5", "hash"),
    ("file", {"hashes": {"SHA-256": "g" * 64}}, "hashes.SHA-256", "hash"),
    ("file", {"hashes": {"a b": "00"}}, "hashes.a b", "hash-name"),
    ("file", {"hashes": {}}, "hashes", "empty"),
    ("process", {"environment_variables": {"A B": "1"}}, "environment_variables.A B", "dictionary-key"),
    ("campaign", {"external_references": [{"source_name": "x"}]}, "external_references.[0]", "at-least-one"),
    ("campaign", {"external_references": [{"url": "x"}]}, "external_references.[0].source_name", "required"),
    ("attack-pattern", {"kill_chain_phases": [{"phase_name": "x"}]}, "kill_chain_phases.[0].kill_chain_name", "required"),
    ("language-content", {"contents": {"not a lang": {"name": "x"}}}, "contents.not a lang", "language"),
    ("language-content", {"contents": {"fr": {}}}, "contents.fr", "empty"),
    # granular markings
    ("campaign", {"granular_markings": [{"selectors": ["name"]}]}, "granular_markings.[0]", "granular-choice"),
    ("campaign", {"granular_markings": [{"lang": "fr", "selectors": ["nothing"]}]}, "granular_markings.[0].selectors.[0]", "selector-target"),
    ("campaign", {"granular_markings": [{"lang": "fr", "selectors": ["name.[0]"]}]}, "granular_markings.[0].selectors.[0]", "selector-target"),
    ("campaign", {"granular_markings": [{"lang": "fr", "selectors": ["$..name"]}]}, "granular_markings.[0].selectors.[0]", "selector-syntax"),
    ("campaign", {"granular_markings": [{"lang": "?", "selectors": ["name"]}]}, "granular_markings.[0].lang", "language"),
    ("campaign", {"granular_markings": [{"marking_ref": ident("tool"), "selectors": ["name"]}]}, "granular_markings.[0].marking_ref", "reference-type"),
    ("campaign", {"granular_markings": [{"lang": "fr"}]}, "granular_markings.[0].selectors", "required"),
    ("campaign", {"granular_markings": [7]}, "granular_markings.[0]", "type"),
    ("campaign", {"granular_markings": []}, "granular_markings", "empty"),
    # markings
    ("marking-definition", {"definition": None}, "definition", "required"),
    ("marking-definition", {"definition": {"text": "x"}}, "definition.statement", "required"),
    ("marking-definition", {"object_marking_refs": [ident("marking-definition")]}, "object_marking_refs", "marks-itself"),
    ("marking-definition", {"definition_type": "tlp", "definition": {"tlp": "red"}}, "id", "tlp-id"),
    ("marking-definition", {"id": IDS_1["tlp:red"]}, "id", "tlp-id"),
    ("marking-definition", {"id": IDS["tlp:red"], "definition": None, "definition_type": None, "extensions": {
        TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": "clear"}}}, "id", "tlp-id"),
    ("marking-definition", {"definition": None, "definition_type": None, "extensions": {
        ATOM_EXTENSION: {"extension_type": "property-extension", "atom": "level:CAN/SECRET"}}}, "id", "atom-id"),
    # extensions
    ("campaign", {"extensions": {}}, "extensions", "empty"),
    ("campaign", {"extensions": {EXT: {"rank": 1}}}, f"extensions.{EXT}.extension_type", "required"),
    ("campaign", {"extensions": {EXT: {"extension_type": "x"}}}, f"extensions.{EXT}.extension_type", "enumeration"),
    ("file", {"extensions": {"pdf-ext": {}}}, "extensions.pdf-ext", "empty"),
    ("file", {"extensions": {"archive-ext": {"comment": "x"}}}, "extensions.archive-ext.contains_refs", "required"),
    ("file", {"extensions": {"windows-pebinary-ext": {"pe_type": "exe", "sections": [{"size": -1, "name": "a"}]}}},
     "extensions.windows-pebinary-ext.sections.[0].size", "range"),
    ("network-traffic", {"extensions": {"socket-ext": {"address_family": "AF_X"}}},
     "extensions.socket-ext.address_family", "enumeration"),
    ("network-traffic", {"extensions": {"http-request-ext": {"request_method": "get", "request_value": "/",
     "request_header": {"Host": "a"}}}}, "extensions.http-request-ext.request_header.Host", "type"),
    ("process", {"extensions": {"windows-service-ext": {"start_type": "SOON"}}},
     "extensions.windows-service-ext.start_type", "enumeration"),
    ("user-account", {"extensions": {"unix-account-ext": {"gid": "1"}}}, "extensions.unix-account-ext.gid", "type"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "change", "path", "code"), WRONG, ids=lambda part: str(part)[:40])
def test_each_rule_sets_the_object_aside(kind: str, change: dict[str, Any], path: str, code: str) -> None:
    assert (path, code) in errors(smallest(kind, **change))


DOUBTFUL: list[tuple[str, dict[str, Any], str, str]] = [
    ("indicator", {"indicator_types": ["curious"]}, "indicator_types.[0]", "vocabulary"),
    ("threat-actor", {"sophistication": "great"}, "sophistication", "vocabulary"),
    ("file", {"hashes": {"SHA-224": "00"}}, "hashes.SHA-224", "vocabulary"),
    ("campaign", {"x_rank": 1}, "x_rank", "custom-property"),
    ("campaign", {"X-Rank": 1}, "X-Rank", "property-name"),
    ("campaign", {"severity": 1}, "severity", "reserved-name"),
    ("domain-name", {"value": "not a domain"}, "value", "domain-name"),
    ("email-addr", {"value": "nobody"}, "value", "email-addr"),
    ("url", {"value": "no url"}, "value", "url"),
    ("software", {"cpe": "cpe:/a:x"}, "cpe", "cpe"),
    ("location", {"country": "Canada"}, "country", "country"),
    ("ipv4-addr", {"created": T0}, "created", "not-applicable"),
    ("marking-definition", {"labels": ["x"]}, "labels", "not-applicable"),
    ("file", {"extensions": {"x-own-ext": {"a": 1}}}, "extensions.x-own-ext", "extension-name"),
    ("ipv4-addr", {"id": "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"}, "id", "deterministic-id"),
    ("observed-data", {"object_refs": None, "objects": {"0": {"type": "url"}}}, "objects", "deprecated"),
    ("vulnerability", {"external_references": [{"source_name": "cve", "external_id": "2026-1"}]},
     "external_references.[0].external_id", "external-id"),
    ("campaign", {"external_references": [{"source_name": "x", "url": "y", "own": 1}]},
     "external_references.[0].own", "custom-property"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "change", "path", "code"), DOUBTFUL, ids=lambda part: str(part)[:40])
def test_what_is_doubtful_is_said_and_kept(kind: str, change: dict[str, Any], path: str, code: str) -> None:
    value = smallest(kind, **change)
    assert errors(value) == set()
    assert (path, code) in warnings(value)


def test_a_null_is_doubtful_where_unknown_and_wrong_where_known() -> None:
    assert ("x_rank", "null") in warnings(smallest("campaign") | {"x_rank": None})
    assert ("name", "type") in errors(smallest("campaign") | {"name": None})


def test_custom_types_are_kept_with_a_warning_and_must_still_be_versioned_and_identified() -> None:
    custom = {
        "type": "x-mitre-tactic",
        "spec_version": "2.1",
        "id": ident("x-mitre-tactic"),
        "created": T0,
        "modified": T0,
    }
    assert errors(custom) == set()
    assert warnings(custom) == {("type", "custom-type")}
    assert errors(custom | {"id": ident("x-other")}) == {("id", "id-prefix")}
    assert errors({k: v for k, v in custom.items() if k != "modified"}) == {("modified", "required")}
    bad = {"type": "X--Y", "id": ident("x-y")}
    assert ("type", "type-name") in errors(bad)


def test_an_extension_explains_new_types_and_top_level_properties() -> None:
    new = {"type": "x-ship", "id": ident("x-ship"), "extensions": {EXT: {"extension_type": "new-sco"}}}
    assert validate(new) == []
    wide = smallest("campaign", rank=1, extensions={EXT: {"extension_type": "toplevel-property-extension"}})
    assert validate(wide) == []


def test_a_defanged_observable_may_be_written_otherwise() -> None:
    assert validate(smallest("ipv4-addr", value="192.0.2[.]1", defanged=True)) == []


def test_addresses_may_be_networks() -> None:
    assert validate(smallest("ipv4-addr", value="192.0.2.0/24")) == []
    assert validate(smallest("ipv6-addr", value="2001:db8::/32")) == []


def test_a_leap_second_is_a_time() -> None:
    assert validate(smallest("campaign", first_seen="2016-12-31T23:59:60Z")) == []


def test_whole_granular_markings_are_valid() -> None:
    value = smallest(
        "campaign",
        description="texte",
        labels=["a", "b"],
        external_references=[{"source_name": "x", "url": "https://a.example/"}],
        granular_markings=[
            {"lang": "fr", "selectors": ["description", "labels.[1]"]},
            {"marking_ref": IDS["tlp:red"], "selectors": ["external_references.[0].url"]},
        ],
    )
    assert validate(value) == []


def test_a_bundle_is_checked_as_a_container() -> None:
    assert validate({"type": "bundle", "id": ident("bundle"), "objects": [{}]}) == []
    assert ("bundle.objects", "empty") in errors({"type": "bundle", "id": ident("bundle"), "objects": []})
    assert ("bundle.id", "reference-type") in errors({"type": "bundle", "id": ident("tool")})


def test_a_missing_type_is_named() -> None:
    assert ("type", "required") in errors({"id": ident("tool", OTHER)})
    assert ("type", "type") in errors({"type": 3, "id": ident("tool")})
