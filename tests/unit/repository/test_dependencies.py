"""Every dependency has its reason, and every reason its dependency."""

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[3]
NODE_WHEEL = re.findall(r'^NODE_WHEEL = "(.+)"$', (ROOT / "hatch_build.py").read_text("utf-8"), re.MULTILINE)[
    0
]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text(encoding="utf-8")


def name_of(requirement: str) -> str:
    """Return the name of a requirement."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return found[0].lower().replace("_", "-")


def bundled() -> set[str]:
    """Return what the pages are bundled from and with, and the node that does it."""
    package = json.loads((ROOT / "src/cordiale/web/assets/package.json").read_text(encoding="utf-8"))
    found = {*package["dependencies"], *package["devDependencies"]}
    return {name.replace(".", "-") for name in found} | {name_of(NODE_WHEEL)}


def declared() -> set[str]:
    """Return everything that pyproject.toml asks for."""
    groups = [
        PROJECT["build-system"]["requires"],
        PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"].values(),
        *PROJECT["dependency-groups"].values(),
    ]
    return {name_of(requirement) for group in groups for requirement in group}


def test_every_dependency_has_a_line_of_reason() -> None:
    page = PAGE.partition("## Not here")[0]
    explained = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.+?) \|$", page, re.MULTILINE))
    assert set(explained) == declared() | bundled()
    assert all(reason.endswith(".") for reason in explained.values())


def imported() -> set[str]:
    """Return the top-level modules that the product imports."""
    found = set()
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - {"cordiale"} - set(sys.stdlib_module_names)


def test_the_product_imports_what_it_declares_and_declares_what_it_imports() -> None:
    wanted = {name_of(r) for r in PROJECT["project"]["dependencies"]}
    extras = {name_of(r) for group in PROJECT["project"]["optional-dependencies"].values() for r in group}
    owners = packages_distributions()
    # several distributions may share one namespace: one of them declared is enough
    by = {
        module: {name.lower().replace("_", "-") for name in owners.get(module, [module])}
        for module in imported()
    }
    used = set().union(*by.values())
    undeclared = [module for module, names in by.items() if not names & (wanted | extras)]
    assert undeclared == [], "imported and not declared"
    # uvicorn's protocol imports httptools without requiring it
    assert wanted - used - {"httptools"} == set(), "declared and not imported"


def test_the_lock_agrees_with_what_is_declared() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    locked = {package["name"] for package in lock["package"]}
    assert declared() - {"hatchling"} <= locked


def test_the_lock_of_the_pages_names_no_place_that_packages_come_from() -> None:
    lock = (ROOT / "src/cordiale/web/assets/package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert "://" not in lock
    packages = json.loads(lock)["packages"]
    assert all("integrity" in package for name, package in packages.items() if name)
