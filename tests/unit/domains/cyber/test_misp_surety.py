"""How sure MISP's tags say something is: a confidence on the way in, a tag on the way out, and nothing lost between."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from cordiale.domains.cyber.misp import reader
from cordiale.domains.cyber.misp.carried import About, attributes
from cordiale.domains.cyber.misp.loss import ACCEPTED
from cordiale.domains.cyber.misp.surety import confidence, tag_of
from cordiale.domains.cyber.misp.trip import there_and_back
from cordiale.stix.ingress import DEFAULT_LIMITS
from tests.unit.desk.conftest import indicator
from tests.unit.domains.cyber.misp_events import attribute, event, written

USUALLY = {"name": 'misp:confidence-level="usually-confident"'}
DOUBTFUL = {"name": 'admiralty-scale:information-credibility="4"'}


def read(value: Any) -> dict[str, Any]:
    pieces = reader.read_at(iter((written(value),)), DEFAULT_LIMITS, "here")
    return {one["type"]: one for one in map(orjson.loads, filter(lambda p: isinstance(p, bytes), pieces))}


@pytest.mark.parametrize(
    ("own", "of_event", "found"),
    [
        ([USUALLY], [], 75),
        ([USUALLY, DOUBTFUL], [], 30),
        ([], [USUALLY], 75),
        ([DOUBTFUL], [USUALLY], 30),
        ([{"name": 'admiralty-scale:information-credibility="6"'}], [], None),
        ([{"name": 'estimative-language:confidence-in-analytic-judgment="high"'}], [], 85),
        ([], [], None),
    ],
)
def test_tags_of_an_attribute_go_before_those_of_its_event(
    own: Any, of_event: Any, found: int | None
) -> None:
    value = event(attribute(1, "domain", "a.example", to_ids=True, Tag=own), Tag=of_event)
    made = read(value)
    assert made["indicator"].get("confidence") == found
    assert made["report"].get("confidence") == confidence(one["name"] for one in of_event)
    _trips, losses = there_and_back(written(value))
    assert set(losses.counts) <= ACCEPTED, losses.named


@pytest.mark.parametrize(
    ("number", "level"),
    [(100, "completely"), (80, "usually"), (62, "fairly"), (37, "rarely"), (12, "un"), (0, "un")],
)
def test_what_did_not_come_from_misp_says_how_sure_it_is_by_the_nearest_tag(number: int, level: str) -> None:
    assert tag_of(number) == f'misp:confidence-level="{level}{"-" if level != "un" else ""}confident"'
    (made,) = attributes({**indicator(1), "confidence": number}, frozenset(), About("here", frozenset()), [])
    assert tag_of(number) in {one["name"] for one in made["Tag"]}
