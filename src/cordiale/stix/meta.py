"""The meta objects of STIX 2.1 (section 7), the bundle (8) and the common properties (3.2), as data."""

from __future__ import annotations

from collections.abc import Mapping

from cordiale.stix.kinds import (
    BOOLEAN,
    HASHES,
    TEXT,
    TEXTS,
    TIME,
    Anything,
    Granulars,
    Identifier,
    Integer,
    Items,
    Kind,
    ObjectType,
    Record,
    Text,
    Time,
    ref,
    refs,
    term,
    terms,
)

EXTERNAL_REFERENCE = Record(
    {"source_name": TEXT, "description": TEXT, "url": TEXT, "hashes": HASHES, "external_id": TEXT},
    required=("source_name",),
    at_least_one=("description", "url", "external_id"),
    rules=("known_source",),
    closed=True,
)

# `type` and `id` are checked before anything else; `extensions` depend on the type.
COMMON: Mapping[str, Kind] = {
    "spec_version": Text("spec-version", strict=True),
    "created_by_ref": ref("identity"),
    "created": Time(millis=True),
    "modified": Time(millis=True),
    "revoked": BOOLEAN,
    "labels": TEXTS,
    "confidence": Integer(0, 100),
    "lang": Text("language", strict=True),
    "external_references": Items(EXTERNAL_REFERENCE),
    "object_marking_refs": refs("marking-definition"),
    "granular_markings": Granulars(),
}

OBSERVABLE_COMMON: Mapping[str, Kind] = {
    "spec_version": COMMON["spec_version"],
    "object_marking_refs": COMMON["object_marking_refs"],
    "granular_markings": COMMON["granular_markings"],
    "defanged": BOOLEAN,
}

SMOS: dict[str, ObjectType] = {
    "marking-definition": ObjectType(
        "smo",
        {
            "name": TEXT,
            "definition_type": term("marking-definition-type-ov"),
            "definition": Record({"statement": TEXT, "tlp": TEXT}),
        },
        without=("modified", "revoked", "labels", "confidence", "lang"),
        rules=("marking_defined", "tlp_genuine", "atom_genuine"),
        texts=("name",),
    ),
    "language-content": ObjectType(
        "smo",
        {
            "object_ref": Identifier((), ("bundle", "language-content")),
            "object_modified": TIME,
            "contents": Record({}),
        },
        required=("object_ref", "contents"),
        rules=("translations",),
        without=("lang",),
        inherent=("object_ref",),
    ),
    "extension-definition": ObjectType(
        "smo",
        {
            "name": TEXT,
            "description": TEXT,
            "schema": TEXT,
            "version": TEXT,
            "extension_types": terms("extension-type-enum"),
            "extension_properties": TEXTS,
        },
        required=("name", "schema", "version", "extension_types"),
        extra_required=("created_by_ref",),
        rules=("top_level_only",),
        without=("confidence", "lang", "extensions"),
        texts=("name", "description"),
    ),
}

BUNDLE = Record({"type": TEXT, "id": Identifier(("bundle",)), "objects": Items(Anything())}, ("type", "id"))
"""A bundle is a container and no object: it has neither version nor marking (8)."""
