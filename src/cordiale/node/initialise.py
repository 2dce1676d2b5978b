"""Make a node folder."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from cordiale.node import layout
from cordiale.node.recovery import make_key
from cordiale.node.tls import make_files
from cordiale.platform import configuration
from cordiale.platform.clock import system_clock
from cordiale.platform.errors import ConfigurationError, Conflict
from cordiale.platform.ids import Randomness, system_randomness
from cordiale.platform.languages import _


def init(
    path: Path,
    *,
    name: str,
    nation: str,
    organisation: str = "",
    title: str = "",
    listen: str = "127.0.0.1:8470",
    url: str | None = None,
    language: str = "en",
    store: str | None = None,
    marking: str = "",
    signing: str = "",
    tls: bool = False,
    recovery: Path | None = None,
    random: Randomness = system_randomness,
) -> Path:
    """Create the folder with its configuration, keys and empty store; return its path.

    `listen` is HOST:PORT, `url` the address partners reach the node at, `store` a database other
    than the folder's own, `marking` that of input which carries none, `signing` the PKCS#11 URI of a key in a hardware
    module, `tls` to answer by TLS on loopback too, `recovery` the file that gets the recovery key, which opens backups
    (`recovery.key` in the folder, to be taken away from there). Raises Conflict when a node
    is already there and ConfigurationError when a value is unusable; nothing is made then.
    """
    path = Path(path).resolve()
    if (path / configuration.FILE_NAME).exists():
        raise Conflict(
            "node-exists",
            _("There is a node in {path} already: choose another folder, or use it as it is."),
            path=str(path),
        )
    host, port = address(listen)
    values: dict[str, object] = {
        "node.name": name,
        "node.nation": nation,
        "node.organisation": organisation,
        "node.language": language,
        "serve.host": host,
        "serve.port": port,
    }
    optional = {
        "node.title": title,
        "serve.public_url": url or "",
        "store.url": store or "",
        "import.marking": marking,
    }
    values |= {key: value for key, value in optional.items() if value}
    if tls:
        values["serve.tls"] = "always"
    # Judged as flags first, so that a wrong value leaves no half-made folder behind.
    configuration.load(None, {}, values)
    _folders(path)
    _key_files(path, random, signing)
    if not layout.recovery_public(path).exists():
        public = make_key(recovery or layout.recovery_key(path), name, random, system_clock())
        _write(layout.recovery_public(path), public.hex().encode() + b"\n", 0o644)
    make_files(path, name)
    _tables(store or f"sqlite:///{path / 'cordiale.db'}")
    # last: a folder with a configuration is a whole node
    _write(path / configuration.FILE_NAME, configuration.document(values).encode(), 0o644)
    return path


def address(listen: str) -> tuple[str, int]:
    """Read HOST:PORT; raises ConfigurationError for anything else."""
    try:
        parts = urlsplit(f"//{listen}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or port is None:
        raise ConfigurationError(
            "listen",
            _("“{listen}” is not HOST:PORT, such as 127.0.0.1:8470."),
            listen=listen,
        )
    return host, port


def _folders(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True)
    for name in layout.FOLDERS:
        (path / name).mkdir(exist_ok=True)
    # what is in them is for the node's owner alone
    for folder in (path, *(path / name for name in layout.FOLDERS)):
        folder.chmod(0o700)


def _key_files(path: Path, random: Randomness, signing: str) -> None:
    from cordiale.release.keys import write_key, write_reference

    if not layout.signing_key(path).exists():
        file = layout.signing_key(path)
        public = write_reference(file, signing) if signing else write_key(file, random)
        _write(layout.public_key(path), public.hex().encode() + b"\n", 0o644)
    if not layout.node_secret(path).exists():
        _write(layout.node_secret(path), random(32).hex().encode() + b"\n", 0o600)


def _tables(url: str) -> None:
    from cordiale.store.connection import open_store
    from cordiale.store.migrations import migrate

    store = open_store(url)
    try:
        migrate(store, layout.ROOMS)
    finally:
        store.close()


def _write(file: Path, content: bytes, mode: int) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
