"""Somebody who signed in at a served node over HTTP, and reads its pages one after the other on one connection."""

from __future__ import annotations

import http.client
import re
import ssl
import time
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

_CSRF = re.compile(rb'name="csrf" value="([^"]*)"')


@dataclass(frozen=True)
class Answer:
    """An answer with the seconds from the question to its last byte."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


@cache
def own_word() -> ssl.SSLContext:
    """Return what takes the certificate of a node on this machine on its own word; made once, as it takes milliseconds."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Visitor:
    """One browser: its connection and its cookies."""

    def __init__(self, port: int, language: str = "en", *, tls: bool = False) -> None:
        self.connection = (
            http.client.HTTPSConnection("127.0.0.1", port, timeout=120, context=own_word())
            if tls
            else http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        )
        self.cookies: dict[str, str] = {}
        self.language = language

    def ask(self, method: str, path: str, body: bytes | None = None, **more: str) -> Answer:
        """Send a request and give the answer, whatever its status."""
        headers = self.headers() | {name.replace("_", "-"): value for name, value in more.items()}
        if body is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        try:
            self.connection.request(method, path, body=body, headers=headers)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # a server ends a connection that rested, as a browser knows; what changes something is not sent twice
            if method != "GET":
                raise
            self.connection.close()
            start = time.perf_counter()
            self.connection.request(method, path, body=body, headers=headers)
            answer = self.connection.getresponse()
        content = answer.read()
        seconds = time.perf_counter() - start
        for given in answer.headers.get_all("set-cookie") or ():
            name, _equals, value = given.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(answer.status, dict(answer.headers.items()), content, seconds)

    def headers(self) -> dict[str, str]:
        """Return what this browser sends with every request."""
        held = {"accept": "text/html", "accept-language": self.language, "accept-encoding": "gzip"}
        if self.cookies:
            held["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return held

    def get(self, path: str) -> Answer:
        """Read a page.

        Raises:
            RuntimeError: the answer is no page.
        """
        answer = self.ask("GET", path)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {answer.body[:300]!r}")
        return answer

    def enter(self, code: str) -> None:
        """Sign in by a link, as those do who follow it: its page first, then the form on it.

        Raises:
            RuntimeError: the link opened nothing.
        """
        page = self.get(f"/enter?{urlencode({'code': code})}").body
        found = _CSRF.search(page)
        form = {"csrf": found[1].decode() if found else "", "code": code, "next": "/"}
        answer = self.ask("POST", "/enter", urlencode(form).encode())
        if answer.status not in (302, 303) or not any("session" in name for name in self.cookies):
            raise RuntimeError(f"signing in: {answer.status} {answer.body[:300]!r}")

    def close(self) -> None:
        """End the connection."""
        self.connection.close()
