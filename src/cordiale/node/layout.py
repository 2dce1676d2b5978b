"""Where things lie in a node's folder."""

from __future__ import annotations

from pathlib import Path

from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _

ROOMS = ("store", "evidence", "release", "exchange", "accounts", "desk", "joint")
"""Rooms that keep tables, lowest first."""

FOLDERS = ("files", "keys", "rules", "partners", "logs")


def signing_key(folder: Path) -> Path:
    """Return the file of the signing key, which only the egress process reads."""
    return folder / "keys" / "signing.key"


def public_key(folder: Path) -> Path:
    """Return the file of the signing key's public half."""
    return folder / "keys" / "signing.pub"


def node_secret(folder: Path) -> Path:
    """Return the file of the secret that cursors, salts and tear-line ids come from."""
    return folder / "keys" / "node.secret"


def tls_key(folder: Path) -> Path:
    """Return the file of the TLS key (PEM)."""
    return folder / "keys" / "tls.key"


def tls_certificate(folder: Path) -> Path:
    """Return the file of the certificate that the TLS key signed for itself (PEM)."""
    return folder / "keys" / "tls.crt"


def next_tls_key(folder: Path) -> Path:
    """Return the file of the TLS key that partners were told will follow."""
    return folder / "keys" / "tls-next.key"


def next_tls_certificate(folder: Path) -> Path:
    """Return the file of the certificate of the TLS key that will follow."""
    return folder / "keys" / "tls-next.crt"


def recovery_public(folder: Path) -> Path:
    """Return the file of the public half of the recovery key, for which backups are encrypted."""
    return folder / "keys" / "backup.pub"


def recovery_key(folder: Path) -> Path:
    """Return where `init` leaves the recovery key: people take it away from there."""
    return folder / "recovery.key"


def read_key(file: Path) -> bytes:
    """Read 32 bytes written in hexadecimal; raises ConfigurationError naming the file."""
    try:
        written = bytes.fromhex(file.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise _broken(file) from error
    if len(written) != 32:
        raise _broken(file)
    return written


def _broken(file: Path) -> ConfigurationError:
    return ConfigurationError(
        "key-file",
        _("{file} is missing or does not hold a key: bring it back from a backup of this node."),
        file=str(file),
    )
