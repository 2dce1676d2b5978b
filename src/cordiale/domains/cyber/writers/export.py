"""Write indicators into a file for a tool: what its recipient may read, may have, and may use so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.display import display
from cordiale.desk.search import Question, search
from cordiale.desk.seen_as import see_as
from cordiale.domains.cyber.indicators.held import Held, indicators
from cordiale.domains.cyber.writers.forms import Form, form_called
from cordiale.domains.cyber.writers.judgement import decayed_by, warned_by
from cordiale.domains.cyber.writers.line import LEFT, Head
from cordiale.domains.cyber.writers.selection import chosen
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


def export(
    desk: Desk,
    actor: Actor,
    format: str,
    *,
    asked: Question | None = None,
    partner: str = "",
    confidence: int = 0,
    lang: str = "en",
    serial: int | None = None,
    title: str = "",
) -> Exported:
    """Return a file of indicators that a search finds, for the actor or, by a release officer, for a partner.

    For a partner it holds only what goes to it whole under the rules and approvals of this moment. Lists that act on traffic
    hold nothing whose PAP forbids it. The same indicators make the same bytes; `serial` numbers what must grow (default: now).
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
    found = chosen(held, wanted, desk.clock(), warned=warned_by(desk), decayed=decayed_by(desk))
    if len(found.lines) + len(found.rules) > MOST:
        raise InputError(
            "export-many", _("More than {limit} entries would be in it: narrow the search."), limit=MOST
        )
    joined = frozenset().union(*found.markings)
    head = Head(
        node=desk.node,
        title=title or form.name,
        marking=" // ".join(part.text for part in display(desk, reader, lang)(joined)) if joined else "",
        serial=serial if serial is not None else desk.clock() // SECOND,
    )
    remarks = _remarks(found.left, lang)
    data = form.write(found.lines, found.rules, msgspec.structs.replace(head, remarks=remarks), found.left)
    if _remarks(found.left, lang) != remarks:  # what could not be said was found while writing
        head = msgspec.structs.replace(head, remarks=_remarks(found.left, lang))
        data = form.write(found.lines, found.rules, head, found.left.copy())
    audit.read(
        desk, actor, "export", form=form.name, found=len(found.lines) + len(found.rules), partner=partner
    )
    return Exported(
        name=_name(desk, form),
        format=form.name,
        media_type=form.media_type,
        data=data,
        entries=len(found.lines) + len(found.rules),
        left={reason: count for reason, count in sorted(found.left.items()) if count},
        marking=tuple(sorted(joined)),
        withheld=withheld,
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
