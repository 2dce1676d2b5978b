"""Run the demonstration as a person would: the installed command, real processes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-m", "cordiale.cli.main", "demo")


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("CORDIALE_")}


def run(*arguments: str, cwd: Path) -> tuple[dict[str, Any], subprocess.CompletedProcess[bytes]]:
    """Run `cordiale demo --once --json` to its end; return the JSON of its last line, and the process."""
    done = subprocess.run([*COMMAND, "--once", "--json", *arguments], capture_output=True, cwd=cwd, env=environment(), timeout=300, check=False)  # fmt: skip
    assert done.stdout, done.stderr.decode()
    return json.loads(done.stdout.splitlines()[-1]), done
