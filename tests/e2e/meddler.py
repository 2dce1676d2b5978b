"""A proxy that ends TLS before a node, in a process of its own: `python -m tests.e2e.meddler FOLDER UPSTREAM`.

It listens with the key in FOLDER and passes requests on in the clear. What it does to them stands in FOLDER/mode:
relay, alter (changes a letter in every segment), drop (says there is no segment), downgrade (rewrites the answer to a
greeting), replay-request (sends everything twice and gives the second answer) or replay-answer (gives an answer it saw before).
"""

from __future__ import annotations

import ssl
import sys
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson

seen: dict[str, tuple[int, bytes, dict[str, str]]] = {}


class Meddler(BaseHTTPRequestHandler):
    """Pass a request on and do to it, or to its answer, what the mode says."""

    protocol_version = "HTTP/1.1"
    folder: Path
    upstream: str

    def _pass_on(self) -> None:
        mode = (self.folder / "mode").read_text()
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        status, answer, headers = self._ask(body)
        if mode == "replay-request":
            status, answer, headers = self._ask(body)
        name = self.path.partition("?")[0].rsplit("/", 1)[-1]
        if mode == "replay-answer" and name in seen:
            status, answer, headers = seen[name]
        seen[name] = status, answer, headers
        if mode == "alter" and name == "segments" and answer:
            answer = answer.replace(b"phishing", b"phishinG")
        if mode == "drop" and name == "segments":
            status, answer = 204, b""
        if mode == "downgrade" and name == "hello":
            answer = orjson.dumps({**orjson.loads(answer), "protocol": 1})
            headers.pop("cordiale-signature", None)
        self.send_response(status)
        for header, value in headers.items():
            if header not in ("content-length", "date", "connection"):
                self.send_header(header, value)
        if status != 204:
            self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = _pass_on  # noqa: N815  the names http.server calls

    def _ask(self, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        host, _colon, port = self.upstream.partition(":")
        connection = HTTPConnection(host, int(port), timeout=30)
        connection.request(self.command, self.path, body or None, dict(self.headers))
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content, {name.lower(): value for name, value in answer.getheaders()}

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


def main(folder: Path, upstream: str) -> None:
    Meddler.folder, Meddler.upstream = folder, upstream
    server = ThreadingHTTPServer(("127.0.0.1", 0), Meddler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "proxy.crt", folder / "proxy.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
