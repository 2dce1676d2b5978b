"""The quick start and the page on connecting work as printed: their shell blocks are run in order, in an empty folder."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[3] / "docs" / "guide"
INDICATOR = "Sign-in page that imitates a ministry"


def blocks(page: str) -> list[str]:
    """Return the shell blocks of a page, or of one section of it (`page#Heading`)."""
    name, _hash, heading = page.partition("#")
    text = (GUIDE / name).read_text(encoding="utf-8")
    if heading:
        text = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(page: str, folder: Path, seconds: int) -> list[str]:
    """Run the shell blocks of a page in a folder; return what each printed."""
    printed = "\necho '--- next'\n".join(blocks(page))
    for port in ("8471", "8472"):  # the only change: another test may listen there
        printed = printed.replace(port, str(free_port()))
    script = "set -euo pipefail -m\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n" + printed
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "COLUMNS": "120",
    }
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran.stdout.split("--- next\n")


@pytest.mark.timeout(300)
def test_the_quick_start_works_as_printed(tmp_path: Path) -> None:
    _made, imported, _partners, _rules, _released, exchanged, recalled = run("quickstart.md", tmp_path, 280)
    assert INDICATOR in imported
    assert "is_family" in imported
    assert INDICATOR in exchanged
    assert INDICATOR not in recalled


@pytest.mark.timeout(300)
def test_two_nodes_are_connected_as_printed_and_in_time(tmp_path: Path) -> None:
    made, _handed, confirmed, _rules, seen = run("connect.md", tmp_path, 120)
    assert "canada" in made
    assert "france" in confirmed
    assert "0 new" in seen
    assert "confirmed" in seen
    assert "up" in seen.partition("Partner")[2]
    assert 'url = "https' not in (tmp_path / "canada" / "cordiale.toml").read_text()
    assert 'tls = "always"' in (tmp_path / "canada" / "cordiale.toml").read_text()


@pytest.mark.timeout(300)
def test_the_page_on_programs_works_as_printed(tmp_path: Path) -> None:
    _served, asked, refused, watched, found, _ended = run("api.md", tmp_path, 120)
    assert '"name":"Sign-in page that imitates a ministry"' in asked
    assert "recherchez-le" in refused
    assert "1 read, 0 new, 1 already here" in watched
    assert "scope-missing" in watched
    assert "('tlp:amber',)" in watched
    assert "TLP:AMBER" in found


@pytest.mark.timeout(300)
def test_the_chapter_on_indicators_is_walked_as_printed(tmp_path: Path) -> None:
    _nodes, _feed, taken, matched, released, written = run(
        "cyber.md#Walk it once, between two nodes", tmp_path, 280
    )
    assert "8.8.8.8 is on a warning list: Public resolvers" in taken
    assert "mail.evil.example is a name under evil.example" in taken
    assert "Sightings: 1 new" in matched
    assert "1 verbatim, 1 tear-line" in released
    assert "Seen 4 times in logs." in released.rpartition("Marking")[2]
    rules = (tmp_path / "cordiale.rules").read_text()
    assert '"evil.example"' in rules or "evil.example" in rules
    assert "8.8.8.8" not in rules
    assert "suricata" in written
    assert (tmp_path / "out" / "manifest.json").is_file()
