"""Compile kinds into checks: a quick test that says nothing is wrong, and an explanation of what is.

The quick test runs for every property of every object, so it does no more than needed to be sure; the
explanation runs only where the test was not sure, and may be slow.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable
from typing import Any, NamedTuple

from cordiale.platform.languages import _
from cordiale.stix import forms, kinds, vocabularies
from cordiale.stix.granular import explain_granulars
from cordiale.stix.instants import MILLIS_LENGTH, instant_of
from cordiale.stix.report import Report, missing, none_of, wrong_type
from cordiale.stix.rules import RULES

Quick = Callable[[Any], bool]
Explain = Callable[[Any, str, Report], None]

_REMEMBERED = 1 << 16
_ONLY_TEXTS = {str}


class Check(NamedTuple):
    """A compiled kind. ``simple`` is the type that alone makes a value right, if there is one."""

    quick: Quick
    explain: Explain
    simple: type | None = None


def compile_kind(kind: kinds.Kind) -> Check:
    """Return the check of a kind."""
    return _COMPILERS[type(kind)](kind)


def _anything(kind: kinds.Kind) -> Check:
    def explain(value: Any, path: str, report: Report) -> None:
        if value is None:
            report.warning(path, "null", _("The value is null: leave the property out instead."))

    return Check(lambda value: value is not None, explain)


def _text(kind: kinds.Kind) -> Check:
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


def _boolean(kind: kinds.Kind) -> Check:
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


def _integer(kind: kinds.Kind) -> Check:
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


def _number(kind: kinds.Kind) -> Check:
    assert isinstance(kind, kinds.Number)
    low, high = kind.low, kind.high

    def explain(value: Any, path: str, report: Report) -> None:
        if type(value) is not int and type(value) is not float:
            wrong_type(value, path, "number", report)
        else:
            _bounded(value, low, high, path, report)

    return Check(lambda value: False, explain)


def _time(kind: kinds.Kind) -> Check:
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


def _identifier(kind: kinds.Kind) -> Check:
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


def _term(kind: kinds.Kind) -> Check:
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


def _hashes(kind: kinds.Kind) -> Check:
    def explain(value: Any, path: str, report: Report) -> None:
        if not _filled(value, dict, path, "object", report):
            return
        for name, digest in value.items():
            at = f"{path}.{name}"
            form = forms.HASH_FORMS.get(name)
            if type(digest) is not str:
                wrong_type(digest, at, "string", report)
            elif form is not None:
                if form(digest) is None:
                    report.error(
                        at, "hash", _("{found} is not a digest of {algorithm}: wrong length or digits."),
                        found=digest, algorithm=name,
                    )  # fmt: skip
            elif forms.is_hash_name(name) is None:
                report.error(at, "hash-name", _("{found} is not a name of a hash algorithm."), found=name)
            else:
                report.warning(
                    at, "vocabulary", _("{found} is not a suggested word of {vocabulary}."),
                    found=name, vocabulary="hash-algorithm-ov",
                )  # fmt: skip

    return Check(lambda value: False, explain)


def _hexadecimal(kind: kinds.Kind) -> Check:
    def explain(value: Any, path: str, report: Report) -> None:
        if type(value) is not str:
            wrong_type(value, path, "string", report)
        elif forms.is_hexadecimal(value) is None:
            report.error(path, "hexadecimal", _("{found} is not pairs of hexadecimal digits."), found=value)

    return Check(lambda value: type(value) is str and forms.is_hexadecimal(value) is not None, explain)


def _binary(kind: kinds.Kind) -> Check:
    def explain(value: Any, path: str, report: Report) -> None:
        if type(value) is not str:
            wrong_type(value, path, "string", report)
            return
        try:
            binascii.a2b_base64(value, strict_mode=True)
        except (binascii.Error, ValueError):
            report.error(path, "base64", _("{found} is not base64 (RFC 4648)."), found=value)

    return Check(lambda value: False, explain)


def _filled(value: Any, wanted: type, path: str, expected: str, report: Report) -> bool:
    if type(value) is not wanted:
        wrong_type(value, path, expected, report)
        return False
    if not value:
        report.error(path, "empty", _("It is empty: leave the property out instead."))
        return False
    return True


def _items(kind: kinds.Kind) -> Check:
    assert isinstance(kind, kinds.Items)
    item = compile_kind(kind.of)

    def explain(value: Any, path: str, report: Report) -> None:
        if _filled(value, list, path, "list", report):
            for index, child in enumerate(value):
                if not item.quick(child):
                    item.explain(child, f"{path}.[{index}]", report)

    if item.simple is str:
        return Check(lambda value: type(value) is list and set(map(type, value)) == _ONLY_TEXTS, explain)
    quick = item.quick
    return Check(lambda value: type(value) is list and value != [] and all(map(quick, value)), explain)


def _dictionary(kind: kinds.Kind) -> Check:
    assert isinstance(kind, kinds.Dictionary)
    item = compile_kind(kind.of)

    def explain(value: Any, path: str, report: Report) -> None:
        if not _filled(value, dict, path, "object", report):
            return
        for name, child in value.items():
            if forms.is_dictionary_key(name) is None:
                report.error(
                    f"{path}.{name}", "dictionary-key",
                    _("{found} is not a key: up to 250 of a–z, A–Z, 0–9, hyphen and underscore."), found=name,
                )  # fmt: skip
            item.explain(child, f"{path}.{name}", report)

    return Check(lambda value: False, explain)


def _record(kind: kinds.Kind) -> Check:
    assert isinstance(kind, kinds.Record)
    checks = {name: compile_kind(one) for name, one in kind.properties.items()}
    simple = {name: check.simple for name, check in checks.items() if check.simple is not None}
    quicks = {name: check.quick for name, check in checks.items()}
    required, some, closed = frozenset(kind.required), frozenset(kind.at_least_one), kind.closed
    rules = [RULES[name] for name in kind.rules]

    def quick(value: Any) -> bool:
        if type(value) is not dict or not value:
            return False
        for name, child in value.items():
            if simple.get(name) is not type(child):
                test = quicks.get(name)
                if test is None:
                    if closed:
                        return False
                elif not test(child):
                    return False
        if not required <= value.keys() or (some and some.isdisjoint(value)):
            return False
        return all(rule.quick(value) for rule in rules)

    def explain(value: Any, path: str, report: Report) -> None:
        if not _filled(value, dict, path, "object", report):
            return
        for name, child in value.items():
            check = checks.get(name)
            if check is not None:
                check.explain(child, f"{path}.{name}", report)
            elif closed:
                report.warning(
                    f"{path}.{name}", "custom-property",
                    _("The standard does not define {names} here. It is kept as it is."), names=name,
                )  # fmt: skip
        for name in kind.required:
            if name not in value:
                missing(f"{path}.{name}", name, report)
        if some and some.isdisjoint(value):
            none_of(path, kind.at_least_one, report)
        for rule in rules:
            rule.explain(value, path, report)

    return Check(quick, explain)


def _granulars(kind: kinds.Kind) -> Check:
    return Check(lambda value: False, explain_granulars)


def _extensions(kind: kinds.Kind) -> Check:
    assert isinstance(kind, kinds.Extensions)
    predefined = {name: compile_kind(record) for name, record in kind.predefined.items()}
    types = vocabularies.CLOSED["extension-type-enum"]

    def explain(value: Any, path: str, report: Report) -> None:
        if not _filled(value, dict, path, "object", report):
            return
        for name, extension in value.items():
            at = f"{path}.{name}"
            if not _filled(extension, dict, at, "object", report):
                continue
            match = forms.is_identifier(name)
            if name in predefined:
                predefined[name].explain(extension, at, report)
            elif match is not None and match[1] == "extension-definition":
                found = extension.get("extension_type")
                if found is None:
                    missing(f"{at}.extension_type", "extension_type", report)
                elif found not in types:
                    report.error(
                        f"{at}.extension_type", "enumeration",
                        _("{found} is not a word of {vocabulary}. Use one of: {allowed}."),
                        found=found, vocabulary="extension-type-enum", allowed=", ".join(sorted(types)),
                    )  # fmt: skip
            else:
                report.warning(
                    at, "extension-name",
                    _("{found} is neither the id of an extension definition nor a predefined extension of this type."),
                    found=name,
                )  # fmt: skip

    return Check(lambda value: False, explain)


_COMPILERS: dict[type[kinds.Kind], Callable[[kinds.Kind], Check]] = {
    kinds.Anything: _anything,
    kinds.Text: _text,
    kinds.Boolean: _boolean,
    kinds.Integer: _integer,
    kinds.Number: _number,
    kinds.Time: _time,
    kinds.Identifier: _identifier,
    kinds.Term: _term,
    kinds.Hashes: _hashes,
    kinds.Hexadecimal: _hexadecimal,
    kinds.Binary: _binary,
    kinds.Items: _items,
    kinds.Dictionary: _dictionary,
    kinds.Record: _record,
    kinds.Granulars: _granulars,
    kinds.Extensions: _extensions,
}
