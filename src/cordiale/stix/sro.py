"""The relationship objects of STIX 2.1 (section 5), as data."""

from __future__ import annotations

from cordiale.stix.kinds import BOOLEAN, TEXT, TIME, Identifier, Integer, ObjectType, Text, refs

# What a relationship or a sighting may not point at (5.1.2, 5.2.1): only domain objects, observables and
# custom objects can be its ends.
NO_END = (
    "relationship",
    "sighting",
    "bundle",
    "marking-definition",
    "language-content",
    "extension-definition",
)
_END = Identifier((), NO_END)

SROS: dict[str, ObjectType] = {
    "relationship": ObjectType(
        "sro",
        {
            "relationship_type": Text("relationship-type", strict=True),
            "description": TEXT,
            "source_ref": _END,
            "target_ref": _END,
            "start_time": TIME,
            "stop_time": TIME,
        },
        required=("relationship_type", "source_ref", "target_ref"),
        orders=(("start_time", "stop_time", False),),
        inherent=("source_ref", "target_ref"),
        texts=("description",),
    ),
    "sighting": ObjectType(
        "sro",
        {
            "description": TEXT,
            "first_seen": TIME,
            "last_seen": TIME,
            "count": Integer(0, 999_999_999),
            "sighting_of_ref": _END,
            "observed_data_refs": refs("observed-data"),
            "where_sighted_refs": refs("identity", "location"),
            "summary": BOOLEAN,
        },
        required=("sighting_of_ref",),
        orders=(("first_seen", "last_seen", True),),
        inherent=("sighting_of_ref",),
        texts=("description",),
    ),
}
