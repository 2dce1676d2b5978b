"""Read certificates that were saved beside pages: the names in one certificate were put there by one hand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

from cordiale.domains.information.kinship.mark import Mark, Seen
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

NAMES: Final = 25
"""Names of one certificate above which it is a provider's, which puts its clients' names together."""


def looks_like_certificate(head: bytes) -> bool:
    """Tell whether a file begins as a certificate does, written as PEM or DER."""
    return b"-----BEGIN CERTIFICATE-----" in head or (head[:1] == b"\x30" and head[1:2] in (b"\x82", b"\x81"))


def certificate_marks(content: bytes, file: str, sha256: str) -> Iterator[Mark]:
    """Yield a mark for each site that a certificate names (of a chain: its first); none for a provider's.

    Raises InputError for a certificate that cannot be read.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        pem = b"-----BEGIN CERTIFICATE-----" in content
        read = x509.load_pem_x509_certificates(content)[0] if pem else x509.load_der_x509_certificate(content)
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found = sorted({one.removeprefix("*.").removeprefix("www.").lower() for one in names.get_values_for_type(x509.DNSName)})  # fmt: skip
    except x509.ExtensionNotFound:
        found = []
    except (ValueError, IndexError) as error:
        raise InputError(
            "certificate-damaged", _("{name} is a certificate that cannot be read."), name=file
        ).at("files") from error
    if len(found) > NAMES:
        return
    fingerprint = hashlib.sha256(read.fingerprint(SHA256())).hexdigest()[:32]
    for name in found:
        seen = Seen(file=file, sha256=sha256, address=f"https://{name}/", piece=", ".join(found)[:300])
        yield Mark(site=name, kind="certificate", value=fingerprint, seen=seen)
