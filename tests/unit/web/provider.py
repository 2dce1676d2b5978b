"""A small provider of single sign-on: OpenID Connect Core 1.0 over real HTTP, with real signatures, and with faults on demand."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@dataclass
class Provider:
    """Everybody who comes is `subject`; `claims` and `head` replace what is signed, `forge` the whole of it."""

    client: str = "cordiale"
    secret: str = "a secret of the client"
    subject: str = "f3b1"
    claims: dict[str, Any] = field(default_factory=dict)
    head: dict[str, Any] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    signs_with: rsa.RSAPrivateKey | None = None
    unsigned: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    names_itself: str = ""

    def start(self) -> None:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.get(self)

            def do_POST(self) -> None:
                provider.post(self)

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}/realm"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def get(self, asked: Any) -> None:
        path, query = urlsplit(asked.path).path, parse_qs(urlsplit(asked.path).query)
        self.asked.append(path)
        if path == "/realm/.well-known/openid-configuration":
            self.answer(asked, {
                "issuer": self.names_itself or self.issuer,
                "authorization_endpoint": self.issuer + "/authorize",
                "token_endpoint": self.issuer + "/token",
                "jwks_uri": self.issuer + "/keys",
            })  # fmt: skip
        elif path == "/realm/keys":
            public = self.key.public_key().public_numbers()
            self.answer(asked, {"keys": [{"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256", "n": number(public.n), "e": number(public.e)}]})  # fmt: skip
        elif path == "/realm/authorize":
            given = {name: values[0] for name, values in query.items()}
            assert (given["response_type"], given["scope"], given["client_id"]) == (
                "code",
                "openid",
                self.client,
            )
            assert given["code_challenge_method"] == "S256"
            code = secrets.token_urlsafe(16)
            self.codes[code] = given
            back = urlencode({"code": code, "state": given["state"], "iss": self.issuer})
            asked.send_response(302)
            asked.send_header("location", f"{given['redirect_uri']}?{back}")
            asked.end_headers()
        else:
            asked.send_error(404)

    def post(self, asked: Any) -> None:
        self.asked.append(asked.path)
        length = int(asked.headers["content-length"])
        form = {name: values[0] for name, values in parse_qs(asked.rfile.read(length).decode()).items()}
        login = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
        given = self.codes.pop(form["code"], None)  # a code is good once (RFC 6749 §4.1.2)
        right = (
            given is not None
            and login == f"{self.client}:{self.secret}"
            and form["redirect_uri"] == given["redirect_uri"]
            and b64(sha256(form["code_verifier"].encode()).digest()) == given["code_challenge"]
        )
        if given is None or not right:
            asked.send_error(400)
            return
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": self.subject, "aud": self.client, "iat": now, "exp": now + 300}
        claims |= {"nonce": given["nonce"], "email": "olga@example.org", **self.claims}
        self.answer(asked, {"access_token": "x", "token_type": "Bearer", "id_token": self.signed(claims)})

    def signed(self, claims: dict[str, Any]) -> str:
        """Return claims as the provider signs them (RFC 7515)."""
        head = {"alg": "RS256", "kid": "1", **self.head}
        said = b64(json.dumps(head).encode()) + "." + b64(json.dumps(claims).encode())
        if self.unsigned:
            return said + "."
        if head["alg"] == "HS256":  # by what everybody knows
            import hmac

            public = self.key.public_key().public_numbers()
            return said + "." + b64(hmac.new(number(public.n).encode(), said.encode(), sha256).digest())
        key = self.signs_with or self.key
        return said + "." + b64(key.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256()))

    def answer(self, asked: Any, value: Any) -> None:
        body = json.dumps(value).encode()
        asked.send_response(200)
        asked.send_header("content-type", "application/json")
        asked.send_header("content-length", str(len(body)))
        asked.end_headers()
        asked.wfile.write(body)
