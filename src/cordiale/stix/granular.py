"""Check granular markings (STIX 2.1 section 7.2.3)."""

from __future__ import annotations

from typing import Any

from cordiale.platform.languages import _
from cordiale.stix import forms, selectors
from cordiale.stix.report import Report, missing, wrong_type


def explain_granulars(value: Any, path: str, report: Report) -> None:
    """Report every fault of the ``granular_markings`` of the report's object."""
    if type(value) is not list:
        wrong_type(value, path, "list", report)
        return
    if not value:
        report.error(path, "empty", _("It is empty: leave the property out instead."))
    for index, marking in enumerate(value):
        _marking(marking, f"{path}.[{index}]", report)


def _marking(marking: Any, path: str, report: Report) -> None:
    if type(marking) is not dict:
        wrong_type(marking, path, "object", report)
        return
    if ("marking_ref" in marking) == ("lang" in marking):
        report.error(path, "granular-choice", _("Exactly one of marking_ref and lang must be there."))
    if "marking_ref" in marking:
        _target(marking["marking_ref"], f"{path}.marking_ref", report)
    if "lang" in marking:
        lang = marking["lang"]
        if type(lang) is not str or not forms.is_language(lang):
            report.error(
                f"{path}.lang", "language", _("{found} is not a language code (RFC 5646). Write fr or fr-CA."),
                found=lang,
            )  # fmt: skip
    chosen = marking.get("selectors")
    if type(chosen) is not list or not chosen:
        missing(f"{path}.selectors", "selectors", report)
        return
    for index, selector in enumerate(chosen):
        at = f"{path}.selectors.[{index}]"
        steps = selectors.parse(selector) if type(selector) is str else None
        if steps is None:
            report.error(
                at,
                "selector-syntax",
                _("{found} is not a selector. Write description or labels.[0]."),
                found=selector,
            )
        elif not selectors.resolves(report.root, steps):
            report.error(
                at, "selector-target",
                _("{found} selects nothing in this object. Remove the selector or correct it."), found=selector,
            )  # fmt: skip


def _target(target: Any, path: str, report: Report) -> None:
    match = forms.is_identifier(target) if type(target) is str else None
    if match is None:
        report.error(
            path,
            "identifier",
            _("{found} is not an identifier: a type, two hyphens and a UUID."),
            found=target,
        )
    elif match[1] != "marking-definition":
        report.error(
            path, "reference-type", _("{found} may not be referred to here; only {allowed} may."),
            found=match[1], allowed="marking-definition",
        )  # fmt: skip
    elif target == report.root.get("id"):
        report.error(path, "marks-itself", _("A marking definition may not mark itself."))
