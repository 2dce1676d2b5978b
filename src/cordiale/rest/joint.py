"""`/requests` and `/cases`: what partners ask one another, and what they work on together."""

from __future__ import annotations

from typing import Annotated, Any, Final

from litestar import HttpMethod, Response, get, post, route
from litestar.params import JSONBody, Parameter

from cordiale.joint import answer as answering
from cordiale.joint import case as cases_of
from cordiale.joint import contribution, dossier, extension, position, revision, task
from cordiale.joint import request as requests_of
from cordiale.joint.moment import at
from cordiale.joint.revision import Text
from cordiale.joint.words import Words
from cordiale.rest.asking import (
    After,
    Asked,
    Asking,
    Key,
    act,
    answer,
    asking,
    limit_of,
    options,
    refusals,
)
from cordiale.rest.release import ACT
from cordiale.rest.told import instant, moment
from cordiale.sdk import joint as wire
from cordiale.sdk.wire import Reason

MOST: Final = 200

RequestId = Annotated[
    str, Parameter(pattern=r"^[0-9a-z][0-9a-z-]{3,60}$", description="The request, as `id` of its answer, or how its UUID begins.")
]  # fmt: skip
CaseId = Annotated[
    str, Parameter(pattern=r"^[0-9a-z][0-9a-z-]{3,60}$", description="The case, as `id` of its answer, or how its UUID begins.")
]  # fmt: skip
TaskId = Annotated[str, Parameter(pattern=r"^[0-9a-z][0-9a-z-]{3,60}$", description="The task.")]


@route("/requests", http_method=HttpMethod.OPTIONS, include_in_schema=False, sync_to_thread=False)
def requests_options(request: Asked) -> Response[None]:
    """Say what is done to this address."""
    return options(request)


@route("/cases", http_method=HttpMethod.OPTIONS, include_in_schema=False, sync_to_thread=False)
def cases_options(request: Asked) -> Response[None]:
    """Say what is done to this address."""
    return options(request)


# Requests ---------------------------------------------------------------------------------------


@get("/requests", responses=refusals(), sync_to_thread=True, tags=["joint"])
def joint_requests(
    request: Asked,
    everything: Annotated[bool, Parameter(description="Settled ones too.")] = False,
    after: After = None,
    limit: Annotated[int, limit_of(MOST)] = 50,
) -> Response[wire.JointRequests]:
    """List what this node asked and what it is asked, the next due first."""
    asked = asking(request)
    found = _request_list(asked, everything)
    items, more = asked.page(f"requests {everything}", found, lambda one: one.id, after, limit)
    told = tuple(asked.tell(one, wire.JointRequest) for one in items)
    return answer(request, wire.JointRequests(items=told, next=more))


def _request_list(asked: Asking, everything: bool) -> list[requests_of.RequestView]:
    return requests_of.requests(asked.desk, asked.actor, everything=everything)


@get("/requests/{request_id:str}", responses=refusals(404), sync_to_thread=True, tags=["joint"])
def joint_request(request: Asked, request_id: RequestId) -> Response[wire.JointRequest]:
    """Read one request with its answers."""
    asked = asking(request)
    return answer(request, asked.tell(_request(asked, request_id), wire.JointRequest))


def _request(asked: Asking, written: str) -> requests_of.RequestView:
    return requests_of.request_show(asked.desk, asked.actor, written)


@post("/requests", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["joint"])
def ask_request(
    request: Asked, data: JSONBody[wire.RequestAsked], idempotency_key: Key = None
) -> Response[wire.JointDone]:
    """Ask partners something, about objects or at large, under a marking."""
    return act(request, idempotency_key, data, lambda asked: done_together(asked, _ask(asked, data)))


def _ask(asked: Asking, data: wire.RequestAsked) -> Any:
    return requests_of.ask(
        asked.desk,
        asked.actor,
        data.to,
        words(data.words),
        marking=" ".join(data.marking),
        objects=data.objects,
        due=instant(data.due),
        priority=data.priority,
    )


@post("/requests/{request_id:str}/answer", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["joint"])  # fmt: skip
def answer_request(
    request: Asked, request_id: RequestId, data: JSONBody[wire.AnswerAsked], idempotency_key: Key = None
) -> Response[wire.JointDone]:
    """Answer a request to this node, with objects or without."""

    def do(asked: Asking) -> wire.JointDone:
        return done_together(asked, answering.answer(asked.desk, asked.actor, request_id, data.state, words(data.words), objects=data.objects))  # fmt: skip

    return act(request, idempotency_key, data, do)


@post("/requests/{request_id:str}/settle", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["joint"])  # fmt: skip
def settle_request(
    request: Asked, request_id: RequestId, data: JSONBody[wire.SettleAsked], idempotency_key: Key = None
) -> Response[wire.JointDone]:
    """Say as the asker that a request is satisfied, was not, or is withdrawn."""
    return act(
        request, idempotency_key, data, lambda asked: done_together(asked, _settle(asked, request_id, data))
    )


def _settle(asked: Asking, written: str, data: wire.SettleAsked) -> Any:
    return requests_of.settle(asked.desk, asked.actor, written, data.state, words(data.why))


@post("/requests/{request_id:str}/assign", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["joint"])  # fmt: skip
def assign_request(
    request: Asked, request_id: RequestId, data: JSONBody[wire.AssignAsked], idempotency_key: Key = None
) -> Response[wire.JointRequest]:
    """Say who of this node looks after a request; nobody else is told."""

    def do(asked: Asking) -> wire.JointRequest:
        return asked.tell(_assign(asked, request_id, data.person), wire.JointRequest)

    return act(request, idempotency_key, data, do)


def _assign(asked: Asking, written: str, person: str) -> requests_of.RequestView:
    return requests_of.assign(asked.desk, asked.actor, written, person)


# Cases ------------------------------------------------------------------------------------------


@get("/cases", responses=refusals(), sync_to_thread=True, tags=["joint"])
def joint_cases(
    request: Asked, after: After = None, limit: Annotated[int, limit_of(MOST)] = 50
) -> Response[wire.CaseLines]:
    """List the cases that the person may see, newest first."""
    asked = asking(request)
    found = dossier.dossiers(asked.desk, asked.actor)
    items, more = asked.page("cases", found, lambda one: one.case.id, after, limit)
    return answer(request, wire.CaseLines(items=tuple(_line(one) for one in items), next=more))


@get("/cases/{case_id:str}", responses=refusals(404), sync_to_thread=True, tags=["joint"])
def joint_case(request: Asked, case_id: CaseId) -> Response[wire.JointCase]:
    """Read one case: its texts, where everybody stands, its tasks, and all that was said in it."""
    asked = asking(request)
    return answer(request, _case(asked, dossier.dossier(asked.desk, asked.actor, case_id)))


@post("/cases", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["joint"])
def open_case(
    request: Asked, data: JSONBody[wire.CaseAsked], idempotency_key: Key = None
) -> Response[wire.JointDone]:
    """Open a case as its chair, about objects, and give it with them to those it names."""

    def do(asked: Asking) -> wire.JointDone:
        done = cases_of.open_case(
            asked.desk,
            asked.actor,
            title=words(data.title),
            members=data.members,
            observers=data.observers,
            marking=data.marking,
            objects=data.objects,
            due=instant(data.due),
            description=data.description,
        )
        return done_together(asked, done)

    return act(request, idempotency_key, data, do)


@post("/cases/{case_id:str}/close", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["joint"])  # fmt: skip
def close_case(request: Asked, case_id: CaseId, idempotency_key: Key = None) -> Response[wire.JointDone]:
    """Close a case as its chair: it is read, and nothing more is said in it."""

    def do(asked: Asking) -> wire.JointDone:
        return done_together(asked, cases_of.close_case(asked.desk, asked.actor, case_id))

    return act(request, idempotency_key, case_id, do)


@post("/cases/{case_id:str}/contributions", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["joint"])  # fmt: skip
def contribute_to_case(
    request: Asked, case_id: CaseId, data: JSONBody[wire.ContributionAsked], idempotency_key: Key = None
) -> Response[wire.JointDone]:
    """Add something to a case as one of its members."""

    def do(asked: Asking) -> wire.JointDone:
        said = contribution.contribute(asked.desk, asked.actor, case_id, data.role, words(data.words), about=data.about, details=data.details, objects=data.objects)  # fmt: skip
        return done_together(asked, said)

    return act(request, idempotency_key, data, do)


@post("/cases/{case_id:str}/tasks", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["joint"])  # fmt: skip
def give_task(
    request: Asked, case_id: CaseId, data: JSONBody[wire.TaskAsked], idempotency_key: Key = None
) -> Response[wire.JointDone]:
    """Give a task to a member of a case, as its chair."""

    def do(asked: Asking) -> wire.JointDone:
        given = task.give(asked.desk, asked.actor, case_id, data.owner, words(data.words), due=instant(data.due), kind=data.kind)  # fmt: skip
        return done_together(asked, given)

    return act(request, idempotency_key, data, do)


@post("/cases/{case_id:str}/tasks/{task_id:str}/progress", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["joint"])  # fmt: skip
def report_progress(
    request: Asked, case_id: CaseId, task_id: TaskId, data: JSONBody[wire.ProgressAsked], idempotency_key: Key = None
) -> Response[wire.JointDone]:  # fmt: skip
    """Say as its owner how far a task is."""

    def do(asked: Asking) -> wire.JointDone:
        return done_together(asked, task.report_on(asked.desk, asked.actor, case_id, task_id, data.state, words(data.words)))  # fmt: skip

    return act(request, idempotency_key, data, do)


@post("/cases/{case_id:str}/revisions", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["joint"])  # fmt: skip
def put_text(
    request: Asked, case_id: CaseId, data: JSONBody[wire.TextAsked], idempotency_key: Key = None
) -> Response[wire.JointDone]:
    """Put a text in both languages to the members of a case, as its chair, until a deadline."""

    def do(asked: Asking) -> wire.JointDone:
        en, fr = Text(data.en.title, data.en.body), Text(data.fr.title, data.fr.body)
        return done_together(asked, revision.propose(asked.desk, asked.actor, case_id, en=en, fr=fr, deadline=instant(data.deadline)))  # fmt: skip

    return act(request, idempotency_key, data, do)


@post("/cases/{case_id:str}/positions", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["joint"])  # fmt: skip
def take_position(
    request: Asked, case_id: CaseId, data: JSONBody[wire.PositionAsked], idempotency_key: Key = None
) -> Response[wire.JointDone]:
    """Take this node's position on the text that was read, by its hash."""

    def do(asked: Asking) -> wire.JointDone:
        return done_together(asked, position.take(asked.desk, asked.actor, case_id, data.position, data.hash, footnote=words(data.footnote)))  # fmt: skip

    return act(request, idempotency_key, data, do)


@post("/cases/{case_id:str}/extend", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["joint"])  # fmt: skip
def extend_deadline(
    request: Asked, case_id: CaseId, data: JSONBody[wire.ExtendAsked], idempotency_key: Key = None
) -> Response[wire.JointDone]:
    """Give the members more time, as the chair; no position is voided."""

    def do(asked: Asking) -> wire.JointDone:
        return done_together(asked, extension.extend(asked.desk, asked.actor, case_id, data.hash, instant(data.until) or 0))  # fmt: skip

    return act(request, idempotency_key, data, do)


def words(given: wire.BothAsked) -> Words:
    """Return words in both languages as the room has them."""
    return Words(given.en, given.fr)


def done_together(asked: Asking, done: Any) -> wire.JointDone:
    """Return what an act of several partners came to, with what was given to each."""
    return wire.JointDone(id=done.id, sent=tuple(asked.tell(one, wire.Given) for one in done.sent))


def _line(one: dossier.Dossier) -> wire.CaseLine:
    said = one.case.said
    due = at(said.due)
    return wire.CaseLine(
        id=one.case.id,
        kind=said.kind,
        title=wire.Both(en=said.title.en, fr=said.title.fr),
        chair=said.chair,
        members=said.members,
        observers=said.observers,
        objects=said.object_refs,
        due=None if due is None else moment(due),
        state=said.state,
        marking=tuple(sorted(one.case.marking)),
    )


def _case(asked: Asking, found: dossier.Dossier) -> wire.JointCase:
    texts = []
    for one in found.texts:
        until = extension.deadline_of(one.said, found.case.said.chair, found.said)
        texts.append(
            wire.JointText(
                id=one.id,
                number=one.said.number,
                hash=one.said.hash,
                title=wire.Both(en=one.said.en.title, fr=one.said.fr.title),
                body=wire.Both(en=one.said.en.body, fr=one.said.fr.body),
                deadline=None if until is None else moment(until),
            )
        )
    said = []
    for each in found.said:
        when = at(each.said.at)
        said.append(
            wire.Contribution(
                id=each.id,
                node=each.author,
                role=each.said.role,
                words=wire.Both(en=each.said.words.en, fr=each.said.words.fr),
                about=each.said.about,
                details=each.said.details,
                at=None if when is None else moment(when),
            )
        )
    return wire.JointCase(
        case=_line(found),
        texts=tuple(texts),
        stands=tuple(asked.tell(one, wire.Standing) for one in found.tally.stands),
        blocking=tuple(asked.tell(one, Reason) for one in found.tally.blocking),
        agreed=found.agreed.held.said.revision if found.agreed else None,
        tasks=tuple(asked.tell(one, wire.TaskLine) for one in found.tasks),
        said=tuple(said),
    )


HANDLERS: Final = (
    requests_options,
    cases_options,
    joint_requests,
    joint_request,
    ask_request,
    answer_request,
    settle_request,
    assign_request,
    joint_cases,
    joint_case,
    open_case,
    close_case,
    contribute_to_case,
    give_task,
    report_progress,
    put_text,
    take_position,
    extend_deadline,
)
