"""Servers outside every partnership, named in the node's configuration: asked with what signs in there, and nothing else.

Only an address of the configuration is asked, never one that was received. No redirect is followed and no proxy of the
environment used, so what signs in goes to no other server; in the clear it goes to this machine alone.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlsplit

import msgspec

from cordiale.exchange.link.http import http_transport, refusing_plain
from cordiale.exchange.message import Request, Response, Streaming, Transport
from cordiale.platform.errors import ConfigurationError, NotAllowed, NotFound, ProtocolError, Unavailable
from cordiale.platform.languages import _
from cordiale.platform.replacing import replace_file

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.platform.settings import OutsideSection

Kind = Literal["misp", "taxii"]

LARGEST: Final = 256 << 20
"""Bytes of an answer that is held whole."""

_HOME: Final = frozenset(("localhost", "127.0.0.1", "::1"))


class Server(msgspec.Struct, frozen=True):
    """A server that can be asked: its section of the configuration, the way there, and what signs in."""

    name: str
    section: OutsideSection
    base: str
    transport: Transport
    headers: Mapping[str, str]
    largest: int

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Response:
        """Send one request under the server's address and return its answer, whatever it says."""
        return self.transport(Request(method, self.base + path, "", {**self.headers, **headers}, body))

    def save(
        self, method: str, path: str, body: bytes, file: Path, patience: float = 120.0
    ) -> Mapping[str, str]:
        """Send one request, write the answer into a file as it comes, and return its headers; raises as `checked` does."""
        request = Request(method, self.base + path, "", dict(self.headers), body)
        if not isinstance(self.transport, Streaming):
            answer = checked(self.name, self.transport(request))
            replace_file(file, answer.body, 0o600)
            return answer.headers
        with self.transport.flow(request, patience) as flow:
            if flow.status != 200:
                raise refusal(self.name, flow.status)
            partly = file.with_suffix(".part")
            size = 0
            with partly.open("wb") as stream:
                for part in flow.parts:
                    size += len(part)
                    if size > self.largest:
                        raise ProtocolError(
                            "exchange.answer.size",
                            _("The answer is larger than {limit} bytes."),
                            limit=self.largest,
                        )
                    stream.write(part)
            partly.replace(file)
            return flow.headers


def server(desk: Desk, kind: Kind, name: str) -> Server:
    """Return a server of the configuration; raises NotFound for an unknown name, ConfigurationError for what is wrong with it."""
    section: OutsideSection | None = getattr(desk.settings, kind).get(name)
    if section is None or not section.url:
        raise NotFound(
            "no-server",
            _("There is no server {name}: write [{kind}.{name}] with its url in cordiale.toml."),
            name=name[:60],
            kind=kind,
        )
    parts = urlsplit(section.url)
    headers = _signed_in(desk, kind, name, section)
    transport: Transport
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(
            "server-credentials",
            _(
                "The address of {name} holds a name or password: put it into a file, and name that in key_file."
            ),
            name=name,
        )
    if parts.scheme != "https" and parts.hostname not in _HOME and not desk.settings.exchange.plain_http:
        transport = refusing_plain(name, section.url)
    else:
        transport = http_transport(
            f"{parts.scheme}://{parts.netloc}",
            timeout=float(desk.settings.exchange.timeout_s),
            max_bytes=LARGEST,
            verify=_trusted(desk, name, section),
        )
    return Server(
        name, section, parts.path.rstrip("/"), transport, headers, desk.settings.limits.bundle_bytes
    )


def _trusted(desk: Desk, name: str, section: OutsideSection) -> ssl.SSLContext | bool:
    if not section.certificate:
        return True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    file = desk.folder / section.certificate
    try:
        context.load_verify_locations(cafile=str(file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            "server-certificate",
            _("{file} of {name} holds no certificate (PEM) that can be read."),
            file=str(file),
            name=name,
        ) from error
    return context


def _signed_in(desk: Desk, kind: Kind, name: str, section: OutsideSection) -> dict[str, str]:
    if not section.key_file:
        return {}
    file = desk.folder / section.key_file
    try:
        key = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            "server-key", _("The key of {name} cannot be read from {file}."), name=name, file=str(file)
        ) from error
    if not key or not key.isascii() or not key.isprintable():
        raise ConfigurationError(
            "server-key", _("The key of {name} cannot be read from {file}."), name=name, file=str(file)
        )
    if kind == "misp":
        return {"authorization": key}
    if ":" in key:
        return {"authorization": "Basic " + base64.b64encode(key.encode()).decode()}
    return {"authorization": f"Bearer {key}"}


def checked(name: str, answer: Response) -> Response:
    """Return an answer that is one; raises NotAllowed, Unavailable or ProtocolError for another."""
    if answer.status != 200:
        raise refusal(name, answer.status)
    return answer


def refusal(name: str, status: int) -> NotAllowed | Unavailable | ProtocolError:
    """Return what an answer that is none means."""
    if status in (401, 403):
        return NotAllowed(
            "server-refuses",
            _(
                "{name} refuses this ({status}): look at the key in its key_file, and at what it allows there."
            ),
            name=name,
            status=status,
        )
    if status == 429 or status >= 500:
        return Unavailable(
            "server-unavailable",
            _("{name} cannot answer now ({status}): try again later."),
            name=name,
            status=status,
        )
    return ProtocolError(
        "server-answer", _("{name} answers {status}, which was not expected."), name=name, status=status
    )
