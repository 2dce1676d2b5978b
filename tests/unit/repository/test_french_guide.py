"""The guide says the same in French: chapter by chapter, the same headings, commands, tables, tests and links."""

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from cordiale.platform.languages import catalogue

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
ENGLISH = {f"guide/{file.name}": file for file in sorted((DOCS / "guide").glob("*.md"))}
PAIRS = {
    "README": (ROOT / "README.md", ROOT / "LISEZMOI.md"),
    "index": (DOCS / "index.md", DOCS / "fr" / "index.md"),
    **{name: (file, DOCS / "fr" / name) for name, file in ENGLISH.items()},
}
# Chapters that have no French yet. A new chapter comes with its French: this stays empty.
MISSING: frozenset[str] = frozenset()
WRITTEN = [name for name, (_english, french) in PAIRS.items() if french.is_file()]

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)(.+?)\1", re.DOTALL)
LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)[^)]*\)")
COMMAND = re.compile(r"\s*(?:\$ |cordiale |\./dev |pip |curl |python)")
WRONG = {
    "a plain space before : ; ! ? » %": re.compile(
        r"(?:(?<=[^\s|]) |^)[:;!?»%](?=[\s*_,.)|]|$)", re.MULTILINE
    ),
    "no space before : ; ! ? »": re.compile(r"[^\s:;!?][:;!?»](?=[\s*_),|]|$)", re.MULTILINE),
    "a plain space after «": re.compile(r"«(?!\u00a0)"),
    "a plain space between the digits of a number": re.compile(r"\d \d{3}(?!\d)"),
    "a number written as in English": re.compile(r"(?<![\d,])[1-9]\d{0,2}(?:,\d{3})+(?!\d)"),
    "straight or English double quotes": re.compile(r'["“”]'),
    "a curved apostrophe": re.compile(r"\u2019"),
    "a narrow no-break space (write U+00A0)": re.compile(r"\u202f"),
}


def read(file: Path) -> str:
    """Return the text of a page."""
    return file.read_text(encoding="utf-8")


def prose(text: str) -> str:
    """Return what is written in words: code is one letter, and the targets of links are gone."""
    text = CODE.sub("x", FENCE.sub("", text))
    text = re.sub(r'^!!! \w+ "(.+)"$', r"\1", text, flags=re.MULTILINE)
    text = re.sub(r"<[^>\n]*>|https?://\S+", "x", LINK.sub("]", text))
    return re.sub(r"^\|[-:| ]+\|$", "", text, flags=re.MULTILINE)


def plain(text: str) -> str:
    """Return a text in small letters with plain spaces and apostrophes, to look for words in."""
    return re.sub(r"\s+", " ", text).replace("\u2019", "'").lower()


def headings(text: str) -> list[tuple[int, str]]:
    """Return level and words of each heading, in order."""
    return [
        (len(marks), words) for marks, words in re.findall(r"^(#+) (.+)$", FENCE.sub("", text), re.MULTILINE)
    ]


def anchors(text: str) -> set[str]:
    """Return the anchors of a page, as the site makes them of its headings (`toc` of Python-Markdown)."""
    seen: Counter[str] = Counter()
    found = set()
    for _level, words in headings(text):
        plain = unicodedata.normalize("NFKD", re.sub(r"[`*]|\]\([^)]*\)", "", words))
        slug = re.sub(r"[^\w\s-]", "", plain.encode("ascii", "ignore").decode()).strip().lower()
        slug = re.sub(r"[-\s]+", "-", slug)
        found.add(f"{slug}_{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def commands(text: str) -> list[list[str]]:
    """Return for each block of code its language and what is typed, without comments; what is printed is left out."""
    found = []
    for _indent, language, block in FENCE.findall(re.sub(r"\\\n", "", text)):
        lines = [re.sub(r"(^|\s+)#(\s.*)?$", "", line).rstrip() for line in block.splitlines()]
        if language == "text":
            lines = [line for line in lines if COMMAND.match(line)]
        found.append([language, *lines])
    return found


def targets(file: Path, text: str) -> Counter[str]:
    """Return where the links of a page lead, a French chapter counting as its English one."""
    chapters = {french.resolve(): str(english) for english, french in PAIRS.values()}
    found: Counter[str] = Counter()
    for target in LINK.findall(CODE.sub("", FENCE.sub("", text))):
        path = target.partition("#")[0]
        if not target.startswith(("http:", "https:", "mailto:")) and path:
            whole = (file.parent / path).resolve()
            guides = whole == DOCS / "fr" / "guide"
            target = str(DOCS / "guide") if guides else chapters.get(whole, str(whole))
        elif not path:
            target = "#"
        found[target] += 1
    return found


def sections(text: str) -> list[list[str]]:
    """Return the tests that each section names, in order; in a table, those of a row stand together."""
    return [
        sorted(re.findall(r"`(tests/[^`]+)`", part))
        for part in re.split(r"^#|^\| ", text, flags=re.MULTILINE)
    ]


def figures(text: str) -> list[Counter[str]]:
    """Return the numbers of each section, however a language writes thousands and decimals."""
    words = re.sub(r"(?<=\d)[,\u00a0](?=\d{3}(?!\d))", "", prose(text))
    return [
        Counter(number.replace(",", ".") for number in re.findall(r"\d+(?:[.,]\d+)*", part))
        for part in re.split(r"^#+ ", words, flags=re.MULTILINE)
    ]


def test_every_chapter_has_its_french() -> None:
    absent = sorted(set(PAIRS) - set(WRITTEN) - MISSING)
    assert absent == [], f"write docs/fr/NAME.md (LISEZMOI.md for README.md) for: {', '.join(absent)}"


def test_every_french_chapter_has_its_english() -> None:
    expected = {french for _english, french in PAIRS.values()}
    left = [
        str(file.relative_to(ROOT)) for file in sorted((DOCS / "fr").rglob("*.md")) if file not in expected
    ]
    assert left == [], (
        f"no English chapter has these names; rename them as docs/guide is named, or delete: {left}"
    )


def test_every_chapter_is_in_the_navigation_in_both_languages() -> None:
    navigation = read(ROOT / "mkdocs.yml")
    absent = [
        page
        for name in WRITTEN
        if name != "README"
        for page in (f"{name.removesuffix('.md')}.md", f"fr/{name.removesuffix('.md')}.md")
        if not re.search(rf": {re.escape(page)}$", navigation, re.MULTILINE)
    ]
    assert absent == [], f"add them to nav in mkdocs.yml, with a title in the language of the page: {absent}"


@pytest.mark.parametrize("name", WRITTEN)
def test_headings_are_of_the_same_levels_in_the_same_order(name: str) -> None:
    english, french = (headings(read(file)) for file in PAIRS[name])
    pairs = list(zip(english, french, strict=False))
    first = next((f"“{a[1]}” / “{b[1]}”" for a, b in pairs if a[0] != b[0]), "the one at the end")
    assert [level for level, _words in english] == [level for level, _words in french], (
        f"{name}: translate the heading that is missing, or delete the one too many; they part at {first}"
    )


@pytest.mark.parametrize("name", WRITTEN)
def test_commands_are_the_same_to_the_letter(name: str) -> None:
    english, french = (commands(read(file)) for file in PAIRS[name])
    assert len(english) == len(french), f"{name}: {len(english)} blocks of code, {len(french)} in French"
    for number, (ours, theirs) in enumerate(zip(english, french, strict=True), 1):
        assert ours == theirs, f"{name}, block {number}: copy the commands; only comments are translated"


@pytest.mark.parametrize("name", WRITTEN)
def test_tables_have_the_same_rows_and_columns(name: str) -> None:
    english, french = (
        [
            CODE.sub("x", line).count("|")
            for line in FENCE.sub("", read(file)).splitlines()
            if line.startswith("|")
        ]
        for file in PAIRS[name]
    )
    assert english == french, f"{name}: give both tables the same rows (numbers are bars per row)"


@pytest.mark.parametrize("name", WRITTEN)
def test_the_same_tests_are_named_in_each_section_and_row(name: str) -> None:
    english, french = (sections(read(file)) for file in PAIRS[name])
    for ours, theirs in zip(english, french, strict=False):
        assert ours == theirs, (
            f"{name}: names of tests stay as they are, in the section and row of the English"
        )
    assert len(english) == len(french), f"{name}: give both the same sections and rows"


@pytest.mark.parametrize("name", WRITTEN)
def test_figures_are_the_same_in_each_section(name: str) -> None:
    english, french = (figures(read(file)) for file in PAIRS[name])
    for number, (ours, theirs) in enumerate(zip(english, french, strict=True)):
        assert ours == theirs, (
            f"{name}, section {number}: one says {ours - theirs}, the other {theirs - ours}"
        )


@pytest.mark.parametrize("name", WRITTEN)
def test_links_lead_to_the_same_pages(name: str) -> None:
    english, french = (targets(file, read(file)) for file in PAIRS[name])
    assert english - french == Counter(), (
        f"{name}: link to these as the English does (its French page, if any)"
    )


@pytest.mark.parametrize("name", WRITTEN)
def test_links_lead_to_headings_that_exist(name: str) -> None:
    _english, french = PAIRS[name]
    for target in LINK.findall(FENCE.sub("", read(french))):
        path, _hash, anchor = target.partition("#")
        if target.startswith(("http:", "https:", "mailto:")) or not anchor:
            continue
        page = (french.parent / path).resolve() if path else french
        assert page.is_file(), f"{name}: {target} leads nowhere"
        known = ", ".join(sorted(anchors(read(page))))
        assert anchor in anchors(read(page)), (
            f"{name}: {target} is no heading of that page; there are: {known}"
        )


@pytest.mark.parametrize("name", WRITTEN)
def test_the_interface_is_quoted_in_its_own_french(name: str) -> None:
    english, french = (FENCE.sub("", read(file)) for file in PAIRS[name])
    quoted = re.findall(r"(?:\*\*?|“)([A-Z][^*“”]+?)[.:,]?(?:\*\*?|”)", english)
    said = plain(french)
    absent = [
        f"{words}: {catalogue('fr')[words]}"
        for words in quoted
        if words in catalogue("fr") and plain(catalogue("fr")[words]) not in said
    ]
    assert absent == [], f"{name}: call them what fr.po calls them (English: French of the interface)"


@pytest.mark.parametrize("name", WRITTEN)
def test_french_is_set_as_french(name: str) -> None:
    found = [
        f"{what}: …{text[max(0, at.start() - 30) : at.end() + 20]!r}…"
        for text in [prose(read(PAIRS[name][1]))]
        for what, pattern in WRONG.items()
        for at in pattern.finditer(text)
    ]
    assert found == [], f"{name}: U+00A0 before : ; ! ? » % and after «, the quotes « », the apostrophe '"
