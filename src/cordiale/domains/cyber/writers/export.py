"""Write indicators into a file for a tool: what its recipient may read, may have, and may use so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.outgoing.seen_as import see_as
from cordiale.desk.views.display import display
from cordiale.desk.views.search import Question, search
from cordiale.domains.cyber.indicators.held import Held, indicators
from cordiale.domains.cyber.writers.forms import Form, form_called
from cordiale.domains.cyber.writers.judgement import decayed_by, warned_by
from cordiale.domains.cyber.writers.line import LEFT, Head
from cordiale.domains.cyber.writers.selection import Chosen, chosen
from cordiale.platform.clock import SECOND, format_instant
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _, text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

MOST: Final = 500_000
"""Entries of one file: it is made while somebody waits."""

_PAGE: Final = 500


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was made: its bytes, how many entries it has, why what its recipient may read is not in it.

    `withheld` counts what the partner it is for has no right to yet: told to who writes it, never in the file. `marking` joins
    what is in it.
    """

    name: str
    format: str
    media_type: str
    data: bytes
    entries: int
    left: dict[str, int]
    marking: tuple[str, ...]
    withheld: int = 0


class Prepared(msgspec.Struct, frozen=True):
    """What is about to be written: the format, what was chosen, and what the file says of itself."""

    form: Form
    found: Chosen
    head: Head
    lang: str
    withheld: int

    def rendered(self, serial: int) -> tuple[bytes, dict[str, int]]:
        """Return the bytes for a serial number, and the reasons for what is not in them."""
        left = self.found.left.copy()
        head = msgspec.structs.replace(self.head, serial=serial, remarks=_remarks(left, self.lang))
        data = self.form.write(self.found.lines, self.found.rules, head, left)
        said = _remarks(left, self.lang)
        if said != head.remarks:  # what the format cannot say was found while writing
            head = msgspec.structs.replace(head, remarks=said)
            data = self.form.write(self.found.lines, self.found.rules, head, left.copy())
        return data, {reason: count for reason, count in sorted(left.items()) if count}

    @property
    def entries(self) -> int:
        """Return how many entries were chosen."""
        return len(self.found.lines) + len(self.found.rules)


def prepared(
    desk: Desk,
    actor: Actor,
    format: str,
    *,
    asked: Question | None = None,
    partner: str = "",
    confidence: int = 0,
    lang: str = "en",
    title: str = "",
) -> Prepared:
    """Choose what goes into a file, for the actor or, by a release officer, for a partner: what goes to it whole.

    Raises InputError for an unknown format and above MOST entries.
    """
    authorise(actor, "export")
    form = form_called(format)
    reader = see_as(desk, actor, "partner", partner) if partner else actor
    withheld = 0
    held: Iterator[Held] = indicators(desk, reader, asked=asked, pattern_type="")
    if partner:
        going = _going(desk, actor, partner)
        readable = list(held)
        held = (one for one in readable if one.id in going)
        withheld = sum(one.id not in going for one in readable)
    wanted = msgspec.structs.replace(form.wanted, confidence=confidence)
    found = chosen(held, wanted, desk.clock(), warned=warned_by(desk), decayed=decayed_by(desk, reader))
    if len(found.lines) + len(found.rules) > MOST:
        raise InputError(
            "export-many", _("More than {limit} entries would be in it: narrow the search."), limit=MOST
        )
    joined = frozenset().union(*found.markings)
    marking = " // ".join(part.text for part in display(desk, reader, lang)(joined)) if joined else ""
    return Prepared(form, found, Head(desk.node, title or form.name, marking), lang, withheld)


def export(
    desk: Desk,
    actor: Actor,
    format: str,
    *,
    asked: Question | None = None,
    partner: str = "",
    confidence: int = 0,
    lang: str = "en",
) -> Exported:
    """Return a file of indicators that a search finds, as `prepared` chooses them, and write down that it was made.

    Lists that act on traffic hold nothing whose PAP forbids it. The same indicators make the same bytes, but for the serial
    of a zone, which is the time.
    """
    ready = prepared(desk, actor, format, asked=asked, partner=partner, confidence=confidence, lang=lang)
    data, left = ready.rendered(desk.clock() // SECOND)
    audit.read(desk, actor, "export", form=ready.form.name, found=ready.entries, partner=partner)
    return Exported(
        name=_name(desk, ready.form),
        format=ready.form.name,
        media_type=ready.form.media_type,
        data=data,
        entries=ready.entries,
        left=left,
        marking=tuple(sorted(frozenset().union(*ready.found.markings))),
        withheld=ready.withheld,
    )


def _name(desk: Desk, form: Form) -> str:
    return f"{desk.node}-{form.name}-{format_instant(desk.clock())[:10]}.{form.suffix}"


def _remarks(left: dict[str, int], lang: str) -> tuple[str, ...]:
    """Say what of the recipient's own reading is not in the file; nothing here counts what they may not read."""
    counts = ", ".join(
        f"{count} {text(lang, LEFT[reason])}" for reason, count in sorted(left.items()) if count
    )
    return (text(lang, _("Left out: {counts}"), counts=counts),) if counts else ()


def _going(desk: Desk, actor: Actor, partner: str) -> frozenset[str]:
    """Return the ids of indicators that go to a partner whole, under the rules and approvals of this moment."""
    found: set[str] = set()
    after: str | None = None
    while True:
        page = search(desk, actor, type="indicator", after=after, limit=_PAGE, partners=True)
        found |= {
            one.id
            for one in page.items
            if any(chip.partner == partner and chip.form == "verbatim" for chip in one.partners)
        }
        after = page.next
        if after is None:
            return frozenset(found)
