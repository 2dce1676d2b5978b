"""Markings as chips and as the banner."""

import pytest

from cordiale.desk.views.display import Show
from cordiale.release.banner import banner as laid_out
from cordiale.web.marks import banner, chips


def show(lang: str) -> Show:
    return lambda marking: laid_out(frozenset(marking), lang)


@pytest.mark.parametrize(
    ("atom", "word"),
    [
        ("tlp:amber+strict", "TLP:AMBER+STRICT"),
        ("level:CAN/TOP SECRET", "CAN TOP SECRET"),
        ("rel:CAN|FRA", "Releasable to CAN, FRA"),
        ("compartment:CAN/WILLOW", "CAN/WILLOW"),
        ("not-after:2026-03-31T00:00:00Z", "Not after 2026-03-31T00:00:00Z"),
        ("unknown:marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "Unknown marking 5e57c739…"),
    ],
)
def test_the_word_stands_in_the_chip(atom: str, word: str) -> None:
    assert [chip.word for chip in chips({atom}, show("en"))] == [word]


def test_chips_say_in_french_what_they_mean() -> None:
    (chip,) = chips({"rel:CAN|FRA"}, show("fr"))
    assert (chip.word, chip.title) == ("Communicable à CAN, FRA", "Un seul de ces noms suffit")


def test_the_gravest_comes_first() -> None:
    assert [c.word for c in chips({"tlp:green", "rel:CAN|FRA", "level:CAN/SECRET"}, show("en"))] == [
        "CAN SECRET",
        "Releasable to CAN, FRA",
        "TLP:GREEN",
    ]


def test_the_banner_joins_axis_by_axis() -> None:
    markings = [
        {"tlp:green", "rel:CAN|FRA"},
        {"tlp:amber", "rel:FRA|GBR"},
        {"level:CAN/SECRET", "level:FRA/SECRET"},
    ]
    page = banner(markings, show("en"), "en")
    assert page.text == "CAN SECRET // FRA SECRET // Releasable to FRA // TLP:AMBER"
    assert page.style == "tlp-amber"


def test_the_banner_of_things_that_go_to_different_partners_names_nobody_alone() -> None:
    assert (
        "Releasable to nobody as a whole (CAN + FRA)"
        in banner([{"rel:CAN"}, {"rel:FRA"}], show("en"), "en").text
    )
