"""The forms of sets: describe one, and gather objects into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordiale.desk.domain import Sent
from cordiale.domains.information.sets.gathering import gather, set_add
from cordiale.domains.information.sets.pages import address
from cordiale.joint.words import Words

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk


def sets(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Describe a new set; return its address. Raises what `set_add` raises."""
    field = {name: value.strip() for name, value in sent.fields.items()}
    words = Words(field.get("en", ""), field.get("fr", ""))
    because = Words(field.get("because_en", ""), field.get("because_fr", ""))
    return address(
        set_add(
            desk, actor, field.get("name", ""), marking=field.get("marking", ""), words=words, because=because
        )
    )


def gathered(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Gather objects into a set; return its address. Raises what `gather` raises."""
    field = {name: value.strip() for name, value in sent.fields.items()}
    identifier = field.get("id", "")
    gather(desk, actor, identifier, field.get("ids", "").split(), sites=field.get("sites", ""), marking=field.get("marking", ""))  # fmt: skip
    return address(identifier)
