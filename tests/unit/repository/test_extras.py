"""A node that was installed without any extra answers its pages and its programs: what needs one says so when it is asked."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from cordiale.domains.cyber.logs.profile import FIELDS
from cordiale.domains.cyber.logs.records import RECORDS

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
SOURCE = ROOT / "src"

BARE = """
import importlib, sys
from importlib.abc import MetaPathFinder

class Absent(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in {absent!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
for name in {modules!r}:
    importlib.import_module(name)
"""


def only_in_extras() -> set[str]:
    """Return the modules that an extra brings and the product does without."""
    always = {_name(one) for one in PROJECT["dependencies"]}
    extra = {_name(one) for group in PROJECT["optional-dependencies"].values() for one in group} - always
    return {
        module
        for module, owners in packages_distributions().items()
        if {owner.lower().replace("_", "-") for owner in owners} & extra
    }


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return found[0].lower().replace("_", "-")


def doors() -> list[str]:
    """Return the modules through which people and programs come in, and the pages of every domain."""
    pages = [
        ".".join(file.relative_to(SOURCE).with_suffix("").parts)
        for file in sorted((SOURCE / "cordiale" / "domains").rglob("pages.py"))
    ]
    return ["cordiale.rest.app", "cordiale.web.app", "cordiale.cli.main", "cordiale.sdk", *pages]


def test_no_door_needs_an_extra_to_open() -> None:
    absent = only_in_extras()
    assert {"pyarrow", "numpy", "numba"} <= absent
    script = BARE.format(absent=absent, modules=doors())
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_a_column_may_be_is_every_column_of_a_record_but_its_place() -> None:
    assert tuple(name for name in RECORDS.names if name not in ("file", "line")) == FIELDS
