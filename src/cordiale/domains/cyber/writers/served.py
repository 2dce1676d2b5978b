"""The formats as the desk's writers: what feeds are served in."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk.outgoing.writers import Made, Writer
from cordiale.desk.views.unchanged import state_of
from cordiale.domains.cyber.warninglists.kept import register
from cordiale.domains.cyber.writers.export import prepared
from cordiale.domains.cyber.writers.forms import FORMS
from cordiale.domains.cyber.writers.line import LEFT
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.desk.views.search import Question

_READ: Final = ("indicator", "sighting", "opinion", "identity", "marking-definition")
"""Types that decide what is in a file: what it lists, who saw it, and what those refer to."""

_SERIAL: Final = frozenset(("rpz",))


def _writer(name: str) -> Writer:
    form = FORMS[name]

    def write(desk: Desk, actor: Actor, asked: Question, title: str, confidence: int) -> Made:
        ready = prepared(desk, actor, name, asked=asked, confidence=confidence, title=title)
        data, left = ready.rendered(0)
        return Made(
            lambda serial: ready.rendered(serial)[0] if serial else data,
            ready.entries,
            left,
            ready.found.until,
        )

    return Writer(
        name, form.title, form.media_type, write, serial=name in _SERIAL, reasons=LEFT, state=_state
    )


def _state(desk: Desk, actor: Actor, asked: Question) -> bytes | None:
    """Return what the bytes of a format are made of: what is read, the lists of false alarms, and nothing by words.

    Words are found by an index that is written a little after what it is of: only asking it tells.
    """
    if asked.words:
        return None
    lists = "".join(sorted(one.sha256 for one in register(desk)))
    return state_of(desk, actor, _READ) + sha256(lists.encode()).digest()


def _misp(desk: Desk, actor: Actor, asked: Question, title: str, confidence: int) -> Made:
    """Return the events of what a search finds; MISP's own tools apply its filters, so the least confidence is none of ours."""
    from cordiale.domains.cyber.misp.export import write_file

    data: list[bytes] = []
    try:
        written = write_file(desk, actor, data.append, asked=msgspec.structs.replace(asked, type="indicator"))
    except NotFound:
        return Made(lambda _serial: b'{"response":[]}', 0)
    return Made(lambda _serial: b"".join(data), written.attributes)


misp = Writer(
    "misp", _("an event of MISP with what the search finds"), "application/json", _misp, reasons=LEFT
)
csv = _writer("csv")
hosts = _writer("hosts")
rpz = _writer("rpz")
netset = _writer("netset")
domains = _writer("domains")
urls = _writer("urls")
suricata = _writer("suricata")
snort = _writer("snort")
sigma = _writer("sigma")
yara = _writer("yara")
