"""What ties the properties of incidents, events, impacts and tasks together (Incident Core 2.1, sections 2.3 and 3)."""

from __future__ import annotations

from typing import Any, Final

from cordiale.platform.languages import _
from cordiale.stix.report import Report, at, missing, together

Value = dict[str, Any]

LISTS: Final = {"events": "event_ref", "tasks": "task_ref", "subevents": "event_ref", "subtasks": "task_ref"}
"""Lists of entries, each with the property that names what an entry is about."""

_SUFFIX: Final = "-ext"


def sequences(value: Value, path: str, report: Report) -> None:
    """Report a step that leads to what is not in its own list."""
    for name, ref_name in LISTS.items():
        entries = value.get(name)
        listed = [one for one in entries if type(one) is dict] if type(entries) is list else []
        known = {_text(one.get(ref_name)) for one in listed}
        for index, entry in enumerate(listed):
            steps = entry.get("next_steps")
            for place, step in enumerate(steps if type(steps) is list else ()):
                target = _text(step.get(ref_name)) if type(step) is dict else ""
                if target and target not in known:
                    report.warning(
                        at(path, f"{name}.[{index}].next_steps.[{place}].{ref_name}"), "sequence",
                        _("{found} is not in this list, so nothing can follow there. Add it to {name}."),
                        found=target, name=name,
                    )  # fmt: skip


def impact_of_a_kind(value: Value, path: str, report: Report) -> None:
    """Report an impact without the details of its category, and one that is superseded and has no end."""
    category, extensions = value.get("impact_category"), value.get("extensions")
    said = extensions if type(extensions) is dict else {}
    if type(category) is str and not {category, f"{category}{_SUFFIX}"} & said.keys():
        report.warning(
            at(path, "impact_category"), "impact-category",
            _("The details of an impact of category {found} are missing: add the extension {extension}."),
            found=category, extension=f"{category.removesuffix(_SUFFIX)}{_SUFFIX}",
        )  # fmt: skip
    if "superseded_by_ref" in value and "end_time" not in value:
        _needed(value, path, "superseded_by_ref", "end_time", report)


def loss_of_something(value: Value, path: str, report: Report) -> None:
    """Report a loss of confidentiality that does not say of what."""
    _of_something(value, path, "loss_type", "information_type", report)


def alteration_of_something(value: Value, path: str, report: Report) -> None:
    """Report an alteration that does not say of what."""
    _of_something(value, path, "alteration", "information_type", report)


def damage_of_something(value: Value, path: str, report: Report) -> None:
    """Report a damage that does not say to what."""
    _of_something(value, path, "impact_type", "asset_type", report)


def amounts_whole(value: Value, path: str, report: Report) -> None:
    """Report amounts of money that cannot be read: one bound alone, no currency, a currency without its rate."""
    for name, other in (
        ("min_amount", "max_amount"),
        ("max_amount", "min_amount"),
        ("min_amount", "currency"),
        ("currency_actual", "currency"),
        ("currency_actual", "conversion_rate"),
        ("conversion_rate", "currency_actual"),
        ("conversion_rate", "conversion_time"),
    ):
        _needed(value, path, name, other, report)
    low, high = value.get("min_amount"), value.get("max_amount")
    if type(low) in (int, float) and type(high) in (int, float) and low > high:  # type: ignore[operator]
        report.warning(
            at(path, "max_amount"), "amounts", _("The largest amount is below the smallest. Exchange them.")
        )


def _of_something(value: Value, path: str, name: str, other: str, report: Report) -> None:
    if value.get(name) not in (None, "none") and other not in value:
        missing(at(path, other), other, report)


def _needed(value: Value, path: str, name: str, other: str, report: Report) -> None:
    if name in value and other not in value:
        together(path, name, other, report)


def _text(item: Any) -> str:
    return item if type(item) is str else ""
