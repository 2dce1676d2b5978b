"""The formats as the desk's writers: what feeds are served in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk.outgoing.writers import Made, Writer
from cordiale.domains.cyber.writers.export import prepared
from cordiale.domains.cyber.writers.forms import FORMS
from cordiale.domains.cyber.writers.line import LEFT
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.desk.views.search import Question

_SERIAL: Final = frozenset(("rpz",))


def _writer(name: str) -> Writer:
    form = FORMS[name]

    def write(desk: Desk, actor: Actor, asked: Question, title: str, confidence: int) -> Made:
        ready = prepared(desk, actor, name, asked=asked, confidence=confidence, title=title)
        _data, left = ready.rendered(0)
        return Made(lambda serial: ready.rendered(serial)[0], ready.entries, left)

    return Writer(name, form.title, form.media_type, write, serial=name in _SERIAL, reasons=LEFT)


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
