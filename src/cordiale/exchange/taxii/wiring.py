"""What the TAXII server is given from outside: who asks, and where posted objects go."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cordiale.store.connection import Transaction


class Delivered(msgspec.Struct, frozen=True):
    """Say what became of one object that was posted; `problem` is None on success.

    `version` is the modified (else created) timestamp as the object states it.
    """

    id: str
    version: str
    problem: str | None = None


#: Given the transaction that stores what was posted and the report on each object, keep the answer and return it.
Keep = Callable[[Transaction, tuple[Delivered, ...]], bytes]

#: Given the posting partner's node name and the raw bodies, import them in one transaction with what
#: `Keep` writes, and return its answer once all of it is durable.
Inbox = Callable[[str, tuple[bytes, ...], Keep], bytes]
