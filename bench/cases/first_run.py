"""From a fresh clone with empty caches to the demonstration's first page; what was downloaded and what is installed."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import urllib.request
from pathlib import Path
from typing import Any

from bench.figure import ROOT, Figure

NAME = "first-run"
SECONDS, MEGABYTES = 150.0, 400.0
FORBIDDEN = (
    "pytest", "hypothesis", "mypy", "ruff", "import-linter", "cedarpy", "pymerkle", "taxii2-client", "pyspark", "torch",
    "transformers", "sentence-transformers", "stix2", "medallion", "opentaxii", "pymisp", "mkdocs", "playwright",
)  # fmt: skip
"""Packages of tests, peers, Spark and semantic search: none may be in the demonstration's environment."""


def run(quick: bool) -> list[Figure]:
    """Measure; quick takes no network and gives only what the lock says would be installed and downloaded."""
    wheels = locked()
    size = sum(wheels.values()) / 1e6
    if quick:
        return [
            Figure(
                bench=NAME,
                metric="downloaded (from the lock)",
                unit="MB",
                ours=size,
                target=MEGABYTES,
                better="less",
            ),
            strangers(set(wheels)),
        ]
    with tempfile.TemporaryDirectory(prefix="first-run-") as folder:
        seconds, received, installed = newcomer(Path(folder))
    # The counter of the network card also sees what others fetch meanwhile, and misses what a local mirror gave.
    return [
        Figure(
            bench=NAME, metric="clone to first page", unit="s", ours=seconds, target=SECONDS, better="less"
        ),
        Figure(
            bench=NAME,
            metric="downloaded",
            unit="MB",
            ours=max(received, size),
            target=MEGABYTES,
            better="less",
        ),
        strangers(installed),
    ]


def strangers(installed: set[str]) -> Figure:
    """Count test, peer, Spark and semantic packages among those installed."""
    found = float(len(installed & set(FORBIDDEN)))
    metric = "test, peer, Spark or semantic packages installed"
    return Figure(bench=NAME, metric=metric, unit="packages", ours=found, target=0.0, better="less")


def newcomer(folder: Path) -> tuple[float, float, set[str]]:
    """Clone and run the demonstration; give seconds to the first page, MB received and the packages installed."""
    home, clone = folder / "home", folder / "cordiale"
    home.mkdir()
    kept = (
        "PATH",
        "LANG",
        "SSL_CERT_FILE",
        "PIP_CERT",
        "PIP_INDEX_URL",
        "UV_INDEX_URL",
        "UV_DEFAULT_INDEX",
        "REQUESTS_CA_BUNDLE",
    )
    environ = {
        key: value for key, value in os.environ.items() if key in kept or key.lower().endswith("_proxy")
    }
    environ |= {
        "HOME": str(home),
        "UV_CACHE_DIR": str(folder / "uv"),
        "PIP_CACHE_DIR": str(folder / "pip"),
        "XDG_CACHE_HOME": str(home / ".cache"),
    }
    before, start = network(), time.monotonic()
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True, env=environ)
    demo = subprocess.Popen(
        [str(clone / "dev"), "demo"], cwd=clone, env=environ, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        with urllib.request.urlopen(first_link(demo, 3 * SECONDS), timeout=30) as page:
            page.read()
        seconds = time.monotonic() - start
        received = network() - before
        installed = {name for place in clone.glob(".venv/lib/*/site-packages") for name in packages(place)}
    finally:
        os.killpg(demo.pid, signal.SIGTERM)
        try:
            demo.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(demo.pid, signal.SIGKILL)
    return seconds, received, installed


def first_link(demo: subprocess.Popen[str], patience: float) -> str:
    """Wait for the first link the demonstration prints once it serves, at most `patience` seconds."""
    assert demo.stdout
    said: list[str] = []
    # Ending it ends its output: lines may wait in our own buffer, where no selector sees them.
    watch = threading.Timer(patience, os.killpg, (demo.pid, signal.SIGTERM))
    watch.start()
    try:
        for line in demo.stdout:
            said.append(line)
            if link := re.search(r"http://127\.0\.0\.1:\d+\S*", line):
                return link.group()
    finally:
        watch.cancel()
    raise RuntimeError("the demonstration printed no link:\n" + "".join(said[-40:]))


def packages(place: Path) -> set[str]:
    """Name the distributions in a site-packages folder."""
    return {normal(one.metadata["Name"]) for one in importlib.metadata.distributions(path=[str(place)])}


def normal(name: str) -> str:
    """Give the normalised name of a package (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, int]:
    """Read the lock for what a plain installation takes: each package with the bytes of the wheel for this machine."""
    uv = ROOT / ".tools" / "bin" / "uv"
    listed = subprocess.run(
        [str(uv) if uv.exists() else shutil.which("uv") or "uv", "export", "--frozen", "--no-hashes", "--no-emit-project",
         "--no-default-groups", "--quiet", "--project", str(ROOT), "--python", sys.executable],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    names = {
        normal(match.group(1))
        for match in re.finditer(r"^([A-Za-z0-9_.-]+)==[^;\n]+(?:;(.*))?$", listed, re.MULTILINE)
        if here(match)
    }
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    return {package["name"]: wheel_size(package) for package in lock["package"] if package["name"] in names}


def here(match: re.Match[str]) -> bool:
    """Say whether a requirement's marker is for this kind of machine; those for Windows and macOS are not."""
    marker = match.group(2) or ""
    return not re.search(
        r"== '(win32|darwin|nt|Windows|emscripten|PyPy)'|python_full_version < '3\.(8|9|10|11)", marker
    )


def wheel_size(package: dict[str, Any]) -> int:
    """Give the size in bytes of the wheel that this machine would take."""
    wheels = package.get("wheels", [])
    tag = f"cp{sys.version_info.major}{sys.version_info.minor}"
    fitting = [
        wheel for wheel in wheels if "none-any" in wheel["url"] or ("manylinux" in wheel["url"] and "x86_64" in wheel["url"] and
        (tag in wheel["url"] or "abi3" in wheel["url"]))
    ]  # fmt: skip
    return int((fitting or wheels or [package.get("sdist", {"size": 0})])[0].get("size", 0))


def network() -> float:
    """Give the MB received so far by all network cards but the loopback."""
    lines = Path("/proc/net/dev").read_text().splitlines()[2:]
    cards = (line.partition(":") for line in lines)
    return sum(int(counts.split()[0]) for name, _, counts in cards if name.strip() != "lo") / 1e6
