"""`./dev` and CI keep their word on a bare machine."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DEV = ROOT / "dev"


def dev(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script with this Python, which may set nothing up here."""
    command = [sys.executable, str(DEV), *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_it_lists_its_tasks() -> None:
    ran = dev()
    assert ran.returncode == 0
    for task in ("demo", "test", "bench", "lint", "docs", "simulate", "run", "setup", "changelog"):
        assert f"./dev {task}" in ran.stdout
    assert dev("--help").stdout == ran.stdout


def test_an_unknown_task_is_refused() -> None:
    ran = dev("dmeo")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "'dmeo'" in ran.stderr


def test_it_needs_nothing_but_the_standard_library_and_reads_on_an_old_python() -> None:
    tree = ast.parse(DEV.read_text(encoding="utf-8"), feature_version=(3, 7))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported <= set(sys.stdlib_module_names)
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert DEV.read_text(encoding="utf-8").startswith("#!/usr/bin/env python3\n")


@pytest.mark.parametrize("script", ["dev", ".ci/run"])
def test_scripts_can_be_executed(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)


def test_ci_is_sound_bash_and_ends_with_the_tests() -> None:
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True)
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").strip().splitlines()
    assert lines[-2:] == ["./dev lint", "exec ./dev test"]


def test_every_task_in_the_documents_exists() -> None:
    tasks = set(re.findall(r"^def task_(\w+)", DEV.read_text(encoding="utf-8"), re.MULTILINE))
    for file in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "docs" / "guide" / "quickstart.md"):
        assert set(re.findall(r"\./dev ([a-z]+)", file.read_text(encoding="utf-8"))) <= tasks, file


def test_the_demo_installs_no_package_of_the_tests_or_of_peers() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    packages = {package["name"]: package for package in lock["package"]}
    wanted, waiting = set(), ["cordiale"]
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting += [needed["name"] for needed in packages[name].get("dependencies", ())]
    heavy = {
        "pytest",
        "hypothesis",
        "ruff",
        "mypy",
        "mkdocs",
        "stix2",
        "medallion",
        "opentaxii",
        "cedarpy",
        "pymerkle",
    }
    heavy |= {"pyspark", "torch", "numpy", "pyarrow", "taxii2-client", "psycopg", "sentence-transformers"}
    assert wanted & heavy == set()
    assert len(wanted) < 70


def test_bounds_of_the_pinned_uv_are_one_place() -> None:
    pinned = re.findall(r'^UV_VERSION = "(\d+\.\d+\.\d+)"$', DEV.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(pinned) == 1


def test_an_old_python_is_told_which_one_is_needed(tmp_path: Path) -> None:
    old = tmp_path / "sitecustomize.py"
    old.write_text("import sys\nsys.version_info = (3, 9, 2, 'final', 0)\n", encoding="utf-8")
    ran = dev("run", "true", PYTHONPATH=str(tmp_path))
    assert ran.returncode == 1
    assert "Python 3.11 or newer is needed" in ran.stderr
