"""A browser without a screen: it keeps cookies as browsers do, and sends forms with the token of the page."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

_TOKEN = re.compile(r'<meta name="csrf" content="([^"]*)">')


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    cookies: tuple[str, ...]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def to(self) -> str:
        return self.headers.get("location", "")


@dataclass
class Browser:
    """`secure` browsers speak TLS; `address` is where they are."""

    app: Any
    secure: bool = False
    host: str = "127.0.0.1:8470"
    address: str = "127.0.0.1"
    jar: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    def get(self, target: str, **headers: str) -> Answer:
        """Open a page and remember the token of its forms."""
        answer = self.ask("GET", target, b"", **headers)
        found = _TOKEN.search(answer.body.decode("utf-8", "replace"))
        if found:
            self.csrf = found[1]
        return answer

    def post(self, target: str, fields: Any = (), *, csrf: str | None = None, **headers: str) -> Answer:
        """Send a form as the page that was opened last would."""
        given = list(fields.items() if isinstance(fields, dict) else fields)
        body = urlencode([("csrf", self.csrf if csrf is None else csrf), *given]).encode()
        kind = {"content_type": "application/x-www-form-urlencoded", "sec_fetch_site": "same-origin"}
        return self.ask("POST", target, body, **{**kind, **headers})

    def follow(self, answer: Answer) -> Answer:
        """Go where an answer sends us, to the end."""
        for _step in range(5):
            if answer.status not in (302, 303):
                break
            answer = self.get(answer.to)
        return answer

    def sign_in(self, name: str, password: str) -> Answer:
        """Sign in by the form."""
        self.get("/sign-in")
        return self.post("/sign-in", {"name": name, "password": password})

    def session(self) -> str | None:
        """Return the cookie of the session."""
        return next((value for name, value in self.jar.items() if "session" in name), None)

    def ask(self, method: str, target: str, body: bytes, **headers: str) -> Answer:
        """Send one request with the cookies; header names are written with underscores."""
        parts = urlsplit(target)
        jar = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        given = {"host": self.host, **({"cookie": jar} if jar else {}), **headers}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "https" if self.secure else "http",
            "path": unquote(parts.path),
            "raw_path": quote(parts.path, safe="/%").encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(k.replace("_", "-").encode(), v.encode("latin-1")) for k, v in given.items()],
            "client": (self.address, 1),
            "server": ("127.0.0.1", 8470),
        }
        sent: list[Any] = []

        async def run() -> None:
            given = iter([{"type": "http.request", "body": body, "more_body": False}])

            async def receive() -> Any:
                return next(given, {"type": "http.disconnect"})

            async def send(message: Any) -> None:
                sent.append(message)

            await self.app(scope, receive, send)

        asyncio.run(run())
        start = next(m for m in sent if m["type"] == "http.response.start")
        content = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body")
        cookies = tuple(v.decode() for k, v in start["headers"] if k.lower() == b"set-cookie")
        for written in cookies:
            self._keep(written)
        found = {k.decode().lower(): v.decode() for k, v in start["headers"]}
        return Answer(start["status"], found, cookies, content)

    def _keep(self, written: str) -> None:
        for name, morsel in SimpleCookie(written).items():
            assert not name.startswith("__Host-") or (morsel["secure"] and morsel["path"] == "/" and not morsel["domain"])  # fmt: skip
            if morsel["secure"] and not self.secure:
                continue  # as browsers do
            if morsel["max-age"] == "0":
                self.jar.pop(name, None)
            else:
                self.jar[name] = morsel.value
