"""The walls between rooms stand, and each is seen to fall when it is broken on purpose."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
    "contracts"
]
NAMES = {contract["id"]: contract["name"] for contract in CONTRACTS}

# contract broken, file that breaks it, what stands in that file
BREAKS = [
    ("layers", "platform/breaks.py", "import cordiale.stix"),
    ("layers", "stix/breaks.py", "import cordiale.store"),
    ("layers", "release/breaks.py", "import cordiale.store"),
    ("layers", "store/breaks.py", "def later() -> None:\n    import cordiale.evidence"),
    ("layers", "desk/breaks.py", "import cordiale.node"),
    ("layers", "node/breaks.py", "import cordiale.web"),
    ("layers", "web/breaks.py", "import cordiale.cli"),
    ("layers", "rest/breaks.py", "import cordiale.web"),  # the two faces know nothing of each other
    ("layers", "web/breaks.py", "import cordiale.rest"),
    ("layers", "sdk/breaks.py", "import cordiale.store"),  # a client has none of a node's insides
    ("layers", "attic/__init__.py", ""),  # exhaustive: a room nobody placed
    ("exchange", "exchange/stream/breaks.py", "import cordiale.exchange.recall"),
    (
        "exchange",
        "exchange/recall/breaks.py",
        "import cordiale.exchange.receive",
    ),  # neither takes the other's part
    ("exchange", "exchange/link/breaks.py", "def later() -> None:\n    import cordiale.exchange.serve"),
    ("exchange", "exchange/attic.py", ""),  # exhaustive: a file nobody placed
    ("desk", "desk/files/breaks.py", "import cordiale.desk.outgoing.release"),
    ("desk", "desk/marking/breaks.py", "def later() -> None:\n    import cordiale.desk.upkeep.purge"),
    ("domains", "domains/one/__init__.py", "import cordiale.domains.two"),
    ("through-desk", "domains/one/__init__.py", "import cordiale.store"),
    ("faces-through-desk", "web/breaks.py", "import cordiale.release"),
    ("faces-through-desk", "rest/breaks.py", "import cordiale.store"),
    ("leak-checker", "demo/checker.py", "import cordiale.release"),
    ("sql", "desk/breaks.py", "import sqlalchemy"),
    ("sql", "exchange/breaks.py", "from sqlalchemy import select"),
    ("sql", "web/breaks.py", "import sqlite3"),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the source with its contracts."""
    root = tmp_path_factory.mktemp("tree")
    shutil.copytree(ROOT / "src", root / "src", ignore=lambda folder, names: {
        name for name in names if not name.endswith(".py") and not (Path(folder) / name).is_dir()
    })  # fmt: skip
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


@pytest.fixture
def planted(tree: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """Write the offending file, and take away what was made for it."""
    file = tree / "src" / "cordiale" / request.param[0]
    made = [folder for folder in (file, *file.parents) if not folder.exists()]
    before = file.read_bytes() if file.exists() else None
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(request.param[1] + "\n", encoding="utf-8")
    other = tree / "src" / "cordiale" / "domains" / "two" / "__init__.py"
    other.parent.mkdir(exist_ok=True)
    other.write_text("", encoding="utf-8")
    yield
    shutil.rmtree(other.parent)
    if before is not None:
        file.write_bytes(before)
    for path in made:
        shutil.rmtree(path, ignore_errors=True)
        path.unlink(missing_ok=True)


def lint(tree: Path, contract: str) -> tuple[int, str]:
    """Check one contract in a tree; return the exit code and what was said."""
    environment = {**os.environ, "PYTHONPATH": str(tree / "src"), "COLUMNS": "200"}
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--contract", contract]
    ran = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.parametrize("contract", NAMES)
def test_every_wall_stands(contract: str) -> None:
    code, said = lint(ROOT, contract)
    assert code == 0, said


@pytest.mark.parametrize(
    ("contract", "planted"),
    [pytest.param(contract, (file, code), id=f"{contract}-{file}") for contract, file, code in BREAKS],
    indirect=["planted"],
)
@pytest.mark.usefixtures("planted")
def test_a_broken_wall_is_named(tree: Path, contract: str, request: pytest.FixtureRequest) -> None:
    code, said = lint(tree, contract)
    assert code == 1, said
    module = "cordiale." + request.node.callspec.params["planted"][0].removesuffix(".py").removesuffix(
        "/__init__"
    )
    assert f"{NAMES[contract]} BROKEN" in said or "missing from the contract" in said.replace("\n", " "), said
    assert module.replace("/", ".") in said or module.rsplit("/")[-1].split(".")[-1] in said, said


def test_every_contract_is_broken_on_purpose() -> None:
    assert {contract for contract, _file, _code in BREAKS} == set(NAMES)
