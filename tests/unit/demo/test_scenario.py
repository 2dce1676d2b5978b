"""The scenario is whole: every object has a place in the hand-written expectation, every hidden text a canary."""

import orjson
import pytest

from cordiale.demo.chapter import Chapter, chapters
from cordiale.demo.expectation import expectation
from cordiale.stix import atoms
from cordiale.stix.version import read

CHAPTERS = {c.name: c for c in chapters()}
SHARES = sorted(expectation().shares)


@pytest.mark.parametrize("chapter", CHAPTERS.values(), ids=lambda c: c.name)
def test_every_object_is_valid_stix_without_an_error(chapter: Chapter) -> None:
    for key, value in chapter.objects.items():
        _version, problems = read(orjson.dumps(value))
        assert [p for p in problems if p.severity == "error"] == [], key


@pytest.mark.parametrize(("chapter", "partner"), SHARES)
def test_the_expectation_places_every_object_once(chapter: str, partner: str) -> None:
    share = expectation().shares[chapter, partner]
    placed = [*share.verbatim, *share.in_part, *share.withheld]
    assert sorted(placed) == sorted(CHAPTERS[chapter].objects)


def test_every_chapter_is_expected_at_both_other_nodes() -> None:
    nodes = {c.node for c in CHAPTERS.values()}
    wanted = {(c.name, n) for c in CHAPTERS.values() for n in nodes if n != c.node}
    assert set(SHARES) == wanted


@pytest.mark.parametrize(("chapter", "partner"), SHARES)
def test_every_hidden_text_holds_a_canary(chapter: str, partner: str) -> None:
    share = expectation().shares[chapter, partner]
    canaries = [c.lower() for c in expectation().canaries[partner]]
    for key in share.withheld:
        value = CHAPTERS[chapter].objects[key]
        if value["type"] in ("domain-name", "language-content", "relationship"):
            continue  # named by their ids, which are searched for as well
        text = orjson.dumps(value).decode().lower()
        assert any(c in text for c in canaries), key
    for key, gone in share.in_part.items():
        for path in gone:
            if "description" in path:
                text = orjson.dumps(CHAPTERS[chapter].objects[key]).decode().lower()
                assert any(c in text for c in canaries), key


def test_ids_are_the_same_in_every_run_and_never_shared() -> None:
    ids = [o["id"] for c in CHAPTERS.values() for o in c.objects.values()]
    assert len(ids) == len(set(ids))
    assert CHAPTERS["phishing"].objects["centre"]["id"] == "identity--2344ebf6-fca7-43be-93f7-dd8631702e42"


def test_both_languages_are_originals_somewhere() -> None:
    assert {o.get("lang") for c in CHAPTERS.values() for o in c.objects.values()} >= {"en", "fr"}


def test_a_bundle_brings_the_definitions_it_uses_first() -> None:
    bundle = CHAPTERS["phishing"].bundle()
    kinds = [o["type"] for o in bundle["objects"]]
    assert kinds[: kinds.count("marking-definition")] == ["marking-definition"] * kinds.count(
        "marking-definition"
    )
    defined = {o["id"] for o in bundle["objects"] if o["type"] == "marking-definition"}
    used = {r for o in bundle["objects"] for r in o.get("object_marking_refs", ())}
    assert used <= defined
    assert atoms.id_of("rel:CAN|FRA") in defined
