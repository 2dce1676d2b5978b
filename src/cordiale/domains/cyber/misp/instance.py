"""A MISP instance by its REST interface: fetch what changed there, send events, never to more than its distribution says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.incoming import fetching, outside
from cordiale.desk.incoming.fetching import Place
from cordiale.desk.incoming.outside import Server, checked
from cordiale.desk.outgoing import sending
from cordiale.desk.views.search import Question
from cordiale.domains.cyber.misp import wanted as asking
from cordiale.domains.cyber.misp.export import events
from cordiale.domains.cyber.misp.loss import Losses, LossReport
from cordiale.domains.cyber.misp.wanted import Wanted, decoded
from cordiale.platform.errors import NotFound

if TYPE_CHECKING:
    from cordiale.desk import jobs, records
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import ImportReport
    from cordiale.desk.desk import Desk

EVERYTHING: Final = Wanted()

OVERLAP: Final = 300
"""Seconds that a fetch looks back beyond the last one: what changes while it runs is not missed."""

_HEADERS: Final = {"accept": "application/json", "content-type": "application/json"}
Value = dict[str, Any]


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent to an instance: events made, changed, there already as they are, and refused with what the instance said.

    `narrowed` counts distributions to a sharing group that the instance does not have: they went to its organisation only.
    `proposals` counts what others propose in events: an instance takes proposals from its own people and from the servers it
    synchronises with, never with an event.
    `left` counts objects that are not for anybody and stayed here, where the instance is neither a partner's nor the house's own.
    """

    server: str
    made: int = 0
    changed: int = 0
    same: int = 0
    narrowed: int = 0
    proposals: int = 0
    left: int = 0
    refused: tuple[tuple[str, str], ...] = ()
    losses: LossReport = LossReport(lost=0, accepted=0)


def pull(
    desk: Desk,
    actor: Actor,
    name: str,
    *,
    whole: bool = False,
    wanted: Wanted = EVERYTHING,
    progress: jobs.Progress | None = None,
    began: Callable[[str], None] | None = None,
) -> ImportReport:
    """Fetch what is wanted of what changed on an instance since the last time it was, and take it in; raises as `fetching.pull` does."""
    wanted = asking.bounded(wanted)
    asked: Value = msgspec.json.decode(msgspec.json.encode(wanted))  # as a job writes it down
    ask = partial(page, wanted=wanted)
    return fetching.pull(
        desk, actor, "misp", name, ask, whole=whole, asked=asked, progress=progress, began=began
    )


def misp_pull(
    desk: Desk, actor: Actor, job: records.Job, *, progress: jobs.Progress | None = None
) -> ImportReport:
    """Go on with a fetch that was stopped or killed, after its last page."""
    ask = partial(page, wanted=asking.of(job.params))
    return fetching.pull_on(desk, actor, job, "misp", ask, progress=progress)


def page(reached: Server, place: Place, since: str, file: Path, wanted: Wanted = EVERYTHING) -> Place:
    """Fetch one page of `restSearch` into a file: deleted attributes too, sightings and attachments with them."""
    return asking.page(_with_json(reached), place, since, file, wanted, _moment)


def _with_json(reached: Server) -> Server:
    return msgspec.structs.replace(reached, headers={**reached.headers, **_HEADERS})


def _moment(headers: Mapping[str, str]) -> str:
    """Return the instance's own time, a little earlier, as what the next fetch begins with."""
    written = headers.get("date", "")
    try:
        return str(int(parsedate_to_datetime(written).timestamp()) - OVERLAP)
    except (TypeError, ValueError):
        return ""


def push(
    desk: Desk,
    actor: Actor,
    name: str,
    *,
    ids: Collection[str] = (),
    asked: Question | None = None,
    publish: bool = False,
    lang: str = "en",
    progress: jobs.Progress | None = None,
) -> Sent:
    """Send reports to an instance as events: new ones are added, changed ones edited, others left.

    What goes is what `sending.bounds` says: to a partner what it may have whole, to the house's own instance what the actor may
    read, else what anybody may have. The audit has the ids of all that an event was made of, before it is sent. An event
    arrives unpublished unless `publish`: somebody there looks at it first. Raises as `outside.server` and `events` do, and what
    the instance refuses of one event does not stop the others.
    """
    reached = _with_json(outside.server(desk, "misp", name))
    within = sending.bounds(actor, reached)
    _known_as(reached)
    losses = Losses()
    counts = {"made": 0, "changed": 0, "same": 0}
    narrowed = proposals = 0
    refused: list[tuple[str, str]] = []
    groups = _groups(reached)
    left: set[str] = set()
    within_it: set[str] = set()
    held = events(
        desk, actor, ids=ids, asked=asked, partner=within.partner, openly=within.openly,
        left=left.update, noted=within_it.update, losses=losses,
    )  # fmt: skip
    for number, (report, pieces) in enumerate(_or_left(held, left), 1):
        value: Value = orjson.loads(b"".join(pieces))["Event"]
        went = {str(report["id"]), *within_it}
        within_it.clear()
        narrowed += _grouped(value, groups)
        proposals += _proposals(value)
        value["published"] = publish and bool(value.get("published"))
        outcome, said = _sent(reached, value, partial(sending.sent, desk, actor, reached, "misp", went))
        if outcome == "refused":
            refused.append((str(value["uuid"]), said))
        else:
            counts[outcome] += 1
        if progress is not None:
            progress(number, None)
    audit.read(desk, actor, "export", form="misp-instance", server=name, found=sum(counts.values()))
    return Sent(
        server=name, narrowed=narrowed, proposals=proposals, left=len(left), refused=tuple(refused),
        losses=losses.report(lang), **counts,
    )  # fmt: skip


def _or_left(held: Iterator[Any], left: Collection[str]) -> Iterator[Any]:
    """Yield events; that nothing of what was named may go is no error where that was because it stays here: it is counted."""
    try:
        yield from held
    except NotFound:
        if not left:
            raise


def _groups(reached: Server) -> dict[str, str]:
    """Return the sharing groups of an instance: uuid → number there."""
    answer = reached.ask("GET", "/sharing_groups")
    if answer.status in (403, 404):
        return {}
    found = decoded(checked(reached.name, answer).body)
    listed = found.get("response", []) if isinstance(found, dict) else found
    return {
        str(one["SharingGroup"]["uuid"]).lower(): str(one["SharingGroup"]["id"])
        for one in listed
        if isinstance(one, dict)
        and isinstance(one.get("SharingGroup"), dict)
        and one["SharingGroup"].get("uuid")
    }


def _grouped(value: Any, groups: Mapping[str, str]) -> int:
    """Give everything that goes to a sharing group the group's number there; without one it goes to nobody else. Return how many."""
    narrowed = 0
    if isinstance(value, list):
        return sum(_grouped(one, groups) for one in value)
    if not isinstance(value, dict):
        return 0
    if str(value.get("distribution")) == "4":
        group = value.pop("SharingGroup", None)
        number = groups.get(str(group.get("uuid", "")).lower()) if isinstance(group, dict) else None
        value.pop("sharing_group_id", None)
        if number is None:
            value["distribution"] = "0"
            narrowed = 1
        else:
            value["sharing_group_id"] = number
    return narrowed + sum(_grouped(one, groups) for one in value.values() if isinstance(one, dict | list))


def _proposals(value: Any) -> int:
    """Take the proposals out of an event; return how many there were."""
    if isinstance(value, list):
        return sum(_proposals(one) for one in value)
    if not isinstance(value, dict):
        return 0
    inside = sum(_proposals(value[name]) for name in ("Attribute", "Object") if name in value)
    return inside + len(value.pop("ShadowAttribute", None) or ())


def _sent(reached: Server, value: Value, before: Callable[[], None]) -> tuple[str, str]:
    """Add or edit one event, after `before`; return made, changed, same or refused, and what the instance said."""
    held = reached.ask(
        "POST",
        "/events/restSearch",
        orjson.dumps({"returnFormat": "json", "uuid": value["uuid"], "metadata": 1}),
    )
    found = decoded(checked(reached.name, held).body)
    listed = found.get("response", []) if isinstance(found, dict) else found
    there = next((one["Event"] for one in listed if isinstance(one, dict) and "Event" in one), None)
    if there is not None and int(there.get("timestamp") or 0) >= int(value["timestamp"]):
        return "same", ""
    path = f"/events/edit/{value['uuid']}" if there is not None else "/events/add"
    before()
    answer = reached.ask("POST", path, orjson.dumps(value))
    if answer.status in (401, 429) or answer.status >= 500:
        raise outside.refusal(reached.name, answer.status)
    if answer.status != 200:
        return "refused", _words(answer.body, answer.status)
    return ("changed" if there is not None else "made"), ""


def _words(body: bytes, status: int) -> str:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return str(status)
    told = said.get("errors") or said.get("message") or said.get("name") if isinstance(said, dict) else said
    return f"{status}: {told}"[:300]


def about(desk: Desk, actor: Actor, name: str) -> Value:
    """Return who this node is on an instance and what its key allows there, to try a configuration.

    Raises NotAllowed where the key is refused.
    """
    authorise(actor, "import")
    return _known_as(_with_json(outside.server(desk, "misp", name)))


def _known_as(reached: Server) -> Value:
    name = reached.name
    version = decoded(checked(name, reached.ask("GET", "/servers/getVersion")).body)
    user = decoded(checked(name, reached.ask("GET", "/users/view/me")).body)
    if not isinstance(user, dict) or not isinstance(user.get("User"), dict):
        raise outside.refusal(name, 403)
    role = user["Role"] if isinstance(user.get("Role"), dict) else {}
    return {
        "server": name,
        "version": str(version.get("version", "")) if isinstance(version, dict) else "",
        "user": str(user["User"].get("email", "")),
        "may_add": str(role.get("perm_add")) in ("1", "True", "true"),
        "may_publish": str(role.get("perm_publish")) in ("1", "True", "true"),
    }
