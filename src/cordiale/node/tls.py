"""The node's TLS key: made once, shown to partners by its pin, and used to answer and to ask."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cordiale.exchange.partners import tls
from cordiale.node import layout
from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _
from cordiale.platform.replacing import replace_file

if TYPE_CHECKING:
    from cordiale.exchange.home import Partner
    from cordiale.exchange.message import Transport
    from cordiale.node.node import Node
    from cordiale.platform.configuration import Settings


def by_tls(settings: Settings, host: str) -> bool:
    """Tell whether the node answers by TLS on an address."""
    return settings.serve.tls == "always" or (settings.serve.tls == "auto" and not tls.is_loopback(host))


def make_files(folder: Path, name: str) -> None:
    """Make the TLS key and its certificate where there are none."""
    key, certificate = layout.tls_key(folder), layout.tls_certificate(folder)
    if key.exists() and certificate.exists():
        return
    write_pair(key, certificate, *tls.make_certificate(name))


def write_pair(key: Path, certificate: Path, key_pem: bytes, certificate_pem: bytes) -> None:
    """Write a key that its owner alone reads, then its certificate: where the second stands, so does the first."""
    for file, content, mode in ((key, key_pem, 0o600), (certificate, certificate_pem, 0o644)):
        replace_file(file, content, mode)


def shown_certificates(folder: Path, settings: Settings) -> tuple[bytes, ...]:
    """Return the certificates (DER) whose keys partners pin: the proxy's where one is set, else our own and the one to follow.

    Raises ConfigurationError when one cannot be read.
    """
    own = (layout.tls_certificate(folder), layout.next_tls_certificate(folder))
    shown = settings.serve.certificate
    files = [Path(shown)] if shown else [file for file in own if file.exists()]
    try:
        return tuple(tls.read_certificate(file.read_bytes(), str(file)) for file in files)
    except OSError as error:
        raise ConfigurationError(
            "tls-certificate",
            _("The certificate {file} cannot be read ({error}): see serve.certificate."),
            file=str(error.filename),
            error=error.strerror or str(error),
        ) from error


def answering_context(node: Node) -> ssl.SSLContext:
    """Return the context to answer with, which follows changes of the key and, where asked, of the partners.

    Raises ConfigurationError when the key cannot be used.
    """
    make_files(node.path, node.desk.node)
    files = (layout.tls_certificate(node.path), layout.tls_key(node.path))
    only = _pinned(node) if node.settings.serve.partners_only else None
    try:
        context = tls.server_context(*files, only)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            "tls-key",
            _("The TLS key {file} cannot be used ({error}): bring it back from a backup of this node."),
            file=str(files[1]),
            error=type(error).__name__,
        ) from error
    known = [_stamp(files), node.store.changed()]

    def hello(_connection: object, _name: str | None, asked: ssl.SSLContext) -> None:
        """Look for a new key or new partners whenever somebody connects; they count from the next connection on."""
        if (stamp := _stamp(files)) != known[0]:
            asked.load_cert_chain(*files)
            known[0] = stamp
        if only is not None and (token := node.store.changed()) != known[1]:
            tls.trust(asked, _pinned(node))
            known[1] = token

    context.sni_callback = hello
    return context


def carrier(folder: Path, settings: Settings, partner: Partner) -> Transport:
    """Return the way to a partner: TLS to its pinned key; in the clear on this machine, or where settings say so."""
    from cordiale.exchange.link.http import http_transport, refusing_plain

    parts = urlsplit(partner.url)
    base = f"{parts.scheme}://{parts.netloc}"
    patience = float(settings.exchange.timeout_s)
    if parts.scheme == "http" and not (settings.exchange.plain_http or tls.is_loopback(parts.hostname or "")):
        return refusing_plain(partner.node, base)
    if parts.scheme == "https" and partner.pins:
        own = (layout.tls_certificate(folder), layout.tls_key(folder))
        context = tls.client_context(partner.node, partner.pins, own if own[0].exists() else None)
        return http_transport(base, timeout=patience, verify=context)
    return http_transport(base, timeout=patience)


def _stamp(files: tuple[Path, Path]) -> tuple[int, ...]:
    try:
        return tuple(file.stat().st_mtime_ns for file in files)
    except FileNotFoundError:
        return ()


def _pinned(node: Node) -> list[bytes]:
    from cordiale.exchange.partners.pairing import partners

    with node.store.read() as tx:
        return [c for one in partners(tx) if one.state == "confirmed" for c in one.certificates]
