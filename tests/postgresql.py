"""Start a PostgreSQL of our own for the tests: its own folder, a unix socket, no network."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

INSTALL = "PostgreSQL's programs are not installed: apt-get install postgresql"


def programs() -> Path | None:
    """Return the folder with the newest server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: float(file.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).parent if elsewhere else None


@contextmanager
def cluster(kept: Path | None = None, settings: Sequence[str] = ()) -> Iterator[str]:
    """Run a server until the end and give the folder of its socket; what it holds stays where its folder is `kept`."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
    folder = kept or Path(tempfile.mkdtemp(prefix="cordiale-pg-"))
    bin_ = programs()
    assert bin_ is not None, INSTALL
    user = _account(folder)  # PostgreSQL refuses to run as root
    quiet = {"stdout": subprocess.DEVNULL, "cwd": folder, "user": user}
    try:
        if not (folder / "data").exists():
            subprocess.run(
                [
                    bin_ / "initdb",
                    "-D",
                    folder / "data",
                    "-U",
                    "cordiale",
                    "-A",
                    "trust",
                    "-E",
                    "UTF8",
                    "--locale=C",
                    "-N",
                ],
                check=True,
                **quiet,
            )
        options = [word for setting in settings for word in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [
                    bin_ / "postgres",
                    "-D",
                    folder / "data",
                    "-k",
                    folder,
                    "-c",
                    "listen_addresses=",
                    "-F",
                    *options,
                ],
                stdout=log,
                stderr=log,
                cwd=folder,
                user=user,
                preexec_fn=_ends_with_its_parent,
            )
        try:
            _ready(server, bin_, folder)
            yield str(folder)
        finally:
            server.send_signal(signal.SIGQUIT if kept is None else signal.SIGINT)
            server.wait(60)
    finally:
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


def address(socket: str, schema: str) -> str:
    """Return the store address of one schema, which `make_schema` creates."""
    return f"postgresql://cordiale@/postgres?host={quote(socket)}&options={quote(f'-csearch_path={schema}')}"


def make_schema(socket: str, schema: str) -> str:
    """Create an empty schema and return its store address."""
    import psycopg

    with psycopg.connect(f"host={socket} user=cordiale dbname=postgres", autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    return address(socket, schema)


def drop_schema(socket: str, schema: str) -> None:
    """Remove a schema with all that is in it."""
    import psycopg

    with psycopg.connect(f"host={socket} user=cordiale dbname=postgres", autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


def _account(folder: Path) -> int | None:
    if os.geteuid() != 0:
        return None
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return user.pw_uid


def _ends_with_its_parent() -> None:
    """Have Linux stop the server when the tests are killed (prctl PR_SET_PDEATHSIG = 1)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def _ready(server: "subprocess.Popen[bytes]", bin_: Path, folder: Path) -> None:
    end = time.monotonic() + 60
    while subprocess.run([bin_ / "pg_isready", "-q", "-h", folder]).returncode:
        if server.poll() is not None or time.monotonic() > end:
            raise RuntimeError((folder / "log").read_text())
