"""Check that a commit's first line is a conventional commit (https://www.conventionalcommits.org, 1.0.0)."""

import re
import sys
from pathlib import Path

TYPES = (
    "feat",
    "fix",
    "perf",
    "refactor",
    "docs",
    "test",
    "bench",
    "build",
    "ci",
    "chore",
    "style",
    "revert",
)
FORM = re.compile(rf"(?:{'|'.join(TYPES)})(?:\([a-z0-9,-]+\))?!?: \S.*")


def fault(message: str) -> str | None:
    """Say what is wrong with a commit message; None when nothing is."""
    first = message.splitlines()[0] if message.strip() else ""
    if first.startswith(("Merge ", "Revert ", "fixup! ", "squash! ")):
        return None
    if FORM.fullmatch(first) is None:
        return f"write it as `feat(room): what it is for`; the types are {', '.join(TYPES)}"
    return "keep the first line within 100 characters" if len(first) > 100 else None


if __name__ == "__main__":
    wrong = fault(Path(sys.argv[1]).read_text(encoding="utf-8"))
    if wrong:
        print(f"commit message: {wrong}", file=sys.stderr)
    sys.exit(1 if wrong else 0)
