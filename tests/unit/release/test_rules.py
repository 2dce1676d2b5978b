"""A rules file is read once, refused with the file, line, key and what to do, and named by its content."""

import pytest

from cordiale.platform.errors import ConfigurationError, explain
from cordiale.release.rules import load, load_all, parse, rules_for
from tests.unit.release.given import EXAMPLE, TEXT, example, rules


def complaint(old: str, new: str) -> str:
    assert old in TEXT
    with pytest.raises(ConfigurationError) as caught:
        rules(TEXT.replace(old, new, 1))
    assert "test.toml" in str(caught.value)
    assert "{" not in explain(caught.value, "fr").replace("{where}", "")
    return str(caught.value)


def test_the_shipped_example_is_read():
    assert sorted(example().partners) == ["canada", "france", "united-kingdom"]


def test_the_version_names_the_content_not_its_spelling():
    assert rules(TEXT + "\n# a comment\n").version == rules().version
    assert rules(TEXT.replace('tlp = "amber"', 'tlp = "green"')).version != rules().version


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("format = 1", "format = 2", "line 2, format"),
        ('tlp = "amber"', 'tlp = "purple"', "partners.bravo.tlp: write one of clear, green"),
        ('tlp = "amber"', 'tpl = "amber"', "line 10, partners.bravo.tpl: this key is not known here; did you mean tlp?"),
        ('clearances = ["BBB/HIGH"]', 'clearances = ["BBB/HIHG"]', "BBB/HIHG is on no scale"),
        ('clearances = ["BBB/HIGH"]', 'clearances = ["AAA/AAA EYES ONLY"]', "is for AAA alone"),
        ('compartments = ["AAA/ORCHID"]', 'compartments = ["ORCHID"]', "authority/NAME"),
        ('communities = ["FRIENDS"]', 'communities = ["CCC"]', "CCC is used as nation and as community"),
        ('assurance = "taxii"', 'assurance = "carrier pigeon"', "partners.charlie.assurance"),
        ('nation = "BBB"', "", "partners.bravo.nation: write a text"),
        ('to = "BBB/HIGHEST"', 'to = "BBB/HIGHER"', "is on no scale"),
        ('from = "AAA/TOP"', 'from = "AAA/AAA EYES ONLY"', "national only"),
        ('to = "BBB/HIGHEST"', 'to = "AAA/LOW"', "from one scale to another"),
        ("until = 2025-01-01", "until = 2019-01-01", "until must be later"),
        ("until = 2025-01-01", 'until = "2025-01-01"', "write a date without quotes"),
        ("since = 2027-01-01", "", "give the date from which"),
        ("since = 2027-01-01", "since = 2027-01-01T00:00:00", "offset from UTC"),
        ('from = "AAA/MIDDLE"', 'from = "AAA/LOW"', "has a row for the same time already"),
        ('to = ["bravo", "charlie"]', "to = []", "nobody is never read as everybody"),
        ('to = ["bravo", "charlie"]', 'to = ["bravo", "dleta"]', "dleta is no recipient"),
        ('mode = "automatic"', 'mode = "always"', "on_approval"),
        ("four_eyes = true", 'four_eyes = "yes"', "without quotes"),
        ("four_eyes = true", 'mode = "automatic"\nfour_eyes = true', "a standing rule asks nobody"),
        ('marking = ["level:AAA/LOW"]', 'marking = ["secret"]', "secret is not a marking atom"),
        ('name = "officer"', 'name = "feed"', "two mandates are named feed"),
        ('ladder = ["HIGH", "HIGHEST"]', 'ladder = ["HIGH", "HIGH"]', "each level once"),
        ('ladder = ["HIGH", "HIGHEST"]', 'ladder = "HIGH"', "write a list of texts"),
        ("[allow]", "[alow]", "did you mean allow"),
        ("[allow]", "[assurance]\nfile = ['everything']\n[allow]", "is not a marking atom"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(old, new, said):
    assert said in complaint(old, new)


def test_a_standing_rule_for_everything_is_refused():
    old = 'where = { type = ["indicator", "campaign", "relationship"], marking_within = ["tlp:*"] }'
    assert "a standing rule for everything is refused" in complaint(old, "")


def test_a_row_never_maps_down():
    lower = TEXT.replace('from = "AAA/TOP"\nto = "BBB/HIGHEST"', 'from = "AAA/TOP"\nto = "BBB/HIGH"')
    both = lower.replace('from = "AAA/LOW"\nto = "BBB/HIGH"', 'from = "AAA/LOW"\nto = "BBB/HIGHEST"')
    with pytest.raises(ConfigurationError, match="map up, never down"):
        rules(both)


def test_there_and_back_never_lowers():
    back = '[[equivalences]]\nfrom = "BBB/HIGHEST"\nto = "AAA/MIDDLE"\nsince = 2020-01-01\n[[mandates]]\nname = "feed"'
    with pytest.raises(ConfigurationError, match="would come back lower"):
        rules(TEXT.replace('[[mandates]]\nname = "feed"', back))


def test_toml_that_is_none_is_said_with_its_line():
    with pytest.raises(ConfigurationError, match="not TOML"):
        parse("format = ", "broken.toml")


def test_a_partner_is_in_one_partnership_only(tmp_path):
    (tmp_path / "one.toml").write_text(TEXT)
    (tmp_path / "two.toml").write_text(TEXT.replace('partnership = "test"', 'partnership = "other"'))
    with pytest.raises(ConfigurationError, match="both speak of partner alpha"):
        load_all(tmp_path)
    (tmp_path / "two.toml").write_bytes(EXAMPLE.read_bytes())
    found = load_all(tmp_path)
    assert rules_for("france", found.values()).example
    assert rules_for("nobody", found.values()) is None


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"none\.toml"):
        load(tmp_path / "none.toml")
