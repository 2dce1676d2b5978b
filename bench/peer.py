"""Peers' environments: each is a uv project of its own under `bench/peers`, made from its lock on first use.

Their pins conflict with ours and with each other (docs/decisions/0050-peers-have-locks-of-their-own.md).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from bench.figure import ROOT

PEERS = ROOT / "bench" / "peers"


def uv() -> str:
    """Find uv: the one that `./dev` bootstrapped, else the one on the path."""
    own = ROOT / ".tools" / "bin" / "uv"
    found = str(own) if own.exists() else shutil.which("uv")
    if not found:
        raise RuntimeError(
            "uv is needed to make the peers' environments: run ./dev first, which puts it into .tools"
        )
    return found


@cache
def environment(name: str) -> Path:
    """Give the folder of a peer's programs, making its environment from the lock when it is not there."""
    folder = PEERS / name
    # `./dev` names the project's environment to uv: a peer's packages would replace what is in it.
    ours = ("UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV", "PYTHONPATH")
    environ = {key: value for key, value in os.environ.items() if key not in ours}
    command = [uv(), "sync", "--locked", "--quiet", "--project", str(folder), "--python", sys.executable]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the environment of {name} could not be made:\n{done.stderr[-2000:]}")
    return folder / ".venv" / "bin"


def version(name: str, package: str) -> str:
    """Give the locked version of a peer's package, for the figures' labels."""
    import tomllib

    lock = tomllib.loads((PEERS / name / "uv.lock").read_text())
    return next(str(one["version"]) for one in lock["package"] if one["name"] == package)


def run(name: str, script: str, *arguments: str, timeout: float = 600) -> Any:
    """Run a peer's script in its environment and give the JSON it prints."""
    command = [str(environment(name) / "python"), str(PEERS / name / script), *arguments]
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode:
        raise RuntimeError(f"{name}/{script} failed:\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.splitlines()[-1])
