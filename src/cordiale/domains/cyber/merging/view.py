"""One view of what several sources say of an object: each property by whom it is shown, chosen by a person or by a rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from cordiale.desk.answers import Answer, Statement
from cordiale.desk.marking.stating import instants, stated
from cordiale.desk.views.history import Remark
from cordiale.desk.views.show import show
from cordiale.platform.errors import InputError, NotFound
from cordiale.platform.ids import uuid5
from cordiale.platform.languages import _
from cordiale.stix.extensions import PUBLISHED

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

EXTENSION: Final = "chosen-statement"
"""The extension of a note that says whose word this node shows for a property."""

Why = Literal["alone", "agreed", "chosen", "ours", "creator", "latest"]
"""One source says it; all say the same; a person chose; this node says it; its creator's node says it; it was said last."""

_APART: Final = frozenset(
    ("id", "type", "spec_version", "created", "modified", "object_marking_refs", "granular_markings", "extensions", "created_by_ref", "revoked")
)  # fmt: skip
"""Properties of a statement itself: that two sources differ in them says nothing of the object."""

_SPACE: Final = "8e0b8c64-55a1-5b7d-9a9c-1f7f5d9b2c11"


class Said(Answer, frozen=True, kw_only=True):
    """What one source says of a property; None where it says nothing."""

    source: str
    value: Any


class Field(Answer, frozen=True, kw_only=True):
    """One property: what each source says, whose word is shown and why. `by` is who chose, with `reason`."""

    name: str
    said: tuple[Said, ...]
    shown: str
    why: Why
    by: str = ""
    reason: str = ""

    @property
    def differs(self) -> bool:
        """Tell whether sources say different things; one that says nothing of it does not differ."""
        return self.why not in ("alone", "agreed")


class Choice(msgspec.Struct, frozen=True):
    """A choice as its extension carries it: the property, the source whose word is shown ("" to let the rule decide), who chose and why."""

    property: str
    source: str
    by: str
    reason: str


def view(statements: Sequence[Statement], choices: Mapping[str, Choice], node: str) -> tuple[Field, ...]:
    """Return the view of an object: every property that some source states, in the order of the first that does.

    Where sources differ, a person's choice counts while that source still says something of it; else this node's own
    statement, else that of the node of its creator (`source` of a statement that came without a middleman), else the latest.
    """
    names = dict.fromkeys(name for one in statements for name in one.value if name not in _APART)
    return tuple(_field(name, statements, choices.get(name), node) for name in names)


def choices(said: Sequence[Remark], node: str) -> dict[str, Choice]:
    """Return what this node chose for an object, by property, from what is said of it; the last word counts."""
    found: dict[str, tuple[int, Choice]] = {}
    for one in said:
        if one.summary.type != "note" or one.summary.source != node or one.summary.revoked:
            continue
        written = (one.value.get("extensions") or {}).get(PUBLISHED[EXTENSION])
        try:
            choice = msgspec.convert(written, Choice)
        except msgspec.ValidationError:
            continue
        at = one.summary.modified or one.summary.received
        if choice.property not in found or at > found[choice.property][0]:
            found[choice.property] = at, choice
    return {name: choice for name, (_at, choice) in found.items() if choice.source}


def choose(desk: Desk, actor: Actor, stix_id: str, property: str, source: str, reason: str) -> str:
    """Write down whose word is shown for a property of an object ("": let the rule decide again); return the note's id.

    The note carries all that the statements are marked by, and goes no further than they. Raises NotFound for what the
    actor does not see, InputError for a source that says nothing of it and for no reason.
    """
    statements = show(desk, actor, stix_id).statements
    saying = [one.summary.source for one in statements if property in one.value]
    if property in _APART or not saying or (source and source not in saying):
        raise InputError(
            "choice-source",
            _("“{source}” says nothing of {property} that you may see: choose one of {known}."),
            source=source[:80],
            property=property[:80],
            known=", ".join(saying) or "–",
        ).at("source")
    if not reason.strip() or len(reason) > 2000:
        raise InputError("choice-reason", _("Say in a sentence why: it stands beside the choice.")).at(
            "reason"
        )
    identifier = f"note--{uuid5(_SPACE, f'{desk.node} {stix_id} {property}')}"
    before = _held(desk, actor, identifier)
    created, modified = instants(desk, None if before is None else before.summary.modified)
    note = {
        "type": "note",
        "spec_version": "2.1",
        "id": identifier,
        "created": created if before is None else before.value["created"],
        "modified": modified,
        "abstract": property,
        "content": f"{property}: {source or '–'} ({reason.strip()})",
        "authors": [actor.name],
        "object_refs": [stix_id],
        "extensions": {
            PUBLISHED[EXTENSION]: {
                "extension_type": "property-extension",
                "definition_ref": PUBLISHED[EXTENSION],
                **msgspec.to_builtins(Choice(property, source, actor.name, reason.strip())),
            }
        },
    }
    marking = {atom for one in statements for atom in (*one.effective_marking, *one.full_marking)}
    stated(desk, actor, "say", [note], marking, about=stix_id, property=property, source=source)
    return identifier


def _field(name: str, statements: Sequence[Statement], choice: Choice | None, node: str) -> Field:
    saying = [one for one in statements if name in one.value]
    said = tuple(Said(source=one.summary.source, value=one.value[name]) for one in saying)
    first = saying[0].summary.source
    if len(saying) == 1:
        return Field(name=name, said=said, shown=first, why="alone")
    if all(one.value == said[0].value for one in said):
        return Field(name=name, said=said, shown=first, why="agreed")
    sources = [one.summary.source for one in saying]
    if choice is not None and choice.source in sources:
        return Field(
            name=name, said=said, shown=choice.source, why="chosen", by=choice.by, reason=choice.reason
        )
    if node in sources:
        return Field(name=name, said=said, shown=node, why="ours")
    direct = [source for source in sources if "/" not in source]
    if len(direct) == 1:
        return Field(name=name, said=said, shown=direct[0], why="creator")
    latest = max(saying, key=lambda one: (one.summary.modified or one.summary.received, one.summary.source))
    return Field(name=name, said=said, shown=latest.summary.source, why="latest")


def _held(desk: Desk, actor: Actor, identifier: str) -> Statement | None:
    """Return this node's own earlier choice."""
    try:
        found = show(desk, actor, identifier).statements
    except NotFound:
        return None
    return next((one for one in found if one.summary.source == desk.node), None)
