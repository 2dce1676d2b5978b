"""The tree keeps its shape: small files, names of the field, one fragment per change."""

import ast
import re
from pathlib import Path

import pytest

from changes.gather import KINDS, fragments, section
from changes.message import fault

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "src" / "cordiale"
FILES = sorted(SOURCE.rglob("*.py"))


def test_no_file_is_called_after_nothing() -> None:
    vague = {
        "utils",
        "util",
        "helpers",
        "helper",
        "common",
        "misc",
        "manager",
        "managers",
        "base",
        "core",
        "stuff",
    }
    assert [str(path) for path in SOURCE.rglob("*") if path.stem in vague] == []


def test_files_hold_one_idea() -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text("utf-8").splitlines()) for file in FILES}
    assert {name: n for name, n in lengths.items() if n > 420} == {}


def test_every_module_and_public_thing_says_what_it_is() -> None:
    silent = []
    for file in FILES:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        if ast.get_docstring(tree) is None and "migrations" not in file.parts:
            silent.append(f"{file.relative_to(ROOT)}")
        silent += [
            f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
            and not node.name.startswith("_")
            and ast.get_docstring(node) is None
            and "migrations" not in file.parts
        ]
    assert silent == []


def test_rooms_are_packages() -> None:
    folders = [path for path in SOURCE.rglob("*") if path.is_dir() and any(path.glob("*.py"))]
    assert [
        str(path) for path in folders if not (path / "__init__.py").exists() and path.name != "migrations"
    ] == []


def test_what_is_typed_says_so() -> None:
    assert (SOURCE / "py.typed").exists()
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_every_fragment_can_be_gathered() -> None:
    found = fragments()
    written = section("1.0.0", "2026-01-01", found)
    assert written.startswith("## 1.0.0 – 2026-01-01\n")
    assert all(text in written for entries in found.values() for _file, text in entries)


@pytest.mark.parametrize(
    ("name", "text"), [("a.new.md", "A."), ("A.added.md", "A."), ("a.md", "A."), ("a.fixed.md", "no stop")]
)
def test_a_bad_fragment_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(name)):
        fragments(tmp_path)
    assert set(KINDS) == {"added", "changed", "deprecated", "removed", "fixed", "security"}


@pytest.mark.parametrize(
    "message", ["feat(store): keep both", "fix!: refuse it", "docs: say why\n\nbody", "Merge branch x"]
)
def test_conventional_commits_pass(message: str) -> None:
    assert fault(message) is None


@pytest.mark.parametrize(
    "message", ["", "update", "feat:no space", "wip: x", "feat(Store): x", "feat: " + "x" * 100]
)
def test_other_commits_are_refused(message: str) -> None:
    assert fault(message)
