"""TLS between nodes: 1.3 only, and the other side is whoever holds the pinned key; no authority and no name counts."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cordiale.platform.errors import InputError, IntegrityError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    import socket

PIN_REFUSED: Final = "exchange.tls.pin"

#: RFC 5280 section 4.1.2.5: no well-defined expiration. What counts is the key, and its pin ends by a signed change.
_NO_END: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_BEGIN: Final = datetime(2000, 1, 1, tzinfo=UTC)


def make_certificate(node: str) -> tuple[bytes, bytes]:
    """Make a TLS key (P-256) and a certificate it signs for itself; return both as PEM, the key first."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, node)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_BEGIN)
        .not_valid_after(_NO_END)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem, made.public_bytes(Encoding.PEM)


def read_certificate(pem: bytes, origin: str) -> bytes:
    """Return the first certificate of a PEM file as DER; raises InputError naming the file.

    What is in it is not looked at: every command of a node reads its own, and few need more than the bytes.
    """
    text = pem.decode("ascii", "replace")
    begin = text.find(ssl.PEM_HEADER)
    end = text.find(ssl.PEM_FOOTER, begin)
    try:
        if begin < 0 or end < 0:
            raise ValueError("no certificate")
        return ssl.PEM_cert_to_DER_cert(text[begin : end + len(ssl.PEM_FOOTER)])
    except ValueError as error:
        raise InputError(
            "exchange.tls.certificate", _("{file} holds no certificate in PEM form."), file=origin
        ) from error


def pin_of(certificate: bytes) -> bytes:
    """Return the pin of a certificate given as DER: SHA-256 of its SubjectPublicKeyInfo (RFC 7469, section 2.4).

    Raises ValueError for what is no certificate.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = x509.load_der_x509_certificate(certificate).public_key()
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()


class PinnedContext(ssl.SSLContext):
    """Connect to the holder of one of the pinned keys and to nobody else.

    The handshake proves possession of the certificate's key; the certificate itself proves nothing and is not judged.
    """

    pins: frozenset[bytes]
    node: str

    def wrap_socket(self, sock: socket.socket, *args: Any, **named: Any) -> ssl.SSLSocket:
        """Shake hands, then compare keys before a byte of a request goes out; raises IntegrityError."""
        wrapped = super().wrap_socket(sock, *args, **named)
        shown = wrapped.getpeercert(binary_form=True)
        try:
            holds = shown is not None and pin_of(shown) in self.pins
        except ValueError:
            holds = False
        if not holds:
            wrapped.close()
            raise IntegrityError(
                PIN_REFUSED,
                _(
                    "What answers at the address of {node} shows another TLS key than the one pinned for it: somebody is in between, or the key was changed without telling. Nothing was sent."
                ),
                node=self.node,
            )
        return wrapped


def client_context(node: str, pins: Iterable[bytes], own: tuple[Path, Path] | None = None) -> PinnedContext:
    """Return the context that connects to a node by its pins; `own` are our certificate and key files."""
    context = PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the pin is what is verified, in wrap_socket
    context.pins, context.node = frozenset(pins), node
    if own is not None:
        context.load_cert_chain(*own)
    return context


def server_context(certificate: Path, key: Path, only: Iterable[bytes] | None = None) -> ssl.SSLContext:
    """Return the context a node answers with; with `only` (DER) whoever holds none of these keys is turned away."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.load_cert_chain(certificate, key)
    if only is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        # each stands for itself alone: none is an authority that could vouch for another
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        trust(context, only)
    return context


def trust(context: ssl.SSLContext, certificates: Iterable[bytes]) -> None:
    """Let the holders of these certificates (DER) in, from the next connection on."""
    for certificate in certificates:
        try:
            context.load_verify_locations(cadata=certificate)
        except ssl.SSLError as error:
            if "CERT_ALREADY_IN_HASH_TABLE" not in str(error):
                raise


def is_loopback(host: str) -> bool:
    """Tell whether an address or name can only be reached from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
