"""What follows from what is held before a batch of MISP is stored: what is gone is withdrawn, what is named is joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cordiale.desk.incoming.readers import Found, Held, Remark
from cordiale.domains.cyber.misp import gone
from cordiale.domains.cyber.misp.joining import joined
from cordiale.stix.ingress import SetAside


def settle(pieces: Sequence[bytes | SetAside | Remark], held: Held, found: Found) -> Iterator[bytes]:
    """Yield what an event lost, revoked; then the relationships to what its tags name."""
    lost = list(gone.settle(pieces, held))
    yield from lost
    yield from joined([*pieces, *lost], held, found)
