"""The shipped example: what each level of one nation is for another, and what is refused."""

import pytest

from cordiale.platform.clock import parse_instant
from cordiale.release.banner import banner, line
from cordiale.release.decide import decide
from cordiale.release.recipient import Recipient
from tests.unit.release.given import NOW, example, marking

CLEARED = {
    "FRA": Recipient(
        node="f", nation="FRA", tlp="red", clearances=("FRA/SECRET", "FRA/DIFFUSION RESTREINTE")
    ),
    "FRA-TS": Recipient(node="f", nation="FRA", tlp="red", clearances=("FRA/TRÈS SECRET",)),
    "CAN": Recipient(node="c", nation="CAN", tlp="red", clearances=("CAN/SECRET", "CAN/PROTECTED B")),
    "CAN-C": Recipient(node="c", nation="CAN", tlp="red", clearances=("CAN/CONFIDENTIAL",)),
    "CAN-ONLY": Recipient(node="c", nation="CAN", tlp="red", clearances=("CAN/CANADIAN EYES ONLY",)),
}


@pytest.mark.parametrize(
    ("level", "who", "code"),
    [
        ("CAN/UNCLASSIFIED", "FRA", "passes"),
        ("CAN/CONFIDENTIAL", "FRA", "passes"),
        ("CAN/SECRET", "FRA", "passes"),
        ("CAN/TOP SECRET", "FRA", "clearance-too-low"),
        ("CAN/TOP SECRET", "FRA-TS", "passes"),
        ("CAN/PROTECTED A", "FRA", "no-equivalence"),
        ("CAN/PROTECTED C", "FRA-TS", "no-equivalence"),
        ("CAN/CANADIAN EYES ONLY", "FRA-TS", "national-only"),
        ("CAN/CANADIAN EYES ONLY", "CAN", "national-only"),
        ("CAN/CANADIAN EYES ONLY", "CAN-ONLY", "passes"),
        ("FRA/SPÉCIAL FRANCE", "CAN", "national-only"),
        ("FRA/SECRET", "CAN", "passes"),
        ("FRA/SECRET", "CAN-C", "clearance-too-low"),
        ("FRA/TRÈS SECRET", "CAN", "clearance-too-low"),
        ("FRA/DIFFUSION RESTREINTE", "CAN", "passes"),
        ("FRA/DIFFUSION RESTREINTE", "CAN-C", "clearance-too-low"),
        ("CAN/PROTECTED B", "CAN", "passes"),
        ("CAN/PROTECTED C", "CAN", "clearance-too-low"),
        ("CAN/PROTECTED A", "CAN-C", "clearance-too-low"),
        ("GBR/OFFICIAL", "FRA", "passes"),
        ("NATO/NATO SECRET", "FRA", "unknown-scale"),
    ],
)
def test_a_level_passes_by_the_table_or_not_at_all(level, who, code):
    assert decide(marking(f"level:{level}"), CLEARED[who], NOW, example()).code == code


def test_before_its_date_a_row_maps_nothing():
    before = parse_instant("2024-09-25T23:59:59Z")
    assert (
        decide(marking("level:CAN/SECRET"), CLEARED["FRA"], before, example()).code == "equivalence-not-valid"
    )


def test_two_rows_in_turn_are_no_equivalence():
    """GBR OFFICIAL is handled as CAN CONFIDENTIAL, and that as FRA SECRET; France still needs a row of its own."""
    rules = example()
    direct = [
        r for r in rules.equivalences if not (r.from_level.startswith("GBR") and r.to_level.startswith("FRA"))
    ]
    import msgspec

    without = msgspec.structs.replace(rules, equivalences=tuple(direct))
    assert decide(marking("level:GBR/OFFICIAL"), CLEARED["FRA"], NOW, without).code == "no-equivalence"


def test_the_reader_sees_the_original_level_with_their_own_beside_it():
    shown = banner(marking("level:CAN/CONFIDENTIAL", "tlp:amber"), "fr", example(), CLEARED["FRA"], NOW)
    assert line(shown) == "CAN CONFIDENTIEL (FRA SECRET) // TLP:AMBER"


def test_a_round_trip_shows_the_originators_own_level_again():
    assert (
        line(banner(marking("level:CAN/CONFIDENTIAL"), "en", example(), CLEARED["CAN"], NOW))
        == "CAN CONFIDENTIAL"
    )


def test_a_banner_joins_each_axis_for_display():
    held = marking(
        "level:CAN/SECRET", "level:CAN/CONFIDENTIAL", "level:CAN/PROTECTED A", "tlp:green", "tlp:amber", "rel:CAN|FRA",
        "rel:FRA|GBR", "pap:green", "compartment:CAN/ORCHID",
    )  # fmt: skip
    assert line(banner(held, "en", example())) == (
        "CAN PROTECTED A // CAN SECRET // CAN/ORCHID // Releasable to FRA // TLP:AMBER // PAP:GREEN"
    )


def test_a_banner_never_leaves_out_what_it_does_not_know():
    assert line(banner(marking("level:ZZZ/X", "odd", "unresolved", "unmarked"), "fr", example())) == (
        "ZZZ X // S’appuie sur un objet non détenu ici // Sans marquage // Marquage inconnu odd"
    )


def test_the_example_says_that_it_is_one():
    assert example().example
    assert "Replace it" in example().text
    assert "remplacer" in example().text
