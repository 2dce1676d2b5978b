"""A sighting goes back to whoever gave the indicator, over the real exchange, and tells nothing of what they may not see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.desk.actor import house
from cordiale.desk.partner.sync import cut_all, sync
from cordiale.desk.views.history import remarks
from cordiale.desk.views.search import counts, search
from cordiale.desk.views.show import show
from cordiale.domains.cyber.matching.run import Asked, files_of, matched
from cordiale.domains.cyber.matching.sightings import Stated, state_sightings
from cordiale.node.node import Node
from tests.unit.domains.cyber.test_matching_runs import id_, indicator, line
from tests.unit.node.conftest import Pair, send

MARIE = house("marie")
HERS = indicator(1, "[domain-name:value = 'evil.example']")


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(tmp_path)
    yield pair
    pair.canada.close()
    pair.france.close()


@pytest.fixture
def pair(empty: Pair) -> Pair:
    """Return two nodes; Canada gave France an indicator."""
    empty.take(HERS)
    empty.exchange()
    assert search(empty.france.desk, MARIE, type="indicator").items[0].source == "canada"
    return empty


def seen(
    node: Node, folder: Path, name: str, content: str, marking: str, sector: str = "financial-services"
) -> Stated:
    (folder / name).write_text(content)
    found = matched(node.desk, MARIE, Asked(files=files_of([folder / name]), keep=True, marking=(marking,)))
    return state_sightings(node.desk, MARIE, found.id, sector=sector)


def back(pair: Pair) -> list[dict[str, Any]]:
    """Let Canada fetch what France has for it; return the sightings that Canada then finds at its indicator."""
    cut_all(pair.france.desk)
    sync(pair.canada.desk, MARIE)
    found = [one.value for one in remarks(pair.canada.desk, MARIE, id_(1)) if one.value["type"] == "sighting"]
    return sorted(found, key=lambda value: value["count"])


LOG = "".join(line(second, "evil.example" if second % 2 else "www.evil.example") for second in range(14))


def test_your_indicator_was_seen_here_fourteen_times_by_a_finance_sector_site(
    pair: Pair, tmp_path: Path
) -> None:
    done = seen(pair.france, tmp_path, "bank.jsonl", LOG, "tlp:green")
    (said,) = back(pair)
    assert said["count"] == 14
    assert (said["first_seen"], said["last_seen"]) == ("2026-03-01T10:00:00.000Z", "2026-03-01T10:00:13.000Z")
    # the identity says the sector and names nobody
    where = search(pair.canada.desk, MARIE, type="identity").items
    assert "financial-services" in [one.name for one in where]
    # the lines, the log and its digest stay in France
    assert "external_references" not in said
    assert b"bank.jsonl" not in orjson.dumps(said)
    assert said["id"] != done.sightings[id_(1)]
    again = seen(pair.france, tmp_path, "copy.jsonl", LOG, "tlp:green")
    assert (again.new, again.changed) == (0, 0)
    assert back(pair) == [said]


def test_a_sighting_under_another_marking_stays_and_is_in_no_count(pair: Pair, tmp_path: Path) -> None:
    seen(pair.france, tmp_path, "bank.jsonl", LOG, "tlp:green")
    seen(pair.france, tmp_path, "secret.jsonl", line(40, "evil.example") * 5, "tlp:red")
    (said,) = back(pair)
    assert said["count"] == 14
    assert counts(pair.canada.desk, MARIE)["sighting"] == 1


@pytest.mark.parametrize("hidden", [False, True])
def test_what_canada_gets_does_not_depend_on_what_it_may_not_see(
    pair: Pair, tmp_path: Path, hidden: bool
) -> None:
    if hidden:
        send(
            pair.france,
            MARIE,
            indicator(2, "[domain-name:value = 'evil.example']"),
            indicator(3, "[domain-name:value = 'www.evil.example']"),
            marking="tlp:red",
        )
        seen(pair.france, tmp_path, "secret.jsonl", line(40, "evil.example") * 5, "tlp:red")
    seen(pair.france, tmp_path, "bank.jsonl", LOG, "tlp:green")
    (said,) = back(pair)
    varying = {"id", "created", "modified", "object_marking_refs", "where_sighted_refs", "created_by_ref"}
    assert {name: value for name, value in said.items() if name not in varying} == {
        "type": "sighting",
        "spec_version": "2.1",
        "sighting_of_ref": id_(1),
        "count": 14,
        "description": said["description"],
        "labels": ["sector:financial-services"],
        "first_seen": "2026-03-01T10:00:00.000Z",
        "last_seen": "2026-03-01T10:00:13.000Z",
    }
    assert said["description"].count("14") == 2
    assert counts(pair.canada.desk, MARIE)["indicator"] == 1


def test_an_indicator_given_in_part_gets_its_sighting_as_well(empty: Pair, tmp_path: Path) -> None:
    """What Canada struck of its indicator makes another id in France; the sighting is of that one, and Canada knows whose it is."""
    pair = empty
    red = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
    pair.take(
        {
            **HERS,
            "description": "source HALCYON",
            "granular_markings": [{"marking_ref": red, "selectors": ["description"]}],
        }
    )
    pair.exchange()
    held = search(pair.france.desk, MARIE, type="indicator").items[0]
    done = seen(pair.france, tmp_path, "bank.jsonl", LOG, "tlp:green")
    assert list(done.sightings) == [held.id] != [id_(1)]
    (said,) = back(pair)
    assert (said["count"], said["sighting_of_ref"]) == (14, held.id)


SECRET = line(40, "evil.example") * 5


@pytest.mark.parametrize("hidden", [False, True])
def test_a_count_does_not_follow_sightings_that_canada_may_not_see(
    pair: Pair, tmp_path: Path, hidden: bool
) -> None:
    """One of two logs was counted under a stricter marking: what Canada is told of both is the same without that."""
    if hidden:
        seen(pair.france, tmp_path, "secret.jsonl", SECRET, "tlp:red")
    (tmp_path / "secret.jsonl").write_text(SECRET)
    (tmp_path / "bank.jsonl").write_text(LOG)
    logs = files_of([tmp_path / "secret.jsonl", tmp_path / "bank.jsonl"])
    desk = pair.france.desk
    found = matched(desk, MARIE, Asked(files=logs, keep=True, marking=("tlp:green",)))
    done = state_sightings(desk, MARIE, found.id)
    assert (done.new, done.changed) == (1, 0)
    assert [(one["count"], one["last_seen"]) for one in back(pair)] == [(19, "2026-03-01T10:00:40.000Z")]


def test_a_green_run_after_a_red_one_makes_a_sighting_of_its_own(pair: Pair, tmp_path: Path) -> None:
    red = seen(pair.france, tmp_path, "bank.jsonl", LOG, "tlp:red").sightings[id_(1)]
    assert back(pair) == []
    done = seen(pair.france, tmp_path, "bank.jsonl", LOG, "tlp:green")
    assert (done.new, done.changed) == (1, 0)
    assert done.sightings[id_(1)] != red
    assert [one["count"] for one in back(pair)] == [14]
    again = seen(pair.france, tmp_path, "bank.jsonl", LOG, "tlp:green")
    assert (again.new, again.changed, again.sightings) == (0, 0, done.sightings)
    (stays,) = show(pair.france.desk, MARIE, red).statements
    assert "tlp:red" in stays.summary.marking
