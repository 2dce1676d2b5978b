"""What is added on the page of an incident: a narrative, a channel, an event, a piece of media; or the report is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordiale.desk.domain import Sent
from cordiale.domains.information.reports.pages import address
from cordiale.domains.information.reports.written import report
from cordiale.domains.information.shapes.describing import describe
from cordiale.joint.words import Words

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk


def incident(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Describe something of an incident, or keep its report (`do`: keep); return where it is seen."""
    field = {name: value.strip() for name, value in sent.fields.items()}
    subject = field.get("id", "")
    if field.get("do") == "keep":
        kept = report(desk, actor, subject, field.get("as", "abcde"), marking=field.get("marking", ""))
        return f"/objects/{kept}"
    describe(
        desk,
        actor,
        field.get("kind", ""),
        field.get("name", ""),
        about=[subject],
        words=Words(field.get("en", ""), field.get("fr", "")),
        url=field.get("url", ""),
        at=field.get("at", ""),
        marking=field.get("marking", ""),
    )
    return address(subject)
