"""`/facets`, `/searches`, `/alerts`, `/export`: what finds can be narrowed to, searches somebody keeps, and files of finds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal
from urllib.parse import urlencode

from litestar import HttpMethod, Response, get, post, route
from litestar.params import JSONBody, Parameter

from cordiale.desk import verbs
from cordiale.desk.views.search import Question
from cordiale.rest.asking import Asked, Asking, Key, act, answer, asking, options, refusals, whole
from cordiale.rest.objects import Marking, Source, Type, Value, Words
from cordiale.rest.told import instant
from cordiale.sdk import searches as wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

SearchId = Annotated[
    str, Parameter(pattern=r"^[0-9a-f-]{8,36}$", description="The search, as `id` of its answer.")
]
Since = Annotated[datetime | None, Parameter(description="Changed at this instant or after.")]
Until = Annotated[datetime | None, Parameter(description="Changed before this instant.")]


@get("/facets", responses=refusals(), sync_to_thread=True, tags=["objects"])
def facets(
    request: Asked,
    q: Words = "",
    type: Type = None,
    source: Source = None,
    value: Value = None,
    marking: Marking = None,
    since: Since = None,
    until: Until = None,
) -> Response[wire.Facets]:
    """Count what finds can be narrowed to: types, markings and sources, of what the reader sees and of nothing else."""
    asked = asking(request)
    found = verbs.facets(asked.desk, asked.actor, _question(q, type, source, value, marking, since, until))

    def counted(lines: Iterable[tuple[str, int]]) -> tuple[wire.Facet, ...]:
        return tuple(wire.Facet(key=key, count=n) for key, n in lines)

    return answer(
        request,
        wire.Facets(
            types=counted(found.types),
            markings=counted(found.markings),
            sources=counted(found.sources),
            total=found.total,
            whole=found.whole,
        ),
    )


@get("/export", responses=refusals(), sync_to_thread=True, media_type="application/octet-stream", tags=["objects"])  # fmt: skip
def export(
    request: Asked,
    q: Words = "",
    type: Type = None,
    source: Source = None,
    value: Value = None,
    marking: Marking = None,
    since: Since = None,
    until: Until = None,
    form: Annotated[Literal["csv", "stix"], Parameter(description="A table, or a STIX bundle.")] = "csv",
) -> Response[bytes]:
    """Download what a search finds, at most 10,000 objects, newest first, each with all that it is marked by."""
    asked = asking(request)
    question = _question(q, type, source, value, marking, since, until)
    made = verbs.export_objects(asked.desk, asked.actor, question, form)
    named = {"content-disposition": f'attachment; filename="{made.name}"'}
    return whole(request, made.data, made.media_type, **named)


@route("/searches", http_method=HttpMethod.OPTIONS, include_in_schema=False, sync_to_thread=False)
def searches_options(request: Asked) -> Response[None]:
    """Say what is done to this address: the framework forgets all but the first of two handlers."""
    return options(request)


@get("/searches", responses=refusals(), sync_to_thread=True, tags=["searches"])
def searches(request: Asked) -> Response[wire.Searches]:
    """List the searches that the reader keeps, by name."""
    asked = asking(request)
    found = verbs.searches(asked.desk, asked.actor)
    return answer(request, wire.Searches(items=tuple(asked.tell(one, wire.Search) for one in found)))


@post("/searches", status_code=200, responses=refusals(409, 413, 507), sync_to_thread=True, tags=["searches"])
def keep_search(
    request: Asked, data: JSONBody[wire.SearchAsked], idempotency_key: Key = None
) -> Response[wire.Search]:
    """Keep a search under a name, and watch it where asked: what is new is then among the alerts."""

    def do(asked: Asking) -> wire.Search:
        value = "=" in data.q and " " not in data.q.partition("=")[0]
        question = Question(
            words="" if value else data.q.strip(),
            value=data.q.strip() if value else None,
            type=data.type or None,
            marking=data.marking or None,
            source=data.source or None,
            since=_day(data.since),
            until=_day(data.until, after=1),
        )
        saved = verbs.save_search(
            asked.desk, asked.actor, data.name, _address(data), question, watched=data.watched
        )
        return asked.tell(saved, wire.Search)

    return act(request, idempotency_key, data, do)


@post("/searches/{search_id:str}/watch", status_code=200, responses=refusals(404, 413, 507), sync_to_thread=True, tags=["searches"])  # fmt: skip
def watch_search(
    request: Asked, search_id: SearchId, data: JSONBody[wire.WatchAsked], idempotency_key: Key = None
) -> Response[wire.Search]:
    """Watch a search from now on, or no longer."""
    return act(
        request,
        idempotency_key,
        data,
        lambda asked: asked.tell(
            verbs.watch_search(asked.desk, asked.actor, search_id, data.watched), wire.Search
        ),
    )


@post("/searches/{search_id:str}/seen", status_code=200, responses=refusals(404, 507), sync_to_thread=True, tags=["searches"])  # fmt: skip
def search_seen(request: Asked, search_id: SearchId, idempotency_key: Key = None) -> Response[wire.Searches]:
    """Note that what a search found until now was seen; answers with the searches that are kept."""
    return act(request, idempotency_key, None, lambda asked: _after(asked, verbs.search_seen, search_id))


@post("/searches/{search_id:str}/drop", status_code=200, responses=refusals(404, 507), sync_to_thread=True, tags=["searches"])  # fmt: skip
def drop_search(request: Asked, search_id: SearchId, idempotency_key: Key = None) -> Response[wire.Searches]:
    """Keep a search no longer; answers with those that are left."""
    return act(request, idempotency_key, None, lambda asked: _after(asked, verbs.drop_search, search_id))


@get("/alerts", responses=refusals(), sync_to_thread=True, tags=["searches"])
def alerts(request: Asked) -> Response[wire.Alerts]:
    """Say what watched searches found since the reader last looked."""
    asked = asking(request)
    found = verbs.alerts(asked.desk, asked.actor)
    return answer(request, wire.Alerts(items=tuple(asked.tell(one, wire.Alert) for one in found)))


def _after(asked: Asking, verb: Callable[[Desk, Actor, str], None], search: str) -> wire.Searches:
    verb(asked.desk, asked.actor, search)
    found = verbs.searches(asked.desk, asked.actor)
    return wire.Searches(items=tuple(asked.tell(one, wire.Search) for one in found))


def _question(
    words: str,
    type: str | None,
    source: str | None,
    value: str | None,
    marking: str | None,
    since: datetime | None,
    until: datetime | None,
) -> Question:
    return Question(
        words=words.strip(),
        type=type,
        source=source,
        value=value,
        marking=marking,
        since=instant(since),
        until=instant(until),
    )


def _address(data: wire.SearchAsked) -> str:
    """Return where the pages show a search; they read the same names."""
    said = {
        "q": data.q.strip(),
        "type": data.type,
        "marking": data.marking,
        "source": data.source,
        "since": data.since.isoformat() if data.since else "",
        "until": data.until.isoformat() if data.until else "",
    }
    chosen = {name: value for name, value in said.items() if value}
    return "/objects" + (f"?{urlencode(chosen)}" if chosen else "")


def _day(day: date | None, after: int = 0) -> int | None:
    if day is None:
        return None
    try:
        at = day + timedelta(days=after)
    except OverflowError:
        return None
    return instant(datetime(at.year, at.month, at.day, tzinfo=UTC))


HANDLERS: Final = (
    facets,
    export,
    searches_options,
    searches,
    keep_search,
    watch_search,
    search_seen,
    drop_search,
    alerts,
)
