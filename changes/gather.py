"""`./dev changelog VERSION [--draft]`: gather the fragments of changes/ into CHANGELOG.md.

A fragment is `changes/SLUG.KIND.md`, one or more sentences for the people who use the product; KIND is one of
`KINDS`. One file per change, so that two changes never collide.
"""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

KINDS = {
    "added": "Added",
    "changed": "Changed",
    "deprecated": "Deprecated",
    "removed": "Removed",
    "fixed": "Fixed",
    "security": "Security",
}
FOLDER = Path(__file__).parent
CHANGELOG = FOLDER.parent / "CHANGELOG.md"
MARK = "<!-- gathered versions follow -->\n"


def fragments(folder: Path = FOLDER) -> dict[str, list[tuple[Path, str]]]:
    """Return the fragments by kind, in order of name.

    Raises ValueError naming a file whose name or content is not that of a fragment.
    """
    found: dict[str, list[tuple[Path, str]]] = {kind: [] for kind in KINDS}
    for file in sorted(folder.glob("*.md")):
        named = re.fullmatch(r"[a-z0-9-]+\.([a-z]+)\.md", file.name)
        if named is None or named[1] not in KINDS:
            raise ValueError(f"{file}: name it SLUG.KIND.md, KIND one of {', '.join(KINDS)}")
        text = " ".join(file.read_text(encoding="utf-8").split())
        if not text.endswith("."):
            raise ValueError(f"{file}: write whole sentences, ending with a full stop")
        found[named[1]].append((file, text))
    return found


def section(version: str, day: str, found: dict[str, list[tuple[Path, str]]]) -> str:
    """Write the section of one version."""
    lines = [f"## {version} – {day}", ""]
    for kind, entries in found.items():
        if entries:
            lines += [f"### {KINDS[kind]}", "", *(f"- {text}" for _file, text in entries), ""]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Gather, or with `--draft` only print."""
    names = [argument for argument in arguments if not argument.startswith("-")]
    if len(names) != 1:
        print("usage: ./dev changelog VERSION [--draft]", file=sys.stderr)
        return 2
    found = fragments()
    written = section(names[0], datetime.now(UTC).date().isoformat(), found)
    if "--draft" in arguments:
        print(written)
        return 0
    before, mark, after = CHANGELOG.read_text(encoding="utf-8").partition(MARK)
    if not mark:
        print(f"{CHANGELOG}: the line {MARK.strip()} is missing", file=sys.stderr)
        return 1
    CHANGELOG.write_text(f"{before}{mark}\n{written}{after}", encoding="utf-8")
    for entries in found.values():
        for file, _text in entries:
            file.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
