"""The documentation says what the program does."""

import re
from pathlib import Path

import pytest

from cordiale.platform.configuration import keys
from docs.generate import PAGES

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_reference_pages_are_up_to_date(name: str) -> None:
    assert (DOCS / "reference" / name).read_text(encoding="utf-8") == PAGES[name](), "run ./dev docs --write"


def test_every_setting_is_documented() -> None:
    page = (DOCS / "reference" / "configuration.md").read_text(encoding="utf-8")
    assert [key.name for key in keys() if f"| `{key.name}` | `{key.variable}` |" not in page] == []


def test_every_setting_is_read_by_the_program() -> None:
    code = "\n".join(
        file.read_text(encoding="utf-8")
        for file in (ROOT / "src").rglob("*.py")
        if file.name not in ("settings.py", "configuration.py")
    )
    unread = [key.name for key in keys() if not re.search(rf"\.{key.name.rpartition('.')[2]}\b", code)]
    assert unread == []


def test_every_test_that_security_names_exists() -> None:
    page = (DOCS / "guide" / "security.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page)
    assert named
    for file, test in named:
        assert (ROOT / file).is_file(), file
        assert not test or re.search(
            rf"^\s*(?:def|class) {test}\b", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE
        ), test


def test_every_promise_of_security_names_its_test() -> None:
    page = (DOCS / "guide" / "security.md").read_text(encoding="utf-8")
    promises = page.partition("## Promises")[2].partition("\n## ")[0]
    rows = [line for line in promises.splitlines() if line.startswith("| ") and "held by" not in line]
    assert len(rows) > 20
    assert [line for line in rows if "`tests/" not in line] == []


@pytest.mark.parametrize("file", [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))], ids=str)
def test_links_within_the_repository_lead_somewhere(file: Path) -> None:
    text = re.sub(r"```.*?```", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        assert target.startswith(("http://", "https://", "mailto:")) or (file.parent / target).exists(), (
            target
        )


def test_decisions_have_a_number_of_their_own_and_a_title() -> None:
    numbers = []
    for file in sorted((DOCS / "decisions").glob("*.md")):
        named = re.fullmatch(r"(\d{4})-[a-z0-9-]+\.md", file.name)
        assert named, file.name
        assert file.read_text(encoding="utf-8").startswith(f"# {named[1]}: "), file.name
        numbers.append(named[1])
    assert len(set(numbers)) == len(numbers)
