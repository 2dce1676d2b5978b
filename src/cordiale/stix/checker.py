"""Compile kinds into checks: a quick test that says nothing is wrong, and an explanation of what is.

The quick test runs for every property of every object, so it does no more than needed to be sure; the
explanation runs only where the test was not sure, and may be slow. Here are the kinds that hold others;
those of single values are in `single`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cordiale.platform.languages import _
from cordiale.stix import forms, kinds, single, vocabularies
from cordiale.stix.granular import explain_granulars
from cordiale.stix.report import Report, missing, none_of, wrong_type
from cordiale.stix.rules import RULES
from cordiale.stix.single import Check

_ONLY_TEXTS = {str}


def compile_kind(kind: kinds.Kind) -> Check:
    """Return the check of a kind."""
    return _COMPILERS[type(kind)](kind)


def _filled(value: Any, wanted: type, path: str, expected: str, report: Report) -> bool:
    if type(value) is not wanted:
        wrong_type(value, path, expected, report)
        return False
    if not value:
        report.error(path, "empty", _("It is empty: leave the property out instead."))
        return False
    return True


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
    kinds.Anything: single.anything,
    kinds.Text: single.text,
    kinds.Boolean: single.boolean,
    kinds.Integer: single.integer,
    kinds.Number: single.number,
    kinds.Time: single.time,
    kinds.Identifier: single.identifier,
    kinds.Term: single.term,
    kinds.Hashes: _hashes,
    kinds.Hexadecimal: single.hexadecimal,
    kinds.Binary: single.binary,
    kinds.Items: _items,
    kinds.Dictionary: _dictionary,
    kinds.Record: _record,
    kinds.Granulars: _granulars,
    kinds.Extensions: _extensions,
}
