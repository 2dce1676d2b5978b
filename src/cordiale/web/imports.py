"""Import: drop files or paste text, watch it, and set right what was set aside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

import orjson
from litestar import Request, Response, get
from litestar.datastructures import UploadFile

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, may
from cordiale.desk.answers import ImportReport, JobView, SetAside, Warned
from cordiale.desk.desk import Desk
from cordiale.desk.marking.chosen import summaries_seen
from cordiale.desk.views.display import display
from cordiale.platform.errors import CordialeError, InputError, NotFound, explain, http_status
from cordiale.platform.languages import _, _n, number, text
from cordiale.web.connecting import download
from cordiale.web.context import Entry, Site
from cordiale.web.deeds import Asked, Given, away, deed, deed_with_files, said
from cordiale.web.labels import type_label
from cordiale.web.lines import href, short, when
from cordiale.web.marks import banner, chips, unmarked

HERE: Final = "/import"
RAIL: Final = Entry(70, HERE, _("Import"), "import", verb="import")

FILES: Final = 900
"""Most files of one import by a form: a request has a thousand parts at most. `cordiale import` takes any folder."""

PIECE: Final = 1 << 18
SHOWN: Final = 400_000
"""Most bytes of something set aside that are shown to be corrected."""

FORM: Final = 1 << 20
"""Bytes that a form with files may have besides them."""

STATES: Final = {
    "running": _("running"),
    "done": _("done"),
    "stopped": _("stopped"),
    "interrupted": _("interrupted"),
    "failed": _("failed"),
}
OUTCOMES: Final = {
    "new": ("good", _("new")),
    "same": ("", _("already here")),
    "conflict": ("bad", _("contradicts what is here")),
    "tombstoned": ("bad", _("withdrawn earlier, not taken back")),
}
SAID: Final = {
    "mended": _n("It is taken in now.", "It is taken in now."),
    "stopping": _n("It stops after its present step.", "It stops after its present step."),
}


def handlers(site: Site) -> list[Any]:
    """Return the routes of importing."""
    desk = site.desk
    limits = desk.settings.limits

    def start(
        request: Asked, error: CordialeError | None = None, typed: Mapping[str, str] | None = None
    ) -> Response[Any]:
        lang = site.language(request)
        values = importing(desk, site.actor(request), lang)
        values |= {"problem": explain(error, lang) if error else "", "typed": typed or {}}
        status = http_status(error) if error else 200
        return site.page(request, "import.html", HERE, values, status, refused=error)

    @get(HERE, sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        return start(request)

    @get("/import/jobs/{job:str}", sync_to_thread=True)
    def one(request: Request[Any, Any, Any]) -> Response[str]:
        lang = site.language(request)
        values = progress(desk, site.actor(request), lang, str(request.path_params["job"]))
        return site.page(request, "import_job.html", HERE, values | {"said": said(request, lang, SAID)})

    @get("/import/aside", sync_to_thread=True)
    def aside(request: Request[Any, Any, Any]) -> Response[str]:
        after = str(request.query_params.get("after") or "")
        actor, lang = site.actor(request), site.language(request)
        values = set_aside(desk, actor, lang, int(after) if after.isdecimal() and len(after) < 12 else 0)
        return site.page(request, "import_aside.html", HERE, values | {"said": said(request, lang, SAID)})

    @get("/import/aside/{number:int}", sync_to_thread=True)
    def broken(request: Request[Any, Any, Any]) -> Response[str]:
        values = one_aside(
            desk, site.actor(request), site.language(request), int(request.path_params["number"])
        )
        return site.page(request, "import_fix.html", HERE, values)

    @get("/import/aside/{number:int}/bytes", sync_to_thread=True)
    def raw(request: Request[Any, Any, Any]) -> Response[bytes]:
        wanted = int(request.path_params["number"])
        return download(
            verbs.set_aside_show(desk, site.actor(request), wanted).raw, f"set-aside-{wanted}.json"
        )

    def take(request: Asked, given: Given, files: list[UploadFile]) -> Response[Any]:
        actor, lang = site.actor(request), site.language(request)
        pasted = given.whole("text")
        uploads = []
        try:
            chosen = [file for file in files if file.filename]
            if len(chosen) > FILES:
                raise InputError(
                    "import-many",
                    _(
                        "These are {n} files, and a form takes {limit}: import them with cordiale import FOLDER."
                    ),
                    n=number(lang, len(chosen)),
                    limit=number(lang, FILES),
                )
            if not chosen and not pasted.strip():
                raise InputError("import-nothing", _("Choose files, or paste text.")).at("text")
            for file in chosen:
                taken = _received(desk, actor, file.filename, _pieces(file))
                uploads.append(taken)  # one by one: what came before an error is taken away again
            if pasted.strip():
                uploads.append(_received(desk, actor, "pasted", [pasted.encode()]))
            job = verbs.import_uploaded(
                desk,
                actor,
                *uploads,
                source=given.one("source") or None,
                marking=given.one("marking") or None,
            )
        except CordialeError as error:
            for upload in uploads:
                upload.discard()
            typed = {name: given.one(name) for name in ("marking", "source")} | {"text": pasted[:FORM]}
            return start(request, error, typed)
        return away(f"/import/jobs/{job.id}")

    def stop(request: Asked, given: Given) -> Response[Any]:
        job = verbs.job_stop(desk, site.actor(request), given.one("job", 60))
        return away(f"/import/jobs/{job.id}", said="stopping")

    def resume(request: Asked, given: Given) -> Response[Any]:
        job = verbs.job_resume_beside(desk, site.actor(request), given.one("job", 60))
        return away(f"/import/jobs/{job.id}")

    def retry(request: Asked, given: Given) -> Response[Any]:
        chosen = [int(one) for one in given.all("number") if one.isdecimal() and len(one) < 12]
        done = verbs.set_aside_retry(desk, site.actor(request), chosen or None)
        return away(f"/import/jobs/{done.job}")

    def mend(request: Asked, given: Given) -> Response[Any]:
        actor, lang = site.actor(request), site.language(request)
        wanted = given.one("number", 12)
        number_ = int(wanted) if wanted.isdecimal() else 0
        written = given.whole("text")
        try:
            done = verbs.set_aside_mend(desk, actor, number_, written.encode())
        except CordialeError as error:
            if isinstance(error, NotFound):
                raise
            values = one_aside(desk, actor, lang, number_) | {
                "problem": explain(error, lang),
                "text": written,
            }
            return site.page(
                request, "import_fix.html", HERE, values, http_status(error), refused=error.at("text")
            )
        return away(f"/import/jobs/{done.job}", said="" if done.set_aside else "mended")

    return [
        shown,
        one,
        aside,
        broken,
        raw,
        deed_with_files("/import/take", take, limits.bundle_bytes + FORM),
        deed("/import/stop", stop),
        deed("/import/resume", resume),
        deed("/import/retry", retry),
        deed("/import/mend", mend),
    ]


def _pieces(file: UploadFile) -> Iterator[bytes]:
    while piece := file.file.read(PIECE):
        yield piece


def _received(desk: Desk, actor: Actor, name: str, pieces: Iterable[bytes]) -> Any:
    """Write what comes into the node's folder, counted against its limit; it is read by what it holds, not by its name."""
    upload = verbs.receive(desk, actor, name)
    for piece in pieces:
        upload.write(piece)
    upload.end()
    return upload


def importing(desk: Desk, actor: Actor, lang: str) -> dict[str, Any]:
    """Return the page that imports begin at: the form, and what ran last."""
    jobs = [one for one in verbs.jobs(desk, actor) if one.kind in ("import", "retry")]
    waiting = verbs.set_aside(desk, actor, limit=100) if may(actor, "set-aside") else []
    standing = desk.settings.import_.marking
    return {
        "may_import": may(actor, "import"),
        "sources": [{"name": name} for name in sorted(desk.settings.source)],
        "standing": " ".join(standing) if not isinstance(standing, str) else standing,
        "most": number(lang, desk.settings.limits.bundle_bytes >> 20),
        "jobs": [_job(one, lang) for one in jobs[:20]],
        "aside": number(lang, len(waiting)) + ("+" if len(waiting) == 100 else "") if waiting else "",
        "problem": "",
        "typed": "",
        "banner": unmarked(lang),
    }


def _job(one: JobView, lang: str) -> dict[str, Any]:
    names = [str(entry[0]).rpartition("/")[2] for entry in one.params.get("files", ())]
    result = one.result or {}
    return {
        "href": f"/import/jobs/{quote(one.id, safe='')}",
        "name": ", ".join(names[:3]) + (" …" if len(names) > 3 else "") or text(lang, _("tried again")),
        "state": text(lang, STATES.get(one.state, one.state)),
        "style": {"done": "good", "failed": "bad", "interrupted": "bad"}.get(one.state, ""),
        "done": one.done,
        "aside": int(result.get("set_aside", 0)),
        "by": one.by,
        "at": when(one.started, lang),
    }


def progress(desk: Desk, actor: Actor, lang: str, job: str) -> dict[str, Any]:
    """Return how far an import is, and what became of what it read."""
    view = verbs.job_show(desk, actor, job)
    report: ImportReport = verbs.import_report(desk, actor, job)
    show = display(desk, actor, lang)
    told = [o.id for o in report.objects] + [w.object_id for w in report.warned[:50]]
    seen = summaries_seen(desk, actor, (one for one in told if one))
    names = {i: one.name for i, one in seen.items() if one.name}
    return _job(view, lang) | {
        "job": view.id,
        "running": view.state == "running",
        "can_resume": view.state in ("stopped", "interrupted", "failed") and may(actor, "job"),
        "may_stop": may(actor, "job"),
        "note": view.note,
        "read": report.read,
        "figures": [
            (text(lang, label), n)
            for label, n in (
                (_("read"), report.read),
                (_("new"), report.new),
                (_("already here"), report.same),
                (_("set aside"), report.set_aside),
                (_("contradicting"), report.conflicts),
                (_("withdrawn earlier"), report.tombstoned),
            )
            if n or label in (_("read"), _("new"), _("set aside"))
        ],
        "seconds": number(lang, round(report.seconds, 1)),
        "types": [
            {"label": type_label(kind, lang), "count": n, "href": f"/objects?type={kind}"}
            for kind, n in report.by_type.items()
        ],
        "given": [
            {"chips": chips(atoms.split("\n"), show), "count": n} for atoms, n in report.markings.items()
        ],
        "changes": [{"sentence": text(lang, c.message_id), "count": c.count} for c in report.changes],
        "upgraded": report.upgraded,
        "warnings": report.warnings,
        "warned": [
            {
                "href": href(w.object_id),
                "name": _called(w.object_id, names, lang),
                "path": w.path,
                "sentence": text(lang, w.message_id, **w.params),
                "times": number(lang, times) if times > 1 else "",
            }
            for w, times in _once(report.warned[:50])
        ],
        "objects": [
            {
                "href": href(o.id),
                "name": _called(o.id, names, lang),
                "type": type_label(o.id.partition("--")[0], lang),
                "style": OUTCOMES.get(o.outcome, ("", ""))[0],
                "outcome": text(lang, OUTCOMES.get(o.outcome, ("", o.outcome))[1]),
            }
            for o in report.objects
        ],
        "more": report.new + report.same + report.conflicts + report.tombstoned - len(report.objects),
        "aside_rows": [_aside(one, lang) for one in report.first_set_aside],
        "aside": report.set_aside,
        "banner": banner([one.marking for one in seen.values()], show, lang),
    }


def _once(warned: Iterable[Warned]) -> list[tuple[Warned, int]]:
    """Return each warning once, with how often it came: an event that stands in three files says the same thrice."""
    found: dict[tuple[str, ...], tuple[Warned, int]] = {}
    for one in warned:
        key = (one.object_id, one.path, one.message_id, repr(one.params))
        found[key] = (one, found.get(key, (one, 0))[1] + 1)
    return list(found.values())


def _called(stix_id: str, names: Mapping[str, str], lang: str) -> str:
    """Return what an object is called, "" for none: a warning may be of the file."""
    return names.get(stix_id) or (short(stix_id, stix_id.partition("--")[0], lang) if stix_id else "")


def _aside(one: SetAside, lang: str) -> dict[str, Any]:
    return {
        "number_of": one.number,
        "href": f"/import/aside/{one.number}" if one.number else "/import/aside",
        "name": one.object_id or one.file,
        "file": one.file,
        "path": one.path,
        "sentence": text(lang, one.message_id, **one.params),
        "others": one.others,
        "size": number(lang, one.size),
        "at": when(one.at, lang),
    }


def set_aside(desk: Desk, actor: Actor, lang: str, after: int) -> dict[str, Any]:
    """Return what was set aside, oldest first."""
    found = verbs.set_aside(desk, actor, after=after or None, limit=100)
    return {
        "rows": [_aside(one, lang) for one in found],
        "next_href": f"/import/aside?after={found[-1].number}" if len(found) == 100 else None,
        "banner": unmarked(lang),
    }


def one_aside(desk: Desk, actor: Actor, lang: str, wanted: int) -> dict[str, Any]:
    """Return one thing set aside, every reason at its path, and its text to be corrected."""
    found = verbs.set_aside_show(desk, actor, wanted)
    try:
        written = orjson.dumps(orjson.loads(found.raw), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        written = found.raw.decode("utf-8", "replace")  # as it came: it is what has to be corrected
    # what a parser would repair by reading (a key that stands twice) has to be seen as it came
    if any(reason.code == "duplicate-key" for reason in found.reasons):
        written = found.raw.decode("utf-8", "replace")
    return _aside(found.line, lang) | {
        "reasons": [
            {"path": str(one.params.get("path") or ""), "sentence": text(lang, one.message_id, **one.params)}
            for one in found.reasons
        ],
        "text": written if len(found.raw) <= SHOWN else "",
        "rows": min(max(written.count("\n") + 2, 8), 30),
        "whole": len(found.raw) <= SHOWN,
        "may_mend": found.ours and bool(found.raw) and may(actor, "import"),
        "job_href": f"/import/jobs/{quote(found.job, safe='')}",
        "problem": "",
        "banner": unmarked(lang),
    }
