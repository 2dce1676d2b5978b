"""The quick start works as printed: its shell blocks are run in order, in an empty folder."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "guide" / "quickstart.md"
INDICATOR = "Sign-in page that imitates a ministry"


def blocks() -> list[str]:
    """Return the shell blocks of the page."""
    return re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.timeout(300)
def test_the_quick_start_works_as_printed(tmp_path: Path) -> None:
    printed = "\necho '--- next'\n".join(blocks())
    for port in ("8471", "8472"):  # the only change: another test may listen there
        printed = printed.replace(port, str(free_port()))
    script = "set -euo pipefail -m\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n" + printed
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "COLUMNS": "120",
    }
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    _made, imported, _partners, _rules, _released, exchanged, recalled = ran.stdout.split("--- next\n")
    assert INDICATOR in imported
    assert "is_family" in imported
    assert INDICATOR in exchanged
    assert INDICATOR not in recalled
