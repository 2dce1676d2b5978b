"""Granular selectors."""

from __future__ import annotations

import pytest

from cordiale.stix.selectors import covers, parse, resolves, touches

VALUE = {"name": "x", "labels": ["a"], "hashes": {"SHA-256": "b"}, "external_references": [{"url": "u"}]}


@pytest.mark.parametrize(
    ("selector", "there"),
    [("name", True), ("labels.[0]", True), ("hashes.SHA-256", True), ("external_references.[0].url", True),
     ("labels.[1]", False), ("name.[0]", False), ("labels.name", False), ("pattern", False)],
)  # fmt: skip
def test_a_selector_leads_to_what_is_there(selector: str, there: bool) -> None:
    steps = parse(selector)
    assert steps is not None
    assert resolves(VALUE, steps) is there


@pytest.mark.parametrize("selector", ["", "[0]", "a..b", "a.[x]", "a.[01]", "a[0]", "a b", "$.a", "a."])
def test_other_syntax_is_none(selector: str) -> None:
    assert parse(selector) is None


def test_a_selector_covers_all_below_it_and_touches_what_is_above() -> None:
    assert covers("labels", "labels.[0]")
    assert not covers("labels.[1]", "labels.[10]")
    assert not covers("labels.[0]", "labels")
    assert touches("labels.[0]", "labels")
    assert not touches("name", "names")
