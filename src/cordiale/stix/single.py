"""Checks of single values: texts, numbers, instants, identifiers and words of a vocabulary."""

from __future__ import annotations

import binascii
from collections.abc import Callable
from typing import Any, NamedTuple

from cordiale.platform.languages import _
from cordiale.stix import forms, kinds, vocabularies
from cordiale.stix.instants import MILLIS_LENGTH, instant_of
from cordiale.stix.report import Report, wrong_type

Quick = Callable[[Any], bool]
Explain = Callable[[Any, str, Report], None]

_REMEMBERED = 1 << 16
"""Identifiers found right that a check remembers: most objects refer to few others, again and again."""


class Check(NamedTuple):
    """A compiled kind. ``simple`` is the type that alone makes a value right, if there is one."""

    quick: Quick
    explain: Explain
    simple: type | None = None


def anything(kind: kinds.Kind) -> Check:
    """Check what may be anything but null."""

    def explain(value: Any, path: str, report: Report) -> None:
        if value is None:
            report.warning(path, "null", _("The value is null: leave the property out instead."))

    return Check(lambda value: value is not None, explain)


def text(kind: kinds.Kind) -> Check:
    """Check a text, of a form where the kind names one."""
    assert isinstance(kind, kinds.Text)
    if not kind.form:

        def only_type(value: Any, path: str, report: Report) -> None:
            if type(value) is not str:
                wrong_type(value, path, "string", report)

        return Check(lambda value: type(value) is str, only_type, str)
    form = forms.FORMS[kind.form]
    fits = form.fits
    strict = kind.strict

    def explain(value: Any, path: str, report: Report) -> None:
        if type(value) is not str:
            wrong_type(value, path, "string", report)
        elif not fits(value) and report.root.get("defanged") is not True:
            (report.error if strict else report.warning)(path, form.code, form.message_id, found=value)

    return Check(lambda value: type(value) is str and bool(fits(value)), explain)


def boolean(kind: kinds.Kind) -> Check:
    """Check a boolean."""

    def explain(value: Any, path: str, report: Report) -> None:
        if type(value) is not bool:
            wrong_type(value, path, "boolean", report)

    return Check(lambda value: type(value) is bool, explain, bool)


def _bounded(value: Any, low: float | None, high: float | None, path: str, report: Report) -> None:
    if (low is not None and value < low) or (high is not None and value > high):
        report.error(
            path, "range", _("{found} is out of range: from {low} to {high}."),
            found=value, low="−∞" if low is None else low, high="∞" if high is None else high,
        )  # fmt: skip


def integer(kind: kinds.Kind) -> Check:
    """Check an integer, within its bounds."""
    assert isinstance(kind, kinds.Integer)
    low, high = kind.low, kind.high

    def explain(value: Any, path: str, report: Report) -> None:
        if type(value) is not int:
            wrong_type(value, path, "integer", report)
        else:
            _bounded(value, low, high, path, report)

    if low is None and high is None:
        return Check(lambda value: type(value) is int, explain, int)
    return Check(
        lambda value: (
            type(value) is int and (low is None or value >= low) and (high is None or value <= high)
        ),
        explain,
    )


def number(kind: kinds.Kind) -> Check:
    """Check a number, within its bounds."""
    assert isinstance(kind, kinds.Number)
    low, high = kind.low, kind.high

    def explain(value: Any, path: str, report: Report) -> None:
        if type(value) is not int and type(value) is not float:
            wrong_type(value, path, "number", report)
        else:
            _bounded(value, low, high, path, report)

    return Check(lambda value: False, explain)


def time(kind: kinds.Kind) -> Check:
    """Check a timestamp in UTC."""
    assert isinstance(kind, kinds.Time)
    least = MILLIS_LENGTH if kind.millis else 0

    def explain(value: Any, path: str, report: Report) -> None:
        if type(value) is not str:
            wrong_type(value, path, "string", report)
        elif instant_of(value) is None:
            report.error(
                path, "timestamp",
                _("{found} is not a timestamp in UTC such as 2026-01-31T08:30:00.000Z."), found=value,
            )  # fmt: skip
        elif len(value) < least:
            report.error(
                path, "timestamp-precision",
                _("{found} is less precise than a millisecond. Write three digits of a second."), found=value,
            )  # fmt: skip

    return Check(
        lambda value: type(value) is str and len(value) >= least and instant_of(value) is not None, explain
    )


def identifier(kind: kinds.Kind) -> Check:
    """Check an identifier, of the types that may be referred to."""
    assert isinstance(kind, kinds.Identifier)
    targets, refused = frozenset(kind.targets), frozenset(kind.refused)
    right: set[str] = set()

    def quick(value: Any) -> bool:
        if type(value) is not str:
            return False
        if value in right:
            return True
        match = forms.is_identifier(value)
        if match is None or (targets and match[1] not in targets) or match[1] in refused:
            return False
        if len(right) >= _REMEMBERED:
            right.clear()
        right.add(value)
        return True

    def explain(value: Any, path: str, report: Report) -> None:
        if quick(value):
            return
        if type(value) is not str:
            wrong_type(value, path, "identifier", report)
            return
        match = forms.is_identifier(value)
        if match is None:
            report.error(
                path,
                "identifier",
                _("{found} is not an identifier: a type, two hyphens and a UUID."),
                found=value,
            )
        elif targets:
            report.error(
                path, "reference-type", _("{found} may not be referred to here; only {allowed} may."),
                found=match[1], allowed=", ".join(sorted(targets)),
            )  # fmt: skip
        else:
            report.error(path, "reference-type", _("{found} may not be referred to here."), found=match[1])

    return Check(quick, explain)


def term(kind: kinds.Kind) -> Check:
    """Check a word of a vocabulary."""
    assert isinstance(kind, kinds.Term)
    closed = kind.vocabulary in vocabularies.CLOSED
    words = vocabularies.CLOSED[kind.vocabulary] if closed else vocabularies.OPEN[kind.vocabulary]

    def explain(value: Any, path: str, report: Report) -> None:
        if type(value) is not str:
            wrong_type(value, path, "string", report)
        elif value not in words:
            if closed:
                report.error(
                    path, "enumeration", _("{found} is not a word of {vocabulary}. Use one of: {allowed}."),
                    found=value, vocabulary=kind.vocabulary, allowed=", ".join(sorted(words)),
                )  # fmt: skip
            else:
                report.warning(
                    path, "vocabulary", _("{found} is not a suggested word of {vocabulary}."),
                    found=value, vocabulary=kind.vocabulary,
                )  # fmt: skip

    return Check(lambda value: type(value) is str and value in words, explain)


def hexadecimal(kind: kinds.Kind) -> Check:
    """Check octets in hexadecimal."""

    def explain(value: Any, path: str, report: Report) -> None:
        if type(value) is not str:
            wrong_type(value, path, "string", report)
        elif forms.is_hexadecimal(value) is None:
            report.error(path, "hexadecimal", _("{found} is not pairs of hexadecimal digits."), found=value)

    return Check(lambda value: type(value) is str and forms.is_hexadecimal(value) is not None, explain)


def binary(kind: kinds.Kind) -> Check:
    """Check octets in base64 (RFC 4648)."""

    def explain(value: Any, path: str, report: Report) -> None:
        if type(value) is not str:
            wrong_type(value, path, "string", report)
            return
        try:
            binascii.a2b_base64(value, strict_mode=True)
        except (binascii.Error, ValueError):
            report.error(path, "base64", _("{found} is not base64 (RFC 4648)."), found=value)

    return Check(lambda value: False, explain)
