"""The domain objects of STIX 2.1 (section 4), as data."""

from __future__ import annotations

from cordiale.stix.kinds import (
    ANY_REFS,
    BOOLEAN,
    TEXT,
    TEXTS,
    TIME,
    Identifier,
    Integer,
    Items,
    Number,
    ObjectType,
    Record,
    Text,
    ref,
    refs,
    term,
    terms,
)
from cordiale.stix.sco import SCOS

KILL_CHAIN = Items(Record({"kill_chain_name": TEXT, "phase_name": TEXT}, ("kill_chain_name", "phase_name")))
_SEEN = {"first_seen": TIME, "last_seen": TIME}
_SEEN_ORDER = (("first_seen", "last_seen", True),)
_NAMED = {"name": TEXT, "description": TEXT}
_NAME = ("name",)
_ALIASES = {"aliases": TEXTS}
_GOALS = {
    "goals": TEXTS,
    "resource_level": term("attack-resource-level-ov"),
    "primary_motivation": term("attack-motivation-ov"),
    "secondary_motivations": terms("attack-motivation-ov"),
}

SDOS: dict[str, ObjectType] = {
    "attack-pattern": ObjectType(
        "sdo",
        _NAMED | _ALIASES | {"kill_chain_phases": KILL_CHAIN},
        required=_NAME,
        texts=("name", "description", "aliases"),
    ),
    "campaign": ObjectType(
        "sdo",
        _NAMED | _ALIASES | _SEEN | {"objective": TEXT},
        required=_NAME,
        orders=_SEEN_ORDER,
        texts=("name", "description", "aliases", "objective"),
    ),
    "course-of-action": ObjectType("sdo", _NAMED, required=_NAME, texts=("name", "description")),
    "grouping": ObjectType(
        "sdo",
        _NAMED | {"context": term("grouping-context-ov"), "object_refs": ANY_REFS},
        required=("context", "object_refs"),
        texts=("name", "description"),
    ),
    "identity": ObjectType(
        "sdo",
        _NAMED
        | {
            "roles": TEXTS,
            "identity_class": term("identity-class-ov"),
            "sectors": terms("industry-sector-ov"),
            "contact_information": TEXT,
        },
        required=_NAME,
        texts=("name", "description", "contact_information", "roles"),
    ),
    "incident": ObjectType("sdo", _NAMED, required=_NAME, texts=("name", "description")),
    "indicator": ObjectType(
        "sdo",
        _NAMED
        | {
            "indicator_types": terms("indicator-type-ov"),
            "pattern": TEXT,
            "pattern_type": term("pattern-type-ov"),
            "pattern_version": TEXT,
            "valid_from": TIME,
            "valid_until": TIME,
            "kill_chain_phases": KILL_CHAIN,
        },
        required=("pattern", "pattern_type", "valid_from"),
        orders=(("valid_from", "valid_until", False),),
        rules=("pattern_form",),
        texts=("name", "description", "pattern"),
    ),
    "infrastructure": ObjectType(
        "sdo",
        _NAMED
        | _ALIASES
        | _SEEN
        | {"infrastructure_types": terms("infrastructure-type-ov"), "kill_chain_phases": KILL_CHAIN},
        required=_NAME,
        orders=_SEEN_ORDER,
        texts=("name", "description", "aliases"),
    ),
    "intrusion-set": ObjectType(
        "sdo",
        _NAMED | _ALIASES | _SEEN | _GOALS,
        required=_NAME,
        orders=_SEEN_ORDER,
        texts=("name", "description", "aliases", "goals"),
    ),
    "location": ObjectType(
        "sdo",
        _NAMED
        | {
            "latitude": Number(-90, 90),
            "longitude": Number(-180, 180),
            "precision": Number(0),
            "region": term("region-ov"),
            "country": Text("country"),
            "administrative_area": TEXT,
            "city": TEXT,
            "street_address": TEXT,
            "postal_code": TEXT,
        },
        rules=("location_whole",),
        texts=("name", "description", "administrative_area", "city", "street_address"),
    ),
    "malware": ObjectType(
        "sdo",
        _NAMED
        | _ALIASES
        | _SEEN
        | {
            "malware_types": terms("malware-type-ov"),
            "is_family": BOOLEAN,
            "kill_chain_phases": KILL_CHAIN,
            "operating_system_refs": refs("software"),
            "architecture_execution_envs": terms("processor-architecture-ov"),
            "implementation_languages": terms("implementation-language-ov"),
            "capabilities": terms("malware-capabilities-ov"),
            "sample_refs": refs("artifact", "file"),
        },
        required=("is_family",),
        orders=_SEEN_ORDER,
        rules=("family_named",),
        texts=("name", "description", "aliases"),
    ),
    "malware-analysis": ObjectType(
        "sdo",
        {
            "product": TEXT,
            "version": TEXT,
            "host_vm_ref": ref("software"),
            "operating_system_ref": ref("software"),
            "installed_software_refs": refs("software"),
            "configuration_version": TEXT,
            "modules": TEXTS,
            "analysis_engine_version": TEXT,
            "analysis_definition_version": TEXT,
            "submitted": TIME,
            "analysis_started": TIME,
            "analysis_ended": TIME,
            "result_name": TEXT,
            "result": term("malware-result-ov"),
            "analysis_sco_refs": refs(*SCOS),
            "sample_ref": ref("artifact", "file", "network-traffic"),
        },
        required=("product",),
        at_least_one=("result", "analysis_sco_refs"),
        orders=(("analysis_started", "analysis_ended", True),),
        texts=("product", "result_name"),
    ),
    "note": ObjectType(
        "sdo",
        {"abstract": TEXT, "content": TEXT, "authors": TEXTS, "object_refs": ANY_REFS},
        required=("content", "object_refs"),
        texts=("abstract", "content", "authors"),
    ),
    "observed-data": ObjectType(
        "sdo",
        {
            "first_observed": TIME,
            "last_observed": TIME,
            "number_observed": Integer(1, 999_999_999),
            "objects": Record({}),
            "object_refs": Items(Identifier()),
        },
        required=("first_observed", "last_observed", "number_observed"),
        orders=(("first_observed", "last_observed", True),),
        rules=("observed_once",),
    ),
    "opinion": ObjectType(
        "sdo",
        {"explanation": TEXT, "authors": TEXTS, "opinion": term("opinion-enum"), "object_refs": ANY_REFS},
        required=("opinion", "object_refs"),
        texts=("explanation", "authors"),
    ),
    "report": ObjectType(
        "sdo",
        _NAMED | {"report_types": terms("report-type-ov"), "published": TIME, "object_refs": ANY_REFS},
        required=("name", "published", "object_refs"),
        texts=("name", "description"),
    ),
    "threat-actor": ObjectType(
        "sdo",
        _NAMED
        | _ALIASES
        | _SEEN
        | _GOALS
        | {
            "threat_actor_types": terms("threat-actor-type-ov"),
            "roles": terms("threat-actor-role-ov"),
            "sophistication": term("threat-actor-sophistication-ov"),
            "personal_motivations": terms("attack-motivation-ov"),
        },
        required=_NAME,
        orders=_SEEN_ORDER,
        texts=("name", "description", "aliases", "goals"),
    ),
    "tool": ObjectType(
        "sdo",
        _NAMED
        | _ALIASES
        | {"tool_types": terms("tool-type-ov"), "kill_chain_phases": KILL_CHAIN, "tool_version": TEXT},
        required=_NAME,
        texts=("name", "description", "aliases"),
    ),
    "vulnerability": ObjectType("sdo", _NAMED, required=_NAME, texts=("name", "description")),
}
