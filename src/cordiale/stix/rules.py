"""Rules that tie several properties of one object or record together."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from cordiale.platform.languages import _
from cordiale.stix import atoms, forms, incident_rules, tlp
from cordiale.stix.patterns import DEEP, PatternError, parse, too_deep
from cordiale.stix.patterns.remarks import remarks
from cordiale.stix.report import Report, at, missing, together, wrong_type

Value = dict[str, Any]


class Rule(NamedTuple):
    """A rule: a quick test that nothing is wrong, and the explanation of what is."""

    quick: Callable[[Value], bool]
    explain: Callable[[Value, str, Report], None]


def _apart(path: str, name: str, other: str, report: Report) -> None:
    report.error(
        at(path, name), "excludes", _("{name} may not stand beside {other}."), name=name, other=other
    )


_KNOWN_IDS = {
    "cve": re.compile(r"CVE-[0-9]{4}-[0-9]{4,}").fullmatch,
    "capec": re.compile(r"CAPEC-[0-9]+").fullmatch,
}


def _source_quick(value: Value) -> bool:
    return value["source_name"] not in _KNOWN_IDS


def _known_source(value: Value, path: str, report: Report) -> None:
    name = value.get("source_name")
    form = _KNOWN_IDS.get(name) if type(name) is str else None
    found = value.get("external_id")
    if form is not None and (type(found) is not str or form(found) is None):
        report.warning(
            at(path, "external_id"), "external-id", _("{found} is not written as {source} writes its ids."),
            found=found, source=name,
        )  # fmt: skip


def _pattern_form(value: Value, path: str, report: Report) -> None:
    pattern = value.get("pattern")
    if value.get("pattern_type") != "stix" or type(pattern) is not str:
        return
    where = at(path, "pattern")
    if not 0 <= pattern.find("[") < pattern.rfind("]") - 1:
        report.error(
            where, "pattern",
            _("{found} is not a STIX pattern: it has no comparison in square brackets."), found=pattern,
        )  # fmt: skip
        return
    if too_deep(pattern):
        report.error(
            where, "pattern-depth",
            _("Its parentheses stand deeper in each other than {most} levels: write the pattern in several parts."),
            most=DEEP,
        )  # fmt: skip
        return
    # It matches nothing (9.4), or not what was meant; it is still searched, shared and mended
    try:
        read = parse(pattern, "2.0" if value.get("pattern_version") == "2.0" else "2.1")
    except PatternError as error:
        report.warning(where, error.code, error.message_id, **error.params)
        return
    for remark in remarks(read):
        report.warning(where, remark.code, remark.message_id, **remark.params)


def _location_whole(value: Value, path: str, report: Report) -> None:
    latitude, longitude = "latitude" in value, "longitude" in value
    if latitude != longitude:
        pair = ("latitude", "longitude") if latitude else ("longitude", "latitude")
        together(path, *pair, report)
    if "precision" in value and not (latitude and longitude):
        together(path, "precision", "latitude, longitude", report)
    if not ("region" in value or "country" in value or (latitude and longitude)):
        report.error(
            path, "at-least-one", _("At least one of these must be there: {names}."),
            names="region, country, latitude + longitude",
        )  # fmt: skip


def _family_named(value: Value, path: str, report: Report) -> None:
    if value.get("is_family") is True and "name" not in value:
        missing(at(path, "name"), "name", report)


_SDO_NAMES = frozenset(
    [
        "attack-pattern",
        "campaign",
        "course-of-action",
        "grouping",
        "identity",
        "incident",
        "indicator",
        "infrastructure",
        "intrusion-set",
        "location",
        "malware",
        "malware-analysis",
        "note",
        "observed-data",
        "opinion",
        "report",
        "threat-actor",
        "tool",
        "vulnerability",
        "marking-definition",
        "language-content",
        "extension-definition",
        "bundle",
    ]
)


def _observed_once(value: Value, path: str, report: Report) -> None:
    objects, listed = value.get("objects"), value.get("object_refs")
    if listed is None and objects is None:
        report.error(
            path,
            "at-least-one",
            _("At least one of these must be there: {names}."),
            names="object_refs, objects",
        )
    if listed is not None and objects is not None:
        _apart(path, "objects", "object_refs", report)
    if objects is not None:
        report.warning(
            at(path, "objects"), "deprecated",
            _("Observables inside the object are deprecated. Give them their own ids and use object_refs."),
        )  # fmt: skip
    if type(objects) is dict:
        for name, observable in objects.items():
            if type(observable) is not dict or type(observable.get("type")) is not str:
                missing(at(path, f"objects.{name}"), "type", report)
    for index, target in enumerate(listed if type(listed) is list else ()):
        found = target.partition("--")[0] if type(target) is str else ""
        if found in _SDO_NAMES:
            report.error(
                at(path, f"object_refs.[{index}]"), "reference-type", _("{found} may not be referred to here."),
                found=found,
            )  # fmt: skip


def _marking_defined(value: Value, path: str, report: Report) -> None:
    kind, written = value.get("definition_type"), value.get("definition")
    if "extensions" not in value:
        for name in ("definition_type", "definition"):
            if name not in value:
                missing(at(path, name), name, report)
    elif (kind is None) != (written is None):
        pair = ("definition_type", "definition") if written is None else ("definition", "definition_type")
        together(path, *pair, report)
    if kind in ("statement", "tlp") and type(written) is dict and kind not in written:
        report.error(
            at(path, f"definition.{kind}"),
            "required",
            _("The required property {name} is missing."),
            name=kind,
        )


def _tlp_genuine(value: Value, path: str, report: Report) -> None:
    identifier = value.get("id", "")
    genuine = tlp.ATOMS.get(identifier) if type(identifier) is str else None
    claim = tlp.claimed(value)
    if claim == genuine:
        return
    if genuine is None:
        report.error(
            at(path, "id"), "tlp-id",
            _("Only the published marking definitions may say {claim}. Use the published id."), claim=claim,
        )  # fmt: skip
    else:
        report.error(
            at(path, "id"), "tlp-id", _("This id belongs to {genuine}, which the object does not say."),
            genuine=genuine,
        )  # fmt: skip


def _atom_genuine(value: Value, path: str, report: Report) -> None:
    extensions = value.get("extensions")
    if type(extensions) is not dict or atoms.EXTENSION not in extensions:
        return
    claim = atoms.claimed(value)
    if claim is None or value.get("id") != atoms.id_of(claim) or claim in tlp.IDS:
        report.error(
            at(path, "id"), "atom-id",
            _("The id does not belong to the marking {claim}, so the marking cannot be believed."), claim=claim or "",
        )  # fmt: skip


def _translations(value: Value, path: str, report: Report) -> None:
    contents = value.get("contents")
    for lang, translated in contents.items() if type(contents) is dict else ():
        where = at(path, f"contents.{lang}")
        if forms.is_language(lang) is None:
            report.error(
                where,
                "language",
                _("{found} is not a language code (RFC 5646). Write fr or fr-CA."),
                found=lang,
            )
        if type(translated) is not dict:
            wrong_type(translated, where, "object", report)
        elif not translated:
            report.error(where, "empty", _("It is empty: leave the property out instead."))


def _top_level_only(value: Value, path: str, report: Report) -> None:
    listed = value.get("extension_types")
    if "extension_properties" in value and "toplevel-property-extension" not in (
        listed if type(listed) is list else ()
    ):
        together(path, "extension_properties", "toplevel-property-extension", report)


def _artifact_source(value: Value, path: str, report: Report) -> None:
    if "url" in value and "payload_bin" in value:
        _apart(path, "payload_bin", "url", report)
    if "url" in value and "hashes" not in value:
        together(path, "url", "hashes", report)
    if "decryption_key" in value and "encryption_algorithm" not in value:
        together(path, "decryption_key", "encryption_algorithm", report)


def _encoding_with_text(value: Value, path: str, report: Report) -> None:
    for name in ("path", "name"):
        if f"{name}_enc" in value and name not in value:
            together(path, f"{name}_enc", name, report)


def _body_by_parts(value: Value, path: str, report: Report) -> None:
    if value.get("is_multipart") is True and "body" in value:
        _apart(path, "body", "is_multipart = true", report)
    if value.get("is_multipart") is False and "body_multipart" in value:
        _apart(path, "body_multipart", "is_multipart = false", report)


def _active_without_end(value: Value, path: str, report: Report) -> None:
    if value.get("is_active") is True and "end" in value:
        _apart(path, "end", "is_active = true", report)


def _always(explain: Callable[[Value, str, Report], None]) -> Rule:
    return Rule(lambda value: False, explain)


RULES: dict[str, Rule] = {
    "known_source": Rule(_source_quick, _known_source),
    "pattern_form": _always(_pattern_form),
    "location_whole": _always(_location_whole),
    "family_named": _always(_family_named),
    "observed_once": _always(_observed_once),
    "marking_defined": _always(_marking_defined),
    "tlp_genuine": _always(_tlp_genuine),
    "atom_genuine": _always(_atom_genuine),
    "translations": _always(_translations),
    "top_level_only": _always(_top_level_only),
    "artifact_source": _always(_artifact_source),
    "encoding_with_text": _always(_encoding_with_text),
    "body_by_parts": _always(_body_by_parts),
    "active_without_end": _always(_active_without_end),
    "sequences": _always(incident_rules.sequences),
    "impact_of_a_kind": _always(incident_rules.impact_of_a_kind),
    "loss_of_something": _always(incident_rules.loss_of_something),
    "alteration_of_something": _always(incident_rules.alteration_of_something),
    "damage_of_something": _always(incident_rules.damage_of_something),
    "amounts_whole": _always(incident_rules.amounts_whole),
}
