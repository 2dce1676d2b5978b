"""SoftHSM in the place of a hardware module: one token for the whole process, since a module reads its configuration once."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

MODULES = [
    *Path("/usr/lib").glob("*/softhsm/libsofthsm2.so"),
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    Path("/usr/local/lib/softhsm/libsofthsm2.so"),
]
MODULE = next((str(file) for file in MODULES if file.exists()), "")

needed = pytest.mark.skipif(
    not (MODULE and shutil.which("softhsm2-util")), reason="SoftHSM is missing: apt-get install softhsm2"
)


@cache
def token() -> Path:
    """Make the token of this process; return the folder that holds it and its PIN."""
    folder = Path(tempfile.mkdtemp(prefix="softhsm-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    (folder / "pin").write_text("4711\n")
    (folder / "pin").chmod(0o600)
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    names = ("--label", "cordiale", "--pin", "4711", "--so-pin", "0815")
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", *names],
        check=True,
        capture_output=True,
    )
    return folder


def uri(name: str, **changed: str) -> str:
    """Return the URI of a key in the token of this process; `changed` puts something else in its place."""
    parts = {"token": "cordiale", "module": MODULE, "pin": f"{token()}/pin", **changed}
    return (
        f"pkcs11:token={parts['token']};object={name}?module-path={parts['module']}&pin-source={parts['pin']}"
    )
