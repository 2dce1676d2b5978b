"""A real node whose REST interface is asked without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from cordiale.desk.actor import VERBS, house
from cordiale.desk.person.people import person_add
from cordiale.desk.person.person_tokens import NEVER, token_add
from cordiale.node import Node
from cordiale.rest.app import application
from cordiale.sdk.client import Client, connect
from cordiale.sdk.wire import PREFIX
from tests.unit.web.asgi import Answer, ask

OPERATOR = house("operator")
EVERYTHING = tuple(sorted(VERBS.keys() - NEVER))


@dataclass
class Served:
    """A node and the tokens of its people."""

    node: Node
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.app = application(self.node.desk)

    def person(
        self, name: str, *scopes: str, tlp: str = "green", roles: tuple[str, ...] = ("analyst", "officer")
    ) -> str:
        """Write down a person, and return a token of theirs for these verbs (default: all that tokens may be for)."""
        person_add(self.node.desk, OPERATOR, name, roles=roles, tlp=tlp)
        made = token_add(self.node.desk, OPERATOR, "test", scopes=scopes or EVERYTHING, person=name)
        self.tokens[name] = made.token
        return made.token

    def ask(
        self,
        path: str,
        by: str = "",
        *,
        method: str = "GET",
        body: Any = None,
        raw: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask one address below `/api/v1` as a person."""
        named = {name.replace("-", "_"): value for name, value in (headers or {}).items()}
        if by:
            named["authorization"] = f"Bearer {self.tokens.get(by, by)}"
        if body is not None:
            raw, named["content_type"] = json.dumps(body).encode(), "application/json"
        return ask(self.app, PREFIX + path, method=method, body=raw, **named)

    def post(self, path: str, by: str, body: Any = None, key: str = "") -> Answer:
        """Post a body as a person, under a key."""
        return self.ask(path, by, method="POST", body=body, headers={"idempotency-key": key} if key else None)

    def client(self, by: str, **named: Any) -> Client:
        """Return the typed client of a person."""
        return connect("http://127.0.0.1:8470", self.tokens.get(by, by), transport=Straight(self), **named)


class Straight(httpx.BaseTransport):
    """Carry the client's requests to the application, in this very process."""

    def __init__(self, served: Served) -> None:
        self._served = served

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        target = quote(request.url.path, safe="/%:") + (
            f"?{request.url.query.decode()}" if request.url.query else ""
        )
        named = {name.replace("-", "_"): value for name, value in request.headers.items() if name != "host"}
        found = ask(self._served.app, target, method=request.method, body=request.read(), **named)
        return httpx.Response(found.status, headers=found.headers, content=found.body)


def said(answer: Answer) -> Any:
    """Read an answer in JSON."""
    return json.loads(answer.body)
