"""The checker shares no code with what it checks."""

import ast
from pathlib import Path

import pytest

import cordiale.demo

FOLDER = Path(cordiale.demo.__file__).parent
CHECKING = ("checker.py", "reference.py", "expectation.py", "chapter.py")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module or ""}
    return names


@pytest.mark.parametrize("name", CHECKING)
def test_checking_imports_nothing_of_release(name: str) -> None:
    ours = [n for n in imported(FOLDER / name) if n.startswith("cordiale")]
    assert not [n for n in ours if n.split(".")[1] in ("release", "exchange", "desk", "node", "web", "cli")]


def test_the_reference_evaluator_stands_alone_and_is_short() -> None:
    source = (FOLDER / "reference.py").read_text()
    assert len(source.splitlines()) <= 100
    assert not [n for n in imported(FOLDER / "reference.py") if n.startswith("cordiale")]
