"""How requests are read off a connection: by the C parser, within a bound on everything that is not a body."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Bytes of request line and headers, or of what follows a body, that a connection may send at one time.
HEAD_BYTES = 65_536

_TOO_LARGE = "Request line and headers are too large."


class BoundedProtocol(HttpToolsProtocol):
    """Read requests as uvicorn does, and close a connection whose request line and headers never end.

    The parser keeps them until they are complete, so that anybody could otherwise fill the memory of the node.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._unfinished = 0

    def data_received(self, data: bytes) -> None:
        """Parse what arrived, unless it makes a head too large."""
        self._unfinished += len(data)
        super().data_received(data)
        if self._unfinished > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response(_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        self._unfinished = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take in a part of a body, whose size the application bounds."""
        self._unfinished = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Be ready for the next request."""
        self._unfinished = 0
        super().on_message_complete()
