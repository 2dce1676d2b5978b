"""The way to a node's REST interface: nothing in the clear beyond this machine, no redirects, certificates pinned."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Final

import httpx

from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _
from cordiale.sdk.wire import PREFIX

TIMEOUT_S: Final = 60.0


def opened(
    url: str,
    token: str,
    *,
    lang: str = "en",
    transport: httpx.BaseTransport | None = None,
    certificate: Path | None = None,
) -> httpx.Client:
    """Return a connection to the node at `url` that shows the token with each request, as `client.connect` describes.

    Raises ConfigurationError for an address, a token or a certificate that cannot be used.
    """
    address = httpx.URL(url)
    if address.scheme not in ("http", "https") or not address.host:
        raise ConfigurationError(
            "sdk.url", _("“{url}” is not an address such as https://node.example.org."), url=url
        )
    if address.scheme == "http" and address.host not in ("127.0.0.1", "::1", "localhost"):
        raise ConfigurationError(
            "sdk.plain",
            _("{url} is in the clear: whoever is on the way would read the token. Use https://."),
            url=url,
        )
    if not token.strip() or not token.isascii():
        raise ConfigurationError(
            "sdk.token", _("The token is empty or damaged: give it as `cordiale token add` printed it.")
        )
    return httpx.Client(
        base_url=address.copy_with(path=PREFIX + "/"),
        headers={"authorization": f"Bearer {token.strip()}", "accept-language": lang, "accept": "*/*"},
        timeout=TIMEOUT_S,
        follow_redirects=False,
        transport=transport,
        verify=_pinned(certificate) if certificate else True,
    )


def _pinned(certificate: Path) -> ssl.SSLContext:
    """Trust one certificate, whatever name it is reached by; raises ConfigurationError for what is none."""
    try:
        context = ssl.create_default_context(cafile=str(certificate))
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            "sdk.certificate",
            _("{file} is no certificate (PEM): give the node's keys/tls.crt."),
            file=str(certificate),
        ) from error
    context.check_hostname = False  # the key is pinned: a name would add nothing
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
