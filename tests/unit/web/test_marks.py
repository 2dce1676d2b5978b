"""Markings as chips and as the banner."""

import pytest

from cordiale.web.marks import banner, chip, chips


@pytest.mark.parametrize(
    ("atom", "word"),
    [
        ("tlp:amber+strict", "TLP:AMBER+STRICT"),
        ("level:CAN/SECRET", "CAN SECRET"),
        ("rel:CAN|FRA", "REL CAN, FRA"),
        ("compartment:CAN/WILLOW", "CAN WILLOW"),
        ("not-after:2026-03-31T00:00:00Z", "until 2026-03-31"),
        ("nonsense", "unknown marking"),
    ],
)
def test_the_word_stands_in_the_chip(atom: str, word: str) -> None:
    assert chip(atom, "en").word == word


def test_chips_say_in_french_what_they_mean() -> None:
    assert chip("rel:CAN|FRA", "fr").title == "Communicable à CAN, FRA"


def test_levels_come_first_and_tlp_last() -> None:
    assert [c.word for c in chips({"tlp:green", "rel:CAN|FRA", "level:CAN/SECRET"}, "en")] == ["CAN SECRET", "REL CAN, FRA", "TLP:GREEN"]  # fmt: skip


def test_the_banner_joins_axis_by_axis() -> None:
    page = banner(
        [
            {"tlp:green", "rel:CAN|FRA"},
            {"tlp:amber", "rel:FRA|GBR"},
            {"level:CAN/SECRET", "level:FRA/SECRET"},
        ],
        "en",
    )
    assert page.text == "CAN SECRET // FRA SECRET // REL FRA // TLP:AMBER"
    assert page.style == "tlp-amber"


def test_the_banner_of_things_that_go_to_different_partners_says_nobody() -> None:
    assert "releasable to nobody as a whole" in banner([{"rel:CAN"}, {"rel:FRA"}], "en").text
