"""Accept or reject a proposed technique, by name: what is accepted is a relationship `uses`, what is rejected a note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Answer
from cordiale.desk.marking.stating import instants, stated
from cordiale.desk.written import marking_of
from cordiale.domains.information.captures import stated_here
from cordiale.domains.information.proposals.decision import NAME, Decision
from cordiale.domains.information.proposals.proposing import Proposal, decisions, proposals
from cordiale.domains.information.proposals.rules import CONFIDENCE, PROFILE
from cordiale.joint.moment import stamp
from cordiale.platform.errors import Conflict, InputError, NotFound
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _
from cordiale.stix.extensions import PUBLISHED

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.joint.held import Held

VERB = "describe"


class Decided(Answer, frozen=True, kw_only=True):
    """A decision that was written: its object, and that of its French words."""

    subject: str
    code: str
    state: str
    id: str
    marking: tuple[str, ...]


def decide(
    desk: Desk,
    actor: Actor,
    subject: str,
    code: str,
    *,
    accept: bool,
    because: str = "",
    datasets: Sequence[str] = (),
    lineages: Sequence[str] = (),
    sites: Sequence[str] = (),
    marking: str = "",
) -> Decided:
    """Accept or reject the technique that the named findings propose for an object, as the act of a named person.

    What is written carries the markings of the object and of all evidence, and `marking` besides. A decision of this node can be
    turned around; the one before is then revoked. Raises NotFound for a technique that nothing proposes, Conflict for what was
    decided so already, InputError for a rejection without a reason.
    """
    authorise(actor, VERB)
    named(actor, VERB)
    if not accept and not because.strip():
        raise InputError(
            "technique-why", _("Say why it is rejected: whoever meets the same finding again reads it.")
        ).at("because")
    found = proposals(desk, actor, subject, datasets=datasets, lineages=lineages, sites=sites)
    wanted = code.strip().upper()
    one = next((one for one in found.proposals if one.code == wanted), None)
    if one is None:
        raise NotFound(
            "no-proposal",
            _("Nothing proposes {code} here: name the findings that speak for it."),
            code=wanted[:20],
        )
    ours = [one for one in decisions(desk, actor, subject) if one.ours and one.said.code == wanted]
    state = "accepted" if accept else "rejected"
    if any(before.said.state == state for before in ours):
        raise Conflict("technique-decided", _("{code} was decided so already."), code=wanted)
    atoms = frozenset(one.marking) | (marking_of(marking) if marking else frozenset())
    said = Decision(
        subject_ref=subject,
        technique_ref=one.technique,
        code=one.code,
        state="accepted" if accept else "rejected",
        profile=PROFILE,
        reasons=one.reasons,
        because=" ".join(because.split()),
        at=stamp(desk.clock()),
    )
    values = _relationship(desk, one, said) if accept else [_note(desk, one, said)]
    revoked = [value for before in ours if (value := _revoked(desk, actor, before)) is not None]
    stated(desk, actor, VERB, [*values, *revoked], sorted(atoms), subject=subject, code=one.code, state=state)
    return Decided(
        subject=subject, code=one.code, state=state, id=values[0]["id"], marking=tuple(sorted(atoms))
    )


def _relationship(desk: Desk, one: Proposal, said: Decision) -> list[dict[str, Any]]:
    first, modified = instants(desk)
    english = [reason.words.en for reason in said.reasons]
    french = [reason.words.fr for reason in said.reasons]
    tie = {
        "type": "relationship",
        "spec_version": "2.1",
        "id": f"relationship--{uuid4(desk.random)}",
        "created": first,
        "modified": modified,
        "relationship_type": "uses",
        "source_ref": said.subject_ref,
        "target_ref": said.technique_ref,
        "lang": "en",
        "confidence": CONFIDENCE[one.confidence],
        "description": "\n".join([*english, said.because] if said.because else english),
        "extensions": _extension(said),
    }
    words = {
        "type": "language-content",
        "spec_version": "2.1",
        "id": f"language-content--{uuid4(desk.random)}",
        "created": first,
        "modified": modified,
        "object_ref": tie["id"],
        "object_modified": modified,
        "contents": {"fr": {"description": "\n".join(french)}},
    }
    return [tie, words] if any(french) else [tie]


def _note(desk: Desk, one: Proposal, said: Decision) -> dict[str, Any]:
    first, modified = instants(desk)
    return {
        "type": "note",
        "spec_version": "2.1",
        "id": f"note--{uuid4(desk.random)}",
        "created": first,
        "modified": modified,
        "abstract": f"{one.code} {one.name}: not accepted",
        "content": said.because,
        "object_refs": [said.subject_ref, said.technique_ref],
        "extensions": _extension(said),
    }


def _extension(said: Decision) -> dict[str, Any]:
    written = msgspec.to_builtins(said)
    if not said.because:
        del written["because"]
    definition = PUBLISHED[NAME]
    return {definition: {"extension_type": "property-extension", "definition_ref": definition, **written}}


def _revoked(desk: Desk, actor: Actor, before: Held[Decision]) -> dict[str, Any] | None:
    value = stated_here(desk, actor, before.id)
    if value is None:
        return None
    _first, modified = instants(desk, before.modified)
    kept = {name: one for name, one in value.items() if name != "object_marking_refs"}
    return {**kept, "modified": modified, "revoked": True}
