"""Hook of mkdocs: list the decisions, so that adding one is adding one file."""

from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

FOLDER = Path(__file__).parent / "decisions"


def on_files(files: Files, config: Any) -> Files:
    """Add the page that lists every decision by number."""
    lines = ["# Decisions", "", "One file per choice that someone may ask about.", ""]
    for file in sorted(FOLDER.glob("[0-9]*.md")):
        title = file.read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("# ")
        lines.append(f"* [{title}]({file.name})")
    files.append(File.generated(config, "decisions/index.md", content="\n".join(lines) + "\n"))
    return files
