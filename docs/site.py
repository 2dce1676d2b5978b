"""Hooks of mkdocs: list the decisions, so that adding one is adding one file; say which pages are in French."""

from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

FOLDER = Path(__file__).parent / "decisions"


def on_files(files: Files, config: Any) -> Files:
    """Add the page that lists every decision by number."""
    lines = ["# Decisions", "", "One file per choice that someone may ask about.", ""]
    for file in sorted(FOLDER.glob("[0-9]*.md")):
        title = file.read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("# ")
        lines.append(f"* [{title}]({file.name})")
    files.append(File.generated(config, "decisions/index.md", content="\n".join(lines) + "\n"))
    return files


def on_page_context(context: Any, page: Page, config: Any, nav: Navigation) -> None:
    """Name the language of a page, for browsers and the theme's own words, and link the same page in the other."""
    english = page.url.removeprefix("fr/")
    config.theme["language"] = "en" if page.url == english else "fr"
    there = {one.url for one in nav.pages}
    config.extra["alternate"] = [
        {"name": name, "lang": lang, "link": url if url in there else home}
        for name, lang, url, home in (
            ("English", "en", english, "index.html"),
            ("Français", "fr", f"fr/{english}", "fr/index.html"),
        )
    ]
