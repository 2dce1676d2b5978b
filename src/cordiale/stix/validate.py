"""Say everything that is wrong with one STIX value."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from cordiale.platform.languages import _
from cordiale.stix import forms, incident_core, kinds
from cordiale.stix.checker import compile_kind
from cordiale.stix.instants import instant_of
from cordiale.stix.limits import FEW
from cordiale.stix.meta import BUNDLE, COMMON, OBSERVABLE_COMMON, SMOS
from cordiale.stix.problem import Problem
from cordiale.stix.report import Report, missing, none_of, wrong_type
from cordiale.stix.rules import RULES, Rule
from cordiale.stix.sco import SCOS
from cordiale.stix.scos import deterministic_id
from cordiale.stix.sdo import SDOS
from cordiale.stix.single import Check
from cordiale.stix.sro import SROS

TYPES: Mapping[str, kinds.ObjectType] = {**SDOS, **SROS, **SCOS, **SMOS}
"""Every type the standard defines."""

_BUNDLE = compile_kind(BUNDLE)
_RESERVED = frozenset(("severity", "action", "username", "phone_numbers"))  # 3.8
_VERSIONED = ("spec_version", "created", "modified")
_CUSTOM = kinds.ObjectType("sdo", {})


class _Compiled(msgspec.Struct, frozen=True):
    """The checks of one type of object."""

    simple: dict[str, type]
    checks: dict[str, Check]
    required: frozenset[str]
    at_least_one: tuple[str, ...]
    orders: tuple[tuple[str, str, bool], ...]
    rules: tuple[Rule, ...]
    observable: bool
    custom: bool


def _not_applicable(name: str, must_not: bool, kind: kinds.Kind | None) -> Check:
    inner = compile_kind(kind) if kind is not None else None

    def explain(value: Any, path: str, report: Report) -> None:
        say = report.error if must_not else report.warning
        say(path, "not-applicable", _("{name} does not apply to this type of object."), name=name)
        if inner is not None:
            inner.explain(value, path, report)

    return Check(lambda value: False, explain)


def _compiled(described: kinds.ObjectType, custom: bool = False) -> _Compiled:
    observable = described.family == "sco"
    common = OBSERVABLE_COMMON if observable else COMMON
    checks = {name: compile_kind(kind) for name, kind in common.items()}
    if observable:
        checks |= {name: _not_applicable(name, False, COMMON[name]) for name in COMMON if name not in common}
    else:
        checks["defanged"] = _not_applicable("defanged", True, None)
    checks["extensions"] = compile_kind(kinds.Extensions(described.extensions))
    checks |= {name: _not_applicable(name, False, None) for name in described.without}
    checks |= {name: compile_kind(kind) for name, kind in described.properties.items()}
    required = {*described.required, *described.extra_required}
    if not observable and not custom:
        required |= {name for name in _VERSIONED if name not in described.without}
    simple = {name: check.simple for name, check in checks.items() if check.simple is not None}
    return _Compiled(
        {"type": str, "id": str, **simple},
        checks,
        frozenset(required),
        described.at_least_one,
        (("created", "modified", True), *described.orders),
        tuple(RULES[name] for name in described.rules),
        observable,
        custom,
    )


_ADDED = "+"
"""Stands after the name of a type that an extension adds, and that others may call something else."""

_COMPILED = {name: _compiled(described) for name, described in TYPES.items()}
_COMPILED |= {f"{name}{_ADDED}": _compiled(added) for name, added in incident_core.TYPES.items()}
_COMPILED_CUSTOM = _compiled(_CUSTOM, custom=True)
_INCIDENT = compile_kind(incident_core.INCIDENT)
_SAID = f"extensions.{incident_core.CORE}"
_ADDED_PLACES = {
    name: frozenset((*added.properties, *(f"extensions.{one}" for one in added.extensions)))
    for name, added in incident_core.TYPES.items()
}


def described_of(value: Mapping[str, Any]) -> kinds.ObjectType | None:
    """Return what is known of an object's type: of the standard, or of an extension it carries; None for another."""
    found = TYPES.get(value["type"])
    return incident_core.described(value) if found is None else found


_Step = tuple[str, type | None, Check | None]


@lru_cache(maxsize=4096)
def _plan(kind: str, names: tuple[str, ...]) -> tuple[tuple[_Step, ...], tuple[str, ...]]:
    """Return what to check in an object with these properties, in their order, and which are unknown.

    Objects of one producer have few distinct sets of properties, so this is looked up and not made.
    """
    compiled = _COMPILED.get(kind, _COMPILED_CUSTOM)
    steps = tuple((name, compiled.simple.get(name), compiled.checks.get(name)) for name in names)
    return steps, tuple(name for name, simple, check in steps if simple is None and check is None)


def validate(value: Mapping[str, Any]) -> list[Problem]:
    """Return every error and warning about one decoded object."""
    report = Report(value)
    kind = value.get("type")
    if type(kind) is not str:
        if kind is None:
            missing("type", "type", report)
        else:
            wrong_type(kind, "type", "string", report)
        kind = ""
    if kind == "bundle":
        _BUNDLE.explain(value, "bundle", report)
        return report.problems
    compiled, known = _COMPILED.get(kind), kind
    if compiled is None:
        known = kind if incident_core.described(value) is None else f"{kind}{_ADDED}"
        compiled = _COMPILED.get(known, _COMPILED_CUSTOM)
    _identify(value, kind, report)
    names = tuple(value)
    usual = len(names) <= FEW and sum(map(len, names)) <= FEW * FEW
    plan, unknown = _plan(known, names) if usual else _plan.__wrapped__(known, names)
    for (name, simple, check), item in zip(plan, value.values(), strict=True):
        if simple is not type(item) and check is not None and not check.quick(item):
            check.explain(item, name, report)
    if not compiled.required <= value.keys():
        for name in sorted(compiled.required - value.keys()):
            missing(name, name, report)
    if compiled.at_least_one and not any(name in value for name in compiled.at_least_one):
        none_of("", compiled.at_least_one, report)
    for earlier, later, equal in compiled.orders:
        if earlier in value and later in value:
            _ordered(value, earlier, later, equal, report)
    for rule in compiled.rules:
        rule.explain(value, "", report)  # type: ignore[arg-type]
    if compiled.custom:
        _custom_type(value, kind, report)
    elif unknown:
        _custom_properties(value, unknown, usual, report)
    if "object_marking_refs" in value:
        _marks_itself(value, report)
    if known is not kind:
        _leniently(_ADDED_PLACES[kind], report)
    elif kind == "incident" and (said := incident_core.core_of(value)):
        _INCIDENT.explain(said, _SAID, report)
        _leniently((_SAID,), report)
    return report.problems


def _leniently(places: Collection[str], report: Report) -> None:
    """Turn faults of what an extension defines into warnings: its drafts differ, and STIX itself takes anything there."""
    for n, one in enumerate(report.problems):
        top, _dot, rest = one.path.partition(".")
        place = f"{top}.{rest.partition('.')[0]}" if top == "extensions" else top
        if one.severity == "error" and place in places and not one.path.endswith(".extension_type"):
            report.problems[n] = msgspec.structs.replace(one, severity="warning")


def _identify(value: Mapping[str, Any], kind: str, report: Report) -> None:
    identifier = value.get("id")
    if type(identifier) is not str:
        if identifier is None:
            missing("id", "id", report)
        else:
            wrong_type(identifier, "id", "identifier", report)
        return
    match = forms.is_identifier(identifier)
    if match is None:
        report.error(
            "id",
            "identifier",
            _("{found} is not an identifier: a type, two hyphens and a UUID."),
            found=identifier,
        )
    elif match[1] != kind:
        report.error(
            "id", "id-prefix", _("The id begins with {found}, but the object is of type {expected}."),
            found=match[1], expected=kind,
        )  # fmt: skip
    elif kind in SCOS and identifier[-22] == "5" and (right := deterministic_id(value)) != identifier:
        report.warning(
            "id", "deterministic-id",
            _("The id is not the one its properties give ({expected}); others will not see the same observable."),
            expected=right or "UUIDv4",
        )  # fmt: skip


def _ordered(value: Mapping[str, Any], earlier: str, later: str, equal: bool, report: Report) -> None:
    first, second = value[earlier], value[later]
    if first == second and equal:
        return
    before = instant_of(first) if type(first) is str else None
    after = instant_of(second) if type(second) is str else None
    if before is None or after is None:
        return  # said already
    if after < before:
        report.error(
            later, "order", _("{later} is earlier than {earlier}. Exchange or correct them."),
            later=later, earlier=earlier,
        )  # fmt: skip
    elif after == before and not equal:
        report.error(later, "order", _("{later} must be later than {earlier}."), later=later, earlier=earlier)


def _marks_itself(value: Mapping[str, Any], report: Report) -> None:
    listed = value["object_marking_refs"]
    if type(listed) is list and value.get("id") in listed:
        report.error("object_marking_refs", "marks-itself", _("A marking definition may not mark itself."))


def _extended(value: Mapping[str, Any], *wanted: str) -> bool:
    """Tell whether an extension of one of these types is in the object."""
    extensions = value.get("extensions")
    return type(extensions) is dict and any(
        type(extension) is dict and extension.get("extension_type") in wanted
        for extension in extensions.values()
    )


def _custom_type(value: Mapping[str, Any], kind: str, report: Report) -> None:
    if kind and forms.is_type_name(kind) is None:
        report.error(
            "type", "type-name",
            _("{found} is not a type name: 3 to 250 of a–z, 0–9 and single hyphens, beginning with a letter."),
            found=kind,
        )  # fmt: skip
    elif kind and not _extended(value, "new-sdo", "new-sco", "new-sro"):
        report.warning(
            "type", "custom-type", _("The standard does not define objects of type {found}. It is kept as it is."),
            found=kind,
        )  # fmt: skip
    if "created" in value or "modified" in value or _extended(value, "new-sdo", "new-sro"):
        for name in _VERSIONED:
            if name not in value:
                missing(name, name, report)


def _custom_properties(
    value: Mapping[str, Any], unknown: tuple[str, ...], usual: bool, report: Report
) -> None:
    for name in unknown:
        if value[name] is None:
            report.warning(name, "null", _("The value is null: leave the property out instead."))
    if _extended(value, "toplevel-property-extension"):
        return
    said, badly, reserved = _named(unknown) if usual else _named.__wrapped__(unknown)
    for name in badly:
        report.warning(
            name, "property-name",
            _("{found} is not a property name: 3 to 250 of a–z, 0–9 and underscore."), found=name,
        )  # fmt: skip
    for name in reserved:
        report.warning(name, "reserved-name", _("{found} is reserved by the standard."), found=name)
    report.problems.append(
        Problem(
            "warning", report.object_id, unknown[0], "custom-property",
            _("The standard does not define {names} here. It is kept as it is."), said,
        )
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _named(names: tuple[str, ...]) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    """Return how custom names are said, which are badly made, and which are reserved."""
    badly = tuple(name for name in names if forms.is_property_name(name) is None)
    return {"names": ", ".join(names)}, badly, tuple(name for name in names if name in _RESERVED)
