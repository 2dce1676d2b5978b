"""Fetch addresses, guarded: only from the open internet, without anything of this node's, never more than a page.

Nobody's list of addresses may make a node ask its own network. So a name is resolved once, every address it has must be public, and
the connection goes to one of those and to no other; the same again for each redirect. Nothing identifies the node to the far side: no
cookie, no credential, none taken over from an address.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final
from urllib.parse import urljoin, urlsplit

import msgspec

from cordiale import __version__
from cordiale.domains.information.readers.result import Aside
from cordiale.domains.information.readers.warc import unpacked_body
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

LARGEST: Final = 20 << 20
"""Bytes of one answer."""

SECONDS: Final = 30.0
"""Time of one address, redirects and all."""

REDIRECTS: Final = 5
ADDRESSES: Final = 1_000
"""Addresses of one list."""

PORTS: Final = frozenset({80, 443})
CLOSED: Final = tuple(
    ipaddress.ip_network(one)
    for one in ("192.0.0.0/24", "fec0::/10", "3fff::/20", "5f00::/16", "64:ff9b:1::/48")
)
"""Networks that the registers of IANA keep off the open internet and older lists of them do not know."""

PIECE: Final = 64 << 10
"""Bytes of an answer between two looks at the clock."""

AGENT: Final = f"Cordiale/{__version__}"

Resolve = Callable[[str, int], Sequence[str]]
"""Given a host and a port, return its addresses."""

Allowed = Callable[[str, int], bool]
"""Given an address and a port, tell whether it may be asked."""


class Fetched(msgspec.Struct, frozen=True):
    """An answer: the address asked for, the one that answered, kind and bytes."""

    address: str
    final: str
    media_type: str
    body: bytes


def listed(text: str) -> tuple[str, ...]:
    """Return the addresses of a text that holds one a line and nothing else; empty for another text. "#" begins a remark."""
    lines = [line.strip() for line in text.splitlines()]
    found = [line for line in lines if line and not line.startswith("#")]
    if not found or not all(line.startswith(("http://", "https://")) and " " not in line for line in found):
        return ()
    return tuple(dict.fromkeys(found))


def public(address: str, port: int) -> bool:
    """Tell whether an address is one of the open internet and the port one of the web."""
    if port not in PORTS:
        return False
    try:
        found: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(
        one.is_global
        and not one.is_multicast
        and not one.is_reserved
        and not any(one in network for network in CLOSED)
        for one in (found, *_inside(found))
    )


def _inside(found: ipaddress.IPv4Address | ipaddress.IPv6Address) -> Iterator[ipaddress.IPv4Address]:
    """Yield the IPv4 addresses that an IPv6 address carries: mapped, 6to4, Teredo, NAT64 (RFC 6052)."""
    if isinstance(found, ipaddress.IPv4Address):
        return
    if found.ipv4_mapped:
        yield found.ipv4_mapped
    if found.sixtofour:
        yield found.sixtofour
    if found.teredo:
        yield from found.teredo
    if found in ipaddress.ip_network("64:ff9b::/96"):
        yield ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host as this machine resolves it; raises OSError."""
    return tuple(
        dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    )


def fetch(
    address: str,
    *,
    resolved: Resolve = resolve,
    allowed: Allowed = public,
    largest: int = LARGEST,
    seconds: float = SECONDS,
) -> Fetched:
    """Return what an address answers; raises InputError that says why it was not asked or did not answer."""
    deadline = time.monotonic() + seconds
    here = address
    for _count in range(REDIRECTS + 1):
        answer = _once(here, resolved, allowed, largest, deadline)
        if isinstance(answer, tuple):
            media_type, body = answer
            return Fetched(address, here, media_type, body)
        here = urljoin(here, answer)
    raise InputError(
        "fetch-redirects",
        _("{address} leads on more than {limit} times."),
        address=address[:200],
        limit=REDIRECTS,
    )


def fetch_all(
    addresses: Iterable[str], *, resolved: Resolve = resolve, allowed: Allowed = public
) -> Iterator[Fetched | Aside]:
    """Yield the answer of each address in turn, or why there is none, with its place in the list."""
    for place, address in enumerate(addresses, 1):
        if place > ADDRESSES:
            yield Aside(
                place,
                "fetch-many",
                _("Only the first {limit} addresses are fetched."),
                {"limit": str(ADDRESSES)},
            )
            return
        try:
            yield fetch(address, resolved=resolved, allowed=allowed)
        except InputError as error:
            yield Aside(
                place, error.code, error.message_id, {key: str(value) for key, value in error.params.items()}
            )


def _once(
    address: str, resolved: Resolve, allowed: Allowed, largest: int, deadline: float
) -> str | tuple[str, bytes]:
    """Ask one address; return (kind, body), or where it leads on to."""
    scheme, host, port, path = _parts(address)
    try:
        found = resolved(host, port)
    except (OSError, UnicodeError) as error:
        raise InputError("fetch-name", _("The name {host} leads nowhere."), host=host[:200]) from error
    if not found or not all(allowed(one, port) for one in found):
        raise InputError(
            "fetch-private",
            _("{address} leads into a network that is not public, or to another port: it is not asked."),
            address=address[:200],
        )
    connection = _Pinned(host, port, found[0], tls=scheme == "https", deadline=deadline)
    watch = threading.Timer(max(0.1, deadline - time.monotonic()), connection.cut)
    watch.daemon = True
    watch.start()
    try:
        connection.request(
            "GET",
            path,
            headers={
                "User-Agent": AGENT,
                "Accept": "text/html,application/xhtml+xml,*/*;q=0.5",
                "Accept-Encoding": "gzip",
            },
        )
        response = connection.getresponse()
        if response.status in (301, 302, 303, 307, 308) and response.getheader("Location"):
            return str(response.getheader("Location"))
        if response.status != 200:
            raise InputError(
                "fetch-status",
                _("{address} answers {status}."),
                address=address[:200],
                status=response.status,
            )
        body = _body(response, largest, deadline)
        plain = (
            unpacked_body(body, response.getheader("Content-Encoding") or "")
            if len(body) <= largest
            else None
        )
        if plain is None or len(plain) > largest:
            raise InputError(
                "fetch-large",
                _("{address} answers with more than {limit} MB, or something that cannot be unpacked."),
                address=address[:200],
                limit=largest >> 20,
            )
        return (response.getheader("Content-Type") or "").partition(";")[0].strip().lower(), plain
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = time.monotonic() >= deadline
        raise InputError(
            "fetch-time" if late else "fetch-failed",
            _("{address} does not answer in time.") if late else _("{address} does not answer: {words}."),
            address=address[:200],
            words=str(error)[:200] or type(error).__name__,
        ) from error
    finally:
        watch.cancel()
        connection.close()


def _body(response: http.client.HTTPResponse, largest: int, deadline: float) -> bytes:
    """Read an answer up to a little more than its maximum; raises TimeoutError at the deadline, IncompleteRead for less than was said."""
    said = response.length
    body = bytearray()
    while len(body) <= largest and (said is None or len(body) < said):
        piece = response.read1(PIECE)
        if time.monotonic() >= deadline:
            raise TimeoutError
        if not piece:
            break
        body += piece
    if said is not None and len(body) < said and len(body) <= largest:
        raise http.client.IncompleteRead(b"", said - len(body))
    return bytes(body)


def _parts(address: str) -> tuple[str, str, int, str]:
    """Return scheme, host, port and path; raises InputError for what is no plain address of the web."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
        named = host if host.isascii() else host.encode("idna").decode()
    except ValueError:
        host, port = "", None
    if not host or parts.scheme not in ("http", "https") or any(ord(c) < 33 for c in address):
        raise InputError("fetch-address", _("“{address}” is no address of the web."), address=address[:200])
    if parts.username is not None or parts.password is not None:
        raise InputError(
            "fetch-credentials",
            _("{host} is asked for with a name or password in the address: it is not asked."),
            host=host[:200],
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    quoted = "".join(c if ord(c) < 127 else "".join(f"%{byte:02X}" for byte in c.encode()) for c in path)
    return parts.scheme, named, port or (443 if parts.scheme == "https" else 80), quoted


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever the name says by now."""

    def __init__(self, host: str, port: int, address: str, *, tls: bool, deadline: float) -> None:
        super().__init__(host, port, timeout=max(0.1, deadline - time.monotonic()))
        self._address = address
        self._tls = tls
        self._deadline = deadline
        self._over = False
        self._held: socket.socket | None = None
        self.default_port = 443 if tls else 80

    def connect(self) -> None:
        """Connect to the address that was allowed; raises TimeoutError where the time is over by then."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._tls:
            # only what is held can be cut: the handshake comes after
            wrapped = ssl.create_default_context().wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock = self._held = wrapped
            self._in_time()
            wrapped.do_handshake()
        self._held = self.sock  # the answer takes the socket over once its head is read
        self._in_time()

    def _in_time(self) -> None:
        left = self._deadline - time.monotonic()
        if self._over or left <= 0:
            raise TimeoutError
        self.sock.settimeout(left)

    def cut(self) -> None:
        """End what takes too long, wherever it is."""
        self._over = True  # whoever is connecting looks at it afterwards
        held = self._held or self.sock
        if held is not None:
            with suppress(OSError):
                # not the shutdown of a TLS socket, which would go on in the clear
                socket.socket.shutdown(held, socket.SHUT_RDWR)
