"""Every sentence of the templates has its French."""

import re
from pathlib import Path

import cordiale.web
from cordiale.platform.languages import catalogue

TEMPLATES = Path(cordiale.web.__file__).parent / "templates"
MARKED = re.compile(r"""_\(\s*(?:"([^"]*)"|'([^']*)')""")


def test_every_sentence_of_the_templates_is_translated() -> None:
    found = {a or b for file in TEMPLATES.glob("*.html") for a, b in MARKED.findall(file.read_text("utf-8"))}
    assert len(found) > 40
    assert sorted(found - catalogue("fr").keys()) == []


def test_no_template_holds_words_outside_a_message() -> None:
    for file in TEMPLATES.glob("*.html"):
        bare = re.sub(
            r"<code>.*?</code>|<[^>]*>|\{[%{#].*?[%}#]\}", " ", file.read_text("utf-8"), flags=re.DOTALL
        )
        words = set(re.findall(r"[A-Za-z]{3,}", bare)) - {"cordiale", "import", "FILE", "partner", "invite", "add", "confirm", "NAME", "WORDS", "rules", "diff", "apply", "Ctrl", "Enter"}  # fmt: skip
        assert words == set(), file.name
