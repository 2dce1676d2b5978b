"""A signing key that never leaves a hardware module, spoken to by PKCS#11 (the extra `pkcs11`).

The key is named by a URI (RFC 7512) in the place where a file would hold the key itself, such as
`pkcs11:token=cordiale;object=signing?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/etc/cordiale/pin`.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _
from cordiale.release.signer import Signer

SCHEME: Final = "pkcs11:"

VARIABLES: Final = (
    "SOFTHSM2_CONF",
    "YUBIHSM_PKCS11_CONF",
    "CKNFAST_LOADSHARING",
    "ChrystokiConfigurationPath",
)
"""Variables by which common modules find their configuration; the egress process is given these and no others."""

#: PKCS#11 3.0, section 2.3.7: the curve as a PrintableString in CKA_EC_PARAMS.
_EDWARDS25519: Final = b"\x13\x0cedwards25519"

_BROKEN = _("The signing key in the module cannot be used ({problem}). Check {uri}.")


class Uri(msgspec.Struct, frozen=True):
    """Hold the parts of a PKCS#11 URI that are used; `pin_source` is a file that its owner alone reads."""

    text: str
    token: str
    object: str
    module: str
    pin_source: str
    id: bytes = b""


def read_uri(text: str) -> Uri:
    """Read a PKCS#11 URI; raises ConfigurationError naming what is missing or must not stand there."""
    path, _mark, query = text.strip().removeprefix(SCHEME).partition("?")
    parts = dict(part.partition("=")[::2] for part in path.split(";"))
    parts |= dict(part.partition("=")[::2] for part in query.split("&"))
    named = {name: unquote(value) for name, value in parts.items()}
    if "pin-value" in named:
        raise ConfigurationError(
            "pkcs11-pin",
            _(
                "A PIN must not stand in a URI, where others may read it: write it to a file of mode 600 and name that as pin-source."
            ),
        )
    missing = [n for n in ("token", "module-path", "pin-source") if not named.get(n)]
    if not named.get("object") and not named.get("id"):
        missing.append("object")
    if missing:
        raise ConfigurationError(
            "pkcs11-uri",
            _("The URI of the signing key lacks {parts}: {uri}"),
            parts=", ".join(missing),
            uri=text.strip()[:300],
        )
    return Uri(
        text.strip(),
        named["token"],
        named.get("object", ""),
        named["module-path"],
        named["pin-source"].removeprefix("file:").removeprefix("//"),
        unquote(parts.get("id", ""), "latin-1").encode("latin-1"),
    )


def load(text: str) -> Signer:
    """Open the module, log in and return the signer of its Ed25519 key; the session stays open.

    Raises ConfigurationError saying what is missing: the extra, the module, the token, the PIN or the key.
    """
    uri = read_uri(text)
    private, public = _find(_session(uri), uri)
    import pkcs11

    def sign(message: bytes) -> bytes:
        return bytes(private.sign(message, mechanism=pkcs11.Mechanism.EDDSA))

    return Signer(public, sign)


def public_key(text: str) -> bytes:
    """Return the public half (32 bytes) of the key a URI names; raises ConfigurationError as `load` does."""
    uri = read_uri(text)
    session = _session(uri)
    try:
        return _find(session, uri)[1]
    finally:
        session.close()


def _find(session: Any, uri: Uri) -> tuple[Any, bytes]:
    """Return the private key and the raw public one."""
    import pkcs11

    wanted: dict[Any, Any] = {pkcs11.Attribute.KEY_TYPE: pkcs11.KeyType.EC_EDWARDS}
    if uri.object:
        wanted[pkcs11.Attribute.LABEL] = uri.object
    if uri.id:
        wanted[pkcs11.Attribute.ID] = uri.id
    try:
        keys = [
            list(session.get_objects({pkcs11.Attribute.CLASS: kind, **wanted}))
            for kind in (pkcs11.ObjectClass.PRIVATE_KEY, pkcs11.ObjectClass.PUBLIC_KEY)
        ]
        if [len(found) for found in keys] != [1, 1]:
            raise _refusal(uri, "several-keys" if any(keys) else "no-key")
        (private,), (public,) = keys
        point = bytes(public[pkcs11.Attribute.EC_POINT])
    except pkcs11.PKCS11Error as error:
        raise _refusal(uri, type(error).__name__) from error
    # the standard says OCTET STRING around the 32 bytes; some modules give them bare
    raw = point[2:] if len(point) == 34 and point[:2] == b"\x04\x20" else point
    if len(raw) != 32:
        raise _refusal(uri, "not-ed25519")
    return private, raw


def generate(text: str) -> bytes:
    """Make an Ed25519 key pair in the module under the object name of a URI; return its public half (32 bytes).

    The private half cannot be taken out again. Raises ConfigurationError as `load` does, or when the name is taken.
    """
    uri = read_uri(text)
    session = _session(uri, writing=True)
    import pkcs11

    try:
        taken = list(session.get_objects({pkcs11.Attribute.LABEL: uri.object}))
        if taken or not uri.object:
            raise _refusal(uri, "name-taken" if taken else "no-name")
        parameters = session.create_domain_parameters(
            pkcs11.KeyType.EC_EDWARDS, {pkcs11.Attribute.EC_PARAMS: _EDWARDS25519}, local=True
        )
        parameters.generate_keypair(
            mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
            store=True,
            label=uri.object,
            private_template={
                pkcs11.Attribute.SENSITIVE: True,
                pkcs11.Attribute.EXTRACTABLE: False,
                pkcs11.Attribute.PRIVATE: True,
            },
        )
    except pkcs11.PKCS11Error as error:
        raise _refusal(uri, type(error).__name__) from error
    finally:
        session.close()
    return public_key(text)


def _session(uri: Uri, *, writing: bool = False) -> Any:
    try:
        import pkcs11
    except ImportError as error:
        raise ConfigurationError(
            "pkcs11-missing",
            _("A key in a module needs the extra pkcs11. Install it: pip install 'cordiale[pkcs11]'"),
        ) from error
    try:
        token = pkcs11.lib(uri.module).get_token(token_label=uri.token)
        try:
            return token.open(rw=writing, user_pin=_pin(uri))
        except pkcs11.UserAlreadyLoggedIn:  # this process has another session: logging in is for all of them
            return token.open(rw=writing)
    except (pkcs11.PKCS11Error, OSError, RuntimeError) as error:
        raise _refusal(uri, type(error).__name__) from error


def _pin(uri: Uri) -> str:
    file = Path(uri.pin_source)
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise ConfigurationError(
                "signing-key-readable",
                _("The signing key {file} can be read by other users. Run: chmod 600 {file}"),
                file=str(file),
            )
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise _refusal(uri, f"pin-source: {error.strerror}") from error


def _refusal(uri: Uri, problem: str) -> ConfigurationError:
    return ConfigurationError("pkcs11", _BROKEN, problem=problem, uri=uri.text)
