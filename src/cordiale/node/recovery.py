"""Lock a backup: for the holder of a recovery key, or behind a passphrase.

A node knows only the public half of its recovery key, so that it makes backups it cannot read itself; the other half is a
file that people keep elsewhere. A backup's own key is wrapped for it (X25519, as in the age format) or under a key
that follows from a passphrase (scrypt, RFC 7914).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from cordiale.node.sealed import derived
from cordiale.platform.clock import Instant, format_instant
from cordiale.platform.errors import ConfigurationError, Conflict, InputError, NotAllowed
from cordiale.platform.ids import Randomness
from cordiale.platform.languages import _

COST: Final = 17
"""Binary logarithm of scrypt's N: 128 MiB and about half a second a guess (OWASP, Password Storage, 2023)."""

LEAST: Final = 12
"""Characters of a passphrase at least."""

_MOST: Final = 20
"""Largest cost that is followed when a backup is opened (1 GiB): a forged head must not exhaust the memory."""

_MARK: Final = "CORDIALE-RECOVERY-KEY "
_NONCE: Final = bytes(12)  # each wrapping key wraps once

Opener = Callable[["Head", str], bytes]
"""Gives a backup's key from its head and the backup's name."""


class Head(msgspec.Struct, frozen=True):
    """Say how a backup is locked: `recovery-key` (with the public half it was made for) or `passphrase`."""

    lock: str
    node: str
    made: Instant
    salt: bytes
    wrapped: bytes
    cost: int = 0
    recipient: bytes = b""


def make_key(file: Path, node: str, random: Randomness, when: Instant) -> bytes:
    """Write a new recovery key to a file of its owner's alone; return its public half.

    Raises Conflict when the file exists.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    private = random(32)
    text = (
        f"# Recovery key of the node {node}, made {format_instant(when)}.\n"
        "# Whoever holds it can read every backup made for it; without it nobody can. Keep it away from the node.\n"
        f"# Clé de récupération du nœud {node}. Qui la détient peut lire toutes ses sauvegardes ; sans elle, personne.\n"
        f"# À conserver ailleurs que sur le nœud.\n{_MARK}{private.hex()}\n"
    )
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict(
            "recovery.taken", _("{file} exists: name a new file for the recovery key."), file=str(file)
        ) from None
    except OSError as error:
        raise ConfigurationError(
            "recovery.write",
            _("The recovery key cannot be written to {file}: {detail}"),
            file=str(file),
            detail=error.strerror or str(error),
        ) from error
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def read_key(file: Path) -> bytes:
    """Return the private half out of a recovery key file; raises InputError naming the file."""
    try:
        lines = file.read_text("utf-8").splitlines()
        (line,) = [line for line in lines if line.startswith(_MARK)]
        private = bytes.fromhex(line.removeprefix(_MARK))
    except (OSError, UnicodeDecodeError, ValueError):
        private = b""
    if len(private) != 32:
        raise InputError("recovery.no-key", _("{file} is not a recovery key file."), file=str(file))
    return private


def for_key(public: bytes, node: str, random: Randomness, when: Instant) -> tuple[Head, bytes]:
    """Make a backup's key, locked for the holder of a recovery key."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    once = X25519PrivateKey.from_private_bytes(random(32))
    salt = once.public_key().public_bytes_raw()
    shared = once.exchange(X25519PublicKey.from_public_bytes(public))
    key = random(32)
    wrapped = _wrap(derived(shared, salt + public, b"recovery key"), key)
    return Head("recovery-key", node, when, salt, wrapped, recipient=public), key


def for_passphrase(
    passphrase: str, node: str, random: Randomness, when: Instant, cost: int = COST
) -> tuple[Head, bytes]:
    """Make a backup's key, locked behind a passphrase; raises InputError for one that is too short."""
    if len(passphrase) < LEAST:
        raise InputError(
            "recovery.short", _("The passphrase is too short: {least} characters at least."), least=LEAST
        )
    salt, key = random(32), random(32)
    return Head(
        "passphrase", node, when, salt, _wrap(_stretched(passphrase, salt, cost), key), cost=cost
    ), key


def with_key(private: bytes) -> Opener:
    """Open backups with a recovery key; raises NotAllowed when they were made for another, or not for a key."""

    def opened(head: Head, name: str) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

        if head.lock != "recovery-key":
            raise NotAllowed("recovery.lock", _("{file} opens with a passphrase, not with a key."), file=name)
        own = X25519PrivateKey.from_private_bytes(private)
        public = own.public_key().public_bytes_raw()
        refusal = NotAllowed(
            "recovery.key",
            _(
                "This recovery key does not open {file}: it was made for another one, or its head was altered."
            ),
            file=name,
        )
        try:
            shared = own.exchange(X25519PublicKey.from_public_bytes(head.salt))
        except ValueError:
            raise refusal from None
        return _unwrap(derived(shared, head.salt + public, b"recovery key"), head.wrapped, refusal)

    return opened


def with_passphrase(ask: Callable[[], str]) -> Opener:
    """Open backups with a passphrase, asked for when one is needed; raises NotAllowed for a wrong one."""

    def opened(head: Head, name: str) -> bytes:
        if head.lock != "passphrase":
            raise NotAllowed(
                "recovery.lock-key",
                _("{file} opens with a recovery key file: give it with --key."),
                file=name,
            )
        if not 1 <= head.cost <= _MOST:
            raise NotAllowed("recovery.cost", _("The head of {file} was altered."), file=name)
        refusal = NotAllowed(
            "recovery.passphrase",
            _("The passphrase does not open {file}: it is another one, or the head of the file was altered."),
            file=name,
        )
        return _unwrap(_stretched(ask(), head.salt, head.cost), head.wrapped, refusal)

    return opened


def _stretched(passphrase: str, salt: bytes, cost: int) -> bytes:
    from unicodedata import normalize

    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    # the same words typed on another keyboard are the same bytes
    made: bytes = Scrypt(salt=salt, length=32, n=1 << cost, r=8, p=1).derive(
        normalize("NFKC", passphrase).encode()
    )
    return made


def _wrap(by: bytes, key: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(by).encrypt(_NONCE, key, None)


def _unwrap(by: bytes, wrapped: bytes, refusal: NotAllowed) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(by).decrypt(_NONCE, wrapped, None)
    except (InvalidTag, ValueError):
        raise refusal from None
