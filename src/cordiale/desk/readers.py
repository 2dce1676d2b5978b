"""The reader registry behind `import`: content is recognised by its bytes, never by its name.

A reader is two functions. `recognise(head)` looks at the first bytes of the content and tells
whether it is this reader's. `read(chunks, limits)` yields, in the order of the input, the raw
bytes of one STIX object each, or a `SetAside` with the reason for what it cannot give. It must
give the same sequence for the same bytes: an import resumes by counting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cordiale.desk.domain import Domain, domains, load
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.stix.ingress import Limits, SetAside

HEAD = 4096
"""How many first bytes of decompressed content `recognise` is shown."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One format in; `name` is what reports call it."""

    name: str
    recognise: Callable[[bytes], bool]
    read: Callable[[Iterable[bytes], Limits], Iterator[bytes | SetAside]]


def _stix() -> Reader:
    from cordiale.desk.streaming import objects

    return Reader("STIX", looks_like_json, objects)


def looks_like_json(head: bytes) -> bool:
    """Tell whether content begins as JSON: STIX 2.0 and 2.1, TAXII envelopes, lists, JSON lines."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def readers(found: Sequence[Domain] | None = None) -> tuple[Reader, ...]:
    """Return the readers of every domain, then our own: the most particular is asked first."""
    of_domains = domains() if found is None else found
    return (*(load(r) for domain in of_domains for r in domain.readers), _stix())


def reader_for(head: bytes, among: Sequence[Reader]) -> Reader:
    """Return the first reader that recognises the content; raises InputError when none does."""
    for reader in among:
        if reader.recognise(head):
            return reader
    names = ", ".join(reader.name for reader in among)
    if not head.strip():
        raise InputError("empty", _("It is empty: give a file that holds objects."))
    raise InputError(
        "unknown-format",
        _("No reader recognises this content: give one of {names}."),
        names=names,
    )
