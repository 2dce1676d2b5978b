"""Decay: what an indicator is worth, why, and until when, as an analyst reads it."""

from __future__ import annotations

import msgspec
import pytest

from cordiale.domains.cyber.decay import DAY, MODELS, Seen, decay, kinds_of, model_of, reasons
from cordiale.domains.cyber.indicators.seen import Sighting, bars
from cordiale.platform.configuration import load
from cordiale.platform.settings import DecaySection
from cordiale.stix.sectors import critical, in_words, sectors

START = 1_760_000_000_000_000
NODE = load(None)


def after(days: float, kind: str = "ipv4-addr", **more: object):  # type: ignore[no-untyped-def]
    return decay([kind], valid_from=START, now=START + int(days * DAY), **more)  # type: ignore[arg-type]


def test_an_address_loses_its_worth_and_a_sighting_gives_it_back() -> None:
    assert (after(0, confidence=80).score, after(0).score) == (80, 75)
    scores = [after(day, confidence=80).score for day in (0, 5, 20, 40, 60, 90)]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] == 0
    old = after(50, confidence=80)
    assert (old.state, old.expired) == ("decayed", True)
    again = after(50, confidence=80, sightings=[Seen(START + 49 * DAY, "fra")])
    assert (again.state, again.score > 60, again.seen) == ("current", True, True)
    not_seen = after(50, confidence=80, sightings=[Seen(START + 49 * DAY, "fra", 0)])
    assert (not_seen.state, not_seen.against) == ("decayed", 1)
    future = after(50, confidence=80, sightings=[Seen(START + 60 * DAY, "fra")])
    assert future.state == "decayed"


def test_it_ends_when_it_says_it_will() -> None:
    found = after(1, confidence=90)
    assert found.ends is not None
    before, later = ((found.ends - START) / DAY - 0.01, (found.ends - START) / DAY + 0.01)
    assert (after(before, confidence=90).state, after(later, confidence=90).state) == ("current", "decayed")
    assert after(3, valid_until=START + 2 * DAY).state == "ended"
    assert after(3, valid_until=START + 4 * DAY).ends == START + 4 * DAY
    assert after(-1).state == "early"
    assert after(0, revoked=True).state == "revoked"


def test_a_file_does_not_decay_and_of_several_values_the_lasting_one_counts() -> None:
    assert after(4000, "sha256").state == "current"
    mixed = decay(["url", "sha256"], valid_from=START, now=START + 400 * DAY)
    assert (mixed.state, mixed.kind, mixed.ends) == ("current", "sha256", None)


def test_low_confidence_is_not_age() -> None:
    assert after(0, confidence=10).state == "current"
    assert after(0, confidence=0).score == 0


def test_a_node_sets_its_own_models() -> None:
    mine = msgspec.structs.replace(NODE, decay={"url": DecaySection(days=90), "any": DecaySection(days=0)})
    assert model_of("url", mine).days == 90
    assert model_of("url", mine).speed == MODELS["url"].speed
    assert model_of("mutex", mine).days == 0
    assert model_of("domain-name", mine) == MODELS["domain-name"]


def test_the_reasons_are_sentences_in_both_languages() -> None:
    found = after(20, confidence=80)
    english, french = reasons(found, "en"), reasons(found, "fr")
    assert english[0] == f"{found.score} of 100"
    assert french[0] == f"{found.score} sur 100"
    assert len(english) == len(french) >= 4
    assert not set(english) & set(french)
    assert reasons(after(1, valid_until=START), "en") == ("expired: its own valid_until has passed",)


def test_a_sighting_of_last_evening_was_yesterday() -> None:
    evening = (START // DAY + 2) * DAY - DAY // 24
    for later, words in ((DAY // 48, "Last seen today ("), (DAY // 12, "Last seen 1 day ago (")):
        now = (evening + later - START) / DAY
        said = reasons(after(now, confidence=80, sightings=[Seen(evening, "fra")]), "en")
        assert any(line.startswith(words) for line in said), said


def test_kinds_come_from_the_pattern() -> None:
    assert kinds_of({"pattern_type": "stix", "pattern": "[ipv4-addr:value ISSUBSET '198.51.100.0/24' OR file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']"}) == ("cidr", "md5")  # fmt: skip
    assert kinds_of({"pattern_type": "yara", "pattern": "rule x {}"}) == ()


@pytest.mark.parametrize(("days", "step"), [(3, "day"), (100, "week"), (800, "month")])
def test_sightings_are_drawn_over_time_without_gaps(days: int, step: str) -> None:
    def one(day: int, source: str, count: int = 2) -> Sighting:
        at = START + day * DAY
        return Sighting(f"s{day}{source}", source, at, at, count, "", ())

    found = bars([one(0, "can"), one(days, "can"), one(days, "fra", 5), one(1, "fra", 0)])
    assert found[0] == step
    assert (found[1][0].count, found[1][-1].count, found[1][-1].sources) == (2, 7, 2)
    assert sum(bar.count for bar in found[1]) == 9
    assert len(found[1]) <= 60


def test_sectors_are_read_from_labels_and_identities() -> None:
    found = sectors(["sector:finance", 'dhs-ciip-sectors:DHS-critical-sectors="energy"', "phishing"], ["transportation"])  # fmt: skip
    assert set(found) == {"financial-services", "energy", "transportation"}
    assert critical(["x"], found)
    assert critical(["critical-infrastructure"], ())
    assert not critical(["critical thinking"], ("retail",))
    assert (in_words("energy", "fr"), in_words("own word", "fr")) == ("énergie", "own word")
