"""What people do on the pages of incidents: open one, add what happened and what is done, change how it stands, give it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cordiale.desk.actor import may
from cordiale.desk.domain import Sent
from cordiale.domains.cyber.incidents.pages import address
from cordiale.joint.incident.adding import add_event, add_impact, add_task, change_piece
from cordiale.joint.incident.giving import give, hand_on, has
from cordiale.joint.incident.opening import affect, change_incident, open_incident
from cordiale.joint.moment import stamp, typed
from cordiale.joint.sending import worst
from cordiale.joint.words import Words
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.joint.incident.writing import Wrote

_TIMES: Final = ("conversion_time",)


def incidents(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Open an incident and return its address; raises what opening raises."""
    field = _stripped(sent.fields)
    made = open_incident(
        desk,
        actor,
        Words(field.get("name_en", ""), field.get("name_fr", "")),
        words=Words(field.get("en", ""), field.get("fr", "")),
        findings=field.get("findings", "").split(),
        marking=field.get("marking", ""),
        determination=field.get("determination", "") or "suspected",
        criticality=_number(field, "criticality"),
        types=_chosen(field, "type-"),
        detected=_chosen(field, "method-"),
        sectors=_chosen(field, "sector-"),
    )
    return address(made.id, told="here")


def incident(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Do what one of the forms of an incident's page asks (`act`), and return that page again; raises what the act does."""
    field = _stripped(sent.fields)
    of, act = field.get("id", ""), field.get("act", "")
    if act == "give":
        handed = give(desk, actor, of, _chosen(field, "to-"))
        return address(of, told=worst(handed.sent))
    wrote = _ACTS.get(act, _unknown)(desk, actor, of, field)
    handed = hand_on(desk, actor, of, wrote.made)
    if not may(actor, "release"):
        return address(of, told="officer")
    if not wrote.made:  # what is changed goes to whoever has it, by what an officer let go before
        return address(of, told="goes" if has(desk, wrote.id) else "here")
    return address(of, told=worst(handed.sent))


def _event(desk: Desk, actor: Actor, of: str, field: Mapping[str, str]) -> Wrote:
    return add_event(
        desk,
        actor,
        of,
        Words(field.get("name_en", ""), field.get("name_fr", "")),
        words=Words(field.get("en", ""), field.get("fr", "")),
        status=field.get("status", "") or "occurred",
        start=typed(field.get("start", ""), "start"),
        end=typed(field.get("end", ""), "end"),
        fidelity=field.get("fidelity", ""),
        types=[one for one in (field.get("type", ""),) if one],
        sightings=field.get("sightings", "").split(),
        marking=field.get("marking", ""),
    )


def _task(desk: Desk, actor: Actor, of: str, field: Mapping[str, str]) -> Wrote:
    return add_task(
        desk,
        actor,
        of,
        Words(field.get("name_en", ""), field.get("name_fr", "")),
        words=Words(field.get("en", ""), field.get("fr", "")),
        outcome=field.get("outcome", "") or "pending",
        start=typed(field.get("start", ""), "start"),
        end=typed(field.get("end", ""), "end"),
        types=[one for one in (field.get("type", ""),) if one],
        priority=_number(field, "priority"),
        owner="us" if field.get("ours") else field.get("owner", ""),
        marking=field.get("marking", ""),
    )


def _impact(desk: Desk, actor: Actor, of: str, field: Mapping[str, str]) -> Wrote:
    details: dict[str, str | int | float] = {
        name.removeprefix("detail-"): one for name, one in field.items() if name.startswith("detail-") and one
    }
    for name in _TIMES:
        if name in details:
            details[name] = stamp(typed(str(details[name]), f"detail-{name}") or 0)
    entity, many = field.get("entity", ""), _number(field, "many")
    return add_impact(
        desk,
        actor,
        of,
        field.get("category", ""),
        details,
        words=Words(field.get("en", ""), field.get("fr", "")),
        criticality=_number(field, "criticality"),
        recoverability=field.get("recoverability", ""),
        counts={entity: many} if entity and many is not None else {},
        start=typed(field.get("start", ""), "start"),
        end=typed(field.get("end", ""), "end"),
        marking=field.get("marking", ""),
    )


def _affect(desk: Desk, actor: Actor, of: str, field: Mapping[str, str]) -> Wrote:
    return affect(desk, actor, of, field.get("who", ""), how=field.get("how", "") or "impacts")


def _change(desk: Desk, actor: Actor, of: str, field: Mapping[str, str]) -> Wrote:
    return change_incident(
        desk,
        actor,
        of,
        determination=field.get("determination", ""),
        status=field.get("status", ""),
        criticality=_number(field, "criticality"),
        recoverability=field.get("recoverability", ""),
        types=_chosen(field, "type-"),
        sectors=_chosen(field, "sector-"),
    )


def _piece(desk: Desk, actor: Actor, of: str, field: Mapping[str, str]) -> Wrote:
    return change_piece(
        desk,
        actor,
        field.get("piece", ""),
        state=field.get("state", ""),
        end=typed(field.get("end", ""), "end"),
        error=field.get("error", ""),
        superseded_by=field.get("became", ""),
    )


def _unknown(desk: Desk, actor: Actor, of: str, field: Mapping[str, str]) -> Wrote:
    raise InputError("form-act", _("This form asks for nothing that is known: open the page again."))


_ACTS: Final = {
    "event": _event,
    "task": _task,
    "impact": _impact,
    "affect": _affect,
    "change": _change,
    "piece": _piece,
}


def _stripped(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value.strip() for name, value in fields.items()}


def _chosen(field: Mapping[str, str], prefix: str) -> list[str]:
    return [name.removeprefix(prefix) for name in field if name.startswith(prefix)]


def _number(field: Mapping[str, str], name: str) -> int | None:
    written = field.get(name, "")
    if not written:
        return None
    try:
        return int(written)
    except ValueError:
        error = InputError("form-number", _("{words} is no whole number."), words=written[:40])
        raise error.at(name) from None
