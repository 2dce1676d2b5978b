"""Tell an instance what was seen of its attributes, and what was not what they say: as sightings, to whoever may know."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson

from cordiale.desk import audit
from cordiale.desk.incoming import outside
from cordiale.desk.incoming.outside import Server, checked
from cordiale.desk.outgoing import sending
from cordiale.desk.outgoing.giving import Given, every, finder
from cordiale.desk.views.search import Question
from cordiale.domains.cyber.misp.carried import seconds, uuid_in
from cordiale.domains.cyber.misp.frame import said_in
from cordiale.domains.cyber.misp.sighting import FALSE_POSITIVE, SEEN
from cordiale.domains.cyber.misp.wanted import decoded, listed

if TYPE_CHECKING:
    from cordiale.desk import jobs
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

PAGE: Final = 200
"""Sightings whose attributes are asked for at a time."""

Value = dict[str, Any]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What an instance was told: sightings and false positives it has now, those it had, and those it refused with its words.

    `unknown` counts what is about something that the instance does not have, or does not show. `left` counts what is not for
    anybody and stayed here, where the instance is neither a partner's nor the house's own.
    """

    server: str
    made: int = 0
    same: int = 0
    unknown: int = 0
    left: int = 0
    refused: tuple[tuple[str, str], ...] = ()


def tell(
    desk: Desk,
    actor: Actor,
    name: str,
    *,
    ids: Collection[str] = (),
    progress: jobs.Progress | None = None,
) -> Told:
    """Send this node's own sightings, and its opinions that an indicator is wrong, to the instance that has the attribute.

    What goes is what `sending.bounds` says, and what came from MISP does not go back. MISP keeps one instant of a sighting and
    its source, so a sighting goes once for each version, when it was seen last; what the instance has is not sent again. The
    audit has the ids before the instance is asked whether it has what they are about. Raises as `outside.server` and `sending.bounds` do.
    """
    reached = outside.server(desk, "misp", name)
    reached = msgspec.structs.replace(
        reached, headers={**reached.headers, "accept": "application/json", "content-type": "application/json"}
    )
    within = sending.bounds(actor, reached)
    left: set[str] = set()
    bound: Any = {"partner": within.partner, "openly": within.openly, "left": left.update}
    chosen = (
        iter(finder(desk, actor, **bound)(list(ids)).values())
        if ids
        else (
            one
            for kind in ("sighting", "opinion")
            for one in every(desk, actor, Question(type=kind), **bound)
        )
    )
    wanted = (told for told in (_sayable(one, desk.node) for one in chosen if one.ours) if told is not None)
    made = same = unknown = done = 0
    refused: list[tuple[str, str]] = []
    while page := list(islice(wanted, PAGE)):
        # the question names what the sightings are about: it is written down before it goes, like the sightings themselves
        sending.sent(desk, actor, reached, "misp", [one.id for one, _uuid, _said in page])
        there = _there(reached, sorted({uuid for _one, uuid, _said in page}))
        fresh = []
        for one, uuid, said in page:
            if uuid not in there:
                unknown += 1
            elif _key(said) in there[uuid]:
                same += 1
            else:
                there[uuid].add(_key(said))
                fresh.append((one, uuid, said))
        for one, uuid, said in fresh:
            answer = reached.ask("POST", f"/sightings/add/{uuid}", orjson.dumps(said))
            if answer.status in (401, 429) or answer.status >= 500:
                raise outside.refusal(reached.name, answer.status)
            if answer.status == 200:
                made += 1
            else:
                refused.append((one.id, f"{answer.status}: {_words(answer.body)}"[:300]))
        done += len(page)
        if progress is not None:
            progress(done, None)
    audit.read(desk, actor, "export", form="misp-sightings", server=name, found=made)
    return Told(server=name, made=made, same=same, unknown=unknown, left=len(left), refused=tuple(refused))


def _sayable(one: Given, node: str) -> tuple[Given, str, Value] | None:
    """Return what MISP is told of a sighting or an opinion, and of which attribute; None of what it is told nothing of."""
    value = one.value
    if value.get("revoked") or said_in(value) is not None:
        return None
    if value["type"] == "sighting" and str(value.get("sighting_of_ref", "")).startswith("indicator--"):
        count, first = int(value.get("count") or 1), str(value.get("first_seen") or "")[:10]
        source = f"{node}, {count} ×, since {first}" if count > 1 and first else node
        when = value.get("last_seen") or value.get("first_seen") or value.get("modified")
        return one, uuid_in(value["sighting_of_ref"]), _said(SEEN, when, source)
    if value["type"] == "opinion" and value.get("opinion") == "strongly-disagree":
        about = [ref for ref in value.get("object_refs", ()) if ref.startswith("indicator--")]
        if len(about) == 1:
            return one, uuid_in(about[0]), _said(FALSE_POSITIVE, value.get("modified"), node)
    return None


def _said(kind: str, when: Any, source: str) -> Value:
    return {"type": kind, "timestamp": seconds(when), "source": source}


def _key(said: Mapping[str, Any]) -> tuple[str, str, str]:
    when = said.get("timestamp") or said.get("date_sighting")
    return str(said.get("type", SEEN)), str(when), str(said.get("source") or "")


def _there(reached: Server, uuids: Sequence[str]) -> dict[str, set[tuple[str, str, str]]]:
    """Return which attributes an instance has, each with its sightings."""
    asked = {"returnFormat": "json", "uuid": list(uuids), "includeSightings": 1}
    answer = checked(reached.name, reached.ask("POST", "/attributes/restSearch", orjson.dumps(asked)))
    held = listed(decoded(answer.body))
    found = held.get("Attribute", ()) if isinstance(held, dict) else ()
    return {
        str(one.get("uuid", "")).lower(): {_key(said) for said in _rows(one.get("Sighting"))}
        for one in _rows(found)
    }


def _rows(found: Any) -> Iterator[Value]:
    yield from (one for one in found or () if isinstance(one, dict)) if isinstance(found, list) else ()


def _words(body: bytes) -> str:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    return str(said.get("errors") or said.get("message") or "") if isinstance(said, dict) else str(said)
