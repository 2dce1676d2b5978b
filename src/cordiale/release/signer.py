"""What signs for this node, wherever its key lies."""

from __future__ import annotations

from collections.abc import Callable

import msgspec


class Signer(msgspec.Struct, frozen=True):
    """A key that signs: its public half (32 bytes) and the function that signs a message (64 bytes)."""

    public_key: bytes
    sign: Callable[[bytes], bytes]
