"""`/playbooks`: what is done when an object that a search finds arrives, tried before it is turned on, and its log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from litestar import HttpMethod, Response, get, post, route
from litestar.params import JSONBody, Parameter

from cordiale.desk.views.search import Question
from cordiale.joint.playbook import keeping
from cordiale.joint.playbook.model import Ask, Export, Mark, Notify
from cordiale.joint.playbook.running import MOST as AN_HOUR
from cordiale.joint.words import Words
from cordiale.platform.languages import text
from cordiale.rest.asking import Asked, Asking, Key, act, answer, asking, limit_of, options, refusals
from cordiale.rest.release import ACT
from cordiale.rest.told import moment
from cordiale.sdk import objects
from cordiale.sdk import playbooks as wire
from cordiale.sdk.joint import Both

if TYPE_CHECKING:
    from cordiale.joint.playbook.model import Playbook, Step

MOST: Final = 500

PlaybookId = Annotated[str, Parameter(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="The playbook, as `id` of its answer.")]  # fmt: skip


@get("/playbooks", responses=refusals(), sync_to_thread=True, tags=["playbooks"])
def playbooks(request: Asked) -> Response[wire.Playbooks]:
    """List the playbooks of this node, by name."""
    asked = asking(request)
    found = keeping.playbooks(asked.desk, asked.actor)
    return answer(request, wire.Playbooks(items=tuple(_told(asked, one) for one in found)))


@get("/playbooks/{playbook_id:str}", responses=refusals(404), sync_to_thread=True, tags=["playbooks"])
def playbook(request: Asked, playbook_id: PlaybookId) -> Response[wire.Playbook]:
    """Read one playbook."""
    asked = asking(request)
    return answer(request, _told(asked, keeping.playbook_show(asked.desk, asked.actor, playbook_id)))


@post("/playbooks", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["playbooks"])
def add_playbook(
    request: Asked, data: JSONBody[wire.PlaybookAsked], idempotency_key: Key = None
) -> Response[wire.Playbook]:
    """Write a playbook. It is off until somebody turns it on."""

    def do(asked: Asking) -> wire.Playbook:
        made = keeping.playbook_add(asked.desk, asked.actor, data.name, _question(data.looks), _steps(data))
        return _told(asked, made)

    return act(request, idempotency_key, data, do)


@post("/playbooks/{playbook_id:str}/change", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["playbooks"])  # fmt: skip
def change_playbook(
    request: Asked, playbook_id: PlaybookId, data: JSONBody[wire.PlaybookAsked], idempotency_key: Key = None
) -> Response[wire.Playbook]:
    """Write a playbook anew. It is off afterwards: whoever turns it on answers for what it does now."""

    def do(asked: Asking) -> wire.Playbook:
        made = keeping.playbook_change(asked.desk, asked.actor, playbook_id, data.name, _question(data.looks), _steps(data))  # fmt: skip
        return _told(asked, made)

    return act(request, idempotency_key, data, do)


@post("/playbooks/{playbook_id:str}/on", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["playbooks"])  # fmt: skip
def turn_playbook_on(
    request: Asked, playbook_id: PlaybookId, idempotency_key: Key = None
) -> Response[wire.Playbook]:
    """Turn a playbook on: it acts in the name of who asks, for what arrives from now on."""

    def do(asked: Asking) -> wire.Playbook:
        return _told(asked, keeping.playbook_turn(asked.desk, asked.actor, playbook_id, "on"))

    return act(request, idempotency_key, None, do)


@post("/playbooks/{playbook_id:str}/off", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["playbooks"])  # fmt: skip
def turn_playbook_off(
    request: Asked, playbook_id: PlaybookId, idempotency_key: Key = None
) -> Response[wire.Playbook]:
    """Turn a playbook off."""

    def do(asked: Asking) -> wire.Playbook:
        return _told(asked, keeping.playbook_turn(asked.desk, asked.actor, playbook_id, "off"))

    return act(request, idempotency_key, None, do)


@post("/playbooks/{playbook_id:str}/drop", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["playbooks"])  # fmt: skip
def drop_playbook(
    request: Asked, playbook_id: PlaybookId, idempotency_key: Key = None
) -> Response[wire.Playbooks]:
    """Remove a playbook; what it did stays in the audit."""

    def do(asked: Asking) -> wire.Playbooks:
        keeping.playbook_drop(asked.desk, asked.actor, playbook_id)
        left = keeping.playbooks(asked.desk, asked.actor)
        return wire.Playbooks(items=tuple(_told(asked, one) for one in left))

    return act(request, idempotency_key, None, do)


@get("/playbooks/{playbook_id:str}/try", responses=refusals(404), sync_to_thread=True, tags=["playbooks"])
def try_playbook(
    request: Asked, playbook_id: PlaybookId, limit: Annotated[int, limit_of(keeping.TRIED)] = 20
) -> Response[wire.Trials]:
    """Say what a playbook would do for the newest objects that its search finds now; nothing is done."""
    asked = asking(request)
    found = keeping.playbook_try(asked.desk, asked.actor, playbook_id, limit=limit)
    items = tuple(
        wire.Trial(
            object=asked.tell(one.item, objects.Summary),
            steps=tuple(
                wire.StepDone(outcome=outcome, message=text(asked.lang, said, **facts))
                for outcome, said, facts in one.steps
            ),
        )
        for one in found
    )
    return answer(request, wire.Trials(items=items))


@get("/playbooks/{playbook_id:str}/log", responses=refusals(404), sync_to_thread=True, tags=["playbooks"])
def playbook_log(
    request: Asked, playbook_id: PlaybookId, limit: Annotated[int, limit_of(MOST)] = 50
) -> Response[wire.Log]:
    """List what a playbook did, newest first; of what the reader may not see there is no line."""
    asked = asking(request)
    found = keeping.playbook_log(asked.desk, asked.actor, playbook_id, limit=limit)
    items = tuple(
        wire.LogEntry(
            object=asked.tell(item, objects.Summary),
            step=entry.step,
            at=moment(entry.at),
            outcome=entry.outcome,
            message=text(asked.lang, entry.said, **entry.facts) if entry.said else "",
        )
        for entry, item in found
    )
    return answer(request, wire.Log(items=items))


@route("/playbooks", http_method=HttpMethod.OPTIONS, include_in_schema=False, sync_to_thread=False)
def playbooks_options(request: Asked) -> Response[None]:
    """Say what is done to this address."""
    return options(request)


def _question(looks: wire.LooksAsked) -> Question:
    return Question(
        words=looks.q.strip(),
        type=looks.type or None,
        source=looks.source or None,
        value=looks.value or None,
        marking=looks.marking or None,
    )


def _steps(data: wire.PlaybookAsked) -> list[Step]:
    return [_step(one) for one in data.steps]


def _step(one: wire.StepAsked) -> Step:
    match one.do:
        case "mark":
            return Mark(one.marking)
        case "notify":
            return Notify(one.people)
        case "export":
            return Export(one.folder)
        case "ask":
            return Ask(one.to, Words(one.words.en, one.words.fr), " ".join(one.marking), one.hours)


def _told(asked: Asking, one: Playbook) -> wire.Playbook:
    looks = one.asked
    return wire.Playbook(
        id=one.id,
        name=one.name,
        owner=one.owner,
        looks=wire.Looks(
            q=looks.words,
            type=looks.type or "",
            source=looks.source or "",
            value=looks.value or "",
            marking=looks.marking or "",
        ),
        steps=tuple(map(_step_told, one.steps)),
        state=one.state,
        at=moment(one.at),
        why=text(asked.lang, one.why, limit=AN_HOUR, name=one.owner) if one.why else "",
    )


def _step_told(one: Step) -> wire.Step:
    match one:
        case Mark(marking):
            return wire.Step(do="mark", marking=marking)
        case Notify(people):
            return wire.Step(do="notify", people=people)
        case Export(folder):
            return wire.Step(do="export", folder=folder)
        case Ask(to, words, marking, hours):
            said = Both(en=words.en, fr=words.fr)
            return wire.Step(do="ask", to=to, words=said, marking=tuple(marking.split()), hours=hours)


HANDLERS: Final = (
    playbooks_options,
    playbooks,
    playbook,
    add_playbook,
    change_playbook,
    turn_playbook_on,
    turn_playbook_off,
    drop_playbook,
    try_playbook,
    playbook_log,
)
