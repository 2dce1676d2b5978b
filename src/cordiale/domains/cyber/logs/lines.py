"""Logs in text, one record a line: proxies, name servers, web servers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import pyarrow as pa

from cordiale.domains.cyber.logs.aside import Aside
from cordiale.domains.cyber.logs.blocks import Block
from cordiale.domains.cyber.logs.building import built
from cordiale.platform.clock import Instant
from cordiale.platform.languages import _

_UNKNOWN: Final = _("This line is no record of a {form} log.")


class Form(NamedTuple):
    """One form of lines: its name, how a line is written, and what is made of its parts beyond their names.

    Lines that `other` matches belong to such a log and say nothing of what was reached.
    """

    name: str
    line: Callable[[str], re.Match[str] | None]
    other: Callable[[str], re.Match[str] | None] | None = None
    more: Callable[[dict[str, Any]], None] | None = None


def _connect(found: dict[str, Any]) -> None:
    """Know CONNECT: what is asked for is a host and a port, no URL."""
    url = found.get("url") or ""
    if "://" not in url and not url.startswith("/") and ":" in url:
        host, _colon, port = url.rpartition(":")
        found["host"], found["dst_port"], found["url"] = host.strip("[]"), port, None


def _answered(found: dict[str, Any]) -> None:
    if found.get("answers"):
        found["answers"] = [found["answers"]]


_ADDRESS = r"[0-9A-Fa-f.:]+"
FORMS: Final = (
    Form(
        "Squid",
        re.compile(
            rf"(?P<at>\d{{9,11}}\.\d{{3}})\s+-?\d+ (?P<src>\S+) \S+/\d{{3}} -?\d+ \S+ (?P<url>\S+) (?P<user>\S+) \S+/(?P<dst>{_ADDRESS}|\S+)(?: \S+)?.*"
        ).fullmatch,
        more=_connect,
    ),
    Form(
        "BIND",
        re.compile(
            rf"(?P<at>\d{{2}}-[A-Z][a-z]{{2}}-\d{{4}} [\d:.]+) (?:queries: )?(?:info: )?client (?:@0x[0-9a-f]+ )?(?P<src>{_ADDRESS})#(?P<src_port>\d+) \([^)]*\): (?:view [^:]+: )?query: (?P<host>\S+) IN \S+.*"
        ).fullmatch,
        other=re.compile(r"\d{2}-[A-Z][a-z]{2}-\d{4} .*").fullmatch,
    ),
    Form(
        "dnsmasq",
        re.compile(
            rf"(?P<at>[A-Z][a-z]{{2}} +\d{{1,2}} [\d:]{{8}})(?: (?P<device>\S+))? dnsmasq\[\d+\]: (?:\d+ \S+ )?(?:query\[\w+\] (?P<host>\S+) from (?P<src>{_ADDRESS})|(?:reply|cached|config|/\S+) (?P<name>\S+) is (?P<answers>\S+))"
        ).fullmatch,
        other=re.compile(r"[A-Z][a-z]{2} +\d{1,2} [\d:]{8}.* dnsmasq(?:-\w+)?\[\d+\]: .*").fullmatch,
        more=_answered,
    ),
    Form(
        "unbound",
        re.compile(
            rf"\[(?P<at>\d{{9,11}})\] unbound\[[\d:]+\] info: (?P<src>{_ADDRESS}) (?P<host>\S+) [A-Z0-9]+ IN.*"
        ).fullmatch,
        other=re.compile(r"\[\d{9,11}\] unbound\[.*").fullmatch,
    ),
    Form(
        "web server",
        re.compile(
            r"(?:(?P<host>[A-Za-z0-9.-]+(?::\d+)?) )?(?P<src>[0-9A-Fa-f.:]{3,45}) \S+ (?P<user>\S+) \[(?P<at>[^\]]+)\] \"(?:\S+ (?P<url>\S+)[^\"]*|[^\"]*)\" \d{3} \S+(?: \"(?P<referer>(?:[^\"\\]|\\.)*)\" \"(?P<user_agent>(?:[^\"\\]|\\.)*)\")?.*"
        ).fullmatch,
        more=lambda found: _served(found),
    ),
)
"""Squid's native log, query logs of BIND, dnsmasq and unbound, and the common and combined logs of Apache and nginx."""


def _served(found: dict[str, Any]) -> None:
    """Keep the name of a virtual host without its port; where a visitor came from is a name that was reached."""
    if found.get("host"):
        found["host"] = found["host"].partition(":")[0]
    referer = found.get("referer") or ""
    if "://" in referer:
        found["answers"] = [referer.split("/")[2].rpartition("@")[2].partition(":")[0]]
    _connect(found)


def form_of(head: str) -> Form | None:
    """Return the form that most of the first lines have."""
    lines = [line.rstrip("\r") for line in head.split("\n") if line.strip()][:20]
    for form in FORMS:
        if lines and 2 * sum(form.line(line) is not None for line in lines) >= len(lines):
            return form
    for form in FORMS:
        if form.other and lines and all(form.other(line) for line in lines) and any(map(form.line, lines)):
            return form
    return None


def read(blocks: Iterable[Block], form: Form, file: str, now: Instant) -> Iterator[pa.Table | Aside]:
    """Yield the records of lines of a form, and those that are none."""
    for block in blocks:
        rows: list[Mapping[str, Any]] = []
        numbers: list[int] = []
        for number, line in enumerate(block.data.decode().split("\n"), block.line):
            if not line.strip():
                continue
            found = form.line(line.rstrip("\r"))
            if found is None:
                if form.other is None or not form.other(line.rstrip("\r")):
                    yield Aside(number, "log-line", _UNKNOWN, {"form": form.name})
                continue
            parts: dict[str, Any] = found.groupdict()
            if form.more:
                form.more(parts)
            if parts.get("name") and not parts.get("host"):
                parts["host"] = parts["name"]
            rows.append(parts)
            numbers.append(number)
        if rows:
            names = {name for row in rows for name in row} - {"referer", "name"}
            columns = {name: [row.get(name) for row in rows] for name in sorted(names)}
            yield built(columns, numbers, file, now)
