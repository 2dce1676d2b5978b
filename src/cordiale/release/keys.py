"""The node's signing key: in a file only its owner reads, or in a module that such a file names; the egress process alone uses it."""

from __future__ import annotations

import os
import stat
from hashlib import sha256
from pathlib import Path

from cordiale.platform.errors import ConfigurationError
from cordiale.platform.ids import Randomness
from cordiale.platform.languages import _
from cordiale.release.signer import Signer

__all__ = [
    "Signer",
    "ed25519_signer",
    "keyed_signer",
    "load_key",
    "verify_ed25519",
    "verify_keyed",
    "write_key",
    "write_reference",
]


def write_key(path: Path, random: Randomness = os.urandom) -> bytes:
    """Make an Ed25519 key in a new file (mode 0600) and return its public half, 32 bytes.

    Raises FileExistsError rather than replace a key.
    """
    seed = random(32)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(seed.hex().encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    return ed25519_signer(seed).public_key


def write_reference(path: Path, uri: str) -> bytes:
    """Write a new file (mode 0600) that names a key in a hardware module; return its public half, 32 bytes.

    Raises FileExistsError rather than replace a key, ConfigurationError when the module does not give the key.
    """
    from cordiale.release import pkcs11

    public = pkcs11.public_key(uri)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(uri.strip().encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    return public


def load_key(path: Path) -> Signer:
    """Read the signing key, or open the one in a hardware module that the file names; refuse a file others can read.

    Raises ConfigurationError saying what is wrong with the file and what to do.
    """
    try:
        with path.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            text = stream.read(2000)
    except OSError as error:
        raise ConfigurationError(
            "signing-key-missing",
            _(
                "The signing key {file} cannot be read ({error}). Restore it from its backup, or run cordiale init."
            ),
            file=str(path),
            error=error.strerror or str(error),
        ) from error
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigurationError(
            "signing-key-readable",
            _("The signing key {file} can be read by other users. Run: chmod 600 {file}"),
            file=str(path),
        )
    if text.startswith(b"pkcs11:"):
        from cordiale.release import pkcs11

        return pkcs11.load(text.decode("utf-8", "replace"))
    try:
        seed = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        seed = b""
    if len(seed) != 32:
        raise ConfigurationError(
            "signing-key-malformed",
            _("{file} is not a signing key: 64 hexadecimal digits are expected. Restore it from its backup."),
            file=str(path),
        )
    return ed25519_signer(seed)


def ed25519_signer(seed: bytes) -> Signer:
    """Return the Ed25519 signer of a 32-byte private seed."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(seed)
    return Signer(key.public_key().public_bytes_raw(), key.sign)


def verify_ed25519(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether an Ed25519 key signed a message; never raises."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def keyed_signer(name: str) -> Signer:
    """Return a quick signer for simulations: anybody who knows the public key can forge it."""
    public_key = sha256(b"cordiale/simulated-key\n" + name.encode()).digest()
    return Signer(public_key, lambda message: sha256(public_key + message).digest() * 2)


def verify_keyed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Check a signature of `keyed_signer`; a real node never trusts it."""
    return signature == sha256(public_key + message).digest() * 2
