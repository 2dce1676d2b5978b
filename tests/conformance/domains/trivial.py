"""The smallest domain that has one of everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import orjson

from cordiale.desk.domain import Page
from cordiale.desk.incoming.readers import Reader
from cordiale.stix.ingress import Limits, SetAside

SAMPLE = b"APPLAUSE 3\n"


def recognise(head: bytes) -> bool:
    """Tell whether content is a count of applause."""
    return head.startswith(b"APPLAUSE ")


def read(chunks: Iterable[bytes], limits: Limits) -> Iterator[bytes | SetAside]:
    """Yield one note for each clap."""
    claps = int(b"".join(chunks).split()[1])
    for number in range(claps):
        yield orjson.dumps({"type": "note", "id": f"note--{number}", "content": "clap"})


reader = Reader("applause", recognise, read)


def loudest(counts: Iterable[int]) -> int:
    """Return the loudest applause."""
    return max(counts)


def applaud(name: str) -> str:
    """Applaud somebody."""
    return f"{name}: clap"


def write(claps: int) -> bytes:
    """Write a count of applause."""
    return b"APPLAUSE %d\n" % claps


def page(desk: object, actor: object, lang: str, query: Mapping[str, str]) -> Page:
    """Return what the page shows."""
    return Page(Path(__file__).parent / "applause.html", {"heading": "Applause", "asked": query.get("q", "")})
