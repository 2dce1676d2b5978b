"""The reader registry behind `import`: content is recognised by its bytes, never by its name.

A reader is two functions. `recognise(head)` looks at the first bytes of the content and tells
whether it is this reader's. `read(chunks, limits)` yields, in the order of the input, the raw
bytes of one STIX object each, or a `SetAside` with the reason for what it cannot give. It must
give the same sequence for the same bytes: an import resumes by counting.

Two more are for formats that know less than STIX does. `read_at` is asked in place of `read` and told the name of this
node, where what is read must be kept to its people. `settle` sees a batch before it is stored, together with what this node
already states and what whoever imports finds here, and may add to it: a format without deletions tells of one by leaving it
out, and one may name things by words that are held under an id. `dated` is asked in place of
`read` and told when the file was written last (microseconds), where its content has no date. A `late` reader is asked after
all others: it would recognise what is theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from cordiale.desk.domain import Domain, domains, load
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.stix.ingress import Limits, SetAside

HEAD = 4096
"""How many first bytes of decompressed content `recognise` is shown."""


class Remark(msgspec.Struct, frozen=True):
    """What a reader has to say of its input that is no object and nothing set aside: reports count it as a warning."""

    code: str
    message_id: str
    params: Mapping[str, str] = {}
    object_id: str = ""
    path: str = ""
    raw: bytes = b""


Held = Callable[[Collection[str]], Mapping[str, bytes]]
"""Given ids, return the bytes of what this node itself currently states under those that it holds."""

Found = Callable[[str, str], Iterable[tuple[Mapping[str, Any], frozenset[str]]]]
"""Given a type and words, return what whoever imports reads of that type with all of the words in it, each with its marking."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One format in; `name` is what reports call it."""

    name: str
    recognise: Callable[[bytes], bool]
    read: Callable[[Iterable[bytes], Limits], Iterator[bytes | SetAside | Remark]]
    read_at: Callable[[Iterable[bytes], Limits, str], Iterator[bytes | SetAside | Remark]] | None = None
    settle: Callable[[Sequence[bytes | SetAside | Remark], Held, Found], Iterator[bytes]] | None = None
    dated: Callable[[Iterable[bytes], Limits, int], Iterator[bytes | SetAside | Remark]] | None = None
    late: bool = False


def _stix() -> Reader:
    from cordiale.desk.analysis.streaming import objects

    return Reader("STIX", looks_like_json, objects)


def looks_like_json(head: bytes) -> bool:
    """Tell whether content begins as JSON: STIX 2.0 and 2.1, TAXII envelopes, lists, JSON lines."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def readers(found: Sequence[Domain] | None = None) -> tuple[Reader, ...]:
    """Return the readers of every domain, then our own, then those that are late: the most particular is asked first."""
    of_domains = domains() if found is None else found
    known = [load(r) for domain in of_domains for r in domain.readers]
    return (*(one for one in known if not one.late), _stix(), *(one for one in known if one.late))


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
    ).at("format")
